//! Every address of the app: what it shows, and one function each that makes it, so that no page spells one out.

use domain::catalogue::Service;
use domain::journey::{self, Next};
use uuid::Uuid;

/// The first page.
pub const HOME: &str = "/";
/// Finding a request by its reference.
pub const FOLLOW: &str = "/follow";
/// The resident's account, or signing in to it.
pub const ACCOUNT: &str = "/account";
/// The account right after signing out on it without the app, which then forgets here what it would have forgotten itself.
pub const SIGNED_OUT: &str = "/account?out=yes";
/// Typing the code that was sent.
pub const ACCOUNT_CODE: &str = "/account/code";
/// Showing who one is.
pub const ACCOUNT_IDENTITY: &str = "/account/identity";
/// What the resident decided about their details.
pub const SHARING: &str = "/account/sharing";
/// Who looked at what is in the account.
pub const WHO_LOOKED: &str = "/account/who-looked";
/// The ways to sign in that the resident has.
pub const ACCOUNT_SECURITY: &str = "/account/security";
/// Help, and how accessible this service is.
pub const HELP: &str = "/help";
/// How the council does: what it publishes of its requests.
pub const PERFORMANCE: &str = "/performance";
/// The same as files.
pub const PERFORMANCE_CSV: &str = "/performance.csv";
/// The same as files.
pub const PERFORMANCE_JSON: &str = "/performance.json";
/// Finding a penalty charge.
pub const PENALTY_CHARGE: &str = "/penalty-charge";
/// Which permit zone a home is in.
pub const PERMIT_ZONE: &str = "/permit-zone";
/// Finding an account of council tax.
pub const COUNCIL_TAX: &str = "/council-tax";
/// The part of a step's address that says: go back to "check your answers" afterwards.
pub const FROM_CHECK: &str = "check";
/// The part of an address that says that this was sent just now.
pub const SENT: &str = "sent";

/// The part of an address below a request of somebody for whom one acts: withdrawing it.
pub const WITHDRAW: &str = "withdraw";

/// What an address shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page<'a> {
    /// What can be done here.
    Home,
    /// The start page of a service.
    Start {
        /// The service.
        id: &'a str,
    },
    /// A page of questions.
    Step {
        /// The service.
        id: &'a str,
        /// The step.
        slug: &'a str,
        /// Back to "check your answers" afterwards.
        changing: bool,
    },
    /// Check your answers.
    Check {
        /// The service.
        id: &'a str,
    },
    /// Finding a request by its reference.
    Find,
    /// A request, as the person who made it follows it.
    Request {
        /// The key to it.
        key: &'a str,
    },
    /// The confirmation.
    Sent {
        /// The key to the request.
        key: &'a str,
    },
    /// Opening a request again.
    Reopen {
        /// The key to it.
        key: &'a str,
    },
    /// Withdrawing a request.
    Withdraw {
        /// The key to the request.
        key: &'a str,
    },
    /// A page of the resident's account ([`crate::account::PLACES`]).
    Account {
        /// Which: the rest of the address. Empty for the first, which is also where one signs in.
        page: &'a str,
    },
    /// Help, and how accessible this service is.
    Help,
    /// What the council publishes of its requests.
    Performance,
}

impl<'a> Page<'a> {
    /// What a path shows, with the query behind it; none when it leads nowhere.
    #[must_use]
    pub fn read(address: &'a str) -> Option<Self> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let parts = [(); 5].map(|()| parts.next().unwrap_or(""));
        Some(match parts {
            // Somebody who cuts the end off a service's address looks for the list.
            ["" | "services", "", ..] => Self::Home,
            ["services", id, rest @ ..] => match rest {
                ["", ..] => Self::Start { id },
                ["check", "", _] => Self::Check { id },
                [slug, "", _] => {
                    let changing =
                        query.split('&').any(|part| part.strip_prefix("from=") == Some(FROM_CHECK));
                    Self::Step { id, slug, changing }
                }
                _ => return None,
            },
            ["follow", "", ..] => Self::Find,
            ["follow", key, "", ..] => Self::Request { key },
            ["follow", key, "sent", "", _] => Self::Sent { key },
            ["follow", key, "reopen", "", _] => Self::Reopen { key },
            ["follow", key, "withdraw", "", _] => Self::Withdraw { key },
            ["account", ..] => {
                let page = address.trim_start_matches('/').strip_prefix("account").unwrap_or_default();
                Self::Account { page: page.trim_matches('/') }
            }
            ["help", "", ..] => Self::Help,
            ["performance", "", ..] => Self::Performance,
            _ => return None,
        })
    }
}

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

/// A page of questions, reached to change one answer: the question's identifier stands for its page.
#[must_use]
pub fn change(id: &str, slug: &str) -> String {
    format!("/services/{id}/{slug}?from={FROM_CHECK}")
}

/// Check your answers.
#[must_use]
pub fn check(id: &str) -> String {
    format!("/services/{id}/check")
}

/// Where the form goes next.
#[must_use]
pub fn next(service: &Service, next: &Next<'_>, changing: bool) -> String {
    match next {
        Next::Step(slug) if changing => change(&service.id, slug),
        Next::Step(slug) => step(&service.id, slug),
        // The page of the answer that ends the form says why.
        Next::Stop(stop) => {
            let page = journey::stop_question(service, stop).and_then(|id| journey::page_of(service, id));
            step(&service.id, page.unwrap_or_default())
        }
        Next::Check => check(&service.id),
    }
}

/// Signing in, and then to a page of the account.
#[must_use]
pub fn sign_in(then: &str) -> String {
    to(ACCOUNT, then)
}

/// Typing the code, and then to a page; empty for none.
#[must_use]
pub fn code(then: &str) -> String {
    to(ACCOUNT_CODE, then)
}

fn to(path: &str, then: &str) -> String {
    if then.is_empty() { path.to_owned() } else { format!("{path}?to={then}") }
}

/// Where it goes on after signing in: a page of ours, as an address said it; empty when it is none.
#[must_use]
pub fn then(said: &str) -> &str {
    let (path, form) = said.split_once("?for=").unwrap_or((said, ""));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_".contains(c);
    let is_ours = path.starts_with('/') && !path.starts_with("//") && path.chars().all(is_plain);
    if is_ours && form.chars().all(is_plain) && Page::read(path).is_some() { said } else { "" }
}

/// A page of the account.
#[must_use]
pub fn account(page: &str) -> String {
    format!("/account/{page}")
}

/// The requests of somebody for whom one acts.
#[must_use]
pub fn acting(helper: Uuid) -> String {
    format!("/account/acting/{helper}")
}

/// One of them, which one has just sent for them.
#[must_use]
pub fn acting_sent(helper: Uuid, request: Uuid) -> String {
    format!("/account/acting/{helper}/{request}?{SENT}=yes")
}

/// A request, as the person who made it follows it.
#[must_use]
pub fn request(key: &str) -> String {
    format!("/follow/{key}")
}

/// The receipt of a request that is paid: a page of the server's own.
#[must_use]
pub fn receipt(key: &str) -> String {
    format!("/follow/{key}/receipt")
}

/// What a request gave, to be shown and changed: a page of the server's own.
#[must_use]
pub fn permit(key: &str) -> String {
    format!("/follow/{key}/permit")
}

/// What a person takes home to follow a request without an address of their own: a page of the server's own.
#[must_use]
pub fn slip(key: &str) -> String {
    format!("/follow/{key}/slip")
}

/// Where a form is posted that leads to the card page of a request.
#[must_use]
pub fn pay(key: &str) -> String {
    format!("/follow/{key}/pay")
}

/// The confirmation.
#[must_use]
pub fn sent(key: &str) -> String {
    format!("/follow/{key}/sent")
}

/// Opening a request again.
#[must_use]
pub fn reopen(key: &str) -> String {
    format!("/follow/{key}/reopen")
}

/// Withdrawing a request.
#[must_use]
pub fn withdraw(key: &str) -> String {
    format!("/follow/{key}/withdraw")
}

/// A page of the account, reached from a form to go back to it afterwards.
#[must_use]
pub fn for_form(page: &str, service: &str) -> String {
    if service.is_empty() { page.to_owned() } else { [page, "?for=", service].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_to_its_page() {
        let (id, slug, key) = ("missed-bin", "which-bin", "k3y");
        for (address, page) in [
            (HOME.to_owned(), Page::Home),
            ("/services".to_owned(), Page::Home),
            (service(id), Page::Start { id }),
            (step(id, slug), Page::Step { id, slug, changing: false }),
            (change(id, slug), Page::Step { id, slug, changing: true }),
            (format!("/services/{id}/{slug}?a=b&from={FROM_CHECK}"), Page::Step { id, slug, changing: true }),
            (check(id), Page::Check { id }),
            (FOLLOW.to_owned(), Page::Find),
            (request(key), Page::Request { key }),
            (sent(key), Page::Sent { key }),
            (withdraw(key), Page::Withdraw { key }),
            (reopen(key), Page::Reopen { key }),
            (ACCOUNT.to_owned(), Page::Account { page: "" }),
            (account("details"), Page::Account { page: "details" }),
            (ACCOUNT_SECURITY.to_owned(), Page::Account { page: "security" }),
            (HELP.to_owned(), Page::Help),
            (PERFORMANCE.to_owned(), Page::Performance),
        ] {
            assert_eq!(Page::read(&address), Some(page), "{address}");
            // People add a slash, and so do some programs.
            assert_eq!(Page::read(&address.replacen('?', "/?", 1)), Some(page), "{address}");
        }
    }

    #[test]
    fn after_signing_in_it_goes_on_at_a_page_of_ours() {
        assert_eq!(then("/account/details"), "/account/details");
        assert_eq!(then("/services/missed-bin/which-bin"), "/services/missed-bin/which-bin");
        for other in [
            "",
            "account",
            "//evil.example",
            "/\\evil",
            "https://evil.example/",
            "/account?to=/x",
            "/nothing",
        ] {
            assert_eq!(then(other), "", "{other}");
        }
    }

    #[test]
    fn other_addresses_lead_nowhere() {
        for address in [
            "/nothing",
            "/services/a/b/c",
            "/services/a/check/b",
            "/services/a/b/c/d",
            "/follow/a/b",
            "/follow/a/sent/b",
            "/follow/a/sent/b/c/d",
            "/help/a",
            "/help/a/b/c/d/e/f",
        ] {
            assert_eq!(Page::read(address), None, "{address}");
        }
    }
}
