//! Putting an app into its page, where the same page stands already: drawn by the server, and perhaps half filled in.

use js_sys::{Function, Promise};
use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Element, Event, EventInit, FileList, FocusOptions, HtmlElement, HtmlInputElement, HtmlSelectElement,
    HtmlTextAreaElement,
};

use super::{boot, failure};
use crate::a11y;
use crate::api::ApiProblem;
use crate::plain;

/// Draws the app into `#app` once what it needs has come, in place of what stood there. When it does not come, what
/// stood there stays.
pub fn when_ready<T: 'static, V: IntoView + 'static>(
    needed: impl Future<Output = Result<T, ApiProblem>> + 'static,
    draw: impl FnOnce(T) -> V + 'static,
) {
    spawn_local(async move {
        match (needed.await, place()) {
            (Ok(needed), Some(place)) => {
                place.set_text_content(None);
                mount_to(place, move || draw(needed)).forget();
                mark_started();
            }
            _ => failure::show(),
        }
    });
}

/// The same where a person may be at work already: what they typed, chose and picked since, where they are in it,
/// and what they see, stays.
/// `needs` says what a page of this app asks the API for.
pub fn take_over<V: IntoView + 'static>(
    needs: plain::Needs,
    draw: impl FnOnce(domain::api::council::Boot) -> V + 'static,
) {
    failure::set_plain(true);
    spawn_local(async move {
        let (Ok(boot), Some(place)) = (boot::load().await, place()) else { return };
        let replies = boot::fetch_replies(&boot, needs).await;
        // The server had an answer, and the app gets none: the page that is there knows more.
        let is_lost = |reply: &Result<String, ApiProblem>| {
            reply.as_ref().is_err_and(|problem| !problem.is_not_found() && !problem.is_signed_out())
        };
        if replies.iter().any(|(_, reply)| is_lost(reply)) {
            return;
        }
        // The program has begun and knows what to draw: what the person did meanwhile comes first.
        breath().await;
        // Drawn apart, and put in when it is whole: an app that fails in drawing leaves the page that works.
        let Some(apart) = apart() else { return };
        let left = Left::of(&place);
        let is_at_work = left.is_at_work();
        mount_to(apart.clone(), move || {
            boot::provide_replies(replies);
            a11y::provide_quiet(is_at_work);
            draw(boot)
        })
        .forget();
        place.set_text_content(None);
        while let Some(drawn) = apart.first_child() {
            if place.append_child(&drawn).is_err() {
                break;
            }
        }
        failure::set_plain(false);
        settled().await;
        left.do_again();
        settled().await;
        left.go_back();
        mark_started();
    });
}

/// A place that is not on the screen.
fn apart() -> Option<HtmlElement> {
    document().create_element("div").ok()?.dyn_into().ok()
}

fn place() -> Option<HtmlElement> {
    document().get_element_by_id("app")?.dyn_into().ok()
}

/// Lets what follows from a change happen: all of it before the browser draws, or takes another key.
async fn settled() {
    for _ in 0..8 {
        let _ = JsFuture::from(Promise::resolve(&JsValue::NULL)).await;
    }
}

/// Lets the browser do what has waited meanwhile.
async fn breath() {
    let mut wait = |done: Function, _| {
        let _ = window().set_timeout_with_callback(&done);
    };
    let _ = JsFuture::from(Promise::new(&mut wait)).await;
}

/// Says in the page that this is the app now.
fn mark_started() {
    if let Some(place) = place() {
        let _ = place.set_attribute("data-started", "");
    }
}

/// What a person left in the plain page.
struct Left {
    inputs: Vec<(String, Input)>,
    focus: Option<Focus>,
    /// What they look at, and how far from the top of the window it is.
    anchor: Option<(Like, f64)>,
}

enum Input {
    Text(String),
    Ticked(bool),
    Files(FileList),
}

/// Where the person is.
struct Focus {
    /// How to find the same element among those that are drawn anew.
    like: Like,
    from: Option<u32>,
    to: Option<u32>,
}

/// What is the same about an element wherever it is drawn.
enum Like {
    Id(String),
    /// Its tag and words, and how many of the same stand before it: links and buttons have no identifiers.
    Words(String, Option<String>, usize),
}

impl Like {
    fn of(element: &Element) -> Self {
        let id = element.id();
        if !id.is_empty() {
            return Self::Id(id);
        }
        let (tag, words) = (element.tag_name(), element.text_content());
        let before = alike(&tag, words.as_deref()).take_while(|other| other != element).count();
        Self::Words(tag, words, before)
    }

    fn find(&self) -> Option<Element> {
        match self {
            Self::Id(id) => document().get_element_by_id(id),
            Self::Words(tag, words, before) => alike(tag, words.as_deref()).nth(*before),
        }
    }
}

/// The elements of a page with this tag and these words.
fn alike(tag: &str, words: Option<&str>) -> impl Iterator<Item = Element> {
    let all = document().get_elements_by_tag_name(tag);
    let all = (0..all.length()).filter_map(move |at| all.item(at));
    all.filter(move |element| element.text_content().as_deref() == words)
}

impl Left {
    fn of(place: &HtmlElement) -> Self {
        let mut inputs = Vec::new();
        if let Ok(list) = place.query_selector_all("input[id],textarea[id],select[id]") {
            for at in 0..list.length() {
                let element = list.item(at).and_then(|node| node.dyn_into::<Element>().ok());
                inputs.extend(element.and_then(|element| Some((element.id(), touched(&element)?))));
            }
        }
        let focus = document().active_element().filter(|element| place.contains(Some(element)));
        let focus = focus.map(|element| {
            let (from, to) = selection(&element);
            Focus { like: Like::of(&element), from, to }
        });
        Self { inputs, focus, anchor: anchor(place) }
    }

    /// Whether the person is doing something in the page already.
    fn is_at_work(&self) -> bool {
        self.focus.is_some() || !self.inputs.is_empty() || window().scroll_y().unwrap_or_default() > 0.0
    }

    /// Does it again in the app: for the app, the person did it just now.
    fn do_again(&self) {
        for (id, input) in &self.inputs {
            let Some(element) = document().get_element_by_id(id) else { continue };
            let happened = match input {
                Input::Text(text) => {
                    set_text(&element, text);
                    if element.has_type::<HtmlSelectElement>() { "change" } else { "input" }
                }
                Input::Ticked(ticked) => {
                    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
                        // A radio button that was left says nothing: the one that was chosen does.
                        if !*ticked && input.type_() == "radio" {
                            continue;
                        }
                        input.set_checked(*ticked);
                    }
                    "change"
                }
                Input::Files(files) => {
                    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
                        input.set_files(Some(files));
                    }
                    "change"
                }
            };
            let bubbles = EventInit::new();
            bubbles.set_bubbles(true);
            if let Ok(event) = Event::new_with_event_init_dict(happened, &bubbles) {
                let _ = element.dispatch_event(&event);
            }
        }
    }

    /// Goes to where the person was. What came in above it moves out of the window, not what they look at.
    fn go_back(self) {
        if let Some((like, top)) = &self.anchor
            && let Some(element) = like.find()
        {
            window().scroll_by_with_x_and_y(0.0, element.get_bounding_client_rect().top() - top);
        }
        if let Some(Focus { like, from, to }) = self.focus
            && let Some(element) = like.find()
        {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            if let Some(element) = element.dyn_ref::<HtmlElement>() {
                let _ = element.focus_with_options(&options);
            }
            if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
                put_cursor(input, from, to);
            } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
                let _ = area.set_selection_range(from.unwrap_or_default(), to.unwrap_or_default());
            }
        }
    }
}

/// What is in an input that was not there when the page came.
fn touched(element: &Element) -> Option<Input> {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        return match input.type_().as_str() {
            "radio" | "checkbox" => {
                (input.checked() != input.default_checked()).then(|| Input::Ticked(input.checked()))
            }
            "file" => input.files().filter(|files| files.length() > 0).map(Input::Files),
            "hidden" => None,
            _ => (input.value() != input.default_value()).then(|| Input::Text(input.value())),
        };
    }
    if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        return (Ok(area.value()) != area.default_value()).then(|| Input::Text(area.value()));
    }
    let select = element.dyn_ref::<HtmlSelectElement>()?;
    (!select.value().is_empty()).then(|| Input::Text(select.value()))
}

/// What a person looks at: where they are, else the first field or heading that they see.
fn anchor(place: &HtmlElement) -> Option<(Like, f64)> {
    let top = |element: &Element| element.get_bounding_client_rect().top();
    let focused = document().active_element().filter(|element| place.contains(Some(element)));
    let seen = || {
        let list = place.query_selector_all("input:not([type=hidden]),textarea,select,h1,h2").ok()?;
        let all = (0..list.length()).filter_map(|at| list.item(at)?.dyn_into::<Element>().ok());
        all.into_iter().find(|element| top(element) >= 0.0)
    };
    let element = focused.or_else(seen)?;
    Some((Like::of(&element), top(&element)))
}

fn set_text(element: &Element, text: &str) {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.set_value(text);
    } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        area.set_value(text);
    } else if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
        select.set_value(text);
    }
}

/// Puts the cursor where it was. Where an email address is typed nobody is told where it is: then it goes to the end,
/// for there it was while the person typed.
fn put_cursor(input: &HtmlInputElement, from: Option<u32>, to: Option<u32>) {
    let kind = input.type_();
    if kind == "email" {
        input.set_type("text");
    }
    let end = u32::try_from(input.value().encode_utf16().count()).unwrap_or_default();
    let _ = input.set_selection_range(from.unwrap_or(end), to.unwrap_or(end));
    if kind == "email" {
        input.set_type(&kind);
    }
}

fn selection(element: &Element) -> (Option<u32>, Option<u32>) {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        return (input.selection_start().unwrap_or(None), input.selection_end().unwrap_or(None));
    }
    element.dyn_ref::<HtmlTextAreaElement>().map_or((None, None), |area| {
        (area.selection_start().unwrap_or(None), area.selection_end().unwrap_or(None))
    })
}
