//! Errors on the wire: RFC 9457 problem+json with a code and field paths, and nothing of the inside.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::api::problem::Problem;
use domain::case::Refused;
use domain::consent::Unsound;
use domain::field::{ErrorCode, FieldError};
use validator::{ValidationErrors, ValidationErrorsKind};

use crate::store::StoreError;

/// What an error reply is.
pub const PROBLEM: &str = "application/problem+json";

/// An error reply.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    fields: Vec<FieldError>,
    already: Option<(String, Option<String>)>,
}

impl ApiError {
    /// An error with a code.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, fields: Vec::new(), already: None }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What machines know it by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The fields it is about.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }

    /// For `already_sent`: the key to follow what was sent.
    #[must_use]
    pub fn sent_key(&self) -> Option<&str> {
        self.already.as_ref()?.1.as_deref()
    }

    /// Missing, or not for whoever asks: the two look the same.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// Fields that can't be taken as they are.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid") }
    }

    /// The address that was answered to this question is in no permit zone.
    #[must_use]
    pub fn outside_zone(question: &str) -> Self {
        let fields = vec![FieldError::new(question, ErrorCode::NotAllowed)];
        Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "outside_zone") }
    }

    /// What was answered is not for this home: it is outside the zones, or has had what it may have. The page says so in words.
    #[must_use]
    pub fn is_of_home(&self) -> bool {
        matches!(self.code, "outside_zone" | "none_left")
    }

    /// The same form was sent before with other answers.
    #[must_use]
    pub fn already_sent(reference: String, key: Option<String>) -> Self {
        Self {
            already: Some((reference, key)),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "already_sent")
        }
    }

    /// Too many tries; wait.
    #[must_use]
    pub fn too_many() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (reference, key) = self.already.unzip();
        let key = key.flatten();
        let problem = Problem {
            kind: "about:blank".into(),
            title: self.status.canonical_reason().unwrap_or_default().into(),
            status: self.status.as_u16(),
            code: self.code.into(),
            fields: self.fields,
            key,
            reference,
        };
        let mut response = (self.status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("900"));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::Refused(refused) => Self::new(StatusCode::CONFLICT, refused_code(refused)),
            StoreError::NotLeft { question, left } => Self {
                fields: vec![FieldError::over(question, ErrorCode::TooLarge, left)],
                ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "none_left")
            },
            StoreError::TooMany => Self::new(StatusCode::CONFLICT, "too_many"),
            StoreError::LastAdmin => Self::new(StatusCode::CONFLICT, "last_admin"),
            StoreError::SlotTaken => Self::new(StatusCode::CONFLICT, "slot_taken"),
            StoreError::UploadGone(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "upload_gone"),
            StoreError::Unsound(Unsound::NotAsked) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_asked")
            }
            StoreError::Unsound(_) => Self::new(StatusCode::CONFLICT, "wording_changed"),
            StoreError::Closed => Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            inside @ (StoreError::Database(_)
            | StoreError::Json(_)
            | StoreError::Unreadable(_)
            | StoreError::ReferenceTaken) => {
                tracing::error!(error = %inside, "the store failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        }
    }
}

fn refused_code(refused: Refused) -> &'static str {
    match refused {
        Refused::Closed => "closed",
        Refused::StillOpen => "still_open",
        Refused::NotOwner => "not_owner",
        Refused::AlreadyYours => "already_yours",
        Refused::AlreadyGiven => "already_given",
        Refused::PolicyMissing => "policy_missing",
        Refused::SameDate => "same_date",
        Refused::NotAllowed => "not_allowed",
        Refused::Incomplete => "incomplete",
        Refused::AfterPromise => "after_promise",
        Refused::Asked => "asked",
        Refused::NotReminded => "not_reminded",
        Refused::ReopenedBefore => "reopened_before",
        Refused::TooLate => "too_late",
        Refused::Begun => "begun",
        Refused::NotChecked => "not_checked",
        Refused::OwnProposal => "own_proposal",
    }
}

impl From<ValidationErrors> for ApiError {
    fn from(errors: ValidationErrors) -> Self {
        let mut fields: Vec<FieldError> = errors
            .errors()
            .iter()
            .filter_map(|(path, kind)| match kind {
                ValidationErrorsKind::Field(errors) => errors.first().map(|error| field_error(path, error)),
                _ => None,
            })
            .collect();
        fields.sort_by(|a, b| a.path.cmp(&b.path));
        Self::invalid(fields)
    }
}

fn field_error(path: &str, error: &validator::ValidationError) -> FieldError {
    let number = |name: &str| {
        error.params.get(name).and_then(serde_json::Value::as_u64).and_then(|n| u32::try_from(n).ok())
    };
    let empty = error
        .params
        .get("value")
        .is_some_and(|value| value.as_str().is_some_and(|text| text.trim().is_empty()));
    match (&*error.code, number("max")) {
        _ if empty => FieldError::new(path, ErrorCode::Missing),
        ("email", _) => FieldError::new(path, ErrorCode::NotAnEmail),
        ("length", Some(max)) => FieldError::over(path, ErrorCode::TooLong, max),
        _ => FieldError::new(path, ErrorCode::NotAllowed),
    }
}
