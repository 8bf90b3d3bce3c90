//! Passkeys in the browser: what the server asks for is handed to it as it came, and what it gives is handed back.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::api::{self, ApiProblem};
use crate::live::ON_SERVER;

/// Why there is no passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The person said no, or took too long.
    Cancelled,
    /// There is one of this person's already, where they wanted to make one.
    AlreadyThere,
    /// The server did not take it.
    Call(ApiProblem),
}

impl From<ApiProblem> for Failed {
    fn from(problem: ApiProblem) -> Self {
        Self::Call(problem)
    }
}

impl From<JsValue> for Failed {
    fn from(error: JsValue) -> Self {
        match Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string()).as_deref() {
            Some("InvalidStateError") => Self::AlreadyThere,
            _ => Self::Cancelled,
        }
    }
}

impl Failed {
    /// What to do about it, in words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Cancelled => "Your passkey was not used. Try again, or sign in another way",
            Self::AlreadyThere => "This device has a passkey for this account already",
            Self::Call(problem) => match problem.code.as_str() {
                "passkey_refused" => {
                    "This passkey does not open an account here. Try again, or sign in another way"
                }
                "too_many_passkeys" => "You have as many passkeys as you can have. Remove one first",
                "prove_again" => "It is a while ago that you showed that it is you. Open this page again",
                "last_way_in" => "This is your only way to sign in. Add another passkey first",
                _ => crate::words::call_failed(problem),
            },
        }
    }
}

/// Whether this browser can, here.
#[must_use]
pub fn is_possible() -> bool {
    if ON_SERVER {
        return false;
    }
    let has = |name: &str| class().is_ok_and(|class| function(&class, name).is_ok());
    has("parseCreationOptionsFromJSON") && has("parseRequestOptionsFromJSON")
}

fn class() -> Result<JsValue, JsValue> {
    Reflect::get(&window(), &"PublicKeyCredential".into())
}

fn function(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}

/// Asks the browser for what the server asked for, and gives it as the server takes it.
async fn ask(asked: &str, parse: &str, method: &str) -> Result<Object, Failed> {
    let class = class()?;
    let given = Reflect::get(&JSON::parse(asked)?, &"publicKey".into())?;
    let options = Object::new();
    Reflect::set(&options, &"publicKey".into(), &function(&class, parse)?.call1(&class, &given)?)?;
    let credentials = Reflect::get(&window().navigator(), &"credentials".into())?;
    let coming: Promise = function(&credentials, method)?.call1(&credentials, &options)?.dyn_into()?;
    let credential = JsFuture::from(coming).await?;
    let body = Object::new();
    let credential = function(&credential, "toJSON")?.call0(&credential)?;
    Reflect::set(&body, &"credential".into(), &credential)?;
    Ok(body)
}

fn text(body: &Object) -> Result<String, Failed> {
    Ok(String::from(JSON::stringify(body)?))
}

/// Makes a passkey with this name. `side` is `/api/account` or `/api/staff`. Gives what the server replies.
///
/// # Errors
/// [`Failed`].
pub async fn add(side: &str, name: &str) -> Result<String, Failed> {
    let asked = api::post_text(&format!("{side}/passkeys/start"), "null".to_owned()).await?;
    let body = ask(&asked, "parseCreationOptionsFromJSON", "create").await?;
    Reflect::set(&body, &"name".into(), &name.into())?;
    Ok(api::post_text(&format!("{side}/passkeys"), text(&body)?).await?)
}

/// Signs in with a passkey.
///
/// # Errors
/// [`Failed`].
pub async fn sign_in(side: &str) -> Result<(), Failed> {
    let asked = api::post_text(&format!("{side}/passkeys/sign-in/start"), "null".to_owned()).await?;
    let body = ask(&asked, "parseRequestOptionsFromJSON", "get").await?;
    api::post_text(&format!("{side}/passkeys/sign-in"), text(&body)?).await?;
    Ok(())
}
