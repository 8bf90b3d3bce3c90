//! `/follow/:key/sent`: it arrived, and what happens next. Good to come back to: it is read anew each time.

use domain::api::follow::FollowView;
use domain::validate::email_in;
use leptos::prelude::*;

use crate::api::follow;
use crate::components::amend::undo;
use crate::components::button::{NEEDS_SCRIPT, SECONDARY};
use crate::components::handlers::pressed;
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::payment::payment;
use crate::components::sharing::invitation;
use crate::components::slot::slot;
use crate::components::status::{self, StatusPanel};
use crate::live::{Drawn as _, ON_SERVER, live_words};
use crate::state::{boot, device};
use crate::{a11y, paths};

/// The confirmation.
#[component]
pub fn SentPage(
    /// The key to the request.
    key: String,
) -> impl IntoView {
    let own = key.clone();
    let request = move || {
        let key = key.clone();
        async move { follow::get(&key).await }
    };
    view! { <Column>{loaded(request, move |request| sent(&request, &own))}</Column> }.drawn()
}

fn sent(request: &FollowView, key: &str) -> AnyView {
    if request.unreceived || !request.status.is_open() {
        return to_pay(request, key);
    }
    let title = format!("Sent - {}", request.title);
    a11y::use_page(move || title.clone());
    let email = email_in(&request.answers).map(ToOwned::to_owned);
    let phone = boot::use_council()
        .with_value(|council| crate::components::layout::phone_link(&council.contact.phone));
    view! {
        <div class="govuk-panel govuk-panel--confirmation">
            <h1 class="govuk-panel__title">"We have your request"</h1>
            <div class="govuk-panel__body">
                "Your reference is "<strong class="portico-reference">{request.reference.to_string()}</strong>
            </div>
        </div>
        <p class="govuk-body-l">"We will finish by "<strong>{request.complete_by.say()}</strong>"."</p>
        {email.map(|email| view! { <p>"We are sending these details to "<bdi><strong>{email}</strong></bdi>"."</p> }.drawn())}
        {payment(request, Some(&paths::request(key)))}
        {slot(request, &paths::request(key), RwSignal::default())}
        <h2 class="govuk-heading-m">"What happens next"</h2>
        <ol class="govuk-list govuk-list--number">
            {request.next.iter().map(|next| view! { <li>{next.clone()}</li> }.drawn()).collect_view()}
        </ol>
        {undo(request.undo.as_ref(), &paths::request(key))}
        {keep(request, key)}
        <p>"To add something or to ask about it, "<a href=paths::request(key)>"open your request"</a>" or ring us on "{phone}"."</p>
        {invitation()}
    }
    .drawn()
}

/// What is received once it is paid, and is not yet, and what has ended meanwhile: how it stands, and all is kept.
fn to_pay(request: &FollowView, key: &str) -> AnyView {
    let title = format!("{} - {}", status::title(request), request.title);
    a11y::use_page(move || title.clone());
    let path = paths::request(key);
    view! {
        <span class="govuk-caption-l">"Reference "<span class="portico-reference">{request.reference.to_string()}</span></span>
        <h1 class="govuk-heading-l">{request.title.clone()}</h1>
        <StatusPanel request=request.clone() />
        {slot(request, &path, RwSignal::default())}
        {payment(request, Some(&path))}
        {undo(request.undo.as_ref(), &path)}
        {keep(request, key)}
    }
    .drawn()
}

/// The link to follow the request by, and ways to keep it.
fn keep(request: &FollowView, key: &str) -> AnyView {
    let announcer = a11y::use_announcer();
    let path = paths::request(key);
    let address = StoredValue::new(device::full_address(&path));
    let mail = address.with_value(|address| {
        let subject = format!("{}: {}", request.title, request.reference);
        device::mail_link(&subject, &format!("Reference: {}\nFollow it here: {address}", request.reference))
    });
    let needs = if ON_SERVER { NEEDS_SCRIPT } else { SECONDARY };
    let copied = RwSignal::new("Copy the link".to_owned());
    let copy = pressed(move || {
        let words = if address.with_value(|address| device::copy(address)) {
            "Copied"
        } else {
            "Select the link above to copy it"
        };
        copied.set(words.to_owned());
        announcer.say(words);
    });
    let slip = paths::slip(key);
    if request.away {
        return view! {
            <h2 class="govuk-heading-m">"Follow your request from home"</h2>
            <p>"This computer forgets you when you finish. Take a slip with you: with it you can follow your request on any phone or computer, or by ringing us. You need no email address."</p>
            <p><a href=slip rel="external">"Print the slip, or have it sent to you"</a></p>
        }
        .drawn();
    }
    view! {
        <h2 class="govuk-heading-m">"Follow your request"</h2>
        <p>"Keep this link. It shows what is happening, and anybody who has it can see your request."</p>
        <p class="portico-link"><a href=path>{address.get_value()}</a></p>
        <div class="govuk-button-group">
            <button type="button" class=needs on:click=copy>{live_words(move || copied.get())}</button>
            <button type="button" class=needs on:click=pressed(device::print)>"Print this page"</button>
            <a class="govuk-link" href=mail>"Email it to yourself"</a>
        </div>
        <p>"For somebody without email: "<a href=slip rel="external">"a slip to print or send"</a>"."</p>
    }
    .drawn()
}
