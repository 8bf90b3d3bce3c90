//! Field kinds: one file each. A kind says how a raw answer is read (`parse`), how its value is shown
//! (`show`) and what a typical answer looks like (`sample`). Adding a kind means one file here, one in
//! the app's components, and the arms that the compiler then asks for.

pub mod choice;
pub mod contact;
pub mod long_text;
pub mod photos;
pub mod place;
pub mod plain;
pub mod text;
pub mod yes_no;

use serde::{Deserialize, Serialize};

use crate::answers::{Answers, Parts};
pub use choice::{Choice, Choices, Opt};
pub use contact::{Ask, Contact, Person, Phone};
pub use long_text::LongText;
pub use photos::{Photo, Photos, PhotosValue, Position};
pub use place::{Place, PlaceValue};
pub use text::Text;

/// What kind of answer a question takes, with that kind's own limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One line of text.
    Text(Text),
    /// Several lines, with a count of what is left.
    LongText(LongText),
    /// One of a list.
    Choice(Choices),
    /// Yes or no.
    YesNo,
    /// Where something is, in words, with a postcode if known.
    Place(Place),
    /// Pictures.
    Photos(Photos),
    /// Who the resident is and how to reach them.
    Contact(Contact),
}

/// A read and cleaned answer. Stored with the request, so it says all that is needed to show it later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Text of one line or several.
    Text(String),
    /// The chosen option, with its label as it stood then.
    Choice(Choice),
    /// Yes (true) or no.
    YesNo(bool),
    /// A place.
    Place(PlaceValue),
    /// Photos by the identifiers they were uploaded under.
    Photos(PhotosValue),
    /// A person.
    Contact(Person),
}

/// What is wrong with one field: where, and a code. The words are the interface's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field path, as in [`Answers`].
    pub path: String,
    /// What is wrong.
    pub code: ErrorCode,
    /// The limit that was passed, where the code has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Everything that can be wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// An answer is needed and there is none.
    Missing,
    /// More characters than `limit`.
    TooLong,
    /// More things than `limit`.
    TooMany,
    /// Not one of the options.
    NotAnOption,
    /// Not an e-mail address.
    NotAnEmail,
    /// Too few digits to be a phone number.
    NotAPhone,
    /// Not the identifier of an uploaded photo.
    NotAPhoto,
    /// The photo was uploaded too long ago, or belongs to another request.
    PhotoGone,
    /// Not a position on Earth.
    NotAPosition,
    /// The document has no such field.
    UnknownField,
    /// A number or date that this field can't take.
    NotAllowed,
}

impl FieldError {
    /// An error without a limit.
    #[must_use]
    pub fn new(path: impl Into<String>, code: ErrorCode) -> Self {
        Self { path: path.into(), code, limit: None }
    }

    /// An error that names the limit it passed.
    #[must_use]
    pub fn over(path: impl Into<String>, code: ErrorCode, limit: u32) -> Self {
        Self { path: path.into(), code, limit: Some(limit) }
    }
}

/// What reading an answer gives: a value, `None` when nothing was said, or what is wrong with it.
pub type Parsed = Result<Option<Value>, Vec<FieldError>>;

impl Kind {
    /// Reads a raw answer. `required` reaches composite kinds too, which know their own parts.
    ///
    /// # Errors
    /// One [`FieldError`] per part that can't be read, with its path.
    pub fn parse(&self, parts: Parts<'_>, required: bool) -> Parsed {
        let value = match self {
            Self::Text(kind) => kind.parse(parts),
            Self::LongText(kind) => kind.parse(parts),
            Self::Choice(kind) => kind.parse(parts),
            Self::YesNo => yes_no::parse(parts),
            Self::Place(kind) => kind.parse(parts),
            Self::Photos(kind) => kind.parse(parts),
            Self::Contact(kind) => kind.parse(parts),
        }?;
        if value.is_none() && required {
            return Err(vec![FieldError::new(parts.path(self.first_part()), ErrorCode::Missing)]);
        }
        Ok(value)
    }

    /// The part that stands first on the page: where a missing answer is reported.
    #[must_use]
    pub fn first_part(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::LongText(_) | Self::Choice(_) | Self::YesNo | Self::Photos(_) => "",
            Self::Place(_) => "words",
            Self::Contact(kind) => kind.first_part(),
        }
    }

    /// The parts this kind has; a path outside them is an unknown field.
    #[must_use]
    pub fn has_part(&self, part: &str) -> bool {
        match self {
            Self::Text(_) | Self::LongText(_) | Self::Choice(_) | Self::YesNo => part.is_empty(),
            Self::Place(_) => place::PARTS.contains(&part),
            Self::Photos(_) => photos::has_part(part),
            Self::Contact(_) => contact::PARTS.contains(&part),
        }
    }

    /// Whether one answer is one of a list, so that a condition or a route can hang on it.
    #[must_use]
    pub fn values(&self) -> Option<Vec<&str>> {
        match self {
            Self::Choice(kind) => Some(kind.options.iter().map(|option| option.value.as_str()).collect()),
            Self::YesNo => Some(vec!["yes", "no"]),
            _ => None,
        }
    }

    /// A typical answer, used to walk every service in tests.
    pub fn sample(&self, question: &str, into: &mut Answers) {
        match self {
            Self::Text(kind) => kind.sample(question, into),
            Self::LongText(kind) => kind.sample(question, into),
            Self::Choice(kind) => kind.sample(question, into),
            Self::YesNo => yes_no::sample(question, into),
            Self::Place(kind) => kind.sample(question, into),
            // Photos can't be sampled without an upload.
            Self::Photos(_) => {}
            Self::Contact(kind) => kind.sample(question, into),
        }
    }
}

impl Value {
    /// The answer in words, one line per part. Photos are counted here; the page shows them.
    #[must_use]
    pub fn show(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Choice(choice) => choice.label.clone(),
            Self::YesNo(yes) => yes_no::show(*yes).to_owned(),
            Self::Place(place) => place.show(),
            Self::Photos(photos) => photos.show(),
            Self::Contact(person) => person.show(),
        }
    }
}
