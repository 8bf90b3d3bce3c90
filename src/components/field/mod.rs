//! Questions on a page: one file per kind. This one ties them to what was typed and to what is wrong with
//! it; a new kind does not compile until it has its arm here.

mod address;
mod amount;
mod choice;
mod choices;
mod contact;
mod council_tax_account;
mod date;
mod date_range;
mod declaration;
mod documents;
pub mod email;
mod group;
mod library_card;
mod long_text;
mod name;
mod number;
mod penalty_charge;
mod phone;
mod photos;
mod place;
mod text;
mod vehicle;
mod yes_no;

use domain::catalogue::Question;
use domain::field::Kind;
use leptos::prelude::*;

use super::error_summary::{Problem, problem_at, problem_within};
use super::input::{Labelled, TextInput, Typing};
use crate::live::Drawn as _;
use crate::state::drafts::Draft;

/// A question on its page: what every kind needs to draw itself.
#[derive(Clone)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// Its field path: the question's identifier, with what stands before it within a group.
    pub path: String,
    /// What was typed so far.
    pub draft: Draft,
    /// What is wrong on this page.
    pub problems: RwSignal<Vec<Problem>>,
    /// The question is the page's heading.
    pub heading: bool,
}

impl Asked {
    /// A question that is not part of a group.
    #[must_use]
    pub fn new(question: Question, draft: Draft, problems: RwSignal<Vec<Problem>>, heading: bool) -> Self {
        Self { path: question.id.clone(), question, draft, problems, heading }
    }

    /// The label, hint and error of the whole question.
    fn labelled(&self) -> Labelled {
        self.labelled_by(problem_at(self.problems, self.path.clone()))
    }

    /// The same for a question of parts that have no place for an error of their own.
    fn labelled_within(&self) -> Labelled {
        self.labelled_by(problem_within(self.problems, self.path.clone()))
    }

    fn labelled_by(&self, error: Signal<Option<String>>) -> Labelled {
        Labelled::new(self.path.clone(), self.title())
            .hint(self.question.hint.clone())
            .heading(self.heading)
            .error(error)
    }

    /// The label and error of one part of the question.
    fn part(&self, part: &str, label: impl Into<String>) -> Labelled {
        let path = self.path(part);
        Labelled::new(path.clone(), label).error(problem_at(self.problems, path))
    }

    fn path(&self, part: &str) -> String {
        format!("{}.{part}", self.path)
    }

    /// One part as one line of text.
    fn part_input(&self, part: &str, label: impl Into<String>, typing: Typing) -> AnyView {
        let (value, on_input) = (self.draft.text(self.path(part)), self.draft.setter(self.path(part)));
        view! { <TextInput labelled=self.part(part, label) value=value on_input=on_input typing=typing /> }
            .drawn()
    }

    /// The whole question as one line of text.
    fn line(&self, typing: Typing, unit: Option<String>) -> AnyView {
        let (value, on_input) = (self.draft.text(&self.path), self.draft.setter(&self.path));
        let labelled = self.labelled();
        match unit {
            None => view! { <TextInput labelled=labelled value=value on_input=on_input typing=typing /> }.drawn(),
            Some(unit) => {
                view! { <TextInput labelled=labelled value=value on_input=on_input typing=typing unit=unit /> }.drawn()
            }
        }
    }

    /// A number of letters and digits, as a card or a letter shows it.
    fn code(&self) -> AnyView {
        let typing =
            Typing { verbatim: true, capitals: true, width: "govuk-input--width-20", ..Typing::default() };
        self.line(typing, None)
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
    match &asked.question.kind {
        Kind::Name(_) => name::view(asked),
        Kind::Text(kind) => text::view(asked, kind),
        Kind::LongText(kind) => long_text::view(asked, kind),
        Kind::Number(kind) => number::view(asked, kind),
        Kind::Money(_) => amount::view(asked),
        Kind::Date(_) => date::view(asked),
        Kind::DateRange(_) => date_range::view(asked),
        // A form offers it as a choice of what is free: server/src/operations/slots.rs.
        Kind::Slot(_) => ().into_any(),
        Kind::Email(_) => email::view(asked),
        Kind::Phone(_) => phone::view(asked),
        Kind::Address(kind) => address::view(asked, kind),
        Kind::Place(kind) => place::view(asked, kind),
        Kind::Choice(kind) => choice::view(asked, kind),
        Kind::Choices(kind) => choices::view(asked, kind),
        Kind::YesNo => yes_no::view(asked),
        Kind::Vehicle => vehicle::view(asked),
        Kind::CouncilTaxAccount => council_tax_account::view(asked),
        Kind::PenaltyCharge => penalty_charge::view(asked),
        Kind::LibraryCard => library_card::view(asked),
        Kind::Photos(kind) => photos::view(asked, kind),
        Kind::Documents(kind) => documents::view(asked, kind),
        Kind::Declaration => declaration::view(asked),
        Kind::Contact(kind) => contact::view(asked, kind),
        Kind::Group(kind) => group::view(asked, kind),
    }
}
