//! Keyboard shortcuts: single keys, so they are switched off by who does not want them (WCAG 2.1.4), and none of them works
//! while somebody types. What a key does stands at what it presses (`aria-keyshortcuts`), so that a key can do nothing
//! that can't be seen and pressed on the page; only moving through the queue is done here.

use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

use crate::api;
use crate::session::Session;

/// The list of shortcuts: the key, and what it does.
const KEYS: [(&str, &[(&str, &str)]); 3] = [
    (
        "In the queue",
        &[
            ("j", "Go to the next request"),
            ("k", "Go to the one before"),
            ("Enter", "Open it"),
            ("x", "Choose it, or not any more"),
            ("b", "Do something with those that are chosen"),
            ("r", "Show what has changed"),
            ("/", "Search and narrow down"),
        ],
    ),
    (
        "On a request",
        &[
            ("t", "Take it"),
            ("w", "Write to the resident"),
            ("a", "Ask the resident"),
            ("p", "Plan the work"),
            ("m", "Move the promised date"),
            ("o", "Ask somebody to take it"),
            ("n", "Make a note"),
            ("c", "Close it"),
        ],
    ),
    (
        "Everywhere",
        &[("q", "Go to the queue"), ("z", "Undo, where that is offered"), ("?", "Show this list")],
    ),
];

/// Somebody is typing, or choosing from a list by its first letter.
fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let presses = |kind: &str| ["checkbox", "radio", "button", "submit"].contains(&kind);
    match target.tag_name().as_str() {
        "INPUT" => target.dyn_ref::<HtmlInputElement>().is_none_or(|input| !presses(&input.type_())),
        "TEXTAREA" | "SELECT" => true,
        _ => target.is_content_editable(),
    }
}

fn found(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// The row of the queue that has the focus.
fn row() -> Option<web_sys::Element> {
    document().active_element()?.closest(".portico-queue tbody tr").ok().flatten()
}

/// Moves the focus to the request after the one that has it, or before it.
fn step(forward: bool) {
    let other = match row() {
        Some(row) if forward => row.next_element_sibling(),
        Some(row) => row.previous_element_sibling(),
        None => document().query_selector(".portico-queue tbody tr").ok().flatten(),
    };
    let link = other.and_then(|row| row.query_selector("a[href]").ok().flatten());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        let _ = link.focus();
        link.scroll_into_view_with_bool(false);
    }
}

/// Does what a key does, and says whether it does anything here.
fn press(key: &str) -> bool {
    match key {
        "j" | "k" if found(".portico-queue").is_some() => step(key == "j"),
        "x" => {
            let choose = row().and_then(|row| row.query_selector("input[type=checkbox]").ok().flatten());
            let Some(choose) = choose.and_then(|choose| choose.dyn_into::<HtmlElement>().ok()) else {
                return false;
            };
            choose.click();
        }
        "/" => {
            let (Some(details), Some(input)) = (found(".portico-narrow"), found("#text")) else {
                return false;
            };
            let _ = details.set_attribute("open", "");
            let _ = input.focus();
        }
        _ => {
            // Only letters stand in a selector.
            let is_letter = key.len() == 1 && key.bytes().all(|byte| byte.is_ascii_lowercase());
            let pressed = found(&format!("[aria-keyshortcuts={key:?}]")).filter(|_| is_letter);
            let Some(pressed) = pressed.filter(|pressed| pressed.offset_parent().is_some()) else {
                return false;
            };
            pressed.click();
        }
    }
    true
}

/// Shows the list.
pub fn show() {
    if let Some(dialog) =
        found(".portico-keys").and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok())
    {
        let _ = dialog.show_modal();
    }
}

/// Listens for them while somebody is signed in, and draws the list.
#[must_use]
pub fn keys(session: Session) -> AnyView {
    let me = session.me();
    let on = Memo::new(move |_| me.with(|me| me.as_ref().is_some_and(|me| !me.no_shortcuts)));
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        let with_others = event.ctrl_key() || event.alt_key() || event.meta_key();
        let in_dialog = found("dialog[open]").is_some();
        if !on.get_untracked() || with_others || in_dialog || event.default_prevented() || is_typing(&event) {
            return;
        }
        let key = event.key();
        if key == "?" {
            event.prevent_default();
            show();
        } else if (!event.repeat() || key == "j" || key == "k") && press(&key) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
    view! {
        <dialog class="portico-keys" aria-labelledby="keys-title">
            <h2 class="govuk-heading-m" id="keys-title">"Keyboard shortcuts"</h2>
            <p>"Single keys. They do nothing while you type."</p>
            <Switch session=session on=on />
            {KEYS.into_iter().map(group).collect_view()}
            <form method="dialog"><button class="govuk-button">"Close the list"</button></form>
        </dialog>
    }
    .into_any()
}

fn group((heading, keys): (&'static str, &'static [(&'static str, &'static str)])) -> AnyView {
    let line = |(key, does): &(&'static str, &'static str)| {
        view! { <div><dt><kbd>{*key}</kbd></dt><dd>{*does}</dd></div> }
    };
    view! {
        <h3 class="govuk-heading-s">{heading}</h3>
        <dl class="portico-keys__list">{keys.iter().map(line).collect_view()}</dl>
    }
    .into_any()
}

/// Whether they are on, which is kept for who is signed in, wherever they are.
#[component]
fn Switch(session: Session, on: Memo<bool>) -> impl IntoView {
    let failed = RwSignal::new(false);
    let change = move |event| {
        let on = event_target_checked(&event);
        failed.set(false);
        spawn_local(async move {
            let reply = session.pass(api::want_shortcuts(on).await);
            if matches!(reply, Some(Ok(()))) {
                let _ = session.ask().await;
            } else {
                failed.try_set(true);
            }
        });
    };
    view! {
        <div class="govuk-form-group">
            <div class="govuk-checkboxes govuk-checkboxes--small">
                <div class="govuk-checkboxes__item">
                    <input type="checkbox" class="govuk-checkboxes__input" id="keys-on" prop:checked=on on:change=change />
                    <label class="govuk-label govuk-checkboxes__label" for="keys-on">"Use keyboard shortcuts"</label>
                </div>
            </div>
        </div>
        <div role="alert">
            {move || failed.get().then(|| view! { <p class="govuk-error-message">"That could not be kept. Try again"</p> })}
        </div>
    }
}
