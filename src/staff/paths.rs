//! Every address of the staff app, and the way back to the page a person wanted before they signed in.

use chrono::NaiveDate;
use domain::access::Role;
use domain::api::wording::Values;
use domain::api::workspace::QueueFilter;
use domain::reference::Reference;
use portico_app::state::device::in_address;
use uuid::Uuid;

/// The queue.
pub const QUEUE: &str = "/staff";
/// Documents that show who people are.
pub const IDENTITY: &str = "/staff/identity";
/// Signing in, the address.
pub const SIGN_IN: &str = "/staff/sign-in";
/// Signing in, the code.
pub const CODE: &str = "/staff/sign-in/code";

/// Where I am signed in.
pub const SESSIONS: &str = "/staff/sessions";
/// Giving requests to somebody.
pub const HAND_OVER: &str = "/staff/hand-over";
/// Taking requests away as a file.
pub const EXPORT: &str = "/staff/export";
/// What was done.
pub const AUDIT: &str = "/staff/audit";
/// Letters to print and post.
pub const LETTERS: &str = "/staff/letters";
/// Refunds that wait for somebody's agreement.
pub const REFUNDS: &str = "/staff/refunds";
/// What was paid on a day.
pub const INCOME: &str = "/staff/income";

/// What was paid on this day.
#[must_use]
pub fn income(day: NaiveDate) -> String {
    format!("{INCOME}?day={day}")
}

/// What people are told, and in which words.
pub const WORDING: &str = "/staff/wording";
/// Taking in the council's ledgers.
pub const LEDGERS: &str = "/staff/ledgers";
/// Who works here.
pub const MEMBERS: &str = "/staff/members";
/// Public computers.
pub const TERMINALS: &str = "/staff/terminals";

/// Calls, visits and letters.
pub const CONTACTS: &str = "/staff/contacts";
/// Those that my department recorded.
pub const CONTACTS_RECORDED: &str = "/staff/contacts?show=recorded";
/// Recording one.
pub const CONTACT_NEW: &str = "/staff/contacts/new";
/// Residents who had to contact us again and again.
pub const REPEATS: &str = "/staff/contacts/repeats";
/// What contacts cost each department.
pub const CONTACT_FIGURES: &str = "/staff/contacts/figures";

/// Recording a contact about a request.
#[must_use]
pub fn new_contact(reference: &Reference) -> String {
    format!("{CONTACT_NEW}?reference={reference}")
}

/// The pages in the menu of somebody with this role, the first of them their own. Who answers for a department, their own
/// or another, has its board's list.
#[must_use]
pub fn menu(role: Role, answers: bool) -> Vec<(&'static str, &'static str)> {
    const REQUESTS: (&str, &str) = (QUEUE, "Requests");
    const IDENTITIES: (&str, &str) = (IDENTITY, "Who people are");
    const RECORD: (&str, &str) = (CONTACT_NEW, "Record a contact");
    const LOG: (&str, &str) = (CONTACTS, "Contacts");
    const LONG: (&str, &str) = (BOARD, "Board’s list");
    const POST: (&str, &str) = (LETTERS, "Letters");
    const WORDS: (&str, &str) = (WORDING, "Messages");
    const BACK: (&str, &str) = (REFUNDS, "Refunds");
    match role {
        Role::Manager => vec![
            REQUESTS,
            RECORD,
            LOG,
            (TEAM, "Team"),
            LONG,
            IDENTITIES,
            POST,
            BACK,
            WORDS,
            (HAND_OVER, "Hand over"),
            (LEAVE, "Leave"),
            (EXPORT, "Export"),
        ],
        Role::Finance => vec![(INCOME, "Income"), BACK],
        Role::Auditor => vec![(AUDIT, "Audit log")],
        Role::Admin => {
            vec![(MEMBERS, "Staff"), (TERMINALS, "Public computers"), LONG, WORDS, (LEDGERS, "Ledgers")]
        }
        Role::Officer | Role::Resident | Role::Helper | Role::Terminal | Role::Contractor => {
            let long = answers.then_some(LONG);
            let rest = [IDENTITIES, POST, (LEAVE, "Leave")];
            [REQUESTS, RECORD, LOG].into_iter().chain(long).chain(rest).collect()
        }
    }
}
/// When staff are away.
pub const LEAVE: &str = "/staff/leave";
/// The ways to sign in that one has.
pub const SECURITY: &str = "/staff/security";

/// What has been open for too long, in every department that I answer for.
pub const BOARD: &str = "/staff/board";
/// How the work of my department goes.
pub const TEAM: &str = "/staff/team";
/// Doing the same to many requests.
pub const BULK: &str = "/staff/bulk";

/// The queue, with some of its requests.
#[must_use]
pub fn queue(filter: &QueueFilter) -> String {
    let pair = |(name, value): (&str, String)| format!("{name}={}", in_address(&value));
    let pairs: Vec<String> = filter.pairs().into_iter().map(pair).collect();
    if pairs.is_empty() { QUEUE.to_owned() } else { format!("{QUEUE}?{}", pairs.join("&")) }
}

/// Handing over what somebody has.
#[must_use]
pub fn hand_over_from(officer: Uuid) -> String {
    format!("{HAND_OVER}?from={officer}")
}

/// One request.
#[must_use]
pub fn request(id: Uuid) -> String {
    format!("/staff/requests/{id}")
}

/// A message, filled in with these values, in a language.
#[must_use]
pub fn wording_of(id: &str, values: Values, language: &str) -> String {
    format!("{WORDING}/{id}?values={}&language={language}", values.id())
}

/// Another department's request, to read.
#[must_use]
pub fn shared(id: Uuid) -> String {
    format!("/staff/shared/{id}")
}

/// Writing to the resident.
#[must_use]
pub fn write(id: Uuid) -> String {
    format!("/staff/requests/{id}/write")
}

/// Moving the promised date.
#[must_use]
pub fn move_date(id: Uuid) -> String {
    format!("/staff/requests/{id}/move")
}

/// Doing something else with a request: `ask`, `note`, `plan`, `slot`, `offer`, `decline`, `send-back`, `decision`,
/// `contract`, `contract-end`, `check`, `refund`, `end-grant`.
#[must_use]
pub fn step(id: Uuid, step: &str) -> String {
    format!("/staff/requests/{id}/{step}")
}

/// Closing it.
#[must_use]
pub fn close(id: Uuid) -> String {
    format!("/staff/requests/{id}/close")
}

/// Closing it because another says the same.
#[must_use]
pub fn close_as_same(id: Uuid, other: &Reference) -> String {
    format!("{}?same_as={other}", close(id))
}

/// Signing in (or the code), and back to a page afterwards.
#[must_use]
pub fn with_next(path: &str, next: Option<&str>) -> String {
    // Of the letters that a safe way back can have, only these mean something else in a query.
    let encode = |next: &str| next.replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
    match next.and_then(safe_next) {
        Some(next) if next != QUEUE => format!("{path}?next={}", encode(next)),
        _ => path.to_owned(),
    }
}

/// The way back, if it leads to a page of this app behind the sign-in. Anybody can write a link with a
/// `next` of their own: it must never lead to another site, nor round in circles.
#[must_use]
pub fn safe_next(next: &str) -> Option<&str> {
    let ours = [
        QUEUE, LEAVE, IDENTITY, LETTERS, SESSIONS, SECURITY, HAND_OVER, EXPORT, AUDIT, MEMBERS, CONTACTS,
        TEAM, BOARD, BULK, WORDING, REFUNDS, INCOME, LEDGERS,
    ]
    .contains(&next)
        || [
            "/staff?",
            "/staff/requests/",
            "/staff/shared/",
            "/staff/contacts/",
            "/staff/contacts?",
            "/staff/hand-over?",
            "/staff/wording/",
            "/staff/income?",
        ]
        .iter()
        .any(|start| next.starts_with(start));
    let plain = next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_?=&".contains(&byte));
    (ours && plain && !next.contains("//")).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::api::staff::Show;

    #[test]
    fn the_way_back_stays_in_the_app() {
        let id = Uuid::nil();
        for good in [
            QUEUE,
            IDENTITY,
            &queue(&QueueFilter::of(Show::Closed)),
            &hand_over_from(id),
            TEAM,
            BOARD,
            BULK,
            &request(id),
            &shared(id),
            &write(id),
            &move_date(id),
            &close(id),
            &close_as_same(id, &Reference::from_random([1; 7])),
            &step(id, "send-back"),
            AUDIT,
            LEDGERS,
            LETTERS,
            REFUNDS,
            INCOME,
            "/staff/income?day=2026-12-07",
            SECURITY,
            CONTACTS,
            CONTACTS_RECORDED,
            WORDING,
            &wording_of("promise_moved", Values::Longest, "cy"),
            &new_contact(&Reference::from_random([1; 7])),
        ] {
            assert_eq!(safe_next(good), Some(good));
        }
        for bad in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/staff",
            "/staffing",
            "/staff.evil.example",
            "/staff/contacts.evil.example",
            "/staff/contacts//evil.example",
            "/\\evil.example",
            "/staff/../",
            "/staff/requests/../../",
            "/staff/requests//evil.example",
            "/staff/requests/%2e%2e/",
            "/staff\n",
            "javascript:alert(1)",
            "/staff/sign-in",
            "/staff/sign-in?next=/staff",
            "/staff@evil.example",
            "staff",
        ] {
            assert_eq!(safe_next(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_way_back_is_carried_in_the_address() {
        assert_eq!(with_next(SIGN_IN, Some("/staff?show=mine")), "/staff/sign-in?next=/staff%3Fshow%3Dmine");
        for none in [None, Some(QUEUE), Some("https://evil.example")] {
            assert_eq!(with_next(CODE, none), CODE);
        }
    }

    #[test]
    fn what_is_shown_is_in_the_address() {
        for show in Show::ALL {
            let address = queue(&QueueFilter::of(show));
            let query = address.split_once("show=").map(|(_, value)| value);
            assert_eq!(Show::read(query), show);
        }
        assert_eq!(Show::read(Some("everything")), Show::Open);
    }
}
