//! Several of the same: “Add another vehicle”.

use domain::field::{Group, group};
use leptos::prelude::*;

use super::{Asked, field};
use crate::a11y;
use crate::components::button::{SECONDARY, act_button};
use crate::components::handlers::pressed;
use crate::live::{Drawn as _, live, live_if};
use crate::state::boot;

pub(super) fn view(asked: &Asked, kind: &Group) -> AnyView {
    let (draft, path, max) = (asked.draft, asked.path.clone(), kind.max);
    let name = capital(&kind.item);
    let act_add = format!("add:{path}");
    let typed = group::count(&path, &draft.now()).max(1) + u32::from(boot::is_opened(&act_add));
    let typed = typed.min(max);
    let many = RwSignal::new(typed);
    // Drawn anew when one is taken out: those behind it move up.
    let turn = RwSignal::new(0);
    let announcer = a11y::use_announcer();
    let (inner, first) = (kind.questions.clone(), kind.questions.first().map(|first| first.id.clone()));
    let first = first.unwrap_or_default();
    let item = {
        let (asked, name, path) = (asked.clone(), name.clone(), path.clone());
        move |number: u32| {
            let fields = inner.iter().map(|question| {
                let path = format!("{}.{number}.{}", asked.path, question.id);
                field(&Asked { question: question.clone(), path, heading: false, ..asked.clone() })
            });
            let path = path.clone();
            let told = format!("{name} {number} was removed");
            let remove = pressed(move || {
                draft.update(|answers| group::remove(&path, number, answers));
                many.update(|many| *many -= 1);
                turn.update(|turn| *turn += 1);
                announcer.say(told.clone());
                a11y::focus_id(&format!("{path}-add"));
            });
            let remove = (many.get() > 1).then(|| {
                let label = format!("Remove {} {number}", name.to_ascii_lowercase()).into_any();
                act_button(&format!("remove:{}.{number}", asked.path), SECONDARY, None, remove, label)
            });
            view! {
                <fieldset class="govuk-fieldset portico-item">
                    <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{format!("{name} {number}")}</legend>
                    {fields.collect_view()}
                    {remove}
                </fieldset>
            }
            .drawn()
        }
    };
    let items = live(move || {
        turn.track();
        (1..=many.get()).map(&item).collect_view().into_any()
    });
    let add_id = format!("{path}-add");
    let another = kind.item.clone();
    let add = live_if(move || {
        let path = path.clone();
        let first = first.clone();
        let add = pressed(move || {
            many.update(|many| *many += 1);
            a11y::focus_id_when_drawn(format!("{path}.{}.{first}", many.get_untracked()));
        });
        (many.get() < max).then(|| {
            let label = format!("Add another {another}").into_any();
            act_button(&act_add, SECONDARY, Some(add_id.clone()), add, label)
        })
    });
    asked.legend(view! { {items} {add} }.drawn())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()
    })
}
