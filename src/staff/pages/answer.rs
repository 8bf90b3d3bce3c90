//! `/staff/requests/:id/decline`, `…/proposal`, `…/decision`: an answer to what somebody else asks; `…/end-grant`, with a reason too.

use domain::api::staff::{DecisionRequest, ProposalRequest, ReasonRequest, StaffCase};
use domain::field::plain;
use leptos::prelude::*;
use portico_app::components::error_summary::Problem;
use portico_app::components::input::{Labelled, TextArea};
use portico_app::components::status::ending_told;
use serde::{Deserialize, Serialize};

use crate::date::{Fault, Typed};
use crate::handle::{self, Handle};
use crate::parts::action::{ActionPage, count};
use crate::parts::date_input::{DateInput, box_id};
use crate::sending::{self, Action, Sending};
use crate::{api, check, draft};

const MAX: u32 = 1000;

/// Not taking what was offered.
#[component]
pub fn DeclinePage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| reason(handle, case, Of::Offer))
}

/// Not agreeing with how it is to be closed.
#[component]
pub fn SendBackPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| reason(handle, case, Of::Proposal))
}

/// Ending what a request gave.
#[component]
pub fn EndGrantPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| reason(handle, case, Of::Grant))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Offer,
    Proposal,
    Grant,
}

fn reason(handle: Handle, case: Memo<StaffCase>, of: Of) -> AnyView {
    let id = case.with_untracked(|case| case.id);
    let name = match of {
        Of::Offer => "decline",
        Of::Proposal => "send-back",
        Of::Grant => "end-grant",
    };
    let draft = draft::open::<String>(handle.session, id, name);
    let sending = Sending::default();
    let send = move || {
        let reason = plain::lines(&draft.now());
        if !sending.begin() {
            return;
        }
        let words = if of == Of::Grant { "Say why" } else { "Say why not" };
        let missing = reason.is_empty().then(|| Problem { id: "reason".to_owned(), words: words.to_owned() });
        if !sending.all_well(missing.into_iter().collect()) {
            return;
        }
        let call = async move {
            match of {
                Of::Offer => api::decline_offer(id, &ReasonRequest { reason }).await,
                Of::Proposal => api::proposal(id, &ProposalRequest { agree: false, reason }).await,
                Of::Grant => api::end_grant(id, &ReasonRequest { reason }).await,
            }
        };
        let action = Action {
            field: "reason",
            call,
            done: "They have been told",
            erase: draft.eraser(),
            landed: move |now: &StaffCase| match of {
                Of::Offer => now.offer.is_none(),
                Of::Proposal => now.proposed.is_none(),
                Of::Grant => now.request.grant.as_ref().is_none_or(|grant| !grant.live),
            },
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let (title, button) = match of {
        Of::Offer => ("Don’t take it", "Don’t take it"),
        Of::Proposal => ("Send it back", "Send it back"),
        Of::Grant => ("End what it gave", "End it"),
    };
    let (why, hint) = match of {
        Of::Grant => ("Why?", "The resident reads it word for word. It ends at once."),
        Of::Offer | Of::Proposal => ("Why not?", "For your colleague. The resident does not see it."),
    };
    let labelled = Labelled::new("reason", why).hint(hint.to_owned()).error(sending.at("reason"));
    let proposed = case.with_untracked(|case| case.proposed.clone()).filter(|_| of == Of::Proposal);
    let value = draft.part(Clone::clone);
    let on_input = draft.setter(|draft, typed| *draft = typed);
    view! {
        <ActionPage
            case=case title=title button=button sending=sending typed=false anybody=true
            on_send=Callback::new(move |()| send())
        >
            {proposed.map(|ending| view! { <div class="govuk-inset-text">{ending_told(&ending)}</div> })}
            <TextArea labelled=labelled value=value on_input=on_input rows=3 count=count(MAX) />
        </ActionPage>
    }
    .into_any()
}

/// What was decided, and by when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Decision {
    text: String,
    to: Typed,
}

/// Deciding what becomes of a request that was open for too long.
#[component]
pub fn DecisionPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| decision(handle, case))
}

fn decision(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let first = case.get_untracked();
    let draft = draft::open::<Decision>(handle.session, first.id, "decision");
    let sending = Sending::default();
    let fault = RwSignal::new(None::<Fault>);
    let send = move || {
        if !sending.begin() {
            return;
        }
        let typed = draft.now();
        let to = match typed.to.read() {
            Ok(day) if day < first.earliest => Err(Fault::Before(first.earliest)),
            to => to,
        };
        fault.set(to.err());
        let request = DecisionRequest { text: plain::lines(&typed.text), to: to.unwrap_or_default() };
        let mut problems = sending::problems(&check::faults(&request));
        problems
            .extend(to.err().map(|fault| Problem { id: box_id("to", fault.first()), words: fault.words() }));
        if !sending.all_well(problems) {
            return;
        }
        let action = Action {
            field: "text",
            call: async move { api::decision(first.id, &request).await },
            done: "It is decided. The resident has been told",
            erase: draft.eraser(),
            landed: |now: &StaffCase| !now.undecided,
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let wrong = Memo::new(move |_| {
        sending.problems.with(|list| {
            list.iter().find(|problem| problem.id.starts_with("to-")).map(|problem| problem.words.clone())
        })
    });
    let marks =
        Signal::derive(move || wrong.with(Option::is_some).then(|| fault.get().unwrap_or(Fault::Unclear)));
    let what = Labelled::new("text", "What was decided?")
        .hint("The resident reads it word for word.".to_owned())
        .error(sending.at("text"));
    let day = Labelled::new("to", "Done by which day?").error(wrong.into());
    let on_day =
        draft.setter(|draft: &mut Decision, (at, typed): (usize, String)| draft.to.boxes[at] = typed);
    let typed = draft.now() != Decision::default();
    view! {
        <ActionPage
            case=case title="Decide what happens" button="Decide" sending=sending typed=typed anybody=true
            on_send=Callback::new(move |()| send())
        >
            <TextArea
                labelled=what value=draft.part(|draft| draft.text.clone())
                on_input=draft.setter(|draft, typed| draft.text = typed) rows=4 count=count(2000)
            />
            <DateInput labelled=day value=draft.part(|draft| draft.to.clone()) fault=marks on_input=on_day />
        </ActionPage>
    }
    .into_any()
}
