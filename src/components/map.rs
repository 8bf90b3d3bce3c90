//! The map: for those who want one, and not fetched before. It is an element of its own, made by a script whose
//! address stands in the page; where it can't be had, everything can still be said in words.

use domain::field::Position;
use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{CustomEvent, Element};

use super::handlers::pressed;
use crate::components::button::{NEEDS_SCRIPT, act_button};
use crate::live::{Drawn as _, ON_SERVER, live, react};
use crate::state::boot;

/// What a page that was posted says when somebody asked for the map.
const OPEN: &str = "map:";
/// The element, and the `name` of the `meta` that says where its script is.
const NAME: &str = "portico-map";
/// The event by which it tells the place that was picked.
const PICKED: &str = "portico-map-pick";

/// A map to pick a place on: `position` is `54.97827,-1.61778` or empty, `name` says what is there.
pub fn map(position: Signal<String>, name: Signal<String>, on_pick: Callback<String>) -> AnyView {
    if ON_SERVER {
        // Pressed before the app is here, it is open when the app is.
        return act_button(OPEN, NEEDS_SCRIPT, None, pressed(|| ()), "Show a map".into_any());
    }
    let meta = document().query_selector("meta[name=portico-map]").ok().flatten();
    let Some(script) = meta.and_then(|meta| meta.get_attribute("content")) else { return ().into_any() };
    // Who has picked a place already wants to see it.
    let open = RwSignal::new(boot::is_opened(OPEN));
    if open.get_untracked() {
        fetch(&script);
    }
    let show = {
        move || {
            fetch(&script);
            open.set(true);
        }
    };
    let frame = NodeRef::<leptos::html::Div>::new();
    react(move || {
        let Some(frame) = frame.get() else { return };
        if frame.first_element_child().is_none()
            && let Ok(map) = document().create_element(NAME)
        {
            let _ = map.set_attribute("label", "Map: mark the place");
            tell(&map, &position.get_untracked(), &name.get_untracked());
            let _ = frame.append_child(&map);
        }
    });
    react(move || {
        let (position, name) = (position.get(), name.get());
        if let Some(map) = frame.get_untracked().and_then(|frame| frame.first_element_child()) {
            tell(&map, &position, &name);
        }
    });
    let heard = window_event_listener_untyped(PICKED, move |event| {
        let is_ours = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|map| frame.get_untracked().is_some_and(|frame| frame.contains(Some(&map))));
        if let (true, Some(event)) = (is_ours, event.dyn_ref::<CustomEvent>()) {
            let number = |name: &str| Reflect::get(&event.detail(), &JsValue::from_str(name)).ok()?.as_f64();
            if let Some(place) =
                number("lat").zip(number("lon")).and_then(|(lat, lon)| Position::new(lat, lon))
            {
                on_pick.run(place.show());
            }
        }
    });
    on_cleanup(move || heard.remove());
    let show = StoredValue::new(show);
    live(move || {
        if open.get() {
            return view! { <div class="portico-map" node_ref=frame></div> }.drawn();
        }
        let show = pressed(move || show.with_value(|show| show()));
        view! {
            <button type="button" class="govuk-button govuk-button--secondary" on:click=show>"Show a map"</button>
        }
        .drawn()
    })
}

fn tell(map: &Element, position: &str, name: &str) {
    let (lat, lon) = position.split_once(',').unwrap_or_default();
    for (attribute, value) in [("lat", lat), ("lon", lon), ("place-name", name)] {
        let _ = if value.is_empty() {
            map.remove_attribute(attribute)
        } else {
            map.set_attribute(attribute, value)
        };
    }
}

/// Fetches the script, once.
fn fetch(address: &str) {
    let known = document().query_selector(&format!("script[src=\"{address}\"]")).ok().flatten();
    if known.is_none()
        && let (Some(head), Ok(script)) = (document().head(), document().create_element("script"))
    {
        let _ = script.set_attribute("type", "module");
        let _ = script.set_attribute("src", address);
        let _ = head.append_child(&script);
    }
}
