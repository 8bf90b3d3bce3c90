//! Contacts that were recorded: in a table, and beside the request that they were about.

use domain::api::contacts::ContactView;
use domain::contact_log;
use domain::reference::Reference;
use leptos::prelude::*;
use uuid::Uuid;

use crate::session::Session;
use crate::{api, live, paths, words};

/// The contacts about a request, and the way to record one.
#[must_use]
pub fn about(session: Session, id: Uuid, reference: &Reference) -> AnyView {
    let live = live::keep(session, move || api::contacts_of(id));
    let list = move || {
        let contacts = live.value().with(|page| page.as_ref().map(|page| page.contacts.clone()))?;
        if contacts.is_empty() {
            return Some(view! { <p>"None is recorded."</p> }.into_any());
        }
        let items = contacts.into_iter().map(|contact| view! { <li>{line(contact)}</li> }).collect_view();
        Some(view! { <ul class="govuk-list govuk-list--spaced">{items}</ul> }.into_any())
    };
    view! {
        <h2 class="govuk-heading-m">"Contacts about this request"</h2>
        {list}
        <p><a href=paths::new_contact(reference)>"Record a contact about this"</a></p>
    }
    .into_any()
}

/// A contact in a list.
#[must_use]
pub fn line(contact: ContactView) -> AnyView {
    let flags = flags(&contact);
    let more = more(&contact);
    let ContactView { when, channel, reason, by, .. } = contact;
    view! {
        <span>{when}", "{channel.label()}", recorded by "<bdi>{by}</bdi></span>
        <br />
        {reason}" "{flags}
        {more}
    }
    .into_any()
}

/// What it counted as.
#[must_use]
pub fn flags(contact: &ContactView) -> AnyView {
    let avoidable = contact
        .avoidable
        .then(|| view! { <strong class="govuk-tag govuk-tag--yellow">"Avoidable"</strong>" " });
    let number = contact.number.filter(|number| contact_log::is_repeat(*number)).map(|number| {
        let class = if contact_log::rises(number) { "govuk-tag govuk-tag--red" } else { "govuk-tag" };
        view! { <strong class=class>{words::repeat(number)}</strong> }
    });
    view! { {avoidable}{number} }.into_any()
}

/// The note, and what was done about it.
#[must_use]
pub fn more(contact: &ContactView) -> AnyView {
    let note = (!contact.note.is_empty())
        .then(|| view! { <p class="portico-typed"><bdi>{contact.note.clone()}</bdi></p> });
    let done = contact.looked_into.clone().map(|looked| {
        view! { <p class="portico-typed"><bdi>{looked.by}</bdi>", "{looked.when}": "<bdi>{looked.done}</bdi></p> }
    });
    view! { {note}{done} }.into_any()
}

/// A contact's service and the request, with a link where that is the department's own.
#[must_use]
pub fn subject(contact: &ContactView) -> AnyView {
    let reference = contact.reference.as_ref().map(ToString::to_string);
    let reference = reference.map(|reference| match contact.request {
        Some(id) => {
            view! { <a class="portico-queue__reference" href=paths::request(id)>{reference}</a> }.into_any()
        }
        None => view! { <span class="portico-queue__reference">{reference}</span> }.into_any(),
    });
    view! { {contact.service.clone()}{reference} }.into_any()
}
