//! Photos: uploaded on their own while the form is filled in, named here by their identifiers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ErrorCode, FieldError, Parsed, Value, plain};
use crate::answers::{Answers, Parts};
use crate::decimal;

/// The most photos one question can take, whatever a document says.
pub const MOST: u32 = 5;
/// The most bytes a photo may have when it goes up as it is.
pub const MAX_BYTES: u64 = 15 * 1024 * 1024;
const ALT_MAX: u32 = 200;

/// A photos question. Its parts are `1` to `5` (identifiers), `1.alt` to `5.alt` (what the photo shows,
/// in words) and `position` (where it was taken, if the resident chose to say).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PhotosKind))]
pub struct Photos {
    /// The most photos, 1 to 5.
    pub max: u32,
}

/// The photos of one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhotosValue {
    /// The photos, in the order given.
    pub photos: Vec<Photo>,
    /// Where the photo was taken, sent only when the resident said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// One photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Photo {
    /// The identifier the upload was given.
    pub id: Uuid,
    /// What it shows, in the resident's words; may be empty.
    pub alt: String,
}

/// A position in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Position {
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lon: f64,
}

impl Position {
    /// A position, if the degrees are on Earth.
    #[must_use]
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        (lat.is_finite() && lon.is_finite() && lat.abs() <= 90.0 && lon.abs() <= 180.0)
            .then_some(Self { lat, lon })
    }

    /// Reads `54.97827,-1.61778`.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let (lat, lon) = raw.split_once(',')?;
        Self::new(decimal::read(lat.trim())?, decimal::read(lon.trim())?)
    }

    /// The position as `parse` reads it, to five decimals (about a metre).
    #[must_use]
    pub fn show(&self) -> String {
        format!("{},{}", decimal::show(self.lat, 5), decimal::show(self.lon, 5))
    }
}

impl Photos {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let mut photos = Vec::new();
        let mut errors = Vec::new();
        for number in 1..=MOST {
            let name = number.to_string();
            let raw = parts.part(&name);
            if raw.is_empty() {
                continue;
            }
            let alt = plain::line(parts.part(&format!("{name}.alt")));
            errors.extend(plain::within(parts.path(&format!("{name}.alt")), &alt, ALT_MAX).err());
            match Uuid::try_parse(raw) {
                Ok(id) if photos.iter().any(|photo: &Photo| photo.id == id) => {}
                Ok(id) => photos.push(Photo { id, alt }),
                Err(_) => errors.push(FieldError::new(parts.path(&name), ErrorCode::NotAPhoto)),
            }
        }
        if photos.len() > self.max as usize {
            errors.push(FieldError::over(parts.path(""), ErrorCode::TooMany, self.max));
        }
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
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok((!photos.is_empty()).then_some(Value::Photos(PhotosValue { photos, position })))
    }
}

impl PhotosValue {
    pub(super) fn show(&self) -> String {
        let count = match self.photos.len() {
            1 => "1 photo".to_owned(),
            many => format!("{many} photos"),
        };
        match &self.position {
            Some(position) => format!("{count}\nTaken at {}", position.show()),
            None => count,
        }
    }
}

/// Whether a photos answer has a part of this name.
#[must_use]
pub fn has_part(part: &str) -> bool {
    let number = part.strip_suffix(".alt").unwrap_or(part);
    part == "position"
        || matches!(number.parse::<u32>(), Ok(n) if (1..=MOST).contains(&n) && number.len() == 1)
}

/// Writes photos into raw answers, numbered from 1 in the order given; the ones before are forgotten.
pub fn write(question: &str, photos: &[Photo], position: Option<Position>, into: &mut Answers) {
    into.forget(question);
    for (photo, number) in photos.iter().zip(1..) {
        into.set(&format!("{question}.{number}"), photo.id.to_string());
        into.set(&format!("{question}.{number}.alt"), photo.alt.clone());
    }
    if let Some(position) = position {
        into.set(&format!("{question}.position"), position.show());
    }
}

/// Reads photos back from raw answers; what can't be read is left out.
#[must_use]
pub fn read(question: &str, answers: &Answers) -> (Vec<Photo>, Option<Position>) {
    let parts = answers.parts(question);
    let photos = (1..=MOST)
        .filter_map(|number| {
            let id = Uuid::try_parse(parts.part(&number.to_string())).ok()?;
            Some(Photo { id, alt: parts.part(&format!("{number}.alt")).to_owned() })
        })
        .collect();
    (photos, Position::parse(parts.part("position")))
}

/// A plain page posts what the photos show; the photos themselves come as files.
pub(super) fn take(question: &str, posted: &BTreeMap<String, String>, into: &mut Answers) {
    for number in 1..=read(question, into).0.len() {
        let path = format!("{question}.{number}.alt");
        if let Some(alt) = posted.get(&path) {
            into.set(&path, alt.clone());
        }
    }
}

/// Takes one out, by its number from 1.
pub(super) fn remove(question: &str, number: u32, answers: &mut Answers) {
    let (mut photos, position) = read(question, answers);
    let mut place = 0;
    photos.retain(|_| {
        place += 1;
        place != number
    });
    write(question, &photos, position, answers);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0193f2c4-5a5e-7cc3-9f1e-0d6b2a1c4e5f";

    fn parse(pairs: &[(&str, &str)]) -> Parsed {
        let answers: Answers = pairs.iter().copied().collect();
        Photos { max: 2 }.parse(answers.parts("p"))
    }

    #[test]
    fn accepts_identifiers_words_and_a_position() {
        let value = parse(&[("p.1", ID), ("p.1.alt", "The wall"), ("p.position", "54.97827,-1.61778")]);
        let Ok(Some(Value::Photos(photos))) = value else { panic!("photos") };
        assert_eq!(photos.photos[0].alt, "The wall");
        assert_eq!(photos.position.map(|p| p.show()).as_deref(), Some("54.97827,-1.61778"));
        assert_eq!(parse(&[]), Ok(None));
    }

    #[test]
    fn refuses_what_is_no_photo_and_no_position() {
        for raw in ["1", "../../etc/passwd", "0193f2c4"] {
            assert_eq!(parse(&[("p.1", raw)]), Err(vec![FieldError::new("p.1", ErrorCode::NotAPhoto)]));
        }
        for raw in ["91,0", "0,181", "NaN,0", "here", "1"] {
            assert_eq!(
                parse(&[("p.1", ID), ("p.position", raw)]),
                Err(vec![FieldError::new("p.position", ErrorCode::NotAPosition)])
            );
        }
        let other = ID.replace('5', "6");
        let third = ID.replace('5', "7");
        assert_eq!(
            parse(&[("p.1", ID), ("p.2", &other), ("p.3", &third)]),
            Err(vec![FieldError::over("p", ErrorCode::TooMany, 2)])
        );
        assert!(
            has_part("5.alt") && has_part("position") && !has_part("6") && !has_part("01") && !has_part("")
        );
    }

    #[test]
    fn a_plain_page_changes_their_words_and_takes_them_out() {
        let photos: Vec<Photo> =
            (1..=2).map(|id| Photo { id: Uuid::from_u128(id), alt: format!("Photo {id}") }).collect();
        let mut answers = Answers::default();
        write("p", &photos, Position::new(54.9, -1.6), &mut answers);
        let posted = [("p.1", "mine"), ("p.1.alt", "The wall"), ("p.3.alt", "None"), ("p.position", "0,0")];
        let posted = posted.into_iter().map(|(path, raw)| (path.to_owned(), raw.to_owned())).collect();
        take("p", &posted, &mut answers);
        let (mut kept, position) = read("p", &answers);
        assert_eq!((kept[0].alt.as_str(), kept[1].alt.as_str(), kept.len()), ("The wall", "Photo 2", 2));
        assert_eq!((kept[0].id, position), (photos[0].id, Position::new(54.9, -1.6)));
        for nothing in [0, 3, u32::MAX] {
            remove("p", nothing, &mut answers);
            assert_eq!(read("p", &answers).0, kept);
        }
        remove("p", 1, &mut answers);
        assert_eq!(read("p", &answers).0, [kept.remove(1)]);
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_accepted_again(ids in proptest::collection::vec(proptest::prelude::any::<u128>(), 1..3), alt in "\\PC{0,20}", lat in -90.0..90.0_f64, lon in -180.0..180.0_f64) {
            let photos: Vec<Photo> = ids.into_iter().map(|id| Photo { id: Uuid::from_u128(id), alt: alt.trim().to_owned() }).collect();
            let mut answers = Answers::default();
            write("p", &photos, Position::new(lat, lon), &mut answers);
            if let Ok(Some(Value::Photos(value))) = (Photos { max: 2 }).parse(answers.parts("p")) {
                let mut again = Answers::default();
                write("p", &value.photos, value.position, &mut again);
                proptest::prop_assert_eq!((Photos { max: 2 }).parse(again.parts("p")), Ok(Some(Value::Photos(value))));
            }
        }
    }
}
