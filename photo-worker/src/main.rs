//! The photo worker: the third binary, in a worker of its own, so that neither the work on a large
//! photo nor a crash over a broken one touches the page. What it does to a photo is in the crate
//! `picture`; what is said is in [`picture::message`].

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use picture::{Fault, Limits, message, open};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let answering = scope.clone();
    let answer =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| answer(&answering, &event));
    scope.set_onmessage(Some(answer.as_ref().unchecked_ref()));
    // The worker answers as long as it lives.
    answer.forget();
    let _ = scope.post_message(&message::READY.into());
}

fn answer(scope: &DedicatedWorkerGlobalScope, event: &MessageEvent) {
    let file = Uint8Array::new(&event.data().unchecked_into::<ArrayBuffer>()).to_vec();
    let reply = Object::new();
    let transfer = Array::new();
    if let Err(fault) = work(&file, &reply, &transfer) {
        put(&reply, message::CODE, fault.code());
    }
    let _ = scope.post_message_with_transfer(&reply, &transfer);
}

fn work(file: &[u8], reply: &Object, transfer: &Array) -> Result<(), Fault> {
    let photo = open(file, &Limits::BROWSER)?;
    let bytes = Uint8Array::from(photo.picture.to_jpeg()?.as_slice()).buffer();
    transfer.push(&bytes);
    put(reply, message::BYTES, bytes);
    put(reply, message::WIDTH, photo.picture.width());
    put(reply, message::HEIGHT, photo.picture.height());
    if let Some(position) = photo.position {
        put(reply, message::LAT, position.lat);
        put(reply, message::LON, position.lon);
    }
    Ok(())
}

fn put(message: &Object, name: &str, value: impl Into<JsValue>) {
    // Fails only on frozen objects and proxies.
    let _ = Reflect::set(message, &name.into(), &value.into());
}
