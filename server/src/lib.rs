//! The API server of Portico: one binary with the catalogue and the app inside.

pub mod access;
pub mod adapters;
pub mod app;
pub mod chance;
pub mod config;
pub mod councils;
pub mod document;
pub mod download;
pub mod error;
pub mod extract;
pub mod gazetteer;
pub mod guard;
pub mod jobs;
pub mod ledgers;
pub mod listen;
pub mod oidc;
pub mod operations;
pub mod paper;
pub mod photo;
pub mod routes;
pub mod secret;
pub mod state;
pub mod store;
pub mod web;
pub mod words;
