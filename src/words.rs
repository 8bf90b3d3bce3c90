//! The words for a person: codes cross the wire, words live here. Plain English that says what to do.

use domain::case::Outcome;
use domain::catalogue::Question;
use domain::field::{ErrorCode, FieldError, Kind};

use crate::api::ApiProblem;
use crate::components::error_summary::Problem;

/// A day, as people say it: `Friday 12 December`.
pub use domain::standard::say as day;

/// A number with commas: `2,000`.
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count of things: `1 photo`, `3 photos`.
#[must_use]
pub fn count(many: usize, one: &str) -> String {
    if many == 1 { format!("1 {one}") } else { format!("{} {one}s", number(many as u64)) }
}

/// What is wrong with the answers to some questions, in their order, in words.
#[must_use]
pub fn problems(questions: &[&Question], errors: &[FieldError]) -> Vec<Problem> {
    let in_words = |error: &FieldError| {
        let id = domain::answers::question_of(&error.path);
        let question = questions.iter().find(|question| question.id == id)?;
        Some(Problem { id: error.path.clone(), words: field_error(question, error) })
    };
    errors.iter().filter_map(in_words).collect()
}

/// What is wrong with one field, and what to do about it.
#[must_use]
pub fn field_error(question: &Question, error: &FieldError) -> String {
    let part = error.path.rsplit_once('.').map_or("", |(_, part)| part);
    let limit = error.limit.unwrap_or_default();
    match error.code {
        ErrorCode::Missing => missing(question, part),
        ErrorCode::TooLong => {
            format!("{} must be {} characters or fewer", subject(part), number(limit.into()))
        }
        ErrorCode::TooMany => {
            format!("You can send up to {}. Remove some of them", count(limit as usize, "photo"))
        }
        ErrorCode::NotAnOption => format!("Choose one of the answers to “{}”", question.label),
        ErrorCode::NotAnEmail => email_format().to_owned(),
        ErrorCode::NotAPhone => "Enter a phone number, like 01632 960 001 or 07700 900 982".to_owned(),
        ErrorCode::NotAPhoto => "One of the photos did not arrive. Remove it and add it again".to_owned(),
        ErrorCode::PhotoGone => "One of the photos is no longer here. Remove it and add it again".to_owned(),
        ErrorCode::NotAPosition => {
            "We could not read where the photo was taken. Choose “No” and say it in words".to_owned()
        }
        ErrorCode::UnknownField | ErrorCode::NotAllowed => {
            format!("This question has changed. Answer “{}” again", question.label)
        }
    }
}

/// A question as it stands in a list of what is asked.
#[must_use]
pub fn asked(question: &Question) -> String {
    if question.required { question.label.clone() } else { format!("{} (optional)", question.label) }
}

fn missing(question: &Question, part: &str) -> String {
    match (&question.kind, part) {
        (Kind::Text(_) | Kind::LongText(_), _) => format!("Write an answer to “{}”", question.label),
        (Kind::Choice(_), _) => format!("Choose an answer to “{}”", question.label),
        (Kind::YesNo, _) => format!("Choose yes or no to “{}”", question.label),
        (Kind::Place(_), _) => "Say where it is, so that we can find it".to_owned(),
        (Kind::Photos(_), _) => "Add at least one photo".to_owned(),
        (Kind::Contact(_), "email") => email_format().to_owned(),
        (Kind::Contact(_), "phone") => "Enter your phone number".to_owned(),
        (Kind::Contact(_), _) => "Enter your name".to_owned(),
    }
}

fn subject(part: &str) -> &'static str {
    match part {
        "name" => "Your name",
        "email" => "Your email address",
        "phone" => "Your phone number",
        "words" => "Where it is",
        "postcode" => "The postcode",
        "alt" => "What the photo shows",
        _ => "Your answer",
    }
}

/// How an e-mail address should look.
#[must_use]
pub fn email_format() -> &'static str {
    "Enter an email address in the right format, like name@example.com"
}

/// The label of a contact's part.
#[must_use]
pub fn contact_label(part: &str) -> &'static str {
    match part {
        "email" => "Email address",
        "phone" => "Phone number",
        _ => "Full name",
    }
}

/// How a call to the server went wrong, and what to do.
#[must_use]
pub fn call_failed(problem: &ApiProblem) -> &'static str {
    match (problem.status, problem.code.as_str()) {
        (429, _) => "You have tried too often. Wait a few minutes, then try again",
        (404, _) => "This is no longer here. Open the page again",
        (409, _) => "Something has changed in the meantime. Open the page again",
        (413, _) => "This is more than we can take. Make it shorter and try again",
        _ if problem.is_unconfirmed() => {
            "We could not reach the council. Check your connection, then try again"
        }
        _ => "That did not work. Try again in a minute",
    }
}

/// How a request ended, in a few words.
#[must_use]
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Done",
        Outcome::DeclinedByPolicy => "Declined: our policy does not allow this",
        Outcome::NotOurs => "Closed: somebody else is responsible for this",
        Outcome::Duplicate => "Closed: we know about this already",
        Outcome::Withdrawn => "Withdrawn: this is no longer needed",
    }
}

/// The five answers to "how did it go", best first, with their scores.
pub const SCORES: [(u8, &str); 5] =
    [(5, "Very well"), (4, "Well"), (3, "Neither well nor badly"), (2, "Badly"), (1, "Very badly")];

/// A score in words.
#[must_use]
pub fn score(score: u8) -> &'static str {
    SCORES.iter().find(|(known, _)| *known == score).map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use domain::field::{Ask, Choices, Contact, LongText, Photos, Place, Text};

    use super::*;

    #[test]
    fn days_and_numbers_as_people_say_them() {
        assert_eq!(
            (number(0), number(999), number(10_000), number(1_234_567)),
            ("0".into(), "999".into(), "10,000".into(), "1,234,567".into())
        );
        assert_eq!((count(1, "photo"), count(3, "photo")), ("1 photo".into(), "3 photos".into()));
    }

    #[test]
    fn every_error_of_every_kind_says_what_to_do() {
        let contact = Contact { name: Ask::Required, email: Ask::Required, phone: Ask::Optional };
        let kinds = [
            (Kind::Text(Text { max: 10 }), vec![""]),
            (Kind::LongText(LongText { max: 10 }), vec![""]),
            (Kind::Choice(Choices::default()), vec![""]),
            (Kind::YesNo, vec![""]),
            (Kind::Place(Place::default()), vec![".words", ".postcode"]),
            (Kind::Photos(Photos { max: 5 }), vec!["", ".1", ".1.alt", ".position"]),
            (Kind::Contact(contact), vec![".name", ".email", ".phone"]),
        ];
        let codes = [
            ErrorCode::Missing,
            ErrorCode::TooLong,
            ErrorCode::TooMany,
            ErrorCode::NotAnOption,
            ErrorCode::NotAnEmail,
            ErrorCode::NotAPhone,
            ErrorCode::NotAPhoto,
            ErrorCode::PhotoGone,
            ErrorCode::NotAPosition,
            ErrorCode::UnknownField,
            ErrorCode::NotAllowed,
        ];
        for (kind, parts) in kinds {
            let question = Question {
                id: "q".into(),
                label: "What is it?".into(),
                hint: None,
                required: true,
                show_if: None,
                kind,
            };
            for (part, code) in parts.iter().flat_map(|part| codes.map(|code| (part, code))) {
                let words = field_error(&question, &FieldError::over(format!("q{part}"), code, 5));
                assert!(words.len() > 10 && !words.ends_with('.'), "{part} {code:?}: {words}");
            }
        }
    }
}
