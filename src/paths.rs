//! Every address of the app: one function each, so that no page spells one out.

use domain::catalogue::{Service, Stop};
use domain::journey::Next;

/// The first page.
pub const HOME: &str = "/";
/// Finding a request by its reference.
pub const FOLLOW: &str = "/follow";
/// Help, and how accessible this service is.
pub const HELP: &str = "/help";
/// The part of a step's address that says: go back to "check your answers" afterwards.
pub const FROM_CHECK: &str = "check";

/// A service's start page.
#[must_use]
pub fn service(id: &str) -> String {
    format!("/services/{id}")
}

/// A page of questions.
#[must_use]
pub fn step(id: &str, slug: &str) -> String {
    format!("/services/{id}/{slug}")
}

/// A page of questions, reached to change one answer.
#[must_use]
pub fn change(id: &str, slug: &str) -> String {
    format!("/services/{id}/{slug}?from={FROM_CHECK}")
}

/// Check your answers.
#[must_use]
pub fn check(id: &str) -> String {
    format!("/services/{id}/check")
}

/// Why the form ends early.
#[must_use]
pub fn stopped(id: &str, stop: &Stop) -> String {
    format!("/services/{id}/stopped/{}", stop.id)
}

/// Where the form goes next.
#[must_use]
pub fn next(service: &Service, next: &Next<'_>, changing: bool) -> String {
    match next {
        Next::Step(slug) if changing => change(&service.id, slug),
        Next::Step(slug) => step(&service.id, slug),
        Next::Stop(stop) => stopped(&service.id, stop),
        Next::Check => check(&service.id),
    }
}

/// A request, as the person who made it follows it.
#[must_use]
pub fn request(key: &str) -> String {
    format!("/follow/{key}")
}

/// The confirmation.
#[must_use]
pub fn sent(key: &str) -> String {
    format!("/follow/{key}/sent")
}

/// Withdrawing a request.
#[must_use]
pub fn withdraw(key: &str) -> String {
    format!("/follow/{key}/withdraw")
}
