//! What may go wrong, when a test says so.

use std::collections::VecDeque;

use axum::http::Method;
use serde::Deserialize;

/// A call of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Makes a payment.
    Create,
    /// Asks for one.
    Get,
    /// Looks for some.
    Search,
    /// Takes one back.
    Cancel,
    /// Sends money back.
    Refund,
    /// Any other.
    Other,
}

impl Call {
    /// Which one it is.
    #[must_use]
    pub fn of(method: &Method, path: &str) -> Self {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            ("POST", ["v1", "payments"]) => Self::Create,
            ("GET", ["v1", "payments"]) => Self::Search,
            ("GET", ["v1", "payments", _]) => Self::Get,
            ("POST", ["v1", "payments", _, "cancel"]) => Self::Cancel,
            ("POST", ["v1", "payments", _, "refunds"]) => Self::Refund,
            _ => Self::Other,
        }
    }
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The reply comes late by so many milliseconds.
    Delay(u64),
    /// 500, and nothing happened.
    ServerError,
    /// 500, though it happened.
    ErrorAfter,
    /// It happened, and the connection breaks before the reply is there.
    LostReply,
    /// 429.
    TooMany,
}

/// A fault that waits for its call.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Which call; any where nothing is said.
    #[serde(default)]
    pub on: Option<Call>,
    /// What goes wrong.
    pub fault: Fault,
}

/// What goes wrong by chance.
const KINDS: [Fault; 3] = [Fault::LostReply, Fault::ServerError, Fault::ErrorAfter];

/// What is to go wrong.
#[derive(Debug, Default)]
pub struct Faults {
    planned: VecDeque<Planned>,
    /// Of a hundred calls, so many go wrong besides.
    pub percent: u8,
}

impl Faults {
    /// The next call of its kind goes wrong.
    pub fn plan(&mut self, planned: impl IntoIterator<Item = Planned>) {
        self.planned.extend(planned);
    }

    /// What goes wrong with this call; `lot` is one of a hundred.
    pub fn take(&mut self, call: Call, lot: u8) -> Option<Fault> {
        if let Some(at) = self.planned.iter().position(|planned| planned.on.is_none_or(|on| on == call)) {
            return self.planned.remove(at).map(|planned| planned.fault);
        }
        (lot < self.percent).then(|| KINDS[usize::from(lot) % KINDS.len()])
    }
}
