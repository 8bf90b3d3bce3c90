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

/// The parts of an answer that say the same in every form, and what each is kept as.
fn parts(kind: &Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Name(_) => &[("", "name")],
        Kind::Email(_) => &[("", "email")],
        Kind::Phone(_) => &[("", "phone")],
        Kind::Contact(_) => &[("name", "name"), ("email", "email"), ("phone", "phone")],
        Kind::Address(_) => &[
            ("line1", "line1"),
            ("line2", "line2"),
            ("town", "town"),
            ("postcode", "postcode"),
            ("uprn", "uprn"),
        ],
        Kind::Vehicle => &[("", "vehicle")],
        Kind::CouncilTaxAccount => &[("", "council-tax-account")],
        Kind::LibraryCard => &[("", "library-card")],
        Kind::LongText(_) => &[("", MESSAGE)],
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
        for (part, name) in parts(&question.kind) {
            let raw = answers.get(&path(&question.id, part));
            if !raw.is_empty() {
                told.set(name, raw);
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
    parts(&question.kind)
        .iter()
        .filter(|(part, _)| question.kind.has_part(part))
        .map(|(part, name)| (path(&question.id, part), told.get(name).to_owned()))
        .collect()
}
