//! Companies that do work for a council: who they are, how often what they did is looked at, and what they see of a
//! request.

use serde::{Deserialize, Serialize};

use crate::catalogue::Service;
use crate::field::contact::is_email;
use crate::field::{Kind, Value};
use crate::validate::Answer;

/// A company that does work for the council.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contractor {
    /// Identifier.
    pub id: String,
    /// Name, as residents read it.
    pub name: String,
    /// The e-mail address that work goes to.
    pub email: String,
}

/// How work is given to contractors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Of a hundred pieces of work, how many are looked at before the request is closed.
    pub check: u8,
    /// Days that a link works.
    pub days: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self { check: 10, days: 28 }
    }
}

/// Mistakes in what a council says of contractors.
#[must_use]
pub fn faults(contractors: &[Contractor], settings: &Settings) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, contractor) in contractors.iter().enumerate() {
        let Contractor { id, name, email } = contractor;
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.is_empty() || !id.bytes().all(is_id) {
            faults.push(format!("the contractor “{id}” needs an id of small letters, digits and dashes"));
        }
        if contractors[..at].iter().any(|other| other.id == *id) {
            faults.push(format!("two contractors are called “{id}”"));
        }
        if name.trim().is_empty() {
            faults.push(format!("the contractor “{id}” needs a name that residents read"));
        }
        if !is_email(email) {
            faults.push(format!("“{email}” of the contractor “{id}” is not an e-mail address"));
        }
    }
    if settings.check > 100 {
        faults.push("check in [contracts] is of a hundred".to_owned());
    }
    if !(1..=365).contains(&settings.days) {
        faults.push("days in [contracts] are 1 to 365".to_owned());
    }
    faults
}

/// Whether a piece of work is looked at before the request is closed, with this lot of 0 to 99.
#[must_use]
pub fn is_checked(settings: &Settings, lot: u8) -> bool {
    lot % 100 < settings.check
}

/// What a contractor sees of the answers: what and where. Who the resident is, and what belongs to nobody else, only where
/// the service's document says that it is needed; documents never.
#[must_use]
pub fn shown(answers: &[Answer], service: Option<&Service>) -> Vec<Answer> {
    let is_shown = |answer: &&Answer| {
        let id = answer.question.as_str();
        let is_needed = service.is_some_and(|service| service.contractor_needs.iter().any(|need| need == id));
        let kind = service.and_then(|service| service.question(id)).map(|question| &question.kind);
        match &answer.value {
            Value::Documents(_) => false,
            _ if is_needed => true,
            value => !is_about_person(value) && !kind.is_some_and(names_account),
        }
    };
    answers.iter().filter(is_shown).cloned().collect()
}

fn is_about_person(value: &Value) -> bool {
    match value {
        Value::Name(_) | Value::Email(_) | Value::Phone(_) | Value::Contact(_) | Value::Agreed => true,
        Value::Group(rows) => rows.iter().flatten().any(|answer| is_about_person(&answer.value)),
        Value::Text(_)
        | Value::Number(_)
        | Value::Money(_)
        | Value::Date(_)
        | Value::DateRange(_)
        | Value::Slot(_)
        | Value::Address(_)
        | Value::Place(_)
        | Value::Choice(_)
        | Value::Choices(_)
        | Value::YesNo(_)
        | Value::Photos(_)
        | Value::Documents(_) => false,
    }
}

/// Numbers that somebody is known by; as answers they are texts like others.
fn names_account(kind: &Kind) -> bool {
    match kind {
        Kind::CouncilTaxAccount | Kind::PenaltyCharge | Kind::LibraryCard => true,
        Kind::Group(group) => group.questions.iter().any(|question| names_account(&question.kind)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::field::{Document, Person, PhotosValue};

    proptest! {
        #[test]
        fn the_share_that_is_checked_is_the_share_that_was_set(check in 0_u8..=100, lot: u8) {
            let settings = Settings { check, ..Settings::default() };
            let checked = (0..100).filter(|lot| is_checked(&settings, *lot)).count();
            prop_assert_eq!(checked, usize::from(check));
            // Whoever checks more checks what was checked before.
            let more = Settings { check: (check + 1).min(100), ..settings };
            prop_assert!(!is_checked(&settings, lot) || is_checked(&more, lot));
        }
    }

    fn answer(question: &str, value: Value) -> Answer {
        Answer { question: question.to_owned(), label: question.to_owned(), value }
    }

    #[test]
    fn who_it_is_stays_with_the_council() {
        let person = Person { name: "Sam".into(), email: Some("sam@example.org".into()), phone: None };
        let inner = answer("name", Value::Name("Sam".into()));
        let answers = [
            answer("details", Value::Text("Red letters".into())),
            answer("photos", Value::Photos(PhotosValue { photos: Vec::new(), position: None })),
            answer("offensive", Value::YesNo(true)),
            answer("name", Value::Name("Sam".into())),
            answer("email", Value::Email("sam@example.org".into())),
            answer("you", Value::Contact(person)),
            answer("others", Value::Group(vec![vec![inner]])),
            answer("agree", Value::Agreed),
            answer(
                "proof",
                Value::Documents(vec![Document { id: uuid::Uuid::nil(), name: "Sam.pdf".into() }]),
            ),
        ];
        let seen: Vec<String> = shown(&answers, None).into_iter().map(|answer| answer.question).collect();
        assert_eq!(seen, ["details", "photos", "offensive"]);
    }

    #[test]
    fn mistakes_are_named() {
        let good = Contractor { id: "walls".into(), name: "Walls".into(), email: "w@example.org".into() };
        assert_eq!(faults(std::slice::from_ref(&good), &Settings::default()), Vec::<String>::new());
        let bad = Contractor { id: "Walls & Co".into(), name: " ".into(), email: "walls".into() };
        assert_eq!(faults(&[good.clone(), good, bad], &Settings { check: 101, days: 0 }).len(), 6);
    }
}
