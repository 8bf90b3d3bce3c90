//! `GET /api/services` and `GET /api/services/{id}`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::catalogue::{Service, Topic};

/// A line in the list of services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceSummary {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it is for.
    pub summary: String,
    /// What it is listed under.
    pub topic: Topic,
    /// One of the tasks most people come for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub top: bool,
    /// Everyday words to find it by.
    pub keywords: Vec<String>,
}

/// A service's document, and what sending it now would promise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceView {
    /// The document, without what only the server needs: keywords, routes and policies of staff.
    pub service: Service,
    /// Today, by the council's clock: the device's may be wrong.
    #[serde(with = "crate::day")]
    pub today: NaiveDate,
    /// The language of the document's texts, where it is not English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What is promised if it is sent now: as usual, then by each of [`Service::standards`].
    pub promises: Vec<Promised>,
    /// What it costs today, line by line, before anything is answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<String>,
}

/// What is promised.
/// In words, as they are today by the council's clock: `Friday 12 December`, `3pm today`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Promised {
    /// Somebody takes it by then.
    pub acknowledge_by: String,
    /// It is done by then.
    pub complete_by: String,
}

/// `POST /api/services/suggest`: a message that is being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SuggestRequest {
    /// Its words so far.
    pub message: String,
}

/// The form that a message probably belongs into; empty when there is none that fits well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suggested {
    /// The service.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
}

impl ServiceView {
    /// What is promised for these answers.
    #[must_use]
    pub fn promised(&self, answers: &Answers) -> Option<Promised> {
        let at = self.service.standard_at(answers).map_or(0, |other| other + 1);
        self.promises.get(at).or_else(|| self.promises.first()).cloned()
    }
}
