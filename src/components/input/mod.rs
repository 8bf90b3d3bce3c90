//! Inputs: what a person types into or chooses from, each with its label.

mod area;
mod labelled;
mod radios;
mod text;

pub use area::TextArea;
pub use labelled::Labelled;
pub use radios::{RadioOption, Radios};
pub use text::{TextInput, Typing};
