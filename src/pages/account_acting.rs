//! `/account/acting/:id`: the requests of somebody for whom one acts, and the forms that one may fill in for them; with
//! `/:request`, one of them, to look at, to write about and, with `/withdraw`, to withdraw.

use domain::api::follow::{FollowView, WithdrawRequest};
use domain::api::helpers::ActingRequests;
use domain::field::Value;
use leptos::prelude::*;

use super::account::item;
use super::go;
use crate::api::helpers;
use crate::components::amend;
use crate::components::answers::{AnswerList, Line};
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::fee::fee_table;
use crate::components::handlers::posted_to;
use crate::components::input::{Labelled, TextArea};
use crate::components::layout::Column;
use crate::components::load::{loaded, not_found};
use crate::components::message_form::MessageForm;
use crate::components::sending::Sending;
use crate::components::status::StatusPanel;
use crate::components::timeline::{Timeline, filled_in_by};
use crate::live::{Drawn as _, live, live_if};
use crate::state::{address, boot, visit};
use crate::{a11y, paths, words};

/// Somebody's requests.
#[component]
pub fn AccountActingPage() -> impl IntoView {
    let path = address::use_address().path().get_untracked();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).skip(2).collect();
    let page = match parts.as_slice() {
        [id] => {
            let id = (*id).to_owned();
            loaded(
                move || {
                    let id = id.clone();
                    async move { helpers::requests(&id).await }
                },
                |view: ActingRequests| list(&view),
            )
        }
        [id, request] => {
            let back = paths::account(&format!("acting/{id}"));
            of_one(id, request, move |view, which| one(view, which, &back))
        }
        [id, request, paths::WITHDRAW] => of_one(id, request, |view, which| withdraw(&view, which)),
        _ => not_found(),
    };
    view! { <Column>{page}</Column> }.drawn()
}

/// A page of one request.
fn of_one(id: &str, request: &str, draw: impl Fn(FollowView, &str) -> AnyView + 'static) -> AnyView {
    let which = format!("{id}/{request}");
    let own = which.clone();
    loaded(
        move || {
            let which = which.clone();
            async move { helpers::request(&which).await }
        },
        move |view| draw(view, &own),
    )
}

fn list(view: &ActingRequests) -> AnyView {
    let name = view.who.name.clone();
    // Titles stand in histories: no name is in one.
    a11y::use_page(|| "Somebody you act for".to_owned());
    // What one told of oneself in this visit is not offered in a form for somebody else.
    visit::forget();
    let items = view
        .requests
        .iter()
        .map(|request| item(request, paths::account(&format!("acting/{}/{}", view.who.id, request.key))));
    let forms = view.forms.iter().map(|(form, title)| {
        view! { <li><a class="govuk-link" href=paths::service(form)>{title.clone()}</a></li> }.drawn()
    });
    view! {
        <h1 class="govuk-heading-l">"You act for "<bdi>{name}</bdi></h1>
        <p>"You may until "{words::day(view.who.until)}". They can see what you do and when you look."</p>
        <h2 class="govuk-heading-m">"Their requests"</h2>
        {if view.requests.is_empty() {
            view! { <p>"There are none yet that you may see."</p> }.drawn()
        } else {
            view! { <ul class="portico-services">{items.collect_view()}</ul> }.drawn()
        }}
        <h2 class="govuk-heading-m">"Fill in a form for them"</h2>
        <p>"It begins with what they told us about themselves. What you send is theirs, and says that you filled it in."</p>
        <ul class="govuk-list govuk-list--bullet">{forms.collect_view()}</ul>
    }
    .drawn()
}

fn one(first: FollowView, which: &str, back: &str) -> AnyView {
    let is_new = !address::use_address().query(paths::SENT).is_empty();
    let sent = is_new.then(|| sent(&first));
    let problems = RwSignal::new(boot::take_problems());
    let title = format!("{} - {}", first.title, first.reference);
    a11y::use_page(move || {
        let error = if problems.with(Vec::is_empty) { "" } else { "Error: " };
        let sent = if is_new { "Sent - " } else { "" };
        format!("{error}{sent}{title}")
    });
    let (title, reference) = (first.title.clone(), first.reference.to_string());
    let told = first.answers.iter().filter(|answer| !matches!(answer.value, Value::Documents(_)));
    let of = which.to_owned();
    let lines = told
        .map(|answer| Line { label: answer.label.clone(), value: Some(answer.value.clone()), change: None })
        .collect();
    let (by, fee) = (filled_in_by(&first, "them"), fee_table(&first.fee));
    // What lies with several departments is written about in its parts, which are requests of their own.
    let has_parts = first.department.is_empty();
    let now = RwSignal::new(first);
    let is_open = Memo::new(move |_| now.with(|now| now.status.is_open()));
    let update = Callback::new(move |new: FollowView| {
        now.try_set(new);
    });
    let messages = helpers::messages(which);
    let here = paths::account(&format!("acting/{which}"));
    let gone = format!("{here}/{}", paths::WITHDRAW);
    let (undo, amends) = now.with_untracked(|now| (now.undo.clone(), now.amends.clone()));
    view! {
        <p><a class="govuk-link" href=back.to_owned()>"Everything that you may do for them"</a></p>
        {sent}
        {if is_new {
            view! { <h2 class="govuk-heading-l">{title}</h2> }.drawn()
        } else {
            view! {
                <span class="govuk-caption-l">"Reference "<span class="portico-reference">{reference}</span></span>
                <h1 class="govuk-heading-l">{title}</h1>
            }
            .into_any()
        }}
        {live(move || view! { <StatusPanel request=now.get() /> }.drawn())}
        {amend::undo(undo.as_ref(), &here)}
        <h2 class="govuk-heading-m">"What has happened"</h2>
        {live(move || view! { <Timeline entries=now.with(|now| now.timeline.clone()) for_staff=true /> }.drawn())}
        {live_if(move || (is_open.get() && !has_parts).then(|| view! {
            <MessageForm to=messages.clone() on_sent=update problems=problems />
            <p class="govuk-hint">"It says that it is from you, for them."</p>
        }.drawn()))}
        {amends.map(|amends| amend::amend(&amends, &here, problems))}
        <h2 class="govuk-heading-m">"What was told"</h2>
        {by}
        <AnswerList lines=lines photo=Box::new(move |id| Some(helpers::photo(&of, id))) />
        {fee}
        {live_if(move || is_open.get().then(|| view! {
            <h2 class="govuk-heading-m">"If they no longer need this"</h2>
            <p><a href=gone.clone()>"Withdraw this request"</a></p>
        }.drawn()))}
    }
    .drawn()
}

/// It was sent just now, and what happens next.
fn sent(request: &FollowView) -> AnyView {
    if request.unreceived {
        return view! {
            <h1 class="govuk-heading-l">"It is filled in, and they have to pay"</h1>
            <p>"We have emailed them how to pay, to the address of their account. We receive the request once it is paid."</p>
            <p>"It is in their account, where they can see that you filled it in."</p>
        }
        .drawn();
    }
    let next = request.next.iter().map(|next| view! { <li>{next.clone()}</li> }.drawn()).collect_view();
    view! {
        <div class="govuk-panel govuk-panel--confirmation">
            <h1 class="govuk-panel__title">"We have their request"</h1>
            <div class="govuk-panel__body">
                "The reference is "<strong class="portico-reference">{request.reference.to_string()}</strong>
            </div>
        </div>
        <p class="govuk-body-l">"We will finish by "<strong>{request.complete_by.say()}</strong>"."</p>
        <p>"We are sending these details to the email address of their account."</p>
        <p>"It is in their account, where they can see that you sent it. You can see it here, for as long as you act for them."</p>
        {(!request.next.is_empty()).then(|| view! {
            <h2 class="govuk-heading-m">"What happens next"</h2>
            <ol class="govuk-list govuk-list--number">{next}</ol>
        }.drawn())}
    }
    .drawn()
}

fn withdraw(request: &FollowView, which: &str) -> AnyView {
    let which = which.to_owned();
    let open = paths::account(&format!("acting/{which}"));
    if !request.status.is_open() {
        return go(&open, "This request is closed", "See what happened with it", None);
    }
    let reason = RwSignal::new(boot::take_text("reason"));
    let sending = Sending::new("reason").with_summary();
    let title = request.title.clone();
    a11y::use_page(move || format!("{}Withdraw this request - {title}", sending.prefix()));
    let keep = open.clone();
    let address = address::use_address();
    let send = sending.form(
        move || {
            let (which, why) = (which.clone(), WithdrawRequest { reason: reason.get_untracked() });
            Ok(Box::pin(async move { helpers::withdraw(&which, &why).await }))
        },
        move |_| address.replace(&open),
    );
    let why = Labelled::new("reason", "Why? (optional)").error(sending.at("reason"));
    view! {
        <ErrorSummary problems=sending.problems />
        <span class="govuk-caption-l">{format!("{}, {}", request.title, request.reference)}</span>
        <h1 class="govuk-heading-l">"Do you want to withdraw this request for them?"</h1>
        <p>"Everybody who works on it will stop. You can’t undo this, but you can make a new request for them."</p>
        <form novalidate method="post" action=posted_to() on:submit=send>
            <TextArea labelled=why value=reason rows=3 on_input=Callback::new(move |typed| reason.set(typed)) />
            <div class="govuk-button-group">
                <SubmitButton label="Withdraw this request" sending=sending.busy class="govuk-button--warning" />
                <a href=keep>"Keep it open"</a>
            </div>
        </form>
    }
    .drawn()
}
