//! What crosses the wire, used by both ends. Requests refuse fields they do not know; what a request may
//! hold is checked by `validator`. Replies carry days as dates and moments both as UTC and in words of the
//! council's local time.

pub mod account;
pub mod alerts;
pub mod board;
pub mod consent;
pub mod contacts;
pub mod council;
pub mod documents;
pub mod drafts;
pub mod follow;
pub mod helpers;
pub mod identity;
pub mod income;
pub mod leave;
pub mod ledgers;
pub mod nearby;
pub mod payments;
pub mod performance;
pub mod photos;
pub mod places;
pub mod privacy;
pub mod problem;
pub mod profile;
pub mod refunds;
pub mod requests;
pub mod services;
pub mod sign_in;
pub mod slots;
pub mod staff;
pub mod team;
pub mod terminals;
pub mod wording;
pub mod workspace;
