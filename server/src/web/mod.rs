//! What a browser asks for besides the API: the app's page, its files, and the council's colours; and what it posts where
//! the app does not run.

pub mod account;
pub mod acting;
pub mod alerts;
pub mod amended;
pub mod assets;
pub mod bills;
pub mod contract;
pub mod exit;
pub mod followed;
mod form;
pub mod identity;
pub mod pages;
pub mod paying;
pub mod permit;
pub mod permit_zone;
pub mod posted;
pub mod privacy;
pub mod ready;
pub mod receipt;
mod received;
pub mod sharing;
pub mod slip;
pub mod terminal;
pub(crate) mod visit;
