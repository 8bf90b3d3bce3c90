//! Notifications in the browser: asking for them on this device, and ending that. What shows them is a worker that is there
//! for nothing else (`public/push-worker.js`), below an address that no page has, so that it stands before none.

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::live::ON_SERVER;
use crate::state::storage;

/// The worker.
const WORKER: &str = "/push-worker.js";
/// The pages that it stands before: there are none.
const SCOPE: &str = "/push/";

/// What is kept in a browser where they end when somebody signs out; public/timeout.js knows it, too.
const UNTIL_SIGN_OUT: &str = "portico:push";

/// What this browser can do about notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Can {
    /// It knows none.
    Nothing,
    /// Whoever uses it has refused them.
    Denied,
    /// It can ask for them.
    Ask,
}

/// Where this browser has notifications sent to, and what only it can read them with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Where.
    pub endpoint: String,
    /// Its public key, in base64url.
    pub p256dh: String,
    /// The secret between it and us, in base64url.
    pub auth: String,
}

/// What this browser can do. On iPhones and iPads only pages on the home screen can.
#[must_use]
pub fn can() -> Can {
    if ON_SERVER {
        return Can::Nothing;
    }
    let has = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).is_ok_and(|thing| !thing.is_falsy());
    let window: JsValue = window().into();
    let navigator = Reflect::get(&window, &"navigator".into()).unwrap_or_default();
    if !has(&navigator, "serviceWorker") || !has(&window, "PushManager") || !has(&window, "Notification") {
        return Can::Nothing;
    }
    if permission().as_deref() == Some("denied") { Can::Denied } else { Can::Ask }
}

fn notification() -> Result<JsValue, JsValue> {
    Reflect::get(&window(), &"Notification".into())
}

fn permission() -> Option<String> {
    Reflect::get(&notification().ok()?, &"permission".into()).ok()?.as_string()
}

/// Calls a method, and waits for what it promises.
async fn ask(of: &JsValue, method: &str, with: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = Reflect::get(of, &method.into())?.dyn_into()?;
    let coming: Promise = method.apply(of, &with.iter().collect())?.dyn_into()?;
    JsFuture::from(coming).await
}

fn workers() -> Result<JsValue, JsValue> {
    Reflect::get(&window().navigator(), &"serviceWorker".into())
}

fn object(entries: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (name, value) in entries {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object.into())
}

/// Asks whoever uses this browser, and then for notifications that only this council can send. None where they say no.
///
/// # Errors
/// What the browser says against it.
pub async fn subscribe(key: &str) -> Result<Option<Subscription>, JsValue> {
    let allowed = ask(&notification()?, "requestPermission", &[]).await?;
    if allowed.as_string().as_deref() != Some("granted") {
        return Ok(None);
    }
    let options = object(&[("scope", SCOPE.into()), ("updateViaCache", "none".into())])?;
    let worker = ask(&workers()?, "register", &[WORKER.into(), options]).await?;
    let manager = Reflect::get(&worker, &"pushManager".into())?;
    // Asked for with another key before, it would be refused.
    end_of(&manager).await?;
    let options = object(&[("userVisibleOnly", true.into()), ("applicationServerKey", key.into())])?;
    let subscription = ask(&manager, "subscribe", &[options]).await?;
    let to_json: Function = Reflect::get(&subscription, &"toJSON".into())?.dyn_into()?;
    let told = to_json.call0(&subscription)?;
    let text = |of: &JsValue, name: &str| -> Result<String, JsValue> {
        Ok(Reflect::get(of, &name.into())?.as_string().unwrap_or_default())
    };
    let keys = Reflect::get(&told, &"keys".into())?;
    Ok(Some(Subscription {
        endpoint: text(&told, "endpoint")?,
        p256dh: text(&keys, "p256dh")?,
        auth: text(&keys, "auth")?,
    }))
}

/// Remembers in this browser whether notifications end when somebody signs out here.
pub fn remember(until_sign_out: bool) {
    if until_sign_out {
        storage::write(UNTIL_SIGN_OUT, &true);
    } else {
        storage::remove(UNTIL_SIGN_OUT);
    }
}

/// Somebody has signed out here.
pub async fn signed_out() {
    if storage::read(UNTIL_SIGN_OUT) == Some(true) {
        end().await;
    }
}

async fn end_of(manager: &JsValue) -> Result<(), JsValue> {
    let subscription = ask(manager, "getSubscription", &[]).await?;
    if !subscription.is_falsy() {
        ask(&subscription, "unsubscribe", &[]).await?;
    }
    Ok(())
}

/// Ends notifications on this device, and takes the worker away. Where there are none, nothing happens.
pub async fn end() {
    storage::remove(UNTIL_SIGN_OUT);
    // What the browser says against it changes nothing: we send nothing there any more.
    let _ = ended().await;
}

async fn ended() -> Result<(), JsValue> {
    if can() == Can::Nothing {
        return Ok(());
    }
    let worker = ask(&workers()?, "getRegistration", &[SCOPE.into()]).await?;
    if worker.is_falsy() {
        return Ok(());
    }
    let gone = end_of(&Reflect::get(&worker, &"pushManager".into())?).await;
    ask(&worker, "unregister", &[]).await?;
    gone
}
