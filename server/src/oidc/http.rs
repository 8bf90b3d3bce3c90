//! How other services are spoken to: by HTTPS alone, not for long, and without being led elsewhere.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::uri::Uri;
use axum::http::{HeaderValue, Request, Response, header};
use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::crypto::ring;
use tower_service::Service;

use crate::adapters::push::is_public;

/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// The largest reply, in bytes.
const MOST: usize = 512 * 1024;
/// Some providers turn away whoever does not say who they are.
const NAME: HeaderValue = HeaderValue::from_static(concat!("portico/", env!("CARGO_PKG_VERSION")));

/// The client.
pub(crate) struct Http(Client<HttpsConnector<HttpConnector<Names>>, Full<Bytes>>);

/// Looks up names.
#[derive(Clone, Copy, Debug)]
struct Names {
    /// What leads to an address that not everybody can reach leads nowhere.
    only_public: bool,
}

impl Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Self { only_public } = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let reached = found.filter(|found| !only_public || is_public(found.ip()));
            let all: Vec<SocketAddr> = reached.collect();
            if all.is_empty() {
                return Err(io::Error::other("its name leads to no address that we ask"));
            }
            Ok(all.into_iter())
        })
    }
}

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
        Self::that_asks(Names { only_public: false })
    }

    /// The same for addresses that strangers name: it asks nobody in a network of ours.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub(crate) fn to_public() -> Result<Self, HttpError> {
        Self::that_asks(Names { only_public: true })
    }

    fn that_asks(names: Names) -> Result<Self, HttpError> {
        let mut tcp = HttpConnector::new_with_resolver(names);
        tcp.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
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
