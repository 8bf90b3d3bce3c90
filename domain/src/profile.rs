//! What a resident tells once about themselves, and where forms ask for the same again. The questions are of the kinds
//! that forms have, and are read, drawn and refused as those.

use crate::answers::{Answers, question_of};
use crate::catalogue::Question;
use crate::field::{
    Address, Choices, ErrorCode, FieldError, Kind, Name, Opt, PhoneNumber, Several, Text, Value,
};
use crate::identity::Detail;
use crate::validate::{self, Answer};

/// The question for the name.
pub const NAME: &str = "name";
/// The question for the phone number.
pub const PHONE: &str = "phone";
/// The question for the language.
pub const LANGUAGE: &str = "language";
/// The question for the address.
pub const ADDRESS: &str = "address";
/// What helps who reads large print.
const LARGE_PRINT: &str = "large-print";
/// The parts of an address that one form has from another.
const LINES: [&str; 5] = ["line1", "line2", "town", "postcode", "uprn"];

pub(crate) fn question(id: &str, label: &str, hint: Option<&str>, kind: Kind) -> Question {
    Question {
        id: id.to_owned(),
        label: label.to_owned(),
        hint: hint.map(ToOwned::to_owned),
        required: false,
        page: None,
        show_if: None,
        kind,
        stamp: 0,
    }
}

pub(crate) fn options(list: &[(&str, &str)]) -> Vec<Opt> {
    let option = |(value, label): &(&str, &str)| Opt {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
        hint: None,
    };
    list.iter().map(option).collect()
}

/// What is asked, in order. Nothing has to be answered.
#[must_use]
pub fn questions() -> Vec<Question> {
    let language = options(&[
        ("en", "English"),
        ("cy", "Welsh (Cymraeg)"),
        ("bsl", "British Sign Language"),
        ("ar", "Arabic (العربية)"),
        ("bn", "Bengali (বাংলা)"),
        ("pl", "Polish (Polski)"),
        ("pa", "Punjabi (ਪੰਜਾਬੀ)"),
        ("ro", "Romanian (Română)"),
        ("ur", "Urdu (اردو)"),
        ("other", "Another language"),
    ]);
    let reach = options(&[
        ("email", "Email"),
        ("phone", "Phone call"),
        ("text", "Text message"),
        ("letter", "Letter"),
    ]);
    let access = options(&[
        (LARGE_PRINT, "Large print"),
        ("easy-read", "Easy Read"),
        ("braille", "Braille"),
        ("audio", "Audio"),
        ("text-relay", "Calls through text relay (Relay UK)"),
        ("sign-video", "A sign language interpreter by video"),
        ("interpreter", "An interpreter for my language"),
    ]);
    vec![
        question(NAME, "Your name", None, Kind::Name(Name::default())),
        question(PHONE, "Phone number", None, Kind::Phone(PhoneNumber::default())),
        question(ADDRESS, "Where do you live?", None, Kind::Address(Address { no_fixed: true })),
        question(
            LANGUAGE,
            "Which language is best for you?",
            None,
            Kind::Choice(Choices { options: language, ..Choices::default() }),
        ),
        question(
            "reach",
            "How should we get in touch with you?",
            Some("We try these first. We still send what you need to know to your email address."),
            Kind::Choices(Several { options: reach, ..Several::default() }),
        ),
        question(
            "access",
            "What helps you to read what we send and to talk to us?",
            None,
            Kind::Choices(Several { options: access, ..Several::default() }),
        ),
        question(
            "access-other",
            "Is there anything else that helps?",
            Some("For example: please ring in the afternoon."),
            Kind::Text(Text { max: 200 }),
        ),
    ]
}

/// The languages that can be chosen.
#[must_use]
pub fn languages() -> Vec<Opt> {
    let asked = questions().into_iter().find(|question| question.id == LANGUAGE);
    match asked.map(|question| question.kind) {
        Some(Kind::Choice(choices)) => choices.options,
        _ => Vec::new(),
    }
}

/// Whether somebody reads large print.
#[must_use]
pub fn reads_large_print(profile: &Answers) -> bool {
    profile.get("access").split(',').any(|wanted| wanted == LARGE_PRINT)
}

/// Reads a profile.
///
/// # Errors
/// What is wrong with it, in the order of the questions; paths that no question has last.
pub fn read(answers: &Answers, today: chrono::NaiveDate) -> Result<Vec<Answer>, Vec<FieldError>> {
    asked_alone(&questions(), answers, today)
}

/// Reads the answers to questions, and refuses what answers none of them.
pub(crate) fn asked_alone(
    asked: &[Question],
    answers: &Answers,
    today: chrono::NaiveDate,
) -> Result<Vec<Answer>, Vec<FieldError>> {
    let asked: Vec<&Question> = asked.iter().collect();
    let is_known = |path: &str| {
        let id = question_of(path);
        let part = path.strip_prefix(id).and_then(|rest| rest.strip_prefix('.')).unwrap_or("");
        asked.iter().any(|question| question.id == id && question.kind.has_part(part))
    };
    let unknown = answers.iter().map(|(path, _)| path).filter(|path| !is_known(path));
    let unknown: Vec<FieldError> =
        unknown.map(|path| FieldError::new(path, ErrorCode::UnknownField)).collect();
    match validate::questions(&asked, answers, today) {
        Ok(read) if unknown.is_empty() => Ok(read),
        Ok(_) => Err(unknown),
        Err(errors) => Err(errors.into_iter().chain(unknown).collect()),
    }
}

/// What was told before and is something else now. Telling it for the first time changes nothing.
#[must_use]
pub fn changed(before: &Answers, after: &Answers) -> Vec<Detail> {
    let of = |answers: &Answers, id: &str| {
        let own = answers.iter().filter(|(path, raw)| question_of(path) == id && !raw.trim().is_empty());
        own.map(|(path, raw)| (path.to_owned(), raw.trim().to_owned())).collect::<Vec<_>>()
    };
    [(NAME, Detail::Name), (ADDRESS, Detail::Address)]
        .into_iter()
        .filter(|(id, _)| {
            let told = of(before, id);
            !told.is_empty() && told != of(after, id)
        })
        .map(|(_, detail)| detail)
        .collect()
}

/// The parts of a question that ask for the same in every form, and what each is called there. Names and addresses may
/// be somebody else's: only the questions of the shared sets are about the person themselves.
#[must_use]
pub fn told(question: &Question) -> &'static [(&'static str, &'static str)] {
    match (&question.kind, question.id.as_str()) {
        (Kind::Contact(_), "you") => &[("name", "name"), ("email", "email"), ("phone", "phone")],
        (Kind::Address(_), "address") => &[
            ("line1", "line1"),
            ("line2", "line2"),
            ("town", "town"),
            ("postcode", "postcode"),
            ("uprn", "uprn"),
        ],
        (Kind::Vehicle, "vehicle") => &[("", "vehicle")],
        (Kind::CouncilTaxAccount, _) => &[("", "council-tax-account")],
        (Kind::LibraryCard, _) => &[("", "library-card")],
        _ => &[],
    }
}

/// What a form begins with: the answers that are known already.
#[must_use]
pub fn fill(questions: &[Question], profile: &Answers, email: &str) -> Answers {
    let mut filled = Answers::default();
    for question in questions {
        for (part, name) in told(question) {
            let known = match *name {
                "email" => email,
                NAME => profile.get(NAME),
                PHONE => profile.get(PHONE),
                line if LINES.contains(&line) => profile.get(&format!("{ADDRESS}.{line}")),
                _ => "",
            };
            let asks = match &question.kind {
                Kind::Contact(kind) => kind.asks(part),
                _ => true,
            };
            if asks {
                filled.set(&format!("{}.{part}", question.id), known);
            }
        }
    }
    filled
}

/// What was told in a request and the profile does not have yet: raw, as the profile keeps it; empty when it has all.
#[must_use]
pub fn learn(sent: &[Answer], profile: &Answers) -> Answers {
    let mut new = Answers::default();
    for answer in sent {
        match (&answer.value, answer.question.as_str()) {
            (Value::Contact(person), "you") => {
                new.set(NAME, person.name.clone());
                new.set(PHONE, person.phone.as_ref().map_or("", |phone| &phone.typed));
            }
            (Value::Address(address), "address") if !address.lines.is_empty() => {
                let line = |at: usize| address.lines.get(at).cloned().unwrap_or_default();
                let optional = |text: &Option<String>| text.clone().unwrap_or_default();
                let parts = [
                    line(0),
                    line(1),
                    optional(&address.town),
                    optional(&address.postcode),
                    optional(&address.uprn),
                ];
                for (part, text) in LINES.iter().zip(parts) {
                    new.set(&format!("{ADDRESS}.{part}"), text);
                }
            }
            _ => {}
        }
    }
    // A whole question at a time: half of one address and half of another is nobody's.
    new.only(|id| profile.parts(id).names().next().is_none())
}

/// What staff should know before they get in touch: the answers about how to, in words.
#[must_use]
pub fn reach(answers: &[Answer]) -> Vec<(String, String)> {
    let about = [LANGUAGE, "reach", "access", "access-other"];
    let is_plain = |answer: &&Answer| {
        about.contains(&answer.question.as_str())
            && !matches!(&answer.value, Value::Choice(chosen) if chosen.value == "en")
    };
    answers.iter().filter(is_plain).map(|answer| (answer.label.clone(), answer.value.show())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{AddressValue, Ask, Contact, Person};

    fn day() -> chrono::NaiveDate {
        chrono::NaiveDate::from_ymd_opt(2026, 12, 7).unwrap()
    }

    #[test]
    fn what_is_another_now_is_told() {
        let of = |lines: &[(&str, &str)]| lines.iter().copied().collect::<Answers>();
        let before = of(&[("name", "Sam Taylor"), ("address.line1", "4 Mill Lane"), ("phone", "1")]);
        assert_eq!(changed(&Answers::default(), &before), []);
        assert_eq!(changed(&before, &of(&[("name", " Sam Taylor "), ("address.line1", "4 Mill Lane")])), []);
        assert_eq!(
            changed(&before, &of(&[("name", "Sam Jones"), ("address.line1", "4 Mill Lane")])),
            [Detail::Name]
        );
        assert_eq!(changed(&before, &of(&[])), [Detail::Name, Detail::Address]);
    }

    #[test]
    fn a_profile_is_read_by_the_rules_of_forms() {
        assert_eq!(read(&Answers::default(), day()), Ok(Vec::new()), "nothing has to be told");
        let told: Answers = [
            ("name", "Sam Taylor"),
            ("address.line1", "4 Mill Lane"),
            ("access", "large-print,text-relay"),
            ("language", "en"),
        ]
        .into_iter()
        .collect();
        let answers = read(&told, day()).unwrap();
        assert_eq!(answers.len(), 4);
        assert_eq!(
            reach(&answers),
            [(
                "What helps you to read what we send and to talk to us?".to_owned(),
                "Large print\nCalls through text relay (Relay UK)".to_owned()
            )]
        );
        for (path, raw) in [("phone", "12"), ("access", "magic"), ("shoe-size", "9"), ("name.first", "Sam")] {
            let wrong: Answers = [(path, raw)].into_iter().collect();
            assert_eq!(read(&wrong, day()).unwrap_err()[0].path, path);
        }
    }

    #[test]
    fn what_a_request_told_is_learnt_once_and_whole() {
        let answer =
            |question: &str, value| Answer { question: question.to_owned(), label: String::new(), value };
        let sent = [
            answer("you", Value::Contact(Person { name: "Sam".into(), ..Person::default() })),
            answer(
                "address",
                Value::Address(AddressValue {
                    lines: vec!["4 Mill Lane".into()],
                    postcode: Some("NE1 8QH".into()),
                    ..AddressValue::default()
                }),
            ),
            answer("neighbour", Value::Name("Somebody else".into())),
        ];
        let new = learn(&sent, &Answers::default());
        assert_eq!(
            new.iter().collect::<Vec<_>>(),
            [("address.line1", "4 Mill Lane"), ("address.postcode", "NE1 8QH"), ("name", "Sam")]
        );
        assert!(learn(&sent, &new).is_empty());
        let elsewhere: Answers = [("address.town", "Saltmarsh")].into_iter().collect();
        assert_eq!(learn(&sent, &elsewhere).iter().count(), 1, "no half of an address");
    }

    #[test]
    fn a_form_begins_with_what_is_known_and_it_asks_for() {
        let profile: Answers = [("name", "Sam"), ("phone", "07700 900123"), ("address.line1", "4 Mill Lane")]
            .into_iter()
            .collect();
        let you = Contact { name: Ask::Required, email: Ask::Required, phone: Ask::No };
        let asked = [
            question("you", "", None, Kind::Contact(you)),
            question("address", "", None, Kind::Address(Address::default())),
            question("old-address", "", None, Kind::Address(Address::default())),
        ];
        let filled = fill(&asked, &profile, "sam@example.org");
        assert_eq!(
            filled.iter().collect::<Vec<_>>(),
            [("address.line1", "4 Mill Lane"), ("you.email", "sam@example.org"), ("you.name", "Sam")]
        );
    }
}
