//! Sending a photo. By `XMLHttpRequest`, since `fetch` does not say how much of a body has been sent.

use std::rc::Rc;

use js_sys::Promise;
use serde::Deserialize;
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

use super::PhotoProblem;
use crate::json;

/// The identifier of a photo that the server keeps.
pub type PhotoId = Uuid;

/// Where photos are sent.
pub const PHOTOS: &str = "/api/photos";
/// Where documents are sent.
pub const DOCUMENTS: &str = "/api/documents";
/// After this long without a reply a photo counts as not sent, in milliseconds. Fifteen megabytes over a
/// poor mobile connection take minutes.
const TIMEOUT_MS: u32 = 300_000;

/// What of the replies matters. `id` tells an acknowledgement from everything else that may come back
/// with a good status, such as the sign-in page of a café's network.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Reply {
    id: Option<String>,
    code: Option<String>,
}

/// Sends a photo or a document and tells how much of it has been sent, in percent. Tries once more by itself if it
/// did not arrive whole.
///
/// Dropping the future stops the sending.
///
/// # Errors
/// Every [`PhotoProblem`].
pub async fn upload(
    address: &str,
    blob: Blob,
    progress: impl Fn(u8) + 'static,
) -> Result<PhotoId, PhotoProblem> {
    let progress = Rc::new(progress);
    match send(address, &blob, progress.clone()).await {
        Err(problem) if problem.may_pass() => send(address, &blob, progress).await,
        result => result,
    }
}

/// A request under way. Dropped with the future that waits for it.
struct Sending {
    request: XmlHttpRequest,
    /// Called by the browser until the request ends.
    _progress: Closure<dyn FnMut(ProgressEvent)>,
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Ok(upload) = self.request.upload() {
            upload.set_onprogress(None);
        }
        // Does nothing to a request that is over.
        let _ = self.request.abort();
    }
}

async fn send(
    address: &str,
    blob: &Blob,
    progress: Rc<impl Fn(u8) + 'static>,
) -> Result<PhotoId, PhotoProblem> {
    let sending = begin(address, progress).map_err(|_| PhotoProblem::Offline)?;
    let request = &sending.request;
    let over = Promise::new(&mut |resolve, reject| {
        request.set_onload(Some(&resolve));
        request.set_onerror(Some(&reject));
        request.set_onabort(Some(&reject));
        request.set_ontimeout(Some(&reject));
        if request.send_with_opt_blob(Some(blob)).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    JsFuture::from(over).await.map_err(|_| PhotoProblem::Offline)?;
    let status = request.status().unwrap_or_default();
    let text = request.response_text().ok().flatten().unwrap_or_default();
    read(status, &text)
}

fn begin(address: &str, progress: Rc<impl Fn(u8) + 'static>) -> Result<Sending, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("POST", address)?;
    request.set_timeout(TIMEOUT_MS);
    // Whatever the file calls itself: the server looks at what is in it.
    request.set_request_header("Content-Type", "application/octet-stream")?;
    let progress = Closure::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            progress(percent(event.loaded() / event.total()));
        }
    });
    request.upload()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    Ok(Sending { request, _progress: progress })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
fn percent(part: f64) -> u8 {
    (part * 100.0).clamp(0.0, 100.0) as u8
}

fn read(status: u16, text: &str) -> Result<PhotoId, PhotoProblem> {
    let reply: Reply = json::read(text).unwrap_or_default();
    match reply.id.and_then(|id| Uuid::try_parse(&id).ok()) {
        Some(id) if (200..300).contains(&status) => Ok(id),
        _ => Err(PhotoProblem::from_reply(reply.code.as_deref(), status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_identifier_acknowledges() {
        let id = "0198c0de-0000-7000-8000-000000000001";
        let stored = format!(r#"{{"id":"{id}","width":1200,"height":1600}}"#);
        assert_eq!(read(201, &stored), Ok(id.parse().unwrap()));
        assert_eq!(read(201, ""), Err(PhotoProblem::Offline));
        assert_eq!(read(200, "<html>Sign in to CafeNet</html>"), Err(PhotoProblem::Offline));
        assert_eq!(read(200, r#"{"id":"7"}"#), Err(PhotoProblem::Offline));
        assert_eq!(read(422, r#"{"type":"about:blank","code":"photo_empty"}"#), Err(PhotoProblem::Empty));
        assert_eq!(read(500, &stored), Err(PhotoProblem::Offline));
    }
}
