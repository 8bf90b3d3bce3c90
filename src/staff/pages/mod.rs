//! The pages of the staff app: each loads and arranges, and is named like its address.

pub mod answer;
pub mod audit;
pub mod close;
pub mod code;
pub mod contact_figures;
pub mod contact_new;
pub mod contact_repeats;
pub mod contacts;
pub mod contract;
pub mod export;
pub mod hand_over;
pub mod identity;
pub mod leave;
pub mod letters;
pub mod members;
pub mod move_date;
pub mod offer;
pub mod plan;
pub mod queue;
pub mod request;
pub mod security;
pub mod sessions;
pub mod shared;
pub mod sign_in;
pub mod write;
