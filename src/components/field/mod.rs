//! Questions on a page: one file per kind. This one ties them to what was typed and to what is wrong with
//! it; a new kind does not compile until it has its arm here.

mod choice;
mod contact;
mod long_text;
mod photos;
mod place;
mod text;
mod yes_no;

use domain::catalogue::Question;
use domain::field::Kind;
use leptos::prelude::*;

use super::error_summary::{Problem, problem_at};
use super::input::Labelled;
use crate::state::drafts::Draft;

/// A question on its page: what every kind needs to draw itself.
#[derive(Clone)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// What was typed so far.
    pub draft: Draft,
    /// What is wrong on this page.
    pub problems: RwSignal<Vec<Problem>>,
    /// The question is the page's heading.
    pub heading: bool,
}

impl Asked {
    /// The label, hint and error of the whole question.
    fn labelled(&self) -> Labelled {
        Labelled::new(self.question.id.clone(), self.title())
            .hint(self.question.hint.clone())
            .heading(self.heading)
            .error(problem_at(self.problems, self.question.id.clone()))
    }

    /// The label and error of one part of the question.
    fn part(&self, part: &str, label: impl Into<String>) -> Labelled {
        let path = self.path(part);
        Labelled::new(path.clone(), label).error(problem_at(self.problems, path))
    }

    fn path(&self, part: &str) -> String {
        format!("{}.{part}", self.question.id)
    }

    /// The question, saying so when it may be left out.
    fn title(&self) -> String {
        optional(&self.question.label, self.question.required)
    }

    /// The heading above a question of several inputs, each with a label of its own.
    fn legend(&self, inputs: AnyView) -> AnyView {
        self.labelled().fieldset(inputs)
    }
}

/// A label, saying so when no answer is needed.
fn optional(label: &str, required: bool) -> String {
    if required { label.to_owned() } else { format!("{label} (optional)") }
}

/// Draws a question.
pub fn field(asked: &Asked) -> AnyView {
    match asked.question.kind.clone() {
        Kind::Text(kind) => text::view(asked, &kind),
        Kind::LongText(kind) => long_text::view(asked, &kind),
        Kind::Choice(kind) => choice::view(asked, &kind),
        Kind::YesNo => yes_no::view(asked),
        Kind::Place(kind) => place::view(asked, &kind),
        Kind::Photos(kind) => photos::view(asked, &kind),
        Kind::Contact(kind) => contact::view(asked, &kind),
    }
}
