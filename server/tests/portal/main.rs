//! The whole portal under test, a module for each subject. One program: linking one for each subject took
//! minutes and gigabytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking"
)]

#[macro_use]
mod support;

mod access;
mod account;
mod acting;
mod alerts;
mod amend;
mod audit;
mod bills;
mod books;
mod bounces;
mod canary;
mod catalogue;
mod consent;
mod contacts;
mod contract;
mod digest;
mod documents;
mod follow;
mod grants;
mod guard;
mod helpers;
mod identity;
mod jobs;
mod journey;
mod ladder;
mod ledgers;
mod nearby;
mod oidc;
mod openapi;
mod passed_on;
mod passkeys;
mod payments;
mod performance;
mod photos;
mod places;
mod posted;
mod privacy;
mod profile;
mod promise;
mod push;
mod recipe;
mod requests;
mod retention;
mod slip;
mod slots;
mod staff;
mod store;
mod team;
mod terminals;
mod uploads;
mod web;
mod workspace;
