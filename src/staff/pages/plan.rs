//! `/staff/requests/:id/plan`: the day for which work is planned.

use domain::api::staff::{PlanRequest, StaffCase};
use leptos::prelude::*;
use portico_app::components::error_summary::Problem;
use portico_app::components::input::Labelled;

use crate::date::{Fault, Typed};
use crate::handle::{self, Handle};
use crate::parts::action::ActionPage;
use crate::parts::date_input::{DateInput, box_id};
use crate::sending::{self, Action, Sending};
use crate::{api, draft, words};

/// Planning the work.
#[component]
pub fn PlanPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case))
}

fn page(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let first = case.get_untracked();
    let draft = draft::open::<Typed>(handle.session, first.id, "plan");
    let sending = Sending::default();
    let fault = RwSignal::new(None::<Fault>);
    let send = move || {
        if !sending.begin() {
            return;
        }
        let on = draft.now().read();
        fault.set(on.err());
        let problem = on.err().map(|fault| Problem {
            id: box_id("on", fault.first()),
            words: fault.words().replace("new date", "day"),
        });
        let Ok(on) = on else {
            let _ = sending.all_well(problem.into_iter().collect());
            return;
        };
        let action = Action {
            field: "on-day",
            call: async move { api::plan(first.id, &PlanRequest { on }).await },
            done: "The day is planned. The resident has been told",
            erase: draft.eraser(),
            landed: move |now: &StaffCase| now.request.planned == Some(on),
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let hint = format!(
        "Not after {}, which is promised. If it has to be later, move the promised date first.",
        words::by(first.request.complete_by)
    );
    let wrong =
        Memo::new(move |_| sending.problems.with(|list| list.first().map(|problem| problem.words.clone())));
    let marks =
        Signal::derive(move || wrong.with(Option::is_some).then(|| fault.get().unwrap_or(Fault::Unclear)));
    let day = Labelled::new("on", "On which day?").hint(hint).error(wrong.into());
    let value = draft.part(Clone::clone);
    let on_day = draft.setter(|draft: &mut Typed, (at, typed): (usize, String)| draft.boxes[at] = typed);
    let typed = draft.now() != Typed::default();
    view! {
        <ActionPage
            case=case title="Plan the work" button="Plan the work" sending=sending typed=typed
            on_send=Callback::new(move |()| send())
        >
            <DateInput labelled=day value=value fault=marks on_input=on_day />
        </ActionPage>
    }
    .into_any()
}
