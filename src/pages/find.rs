//! `/follow`: finding a request by its reference and the e-mail address given with it.

use domain::api::follow::FindRequest;
use domain::field::contact::is_email;
use domain::reference::Reference;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;

use crate::api::{ApiProblem, follow};
use crate::components::button::SubmitButton;
use crate::components::error_summary::{ErrorSummary, Problem, problem_at};
use crate::components::handlers::submitted;
use crate::components::input::{Labelled, TextInput, Typing};
use crate::components::layout::Column;
use crate::{a11y, paths, words};

/// Find your request.
#[component]
pub fn FindPage() -> impl IntoView {
    let reference = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    let problems = RwSignal::new(Vec::<Problem>::new());
    let sending = RwSignal::new(false);
    let wrong = Signal::from(problems);
    a11y::use_page(move || {
        format!("{}Find your request", if problems.with(Vec::is_empty) { "" } else { "Error: " })
    });
    let navigate = use_navigate();
    let find = submitted(move || {
        let what = FindRequest {
            reference: reference.get_untracked(),
            email: email.get_untracked().trim().to_owned(),
        };
        let found = check(&what);
        let is_fine = found.is_empty();
        problems.set(found);
        if !is_fine || sending.get_untracked() {
            return;
        }
        sending.set(true);
        let navigate = navigate.clone();
        spawn_local(async move {
            let reply = follow::find(&what).await;
            // The page may be gone by now; then nobody waits for the answer.
            if sending.try_set(false).is_some() {
                return;
            }
            match reply {
                Ok(found) => navigate(&paths::request(&found.key), leptos_router::NavigateOptions::default()),
                Err(problem) => {
                    problems.set(vec![Problem { id: "reference".to_owned(), words: refused(&problem) }]);
                }
            }
        });
    });
    let reference_label = Labelled::new("reference", "Reference")
        .hint("It is in the email we sent you, and looks like 7K3M-9PQ9".to_owned())
        .error(problem_at(wrong, "reference"));
    let email_label = Labelled::new("email", "Email address")
        .hint("The one you gave with your request".to_owned())
        .error(problem_at(wrong, "email"));
    view! {
        <Column>
            <ErrorSummary problems=problems />
            <h1 class="govuk-heading-l">"Find your request"</h1>
            <p>"The quickest way is the link in the email we sent you. You can also find it here."</p>
            <form novalidate on:submit=find>
                <TextInput
                    labelled=reference_label value=reference on_input=Callback::new(move |typed| reference.set(typed))
                    typing=Typing { verbatim: true, width: "govuk-input--width-10", autocomplete: Some("off"), ..Typing::default() }
                />
                <TextInput
                    labelled=email_label value=email on_input=Callback::new(move |typed| email.set(typed))
                    typing=Typing { kind: "email", autocomplete: Some("email"), verbatim: true, ..Typing::default() }
                />
                <SubmitButton label="Find your request" sending=sending />
            </form>
        </Column>
    }
}

fn check(what: &FindRequest) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut problem =
        |id: &str, words: &str| found.push(Problem { id: id.to_owned(), words: words.to_owned() });
    if what.reference.trim().is_empty() {
        problem("reference", "Enter your reference");
    } else if Reference::parse(&what.reference).is_none() {
        problem("reference", "Check the reference. It has eight letters and numbers, like 7K3M-9PQ9");
    }
    if !is_email(&what.email) {
        problem("email", words::email_format());
    }
    found
}

fn refused(problem: &ApiProblem) -> String {
    if problem.is_not_found() {
        "We can’t find a request with this reference and this email address. Check that both are right"
            .to_owned()
    } else {
        words::call_failed(problem).to_owned()
    }
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
    }
}
