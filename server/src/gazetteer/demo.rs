//! The town of the demonstration council: invented, the same every time, and in the sea, so that no real
//! street is meant. Six wards of two rows; 80 streets with 25 addresses each.

use domain::field::Position;
use domain::identity::roll::Elector;

use super::{search_key, slug};
use crate::store::places::{Address, Area, Street};

/// The town's south-western corner.
const CORNER: [f64; 2] = [52.960, 0.270];
/// A ward's height and width, in degrees; about 800 by 800 metres.
const WARD: [f64; 2] = [0.0072, 0.0120];
const TOWN: &str = "Saltmarsh";
const HOUSES: u32 = 25;

/// The wards, the upper row first, from west to east.
const WARDS: [(&str, &str); 6] = [
    ("hill-top", "Hill Top"),
    ("northgate", "Northgate"),
    ("castle", "Castle"),
    ("marsh-end", "Marsh End"),
    ("harbour", "Harbour"),
    ("quayside", "Quayside"),
];

/// The streets, in the order of the wards: fourteen each, ten in the last.
const STREETS: &str = "Beacon Road,Windmill Rise,Skylark Way,Heather Close,Orchard Avenue,Summit Street,Larch Grove,\
Rowan Drive,Hilltop Crescent,Quarry Lane,Fairview Gardens,Kestrel Court,Upper Field Road,Reservoir Road,\
North Road,Gatehouse Street,Priory Street,Abbey Walk,Station Road,Railway Terrace,Victoria Road,Albert Street,\
Chapel Lane,School Lane,Market Street,Library Street,Mill Lane,Bridge Street,\
Castle Street,Moat Lane,Tower Road,Keep Street,King’s Road,Queen Street,Bishop’s Walk,Deanery Close,St John’s Road,\
Church Street,Rectory Gardens,Almshouse Row,Guildhall Street,Monk Street,\
Marsh Road,Reed Lane,Heron Way,Curlew Close,Sedge Avenue,Sluice Road,Dyke Lane,Willow Drive,Otter Court,\
Eel Lane,Meadow Street,Pump Street,Ferry Road,Bulrush Close,\
Harbour Street,Anchor Lane,Capstan Row,Lifeboat Road,Net Loft Lane,Fish Street,Custom House Street,Rope Walk,\
Lighthouse Road,Pilot Street,Salt Lane,Chandler’s Row,Beach Road,Dock Road,\
Quay Road,Promenade,Pier Street,Bathing Street,Sea View Terrace,Shingle Street,Gull Lane,Cockle Row,Tide Street,Esplanade";

/// The wards of the town, and the two councils around.
#[must_use]
pub fn wards() -> Vec<Area> {
    let mut areas: Vec<Area> = WARDS
        .iter()
        .enumerate()
        .map(|(at, (id, name))| Area {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            own: true,
            rings: vec![outline(at)],
        })
        .collect();
    let [south, west] = CORNER;
    let (north, east) = (south + 2.0 * WARD[0], west + 3.0 * WARD[1]);
    for (name, [south, west, north, east]) in [
        ("Northmere District Council", [north, west - 0.1, north + 0.1, east + 0.1]),
        ("Saltwick Borough Council", [south - 0.1, west - 0.1, south, east + 0.1]),
    ] {
        let ring = vec![[south, west], [south, east], [north, east], [north, west], [south, west]];
        areas.push(Area { id: slug(name), name: name.to_owned(), own: false, rings: vec![ring] });
    }
    areas
}

/// A corner of the grid of wards. Those within the town are a little off, as if the lines followed lanes.
fn corner(row: u8, column: u8) -> [f64; 2] {
    let [south, west] = CORNER;
    let off = match (row, column) {
        (1, 1) => [0.0006, -0.0009],
        (1, 2) => [-0.0005, 0.0008],
        _ => [0.0, 0.0],
    };
    [south + f64::from(row) * WARD[0] + off[0], west + f64::from(column) * WARD[1] + off[1]]
}

/// The row, from the south, and the column of a ward.
fn cell(at: usize) -> (u8, u8) {
    let at = u8::try_from(at).unwrap_or(0);
    (1 - at / 3, at % 3)
}

fn outline(at: usize) -> Vec<[f64; 2]> {
    let (row, column) = cell(at);
    [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)].map(|(up, right)| corner(row + up, column + right)).to_vec()
}

/// The streets and addresses of the town.
#[must_use]
pub fn addresses() -> (Vec<Street>, Vec<Address>) {
    let mut streets = Vec::new();
    let mut addresses = Vec::new();
    for (number, name) in (0_u32..).zip(STREETS.split(',')) {
        let ward = (number / 14) as usize;
        let (row, column) = cell(ward);
        let [south, west] = CORNER;
        let base = [south + f64::from(row) * WARD[0], west + f64::from(column) * WARD[1]];
        // Half of a ward's streets run east, and half north, as far as the ward goes.
        let own = number % 14;
        let share = f64::from(own / 2 + 1) / 8.0;
        let along = |part: f64| -> [f64; 2] {
            let part = 0.08 + 0.84 * part;
            if own % 2 == 0 {
                [base[0] + share * WARD[0], base[1] + part * WARD[1]]
            } else {
                [base[0] + part * WARD[0], base[1] + share * WARD[1]]
            }
        };
        let locality = WARDS[ward].1;
        let id = slug(&format!("{name} {locality}"));
        let postcode = postcode(number);
        for (place, house) in (0_i32..).zip(1..=HOUSES) {
            let [lat, lon] = along(f64::from(house) / f64::from(HOUSES));
            let side = if house % 2 == 0 { 0.000_06 } else { -0.000_06 };
            let uprn = 10_000_000 + number * 100 + house;
            addresses.push(Address {
                uprn: uprn.to_string(),
                lines: [format!("{house} {name}"), String::new()],
                town: Some(TOWN.to_owned()),
                postcode: postcode.clone(),
                street: id.clone(),
                place,
                position: Position { lat: lat + side, lon: lon + side },
            });
        }
        let middle = along(0.5);
        streets.push(Street {
            search_key: search_key(&format!("{name} {locality}")),
            id,
            name: name.to_owned(),
            locality: Some(locality.to_owned()),
            middle: Position { lat: middle[0], lon: middle[1] },
            path: vec![along(0.0), middle, along(1.0)],
        });
    }
    (streets, addresses)
}

/// Who is on the invented roll: one or two people at each address, and those whom the demonstration is shown with.
#[must_use]
pub fn electors() -> Vec<Elector> {
    let (_, addresses) = addresses();
    let name =
        |names: &str, at: usize| names.split(',').cycle().nth(at).unwrap_or_default().trim().to_uppercase();
    let elector = |surname: String, forenames: String, address: &Address| Elector {
        surname,
        forenames,
        lines: vec![address.lines[0].to_uppercase(), TOWN.to_uppercase()],
        postcode: address.postcode.clone(),
    };
    let mut electors = Vec::new();
    for (at, address) in addresses.iter().enumerate() {
        let surname = name(SURNAMES, at * 7 + at / 25);
        electors.push(elector(surname.clone(), name(FORENAMES, at * 5), address));
        if at % 3 != 0 {
            electors.push(elector(surname, name(FORENAMES, at * 5 + 11), address));
        }
    }
    for (surname, forenames, first) in KNOWN {
        let home = addresses.iter().find(|address| address.lines[0] == first);
        electors.extend(home.map(|home| elector(surname.to_uppercase(), forenames.to_uppercase(), home)));
    }
    electors
}

/// Surname, forenames and home of those whom the demonstration is shown with.
const KNOWN: [(&str, &str, &str); 3] = [
    ("O'Brien", "Sam", "4 Mill Lane"),
    ("Taylor", "Sam", "12 Mill Lane"),
    ("Lindqvist", "Ann Marie", "7 Harbour Street"),
];

const SURNAMES: &str = "Abara,Ashworth,Begum,Carter,Chaudhry,Davies,Dunn,Ellis,Farrow,Gomes,Greenwood,Hollis,Hussain,Iqbal,\
Jarvis,Kaur,Kelly,Lowe,Marsh,Mensah,Novak,Okoro,Parry,Quinn,Reed,Rossi,Salt,Singh,Thorne,Usman,Vance,Walsh,Yilmaz";
const FORENAMES: &str = "Ada,Amir,Beth,Callum,Chloe,Dev,Dorota,Ewan,Fatima,Gareth,Hana,Ibrahim,Isla,Jack,Joan,Kwame,\
Leila,Marek,Nadia,Oliver,Priti,Rhys,Rosa,Stan,Tess,Umar,Vera,Will,Zoe";

/// An invented postcode in a form that is recognised; the district ZE9 does not exist.
fn postcode(number: u32) -> String {
    const LETTERS: &[u8] = b"ABDEFGHJLN";
    let letter = |at: u32| char::from(LETTERS[at as usize % LETTERS.len()]);
    format!("ZE9 {}{}{}", 1 + number / 20, letter(number / 10), letter(number))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::geo;

    use super::*;

    #[test]
    fn a_town_of_eighty_streets_and_two_thousand_addresses_within_its_wards() {
        let (streets, addresses) = addresses();
        assert_eq!((streets.len(), addresses.len()), (80, 2_000));
        let distinct = |all: Vec<&str>| all.into_iter().collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(streets.iter().map(|street| street.id.as_str()).collect()), 80);
        assert_eq!(distinct(addresses.iter().map(|address| address.uprn.as_str()).collect()), 2_000);
        assert_eq!(distinct(addresses.iter().map(|address| address.postcode.as_str()).collect()), 80);
        let wards = wards();
        for address in &addresses {
            let known = domain::field::place::postcode(&address.postcode);
            assert_eq!(known.as_deref(), Some(address.postcode.as_str()));
            let around = wards.iter().filter(|ward| ward.own && geo::contains(&ward.rings, address.position));
            assert_eq!(around.count(), 1, "{address:?}");
        }
    }
}
