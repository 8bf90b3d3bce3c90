//! What pages are drawn with. A component is given what it shows; it asks nobody and remembers nothing.

pub mod answers;
pub mod better_form;
pub mod button;
pub mod count;
pub mod error_summary;
pub mod fee;
pub mod feedback;
pub mod field;
pub mod gallery;
pub mod handlers;
pub mod input;
pub mod layout;
pub mod load;
pub mod map;
pub mod message_form;
pub mod messages;
pub mod nearby;
pub mod parts;
pub mod policy;
pub mod promise;
pub mod sending;
pub mod sharing;
pub mod status;
pub mod stop;
pub mod timeline;
pub mod unsent;
