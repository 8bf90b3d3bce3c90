//! What else the department has or had at the same place.

use domain::api::staff::RelatedRequest;
use domain::case::{Outcome, Status};
use leptos::prelude::*;
use uuid::Uuid;

use crate::session::Session;
use crate::{api, live, paths, words};

/// The requests at the place of this one; nothing where there are none. Whoever may close it can say that it is the same as
/// one of them.
#[must_use]
pub fn related(session: Session, id: Uuid, may_close: Memo<bool>) -> AnyView {
    let live = live::keep(session, move || api::related(id));
    let shown = move || {
        let may_close = may_close.get();
        live.value().with(|found| found.as_ref().and_then(|found| section(id, &found.requests, may_close)))
    };
    shown.into_any()
}

fn section(id: Uuid, requests: &[RelatedRequest], may_close: bool) -> Option<AnyView> {
    if requests.is_empty() {
        return None;
    }
    let section = view! {
        <h2 class="govuk-heading-m">"At the same place"</h2>
        {may_close.then(|| view! {
            <p>"If one of them says the same, close this one: everybody who follows either is told together."</p>
        })}
        <ul class="govuk-list">{requests.iter().map(|other| line(id, other, may_close)).collect_view()}</ul>
    };
    Some(section.into_any())
}

fn line(id: Uuid, request: &RelatedRequest, may_close: bool) -> AnyView {
    let is_same = request.status != Status::Closed(Outcome::Duplicate);
    let same = (may_close && is_same).then(|| {
        let reference = request.reference.to_string();
        view! {
            <br />
            <a href=paths::close_as_same(id, &request.reference)>
                "It is the same"<span class="govuk-visually-hidden">" as "{reference}</span>
            </a>
        }
    });
    let far = match request.metres {
        Some(metres) => format!("{metres} m away"),
        None => "in the same street".to_owned(),
    };
    view! {
        <li>
            <a href=paths::request(request.id)>{request.title.clone()}", "{request.reference.to_string()}</a>
            <br />
            {far}", "{words::status(request.status)}", "{request.received.clone()}
            {same}
        </li>
    }
    .into_any()
}
