//! What the person told us before in this visit: offered in the next form, and never asked again. It is kept for
//! this tab alone and ends with it.

use domain::answers::Answers;
use domain::catalogue::Question;
use domain::field::Kind;
use domain::profile::told;

use super::storage;
use crate::json;

const NAME: &str = "portico:visit";
/// What a person wrote before another form was found for it: the one text that is taken along.
const MESSAGE: &str = "message";

/// The parts of an answer that say the same in every form, and what each is kept as.
fn parts(question: &Question) -> &'static [(&'static str, &'static str)] {
    match &question.kind {
        Kind::LongText(_) => &[("", MESSAGE)],
        _ => told(question),
    }
}

fn path(question: &str, part: &str) -> String {
    if part.is_empty() { question.to_owned() } else { format!("{question}.{part}") }
}

fn read() -> Answers {
    storage::read_text(NAME).and_then(|text| json::read(&text)).unwrap_or_default()
}

fn write(known: &Answers) {
    storage::write_text(NAME, &serde_json::to_string(known).unwrap_or_default());
}

/// Remembers what was sent, for the next form.
pub fn remember(questions: &[&Question], answers: &Answers) {
    let mut known = read();
    known.set(MESSAGE, "");
    for question in questions.iter().filter(|question| !matches!(question.kind, Kind::LongText(_))) {
        let parts = parts(question);
        let raw = |part: &str| answers.get(&path(&question.id, part));
        // All of them, the blank ones too: half of one address and half of another is nobody's.
        if parts.iter().any(|(part, _)| !raw(part).is_empty()) {
            for (part, name) in parts {
                known.set(name, raw(part));
            }
        }
    }
    write(&known);
}

/// Forgets it: the next form is about somebody else.
pub fn forget() {
    storage::write_text(NAME, "");
}

/// Takes a text along to the form that fits it better.
pub fn take_along(text: &str) {
    let mut known = read();
    known.set(MESSAGE, text);
    write(&known);
}

/// What was told before that answers this question: raw, by path; empty when nothing does.
#[must_use]
pub fn known(question: &Question) -> Answers {
    let known = read();
    parts(question)
        .iter()
        .filter(|(part, _)| question.kind.has_part(part))
        .map(|(part, name)| (path(&question.id, part), known.get(name).to_owned()))
        .collect()
}
