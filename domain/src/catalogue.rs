//! What a council offers: one document per service, data only.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::case::{Outcome, Rung};
use crate::condition::Condition;
use crate::council::Council;
use crate::fee::Fee;
use crate::field::{Kind, Opt};
use crate::identity::{NeedsIdentity, Proof};
use crate::journey;
use crate::retention::Retention;
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
    /// What it is listed under.
    #[serde(default)]
    pub topic: Topic,
    /// One of the tasks most people come for.
    #[serde(default)]
    pub top: bool,
    /// The department that answers for it, unless `route` or `routes` say otherwise.
    #[serde(default)]
    pub department: String,
    /// The choice question whose answer names the department, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Where it goes instead, by answers and by area; the first that holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
    /// The departments that it is passed on to besides. No browser needs to know.
    #[serde(skip)]
    pub pass_on: Option<PassOn>,
    /// Everyday words people search for.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Open requests of this service this near the place, in metres, are shown before more is typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearby: Option<u16>,
    /// The question in whose words a better form is looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggest: Option<String>,
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
    /// What is promised instead, by answers; the first that holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<StandardWhen>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// How sure the council must be who somebody is, and why; none where anybody may send it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_identity: Option<NeedsIdentity>,
    /// How long requests are kept. No browser needs to know.
    #[serde(skip)]
    pub retention: Retention,
    /// What staff write most often. No browser of a resident needs to know.
    #[serde(skip)]
    pub replies: Vec<Reply>,
    /// The outcomes that need the agreement of somebody else who answers for the department. No browser of a resident needs
    /// to know.
    #[serde(skip)]
    pub sign_off: Vec<SignOff>,
    /// The questions about a person whose answers a contractor needs to do the work. No browser needs to know.
    #[serde(skip)]
    pub contractor_needs: Vec<String>,
    /// For which homes it is, and what it gives. Not there in browsers, which have no use for it.
    #[cfg(feature = "documents")]
    #[serde(skip)]
    pub terms: crate::grant::Terms,
    /// What happens after sending, one sentence each.
    pub next: Vec<String>,
}

/// An outcome that its resident is told of only when somebody else has agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignOff {
    /// The outcome.
    pub outcome: Outcome,
    /// Who stands on this rung of the department, or above it, agrees.
    pub by: Rung,
}

/// What staff write to a resident before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Writing {
    /// A message.
    Message,
    /// A question, for whose answer the promise waits.
    Question,
}

/// What staff write most often, to be changed where it does not fit: at the end, or to the resident before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// For this outcome; none for what is written before the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// For this before the end; none for an outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Writing>,
    /// What it is called in the list.
    pub name: String,
    /// What was done, or why not; the message or the question.
    pub text: String,
    /// What happens next.
    #[serde(default)]
    pub next: String,
    /// Who did it.
    #[serde(default)]
    pub by: String,
    /// Who else is responsible.
    #[serde(default)]
    pub elsewhere: String,
}

impl Reply {
    /// What is wrong with it, if something is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let only_at_the_end = [&self.next, &self.by, &self.elsewhere].iter().any(|more| !more.is_empty());
        match (self.outcome, self.to) {
            (Some(_), None) => None,
            (None, Some(_)) if !only_at_the_end => None,
            (None, Some(_)) => {
                Some(format!("the reply “{}” is for before the end, and has a text and no more", self.name))
            }
            _ => Some(format!(
                "the reply “{}” is either for an “outcome”, or “to” be a message or a question",
                self.name
            )),
        }
    }
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
    /// A new page of the form begins here, with this title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Asked only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<Condition>,
    /// What kind of answer it takes.
    pub kind: Kind,
    /// Changes whenever anything above does: an answer given to another stamp is asked for again.
    #[serde(default)]
    pub stamp: u32,
}

/// What a service is listed under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Streets, pavements and what stands on them.
    Streets,
    /// Bins and rubbish.
    Waste,
    /// Parking, permits and penalty charges.
    Parking,
    /// Council tax and benefits.
    CouncilTax,
    /// Homes, repairs and neighbours.
    Housing,
    /// Pests, food and nuisance.
    Environment,
    /// Adults, children and schools.
    Care,
    /// Libraries.
    Libraries,
    /// Everything about the council itself.
    #[default]
    Council,
}

impl Topic {
    /// Every topic, in the order of the list.
    pub const ALL: [Self; 9] = [
        Self::Streets,
        Self::Waste,
        Self::Parking,
        Self::CouncilTax,
        Self::Housing,
        Self::Environment,
        Self::Care,
        Self::Libraries,
        Self::Council,
    ];

    /// The topic as documents write it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Streets => "streets",
            Self::Waste => "waste",
            Self::Parking => "parking",
            Self::CouncilTax => "council-tax",
            Self::Housing => "housing",
            Self::Environment => "environment",
            Self::Care => "care",
            Self::Libraries => "libraries",
            Self::Council => "council",
        }
    }
}

/// Where requests go, by what was answered and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Route {
    /// Only with these answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Only in these wards; none means everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wards: Vec<String>,
    /// The department.
    pub department: String,
    /// The team within it, in words for staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
}

/// Telling once: each department that the resident ticks gets a request of its own, with the answers it needs and
/// no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassOn {
    /// The choices question in which they are ticked.
    pub question: String,
    /// The questions whose answers all of them see.
    pub answers: Vec<String>,
    /// The department of each choice.
    pub to: Vec<PassTo>,
}

/// Whom one choice passes a request on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassTo {
    /// The choice.
    pub choice: String,
    /// The department.
    pub department: String,
    /// The team within it, in words for staff.
    pub team: Option<String>,
    /// The questions whose answers only this department sees.
    pub answers: Vec<String>,
}

/// A standard for some answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StandardWhen {
    /// With these answers.
    pub when: Condition,
    /// What is promised.
    pub standard: Standard,
}

/// An answer at which the form ends: said at once, before anything else need be typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stop {
    /// Identifier within the document.
    pub id: String,
    /// When it stops; none for a service that is closed for now, or is done on another page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// For [`StopKind::Closed`]: the first day.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
    pub from: Option<NaiveDate>,
    /// For [`StopKind::Closed`]: the last day.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
    pub until: Option<NaiveDate>,
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
    /// Only for people who have signed in.
    SignIn,
    /// Closed for now, from a day to a day.
    Closed,
    /// Done on a page of its own, where what is due is looked up. No document says so: it is so where the council keeps
    /// the ledger, see [`Service::for_council`].
    LookUp,
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
    /// What would change the answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unless: String,
}

impl Question {
    /// The identifier of the field that stands first in it: the question's own, or its first part's.
    #[must_use]
    pub fn first_field(&self) -> String {
        let part = self.kind.first_part();
        if part.is_empty() { self.id.clone() } else { format!("{}.{part}", self.id) }
    }
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

    /// What is promised for these answers: `None` for [`Service::standard`], else the place in
    /// [`Service::standards`].
    #[must_use]
    pub fn standard_at(&self, answers: &Answers) -> Option<usize> {
        let asked = journey::asked(self, answers);
        self.standards.iter().position(|other| other.when.holds(answers, &asked))
    }

    /// What is promised for these answers.
    #[must_use]
    pub fn standard_for(&self, answers: &Answers) -> &Standard {
        let other = self.standard_at(answers).and_then(|at| self.standards.get(at));
        other.map_or(&self.standard, |other| &other.standard)
    }

    /// The department these answers go to, and the team within it.
    #[must_use]
    pub fn goes_to(&self, answers: &Answers, ward: Option<&str>) -> (String, Option<String>) {
        let asked = journey::asked(self, answers);
        let fits = |route: &&Route| {
            route.when.as_ref().is_none_or(|when| when.holds(answers, &asked))
                && (route.wards.is_empty() || route.wards.iter().any(|own| Some(own.as_str()) == ward))
        };
        if let Some(route) = self.routes.iter().find(fits) {
            return (route.department.clone(), route.team.clone());
        }
        let chosen = self.route.as_ref().map(|question| answers.get(question).trim());
        let chosen = chosen.filter(|department| !department.is_empty());
        (chosen.unwrap_or(&self.department).to_owned(), None)
    }

    /// Whom these answers are passed on to, each with the questions whose answers they see.
    #[must_use]
    pub fn passed_to(&self, answers: &Answers) -> Vec<(&PassTo, Vec<String>)> {
        let Some(pass_on) = &self.pass_on else { return Vec::new() };
        let asked = journey::asked(self, answers);
        let is_ticked = |to: &&PassTo| {
            let ticked =
                Condition::Is { question: pass_on.question.clone(), one_of: vec![to.choice.clone()] };
            ticked.holds(answers, &asked)
        };
        let sees = |to: &PassTo| [pass_on.answers.clone(), to.answers.clone()].concat();
        pass_on.to.iter().filter(is_ticked).map(|to| (to, sees(to))).collect()
    }

    /// The stop that closes the service on this day, if one does.
    #[must_use]
    pub fn closed_on(&self, day: NaiveDate) -> Option<&Stop> {
        self.stops.iter().find(|stop| match stop.kind {
            StopKind::LookUp => true,
            StopKind::Closed | StopKind::SignIn => {
                stop.from.is_some_and(|from| from <= day) && stop.until.is_some_and(|until| day <= until)
            }
            StopKind::Policy | StopKind::NotOurs | StopKind::Emergency => false,
        })
    }

    /// The document as it is for somebody of whom this is known. Who is known well enough meets no stop of the kind
    /// [`StopKind::SignIn`]; for who is not, a service without such stops is closed.
    #[must_use]
    pub fn for_somebody(&self, proofs: &[Proof], now: DateTime<Utc>, today: NaiveDate) -> Cow<'_, Self> {
        let Some(needs) = &self.needs_identity else { return Cow::Borrowed(self) };
        let is_sign_in = |stop: &Stop| stop.kind == StopKind::SignIn;
        let is_met = needs.met(proofs, now).is_ok();
        if self.stops.iter().any(is_sign_in) != is_met {
            return Cow::Borrowed(self);
        }
        let mut own = self.clone();
        if is_met {
            own.stops.retain(|stop| !is_sign_in(stop));
        } else {
            own.stops.insert(
                0,
                Stop {
                    id: "identity".to_owned(),
                    when: None,
                    from: Some(today),
                    until: Some(today),
                    kind: StopKind::SignIn,
                    title: "Show who you are first".to_owned(),
                    text: vec![needs.why.clone()],
                    instead: None,
                    policy: None,
                },
            );
        }
        Cow::Owned(own)
    }

    /// The document as one council offers it: where the options are "the departments", they are filled in. Where it takes
    /// payments and keeps the ledger of penalty charges, one is paid where it is looked up: a form that does not know the
    /// ledger would take the same money twice.
    #[must_use]
    pub fn for_council(mut self, council: &Council) -> Self {
        let departments = || {
            let departments = council.departments.iter().map(|department| Opt {
                value: department.id.clone(),
                label: department.name.clone(),
                hint: department.about.clone(),
            });
            departments.collect()
        };
        for question in &mut self.questions {
            match &mut question.kind {
                Kind::Choice(choices) if choices.departments => choices.options = departments(),
                Kind::Choices(choices) if choices.departments => choices.options = departments(),
                _ => {}
            }
        }
        let is_paid_elsewhere = council.payments.is_some()
            && council.penalty_charges.as_ref().is_some_and(|charges| charges.pay == self.id);
        if is_paid_elsewhere {
            self.stops.insert(
                0,
                Stop {
                    id: "look-up".to_owned(),
                    when: None,
                    from: None,
                    until: None,
                    kind: StopKind::LookUp,
                    title: "Find your penalty charge first".to_owned(),
                    text: vec![
                        "With the number of the notice and the registration of the vehicle you see what is due today and until when, with photos where there are any.".to_owned(),
                        "You pay it there by card. You can challenge it there, too.".to_owned(),
                    ],
                    instead: None,
                    policy: None,
                },
            );
        }
        self
    }
}
