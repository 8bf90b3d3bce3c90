//! `/staff/requests/:id/move`: another date is promised, and why.

use chrono::NaiveDate;
use domain::api::follow::What;
use domain::api::staff::{MovePromiseRequest, StaffCase};
use domain::field::plain;
use leptos::prelude::*;
use portico_app::components::error_summary::Problem;
use portico_app::components::input::{Labelled, TextArea};
use serde::{Deserialize, Serialize};

use crate::date::{Fault, Typed};
use crate::handle::{self, Handle};
use crate::parts::action::{ActionPage, count};
use crate::parts::date_input::{DateInput, box_id};
use crate::sending::{self, Action, Sending};
use crate::{api, check, draft, words};

const MAX: u32 = 1000;

/// What is typed, and the state of the request when it was sent without an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Move {
    to: Typed,
    reason: String,
    unsure_since: Option<u32>,
}

/// Moving the promised date.
#[component]
pub fn MovePage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case))
}

fn page(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let first = case.get_untracked();
    let draft = draft::open::<Move>(handle.session, first.id, "move");
    let sending = Sending::default();
    let fault = RwSignal::new(None::<Fault>);
    let send = move || {
        if !sending.begin() {
            return;
        }
        let (typed, case) = (draft.now(), case.get_untracked());
        let to = typed.to.read_promise(case.request.complete_by, case.earliest);
        // An unconfirmed try may have moved it to this very day.
        let to = match to {
            Err(Fault::Same(day)) if typed.unsure_since.is_some() => Ok(day),
            to => to,
        };
        fault.set(to.err());
        let request = MovePromiseRequest { to: to.unwrap_or_default(), reason: plain::lines(&typed.reason) };
        let date = to.err().map(|fault| Problem { id: box_id("to", fault.first()), words: fault.words() });
        let rest = sending::problems(&check::faults(&request));
        if sending.all_well(date.into_iter().chain(rest).collect()) {
            send_request(handle, sending, draft, &case, request);
        }
    };
    let hint = format!(
        "For example, {}. It can be {} or later.",
        first.earliest.format("%-d %-m %Y"),
        words::date(first.earliest)
    );
    let wrong = Memo::new(move |_| {
        sending.problems.with(|list| {
            list.iter().find(|problem| problem.id.starts_with("to-")).map(|problem| problem.words.clone())
        })
    });
    let date = Labelled::new("to", "New date").hint(hint).error(wrong.into());
    let reason = Labelled::new("reason", "Why the date moves")
        .hint("The resident reads it word for word.".to_owned())
        .error(sending.at("reason"));
    let (to, text) = (draft.part(|draft| draft.to.clone()), draft.part(|draft| draft.reason.clone()));
    let on_date = draft.setter(|draft, (at, typed): (usize, String)| draft.to.boxes[at] = typed);
    let on_reason = draft.setter(|draft, typed| draft.reason = typed);
    // Marks stay with the words: both go when something is sent again.
    let marks =
        Signal::derive(move || wrong.with(Option::is_some).then(|| fault.get().unwrap_or(Fault::Unclear)));
    let typed = draft.now() != Move::default();
    view! {
        <ActionPage
            case=case title="Move the promised date" button="Move the date" sending=sending typed=typed
            on_send=Callback::new(move |()| send())
        >
            <p>"Promised by "{move || case.with(|case| words::by(case.request.complete_by))}" until now."</p>
            <DateInput labelled=date value=to fault=marks on_input=on_date />
            <TextArea labelled=reason value=text on_input=on_reason count=count(MAX) />
        </ActionPage>
    }
    .into_any()
}

fn send_request(
    handle: Handle,
    sending: Sending,
    draft: draft::Draft<Move>,
    case: &StaffCase,
    request: MovePromiseRequest,
) {
    let (id, seq, me) = (case.id, case.request.seq, handle.session.name());
    let unsure_since = draft.now().unsure_since;
    let since = unsure_since.unwrap_or(seq);
    let sent = request.clone();
    let landed = move |now: &StaffCase| has_moved(now, since, &me, sent.to, &sent.reason);
    let action = Action {
        field: "to-day",
        call: async move { api::move_promise(id, &request).await },
        done: "The promised date has been moved. The resident has been told",
        erase: draft.eraser(),
        landed,
        look_first: unsure_since.is_some(),
        unsure: move |unsure: bool| {
            draft.update(|draft| draft.unsure_since = unsure.then_some(since));
        },
    };
    sending::act(handle, sending, case, action);
}

/// Whether this very change has arrived since.
fn has_moved(now: &StaffCase, since: u32, me: &str, day: NaiveDate, why: &str) -> bool {
    now.request.timeline.iter().any(|entry| {
        entry.seq > since
            && entry.staff.as_deref() == Some(me)
            && matches!(&entry.what, What::PromiseMoved { to, reason, .. } if *to == day && reason == why)
    })
}
