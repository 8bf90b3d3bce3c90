//! A day, or a time of a day, to choose from what is free.

use domain::api::slots::{Free, FreeGroup};
use domain::field::Slot;
use leptos::{prelude::*, task::spawn_local};

use super::Asked;
use crate::api::slots;
use crate::components::input::{Choosing, RadioOption};
use crate::live::{Drawn as _, live, react};

pub(super) fn view(asked: &Asked, kind: &Slot) -> AnyView {
    let (value, on_choose) = (asked.draft.text(&asked.path), asked.draft.setter(&asked.path));
    let choosing = one(asked.path.clone(), value, on_choose);
    let free = RwSignal::new(slots::known(&kind.of));
    let failed = RwSignal::new(false);
    let of = kind.of.clone();
    react(move || {
        if let Some(free) = free.get() {
            // What was chosen some time ago may be anybody's by now.
            let chosen = value.get_untracked();
            if !chosen.is_empty() && !has(&free.soon, &chosen) && !has(&free.later, &chosen) {
                on_choose.run(String::new());
            }
            return;
        }
        let of = of.clone();
        spawn_local(async move {
            match slots::free(&of).await {
                Ok(found) => free.try_set(Some(found)).is_none(),
                Err(_) => failed.try_set(true).is_none(),
            };
        });
    });
    asked.legend(live(move || match free.get() {
        Some(free) => offered(&free, &choosing),
        None if failed.get() => {
            view! { <p>"We can’t see just now what is free. Reload the page to try again."</p> }.drawn()
        }
        None => view! { <p>"We are looking what is free."</p> }.drawn(),
    }))
}

/// One is chosen, under this name.
pub fn one(name: String, value: Signal<String>, on_choose: Callback<String>) -> Choosing {
    Choosing { name, value, on_choose, inline: false, several: false, none: String::new() }
}

fn has(groups: &[FreeGroup], chosen: &str) -> bool {
    groups.iter().any(|group| group.options.iter().any(|option| option.value == chosen))
}

/// What is free, to choose from: what comes later is behind a line that opens it.
pub fn offered(free: &Free, choosing: &Choosing) -> AnyView {
    if free.soon.is_empty() {
        let id = choosing.name.clone();
        return view! {
            <p class="govuk-inset-text" id=id tabindex="-1">
                "Nothing is free at the moment. Look again tomorrow, or ring us."
            </p>
        }
        .drawn();
    }
    let mut before = 0;
    let mut draw = |group: &FreeGroup| {
        let id = format!("{}-of-{before}", choosing.name);
        let named = id.clone();
        let options = group.options.iter().map(|option| RadioOption {
            value: option.value.clone(),
            label: option.label.clone(),
            hint: option.hint.clone(),
        });
        let list = choosing.list(options.collect(), before);
        before += group.options.len();
        view! {
            <div class="govuk-form-group" role="group" aria-labelledby=named>
                <p class="govuk-heading-s" id=id>{group.title.clone()}</p>
                {list}
            </div>
        }
        .drawn()
    };
    let soon: Vec<AnyView> = free.soon.iter().map(&mut draw).collect();
    let later: Vec<AnyView> = free.later.iter().map(draw).collect();
    let is_open = has(&free.later, &choosing.value.get_untracked());
    let later = (!later.is_empty()).then(|| {
        view! {
            <details class="govuk-details" open=is_open>
                <summary class="govuk-details__summary">
                    <span class="govuk-details__summary-text">"More days"</span>
                </summary>
                {later}
            </details>
        }
        .drawn()
    });
    view! { {soon} {later} }.drawn()
}
