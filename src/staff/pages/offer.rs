//! `/staff/requests/:id/offer`: asking a colleague or another department to take it.

use domain::api::staff::{Colleagues, OfferRequest, StaffCase};
use domain::field::plain;
use leptos::prelude::*;
use portico_app::components::error_summary::Problem;
use portico_app::components::input::{Labelled, TextArea};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::handle::{self, Handle};
use crate::live;
use crate::parts::action::{ActionPage, count};
use crate::sending::{self, Action, Sending};
use crate::{api, check, draft};

const MAX: u32 = 1000;

/// To whom, and why: an identifier of somebody, or of a department.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    to: String,
    reason: String,
}

impl Typed {
    fn request(&self) -> OfferRequest {
        let to = Uuid::try_parse(&self.to).ok();
        let department = Some(self.to.clone()).filter(|id| to.is_none() && !id.is_empty());
        OfferRequest { to, department, reason: plain::lines(&self.reason) }
    }
}

/// Offering a request.
#[component]
pub fn OfferPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case))
}

fn page(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let id = case.with_untracked(|case| case.id);
    let draft = draft::open::<Typed>(handle.session, id, "offer");
    let sending = Sending::default();
    let people = live::keep(handle.session, api::colleagues);
    let send = move || {
        let request = draft.now().request();
        if !sending.begin() {
            return;
        }
        let nobody = (request.to.is_none() && request.department.is_none())
            .then(|| Problem { id: "to".to_owned(), words: "Choose who is to take it".to_owned() });
        let rest = sending::problems(&check::faults(&request)).into_iter().map(|problem| Problem {
            words: if problem.id == "reason" {
                "Say why, for who is to take it".to_owned()
            } else {
                problem.words
            },
            ..problem
        });
        if !sending.all_well(nobody.into_iter().chain(rest).collect()) {
            return;
        }
        let action = Action {
            field: "to",
            call: async move { api::offer(id, &request).await },
            done: "They have been asked. Until they take it, it stays yours",
            erase: draft.eraser(),
            landed: |now: &StaffCase| now.offer.is_some(),
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let reason = Labelled::new("reason", "Why?")
        .hint("For who is to take it. The resident does not see it.".to_owned())
        .error(sending.at("reason"));
    let typed = draft.now() != Typed::default();
    let me = handle.session.me().with_untracked(|me| me.as_ref().map(|me| me.id));
    let options = move || people.value().with(|people| people.as_ref().map(|people| to_whom(people, me)));
    let error = sending.at("to");
    let chosen = draft.part(|draft| draft.to.clone());
    let choose = draft.setter(|draft: &mut Typed, chosen: String| draft.to = chosen);
    view! {
        <ActionPage
            case=case title="Ask somebody to take it" button="Ask them" sending=sending typed=typed
            on_send=Callback::new(move |()| send())
        >
            <p>"It stays yours until they take it. If nobody does within a working day, it comes back to you."</p>
            <div class="govuk-form-group">
                <label class="govuk-label" for="to">"Who is to take it?"</label>
                {move || error.get().map(|words| view! {
                    <p class="govuk-error-message"><span class="govuk-visually-hidden">"Error: "</span>{words}</p>
                })}
                <select class="govuk-select" id="to" prop:value=chosen on:change=move |event| choose.run(event_target_value(&event))>
                    <option value="">"Choose"</option>
                    {options}
                </select>
            </div>
            <TextArea
                labelled=reason value=draft.part(|draft| draft.reason.clone())
                on_input=draft.setter(|draft, typed| draft.reason = typed) rows=3 count=count(MAX)
            />
        </ActionPage>
    }
    .into_any()
}

/// Colleagues, then the other departments.
fn to_whom(people: &Colleagues, me: Option<Uuid>) -> AnyView {
    let option = |value: String, name: &str| view! { <option value=value>{name.to_owned()}</option> };
    let others = people.colleagues.iter().filter(|one| me != Some(one.id));
    let departments = people.departments.iter().map(|(id, name)| option(id.clone(), name));
    view! {
        <optgroup label="In your department">
            {others.map(|one| option(one.id.to_string(), &one.name)).collect_view()}
        </optgroup>
        <optgroup label="Other departments">{departments.collect_view()}</optgroup>
    }
    .into_any()
}
