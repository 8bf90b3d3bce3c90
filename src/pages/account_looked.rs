//! `/account/who-looked`: each time that staff looked at what is in an account.

use domain::api::consent::{Look, LookedView};
use leptos::prelude::*;

use crate::api::consent;
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::live::Drawn as _;
use crate::{a11y, paths};

const TITLE: &str = "Who looked at your requests";

/// Who looked.
#[component]
pub fn AccountLookedPage() -> impl IntoView {
    view! { <Column>{loaded(consent::looked, whole)}</Column> }.drawn()
}

fn whole(view: Option<LookedView>) -> AnyView {
    a11y::use_page(|| TITLE.to_owned());
    let Some(LookedView { looks, more }) = view else {
        return view! {
            <h1 class="govuk-heading-l">{TITLE}</h1>
            <p>"To see it, "<a href=paths::ACCOUNT>"sign in to your account"</a>"."</p>
        }
        .drawn();
    };
    let list = if looks.is_empty() {
        view! { <p>"Nobody has opened any of them yet."</p> }.drawn()
    } else {
        view! { <ul class="portico-services">{looks.into_iter().map(look).collect_view()}</ul> }.drawn()
    };
    view! {
        <h1 class="govuk-heading-l">{TITLE}</h1>
        <p>"We write down each time that somebody who works for us opens a request of yours, sees what you share, looks through papers that you sent, or takes a list with your requests in it away as a file. You see which department it was and why. Who it was is written down too, for those who check that we keep to the rules."</p>
        <p>"The department that you wrote to also has your request in its list of work. Nobody needs to open it to see what it is about, so that is not in here."</p>
        {list}
        {more.then(|| view! { <p>"There are older ones. To get them, ask us for everything we hold about you."</p> }.drawn())}
        <p>"What people who act for you did and looked at is under "<a href=paths::account("helpers")>"People who help you"</a>"."</p>
        <p><a href=paths::SHARING>"Change which departments may see your requests"</a></p>
    }
    .drawn()
}

fn look(look: Look) -> AnyView {
    let Look { when, department, reason, request } = look;
    let request = request
        .map(|request| view! { <p><a href=paths::request(&request.key)>{request.title}</a></p> }.drawn());
    view! {
        <li>
            <strong>{department}</strong>
            <p>{reason}"."</p>
            {request}
            <p class="govuk-hint">{when}</p>
        </li>
    }
    .drawn()
}
