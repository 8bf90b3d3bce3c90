//! Documents: picked several at once, each with its own progress and its own way out.

use domain::field::{Documents, documents};
use leptos::prelude::*;

use super::{Asked, photos};
use crate::a11y;
use crate::components::handlers::pressed;
use crate::live::{Drawn as _, live};
use crate::state::uploads::{Sort, use_uploads};
use crate::words;

pub(super) fn view(asked: &Asked, kind: &Documents) -> AnyView {
    let (draft, path) = (asked.draft, asked.path.clone());
    let limit =
        format!("Up to {}: PDF, JPEG or PNG, at most 10 MB each.", words::count(kind.max as usize, "file"));
    let announcer = a11y::use_announcer();
    let added = {
        let path = path.clone();
        live(move || {
            let list = draft.answers().with(|answers| documents::read(&path, answers));
            let row = |(number, document): (u32, documents::Document)| {
                let act = format!("remove:{path}.{number}");
                let (path, name) = (path.clone(), document.name.clone());
                let remove = pressed(move || {
                    draft.update(|answers| {
                        let mut list = documents::read(&path, answers);
                        list.retain(|known| known.id != document.id);
                        documents::write(&path, &list, answers);
                    });
                    announcer.say("The file was removed");
                    a11y::focus_id(&path);
                });
                let shown = view! { <p class="portico-photos__name"><bdi>{name.clone()}</bdi></p> }.drawn();
                photos::item(&act, ().into_any(), vec![shown], &name, remove)
            };
            (1..).zip(list).map(row).collect_view().into_any()
        })
    };
    view! {
        {photos::picker(asked, Sort::Documents, kind.max, limit)}
        {photos::waiting(use_uploads(), path, draft)}
        <ul class="portico-photos portico-photos--files" aria-label="Your files">{added}</ul>
    }
    .drawn()
}
