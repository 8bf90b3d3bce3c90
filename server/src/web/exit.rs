//! Leaving at once: on services that somebody at home must not know of, a button, or Shift three times, blanks the page, ends
//! what there is of the person here and shows another site.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use domain::api::follow::FollowView;
use domain::council::Council;
use serde::Deserialize;

use super::terminal::{cleared, over};
use super::visit::or_sorry;
use super::{assets, pages};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Query};
use crate::jobs::escape;
use crate::state::AppState;

/// Where it is asked for.
const EXIT: &str = "/exit";

/// The pages of this file.
pub fn router() -> Pages {
    Pages::new().open(
        EXIT,
        get(pages::fallback).post(leave),
        "ends what there is of who asks, and nothing else",
    )
}

/// What stands above the pages of a service that somebody may have to get away from; nothing on those of others.
#[must_use]
pub fn above(council: &Council, service: &str) -> String {
    let Some(exit) = council.exit.as_ref().filter(|exit| exit.services.iter().any(|id| id == service)) else {
        return String::new();
    };
    let script = assets::part("exit", "js").map(|file| format!("/{file}")).unwrap_or_default();
    let to = escape(&exit.to);
    format!(
        "<section class=\"portico-exit\" aria-label=\"Leave quickly\">\
         <form method=\"post\" action=\"{EXIT}\"><button class=\"govuk-button govuk-button--warning\" id=\"exit\">\
         <span class=\"govuk-visually-hidden\">Emergency: </span>Exit this page</button></form>\
         <p class=\"portico-exit__keys\">Or press Shift three times.</p>\
         <p class=\"govuk-visually-hidden\" id=\"exit-said\" role=\"status\"></p>\
         <script src=\"{script}\" data-to=\"{to}\"></script></section>"
    )
}

/// The service of the request that a page shows, as the API's replies to it say.
#[must_use]
pub fn service_shown(replies: &[portico_app::state::boot::Reply]) -> Option<String> {
    replies.iter().find_map(|(_, reply)| {
        serde_json::from_str::<FollowView>(reply.as_ref().ok()?).ok().map(|request| request.service)
    })
}

/// What a script asks with.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// It only wants to know that it is done.
    quiet: bool,
}

/// Ends what there is of who asks, and shows another site.
async fn leave(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Query(Asked { quiet }): Query<Asked>,
) -> Response {
    let left = async {
        let exit = at.served.council.exit.as_ref().ok_or_else(ApiError::not_found)?;
        let cookies = over(&state, &at, &headers).await?;
        // A public computer shows no other site: it begins anew.
        let to = if at.turn.is_some() { "/" } else { &exit.to };
        let mut reply = if quiet {
            StatusCode::NO_CONTENT.into_response()
        } else {
            // A form may lead to no other site, so the page does. It is empty, and says nothing of where it came from.
            Html("<!doctype html><html lang=\"en\"><title></title></html>").into_response()
        };
        let go = HeaderValue::from_str(&format!("0; url={to}"))
            .map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
        if !quiet {
            reply.headers_mut().insert("refresh", go);
        }
        for cookie in cookies {
            reply.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(cleared(reply))
    };
    or_sorry(&state, &at, Box::pin(left)).await
}
