//! Homes as they are compared within one postcode: the flat, the number, the name of the building, the street. What
//! is the same home in another way of writing is the same. Every number said must be the same, so that what this
//! reading does not understand is rather another home than the wrong one.

use super::name::letters;

/// A home, read from the lines of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Home {
    /// `2`, `b`, `ground`.
    flat: Option<String>,
    /// `14`, `14-16`.
    number: Option<String>,
    /// The street, where there is a number.
    street: Vec<String>,
    /// What comes after the street, part by part.
    rest: Vec<Vec<String>>,
    /// Names of buildings; without a number, street and town too. Each in its words.
    names: Vec<Vec<String>>,
    /// Every number in it, and every word that tells a home from another in the same house; sorted.
    marks: Vec<String>,
}

/// Words that a flat's number follows.
const UNITS: [&str; 6] = ["flat", "flt", "apartment", "apt", "appt", "unit"];
/// The same for what is no flat: room 2 is another home than flat 2.
const ROOMS: [&str; 6] = ["room", "studio", "bedsit", "maisonette", "annexe", "penthouse"];
/// Words that tell a home from another in the same house, wherever they stand.
const MARKS: [&str; 6] = ["rear", "above", "over", "behind", "below", "adjacent"];
/// Words that say which flat, where it has no number.
const WHERE: [&str; 18] = [
    "basement", "ground", "first", "second", "third", "fourth", "top", "upper", "lower", "middle", "garden",
    "front", "rear", "back", "left", "right", "hall", "attic",
];
/// Words that the name of a building with flats ends in: 4 Quay House is flat 4 of Quay House.
const BUILDINGS: [&str; 13] = [
    "house",
    "court",
    "building",
    "buildings",
    "lodge",
    "mansions",
    "tower",
    "towers",
    "apartments",
    "point",
    "heights",
    "hall",
    "mill",
];

/// A word written out. Saint and Street share a short form, and so one form here.
fn long(word: &str) -> &str {
    match word {
        "st" | "saint" | "str" => "street",
        "rd" => "road",
        "ave" | "av" => "avenue",
        "ln" => "lane",
        "dr" | "drv" => "drive",
        "cl" => "close",
        "ct" | "crt" => "court",
        "cres" | "cresc" => "crescent",
        "gdns" | "gdn" => "gardens",
        "sq" => "square",
        "pl" => "place",
        "tce" | "terr" | "ter" => "terrace",
        "gro" | "grv" => "grove",
        "grn" => "green",
        "pk" => "park",
        "pde" => "parade",
        "wy" => "way",
        "wlk" => "walk",
        "mt" => "mount",
        "hse" | "ho" => "house",
        "bldg" => "building",
        "bldgs" => "buildings",
        "mans" => "mansions",
        "cott" => "cottage",
        "cotts" => "cottages",
        "apts" => "apartments",
        "nth" => "north",
        "sth" => "south",
        "annex" => "annexe",
        "1st" => "first",
        "2nd" => "second",
        "3rd" => "third",
        "4th" => "fourth",
        other => other,
    }
}

/// `14`, `14b`: digits, and a letter at most.
fn is_number(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        && word.chars().count() <= digits.len() + 1
}

/// `2`, `2b`, `b`, `a12`.
fn is_flat_number(word: &str) -> bool {
    !is_sign(word) && (word.chars().nth(1).is_none() || word.contains(|c: char| c.is_ascii_digit()))
}

/// The words of a part between commas. Dashes and slashes that stand after a digit are words of their own.
fn words(part: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        let done = std::mem::take(word);
        let done = if done.starts_with('0') { done.trim_start_matches('0').to_owned() } else { done };
        // 14 B is 14b; but a single letter may be a point of the compass.
        let letter =
            done.len() == 1 && done.bytes().all(|byte| byte.is_ascii_lowercase() && !b"nesw".contains(&byte));
        match words.last_mut() {
            Some(last) if letter && last.ends_with(|c: char| c.is_ascii_digit()) => *last += &done,
            _ if done.is_empty() || done == "the" => {}
            _ => words.push(long(&done).to_owned()),
        }
    };
    for c in letters(part).chars() {
        match c {
            '&' => {
                end(&mut word);
                end(&mut "and".to_owned());
            }
            '-' | '–' | '—' | '/' => {
                end(&mut word);
                end(&mut if c == '/' { "/" } else { "-" }.to_owned());
            }
            c if c.is_alphanumeric() => word.push(c),
            _ => end(&mut word),
        }
    }
    end(&mut word);
    words
}

impl Home {
    /// Reads the lines of an address, town and all, without its postcode.
    pub(super) fn read<'l>(lines: impl IntoIterator<Item = &'l str>) -> Self {
        let mut home = Self::default();
        let parts = lines.into_iter().flat_map(|line| line.split([',', ';', '\n']));
        let mut parts: Vec<Vec<String>> = parts.map(words).collect();
        for part in &mut parts {
            home.take_flat(part);
            home.join_numbers(part);
        }
        // A number in a part of its own belongs to the part after it.
        let mut joined: Vec<Vec<String>> = Vec::new();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            match joined.last_mut() {
                Some(last) if matches!(last.as_slice(), [number] if is_number(number)) => last.extend(part),
                _ => joined.push(part),
            }
        }
        for part in joined {
            home.take_part(part);
        }
        home.settle();
        home
    }

    /// Takes the flat out of a part: `flat 2`, `ground floor flat`, `flat 1/2`, `room 2`, `annexe`.
    fn take_flat(&mut self, part: &mut Vec<String>) {
        part.retain(|word| word != "floor");
        drop_number_word(part);
        let is_unit = |word: &String| UNITS.contains(&word.as_str()) || ROOMS.contains(&word.as_str());
        let Some(unit) = part.iter().position(is_unit) else { return };
        if self.flat.is_some() {
            return;
        }
        let is_where = |word: &&String| WHERE.contains(&word.as_str());
        let (flat, taken) = match &part[unit + 1..] {
            // In Scotland the floor and the flat on it; elsewhere the flat and the number of the house.
            [floor, slash, flat] if slash == "/" && is_number(floor) && is_number(flat) => {
                self.note(floor);
                self.note(flat);
                (format!("{floor}/{flat}"), unit..unit + 4)
            }
            // An annexe has no number: what follows is the house's.
            [flat, ..] if is_flat_number(flat) && part[unit] != "annexe" => {
                self.note(flat);
                (flat.clone(), unit..unit + 2)
            }
            after => {
                let before = part[..unit].iter().rev().take_while(is_where).count();
                let after = if before == 0 { after.iter().take_while(is_where).count() } else { 0 };
                let said = [&part[unit - before..unit], &part[unit + 1..=unit + after]].concat().join(" ");
                (if said.is_empty() { "flat".to_owned() } else { said }, unit - before..unit + 1 + after)
            }
        };
        let room = part.get(unit).filter(|word| ROOMS.contains(&word.as_str()));
        self.flat = Some(room.map_or(flat.clone(), |room| format!("{room} {flat}")));
        part.drain(taken);
    }

    /// Notes the marks, joins `14 - 16`, and reads `2/14` as flat 2 of 14.
    fn join_numbers(&mut self, part: &mut Vec<String>) {
        for word in part.iter() {
            self.note(word);
        }
        let block = part.windows(2).find(|two| two[0] == "block").map(|two| format!("block {}", two[1]));
        self.marks.extend(block);
        while let Some(at) = part.windows(3).position(
            |three| matches!(three, [one, sign, other] if is_number(one) && is_sign(sign) && is_number(other)),
        ) {
            let (sign, other) = (part.remove(at + 1), part.remove(at + 1));
            if sign == "/" && self.flat.is_none() {
                self.flat = Some(std::mem::replace(&mut part[at], other));
            } else {
                part[at] = format!("{}-{other}", part[at]);
            }
        }
        part.retain(|word| !is_sign(word));
    }

    fn note(&mut self, word: &str) {
        let digits = word.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
        self.marks.extend(digits.map(str::to_owned));
        self.marks.extend(MARKS.contains(&word).then(|| word.to_owned()));
    }

    /// Takes in what is left of a part: a number and its street, or a name.
    fn take_part(&mut self, mut part: Vec<String>) {
        // 2 14 High Street.
        if self.flat.is_none()
            && matches!(part.as_slice(), [flat, number, _, ..] if is_number(flat) && is_number(number))
        {
            self.flat = Some(part.remove(0));
        }
        let number = part.iter().position(|word| is_number(word)).filter(|at| at + 1 < part.len());
        let Some(at) = number else {
            if self.number.is_some() {
                self.rest.push(part);
            } else {
                self.names.push(part);
            }
            return;
        };
        // 4 Quay House, 14 High Street: the first was the flat's.
        if let Some(earlier) = self.number.take() {
            let mut name = std::mem::take(&mut self.street);
            if self.flat.is_none() {
                self.flat = Some(earlier);
            } else {
                name.insert(0, earlier);
            }
            self.names.push(name);
            self.names.append(&mut self.rest);
        }
        self.street = part.split_off(at + 1);
        self.number = part.pop();
        self.names.extend((!part.is_empty()).then_some(part));
    }

    /// One form for what can be written in two.
    fn settle(&mut self) {
        let is_building = self.street.last().is_some_and(|word| BUILDINGS.contains(&word.as_str()));
        if self.flat.is_none() && is_building {
            self.flat = self.number.take();
            self.names.push(std::mem::take(&mut self.street));
            self.names.append(&mut self.rest);
        }
        // 14b is flat b of 14, where no other flat is named.
        if self.flat.is_none()
            && let Some(number) = &self.number
            && let Some(letter) = number.chars().last().filter(|c| c.is_alphabetic())
        {
            self.flat = Some(letter.to_string());
            self.number = Some(number.trim_end_matches(letter).to_owned());
        }
        self.marks.sort();
    }

    /// Whether this is the same home, both being within one postcode.
    pub(super) fn is(&self, other: &Self) -> bool {
        if self.flat != other.flat || self.number != other.number || self.marks != other.marks {
            return false;
        }
        let within = |one: &Self, other: &Self| one.names.iter().all(|name| other.names.contains(name));
        let names = within(self, other) || within(other, self);
        if self.number.is_none() {
            let first = self.names.first();
            let is_name = first.is_some_and(|words| words.iter().any(|word| !is_number(word)));
            return names && is_name && first == other.names.first();
        }
        let whole = |home: &Self| [home.street.clone(), home.rest.concat()].concat();
        names
            && !self.street.is_empty()
            && (self.street == other.street
                || (whole(other).starts_with(&self.street) && whole(self).starts_with(&other.street)))
    }
}

fn is_sign(word: &str) -> bool {
    matches!(word, "-" | "/")
}

/// No. 14 is 14.
fn drop_number_word(part: &mut Vec<String>) {
    while let Some(at) = part.windows(2).position(
        |two| matches!(two, [word, number] if (word == "no" || word == "number") && is_flat_number(number)),
    ) {
        part.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn home(text: &str) -> Home {
        Home::read(text.split('|'))
    }

    #[test]
    fn one_home_in_many_ways() {
        for same in [
            &[
                "Flat 2, 14 High Street",
                "FLAT 2|14 HIGH ST",
                "flat 2 14 high st.",
                "Flat 2 - 14 High Street",
                "Flat 02, 014 High Street",
                "2/14 High Street",
                "2 / 14 High Street",
                "Flat 2/14 High Street",
                "2|14 High Street",
                "Flat 2|14|High Street",
                "Apartment 2, 14 High Street",
                "Apt. 2, 14 High Street",
                "Unit 2, 14 High Street",
                "Flat No. 2, No 14, The High Street",
                "14 High Street, Flat 2",
                "14 High Street Flat 2, Saltmarsh",
                "Flat 2, 14, High Street|Saltmarsh|Kent",
                "Flat 2, Quay House, 14 High Street",
                "2 Quay House, 14 High Street",
            ][..],
            &[
                "14b High Street",
                "14B HIGH ST",
                "14 b High Street",
                "Flat B, 14 High Street",
                "Flat B 14 High St",
            ],
            &["Flat 2, 14b High Street", "2/14b High St"],
            &["14-16 High Street", "14 - 16 High St", "14–16 High Street, Saltmarsh"],
            &["14 St John's Road", "14 Saint Johns Rd", "14 St. Johns Road"],
            &["4 Quay House", "Flat 4, Quay House", "Flat 4 Quay Hse", "Apartment 4|Quay House"],
            &[
                "4 Quay House, High Street, Saltmarsh",
                "Flat 4|Quay House|High St|Saltmarsh",
                "4 Quay House, Saltmarsh",
            ],
            &["14 High Street|Saltmarsh", "14 High Street Saltmarsh", "14 High St, Saltmarsh, Kent"],
            &["4 Quay House, 14 High Street", "Flat 4, 14 High Street", "Flat 4 Quay House, 14 High Street"],
            &[
                "Ground Floor Flat, 14 High Street",
                "Ground floor flat|14 High St",
                "Flat ground floor, 14 High Street",
            ],
            &["1st Floor Flat, 14 High Street", "First Floor Flat, 14 High Street"],
            &["The Flat, 14 High Street", "Flat, 14 High Street"],
            &["Flat 1/2, 14 High Street", "Flat 1/2|14 High St"],
            &["Rose Cottage, Mill Lane", "ROSE COTT.|MILL LN|SALTMARSH"],
            &["Rose Cottage, 3 Mill Lane", "3 Mill Ln"],
            &["Annexe, 14 High Street", "The Annex 14 High St", "14 High Street, Annexe"],
            &["Room 2, Flat B, 14 High Street", "ROOM 2|FLAT B|14 HIGH ST"],
            &["Room 2, 14 High Street", "ROOM 2 14 HIGH ST"],
            &["Plot 4", "PLOT 4"],
            &["1 3rd Avenue", "1 Third Ave"],
            &["Tŷ Gwyn, Ffordd y Môr", "TY GWYN|FFORDD Y MOR"],
            &["7 Smith & Jones Yard", "7 Smith and Jones Yard"],
        ] {
            for other in same {
                assert!(
                    home(same[0]).is(&home(other)),
                    "{} / {other}
{:?}
{:?}",
                    same[0],
                    home(same[0]),
                    home(other)
                );
            }
        }
    }

    #[test]
    fn other_homes() {
        for (one, other) in [
            ("Flat 2, 14 High Street", "Flat 3, 14 High Street"),
            ("Flat 2, 14 High Street", "14 High Street"),
            ("Flat 2, 14 High Street", "Flat 2, 15 High Street"),
            ("Flat 2, 14 High Street", "Flat 14, 2 High Street"),
            ("Flat 2, 14 High Street", "14b High Street"),
            ("2/14 High Street", "14/2 High Street"),
            ("14 High Street", "14a High Street"),
            ("14a High Street", "14b High Street"),
            ("14 High Street", "14-16 High Street"),
            ("14 High Street", "16 High Street"),
            ("1 High Street", "11 High Street"),
            ("14 High Street", "14 High Road"),
            ("14 High Street", "14 High Street North"),
            ("14 High Street", "14 Upper High Street"),
            ("14 High Street", "14"),
            ("14", "14"),
            ("", ""),
            ("High Street", ""),
            ("Rose Cottage, Mill Lane", "Ivy Cottage, Mill Lane"),
            ("Rose Cottage, Mill Lane", "Mill Lane"),
            ("Rose Cottage, 3 Mill Lane", "Ivy Cottage, 3 Mill Lane"),
            ("Flat 2, Quay House", "Flat 2, Mill House"),
            ("Flat 2, Block 3, Quay House", "Flat 2, Block 4, Quay House"),
            ("Flat 2, Quay House, Block A", "Flat 2, Quay House, Block B"),
            ("Flat 2, Block A, 14 High Street", "Flat 2, Block B, 14 High Street"),
            ("Flat 2, Block 3, 14 High Street", "Flat 2, 14 High Street"),
            ("Flat 2, 14 High Street, Block 3", "Flat 2, 14 High Street, Block 4"),
            ("Ground Floor Flat, 14 High Street", "First Floor Flat, 14 High Street"),
            ("Ground Floor Flat, 14 High Street", "Ground Floor Rear Flat, 14 High Street"),
            ("Basement Flat, 14 High Street", "14 High Street"),
            ("Flat 1/2, 14 High Street", "Flat 2/1, 14 High Street"),
            ("Flat 1/2, 14 High Street", "Flat 1, 14 High Street"),
            ("Room 2, 14 High Street", "Flat 2, 14 High Street"),
            ("Room 2, 14 High Street", "Room 3, 14 High Street"),
            ("Studio 2, 14 High Street", "Flat 2, 14 High Street"),
            ("Annexe, 14 High Street", "14 High Street"),
            ("14 High Street, Annexe", "14 High Street"),
            ("Annexe, 14 High Street", "Flat, 14 High Street"),
            ("Rear of 14 High Street", "14 High Street"),
            ("14 High Street (rear)", "14 High Street"),
            ("Flat above, 14 High Street", "Flat, 14 High Street"),
            ("14 High Street, Block A", "14 High Street, Block B"),
            ("14 High Street, Block A", "14 High Street"),
            ("Plot 4", "Plot 5"),
            ("14 N Street", "14n Street"),
        ] {
            assert!(!home(one).is(&home(other)), "{one} / {other}\n{:?}\n{:?}", home(one), home(other));
            assert!(!home(other).is(&home(one)), "{other} / {one}");
        }
    }

    proptest! {
        #[test]
        fn only_the_very_numbers(flat in 1u32..30, number in 1u32..30, other_flat in 1u32..30, other_number in 1u32..30, one in 0usize..5, other in 0usize..5) {
            let write = |form: usize, flat: u32, number: u32| match form {
                0 => format!("Flat {flat}, {number} High Street"),
                1 => format!("{flat}/{number} HIGH ST"),
                2 => format!("Apt {flat}|{number}|High Street|Saltmarsh"),
                3 => format!("{number} High St., Unit {flat}"),
                _ => format!("{flat} Quay House|{number} High Street"),
            };
            let same = home(&write(one, flat, number)).is(&home(&write(other, other_flat, other_number)));
            prop_assert_eq!(same, (flat, number) == (other_flat, other_number));
        }

        #[test]
        fn nothing_panics_and_it_works_both_ways(one in "\\PC{0,40}|[a-c0-9/, -]{0,20}|(flat |no |14 |2/|b |, |first |floor ){0,8}", other in "[a-c0-9/, -]{0,20}") {
            prop_assert_eq!(home(&one).is(&home(&other)), home(&other).is(&home(&one)));
        }
    }
}
