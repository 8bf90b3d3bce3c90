//! How other services are spoken to: by HTTPS alone, not for long, and without being led elsewhere.

use std::time::Duration;

use axum::http::uri::Uri;
use axum::http::{HeaderValue, Request, Response, header};
use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::crypto::ring;

/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// The largest reply, in bytes.
const MOST: usize = 512 * 1024;
/// Some providers turn away whoever does not say who they are.
const NAME: HeaderValue = HeaderValue::from_static(concat!("portico/", env!("CARGO_PKG_VERSION")));

/// The client.
pub(crate) struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It would be read by others on the way.
    #[error("the address does not begin with https://")]
    NotPrivate,
    /// TLS can't be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// It took too long.
    #[error("no reply within {PATIENCE:?}")]
    Late,
    /// The other side can't be reached, or stopped speaking.
    #[error("{0}")]
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

impl Http {
    /// A client that knows the certificates that browsers know.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub(crate) fn new() -> Result<Self, HttpError> {
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Asks, and gives the reply.
    ///
    /// # Errors
    /// [`HttpError`].
    pub(crate) async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if !is_private(request.uri()) {
            return Err(HttpError::NotPrivate);
        }
        let (mut parts, body) = request.into_parts();
        parts.headers.insert(header::USER_AGENT, NAME);
        let request = Request::from_parts(parts, Full::new(Bytes::from(body)));
        let broken = |error| HttpError::Broken(error);
        let reply = async {
            let (parts, body) =
                self.0.request(request).await.map_err(|error| broken(error.into()))?.into_parts();
            let body = Limited::new(body, MOST).collect().await.map_err(broken)?.to_bytes();
            Ok(Response::from_parts(parts, body.to_vec()))
        };
        tokio::time::timeout(PATIENCE, reply).await.map_err(|_| HttpError::Late)?
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = BoxFuture<'c, Result<HttpResponse, HttpError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}

/// By HTTPS, or on this very computer.
fn is_private(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
        _ => false,
    }
}
