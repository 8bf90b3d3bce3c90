//! Places and addresses, from the council's gazetteer: `GET /api/places`, `GET /api/places/at`,
//! `GET /api/addresses`, `GET /api/map` and `GET /api/map/plain`.

use serde::{Deserialize, Serialize};

use crate::field::Position;

/// `GET /api/places?q=…`: streets by name, or by a postcode in them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Places {
    /// The streets that fit, best first; at most eight.
    pub places: Vec<PlaceFound>,
}

/// A street.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceFound {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The part of town, where the name alone does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Its middle.
    pub position: Position,
}

impl PlaceFound {
    /// The street as people read it: `Mill Lane, Riverside`.
    #[must_use]
    pub fn show(&self) -> String {
        match &self.locality {
            Some(locality) => format!("{}, {locality}", self.name),
            None => self.name.clone(),
        }
    }
}

/// `GET /api/places/at?lat=…&lon=…`: what is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceAt {
    /// It is within the council's boundary, or no boundary is known.
    pub inside: bool,
    /// The ward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ward: Option<Ward>,
    /// The nearest street, if one is near.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<PlaceFound>,
    /// Outside the boundary: the council it is likely to belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neighbour: Option<String>,
}

/// A ward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ward {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// `GET /api/addresses?postcode=…`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Addresses {
    /// The addresses with this postcode, in their natural order; at most 200.
    pub addresses: Vec<AddressFound>,
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddressFound {
    /// Its unique property reference number.
    pub uprn: String,
    /// Its lines, without town and postcode; one or two.
    pub lines: Vec<String>,
    /// The town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub town: Option<String>,
    /// The postcode.
    pub postcode: String,
}

/// `GET /api/map`: where the map is, and what it is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapView {
    /// What it is drawn from.
    pub tiles: Tiles,
    /// South, west, north and east of the council's area.
    pub bounds: [f64; 4],
}

/// What a map is drawn from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tiles {
    /// The council's own streets and wards: `GET /api/map/plain`.
    #[default]
    Plain,
    /// Pictures from somewhere else.
    Raster {
        /// Their address with `{z}`, `{x}` and `{y}` in it.
        address: String,
        /// Who made them.
        attribution: String,
    },
    /// One file of the council's own, read in parts.
    Pmtiles {
        /// Its address.
        address: String,
        /// Who made it.
        attribution: String,
    },
}

/// `GET /api/map/plain?lat=…&lon=…`: streets and wards near a place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlainMap {
    /// Wards, each as rings of latitude and longitude.
    pub wards: Vec<Outline>,
    /// Streets, each as one line.
    pub streets: Vec<Line>,
}

/// The outline of a ward.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outline {
    /// The ward's name.
    pub name: String,
    /// Rings of latitude and longitude.
    pub rings: Vec<Vec<[f64; 2]>>,
}

/// The line of a street.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Line {
    /// The street's name.
    pub name: String,
    /// Points of latitude and longitude.
    pub path: Vec<[f64; 2]>,
}
