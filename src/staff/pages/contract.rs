//! `/staff/requests/:id/contract`, `…/contract-end`, `…/check`: giving the work to a contractor, taking it back, and saying
//! what was seen of it.

use domain::api::staff::{CheckRequest, ContractRequest, Contractors, ReasonRequest, StaffCase};
use domain::field::Opt;
use domain::field::plain;
use leptos::prelude::*;
use portico_app::components::error_summary::Problem;
use portico_app::components::input::{Labelled, Radios, TextArea};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::handle::{self, Handle};
use crate::live;
use crate::parts::action::{ActionPage, count};
use crate::sending::{self, Action, Sending};
use crate::{api, check, draft};

const MAX: u32 = 2000;
const MAX_REASON: u32 = 1000;

/// To whom, what, and under which number it was sent last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    contractor: String,
    task: String,
    tried: Option<(Uuid, String)>,
}

impl Typed {
    /// What is typed; the same keeps its number, so that however often it is sent it happens once.
    fn request(&self) -> ContractRequest {
        let (contractor, task) = (self.contractor.clone(), plain::lines(&self.task));
        let said = format!("{contractor} {task}");
        let id = match &self.tried {
            Some((id, tried)) if *tried == said => *id,
            _ => Uuid::new_v4(),
        };
        ContractRequest { contractor, task, id }
    }
}

/// Giving the work to a contractor.
#[component]
pub fn ContractPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| give(handle, case))
}

fn give(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let id = case.with_untracked(|case| case.id);
    let draft = draft::open::<Typed>(handle.session, id, "contract");
    let sending = Sending::default();
    let known = live::keep(handle.session, api::contractors);
    let send = move || {
        let request = draft.now().request();
        if !sending.begin() || !sending.all_well(sending::problems(&check::faults(&request))) {
            return;
        }
        draft.update(|draft| {
            draft.tried = Some((request.id, format!("{} {}", request.contractor, request.task)));
        });
        let action = Action {
            field: "contractor",
            call: async move { api::give_to_contractor(id, &request).await },
            done: "They have an email with a link. The request stays yours, and the resident knows who does the work",
            erase: draft.eraser(),
            // Its number sees to that.
            landed: |_: &StaffCase| false,
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let task = Labelled::new("task", "What are they to do?")
        .hint("They read this, what the resident told us and where it is. They see no name, email address or phone number, unless this service says that they need it.".to_owned())
        .error(sending.at("task"));
    let typed = draft.now() != Typed::default();
    let error = sending.at("contractor");
    let chosen = draft.part(|draft| draft.contractor.clone());
    let choose = draft.setter(|draft: &mut Typed, chosen: String| draft.contractor = chosen);
    let options = move || known.value().with(|known| known.as_ref().map(options));
    let days = move || known.value().with(|known| known.as_ref().map(|known| known.days));
    let who = Labelled::new("contractor", "Who is to do it?").error(error);
    let described = who.described_by(None);
    let select = view! {
        <select
            class="govuk-select" id="contractor" aria-describedby=described prop:value=chosen
            on:change=move |event| choose.run(event_target_value(&event))
        >
            <option value="">"Choose"</option>
            {options}
        </select>
    }
    .into_any();
    view! {
        <ActionPage
            case=case title="Give it to a contractor" button="Give it to them" sending=sending typed=typed
            on_send=Callback::new(move |()| send())
        >
            <p>
                "The request stays yours. They get an email with a link to this one request"
                {move || days().map(|days| format!(", which works for {days} days"))}
                ". They can write how it goes, add photos, and say that it is done."
            </p>
            {who.group(select)}
            <TextArea
                labelled=task value=draft.part(|draft| draft.task.clone())
                on_input=draft.setter(|draft, typed| draft.task = typed) rows=5 count=count(MAX)
            />
        </ActionPage>
    }
    .into_any()
}

fn options(known: &Contractors) -> AnyView {
    let option = |(id, name): &(String, String)| view! { <option value=id.clone()>{name.clone()}</option> };
    known.contractors.iter().map(option).collect_view().into_any()
}

/// Taking the work back.
#[component]
pub fn TakeBackPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| take_back(handle, case))
}

fn take_back(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let id = case.with_untracked(|case| case.id);
    let draft = draft::open::<String>(handle.session, id, "contract-end");
    let sending = Sending::default();
    let send = move || {
        let request = ReasonRequest { reason: plain::lines(&draft.now()) };
        let missing = request
            .reason
            .is_empty()
            .then(|| Problem { id: "reason".to_owned(), words: "Say why, for the contractor".to_owned() });
        if !sending.begin() || !sending.all_well(missing.into_iter().collect()) {
            return;
        }
        let action = Action {
            field: "reason",
            call: async move { api::end_contract(id, &request).await },
            done: "You have the work back. Their link no longer works, and they have been told",
            erase: draft.eraser(),
            landed: |now: &StaffCase| now.contract.is_none(),
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let labelled = Labelled::new("reason", "Why?")
        .hint("The contractor gets an email with it. The resident does not see it.".to_owned())
        .error(sending.at("reason"));
    view! {
        <ActionPage
            case=case title="Take the work back" button="Take it back" sending=sending typed=false
            on_send=Callback::new(move |()| send())
        >
            <TextArea
                labelled=labelled value=draft.part(Clone::clone)
                on_input=draft.setter(|draft, typed| *draft = typed) rows=3 count=count(MAX_REASON)
            />
        </ActionPage>
    }
    .into_any()
}

/// What was seen: `fine` is `yes`, `no`, or nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Seen {
    fine: String,
    text: String,
}

/// Saying what was seen of the work.
#[component]
pub fn CheckPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| look(handle, case))
}

fn look(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let id = case.with_untracked(|case| case.id);
    let is_done =
        case.with_untracked(|case| case.contract.as_ref().is_some_and(|contract| contract.done.is_some()));
    let draft = draft::open::<Seen>(handle.session, id, "check");
    let sending = Sending::default();
    let send = move || {
        let Seen { fine, text } = draft.now();
        let request = CheckRequest { fine: fine == "yes", text: plain::lines(&text) };
        let problem = |id: &str, words: &str| Problem { id: id.to_owned(), words: words.to_owned() };
        let mut problems = Vec::new();
        if fine.is_empty() {
            problems.push(problem("fine", "Say whether it is done well"));
        } else if !request.fine && request.text.is_empty() {
            problems.push(problem("text", "Say what is not right, for the contractor"));
        }
        problems.extend(sending::problems(&check::faults(&request)));
        if !sending.begin() || !sending.all_well(problems) {
            return;
        }
        let was_fine = request.fine;
        let action = Action {
            field: "fine",
            call: async move { api::check_contract(id, &request).await },
            done: if was_fine {
                "It is written down that the work is done well"
            } else {
                "It is back with the contractor, who has been told what you saw"
            },
            erase: draft.eraser(),
            landed: move |now: &StaffCase| {
                now.contract
                    .as_ref()
                    .is_some_and(|now| if was_fine { now.checked } else { is_done && now.done.is_none() })
            },
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let option =
        |value: &str, label: &str| Opt { value: value.to_owned(), label: label.to_owned(), hint: None };
    let mut options = vec![option("yes", "Yes")];
    // Who has not said that it is done can't be sent back to it.
    if is_done {
        options.push(option("no", "No, it goes back to the contractor"));
    }
    let fine = Labelled::new("fine", "Is it done well?").error(sending.at("fine"));
    let text = Labelled::new("text", "What did you see?")
        .hint("For colleagues; where it is not done well, for the contractor, too. The resident does not see it.".to_owned())
        .error(sending.at("text"));
    let typed = draft.now() != Seen::default();
    view! {
        <ActionPage
            case=case title="Say what you saw of the work" button="Keep it" sending=sending typed=typed
            on_send=Callback::new(move |()| send())
        >
            <Radios
                labelled=fine options=options value=draft.part(|seen| seen.fine.clone())
                on_choose=draft.setter(|seen, chosen| seen.fine = chosen)
            />
            <TextArea
                labelled=text value=draft.part(|seen| seen.text.clone())
                on_input=draft.setter(|seen, typed| seen.text = typed) rows=5 count=count(MAX)
            />
        </ActionPage>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_work_keeps_its_number() {
        let id = Uuid::from_u128(7);
        let tried = Some((id, "walls Clean it".to_owned()));
        let typed = Typed { contractor: "walls".into(), task: "Clean it \r\n".into(), tried };
        assert_eq!(
            typed.request(),
            ContractRequest { contractor: "walls".into(), task: "Clean it".into(), id }
        );
        let changed = Typed { contractor: "roads".into(), ..typed };
        assert_ne!(changed.request().id, id);
    }
}
