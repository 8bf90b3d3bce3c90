//! The app's files, inside the binary, compressed when the app was built.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;

use crate::error::ApiError;

/// In a debug build the files are read from the folder, so that the app can be built anew meanwhile.
#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct App;

/// The text of one of the app's files.
#[must_use]
pub fn text(name: &str) -> Option<String> {
    String::from_utf8(App::get(name)?.data.into_owned()).ok()
}

/// The name of the stylesheet of residents' pages that are no forms.
#[must_use]
pub fn stylesheet() -> Option<String> {
    part("follow", "css")
}

/// The name of a script that is no app, or a stylesheet of one page, by what it begins with and its ending.
#[must_use]
pub fn part(name: &str, ending: &str) -> Option<String> {
    let is_it = |file: &Cow<'static, str>| {
        file.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('-') && rest.rsplit('.').next() == Some(ending))
    };
    App::iter().find(is_it).map(Cow::into_owned)
}

/// One of the app's files, in the best encoding the browser takes.
#[must_use]
pub fn serve(name: &str, headers: &HeaderMap) -> Option<Response> {
    // Pages are filled in first; their raw text is nobody's.
    let ending = name.rsplit('.').next().unwrap_or_default();
    if matches!(ending, "html" | "br" | "gz") {
        return None;
    }
    let (file, encoding) = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(encoding, _)| accepts(headers, encoding))
        .find_map(|(encoding, ending)| Some((App::get(&format!("{name}.{ending}"))?, Some(encoding))))
        .or_else(|| Some((App::get(name)?, None)))?;
    // What is kept for ever is never asked for again: a tag would only weigh.
    let for_ever = is_hashed(name);
    let hash = || data_encoding::HEXLOWER.encode(&file.metadata.sha256_hash()[..12]);
    let tag = (!for_ever).then(|| format!("\"{}\"", hash()));
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response =
        if known.is_some_and(|known| tag.as_ref().is_some_and(|tag| known.as_bytes() == tag.as_bytes())) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            match file.data {
                Cow::Borrowed(bytes) => bytes.into_response(),
                Cow::Owned(bytes) => bytes.into_response(),
            }
        };
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let kind = if kind.type_() == "text" || ending == "js" {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_string()
    };
    let caching = if for_ever { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    let headers = response.headers_mut();
    // A worker goes by the policy of its script. What else is no page loads nothing, and says so in fewer bytes.
    if !name.starts_with("photo-worker") {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    }
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(Ok(tag)) = tag.as_deref().map(HeaderValue::from_str) {
        headers.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// Whether the browser takes an encoding.
#[must_use]
pub fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let is_refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0));
        name.trim() == encoding && !is_refused
    })
}

/// Whether a name is one of a file, by its ending. A link that somebody copied with the full stop behind it is not.
#[must_use]
pub fn is_file_name(name: &str) -> bool {
    const ENDINGS: [&str; 14] = [
        "br",
        "css",
        "gz",
        "html",
        "ico",
        "jpg",
        "js",
        "json",
        "map",
        "png",
        "svg",
        "txt",
        "wasm",
        "webmanifest",
    ];
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

/// Whether a name holds a hash of the content, so that what it names never changes.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '.', '_'])
        .any(|part| part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A file that is not there.
#[must_use]
pub fn missing() -> Response {
    ApiError::not_found().into_response()
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn only_names_with_a_hash_may_be_kept_for_ever() {
        assert!(is_hashed("resident-4f1c8a9b2d3e5f60.js") && is_hashed("resident-4f1c8a9b2d3e5f60_bg.wasm"));
        assert!(!is_hashed("init.js") && !is_hashed("icon.svg") && !is_hashed("photo-worker.js"));
    }
}
