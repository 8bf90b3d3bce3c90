//! Putting an app into its page.

use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

use super::failure;

/// Draws the app into `#app` once what it needs has come, in place of the words that stood there. When it
/// does not come, the page that says so is shown.
pub fn when_ready<T: 'static, V: IntoView + 'static>(
    needed: impl Future<Output = Result<T, crate::api::ApiProblem>> + 'static,
    draw: impl FnOnce(T) -> V + 'static,
) {
    spawn_local(async move {
        let place =
            document().get_element_by_id("app").and_then(|place| place.dyn_into::<HtmlElement>().ok());
        match (needed.await, place) {
            (Ok(needed), Some(place)) => {
                place.set_text_content(None);
                mount_to(place, move || draw(needed)).forget();
            }
            _ => failure::show(),
        }
    });
}
