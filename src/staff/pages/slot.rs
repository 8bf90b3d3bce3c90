//! `/staff/requests/:id/slot`: another day for what was booked.

use domain::api::slots::SlotRequest;
use domain::api::staff::StaffCase;
use leptos::prelude::*;
use portico_app::api::{new_id, slots};
use portico_app::components::error_summary::Problem;
use portico_app::components::input::{Labelled, Radios};
use portico_app::components::slot::SLOT;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::handle::{self, Handle};
use crate::live;
use crate::parts::action::ActionPage;
use crate::sending::{self, Action, Sending};
use crate::{api, draft};

/// What is chosen. Sent again, it is the same change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    chosen: String,
    id: Uuid,
}

/// Choosing another day.
#[component]
pub fn SlotPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case))
}

fn page(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let id = case.with_untracked(|case| case.id);
    let slot = case.with_untracked(|case| case.request.slot.clone()).unwrap_or_default();
    let draft = draft::open::<Typed>(handle.session, id, "slot");
    let sending = Sending::default();
    let of = slot.of.clone();
    let free = live::keep(handle.session, move || {
        let of = of.clone();
        async move { slots::free(&of).await }
    });
    let before = slot.day.clone();
    let send = move || {
        let typed = draft.now();
        if !sending.begin() {
            return;
        }
        let nothing = typed.chosen.is_empty();
        let nothing = nothing.then(|| Problem { id: SLOT.to_owned(), words: "Choose a day".to_owned() });
        if !sending.all_well(nothing.into_iter().collect()) {
            return;
        }
        let request = SlotRequest { slot: typed.chosen, id: typed.id };
        let before = before.clone();
        let action = Action {
            field: SLOT,
            call: async move { api::rebook(id, &request).await },
            done: "Another day is booked. The resident has been told",
            erase: draft.eraser(),
            landed: move |now: &StaffCase| {
                now.request.slot.as_ref().is_some_and(|slot| slot.day != before && !slot.lost)
            },
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let value = draft.part(|draft: &Typed| draft.chosen.clone());
    let choose = draft.setter(|draft: &mut Typed, chosen: String| {
        (draft.chosen, draft.id) = (chosen, new_id());
    });
    let labelled = Labelled::new(SLOT, "Which day instead?").error(sending.at(SLOT));
    let days = move || {
        free.value().with(|free| {
            let options = free.as_ref()?.options.clone();
            Some(view! { <Radios labelled=labelled.clone() options=options value=value on_choose=choose /> })
        })
    };
    let typed = draft.now() != Typed::default();
    let now = if slot.lost {
        format!("There is no place on {} any more.", slot.day)
    } else {
        format!("Booked for {} now.", slot.day)
    };
    view! {
        <ActionPage
            case=case title="Change the day" button="Book this day" sending=sending typed=typed
            on_send=Callback::new(move |()| send())
        >
            <p>{now}</p>
            {days}
        </ActionPage>
    }
    .into_any()
}
