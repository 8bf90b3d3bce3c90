//! `/services/:id/check`: everything once more, then send.

use std::sync::Arc;

use domain::api::helpers::for_whom;
use domain::api::services::ServiceView;
use domain::catalogue::{Question, Service};
use domain::fee::{Register, total};
use domain::field::Value;
use domain::field::contact::email_meant;
use domain::journey::{self, Next};
use domain::money;
use domain::validate;
use leptos::prelude::*;

use super::{form, go_on, send};
use crate::api::{ApiProblem, photos};
use crate::components::answers::{AnswerList, Line};
use crate::components::button::SubmitButton;
use crate::components::error_summary::{ErrorSummary, Problem};
use crate::components::fee::fee_table;
use crate::components::handlers::posted_to;
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::promise::Promise;
use crate::components::sharing::Deciding;
use crate::components::unsent::Unsent;
use crate::live::{Drawn as _, ON_SERVER, live_if};
use crate::state::{address, boot, drafts, services};
use crate::{a11y, paths};

/// Opened on this page when the form is another one than the answers were given to.
pub const CHANGED: &str = "changed";

/// Where an answer is changed. A plain page is opened at the question; the app goes there by itself.
fn change(service: &Service, question: &Question) -> String {
    let path = paths::change(&service.id, &question.id);
    if ON_SERVER { format!("{path}#{}", question.first_field()) } else { path }
}

/// Check your answers.
#[component]
pub fn CheckPage(
    /// The service.
    id: String,
) -> impl IntoView {
    let back = RwSignal::new(String::new());
    let changed = RwSignal::new(boot::is_opened(CHANGED));
    let reload = Callback::new(move |()| changed.set(true));
    // Chosen once, it stays when the form is read anew. Somebody who fills it in for another decides nothing.
    let deciding = Deciding::new(for_whom(&id).is_none());
    let service = services::use_service(id);
    let service = move || {
        changed.track();
        service()
    };
    view! {
        <Column back=back>
            {live_if(move || changed.get().then(|| view! {
                <div class="govuk-inset-text" role="status">
                    "This form has changed since you opened it. Check your answers, then send it again."
                </div>
            }.drawn()))}
            {loaded(service, move |view| check(&view, back, reload, deciding))}
        </Column>
    }
    .drawn()
}

fn check(
    view: &Arc<ServiceView>,
    back: RwSignal<String>,
    reload: Callback<()>,
    deciding: Deciding,
) -> AnyView {
    let service = &view.service;
    a11y::use_language(view.language.as_deref());
    let draft = drafts::open(&service.id);
    let answers = draft.now();
    match form::resume(view, draft) {
        Next::Check if service.closed_on(view.today).is_none() => {}
        Next::Check => return go_on(&paths::service(&service.id)),
        next => return go_on(&paths::next(service, &next, false)),
    }
    let asked: Vec<&Question> = journey::asked(service, &answers);
    if let Some(last) = asked.last() {
        back.set(paths::step(&service.id, &last.id));
    }
    let read = validate::questions(&asked, &answers, view.today).unwrap_or_default();
    let due = service.fee.as_ref().map_or_else(Vec::new, |fee| fee.due(&answers, &asked, view.today));
    let promise = view
        .promised(&answers)
        .map(|promised| view! { <Promise lead="If you send this now," promised=promised /> }.drawn());
    let lines: Vec<Line> = asked
        .iter()
        .map(|question| Line {
            label: question.label.clone(),
            value: read
                .iter()
                .find(|answer| answer.question == question.id)
                .map(|answer| answer.value.clone()),
            change: Some(change(service, question)),
        })
        .collect();
    let slip = lines.iter().find_map(|line| {
        let email = match line.value.as_ref()? {
            Value::Contact(person) => person.email.clone()?,
            Value::Email(email) => email.clone(),
            _ => return None,
        };
        let meant = email_meant(&email)?;
        Some((email, meant, line.change.clone()?))
    });
    let slip = slip.map(|(typed, meant, change)| {
        view! {
            <div class="govuk-inset-text">
                <p>"Is your email address right? You typed "<bdi>{typed}</bdi>". Did you mean "<strong><bdi>{meant}</bdi></strong>"?"</p>
                <p><a href=change>"Change your email address"</a></p>
            </div>
        }
        .drawn()
    });

    let failed = RwSignal::new(None::<ApiProblem>);
    let problems = RwSignal::<Vec<Problem>>::new(boot::take_problems());
    let sending = RwSignal::new(false);
    let title = service.title.clone();
    a11y::use_page(move || {
        let error = if problems.with(Vec::is_empty) && failed.with(Option::is_none) { "" } else { "Error: " };
        format!("{error}Check your answers - {title}")
    });
    let send =
        send::sender(Arc::clone(view), draft, deciding, send::Outcome { failed, problems, sending, reload });
    let is_paid_first = service.fee.as_ref().is_some_and(|fee| fee.register == Register::OnPayment);
    let label = boot::use_council().with_value(|council| {
        if is_paid_first && council.takes_payments && total(&due) > 0 {
            format!("Send and pay {}", money::show(total(&due)))
        } else {
            format!("Send to {}", council.name)
        }
    });
    view! {
        <ErrorSummary problems=problems />
        <Unsent problem=failed on_start_again=Callback::new({
            let start = paths::service(&service.id);
            let address = address::use_address();
            move |()| {
                draft.erase();
                address.go(&start);
            }
        }) />
        <span class="govuk-caption-l">{service.title.clone()}</span>
        <h1 class="govuk-heading-l">"Check your answers"</h1>
        {slip}
        <AnswerList lines=lines photo=Box::new(|id| Some(photos::preview(id))) />
        {fee_table(&due)}
        {promise}
        <form novalidate method="post" action=posted_to() on:submit=send>
            {ON_SERVER.then(|| view! {
                <input type="hidden" name="version" value=service.version />
                <input type="hidden" name="key" value=draft.key().to_string() />
                <input type="hidden" name="turn" value=draft.turn() />
                <input type="hidden" name="quoted" value=total(&due) />
            }.drawn())}
            {deciding.ask()}
            <SubmitButton label=label sending=sending />
        </form>
    }
    .drawn()
}
