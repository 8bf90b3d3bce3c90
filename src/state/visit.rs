//! What the person told us before in this visit: offered in the next form, and never asked again. It is kept for
//! this tab alone and ends with it.

use domain::answers::Answers;
use domain::catalogue::Question;
use domain::field::Kind;

use super::storage;
use crate::json;

const NAME: &str = "portico:visit";
/// What a person wrote before another form was found for it: the one text that is taken along.
const MESSAGE: &str = "message";

/// The parts of an answer that say the same in every form, and what each is kept as. Names and addresses may be
/// somebody else's: only the questions of the shared sets are about the person themselves.
fn parts(question: &Question) -> &'static [(&'static str, &'static str)] {
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
        (Kind::LongText(_), _) => &[("", MESSAGE)],
        _ => &[],
    }
}

fn path(question: &str, part: &str) -> String {
    if part.is_empty() { question.to_owned() } else { format!("{question}.{part}") }
}

fn read() -> Answers {
    storage::read_text(NAME).and_then(|text| json::read(&text)).unwrap_or_default()
}

fn write(told: &Answers) {
    storage::write_text(NAME, &serde_json::to_string(told).unwrap_or_default());
}

/// Remembers what was sent, for the next form.
pub fn remember(questions: &[&Question], answers: &Answers) {
    let mut told = read();
    told.set(MESSAGE, "");
    for question in questions.iter().filter(|question| !matches!(question.kind, Kind::LongText(_))) {
        let parts = parts(question);
        let raw = |part: &str| answers.get(&path(&question.id, part));
        // All of them, the blank ones too: half of one address and half of another is nobody's.
        if parts.iter().any(|(part, _)| !raw(part).is_empty()) {
            for (part, name) in parts {
                told.set(name, raw(part));
            }
        }
    }
    write(&told);
}

/// Takes a text along to the form that fits it better.
pub fn take_along(text: &str) {
    let mut told = read();
    told.set(MESSAGE, text);
    write(&told);
}

/// What was told before that answers this question: raw, by path; empty when nothing does.
#[must_use]
pub fn known(question: &Question) -> Answers {
    let told = read();
    parts(question)
        .iter()
        .filter(|(part, _)| question.kind.has_part(part))
        .map(|(part, name)| (path(&question.id, part), told.get(name).to_owned()))
        .collect()
}
