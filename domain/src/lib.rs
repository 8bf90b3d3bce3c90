//! The rules of Portico: what a council offers, how a form is filled in, what a request goes through and
//! what was promised. Pure: no I/O, no clock and no randomness of its own; both are arguments. The same
//! code runs in the browser and on the server.

pub mod access;
pub mod alert;
pub mod answers;
pub mod api;
pub mod audit;
pub mod by;
pub mod canonical;
pub mod case;
pub mod catalogue;
pub mod channel;
pub mod clock;
pub mod condition;
pub mod consent;
pub mod contact_log;
pub mod contractor;
pub mod council;
pub mod day;
pub mod decimal;
#[cfg(feature = "documents")]
pub mod document;
#[cfg(feature = "documents")]
pub mod explain;
pub mod fee;
pub mod field;
pub mod figures;
pub mod geo;
pub mod holidays;
pub mod identity;
pub mod income;
pub mod journey;
pub mod ledger;
pub mod money;
pub mod payment;
pub mod profile;
pub mod reconcile;
pub mod reference;
pub mod refund;
pub mod retention;
pub mod search;
pub mod sign_in;
pub mod standard;
pub mod terminal;
pub mod tone;
pub mod validate;
