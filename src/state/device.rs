//! What the device can do besides showing pages: copy, print, write an e-mail, and know its letters.

use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::live::ON_SERVER;
use crate::plain;

/// The full address of one of our paths.
#[must_use]
pub fn full_address(path: &str) -> String {
    if ON_SERVER {
        return plain::given().origin + path;
    }
    window().location().origin().unwrap_or_default() + path
}

/// Copies a text. Whether it worked is not known everywhere; `false` means it surely did not.
#[must_use]
pub fn copy(text: &str) -> bool {
    // `navigator.clipboard` is missing on pages that are not secure.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("clipboard")).ok();
    let write = clipboard
        .as_ref()
        .and_then(|board| js_sys::Reflect::get(board, &JsValue::from_str("writeText")).ok());
    match (clipboard, write.as_ref().and_then(|write| write.dyn_ref::<js_sys::Function>())) {
        (Some(board), Some(write)) => write.call1(&board, &JsValue::from_str(text)).is_ok(),
        _ => false,
    }
}

/// Posts an empty form: the browser goes to the page that answers.
pub fn post(path: &str) {
    let document = document();
    let Some(body) = document.body() else { return };
    let Ok(form) = document.create_element("form") else { return };
    let form = form.unchecked_into::<web_sys::HtmlFormElement>();
    form.set_method("post");
    form.set_action(path);
    if body.append_child(&form).is_ok() {
        let _ = form.submit();
    }
}

/// Opens the print dialogue.
pub fn print() {
    let _ = window().print();
}

/// A link that begins an e-mail.
#[must_use]
pub fn mail_link(subject: &str, body: &str) -> String {
    format!("mailto:?subject={}&body={}", in_address(subject), in_address(body))
}

/// A text as it stands in a part of an address.
#[must_use]
#[cfg(target_arch = "wasm32")]
pub fn in_address(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// A text as it stands in a part of an address.
#[must_use]
#[cfg(not(target_arch = "wasm32"))]
pub fn in_address(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A text that stood in a part of an address; empty when it can't be read.
#[must_use]
#[cfg(target_arch = "wasm32")]
pub fn of_address(text: &str) -> String {
    js_sys::decode_uri_component(text).map(String::from).unwrap_or_default()
}

/// A text that stood in a part of an address; empty when it can't be read.
#[must_use]
#[cfg(not(target_arch = "wasm32"))]
pub fn of_address(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let Some((code, rest)) = part.split_at_checked(2) else { return String::new() };
        let Ok(byte) = u8::from_str_radix(code, 16) else { return String::new() };
        bytes.push(byte);
        bytes.extend(rest.bytes());
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// A text in lower case. Browsers know the letters of all scripts; the app need not bring the tables.
#[must_use]
#[cfg(target_arch = "wasm32")]
pub fn lower_case(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// A text in lower case.
#[must_use]
#[cfg(not(target_arch = "wasm32"))]
pub fn lower_case(text: &str) -> String {
    text.to_lowercase()
}
