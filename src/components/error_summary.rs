//! The list of what is wrong, above the page; each line leads to its field.

use leptos::prelude::*;

use super::handlers::Pressed;
use crate::a11y;
use crate::live::{Drawn as _, live_if, react};

/// One thing that is wrong: the id of the field, and words that say what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field's id, which is its path; or, beginning with a slash, the page it is on.
    pub id: String,
    /// What to do, in words.
    pub words: String,
}

/// The problem of one field, for the words beside it.
pub fn problem_at(problems: RwSignal<Vec<Problem>>, id: impl Into<String>) -> Signal<Option<String>> {
    let id = id.into();
    Signal::derive(move || {
        problems
            .with(|list| list.iter().find(|problem| problem.id == id).map(|problem| problem.words.clone()))
    })
}

/// The first problem of a field or of one of its parts, for the words beside them all.
pub fn problem_within(problems: RwSignal<Vec<Problem>>, id: impl Into<String>) -> Signal<Option<String>> {
    let id = id.into();
    let is_part =
        move |path: &str| path.strip_prefix(&id).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    Signal::derive(move || {
        problems.with(|list| {
            list.iter().find(|problem| is_part(&problem.id)).map(|problem| problem.words.clone())
        })
    })
}

/// Shows the problems, if there are any, and takes the focus whenever they are found anew.
#[component]
pub fn ErrorSummary(
    /// What is wrong now.
    problems: RwSignal<Vec<Problem>>,
) -> impl IntoView {
    let mut is_quiet = problems.with_untracked(|list| !list.is_empty()) && a11y::take_quiet();
    react(move || {
        if problems.with(|list| !list.is_empty()) && !std::mem::take(&mut is_quiet) {
            a11y::focus_when_drawn(".govuk-error-summary");
        }
    });
    let line = |Problem { id, words }: Problem| {
        if id.starts_with('/') {
            return view! { <li><a href=id>{words}</a></li> }.drawn();
        }
        let href = format!("#{id}");
        let go: Pressed = Box::new(move |event| {
            event.prevent_default();
            a11y::focus_id(&id);
        });
        view! { <li><a href=href on:click=go>{words}</a></li> }.drawn()
    };
    live_if(move || {
        problems.with(|list| !list.is_empty()).then(|| {
            view! {
                <div class="govuk-error-summary" tabindex="-1">
                    <div role="alert">
                        <h2 class="govuk-error-summary__title">"There is a problem"</h2>
                        <div class="govuk-error-summary__body">
                            <ul class="govuk-list govuk-error-summary__list">
                                {problems.get().into_iter().map(line).collect_view()}
                            </ul>
                        </div>
                    </div>
                </div>
            }
            .drawn()
        })
    })
}
