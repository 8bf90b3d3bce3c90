//! News from the server while a page is open: a stream of events, and where that does not get through
//! (some networks), asking again every so often.

use std::{cell::Cell, rc::Rc, time::Duration};

use domain::api::follow::Changed;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::json;
use crate::live::ON_SERVER;

/// Seconds between two questions when there is no stream.
const EVERY: Duration = Duration::from_secs(15);
/// Failures of the stream after which we ask instead.
const PATIENCE: u8 = 3;

/// Calls `changed` with the number in each event of a stream, and with nothing else: where there is no stream, there are no
/// news before the page is read again. Asking again and again would count as being there. Ends with the page that called it.
pub fn listen(path: &str, changed: impl Fn(u32) + 'static) {
    let Ok(source) = EventSource::new(path) else { return };
    let heard: Closure<dyn FnMut(MessageEvent)> = Closure::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        if let Some(Changed { seq }) = json::read(&text) {
            changed(seq);
        }
    });
    let _ = source.add_event_listener_with_callback("changed", heard.as_ref().unchecked_ref());
    let stream = SendWrapper::new((source, heard));
    on_cleanup(move || stream.0.close());
}

/// What is held while the page is open.
struct Stream {
    source: EventSource,
    // Kept alive for as long as the browser may call them.
    _calls: [Closure<dyn FnMut(MessageEvent)>; 2],
}

/// Calls `changed` with the number of the latest event whenever the server says so, and with `None` when
/// it is time to ask. Ends with the page that called it.
pub fn watch(path: &str, changed: impl Fn(Option<u32>) + Clone + 'static) {
    if ON_SERVER {
        return;
    }
    let Ok(source) = EventSource::new(path) else { return poll(changed) };
    let failures = Rc::new(Cell::new(0));
    let heard = {
        let (changed, failures) = (changed.clone(), Rc::clone(&failures));
        Closure::new(move |event: MessageEvent| {
            failures.set(0);
            let text = event.data().as_string().unwrap_or_default();
            if let Some(Changed { seq }) = json::read(&text) {
                changed(Some(seq));
            }
        })
    };
    // The fallback is set up here, under the page's owner, and only wakes when it is needed.
    let silent = Rc::new(Cell::new(false));
    poll({
        let silent = Rc::clone(&silent);
        move |seq| {
            if silent.get() {
                changed(seq);
            }
        }
    });
    let failed = {
        let source = source.clone();
        Closure::new(move |_: MessageEvent| {
            failures.set(failures.get() + 1);
            if source.ready_state() == EventSource::CLOSED || failures.get() >= PATIENCE {
                source.close();
                silent.set(true);
            }
        })
    };
    source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    let _ = source.add_event_listener_with_callback("changed", heard.as_ref().unchecked_ref());
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    let stream = SendWrapper::new(Stream { source, _calls: [heard, failed] });
    on_cleanup(move || stream.source.close());
}

fn poll(ask: impl Fn(Option<u32>) + 'static) {
    if let Ok(timer) = set_interval_with_handle(move || ask(None), EVERY) {
        on_cleanup(move || timer.clear());
    }
}
