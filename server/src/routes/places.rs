//! `/api/places`, `/api/addresses` and `/api/map`: the gazetteer.

use axum::Json;
use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::api::places::{
    AddressFound, Addresses, Line, MapView, Outline, PlaceAt, PlaceFound, Places, PlainMap, Tiles, Ward,
};
use domain::api::problem::Problem;
use domain::field::place::postcode;
use domain::field::{ErrorCode, FieldError, Position};
use domain::geo;
use serde::Deserialize;
use tower_http::services::ServeFile;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Declare as _, Pages};
use crate::error::ApiError;
use crate::extract::{At, Query};
use crate::gazetteer::search_words;
use crate::state::AppState;
use crate::store::places::{Address, Street};

/// The most streets shown for a search.
const MOST: u64 = 8;
/// The most words of a search that are looked at.
const WORDS: usize = 6;
/// How far the plain map reaches, in metres.
const REACH: f64 = 1_500.0;
/// Where the council's own file of tiles is served.
pub const TILES: &str = "/map/tiles.pmtiles";
/// What the gazetteer says holds for a while: it changes with an import.
const CACHING: &str = "public, max-age=300";

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(places).open(super::FORM))
        .routes(routes!(at).open(super::FORM))
        .routes(routes!(addresses).open(super::FORM))
        .routes(routes!(map).open(super::FORM))
        .routes(routes!(plain).open(super::FORM))
}

/// The file of tiles, which is no call of the API.
pub fn tiles_router() -> Pages {
    Pages::new().open(TILES, get(tiles), "the map is for everybody")
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

#[derive(Deserialize)]
struct Where {
    lat: f64,
    lon: f64,
}

impl Where {
    fn position(&self) -> Result<Position, ApiError> {
        Position::new(self.lat, self.lon)
            .ok_or_else(|| ApiError::invalid(vec![FieldError::new("lat", ErrorCode::NotAPosition)]))
    }
}

#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    postcode: String,
}

fn found(street: Street) -> PlaceFound {
    PlaceFound { id: street.id, name: street.name, locality: street.locality, position: street.middle }
}

/// Streets by name, or by a postcode in them.
#[utoipa::path(get, path = "/api/places", tag = "places", params(("q" = String, Query)), responses((status = 200, body = Places)))]
async fn places(at: At, Query(Search { q }): Query<Search>) -> Result<Response, ApiError> {
    let places = Places { places: streets(&at, &q).await? };
    Ok(([(header::CACHE_CONTROL, CACHING)], Json(places)).into_response())
}

/// The streets that somebody may mean.
pub(crate) async fn streets(at: &At, typed: &str) -> Result<Vec<PlaceFound>, ApiError> {
    let streets = if let Some(postcode) = postcode(typed) {
        at.store.streets_with(&postcode, MOST).await?
    } else {
        let mut words = search_words(&typed.chars().take(100).collect::<String>());
        // "12 Mill Lane": streets have no house numbers.
        if words.len() > 1 && words.first().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        {
            words.remove(0);
        }
        words.truncate(WORDS);
        at.store.streets_named(&words, MOST).await?
    };
    Ok(streets.into_iter().map(found).collect())
}

/// What is at a position: ward and street, or the council around.
#[utoipa::path(get, path = "/api/places/at", tag = "places", params(("lat" = f64, Query), ("lon" = f64, Query)),
    responses((status = 200, body = PlaceAt), (status = 422, body = Problem)))]
async fn at(at: At, Query(place): Query<Where>) -> Result<Json<PlaceAt>, ApiError> {
    let position = place.position()?;
    let area = at.store.area_at(position).await?;
    let own = area.as_ref().is_some_and(|area| area.own);
    // Where no boundary is known, everything may be ours.
    let inside = own || at.store.areas(None).await?.is_empty();
    let street = if inside { at.store.street_at(position).await?.map(found) } else { None };
    let (ward, neighbour) = match area {
        Some(area) if own => (Some(Ward { id: area.id, name: area.name }), None),
        Some(area) => (None, Some(area.name)),
        None => (None, None),
    };
    Ok(Json(PlaceAt { inside, ward, street, neighbour }))
}

/// The addresses with a postcode.
#[utoipa::path(get, path = "/api/addresses", tag = "places", params(("postcode" = String, Query)), responses((status = 200, body = Addresses)))]
async fn addresses(
    at: At,
    Query(Which { postcode: typed }): Query<Which>,
) -> Result<Json<Addresses>, ApiError> {
    Ok(Json(addresses_of(&at, &typed).await?))
}

/// The addresses with a postcode, as typed.
pub(crate) async fn addresses_of(at: &At, typed: &str) -> Result<Addresses, ApiError> {
    let Some(postcode) = postcode(typed) else { return Ok(Addresses::default()) };
    let addresses = at.store.addresses(&postcode).await?;
    let shown = |address: Address| AddressFound {
        uprn: address.uprn,
        lines: address.lines.into_iter().filter(|line| !line.is_empty()).collect(),
        town: address.town,
        postcode: address.postcode,
    };
    Ok(Addresses { addresses: addresses.into_iter().map(shown).collect() })
}

/// Where the map is, and what it is drawn from.
#[utoipa::path(get, path = "/api/map", tag = "places", responses((status = 200, body = MapView), (status = 404, body = Problem)))]
async fn map(at: At) -> Result<Response, ApiError> {
    let bounds = at.store.bounds().await?.ok_or_else(ApiError::not_found)?;
    let source = &at.served.council.map;
    let attribution = source.attribution.clone();
    let tiles = match (&source.file, &source.tiles) {
        (Some(_), _) => Tiles::Pmtiles { address: TILES.to_owned(), attribution },
        (None, Some(address)) => Tiles::Raster { address: address.clone(), attribution },
        (None, None) => Tiles::Plain,
    };
    Ok(([(header::CACHE_CONTROL, CACHING)], Json(MapView { tiles, bounds })).into_response())
}

/// Streets and wards near a place.
#[utoipa::path(get, path = "/api/map/plain", tag = "places", params(("lat" = f64, Query), ("lon" = f64, Query)),
    responses((status = 200, body = PlainMap), (status = 422, body = Problem)))]
async fn plain(at: At, Query(place): Query<Where>) -> Result<Response, ApiError> {
    let middle = place.position()?;
    let streets = at.store.streets_near(middle, REACH).await?;
    let areas = at.store.areas(Some(geo::around(middle, REACH))).await?;
    let map = PlainMap {
        wards: areas
            .into_iter()
            .filter(|area| area.own)
            .map(|area| Outline { name: area.name, rings: area.rings })
            .collect(),
        streets: streets.into_iter().map(|street| Line { name: street.name, path: street.path }).collect(),
    };
    Ok(([(header::CACHE_CONTROL, CACHING)], Json(map)).into_response())
}

/// The council's own file of tiles, whole or in parts.
async fn tiles(at: At, request: Request) -> Result<Response, ApiError> {
    let file = at.served.map_file.as_ref().ok_or_else(ApiError::not_found)?;
    let reply = ServeFile::new(file).try_call(request).await.map_err(|error| {
        tracing::error!(%error, "the file of tiles can't be read");
        ApiError::not_found()
    })?;
    Ok(reply.into_response())
}
