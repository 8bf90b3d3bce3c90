//! Webhooks: signed as GOV.UK Pay signs them, told at least once and in any order.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::Full;
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sha2::Sha256;

/// The header with the signature.
pub const SIGNATURE: &str = "Pay-Signature";

/// Where webhooks go, and what signs them.
#[derive(Clone, Debug)]
pub struct Hooks {
    /// The service's address.
    pub url: String,
    /// The signing secret.
    pub secret: String,
}

/// A message that is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it says, byte by byte.
    pub body: String,
    /// Lower-case hexadecimal HMAC-SHA256 over those bytes.
    pub signature: String,
}

impl Message {
    /// Signs it.
    #[must_use]
    pub fn new(body: String, secret: &str) -> Self {
        // A key of any length is one.
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .map(|mac| mac.chain_update(body.as_bytes()).finalize().into_bytes());
        Self { signature: mac.map(|mac| HEXLOWER.encode(&mac)).unwrap_or_default(), body }
    }

    /// Tells it; says whether it was taken.
    pub async fn tell(&self, url: &str) -> bool {
        let request = Request::post(url)
            .header("content-type", "application/json")
            .header(SIGNATURE, &self.signature)
            .body(Full::<bytes::Bytes>::from(self.body.clone()));
        let Ok(request) = request else { return false };
        let client = Client::builder(TokioExecutor::new()).build_http();
        // Theirs is three seconds.
        let reply = tokio::time::timeout(std::time::Duration::from_secs(3), client.request(request)).await;
        reply.is_ok_and(|reply| reply.is_ok_and(|reply| reply.status().is_success()))
    }
}
