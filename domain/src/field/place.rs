//! Where something is: a street or postcode, words a crew can find it by, the number on a lamp column, and a
//! position if the resident gave one. Nobody needs a map to say where.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ErrorCode, FieldError, Parsed, Position, Value, plain};
use crate::answers::{Answers, Parts};

/// The parts of a place's answer. `street_id` is the street's identifier in the gazetteer, when it was picked
/// from the list; `postcode` is what older drafts say apart from the street.
pub const PARTS: [&str; 6] = ["street", "street_id", "words", "asset", "position", "postcode"];
const WORDS_MAX: u32 = 500;
const STREET_MAX: u32 = 200;
const ASSET_MAX: u32 = 50;

/// The areas of the United Kingdom's postcodes, the Crown dependencies and forces' post (BF) included.
/// Source: the list that GOV.UK's own forms use.
const AREAS: &str = "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE";

/// A place question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PlaceKind))]
pub struct Place {
    /// What the number on the thing is called, where it has one: `Lamp column number`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
}

/// A place as told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceValue {
    /// The place in words: `outside number 12`.
    pub words: String,
    /// The street, as picked or typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// The street's identifier in the gazetteer, when it was picked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_id: Option<String>,
    /// The postcode, in its usual form when recognised, else as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// The postcode has the form of a real one. A false here is a flag to staff, never a refusal: new
    /// buildings are not in anyone's list yet.
    #[serde(default)]
    pub postcode_recognised: bool,
    /// The number on the thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<Asset>,
    /// Where on the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// The number on a thing in the street.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Asset {
    /// What the number is called.
    pub label: String,
    /// The number.
    pub number: String,
}

impl Place {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let mut errors = Vec::new();
        let mut line = |name: &str, max: u32| {
            let text = plain::line(parts.part(name));
            errors.extend(plain::within(parts.path(name), &text, max).err());
            (!text.is_empty()).then_some(text)
        };
        let (words, street) = (line("words", WORDS_MAX), line("street", STREET_MAX));
        let (typed, asset) = (line("postcode", ASSET_MAX), line("asset", ASSET_MAX));
        let position = match parts.part("position") {
            "" => None,
            raw => {
                let position = Position::parse(raw);
                if position.is_none() {
                    errors.push(FieldError::new(parts.path("position"), ErrorCode::NotAPosition));
                }
                position
            }
        };
        // One box takes a street or a postcode.
        let (street, typed) = match street.as_deref().and_then(postcode) {
            Some(known) => (None, Some(known)),
            None => (street, typed),
        };
        let is_found = words.is_some() || street.is_some() || position.is_some();
        if !is_found && (typed.is_some() || asset.is_some()) {
            // A postcode alone covers a whole street, and a number alone may be anywhere: a crew needs more.
            errors.push(FieldError::new(parts.path("words"), ErrorCode::Missing));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        if !is_found {
            return Ok(None);
        }
        let known = typed.as_deref().and_then(postcode);
        let street_id = parts.part("street_id");
        let street_id = (street.is_some() && !street_id.is_empty()).then(|| street_id.to_owned());
        Ok(Some(Value::Place(PlaceValue {
            words: words.unwrap_or_default(),
            street,
            street_id: street_id.filter(|id| id.len() <= STREET_MAX as usize),
            postcode_recognised: known.is_some(),
            postcode: known.or(typed),
            asset: self.asset.clone().zip(asset).map(|(label, number)| Asset { label, number }),
            position,
        })))
    }

    #[expect(clippy::unused_self, reason = "every kind is called alike")]
    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        into.set(&format!("{question}.street"), "Mill Lane");
        into.set(&format!("{question}.words"), "Underpass by the library");
    }
}

/// A plain page has no list to pick a street from, and no map: what they said before stays, until another street is
/// typed.
pub(super) fn take(question: &str, posted: &BTreeMap<String, String>, into: &mut Answers) {
    let street = format!("{question}.street");
    let before = into.get(&street).to_owned();
    for part in ["street", "words", "asset"] {
        let path = format!("{question}.{part}");
        into.set(&path, posted.get(&path).cloned().unwrap_or_default());
    }
    if into.get(&street) != before {
        into.set(&format!("{question}.street_id"), "");
    }
}

impl PlaceValue {
    /// Writes it as it is typed.
    pub(super) fn write(&self, question: &str, into: &mut Answers) {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        // One box takes a street or a postcode.
        let street = self.street.as_ref().or(self.postcode.as_ref()).cloned().unwrap_or_default();
        let number = self.asset.as_ref().map(|asset| asset.number.clone()).unwrap_or_default();
        let position = self.position.map(|position| position.show()).unwrap_or_default();
        let parts = [
            ("street", street),
            ("street_id", text(&self.street_id)),
            ("words", self.words.clone()),
            ("asset", number),
            ("position", position),
        ];
        for (part, text) in parts {
            into.set(&format!("{question}.{part}"), text);
        }
    }

    /// The place in words, one line per part.
    #[must_use]
    pub fn show(&self) -> String {
        let asset = self.asset.as_ref().map(|asset| format!("{}: {}", asset.label, asset.number));
        let position = self.position.map(|position| format!("On the map at {}", position.show()));
        let lines: Vec<&str> = [
            Some(self.words.as_str()),
            self.street.as_deref(),
            self.postcode.as_deref(),
            asset.as_deref(),
            position.as_deref(),
        ]
        .into_iter()
        .flatten()
        .filter(|line| !line.is_empty())
        .collect();
        lines.join("\n")
    }
}

/// A postcode in its usual form (`NE1 8QH`), or `None` when the text does not have the form of one. Case,
/// spaces and punctuation are ignored, and a letter O typed for a nought is understood.
#[must_use]
pub fn postcode(typed: &str) -> Option<String> {
    let mut code: Vec<char> =
        typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    if !(5..=7).contains(&code.len()) {
        return None;
    }
    let inward = code.len() - 3;
    if code[inward] == 'O' {
        code[inward] = '0';
    }
    let digits_from =
        (1..=2).find(|&at| code[at].is_ascii_digit() || (code[at] == 'O' && !is_area(&code[..=at])))?;
    if code[digits_from] == 'O' {
        code[digits_from] = '0';
    }
    // No district ends in the letter O.
    if code[inward - 1] == 'O' && inward - 1 > digits_from {
        code[inward - 1] = '0';
    }
    let district = &code[digits_from..inward];
    let district_ok = matches!(district, [d] if d.is_ascii_digit())
        || matches!(district, [d, e] if d.is_ascii_digit() && e.is_ascii_alphanumeric());
    let may_end = |c: &char| c.is_ascii_uppercase() && !matches!(c, 'C' | 'I' | 'K' | 'M' | 'O' | 'V');
    let unit_ok = code[inward].is_ascii_digit() && code[inward + 1..].iter().all(may_end);
    if !(is_area(&code[..digits_from]) && district_ok && unit_ok) {
        return None;
    }
    let text: String = code.iter().collect();
    let (outward, inward) = text.split_at_checked(inward)?;
    Some(format!("{outward} {inward}"))
}

fn is_area(letters: &[char]) -> bool {
    AREAS.split(' ').any(|area| area.chars().eq(letters.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_postcodes_however_typed() {
        for (typed, shown) in [
            (" ne1  8qh ", "NE1 8QH"),
            ("NE18QH", "NE1 8QH"),
            ("NE1-8QH.", "NE1 8QH"),
            ("NE1 8QH", "NE1 8QH"),
            ("SW1A OAA", "SW1A 0AA"),
            ("GY1 1AA", "GY1 1AA"),
            ("JE2 3AB", "JE2 3AB"),
            ("IM1 1AA", "IM1 1AA"),
            ("BF1 2AA", "BF1 2AA"),
            ("m1 1ae", "M1 1AE"),
            ("EC1A 1BB", "EC1A 1BB"),
            ("SO1O 1AA", "SO10 1AA"),
        ] {
            assert_eq!(postcode(typed).as_deref(), Some(shown), "{typed}");
        }
    }

    #[test]
    fn does_not_recognise_what_is_none() {
        for typed in ["", "12345", "ZZ1 1AA", "NE1", "NE1 8CI", "hello", "NE1 8QHH", "é1 1AA"] {
            assert_eq!(postcode(typed), None, "{typed}");
        }
    }

    #[test]
    fn an_unknown_postcode_is_kept_and_flagged() {
        let answers: Answers =
            [("where.words", "New estate, plot 4"), ("where.postcode", "XX9 new")].into_iter().collect();
        let Ok(Some(Value::Place(place))) = Place::default().parse(answers.parts("where")) else {
            panic!("a place")
        };
        assert_eq!((place.postcode.as_deref(), place.postcode_recognised), (Some("XX9 new"), false));
    }

    fn parse(pairs: &[(&str, &str)]) -> Parsed {
        let answers: Answers = pairs.iter().map(|(part, raw)| (format!("where.{part}"), *raw)).collect();
        Place { asset: Some("Lamp column number".into()) }.parse(answers.parts("where"))
    }

    #[test]
    fn a_street_or_words_or_a_position_is_a_place() {
        let shown = |pairs: &[(&str, &str)]| parse(pairs).map(|value| value.map(|value| value.show()));
        assert_eq!(shown(&[("street", "Mill Lane")]), Ok(Some("Mill Lane".into())));
        assert_eq!(
            shown(&[("street", "ne18qh"), ("words", "by the steps")]),
            Ok(Some("by the steps\nNE1 8QH".into()))
        );
        assert_eq!(
            shown(&[("street", "Quay Road"), ("words", "opposite the bank"), ("asset", "14a")]),
            Ok(Some("opposite the bank\nQuay Road\nLamp column number: 14a".into()))
        );
        assert_eq!(
            shown(&[("position", "54.97827,-1.61778")]),
            Ok(Some("On the map at 54.97827,-1.61778".into()))
        );
        assert_eq!(shown(&[]), Ok(None));
    }

    #[test]
    fn a_postcode_or_a_number_alone_is_not_enough() {
        let missing = Err(vec![FieldError::new("where.words", ErrorCode::Missing)]);
        assert_eq!(parse(&[("street", "NE1 8QH")]), missing);
        assert_eq!(parse(&[("postcode", "NE1 8QH")]), missing);
        assert_eq!(parse(&[("asset", "14")]), missing);
        assert_eq!(
            parse(&[("words", "here"), ("position", "north")]),
            Err(vec![FieldError::new("where.position", ErrorCode::NotAPosition)])
        );
        let long = "x".repeat(501);
        assert_eq!(
            parse(&[("words", &long)]),
            Err(vec![FieldError::over("where.words", ErrorCode::TooLong, 500)])
        );
    }

    #[test]
    fn a_plain_page_keeps_what_it_can_not_show() {
        let mut answers: Answers = [
            ("p.street", "Mill Lane, Riverside"),
            ("p.street_id", "mill-lane-riverside"),
            ("p.position", "54.9,-1.6"),
            ("p.words", "By the steps"),
        ]
        .into_iter()
        .collect();
        let posted = |street: &str| {
            BTreeMap::from([
                ("p.street".to_owned(), street.to_owned()),
                ("p.words".to_owned(), String::new()),
            ])
        };
        take("p", &posted("Mill Lane, Riverside"), &mut answers);
        assert_eq!(answers.get("p.street_id"), "mill-lane-riverside");
        assert_eq!((answers.get("p.words"), answers.get("p.position")), ("", "54.9,-1.6"));
        take("p", &posted("Mill Lane"), &mut answers);
        assert_eq!((answers.get("p.street"), answers.get("p.street_id")), ("Mill Lane", ""));
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_recognised_again(area in "NE|SW|M|EC|GY", district in "[1-9][0-9]?", unit in "[0-9][ABDEFGHJ]{2}") {
            let shown = postcode(&format!("{area}{district}{unit}"));
            proptest::prop_assert!(shown.is_some());
            proptest::prop_assert_eq!(shown.as_deref().and_then(postcode), shown);
        }
        #[test]
        fn never_panics(raw in "\\PC{0,12}") { let _ = postcode(&raw); }
    }
}
