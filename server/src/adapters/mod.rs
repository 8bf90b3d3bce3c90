//! The outside world: mail and the blob store.

pub mod blobs;
pub mod mail;
