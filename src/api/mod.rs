//! Talking to the server: one file per noun. A reply counts only when it is what was asked for: a page of
//! some hotel's network, or half a reply, is no acknowledgement.

pub mod account;
pub mod alerts;
pub mod consent;
pub mod council;
pub mod drafts;
pub mod events;
pub mod follow;
pub mod helpers;
pub mod identity;
pub mod nearby;
pub mod payments;
pub mod performance;
pub mod photos;
pub mod places;
pub mod privacy;
pub mod profile;
pub mod requests;
pub mod services;

use domain::api::problem::Problem;
use domain::field::FieldError;
use gloo_net::http::{Request, RequestBuilder, Response};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde::{Serialize, de::DeserializeOwned};
use web_sys::{AbortController, AbortSignal, File};

use crate::json;
use crate::live::ON_SERVER;
use crate::state::boot;

/// What went wrong with a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiProblem {
    /// The HTTP status; 0 when no reply came, or one that is not ours.
    pub status: u16,
    /// The server's code; empty when it did not say.
    pub code: String,
    /// The fields it is about.
    pub fields: Vec<FieldError>,
    /// For `already_sent`: the key to follow the request with.
    pub key: Option<String>,
    /// For `already_sent`: the request's reference.
    pub reference: Option<String>,
}

impl ApiProblem {
    /// Nobody can say whether it arrived: there was no reply, or it did not come from our server.
    #[must_use]
    pub fn is_unconfirmed(&self) -> bool {
        self.code.is_empty() || self.status >= 500
    }

    /// What is replied where nobody is signed in.
    #[must_use]
    pub fn signed_out() -> Self {
        Self { status: 401, code: "not_signed_in".to_owned(), ..Self::default() }
    }

    /// What is replied where there is no such thing.
    #[must_use]
    pub fn not_found() -> Self {
        Self { status: 404, code: "not_found".to_owned(), ..Self::default() }
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn is_signed_out(&self) -> bool {
        self.status == 401
    }

    /// There is no such thing, or it is somebody else's: the two look the same.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status == 404
    }
}

/// Asks for something. The question is dropped with the page that asked it.
///
/// # Errors
/// [`ApiProblem`], also when the reply is not the JSON of a `T`.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, ApiProblem> {
    if let Some(reply) = boot::take_reply(path) {
        return reply.and_then(|text| read(&text));
    }
    if ON_SERVER {
        return Err(ApiProblem::default());
    }
    let signal = until_cleanup();
    let request = Request::get(path).abort_signal(signal.as_ref()).build();
    read(&exchange(request).await?)
}

/// Sends something and reads the answer. Goes on when the page is left: what was sent was meant.
///
/// # Errors
/// [`ApiProblem`], also when the reply is not the JSON of a `T`.
pub async fn post<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, ApiProblem> {
    read(&send(Request::post(path), body).await?)
}

/// Sends something to which the only answer is that it arrived (204).
///
/// # Errors
/// [`ApiProblem`].
pub async fn tell<B: Serialize>(path: &str, body: &B) -> Result<(), ApiProblem> {
    let reply = send(Request::post(path), body).await?;
    if reply.is_empty() { Ok(()) } else { Err(ApiProblem::default()) }
}

/// Sends a body with a request that is already begun, and gives the text of a good reply.
///
/// # Errors
/// [`ApiProblem`].
pub async fn send<B: Serialize>(request: RequestBuilder, body: &B) -> Result<String, ApiProblem> {
    exchange(request.json(body)).await
}

/// Sends a text that is JSON already, and gives the text of a good reply.
///
/// # Errors
/// [`ApiProblem`].
pub async fn post_text(path: &str, json: String) -> Result<String, ApiProblem> {
    let request = Request::post(path).header("content-type", "application/json");
    exchange(request.body(json)).await
}

/// Sends a file as it is, and reads the answer.
///
/// # Errors
/// [`ApiProblem`], also when the reply is not the JSON of a `T`.
pub async fn post_file<T: DeserializeOwned>(path: &str, file: File) -> Result<T, ApiProblem> {
    let request = Request::post(path).header("content-type", "application/octet-stream");
    read(&exchange(request.body(file)).await?)
}

/// Reads a reply's text.
///
/// # Errors
/// An unconfirmed [`ApiProblem`] when it is not the JSON of a `T`.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, ApiProblem> {
    json::read(text).ok_or_else(ApiProblem::default)
}

/// Asks for something that is to be read later.
///
/// # Errors
/// [`ApiProblem`].
pub async fn get_text(path: &str) -> Result<String, ApiProblem> {
    exchange(Request::get(path).build()).await
}

async fn exchange(request: Result<Request, gloo_net::Error>) -> Result<String, ApiProblem> {
    let Ok(request) = request else { return Err(ApiProblem::default()) };
    let Ok(reply) = request.send().await else { return Err(ApiProblem::default()) };
    let text = reply.text().await.map_err(|_| ApiProblem::default())?;
    if reply.ok() { Ok(text) } else { Err(problem(&reply, &text)) }
}

fn problem(reply: &Response, text: &str) -> ApiProblem {
    let told: Option<Problem> = json::read(text);
    told.map_or_else(
        || ApiProblem { status: reply.status(), ..ApiProblem::default() },
        |told| ApiProblem {
            status: reply.status(),
            code: told.code,
            fields: told.fields,
            key: told.key,
            reference: told.reference,
        },
    )
}

/// A signal that fires when the page (or effect) that is running now is cleaned up.
fn until_cleanup() -> Option<AbortSignal> {
    let _ = Owner::current()?;
    let controller = AbortController::new().ok()?;
    let signal = controller.signal();
    let controller = SendWrapper::new(controller);
    on_cleanup(move || controller.abort());
    Some(signal)
}

/// A new identifier for something that is sent, so that sending it again is noticed.
#[must_use]
pub fn new_id() -> uuid::Uuid {
    uuid::Uuid::new_v4()
}
