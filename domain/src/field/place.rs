//! Where something is: words a crew can find it by, and a postcode if the resident knows it.

use serde::{Deserialize, Serialize};

use super::{ErrorCode, FieldError, Parsed, Value, plain};
use crate::answers::{Answers, Parts};

/// The parts of a place's answer.
pub const PARTS: [&str; 2] = ["words", "postcode"];
const WORDS_MAX: u32 = 500;
const POSTCODE_MAX: u32 = 30;

/// The areas of the United Kingdom's postcodes, the Crown dependencies and forces' post (BF) included.
/// Source: the list that GOV.UK's own forms use.
const AREAS: &str = " AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE ";

/// A place question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PlaceKind))]
pub struct Place {}

/// A place as told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceValue {
    /// The place in words.
    pub words: String,
    /// The postcode, in its usual form when recognised, else as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// The postcode has the form of a real one. A false here is a flag to staff, never a refusal: new
    /// buildings are not in anyone's list yet.
    #[serde(default)]
    pub postcode_recognised: bool,
}

#[expect(
    clippy::unused_self,
    reason = "every kind is called alike, and this one has no limits of its own yet"
)]
impl Place {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let words = plain::line(parts.part("words"));
        let typed = plain::line(parts.part("postcode"));
        let mut errors = Vec::new();
        errors.extend(plain::within(parts.path("words"), &words, WORDS_MAX).err());
        errors.extend(plain::within(parts.path("postcode"), &typed, POSTCODE_MAX).err());
        if words.is_empty() && !typed.is_empty() {
            // A postcode alone covers a whole street: a crew needs the words.
            errors.push(FieldError::new(parts.path("words"), ErrorCode::Missing));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        if words.is_empty() {
            return Ok(None);
        }
        let known = postcode(&typed);
        Ok(Some(Value::Place(PlaceValue {
            postcode_recognised: known.is_some(),
            postcode: known.or_else(|| (!typed.is_empty()).then_some(typed)),
            words,
        })))
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        into.set(&format!("{question}.words"), "Underpass by the library, Mill Lane");
        into.set(&format!("{question}.postcode"), "NE1 8QH");
    }
}

impl PlaceValue {
    pub(super) fn show(&self) -> String {
        match &self.postcode {
            Some(postcode) => format!("{}\n{postcode}", self.words),
            None => self.words.clone(),
        }
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
    let unit_ok = code[inward].is_ascii_digit()
        && code[inward + 1..].iter().all(|c| "ABDEFGHJLNPQRSTUWXYZ".contains(*c));
    if !(is_area(&code[..digits_from]) && district_ok && unit_ok) {
        return None;
    }
    let text: String = code.iter().collect();
    Some(format!("{} {}", &text[..inward], &text[inward..]))
}

fn is_area(letters: &[char]) -> bool {
    let name: String = letters.iter().collect();
    AREAS.contains(&format!(" {name} "))
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
        let Ok(Some(Value::Place(place))) = Place {}.parse(answers.parts("where")) else { panic!("a place") };
        assert_eq!((place.postcode.as_deref(), place.postcode_recognised), (Some("XX9 new"), false));
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
