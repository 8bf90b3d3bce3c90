//! `/api/requests`.

use domain::api::requests::{SubmitRequest, Submitted};
use gloo_net::http::Request;
use uuid::Uuid;

use super::ApiProblem;

/// Sends a filled-in form. The same key is the same request, however often it is sent.
///
/// # Errors
/// [`ApiProblem`]; `already_sent` when this key was used for other answers.
pub async fn submit(form: &SubmitRequest, key: Uuid) -> Result<Submitted, ApiProblem> {
    let request = Request::post("/api/requests").header("Idempotency-Key", &key.to_string());
    super::read(&super::send(request, form).await?)
}
