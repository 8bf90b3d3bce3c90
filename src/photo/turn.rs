//! One photo at a time: decoded, each may take hundreds of megabytes.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::client;

thread_local! {
    /// Settled when the last photo in the queue is done.
    static LAST: RefCell<Option<Promise>> = const { RefCell::new(None) };
    static WAITING: Cell<usize> = const { Cell::new(0) };
}

/// The right to work on a photo, until dropped. Also dropped where its photo is no longer wanted.
pub(super) struct Turn {
    done: Option<Function>,
}

/// Waits until the photos asked for earlier are done.
pub(super) async fn wait() -> Turn {
    let mut done = None;
    let own = Promise::new(&mut |resolve, _| done = Some(resolve));
    let before = LAST.take();
    // A photo that is given up while it waits must not let the next one go ahead of those before it.
    LAST.set(Some(match &before {
        Some(before) => Promise::all(&Array::of2(before, &own)),
        None => own,
    }));
    WAITING.set(WAITING.get() + 1);
    let turn = Turn { done };
    if let Some(before) = before {
        // Never rejected.
        let _ = JsFuture::from(before).await;
    }
    turn
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            let _ = done.call0(&JsValue::NULL);
        }
        WAITING.set(WAITING.get() - 1);
        if WAITING.get() == 0 {
            LAST.set(None);
            // A worker's memory only ever grows. It is given back by ending the worker.
            client::end();
        }
    }
}
