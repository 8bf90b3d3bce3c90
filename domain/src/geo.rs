//! Distances and areas of a town's size. Positions are degrees (WGS 84).

use crate::field::Position;

/// Metres in a degree of latitude.
const METRES: f64 = 111_195.0;

/// How far two positions are apart, in metres; good to a thousandth within a county.
#[must_use]
pub fn metres(one: Position, other: Position) -> f64 {
    let middle = f64::midpoint(one.lat, other.lat);
    let north = (one.lat - other.lat) * METRES;
    let east = (one.lon - other.lon) * METRES * middle.to_radians().cos();
    north.hypot(east)
}

/// A box around a position that reaches this far, in metres: south, west, north, east.
#[must_use]
pub fn around(middle: Position, reach: f64) -> [f64; 4] {
    let north = reach / METRES;
    let east = reach / (METRES * middle.lat.to_radians().cos().max(0.01));
    [middle.lat - north, middle.lon - east, middle.lat + north, middle.lon + east]
}

/// Rings of `[lat, lon]` points: an area, its other parts, and the holes in them.
pub type Rings = Vec<Vec<[f64; 2]>>;

/// Whether a position lies within an area. A hole is outside; a line is crossed an odd number of times on the
/// way out of what one is in.
#[must_use]
pub fn contains(rings: &Rings, position: Position) -> bool {
    let mut inside = false;
    for ring in rings {
        let Some(mut before) = ring.last() else { continue };
        for point in ring {
            let ([lat, lon], [before_lat, before_lon]) = (*point, *before);
            if (lat > position.lat) != (before_lat > position.lat) {
                let share = (position.lat - lat) / (before_lat - lat);
                if position.lon < lon + share * (before_lon - lon) {
                    inside = !inside;
                }
            }
            before = point;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Position {
        Position::new(lat, lon).unwrap()
    }

    #[test]
    fn distances_as_maps_give_them() {
        // Newcastle to Durham: 22.9 km.
        let apart = metres(at(54.9783, -1.6178), at(54.7753, -1.5849));
        assert!((apart - 22_670.0).abs() < 100.0, "{apart}");
        assert!(metres(at(53.0, 0.3), at(53.0, 0.3)) < 0.001);
        let [south, west, north, east] = around(at(53.0, 0.3), 30.0);
        assert!((metres(at(south, 0.3), at(north, 0.3)) - 60.0).abs() < 0.1);
        assert!((metres(at(53.0, west), at(53.0, east)) - 60.0).abs() < 0.1);
    }

    #[test]
    fn an_area_with_a_hole_and_a_second_part() {
        let square = |lat: f64, lon: f64, size: f64| {
            vec![[lat, lon], [lat + size, lon], [lat + size, lon + size], [lat, lon + size], [lat, lon]]
        };
        let area = vec![square(0.0, 0.0, 4.0), square(1.0, 1.0, 1.0), square(10.0, 10.0, 1.0)];
        assert!(contains(&area, at(0.5, 0.5)) && contains(&area, at(3.0, 3.0)));
        assert!(contains(&area, at(10.5, 10.5)), "the second part");
        assert!(!contains(&area, at(1.5, 1.5)), "the hole");
        assert!(!contains(&area, at(5.0, 1.0)) && !contains(&area, at(-1.0, 1.0)));
        assert!(!contains(&Vec::new(), at(0.0, 0.0)));
    }

    proptest::proptest! {
        #[test]
        fn what_is_near_is_in_the_box(lat in -60.0..60.0_f64, lon in -170.0..170.0_f64, north in -50.0..50.0_f64, east in -50.0..50.0_f64) {
            let middle = at(lat, lon);
            let other = at(lat + north / METRES, lon + east / (METRES * lat.to_radians().cos()));
            let [south, west, top, right] = around(middle, 80.0);
            proptest::prop_assert!(metres(middle, other) < 75.0);
            proptest::prop_assert!(south <= other.lat && other.lat <= top && west <= other.lon && other.lon <= right);
        }
    }
}
