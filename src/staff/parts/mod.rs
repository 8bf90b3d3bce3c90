//! What the pages of the staff app are drawn with.

pub mod action;
pub mod also;
pub mod banner;
pub mod contacts;
pub mod contract;
pub mod date_input;
pub mod deliveries;
pub mod download;
pub mod frame;
pub mod load;
pub mod narrow;
pub mod near;
pub mod payment;
pub mod photos;
pub mod prove;
pub mod refunds;
pub mod related;
pub mod standard;
pub mod standing;
pub mod tone;
pub mod undo;
