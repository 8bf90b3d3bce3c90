//! Who the resident is and how to reach them: only what the service asks for.

use domain::field::{Ask, Contact};
use leptos::prelude::*;

use super::{Asked, email, name, optional, phone};
use crate::words;

pub(super) fn view(asked: &Asked, kind: &Contact) -> AnyView {
    let parts = [
        ("name", kind.name, name::TYPING),
        ("email", kind.email, email::TYPING),
        ("phone", kind.phone, phone::TYPING),
    ];
    let inputs = parts.into_iter().filter(|(_, ask, _)| *ask != Ask::No).map(|(part, ask, typing)| {
        asked.part_input(part, optional(words::contact_label(part), ask == Ask::Required), typing)
    });
    asked.legend(inputs.collect_view().into_any())
}
