//! The words for a person: codes cross the wire, words live here. Plain English that says what to do.

use domain::case::{Cause, Outcome, Rung, Shortfall, Status, Why};
use domain::catalogue::{Question, Topic};
use domain::field::{ErrorCode, FieldError, Kind};
use domain::money;
use domain::standard::say_date;

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

/// What is wrong with one field, and what to do about it. Within a group the inner question is the one meant.
#[must_use]
pub fn field_error(question: &Question, error: &FieldError) -> String {
    if let Kind::Group(group) = &question.kind {
        let mut path = error.path.splitn(4, '.').skip(2);
        let inner = path.next().and_then(|id| group.questions.iter().find(|inner| inner.id == id));
        if let Some(inner) = inner {
            return field_error(inner, error);
        }
    }
    let part = error.path.rsplit_once('.').map_or("", |(_, part)| part);
    let limit = error.limit.unwrap_or_default();
    let label = &question.label;
    let day = error.day.map(say_date).unwrap_or_default();
    match error.code {
        ErrorCode::Missing => missing(question, part),
        ErrorCode::NotAgreed => "Tick the box if you agree".to_owned(),
        ErrorCode::TooLong => {
            format!("{} must be {} characters or fewer", subject(part), number(limit.unsigned_abs()))
        }
        ErrorCode::TooMany => match &question.kind {
            Kind::Choices(_) => format!("Choose {limit} or fewer of the answers to “{label}”"),
            _ => format!(
                "You can send up to {}. Remove some of them",
                count(usize::try_from(limit).unwrap_or(0), "file")
            ),
        },
        ErrorCode::NotAnOption => format!("Choose one of the answers to “{label}”"),
        ErrorCode::NoneAndOthers => {
            format!("The answers to “{label}” do not go together. Untick the last one, or all the others")
        }
        ErrorCode::NotAnEmail => email_format().to_owned(),
        ErrorCode::NoWayToReach => {
            "Enter an email address or a phone number, so that we can answer you".to_owned()
        }
        ErrorCode::NotAPhone => "Enter a phone number, like 01632 960 001 or 07700 900 982".to_owned(),
        ErrorCode::NotANumber => format!("Answer “{label}” with a whole number, like 3"),
        ErrorCode::TooSmall => format!("The answer to “{label}” must be {limit} or more"),
        ErrorCode::TooLarge => format!("The answer to “{label}” must be {limit} or less"),
        ErrorCode::NotMoney => "Enter an amount of money, like 12.50".to_owned(),
        ErrorCode::TooLittleMoney => format!("The amount must be {} or more", money::show(limit)),
        ErrorCode::TooMuchMoney => format!("The amount must be {} or less", money::show(limit)),
        ErrorCode::NotADay => "Enter the day as a number, like 27".to_owned(),
        ErrorCode::NotAMonth => "Enter the month as a number or a word, like 3 or March".to_owned(),
        ErrorCode::NotAYear => "Enter the year with four numbers, like 2026".to_owned(),
        ErrorCode::YearUnclear => format!("Enter the year with four numbers. Did you mean {limit}?"),
        ErrorCode::NoSuchDay => format!("That month has {limit} days. Check the day and the month"),
        ErrorCode::TooEarly => format!("The date must be {day} or later"),
        ErrorCode::TooLate => format!("The date must be {day} or earlier"),
        ErrorCode::EndsBeforeStart => format!("The last day must be {day} or later"),
        ErrorCode::TooManyDays => format!("Choose {limit} days or fewer"),
        ErrorCode::ChooseAddress => "Find your address and choose it, or type it".to_owned(),
        ErrorCode::NotAVehicle => "Enter a registration number, like AB12 CDE".to_owned(),
        ErrorCode::NotACouncilTaxAccount => {
            "Enter your council tax account number: 6 to 12 numbers, at the top of your bill".to_owned()
        }
        ErrorCode::NotAPenaltyCharge => {
            "Enter the number of the notice: two letters and then numbers, like SM12345678".to_owned()
        }
        ErrorCode::NotALibraryCard => "Enter the number of your library card, like 20123456".to_owned(),
        ErrorCode::NotAPhoto => "One of the photos did not arrive. Remove it and add it again".to_owned(),
        ErrorCode::PhotoGone => "One of the photos is no longer here. Remove it and add it again".to_owned(),
        ErrorCode::NotADocument | ErrorCode::DocumentGone => {
            "One of the files is no longer here. Remove it and add it again".to_owned()
        }
        ErrorCode::NotAPosition => match question.kind {
            Kind::Photos(_) => "We could not read where the photo was taken. Choose “No” and say it in words",
            _ => "We could not read the place on the map. Say where it is in words",
        }
        .to_owned(),
        ErrorCode::UnknownField | ErrorCode::NotAllowed => {
            format!("This question has changed. Answer “{label}” again")
        }
    }
}

/// What a topic is called.
#[must_use]
pub fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Streets => "Streets and roads",
        Topic::Waste => "Bins and rubbish",
        Topic::Parking => "Parking",
        Topic::CouncilTax => "Council tax and benefits",
        Topic::Housing => "Housing and neighbours",
        Topic::Environment => "Pests and food",
        Topic::Care => "Adults, children and schools",
        Topic::Libraries => "Libraries",
        Topic::Council => "Everything else",
    }
}

/// A question as it stands in a list of what is asked.
#[must_use]
pub fn asked(question: &Question) -> String {
    if question.required { question.label.clone() } else { format!("{} (optional)", question.label) }
}

fn missing(question: &Question, part: &str) -> String {
    let label = &question.label;
    match (&question.kind, part) {
        (Kind::Choice(_) | Kind::Choices(_), _) => format!("Choose an answer to “{label}”"),
        (Kind::YesNo, _) => format!("Choose yes or no to “{label}”"),
        (Kind::Place(_), _) => "Say where it is, so that we can find it".to_owned(),
        (Kind::Address(_), "line1") => "Enter the first line of the address".to_owned(),
        (Kind::Address(_), _) => "Enter the postcode, then find the address or type it".to_owned(),
        (Kind::Photos(_), _) => "Add at least one photo".to_owned(),
        (Kind::Documents(_), _) => "Add at least one file".to_owned(),
        (Kind::Date(_) | Kind::DateRange(_), "month") => "Enter the month".to_owned(),
        (Kind::Date(_) | Kind::DateRange(_), "year") => "Enter the year".to_owned(),
        (Kind::Date(_), _) => format!("Enter a date for “{label}”"),
        (Kind::DateRange(_), _) => "Enter both the first and the last day".to_owned(),
        (Kind::Contact(_), "email") | (Kind::Email(_), _) => email_format().to_owned(),
        (Kind::Contact(_), "phone") | (Kind::Phone(_), _) => "Enter your phone number".to_owned(),
        (Kind::Contact(_), _) => "Enter your name".to_owned(),
        _ => format!("Write an answer to “{label}”"),
    }
}

fn subject(part: &str) -> &'static str {
    match part {
        "name" => "Your name",
        "email" => "Your email address",
        "phone" => "Your phone number",
        "words" => "Where it is",
        "postcode" => "The postcode",
        "street" => "The street",
        "line1" | "line2" | "town" => "Each line of the address",
        "asset" => "The number",
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
        (401, _) => "You have been signed out. Open the page again, and sign in",
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
        Outcome::PartDone => "Closed: some of it is done",
        Outcome::NoAnswer => "Closed: we had no answer from you",
        Outcome::NothingFound => "Closed: we looked, and found nothing",
        Outcome::NotPaid => "Not received: it was not paid in time",
    }
}

/// Where a department's part of a request stands.
#[must_use]
pub fn part_status(status: Status) -> &'static str {
    match status {
        Status::ToPay => "It is to be paid first",
        Status::Received => "They have it",
        Status::LookedAt => "They are looking at it",
        Status::Planned => "They have planned the work",
        Status::InProgress => "They are working on it",
        Status::Waiting => "They need an answer from you",
        Status::Closed(ended) => outcome(ended),
    }
}

/// Where the request of somebody else stands in which one's own goes on.
#[must_use]
pub fn goes_on(status: Status) -> &'static str {
    match status {
        Status::ToPay => "It is to be paid first",
        Status::Received => "We have it",
        Status::LookedAt => "We are looking at it",
        Status::Planned => "The work is planned",
        Status::InProgress => "We are working on it",
        Status::Waiting => "We need an answer before we can go on",
        Status::Closed(Outcome::Done | Outcome::PartDone | Outcome::NothingFound) => "It is finished",
        Status::Closed(_) => "It is closed",
    }
}

/// Who stands on a rung.
#[must_use]
pub fn rung(rung: Rung) -> &'static str {
    match rung {
        Rung::Lead => "who leads the team",
        Rung::Deputy => "the deputy",
        Rung::Head => "the head of service",
        Rung::Director => "the director",
    }
}

/// Why a request went up.
#[must_use]
pub fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::NotAcknowledged => "nobody had taken it by the day that we promised",
        Cause::Missed => "we missed the day that we promised",
        Cause::MissedAgain => "we missed the day that we promised again",
        Cause::Unanswered => "a message had no answer",
        Cause::Away => "the person who has it is away",
        Cause::Silent => "it is taking too long",
        Cause::Unsigned => "our answer has waited too long for somebody to agree to it",
    }
}

/// Why a promised day was missed.
#[must_use]
pub fn why_missed(why: Why) -> &'static str {
    match why {
        Why::NotBegun => "nobody had begun to work on it",
        Why::Contractor => "the company that does the work has not finished",
        Why::Longer => "it takes longer than we thought",
    }
}

/// The answers to "are you satisfied", with their scores.
pub const TAPS: [(u8, &str); 2] = [(5, "I am satisfied"), (1, "I am not satisfied")];

/// The score that a link in a mail says.
#[must_use]
pub fn tapped(says: &str) -> Option<u8> {
    match says {
        "yes" => Some(TAPS[0].0),
        "no" => Some(TAPS[1].0),
        _ => None,
    }
}

/// What can be said not to be right: as a form says it, what it means, and in words.
pub const SHORTFALLS: [(&str, Shortfall, &str); 5] = [
    ("not_fixed", Shortfall::NotFixed, "It is not fixed"),
    ("too_long", Shortfall::TooLong, "It took too long"),
    ("not_told", Shortfall::NotTold, "I was not told enough"),
    ("manner", Shortfall::Manner, "How I was treated"),
    ("other", Shortfall::Other, "Something else"),
];

/// What was not right, in words.
#[must_use]
pub fn shortfall(shortfall: Shortfall) -> &'static str {
    SHORTFALLS.iter().find(|(_, known, _)| *known == shortfall).map_or("", |(.., words)| words)
}

/// Whether a score says that it went well.
#[must_use]
pub fn is_satisfied(score: u8) -> bool {
    score >= 4
}

/// A score in words.
#[must_use]
pub fn score(score: u8) -> &'static str {
    match score {
        3 => "neither satisfied nor dissatisfied",
        score if is_satisfied(score) => "satisfied",
        _ => "not satisfied",
    }
}

#[cfg(test)]
mod tests {
    use domain::field::{
        Address, Ask, Choices, Contact, Date, DateRange, Documents, Email, Group, LongText, Money, Name,
        Number, PhoneNumber, Photos, Place, Several, Text,
    };

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
            (Kind::Name(Name {}), vec![""]),
            (Kind::Text(Text { max: 10 }), vec![""]),
            (Kind::LongText(LongText { max: 10 }), vec![""]),
            (Kind::Number(Number { min: 1, max: 9, unit: None }), vec![""]),
            (Kind::Money(Money { min: 1, max: 900 }), vec![""]),
            (Kind::Date(Date::default()), vec![".day", ".month", ".year"]),
            (Kind::DateRange(DateRange::default()), vec![".from.day", ".to.month", ".to.year"]),
            (Kind::Email(Email {}), vec![""]),
            (Kind::Phone(PhoneNumber {}), vec![""]),
            (Kind::Address(Address::default()), vec![".postcode", ".line1", ".line2", ".town"]),
            (Kind::Place(Place::default()), vec![".street", ".words", ".asset", ".position", ".postcode"]),
            (Kind::Choice(Choices::default()), vec![""]),
            (Kind::Choices(Several::default()), vec![""]),
            (Kind::YesNo, vec![""]),
            (Kind::Vehicle, vec![""]),
            (Kind::CouncilTaxAccount, vec![""]),
            (Kind::PenaltyCharge, vec![""]),
            (Kind::LibraryCard, vec![""]),
            (Kind::Photos(Photos { max: 5 }), vec!["", ".1", ".1.alt", ".position"]),
            (Kind::Documents(Documents { max: 5 }), vec!["", ".1"]),
            (Kind::Declaration, vec![""]),
            (Kind::Contact(contact), vec![".name", ".email", ".phone"]),
        ];
        let codes = [
            ErrorCode::Missing,
            ErrorCode::NotAgreed,
            ErrorCode::TooLong,
            ErrorCode::TooMany,
            ErrorCode::NotAnOption,
            ErrorCode::NoneAndOthers,
            ErrorCode::NotAnEmail,
            ErrorCode::NoWayToReach,
            ErrorCode::NotAPhone,
            ErrorCode::NotANumber,
            ErrorCode::TooSmall,
            ErrorCode::TooLarge,
            ErrorCode::NotMoney,
            ErrorCode::TooLittleMoney,
            ErrorCode::TooMuchMoney,
            ErrorCode::NotADay,
            ErrorCode::NotAMonth,
            ErrorCode::NotAYear,
            ErrorCode::YearUnclear,
            ErrorCode::NoSuchDay,
            ErrorCode::TooEarly,
            ErrorCode::TooLate,
            ErrorCode::EndsBeforeStart,
            ErrorCode::TooManyDays,
            ErrorCode::ChooseAddress,
            ErrorCode::NotAVehicle,
            ErrorCode::NotACouncilTaxAccount,
            ErrorCode::NotAPenaltyCharge,
            ErrorCode::NotALibraryCard,
            ErrorCode::NotAPhoto,
            ErrorCode::PhotoGone,
            ErrorCode::NotADocument,
            ErrorCode::DocumentGone,
            ErrorCode::NotAPosition,
            ErrorCode::UnknownField,
            ErrorCode::NotAllowed,
        ];
        let question = |id: &str, kind| Question {
            id: id.into(),
            label: "What is it?".into(),
            hint: None,
            required: true,
            page: None,
            show_if: None,
            kind,
            stamp: 0,
        };
        for (kind, parts) in kinds {
            let alone = question("q", kind.clone());
            let inner = Group { item: "thing".into(), max: 3, questions: vec![question("inner", kind)] };
            let group = question("q", Kind::Group(inner));
            for (part, code) in parts.iter().flat_map(|part| codes.map(|code| (part, code))) {
                for (question, path) in [(&alone, format!("q{part}")), (&group, format!("q.2.inner{part}"))] {
                    let words = field_error(question, &FieldError::over(path, code, 5));
                    assert!(words.len() > 10 && !words.ends_with('.'), "{part} {code:?}: {words}");
                }
            }
        }
    }
}
