//! Field kinds: one file each. A kind says how a raw answer is read (`parse`), how its value is shown
//! (`show`) and what a typical answer looks like (`sample`). Adding a kind means one file here, one in
//! the app's components, and the arms that the compiler then asks for.

pub mod address;
pub mod amount;
pub mod choice;
pub mod choices;
pub mod contact;
pub mod council_tax_account;
pub mod date;
pub mod date_range;
pub mod declaration;
pub mod documents;
pub mod email;
pub mod group;
pub mod library_card;
pub mod long_text;
pub mod name;
pub mod number;
pub mod penalty_charge;
pub mod phone;
pub mod photos;
pub mod place;
pub mod plain;
pub mod slot;
pub mod text;
pub mod vehicle;
pub mod yes_no;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::answers::{Answers, Parts};
use crate::money;
use crate::slots::Booked;
use crate::standard::say_date;
use crate::validate::Answer;
pub use address::{Address, AddressValue};
pub use amount::Money;
pub use choice::{Choice, Choices, Opt};
pub use choices::Several;
pub use contact::{Ask, Contact, Person, Phone};
pub use date::{Date, DayLimit};
pub use date_range::{DateRange, Range};
pub use documents::{Document, Documents};
pub use email::Email;
pub use group::Group;
pub use long_text::LongText;
pub use name::Name;
pub use number::Number;
pub use phone::PhoneNumber;
pub use photos::{Photo, Photos, PhotosValue, Position};
pub use place::{Asset, Place, PlaceValue};
pub use slot::Slot;
pub use text::Text;

/// What kind of answer a question takes, with that kind's own limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person's full name.
    Name(Name),
    /// One line of text.
    Text(Text),
    /// Several lines, with a count of what is left.
    LongText(LongText),
    /// A whole number.
    Number(Number),
    /// Pounds and pence.
    Money(Money),
    /// A day.
    Date(Date),
    /// From a day to a day.
    DateRange(DateRange),
    /// A day, or a time of one, that is booked.
    Slot(Slot),
    /// An e-mail address.
    Email(Email),
    /// A phone number.
    Phone(PhoneNumber),
    /// An address.
    Address(Address),
    /// Where something is.
    Place(Place),
    /// One of a list.
    Choice(Choices),
    /// Several of a list.
    Choices(Several),
    /// Yes or no.
    YesNo,
    /// A vehicle's registration.
    Vehicle,
    /// A council tax account number.
    CouncilTaxAccount,
    /// A penalty charge number.
    PenaltyCharge,
    /// A library card number.
    LibraryCard,
    /// Pictures.
    Photos(Photos),
    /// Files: proofs and letters.
    Documents(Documents),
    /// A sentence to agree to.
    Declaration,
    /// Who the resident is and how to reach them.
    Contact(Contact),
    /// Several of the same.
    Group(Group),
}

/// A read and cleaned answer. Stored with the request, so it says all that is needed to show it later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(no_recursion))]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Text of one line or several, and numbers that are names.
    Text(String),
    /// A person's name.
    Name(String),
    /// An e-mail address, as typed.
    Email(String),
    /// A phone number.
    Phone(Phone),
    /// A whole number.
    Number(i64),
    /// Pence.
    Money(i64),
    /// A day.
    Date(#[serde(with = "crate::day")] NaiveDate),
    /// From a day to a day.
    DateRange(Range),
    /// A day, or a time of one, that was booked.
    Slot(Booked),
    /// An address.
    Address(AddressValue),
    /// A place.
    Place(PlaceValue),
    /// The chosen option, with its label as it stood then.
    Choice(Choice),
    /// The chosen options, in the order of the list.
    Choices(Vec<Choice>),
    /// Yes (true) or no.
    YesNo(bool),
    /// The sentence was agreed to.
    Agreed,
    /// Photos by the identifiers they were uploaded under.
    Photos(PhotosValue),
    /// Documents by the identifiers they were uploaded under.
    Documents(Vec<Document>),
    /// A person.
    Contact(Person),
    /// Several of the same, each with its answers.
    Group(Vec<Vec<Answer>>),
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
    pub limit: Option<i64>,
    /// The day that was passed, where the code has one.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
    pub day: Option<NaiveDate>,
}

/// Everything that can be wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// An answer is needed and there is none.
    Missing,
    /// The sentence has to be agreed to.
    NotAgreed,
    /// More characters than `limit`.
    TooLong,
    /// More things than `limit`.
    TooMany,
    /// Not one of the options.
    NotAnOption,
    /// "None of these" and others of them.
    NoneAndOthers,
    /// Not an e-mail address.
    NotAnEmail,
    /// Neither an e-mail address nor a phone number, of which one is needed.
    NoWayToReach,
    /// Too few digits to be a phone number.
    NotAPhone,
    /// Not a whole number.
    NotANumber,
    /// Less than `limit`.
    TooSmall,
    /// More than `limit`.
    TooLarge,
    /// Not an amount of money.
    NotMoney,
    /// Less than `limit`, in pence.
    TooLittleMoney,
    /// More than `limit`, in pence.
    TooMuchMoney,
    /// Not a day of any month.
    NotADay,
    /// Not a month.
    NotAMonth,
    /// Not a year of four digits in reach.
    NotAYear,
    /// A year of two digits; `limit` is the one that was probably meant.
    YearUnclear,
    /// The month has only `limit` days.
    NoSuchDay,
    /// Before `day`.
    TooEarly,
    /// After `day`.
    TooLate,
    /// Ends before `day`, on which it begins.
    EndsBeforeStart,
    /// More days than `limit`.
    TooManyDays,
    /// Nothing that can be booked, or not any more.
    NotASlot,
    /// Others have taken all places of it.
    SlotTaken,
    /// A postcode alone: no address was picked or typed.
    ChooseAddress,
    /// Not a vehicle's registration.
    NotAVehicle,
    /// Not a council tax account number.
    NotACouncilTaxAccount,
    /// Not a penalty charge number.
    NotAPenaltyCharge,
    /// Not a library card number.
    NotALibraryCard,
    /// Not the identifier of an uploaded photo.
    NotAPhoto,
    /// The photo was uploaded too long ago, or belongs to another request.
    PhotoGone,
    /// Not the identifier of an uploaded document.
    NotADocument,
    /// The document was uploaded too long ago, or belongs to another request.
    DocumentGone,
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
        Self { path: path.into(), code, limit: None, day: None }
    }

    /// An error that names the limit it passed.
    #[must_use]
    pub fn over(path: impl Into<String>, code: ErrorCode, limit: impl Into<i64>) -> Self {
        Self { limit: Some(limit.into()), ..Self::new(path, code) }
    }

    /// An error that names the day it passed.
    #[must_use]
    pub fn day(path: impl Into<String>, code: ErrorCode, day: NaiveDate) -> Self {
        Self { day: Some(day), ..Self::new(path, code) }
    }
}

/// What reading an answer gives: a value, `None` when nothing was said, or what is wrong with it.
pub type Parsed = Result<Option<Value>, Vec<FieldError>>;

impl Kind {
    /// Reads a raw answer. `required` reaches composite kinds too, which know their own parts; limits such as
    /// "not before today" are counted from `today`.
    ///
    /// # Errors
    /// One [`FieldError`] per part that can't be read, with its path.
    pub fn parse(&self, parts: Parts<'_>, required: bool, today: NaiveDate) -> Parsed {
        let value = match self {
            Self::Name(kind) => kind.parse(parts),
            Self::Text(kind) => kind.parse(parts),
            Self::LongText(kind) => kind.parse(parts),
            Self::Number(kind) => kind.parse(parts),
            Self::Money(kind) => kind.parse(parts),
            Self::Date(kind) => kind.parse(parts, today),
            Self::DateRange(kind) => kind.parse(parts, today),
            Self::Slot(kind) => kind.parse(parts),
            Self::Email(kind) => kind.parse(parts),
            Self::Phone(kind) => kind.parse(parts),
            Self::Address(kind) => kind.parse(parts),
            Self::Place(kind) => kind.parse(parts),
            Self::Choice(kind) => kind.parse(parts),
            Self::Choices(kind) => kind.parse(parts),
            Self::YesNo => yes_no::parse(parts),
            Self::Vehicle => vehicle::parse(parts),
            Self::CouncilTaxAccount => council_tax_account::parse(parts),
            Self::PenaltyCharge => penalty_charge::parse(parts),
            Self::LibraryCard => library_card::parse(parts),
            Self::Photos(kind) => kind.parse(parts),
            Self::Documents(kind) => kind.parse(parts),
            Self::Declaration => declaration::parse(parts, required),
            Self::Contact(kind) => kind.parse(parts),
            Self::Group(kind) => kind.parse(parts, required, today),
        }?;
        if value.is_none() && required {
            return Err(vec![FieldError::new(parts.path(&self.first_part()), ErrorCode::Missing)]);
        }
        Ok(value)
    }

    /// The part that stands first on the page: where a missing answer is reported.
    #[must_use]
    pub fn first_part(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Date(_) => "day",
            Self::DateRange(_) => "from.day",
            Self::Address(_) => "postcode",
            Self::Place(_) => "street",
            Self::Contact(kind) => kind.first_part(),
            Self::Group(kind) => return Cow::Owned(kind.first_part()),
            _ => "",
        })
    }

    /// The parts this kind has; a path outside them is an unknown field.
    #[must_use]
    pub fn has_part(&self, part: &str) -> bool {
        match self {
            Self::Date(_) => date::PARTS.contains(&part),
            Self::DateRange(_) => date_range::has_part(part),
            Self::Address(_) => address::PARTS.contains(&part),
            Self::Place(_) => place::PARTS.contains(&part),
            Self::Photos(_) => photos::has_part(part),
            Self::Documents(_) => documents::has_part(part),
            Self::Contact(_) => contact::PARTS.contains(&part),
            Self::Group(kind) => kind.has_part(part),
            _ => part.is_empty(),
        }
    }

    /// Takes what a plain page posted for a question of this kind, by field paths. What was on the page and is not
    /// there now was emptied; what a page never carries, such as a photo, stays.
    pub fn take(&self, question: &str, posted: &BTreeMap<String, String>, into: &mut Answers) {
        match self {
            Self::Address(_) => address::take(question, posted, into),
            Self::Place(_) => place::take(question, posted, into),
            Self::Photos(_) => photos::take(question, posted, into),
            Self::Documents(_) => {}
            _ => {
                into.forget(question);
                for (path, raw) in posted {
                    let part = path.strip_prefix(question).and_then(|rest| match rest {
                        "" => Some(""),
                        _ => rest.strip_prefix('.'),
                    });
                    if part.is_some_and(|part| self.has_part(part)) {
                        into.set(path, raw.clone());
                    }
                }
            }
        }
    }

    /// Takes out one of several: an item of a group, a photo, a document. They are numbered from 1.
    pub fn remove(&self, question: &str, number: u32, answers: &mut Answers) {
        match self {
            Self::Group(_) => group::remove(question, number, answers),
            Self::Photos(_) => photos::remove(question, number, answers),
            Self::Documents(_) => documents::remove(question, number, answers),
            _ => {}
        }
    }

    /// Whether one answer is one of a list, so that a condition or a route can hang on it.
    #[must_use]
    pub fn values(&self) -> Option<Vec<&str>> {
        match self {
            Self::Choice(Choices { options, .. }) | Self::Choices(Several { options, .. }) => {
                Some(options.iter().map(|option| option.value.as_str()).collect())
            }
            Self::YesNo => Some(vec!["yes", "no"]),
            _ => None,
        }
    }

    /// A typical answer, used to walk every service in tests.
    pub fn sample(&self, question: &str, today: NaiveDate, into: &mut Answers) {
        match self {
            Self::Name(kind) => kind.sample(question, into),
            Self::Text(kind) => kind.sample(question, into),
            Self::LongText(kind) => kind.sample(question, into),
            Self::Number(kind) => kind.sample(question, into),
            Self::Money(kind) => kind.sample(question, into),
            Self::Date(kind) => kind.sample(question, today, into),
            Self::DateRange(kind) => kind.sample(question, today, into),
            Self::Slot(kind) => kind.sample(question, today, into),
            Self::Email(kind) => kind.sample(question, into),
            Self::Phone(kind) => kind.sample(question, into),
            Self::Address(kind) => kind.sample(question, into),
            Self::Place(kind) => kind.sample(question, into),
            Self::Choice(kind) => kind.sample(question, into),
            Self::Choices(kind) => kind.sample(question, into),
            Self::YesNo => yes_no::sample(question, into),
            Self::Vehicle => vehicle::sample(question, into),
            Self::CouncilTaxAccount => council_tax_account::sample(question, into),
            Self::PenaltyCharge => penalty_charge::sample(question, into),
            Self::LibraryCard => library_card::sample(question, into),
            // Neither can be sampled without an upload.
            Self::Photos(_) | Self::Documents(_) => {}
            Self::Declaration => declaration::sample(question, into),
            Self::Contact(kind) => kind.sample(question, into),
            Self::Group(kind) => kind.sample(question, today, into),
        }
    }
}

impl Value {
    /// Writes the answer as it is typed, for a form that begins with it, or to see where it leads. Uploads, days, money and
    /// what stands in groups are left out: they are of that one time.
    pub fn write(&self, question: &str, into: &mut Answers) {
        match self {
            Self::Text(text) | Self::Name(text) | Self::Email(text) => into.set(question, text.clone()),
            Self::Number(number) => into.set(question, number.to_string()),
            Self::Choice(choice) => into.set(question, choice.value.clone()),
            Self::Choices(chosen) => {
                let values: Vec<&str> = chosen.iter().map(|choice| choice.value.as_str()).collect();
                into.set(question, values.join(","));
            }
            Self::YesNo(yes) => into.set(question, if *yes { "yes" } else { "no" }),
            Self::Address(address) => address.write(question, into),
            Self::Place(place) => place.write(question, into),
            Self::Contact(person) => {
                let phone = person.phone.as_ref().map_or("", |phone| &phone.typed);
                let email = person.email.as_deref().unwrap_or_default();
                for (part, text) in [("name", person.name.as_str()), ("email", email), ("phone", phone)] {
                    into.set(&format!("{question}.{part}"), text);
                }
            }
            _ => {}
        }
    }

    /// The answer in words, one line per part. Photos are counted here; the page shows them.
    #[must_use]
    pub fn show(&self) -> String {
        match self {
            Self::Text(text) | Self::Name(text) | Self::Email(text) => text.clone(),
            Self::Phone(phone) => phone.typed.clone(),
            Self::Number(number) => number.to_string(),
            Self::Money(pence) => money::show(*pence),
            Self::Date(day) => say_date(*day),
            Self::DateRange(range) => format!("{} to {}", say_date(range.from), say_date(range.to)),
            Self::Slot(booked) => booked.show(),
            Self::Address(address) => address.show(),
            Self::Place(place) => place.show(),
            Self::Choice(choice) => choice.label.clone(),
            Self::Choices(chosen) => {
                chosen.iter().map(|choice| choice.label.as_str()).collect::<Vec<_>>().join("\n")
            }
            Self::YesNo(yes) => yes_no::show(*yes).to_owned(),
            Self::Agreed => "I agree".to_owned(),
            Self::Photos(photos) => photos.show(),
            Self::Documents(documents) => {
                documents.iter().map(|document| document.name.as_str()).collect::<Vec<_>>().join("\n")
            }
            Self::Contact(person) => person.show(),
            Self::Group(items) => group::show(items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_page_posts_the_parts_of_its_questions() {
        let posted = [
            ("q", "yes"),
            ("q.x", "no part"),
            ("quay", "another question"),
            ("who.name", "Sam"),
            ("who", "no part"),
        ];
        let posted: BTreeMap<String, String> =
            posted.into_iter().map(|(path, raw)| (path.to_owned(), raw.to_owned())).collect();
        let mut answers: Answers =
            [("q", "no"), ("who.phone", "1"), ("other", "stays")].into_iter().collect();
        Kind::YesNo.take("q", &posted, &mut answers);
        Kind::Contact(Contact::default()).take("who", &posted, &mut answers);
        assert_eq!(
            answers.iter().collect::<Vec<_>>(),
            [("other", "stays"), ("q", "yes"), ("who.name", "Sam")]
        );
        Kind::YesNo.take("q", &BTreeMap::new(), &mut answers);
        assert_eq!(answers.get("q"), "", "a box that was unticked is not posted at all");
    }
}
