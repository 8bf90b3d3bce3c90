//! Who the resident is and how to reach them: only what the service asks for.

use domain::field::{Ask, Contact};
use leptos::prelude::*;

use super::{Asked, optional};
use crate::components::input::{TextInput, Typing};
use crate::words;

const NAME: Typing = Typing { kind: "text", autocomplete: Some("name"), verbatim: false, width: "" };
const EMAIL: Typing = Typing { kind: "email", autocomplete: Some("email"), verbatim: true, width: "" };
const PHONE: Typing =
    Typing { kind: "tel", autocomplete: Some("tel"), verbatim: true, width: "govuk-input--width-20" };

pub(super) fn view(asked: &Asked, kind: &Contact) -> AnyView {
    let parts = [("name", kind.name, NAME), ("email", kind.email, EMAIL), ("phone", kind.phone, PHONE)];
    let inputs = parts.into_iter().filter(|(_, ask, _)| *ask != Ask::No).map(|(part, ask, typing)| {
        let labelled = asked.part(part, optional(words::contact_label(part), ask == Ask::Required));
        let (value, on_input) = (asked.draft.text(asked.path(part)), asked.draft.setter(asked.path(part)));
        view! { <TextInput labelled=labelled value=value on_input=on_input typing=typing /> }.into_any()
    });
    asked.legend(inputs.collect_view().into_any())
}
