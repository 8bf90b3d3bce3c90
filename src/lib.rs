//! The single-page apps of Portico, as a library: the resident app, and the parts that the staff app shares
//! with it. Drawing is one thing here and the browser another (`api`, `state`, `photo`, `a11y`).

#![expect(
    clippy::must_use_candidate,
    reason = "a component that is not drawn does nothing, and is seen to do nothing"
)]

pub mod a11y;
pub mod api;
pub mod app;
pub mod components;
pub mod json;
pub mod live;
pub mod pages;
pub mod paths;
pub mod photo;
pub mod plain;
pub mod state;
pub mod words;
