//! The page's side of the photo worker.

use std::cell::RefCell;

use domain::field::Position;
use js_sys::{Array, ArrayBuffer, Promise, Reflect};
use leptos::prelude::{document, window};
use picture::message;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, MessageEvent, Worker};

use super::{ObjectUrl, PhotoProblem, Prepared};

/// The page names the worker's script here, since its name changes with its content.
const SCRIPT: &str = r#"meta[name="photo-worker"]"#;
/// How long the worker may take to be fetched and to start, over a slow connection, in milliseconds.
const START_MS: i32 = 45_000;
/// How long a photo may take on a slow phone, in milliseconds. A good photo takes a few seconds at most.
const WORK_MS: i32 = 30_000;

/// Why the worker made no photo.
pub(super) enum Refusal {
    /// The browser does not give the file's bytes: it was moved, or it is in a cloud that is out of reach.
    NoBytes,
    /// The worker says what is wrong with the file.
    Fault(PhotoProblem),
    /// The worker does not start, crashes, or takes too long.
    NoWorker,
}

thread_local! {
    static IDLE: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// A worker that has started. Ended when dropped, also amid its work.
struct Running(Worker);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.terminate();
    }
}

/// Ends the worker, if one is idle.
pub(super) fn end() {
    IDLE.take();
}

/// Lets the worker make a photo small. After a crash it is tried once more, with a new worker.
pub(super) async fn shrink(file: &File) -> Result<Prepared, Refusal> {
    let reply = match work(file).await {
        Err(Refusal::NoWorker) => work(file).await,
        other => other,
    }?;
    read(&reply).ok_or(Refusal::NoWorker)?
}

async fn work(file: &File) -> Result<JsValue, Refusal> {
    let bytes = JsFuture::from(file.array_buffer()).await.map_err(|_| Refusal::NoBytes)?;
    let running = match IDLE.take() {
        Some(running) => running,
        None => start().await?,
    };
    let reply =
        hear(&running.0, WORK_MS, || running.0.post_message_with_transfer(&bytes, &Array::of1(&bytes)))
            .await?;
    IDLE.set(Some(running));
    Ok(reply)
}

async fn start() -> Result<Running, Refusal> {
    let script =
        document().query_selector(SCRIPT).ok().flatten().and_then(|meta| meta.get_attribute("content"));
    let worker = Worker::new(&script.ok_or(Refusal::NoWorker)?).map_err(|_| Refusal::NoWorker)?;
    let running = Running(worker);
    // Until it says so, the worker's script may not listen yet, and what is said is lost.
    let word = hear(&running.0, START_MS, || Ok(())).await?;
    if word.as_string().as_deref() == Some(message::READY) { Ok(running) } else { Err(Refusal::NoWorker) }
}

/// The next message of the worker, after `say`.
async fn hear(
    worker: &Worker,
    within_ms: i32,
    say: impl Fn() -> Result<(), JsValue>,
) -> Result<JsValue, Refusal> {
    let next = Promise::new(&mut |resolve, reject| {
        worker.set_onmessage(Some(&resolve));
        worker.set_onerror(Some(&reject));
        worker.set_onmessageerror(Some(&reject));
        let late = window().set_timeout_with_callback_and_timeout_and_arguments_0(&reject, within_ms);
        if say().and(late).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    let event = JsFuture::from(next).await.map_err(|_| Refusal::NoWorker)?;
    Ok(event.unchecked_into::<MessageEvent>().data())
}

/// Nothing if the reply is not one of our worker's.
fn read(reply: &JsValue) -> Option<Result<Prepared, Refusal>> {
    if let Some(code) = get(reply, message::CODE) {
        return Some(Err(Refusal::Fault(PhotoProblem::from_worker(&code.as_string()?))));
    }
    let number = |name| get(reply, name)?.as_f64();
    let size = (pixels(number(message::WIDTH)?), pixels(number(message::HEIGHT)?));
    let position =
        number(message::LAT).zip(number(message::LON)).and_then(|(lat, lon)| Position::new(lat, lon));
    let bytes: ArrayBuffer = get(reply, message::BYTES)?.dyn_into().ok()?;
    let options = BlobPropertyBag::new();
    options.set_type("image/jpeg");
    let blob = Blob::new_with_buffer_source_sequence_and_options(&Array::of1(&bytes), &options).ok()?;
    let object_url = ObjectUrl::new(&blob).ok()?;
    Some(Ok(Prepared { blob, size: Some(size), position, object_url }))
}

fn get(message: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(message, &name.into()).ok().filter(|value| !value.is_undefined())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
fn pixels(number: f64) -> u32 {
    number as u32
}
