//! The words of the staff app, where they are not those of the resident's.

use chrono::{Datelike as _, NaiveDate};
use domain::access::Role;
use domain::api::workspace::{Only, Order};
use domain::audit::Deed;
use domain::by::By;
use domain::case::{Outcome, Status};
use domain::field::{ErrorCode, FieldError};
use portico_app::api::ApiProblem;
use portico_app::words;

/// A day with its year: `Friday 12 December 2026`.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    format!("{} {}", words::day(day), day.year())
}

/// By when something is promised, with the year: `3pm on Friday 12 December 2026`.
#[must_use]
pub fn by(by: By) -> String {
    by.with_time(&date(by.day()))
}

/// A count of requests of one sort: `1 open request`.
#[must_use]
pub fn requests(many: usize, sort: &str) -> String {
    words::count(many, &format!("{sort} request"))
}

/// Where a request stands.
#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::ToPay => "To be paid",
        Status::Received => "New",
        Status::LookedAt => "Being looked at",
        Status::Planned => "Planned",
        Status::InProgress => "In progress",
        Status::Waiting => "Waiting for the resident",
        Status::Closed(outcome) => closed(outcome),
    }
}

/// How a request ended.
#[must_use]
pub fn closed(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Done",
        Outcome::DeclinedByPolicy => "Declined by policy",
        Outcome::NotOurs => "Not ours",
        Outcome::Duplicate => "Reported before",
        Outcome::Withdrawn => "No longer needed",
        Outcome::PartDone => "Part done",
        Outcome::NoAnswer => "No answer",
        Outcome::NothingFound => "Nothing found",
        Outcome::NotPaid => "Not paid",
    }
}

/// The ways staff can close a request: the outcome, its label, and what it means.
pub const OUTCOMES: [(Outcome, &str, &str); 8] = [
    (Outcome::Done, "Done", "What they asked for has been done"),
    (Outcome::PartDone, "Part done", "Some of what they asked for has been done"),
    (Outcome::NothingFound, "Nothing found", "We went to look, and there was nothing"),
    (
        Outcome::DeclinedByPolicy,
        "Declined by policy",
        "We will not do it, because a published policy says so",
    ),
    (Outcome::NotOurs, "Not ours", "Somebody else is responsible. Tell them who"),
    (
        Outcome::Duplicate,
        "Reported before",
        "We know about this already. Tell them what is happening with it",
    ),
    (Outcome::Withdrawn, "No longer needed", "The resident told us that they no longer need it"),
    (Outcome::NoAnswer, "No answer", "They were asked and reminded twice, and did not answer"),
];

/// An outcome as it stands in a form.
#[must_use]
pub fn outcome_value(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::DeclinedByPolicy => "declined_by_policy",
        Outcome::NotOurs => "not_ours",
        Outcome::Duplicate => "duplicate",
        Outcome::Withdrawn => "withdrawn",
        Outcome::PartDone => "part_done",
        Outcome::NoAnswer => "no_answer",
        Outcome::NothingFound => "nothing_found",
        Outcome::NotPaid => "not_paid",
    }
}

/// What is wrong with one field, and what to do about it.
#[must_use]
pub fn field(error: &FieldError) -> String {
    let text = match (error.path.as_str(), error.code) {
        ("email", ErrorCode::Missing) => "Enter your work email address",
        ("email", _) => words::email_format(),
        ("code", ErrorCode::Missing) => "Enter the code from the email",
        ("code", _) => WRONG_CODE,
        ("text", ErrorCode::Missing) => "Write what to tell the resident",
        ("to", ErrorCode::Missing) => "Enter the new date",
        ("to", _) => "The new date can't be promised. Enter a later one",
        ("reason", ErrorCode::Missing) => "Say why the date moves, in words for the resident",
        ("policy", _) => "Choose the policy it is declined by",
        ("by", ErrorCode::Missing) => "Say who did it: a crew, a company or a team",
        ("next", ErrorCode::Missing) => "Say what happens next, also if it is nothing",
        ("object", ErrorCode::Missing) => "Say what they can do who do not agree",
        ("unless", ErrorCode::Missing) => "Say what would change the answer",
        ("elsewhere", ErrorCode::Missing) => "Say who is responsible, and how to reach them",
        ("same_as", ErrorCode::Missing) => "Enter the reference of the request that it says again",
        ("same_as", ErrorCode::NotAllowed) => "Enter a reference like H3LF-WE25",
        ("same_as", _) => "There is no such request in your department. Check the reference",
        ("on", ErrorCode::Missing) => "Enter the day",
        ("on", _) => "Enter a day that is possible: see the hint",
        ("slot", code) => words::slot(code),
        ("department", _) => "Choose another department",
        ("name", ErrorCode::Missing) => "Say what the computer is called",
        ("place", ErrorCode::Missing) => "Say where the computer stands",
        ("idle", _) => "Enter a number of minutes from 1 to 10",
        ("opens", _) => "Enter both times like 09:00, or leave both empty",
        ("closes", _) => "The second time must be later than the first",
        ("contractor", _) => "Choose who is to do it",
        ("task", ErrorCode::Missing) => "Say what is to be done",
        ("outcome", _) => "Choose how it ended",
        ("amount", ErrorCode::Missing) => "Enter how much goes back",
        ("amount", ErrorCode::TooMuchMoney) => {
            let left = domain::money::show(error.limit.unwrap_or(0));
            return format!("At most {left} can go back. Enter that or less");
        }
        ("amount", _) => "Enter pounds and pence, like 12.50",
        ("seen-service", _) => "Choose what it is",
        ("seen-text", ErrorCode::Missing) => "Say what you saw",
        _ => match error.limit {
            Some(limit) => return format!("Use {} characters or fewer", words::number(limit.unsigned_abs())),
            None => "Check what you entered here",
        },
    };
    text.to_owned()
}

/// A code that is wrong and one that is too old are told in the same words.
pub const WRONG_CODE: &str = "The code is wrong, or too old. Check it, or get a new one";

/// What somebody is told who can't get in by a code.
pub const NO_CODES: &str = "Your council does not send codes by email. Sign in the way that whoever looks after your accounts told you";

/// What somebody is.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Resident => "Resident",
        Role::Helper => "Helper",
        Role::Terminal => "Public computer",
        Role::Contractor => "Contractor",
        Role::Officer => "Officer",
        Role::Manager => "Manager",
        Role::Finance => "Finance",
        Role::Auditor => "Auditor",
        Role::Admin => "Admin",
    }
}

/// What was done.
#[must_use]
pub fn deed(deed: Deed) -> &'static str {
    match deed {
        Deed::SignedIn => "Signed in",
        Deed::SignInFailed => "Tried to sign in",
        Deed::SignedOut => "Signed out",
        Deed::Read => "Read",
        Deed::Changed => "Changed",
        Deed::Exported => "Exported",
        Deed::RollAsked => "Asked the electoral roll",
        Deed::Erased => "Erased",
    }
}

/// The order of the queue.
#[must_use]
pub fn order(order: Order) -> &'static str {
    match order {
        Order::Usual => "Usual order",
        Order::Oldest => "Oldest first",
        Order::Newest => "Newest first",
    }
}

/// Which of the requests that are counted for a team.
#[must_use]
pub fn only(only: Only) -> &'static str {
    match only {
        Only::Ended => "ended in the last 90 days",
        Only::Kept => "in time, in the last 90 days",
        Only::Missed => "late in the last 90 days",
        Only::Reopened => "opened again in the last 90 days",
        Only::Satisfied => "satisfied, in the last 90 days",
        Only::Dissatisfied => "not satisfied, in the last 90 days",
    }
}

/// What handing over came to.
#[must_use]
pub fn handed_over(many: usize) -> String {
    match many {
        0 => "They had all of them already".to_owned(),
        many => format!("You handed over {}", words::count(many, "request")),
    }
}

/// Which contact of the same resident about the same service it was in 28 days.
#[must_use]
pub fn repeat(number: u32) -> String {
    let end = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{end} contact")
}

/// Minutes, as people say them: `1 hour 5 minutes`.
#[must_use]
pub fn minutes(minutes: u32) -> String {
    let count = |many: u32, one: &str| words::count(usize::try_from(many).unwrap_or(usize::MAX), one);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => count(minutes, "minute"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

/// Why something could not be done with a request, and what to do.
#[must_use]
pub fn refused(problem: &ApiProblem, owner: Option<&str>) -> String {
    let owner = owner.unwrap_or("Somebody else");
    match problem.code.as_str() {
        "closed" => "This request is closed now, so nothing more can be done with it. What you typed is still here".to_owned(),
        "not_owner" => format!("{owner} has this request now. To go on, take it over first. What you typed is still here"),
        "already_yours" => "This request is yours already".to_owned(),
        "not_your_role" => "Your role does not let you do this. Ask whoever looks after your accounts".to_owned(),
        "last_admin" => "This is the last admin. Make somebody else an admin first".to_owned(),
        "incomplete" => "The resident has to be told more than this. Fill in every box".to_owned(),
        "after_promise" => "That is after the day that is promised. Move the promised date first, and say why".to_owned(),
        "asked" => "The resident is being asked something, and has not answered yet".to_owned(),
        "not_reminded" => "The resident has to be reminded twice first. That happens by itself".to_owned(),
        "own_proposal" => "You proposed this yourself, so somebody else has to agree".to_owned(),
        "nothing_to_refund" => "This request is not paid, so nothing can go back".to_owned(),
        "nobody_to_sign" => "This service needs somebody else’s agreement for that, and nobody else answers for the department. Whoever looks after your council’s settings has to name somebody".to_owned(),
        "not_checked" => "Somebody has to look at the contractor’s work first".to_owned(),
        "policy_missing" => "Choose the policy it is declined by".to_owned(),
        "same_date" => "That is the day already".to_owned(),
        "too_many" => "You keep as many as you can. Forget one first".to_owned(),
        "too_late" => "More than ten minutes have gone by, so it stays as it is".to_owned(),
        "not_found" => "It is not there any more, or with another department".to_owned(),
        "not_allowed" => "This can’t be done with the request now. Look at it again first".to_owned(),
        _ if problem.is_unconfirmed() => {
            "We do not know if that arrived. Check your connection and press the button again: it is never done twice".to_owned()
        }
        _ => words::call_failed(problem).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_own_words_and_value() {
        for (outcome, label, _) in OUTCOMES {
            assert_eq!(closed(outcome), label);
            let json = serde_json::to_string(&outcome).unwrap();
            assert_eq!(json, format!("\"{}\"", outcome_value(outcome)));
        }
    }

    #[test]
    fn numbers_are_said_as_people_say_them() {
        let all = [2, 3, 4, 11, 12, 13, 21, 22, 23, 111].map(repeat).join(", ");
        assert_eq!(all.replace(" contact", ""), "2nd, 3rd, 4th, 11th, 12th, 13th, 21st, 22nd, 23rd, 111th");
        assert_eq!([0, 1, 60, 125].map(minutes), ["0 minutes", "1 minute", "1 hour", "2 hours 5 minutes"]);
    }

    #[test]
    fn a_lost_reply_is_told_from_a_refusal() {
        let refusal = ApiProblem { status: 409, code: "not_owner".into(), ..ApiProblem::default() };
        assert!(refused(&refusal, Some("Priya Shah")).starts_with("Priya Shah has this request"));
        assert!(refused(&ApiProblem::default(), None).starts_with("We do not know"));
        assert_eq!(requests(1, "open"), "1 open request");
        assert_eq!(requests(0, "closed"), "0 closed requests");
    }
}
