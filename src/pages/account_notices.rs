//! `/account/notices`: what happened to a resident's requests, the newest first.

use domain::alert::Matter;
use domain::api::alerts::{NoticeView, NoticesView};
use leptos::prelude::*;

use crate::api::alerts;
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::handlers::posted_to;
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::{Drawn as _, live};
use crate::{a11y, paths};

const TITLE: &str = "What is new";

/// The list.
#[component]
pub fn AccountNoticesPage() -> impl IntoView {
    view! { <Column>{loaded(alerts::notices, whole)}</Column> }.drawn()
}

fn whole(first: NoticesView) -> AnyView {
    let sending = Sending::new("read").with_summary();
    a11y::use_page(move || format!("{}{TITLE}", sending.prefix()));
    let announcer = a11y::use_announcer();
    let now = RwSignal::new(first);
    let read = sending.form(
        move || Ok(Box::pin(alerts::read())),
        move |view: NoticesView| {
            now.set(view);
            announcer.say("You have read everything");
            a11y::focus_when_drawn("main h1");
        },
    );
    let unread = Memo::new(move |_| now.with(|now| now.unread > 0));
    view! {
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">{TITLE}</h1>
        {live(move || now.with(list))}
        <form method="post" action=posted_to() on:submit=read hidden=move || !unread.get()>
            <SubmitButton label="I have read everything" sending=sending.busy class="govuk-button--secondary" />
        </form>
        <p><a href=paths::account("alerts")>"Choose what else we send you"</a></p>
    }
    .drawn()
}

fn list(view: &NoticesView) -> AnyView {
    if view.notices.is_empty() {
        return view! { <p>"Nothing yet. What happens to your requests stands here as soon as it has happened."</p> }
            .drawn();
    }
    let items = view.notices.iter().map(item).collect_view();
    view! {
        <ul class="portico-services">{items}</ul>
        {view.more.then(|| view! { <p>"Older news are on the page of each request."</p> }.drawn())}
    }
    .drawn()
}

fn item(notice: &NoticeView) -> AnyView {
    let NoticeView { key, words, matter, when, read } = notice.clone();
    let new = (!read).then(|| view! { <strong class="govuk-tag">"New"</strong>" " }.into_any());
    let matters = match matter {
        Matter::MustAct => Some("Please look: you may have to do something."),
        Matter::Closes | Matter::Receipt | Matter::Step | Matter::Asks => None,
    };
    view! {
        <li>
            {new}<a href=paths::request(&key)>{words}</a>
            {matters.map(|matters| view! { <p>{matters}</p> }.drawn())}
            <p class="govuk-hint">{when}</p>
        </li>
    }
    .drawn()
}
