//! Wards from a GeoJSON file: polygons with an `id` and a `name`. One that has a `council` is the area of that
//! other council, so that people can be told whose a place is.

use domain::geo::Rings;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::slug;
use crate::store::places::Area;

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(default)]
    properties: Map<String, Value>,
    geometry: Geometry,
}

/// Positions are longitude first, as GeoJSON (RFC 7946) has them.
#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Vec<Vec<f64>>>),
    MultiPolygon(Vec<Vec<Vec<Vec<f64>>>>),
}

/// Reads a file of wards.
///
/// # Errors
/// What is wrong and where, in words.
pub fn read(text: &str) -> Result<Vec<Area>, String> {
    let collection: Collection = serde_json::from_str(text).map_err(|error| {
        format!("This is not a GeoJSON FeatureCollection of polygons in degrees: {error}")
    })?;
    let mut areas: Vec<Area> = Vec::new();
    for (feature, number) in collection.features.into_iter().zip(1..) {
        let property = |names: &[&str]| {
            let found = names.iter().find_map(|name| feature.properties.get(*name));
            found.and_then(|value| match value {
                Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
        };
        let council = property(&["council"]);
        let own = council.is_none();
        let name = council
            .or_else(|| property(&["name", "Name", "NAME"]))
            .ok_or_else(|| format!("Feature {number} has neither a “name” nor a “council”."))?;
        let id = property(&["id", "code"]).unwrap_or_else(|| slug(&name));
        if areas.iter().any(|area| area.id == id) {
            return Err(format!("The id “{id}” of feature {number} is there twice."));
        }
        let polygons = match feature.geometry {
            Geometry::Polygon(rings) => vec![rings],
            Geometry::MultiPolygon(polygons) => polygons,
        };
        let mut rings = Rings::new();
        for ring in polygons.into_iter().flatten() {
            let point = |point: Vec<f64>| match point.as_slice() {
                [lon, lat, ..] if lat.abs() <= 90.0 && lon.abs() <= 180.0 => Some([*lat, *lon]),
                _ => None,
            };
            let ring: Option<Vec<[f64; 2]>> = ring.into_iter().map(point).collect();
            let ring = ring.filter(|ring| ring.len() >= 4).ok_or_else(|| {
                format!("“{name}” has a ring that is not of at least four points in degrees of longitude and latitude.")
            })?;
            rings.push(ring);
        }
        areas.push(Area { id, name, own, rings });
    }
    if areas.iter().all(|area| !area.own) {
        return Err("The file holds no ward of this council.".to_owned());
    }
    Ok(areas)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(features: &str) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#)
    }

    fn feature(properties: &str, geometry: &str) -> String {
        format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#)
    }

    const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}"#;

    #[test]
    fn reads_wards_and_the_areas_around() {
        let text = file(&format!(
            "{},{}",
            feature(r#"{"id":"harbour","name":"Harbour"}"#, SQUARE),
            feature(
                r#"{"council":"Northmere District Council"}"#,
                r#"{"type":"MultiPolygon","coordinates":[[[[0,51],[1,51],[1,52],[0,51]]],[[[2,51],[3,51],[3,52],[2,51]]]]}"#
            )
        ));
        let areas = read(&text).unwrap();
        assert_eq!(
            (areas[0].id.as_str(), areas[0].own, areas[0].rings[0][1]),
            ("harbour", true, [50.0, 1.0])
        );
        assert_eq!(
            (areas[1].name.as_str(), areas[1].own, areas[1].rings.len()),
            ("Northmere District Council", false, 2)
        );
    }

    #[test]
    fn says_what_is_wrong() {
        let point = r#"{"type":"Point","coordinates":[0,50]}"#;
        let metres = r#"{"type":"Polygon","coordinates":[[[430000,280000],[430100,280000],[430100,280100],[430000,280000]]]}"#;
        for (text, expected) in [
            ("not json".to_owned(), "not a GeoJSON"),
            (file(&feature(r#"{"name":"A"}"#, point)), "not a GeoJSON"),
            (file(&feature("{}", SQUARE)), "neither a “name”"),
            (file(&feature(r#"{"name":"A"}"#, metres)), "degrees"),
            (file(&feature(r#"{"council":"B"}"#, SQUARE)), "no ward"),
            (file(&format!("{0},{0}", feature(r#"{"name":"A"}"#, SQUARE))), "twice"),
            (file(""), "no ward"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
