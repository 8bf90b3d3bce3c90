//! `/staff/requests/:id/close`: how it ended, and what to tell the resident.

use domain::api::follow::What;
use domain::api::staff::{CloseRequest, StaffCase};
use domain::case::Outcome;
use domain::catalogue::Policy;
use domain::field::{ErrorCode, FieldError, plain};
use leptos::prelude::*;
use portico_app::components::input::{Labelled, RadioOption, Radios, TextArea};
use portico_app::components::policy::PolicyLetter;
use serde::{Deserialize, Serialize};

use crate::draft::{self, Draft};
use crate::handle::{self, Handle};
use crate::parts::action::{ActionPage, count};
use crate::sending::{self, Action, Sending};
use crate::words::{OUTCOMES, outcome_value};
use crate::{api, check};

const MAX: u32 = 4000;

/// What is chosen and typed, and the state of the request when it was sent without an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Close {
    outcome: Option<Outcome>,
    policy: String,
    text: String,
    unsure_since: Option<u32>,
}

impl Close {
    /// The request.
    ///
    /// # Errors
    /// What is missing, in the order of the page.
    fn read(&self) -> Result<CloseRequest, Vec<FieldError>> {
        let declined = self.outcome == Some(Outcome::DeclinedByPolicy);
        let request = CloseRequest {
            outcome: self.outcome.unwrap_or(Outcome::Done),
            text: plain::lines(&self.text),
            policy: (declined && !self.policy.is_empty()).then(|| self.policy.clone()),
        };
        let missing = |field: &str, gone: bool| gone.then(|| FieldError::new(field, ErrorCode::Missing));
        let mut faults: Vec<FieldError> = missing("outcome", self.outcome.is_none()).into_iter().collect();
        faults.extend(missing("policy", declined && request.policy.is_none()));
        faults.extend(check::faults(&request));
        if faults.is_empty() { Ok(request) } else { Err(faults) }
    }
}

/// Closing a request.
#[component]
pub fn ClosePage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case))
}

fn page(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let first = case.get_untracked();
    let draft = draft::open::<Close>(handle.session, first.id, "close");
    let sending = Sending::default();
    let send = move || {
        if !sending.begin() {
            return;
        }
        match draft.now().read() {
            Ok(request) => send_request(handle, sending, draft, &case.get_untracked(), request),
            Err(faults) => {
                let _ = sending.all_well(sending::problems(&faults));
            }
        }
    };
    let text = draft.part(|draft| draft.text.clone());
    let on_text = draft.setter(|draft, typed| draft.text = typed);
    let labelled = Labelled::new("text", "What to tell the resident")
        .hint("They read it word for word. Say what was done; or why not, and who can help.".to_owned())
        .error(sending.at("text"));
    let policies = first.policies.clone();
    let declined = draft.part(|draft| draft.outcome == Some(Outcome::DeclinedByPolicy));
    let declined = Memo::new(move |_| declined.get());
    let has_policies = !policies.is_empty();
    let typed = draft.now() != Close::default();
    view! {
        <ActionPage
            case=case title="Close the request" button="Close the request" sending=sending typed=typed
            on_send=Callback::new(move |()| send())
        >
            <p>"Once it is closed, nobody can write in it or change it. The resident is told at once."</p>
            {outcomes(draft, sending, has_policies)}
            {move || declined.get().then(|| policy(draft, sending, policies.clone()))}
            <TextArea labelled=labelled value=text on_input=on_text rows=8 count=count(MAX) />
        </ActionPage>
    }
    .into_any()
}

fn outcomes(draft: Draft<Close>, sending: Sending, has_policies: bool) -> AnyView {
    let offered =
        OUTCOMES.into_iter().filter(|(outcome, ..)| has_policies || *outcome != Outcome::DeclinedByPolicy);
    let option = |(outcome, label, hint): (Outcome, &str, &str)| RadioOption {
        value: outcome_value(outcome).to_owned(),
        label: label.to_owned(),
        hint: Some(hint.to_owned()),
    };
    let value = draft.part(|draft| draft.outcome.map(outcome_value).unwrap_or_default().to_owned());
    let choose = draft.setter(|draft, chosen: String| {
        draft.outcome = OUTCOMES
            .into_iter()
            .map(|(outcome, ..)| outcome)
            .find(|outcome| outcome_value(*outcome) == chosen);
    });
    let labelled = Labelled::new("outcome", "How did it end?")
        .hint((!has_policies).then(|| "This service has no policy that it can be declined by.".to_owned()))
        .error(sending.at("outcome"));
    view! { <Radios labelled=labelled options=offered.map(option).collect() value=value on_choose=choose /> }
        .into_any()
}

/// Which policy, in the policy's own words: what the resident will read.
fn policy(draft: Draft<Close>, sending: Sending, policies: Vec<Policy>) -> AnyView {
    let option = |policy: &Policy| RadioOption {
        value: policy.id.clone(),
        label: policy.name.clone(),
        hint: Some(format!("Version {}", policy.version)),
    };
    let options = policies.iter().map(option).collect();
    let value = draft.part(|draft| draft.policy.clone());
    let chosen =
        Memo::new(move |_| value.with(|value| policies.iter().find(|policy| policy.id == *value).cloned()));
    let choose = draft.setter(|draft, chosen| draft.policy = chosen);
    let labelled = Labelled::new("policy", "Which policy?")
        .hint("The resident reads what it says and what they can do instead.".to_owned())
        .error(sending.at("policy"));
    view! {
        <Radios labelled=labelled options=options value=value on_choose=choose />
        {move || chosen.get().map(|policy| view! { <PolicyLetter policy=policy /> })}
    }
    .into_any()
}

fn send_request(
    handle: Handle,
    sending: Sending,
    draft: Draft<Close>,
    case: &StaffCase,
    request: CloseRequest,
) {
    let (id, seq, me) = (case.id, case.request.seq, handle.session.name());
    let unsure_since = draft.now().unsure_since;
    let since = unsure_since.unwrap_or(seq);
    let sent = request.clone();
    let landed = move |now: &StaffCase| has_closed(now, since, &me, &sent);
    let action = Action {
        field: "text",
        call: async move { api::close(id, &request).await },
        done: "The request is closed. The resident has been told",
        erase: draft.eraser(),
        landed,
        look_first: unsure_since.is_some(),
        unsure: move |unsure: bool| {
            draft.update(|draft| draft.unsure_since = unsure.then_some(since));
        },
    };
    sending::act(handle, sending, case, action);
}

/// Whether this very closing has arrived since.
fn has_closed(now: &StaffCase, since: u32, me: &str, sent: &CloseRequest) -> bool {
    now.request.timeline.iter().any(|entry| {
        entry.seq > since
            && entry.staff.as_deref() == Some(me)
            && matches!(&entry.what, What::Closed { outcome, text } if *outcome == sent.outcome && *text == sent.text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(close: &Close) -> Vec<String> {
        close
            .read()
            .map_or_else(|faults| faults.into_iter().map(|fault| fault.path).collect(), |_| Vec::new())
    }

    #[test]
    fn says_what_is_missing_in_the_order_of_the_page() {
        assert_eq!(paths(&Close::default()), ["outcome", "text"]);
        let declined = Close { outcome: Some(Outcome::DeclinedByPolicy), ..Close::default() };
        assert_eq!(paths(&declined), ["policy", "text"]);
        let done = Close {
            outcome: Some(Outcome::Done),
            policy: "private".into(),
            text: " Cleaned ".into(),
            unsure_since: None,
        };
        assert_eq!(
            done.read(),
            Ok(CloseRequest { outcome: Outcome::Done, text: "Cleaned".into(), policy: None })
        );
    }
}
