//! What a council offers: one document per service, data only.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::council::Council;
use crate::field::{Kind, Opt};
use crate::standard::Standard;

/// One service, as its document says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Service {
    /// Identifier, also its place in the address: `report-graffiti`.
    pub id: String,
    /// What a resident would call it.
    pub title: String,
    /// What it is for, in one sentence.
    pub summary: String,
    /// The department that answers for it, unless `route` says otherwise.
    pub department: String,
    /// The choice question whose answer names the department, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Everyday words people search for.
    pub keywords: Vec<String>,
    /// Version of the document; raised with every change of its questions.
    pub version: u32,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// Answers at which the form ends, and why.
    #[serde(default)]
    pub stops: Vec<Stop>,
    /// Policies that staff may close a request with, and that stops name.
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// What is promised.
    pub standard: Standard,
    /// What happens after sending, one sentence each.
    pub next: Vec<String>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Identifier; the first part of its field paths and its step's place in the address.
    pub id: String,
    /// The question in words.
    pub label: String,
    /// Help, shown under the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether an answer is needed.
    pub required: bool,
    /// Asked only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<Condition>,
    /// What kind of answer it takes.
    pub kind: Kind,
}

/// Holds when an earlier choice or yes/no question has one of these answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Condition {
    /// The earlier question.
    pub question: String,
    /// Its answers for which this holds.
    pub equals: Vec<String>,
}

impl Condition {
    /// Whether the condition holds for these answers.
    #[must_use]
    pub fn holds(&self, answers: &Answers) -> bool {
        self.equals.iter().any(|value| value == answers.get(&self.question))
    }
}

/// An answer at which the form ends: said at once, before anything else need be typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stop {
    /// Identifier within the document.
    pub id: String,
    /// When it stops.
    pub when: Condition,
    /// Why it stops.
    pub kind: StopKind,
    /// Heading.
    pub title: String,
    /// What to know, one paragraph each.
    pub text: Vec<String>,
    /// What to do instead, or who can help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// The policy it rests on, by identifier; always there for [`StopKind::Policy`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// Why a form ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    /// The council's policy is not to do this.
    Policy,
    /// Somebody else is responsible.
    NotOurs,
    /// Somebody must be rung now.
    Emergency,
}

/// A published policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Policy {
    /// Identifier within the document.
    pub id: String,
    /// Its name, as published.
    pub name: String,
    /// Its version, as published.
    pub version: String,
    /// The day it took effect.
    #[serde(with = "crate::day")]
    pub date: NaiveDate,
    /// What it says, in a sentence or two.
    pub text: String,
    /// What a resident can do instead.
    pub instead: String,
}

impl Service {
    /// A question by its identifier.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// A policy by its identifier.
    #[must_use]
    pub fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    /// The department these answers go to.
    #[must_use]
    pub fn department_for(&self, answers: &Answers) -> String {
        let routed = self
            .route
            .as_ref()
            .map(|question| answers.get(question))
            .filter(|department| !department.is_empty());
        routed.unwrap_or(&self.department).to_owned()
    }

    /// The document as one council offers it: where the options are "the departments", they are filled in.
    #[must_use]
    pub fn for_council(mut self, council: &Council) -> Self {
        for question in &mut self.questions {
            if let Kind::Choice(choices) = &mut question.kind
                && choices.departments
            {
                choices.options = council
                    .departments
                    .iter()
                    .map(|department| Opt {
                        value: department.id.clone(),
                        label: department.name.clone(),
                        hint: department.about.clone(),
                    })
                    .collect();
            }
        }
        self
    }
}
