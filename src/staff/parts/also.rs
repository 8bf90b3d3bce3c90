//! What else somebody has with the council, as far as they let this department see it.

use domain::api::staff::{PersonRequest, PersonView};
use leptos::prelude::*;
use uuid::Uuid;

use crate::live;
use crate::session::Session;
use crate::{api, browser, paths, words};

/// The requests of the person whose request this is; nothing where there are none.
#[must_use]
pub fn also(session: Session, id: Uuid) -> AnyView {
    let live = live::keep(session, move || api::person(id));
    // What was taken back meanwhile is not shown to who comes back to the page.
    browser::on_visible(move || live.refresh());
    let shown = move || live.value().with(|person| person.as_ref().and_then(section));
    (move || live.problem().with(Option::is_none).then(shown)).into_any()
}

fn section(person: &PersonView) -> Option<AnyView> {
    if person.requests.is_empty() && !person.more {
        return None;
    }
    let more = person.more.then(|| {
        view! { <p>"They have more with other departments, which they do not share with yours. If it may matter, ask them."</p> }
    });
    let older = person.older.then(|| view! { <p>"These are the newest. There are older ones."</p> });
    let list = (!person.requests.is_empty())
        .then(|| view! { <ul class="govuk-list">{person.requests.iter().map(line).collect_view()}</ul> });
    let section = view! {
        <h2 class="govuk-heading-m">"Also with us from this resident"</h2>
        {list} {older} {more}
    };
    Some(section.into_any())
}

fn line(request: &PersonRequest) -> AnyView {
    let path = if request.own { paths::request(request.id) } else { paths::shared(request.id) };
    let place = if request.own { "your department".to_owned() } else { request.department.clone() };
    view! {
        <li>
            <a href=path>{request.title.clone()}", "{request.reference.to_string()}</a>
            <br />
            {place}", "{words::status(request.status)}", "{request.received.clone()}
        </li>
    }
    .into_any()
}
