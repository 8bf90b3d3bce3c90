//! `/follow`: finding a request by its reference and the e-mail address given with it, or the code on its slip.

use domain::api::follow::{FindRequest, Found};
use domain::field::contact::is_email;
use domain::reference::Reference;
use leptos::prelude::*;

use crate::api::{ApiProblem, follow};
use crate::components::button::SubmitButton;
use crate::components::error_summary::{ErrorSummary, Problem};
use crate::components::handlers::posted_to;
use crate::components::input::{Labelled, TextInput, Typing};
use crate::components::layout::Column;
use crate::components::sending::Sending;
use crate::live::Drawn as _;
use crate::state::{address, boot};
use crate::{a11y, paths, words};

/// The two do not belong together; which of them is wrong is nobody's business.
pub const NOT_FOUND: &str =
    "We can’t find a request with this reference and this email address or code. Check that both are right";

/// Find your request.
#[component]
pub fn FindPage() -> impl IntoView {
    let reference = RwSignal::new(boot::take_text("reference"));
    let email = RwSignal::new(boot::take_text("email"));
    let sending = Sending::new("reference").with_summary().refused(refused);
    a11y::use_page(move || format!("{}Find your request", sending.prefix()));
    let address = address::use_address();
    let find = sending.form(
        move || {
            let what = FindRequest {
                reference: reference.get_untracked(),
                email: email.get_untracked().trim().to_owned(),
            };
            let found = check(&what);
            if found.is_empty() { Ok(Box::pin(async move { follow::find(&what).await })) } else { Err(found) }
        },
        move |found: Found| address.go(&paths::request(&found.key)),
    );
    let reference_label = Labelled::new("reference", "Reference")
        .hint("It is in the email we sent you or on your slip, and looks like 7K3M-9PQ9".to_owned())
        .error(sending.at("reference"));
    let email_label = Labelled::new("email", "Email address, or secret code")
        .hint("The address you gave with your request, or the secret code on your slip".to_owned())
        .error(sending.at("email"));
    view! {
        <Column>
            <ErrorSummary problems=sending.problems />
            <h1 class="govuk-heading-l">"Find your request"</h1>
            <p>"The quickest way is the link in the email we sent you. You can also find it here."</p>
            <form novalidate method="post" action=posted_to() on:submit=find>
                <TextInput
                    labelled=reference_label value=reference on_input=Callback::new(move |typed| reference.set(typed))
                    typing=Typing { verbatim: true, width: "govuk-input--width-10", autocomplete: Some("off"), ..Typing::default() }
                />
                <TextInput
                    labelled=email_label value=email on_input=Callback::new(move |typed| email.set(typed))
                    typing=Typing { mode: Some("email"), autocomplete: Some("email"), verbatim: true, ..Typing::default() }
                />
                <SubmitButton label="Find your request" sending=sending.busy />
            </form>
        </Column>
    }.drawn()
}

/// What is wrong with what was typed, before anybody is asked.
#[must_use]
pub fn check(what: &FindRequest) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut problem =
        |id: &str, words: &str| found.push(Problem { id: id.to_owned(), words: words.to_owned() });
    if what.reference.trim().is_empty() {
        problem("reference", "Enter your reference");
    } else if Reference::parse(&what.reference).is_none() {
        problem("reference", "Check the reference. It has eight letters and numbers, like 7K3M-9PQ9");
    }
    if !is_email(&what.email) && what.code().is_none() {
        problem(
            "email",
            "Enter an email address in the right format, like name@example.com, or the code on your slip",
        );
    }
    found
}

fn refused(problem: &ApiProblem) -> &'static str {
    if problem.is_not_found() { NOT_FOUND } else { words::call_failed(problem) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_missing() {
        let ids = |reference: &str, email: &str| {
            let what = FindRequest { reference: reference.to_owned(), email: email.to_owned() };
            check(&what).into_iter().map(|problem| problem.id).collect::<Vec<_>>()
        };
        assert_eq!(ids("", ""), ["reference", "email"]);
        assert_eq!(ids("nonsense", "sam@example.org"), ["reference"]);
        let real = Reference::from_random([1; 7]).to_string().to_lowercase();
        assert!(ids(&real, "sam@example.org").is_empty());
        assert!(ids(&real, &real).is_empty());
        assert_eq!(ids(&real, "1234"), ["email"]);
    }
}
