//! The outside world: mail, text messages, payments and the blob store.

pub mod blobs;
pub mod mail;
pub mod notify;
pub mod payments;
pub mod push;
