//! Why a form ends here. Not an error, and not made to look like one.

use domain::catalogue::{Service, Stop, StopKind};
use leptos::prelude::*;

use super::layout::phone_link;
use super::policy::PolicyLetter;
use crate::live::Drawn as _;
use crate::paths;
use crate::state::boot;

/// Says why the form ends, what to do instead and whom to ring.
pub fn stop_panel(service: &Service, stop: &Stop) -> AnyView {
    let policy = stop.policy.as_ref().and_then(|id| service.policy(id)).cloned();
    let text = stop.text.iter().map(|text| view! { <p>{with_numbers(text)}</p> }.drawn()).collect_view();
    let instead = stop.instead.as_ref().map(|instead| {
        view! {
            <h3 class="govuk-heading-s">"What you can do"</h3>
            <p>{with_numbers(instead)}</p>
        }
        .drawn()
    });
    let (phone, hours) = boot::use_council()
        .with_value(|council| (phone_link(&council.contact.phone), council.contact.hours.clone()));
    let wrong = match stop.kind {
        StopKind::Policy => "If you think this policy does not fit your case, ring us on ",
        StopKind::NotOurs => "If you are not sure who is responsible, ring us on ",
        StopKind::Emergency => "If it is not an emergency, change your answer, or ring us on ",
        StopKind::SignIn | StopKind::Closed | StopKind::LookUp => {
            "If you can't wait or need help, ring us on "
        }
    };
    let (way, way_words) = match &service.needs_identity {
        Some(_) if stop.kind == StopKind::SignIn => {
            (paths::for_form(paths::ACCOUNT_IDENTITY, &service.id), "Sign in and show who you are")
        }
        _ if stop.kind == StopKind::LookUp => (paths::PENALTY_CHARGE.to_owned(), "Find your penalty charge"),
        _ => (paths::HOME.to_owned(), "See what else you can do here"),
    };
    // It is drawn by the server alone.
    let outside = (stop.kind == StopKind::LookUp).then_some("external");
    let urgent = stop.kind == StopKind::Emergency;
    view! {
        <section class="portico-stop" class:portico-stop--urgent=urgent id=format!("stop-{}", stop.id)>
            <h2 class="govuk-heading-m">{stop.title.clone()}</h2>
            {text}
            {policy.map(|policy| view! { <PolicyLetter policy=policy /> }.drawn())}
            {instead}
            <p>{wrong}{phone}" ("{hours}")."</p>
            <p><a href=way rel=outside>{way_words}</a></p>
        </section>
    }
    .drawn()
}

/// A text in which phone numbers can be pressed.
fn with_numbers(text: &str) -> AnyView {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, number, after)) = number_in(rest) {
        parts.push(before.to_owned().into_any());
        parts.push(phone_link(number));
        rest = after;
    }
    parts.push(rest.to_owned().into_any());
    parts.into_any()
}

/// The first phone number of a text, with what stands before and after it: 999, 101 and the like, or ten digits and
/// more that begin with a nought.
fn number_in(text: &str) -> Option<(&str, &str, &str)> {
    let mut begin = 0;
    loop {
        begin += text.get(begin..)?.find(|c: char| c.is_ascii_digit())?;
        let (before, rest) = text.split_at_checked(begin)?;
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != ' ').unwrap_or(rest.len());
        let number = rest.get(..length)?.trim_end();
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let is_own = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '£');
        if is_own
            && (matches!(number, "999" | "101" | "105" | "111" | "112")
                || digits >= 10 && number.starts_with('0'))
        {
            return Some((before, number, rest.get(number.len()..)?));
        }
        begin += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_numbers_to_ring_and_no_others() {
        let found = |text: &'static str| {
            let (before, number, after) = number_in(text)?;
            assert_eq!([before, number, after].concat(), text);
            Some(number)
        };
        assert_eq!(found("Ring 999 now."), Some("999"));
        assert_eq!(found("Ring the gas emergency line on 0800 111 999."), Some("0800 111 999"));
        assert_eq!(found("In 2026 we took 14 days; ring 01632 960 960 (9am to 5pm)"), Some("01632 960 960"));
        for text in ["", "24 hours a day", "£105", "A999 road", "1 April 2026", "999999"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
