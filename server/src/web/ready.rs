//! Pages that are the same for everybody: drawn once a minute, and sent as they are.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use super::assets::accepts;

/// How long a page may be shown unchanged: the dates it promises hold for longer.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// For browsers, which ask each time whether it is still the same: a page that was posted since is another one. What
/// stands between may keep it for as long as the server does.
pub const CACHING: &str = "public, max-age=0, s-maxage=60";
/// The page is another one for who has posted something, and in another language.
const VARY: &str = "accept-encoding, accept-language, cookie";
/// A tenth smaller than the one before, for some milliseconds more.
const QUALITY: u32 = 10;
const WINDOW: u32 = 20;

/// Pages that were drawn, by their address and language. They go with the documents they were drawn from.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<HashMap<(String, String), Arc<Ready>>>);

/// A page that was drawn.
#[derive(Clone, Debug)]
pub struct Ready {
    until: DateTime<Utc>,
    html: Bytes,
    brotli: Bytes,
    /// Its entity tag.
    tag: String,
}

impl Shelf {
    /// The page at an address, if it was drawn a moment ago.
    #[must_use]
    pub fn get(&self, address: &str, language: &str, now: DateTime<Utc>) -> Option<Arc<Ready>> {
        let drawn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (address.to_owned(), language.to_owned());
        drawn.get(&key).filter(|ready| now < ready.until && ready.until - now <= FRESH).cloned()
    }

    /// Keeps a page that was drawn now, in place of the one before.
    pub fn put(&self, address: &str, language: &str, html: String, now: DateTime<Utc>) -> Arc<Ready> {
        let key = (address.to_owned(), language.to_owned());
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let ready = Arc::new(match before.filter(|before| before.html == html) {
            // What stayed the same is packed already.
            Some(before) => Ready { until: now + FRESH, ..(*before).clone() },
            None => Ready::of(html, now),
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&ready));
        ready
    }
}

impl Ready {
    fn of(html: String, now: DateTime<Utc>) -> Self {
        let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, QUALITY, WINDOW);
        // Writing into memory does not fail.
        let _ = brotli.write_all(html.as_bytes());
        Self {
            until: now + FRESH,
            brotli: brotli.into_inner().into(),
            tag: format!("W/\"{}\"", data_encoding::HEXLOWER.encode(&Sha256::digest(&html)[..12])),
            html: html.into(),
        }
    }

    /// The page, or that it is still the one that the browser has.
    #[must_use]
    pub fn reply(&self, asked: &HeaderMap) -> Response {
        let known = asked.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
        let known = known.is_some_and(|known| is_same(known, &self.tag));
        let is_small = accepts(asked, "br");
        let mut response = match (known, is_small) {
            (true, _) => StatusCode::NOT_MODIFIED.into_response(),
            (false, true) => Html(self.brotli.clone()).into_response(),
            (false, false) => Html(self.html.clone()).into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHING));
        headers.insert(header::VARY, HeaderValue::from_static(VARY));
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(header::ETAG, tag);
        }
        if is_small && !known {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        response
    }
}

/// Whether one of the entity tags that a browser knows is this one, strong or weak (RFC 9110, 13.1.2).
fn is_same(known: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn a_tag_is_the_same_strong_or_weak() {
        for known in ["W/\"a\"", "\"a\"", "\"b\", W/\"a\"", "*"] {
            assert!(is_same(known, "W/\"a\""), "{known}");
        }
        for known in ["", "\"b\"", "a"] {
            assert!(!is_same(known, "W/\"a\""), "{known}");
        }
    }
}
