//! `/account/device`: having notifications sent to this device, if it is one's own.

use domain::alert::{OWN_DEVICE, device, device_questions};
use domain::api::alerts::{AlertsView, DeviceRequest};
use domain::catalogue::Question;
use leptos::prelude::*;

use crate::account::draft_name;
use crate::api::{ApiProblem, alerts};
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Asked, field};
use crate::components::handlers::posted_to;
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::{Drawn as _, ON_SERVER};
use crate::push::{self, Can};
use crate::state::{address, drafts};
use crate::{a11y, paths, words};

const TITLE: &str = "Get notifications on this device";
/// What says on the page of alerts that a device was added.
pub const ADDED: &str = "device";
/// Whoever uses the browser said no.
const DENIED: &str = "denied";

/// The questions before it.
#[component]
pub fn AccountDevicePage() -> impl IntoView {
    view! { <Column>{loaded(alerts::get, whole)}</Column> }.drawn()
}

fn whole(view: AlertsView) -> AnyView {
    let why = match push::can() {
        Can::Ask => return asking(view),
        Can::Denied => {
            "Notifications from us are blocked in this browser. Allow them in its settings for this site, then open this page again."
        }
        Can::Nothing if ON_SERVER => {
            "Your browser has to run our script for this, and has not done so yet. Wait a moment, or choose another way to be told."
        }
        Can::Nothing => {
            "This browser can’t show notifications. Try another one on this device, or choose another way to be told."
        }
    };
    a11y::use_page(|| TITLE.to_owned());
    view! {
        <h1 class="govuk-heading-l">{TITLE}</h1>
        <p>{why}</p>
        <p><a class="govuk-link" href=paths::account("alerts")>"How we tell you what happens"</a></p>
    }
    .drawn()
}

fn asking(view: AlertsView) -> AnyView {
    let name = draft_name("device", view.person);
    let draft = drafts::open(&name);
    let sending = Sending::new(OWN_DEVICE).with_summary().refused(refused);
    a11y::use_page(move || format!("{}{TITLE}", sending.prefix()));
    let address = address::use_address();
    let asked = device_questions();
    let fields = asked
        .iter()
        .map(|question| field(&Asked::new(question.clone(), draft, sending.problems, false)))
        .collect_view();
    let key = view.push_key;
    let send = sending.form(
        move || {
            let (answers, key) = (draft.now(), key.clone());
            let wanted = device(&answers).map_err(|errors| {
                let asked: Vec<&Question> = asked.iter().collect();
                let not_own = errors.iter().all(|error| error.path == OWN_DEVICE)
                    && !answers.get(OWN_DEVICE).is_empty();
                if not_own { sending.problem(NOT_OWN) } else { words::problems(&asked, &errors) }
            })?;
            Ok(Box::pin(async move {
                let denied = || ApiProblem { status: 403, code: DENIED.to_owned(), ..ApiProblem::default() };
                let subscription = push::subscribe(&key).await.ok().flatten().ok_or_else(denied)?;
                let push::Subscription { endpoint, p256dh, auth } = subscription;
                let added = alerts::add_device(&DeviceRequest { answers, endpoint, p256dh, auth }).await;
                match &added {
                    Ok(_) => push::remember(wanted.until_sign_out),
                    Err(_) => push::end().await,
                }
                added
            }))
        },
        move |_| {
            draft.erase_of(&name);
            address.go(&format!("{}?{ADDED}=added", paths::account("alerts")));
        },
    );
    view! {
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">{TITLE}</h1>
        <p>"We send one when something happens to your requests. Your browser asks you once more whether we may. You can remove the device at any time."</p>
        <form novalidate method="post" action=posted_to() on:submit=send>
            {fields}
            <SubmitButton label="Get notifications" sending=sending.busy />
        </form>
    }
    .drawn()
}

const NOT_OWN: &str = "We send notifications only to a device of your own: others could read them here. We tell you in the other ways that you chose";

fn refused(problem: &ApiProblem) -> &'static str {
    match problem.code.as_str() {
        DENIED => {
            "Your browser did not allow it. Allow notifications from us in its settings, then try again"
        }
        "too_many_devices" => "You have as many devices as you can have. Remove one first",
        "device_refused" => "We can’t send notifications to this browser. Try another one on this device",
        _ => words::call_failed(problem),
    }
}
