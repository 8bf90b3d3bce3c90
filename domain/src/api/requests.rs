//! `POST /api/requests`, with the header `Idempotency-Key`.

use serde::{Deserialize, Serialize};

use uuid::Uuid;

use super::consent::ConsentAnswer;
use crate::answers::Answers;
use crate::by::By;
use crate::reference::Reference;

/// A filled-in form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubmitRequest {
    /// The service; or the form for somebody else, as `form_for` makes it.
    pub service: String,
    /// The version of the document that was filled in.
    pub version: u32,
    /// The answers as typed, of the questions that were asked.
    pub answers: Answers,
    /// What whoever is signed in decided on the way about their details. Nobody needs to, and what can't be kept of it is
    /// asked again: it never keeps a form from being sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consent: Vec<ConsentAnswer>,
    /// What it costs by what was shown, in pence. Where it costs something else by now, it is not sent but asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<i64>,
}

/// The acknowledgement. A reply without all of this is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Submitted {
    /// The reference.
    pub reference: Reference,
    /// The secret to follow the request with: `/follow/{key}`. Empty for who sent it for somebody else.
    pub key: String,
    /// Somebody takes it by then.
    pub acknowledge_by: By,
    /// It is done by then.
    pub complete_by: By,
    /// For who sent it for somebody else: which of their requests it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Uuid>,
    /// It is received once it is paid: a form that is posted to `/follow/{key}/pay` leads to the card page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_pay: bool,
}
