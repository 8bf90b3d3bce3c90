//! The single-page apps of Portico, as a library: the resident app, and the parts that the staff app shares
//! with it. Drawing is one thing here and the browser another (`api`, `state`, `photo`, `a11y`).

#![expect(
    clippy::must_use_candidate,
    reason = "a component that is not drawn does nothing, and is seen to do nothing"
)]

// The allocator: half the size of the one that Rust brings for a browser, and faster.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

pub mod a11y;
pub mod account;
pub mod api;
pub mod app;
pub mod components;
pub mod json;
pub mod live;
pub mod pages;
pub mod passkey;
pub mod paths;
pub mod photo;
pub mod plain;
pub mod push;
pub mod state;
pub mod words;
