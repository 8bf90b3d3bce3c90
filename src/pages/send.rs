//! Sending a form: pressed twice, lost on the way, refused, or sent before under the same key.

use std::sync::Arc;

use domain::answers::question_of;
use domain::api::helpers::for_whom;
use domain::api::requests::SubmitRequest;
use domain::api::services::ServiceView;
use domain::catalogue::Question;
use domain::fee;
use domain::journey;
use leptos::{prelude::*, task::spawn_local};

use crate::api::{ApiProblem, requests};
use crate::components::error_summary::Problem;
use crate::components::handlers::{Submitted, submitted};
use crate::components::sharing::Deciding;
use crate::state::{address, device, drafts::Draft, services, services::Shelf, visit};
use crate::{a11y, paths, words};

/// Where the outcome of sending is told.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    /// Why it was not sent, as a whole.
    pub failed: RwSignal<Option<ApiProblem>>,
    /// What is wrong with which answer.
    pub problems: RwSignal<Vec<Problem>>,
    /// It is on its way.
    pub sending: RwSignal<bool>,
    /// Reads the form anew.
    pub reload: Callback<()>,
}

/// What to do when the form is sent.
pub(super) fn sender(
    view: Arc<ServiceView>,
    draft: Draft,
    deciding: Deciding,
    outcome: Outcome,
) -> Submitted {
    let address = address::use_address();
    let announcer = a11y::use_announcer();
    let shelf = services::use_shelf();
    submitted(move || {
        // A second press while sending is no second request; the key would see to that as well.
        if outcome.sending.get_untracked() {
            return;
        }
        outcome.sending.set(true);
        outcome.failed.set(None);
        outcome.problems.set(Vec::new());
        let view = Arc::clone(&view);
        // Not bound to the page: what was sent was meant, wherever the person goes meanwhile.
        spawn_local(async move {
            let sent = form(&view, draft, deciding);
            let reply = requests::submit(&sent, draft.key()).await;
            let is_here = outcome.sending.try_set(false).is_none();
            match reply {
                Ok(submitted) => {
                    let whom = for_whom(&sent.service);
                    if whom.is_none() {
                        visit::remember(&journey::asked(&view.service, &sent.answers), &sent.answers);
                    }
                    draft.erase_of(&view.service.id);
                    // Also for those who turned to another page: this is the reference they need.
                    if submitted.to_pay {
                        // The confirmation stands behind the card page, for who comes back by "Back".
                        if is_here {
                            address.replace(&paths::sent(&submitted.key));
                        }
                        device::post(&paths::pay(&submitted.key));
                        return;
                    }
                    let sent = match (whom, submitted.request) {
                        (Some((_, helper)), Some(request)) => paths::acting_sent(helper, request),
                        _ => paths::sent(&submitted.key),
                    };
                    if is_here { address.replace(&sent) } else { address.go(&sent) }
                }
                Err(problem) if is_here => refused(&view, problem, outcome, shelf),
                Err(_) => announcer.say("Your answers were not sent yet. They are kept on this device"),
            }
        });
    })
}

/// The request as it is sent: the answers to what was asked, and nothing else.
fn form(view: &ServiceView, draft: Draft, deciding: Deciding) -> SubmitRequest {
    let service = &view.service;
    let answers = draft.now();
    let asked = journey::asked(service, &answers);
    let due = service.fee.as_ref().map(|fee| fee.due(&answers, &asked, view.today));
    let quoted = due.map(|due| fee::total(&due));
    let asked: Vec<&str> = asked.iter().map(|question| question.id.as_str()).collect();
    let answers = answers.only(|question| asked.contains(&question));
    SubmitRequest {
        service: service.id.clone(),
        version: service.version,
        answers,
        consent: deciding.answers(),
        quoted,
    }
}

/// The server found something that the browser did not.
fn refused(view: &ServiceView, problem: ApiProblem, outcome: Outcome, shelf: Shelf) {
    let service = &view.service;
    let questions: Vec<&Question> = service.questions.iter().collect();
    let found = words::problems(&questions, &problem.fields);
    if matches!(problem.code.as_str(), "stopped" | "changed")
        || (found.is_empty() && !problem.fields.is_empty())
    {
        // The form has changed since it was opened: read it anew; what is missing is asked again.
        shelf.forget(&service.id);
        outcome.reload.run(());
    } else if found.is_empty() {
        outcome.failed.set(Some(problem));
        a11y::focus_when_drawn(".govuk-notification-banner");
    } else {
        let page = |problem: Problem| Problem {
            id: paths::change(&service.id, question_of(&problem.id)),
            ..problem
        };
        outcome.problems.set(found.into_iter().map(page).collect());
    }
}
