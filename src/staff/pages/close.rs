//! `/staff/requests/:id/close`: how it ended, and what to tell the resident.

use domain::api::follow::What;
use domain::api::staff::{CloseRequest, StaffCase};
use domain::case::Outcome;
use domain::catalogue::{Policy, Reply};
use domain::field::Opt;
use domain::field::{ErrorCode, FieldError, plain};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portico_app::components::error_summary::Problem;
use portico_app::components::input::{Labelled, Radios, TextArea, TextInput};
use portico_app::components::policy::PolicyLetter;
use serde::{Deserialize, Serialize};

use crate::date::{Fault, Typed};
use crate::draft::{self, Draft};
use crate::handle::{self, Handle};
use crate::parts::action::{ActionPage, count};
use crate::parts::date_input::{DateInput, box_id};
use crate::parts::standard::standard;
use crate::parts::tone::tone;
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
    on: Typed,
    by: String,
    next: String,
    object: Option<String>,
    unless: String,
    elsewhere: String,
    handed_over: bool,
    same_as: String,
    unsure_since: Option<u32>,
}

impl Close {
    fn is(&self, outcome: Outcome) -> bool {
        self.outcome == Some(outcome)
    }

    /// The outcomes of which the resident is told when it was done, by whom and what comes next.
    fn about_work(&self) -> bool {
        matches!(self.outcome, Some(Outcome::Done | Outcome::PartDone | Outcome::NothingFound))
    }

    /// The request.
    ///
    /// # Errors
    /// What is missing, in the order of the page; and what is wrong with the day.
    fn read(&self, object: &str) -> Result<CloseRequest, (Vec<FieldError>, Option<Fault>)> {
        let day = self.on.read();
        let only =
            |outcome: Outcome, text: &str| if self.is(outcome) { plain::lines(text) } else { String::new() };
        let request = CloseRequest {
            outcome: self.outcome.unwrap_or(Outcome::Done),
            text: plain::lines(&self.text),
            on: day.ok().filter(|_| self.about_work()),
            by: if self.about_work() { plain::line(&self.by) } else { String::new() },
            next: if self.is(Outcome::DeclinedByPolicy) { String::new() } else { plain::lines(&self.next) },
            object: plain::lines(self.object.as_deref().unwrap_or(object)),
            unless: only(Outcome::DeclinedByPolicy, &self.unless),
            elsewhere: only(Outcome::NotOurs, &self.elsewhere),
            handed_over: self.is(Outcome::NotOurs) && self.handed_over,
            same_as: only(Outcome::Duplicate, &self.same_as),
            policy: (self.is(Outcome::DeclinedByPolicy) && !self.policy.is_empty())
                .then(|| self.policy.clone()),
        };
        let fault = day.err().filter(|_| self.about_work());
        let missing = |field: &str| FieldError::new(field, ErrorCode::Missing);
        if self.outcome.is_none() {
            let rest = ["text"].into_iter().filter(|_| request.text.is_empty());
            return Err((["outcome"].into_iter().chain(rest).map(missing).collect(), None));
        }
        let mut faults: Vec<FieldError> = request.missing().into_iter().map(missing).collect();
        let known: Vec<String> = faults.iter().map(|fault| fault.path.clone()).collect();
        faults.extend(check::faults(&request).into_iter().filter(|fault| !known.contains(&fault.path)));
        if faults.is_empty() && fault.is_none() { Ok(request) } else { Err((faults, fault)) }
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
    let given = use_query_map().with_untracked(|query| query.get("same_as"));
    if let Some(other) = given.filter(|_| draft.now() == Close::default()) {
        draft.update(|close| (close.outcome, close.same_as) = (Some(Outcome::Duplicate), other));
    }
    let sending = Sending::default();
    let fault = RwSignal::new(None::<Fault>);
    let object = StoredValue::new(first.object.clone());
    let send = move || {
        if !sending.begin() {
            return;
        }
        match draft.now().read(&object.get_value()) {
            Ok(request) => {
                fault.set(None);
                send_request(handle, sending, draft, &case.get_untracked(), request);
            }
            Err((faults, day)) => {
                fault.set(day);
                let mut problems = sending::problems(&faults);
                problems.retain(|problem| problem.id != "on");
                if let Some(day) = day {
                    let words = match day {
                        Fault::Missing([true, true, true]) => "Enter the day".to_owned(),
                        day => day.words().replace("The new date", "The day"),
                    };
                    problems.push(Problem { id: box_id("on", day.first()), words });
                }
                let _ = sending.all_well(problems);
            }
        }
    };
    let policies = first.policies.clone();
    let has_policies = !policies.is_empty();
    let typed = draft.now() != Close::default();
    let part = |of: fn(&Close) -> bool| {
        let part = draft.part(of);
        Memo::new(move |_| part.get())
    };
    let (declined, not_ours) =
        (part(|close| close.is(Outcome::DeclinedByPolicy)), part(|close| close.is(Outcome::NotOurs)));
    let (duplicate, about_work) = (part(|close| close.is(Outcome::Duplicate)), part(Close::about_work));
    let chosen = draft.part(|close| close.outcome);
    let chosen = Memo::new(move |_| chosen.get());
    let replies = StoredValue::new(first.replies.clone());
    let sign_off = first.sign_off.clone();
    let whose_word = move || {
        let rule = sign_off.iter().find(|rule| Some(rule.outcome) == chosen.get());
        rule.map(|rule| portico_app::words::rung(rule.by))
    };
    let text = draft.part(|close| close.text.clone());
    let next = draft.part(|close| close.next.clone());
    let what = Labelled::new("text", "What was done, or why not")
        .hint("They read it word for word.".to_owned())
        .error(sending.at("text"));
    view! {
        <ActionPage
            case=case title="Close the request" button="Close the request" sending=sending typed=typed
            on_send=Callback::new(move |()| send())
        >
            <p>"The resident is told at once, with your name. It must say what was done or why not, when, by whom, what next, and what they can do who do not agree."</p>
            {outcomes(draft, sending, has_policies)}
            {move || chosen.get().map(|outcome| {
                let fits = |reply: &Reply| reply.outcome == Some(outcome);
                standard(replies.get_value().into_iter().filter(fits).collect(), move |reply| take(draft, reply))
            })}
            {move || declined.get().then(|| policy(draft, sending, policies.clone()))}
            {move || not_ours.get().then(|| elsewhere(draft, sending))}
            {move || duplicate.get().then(|| same_as(draft, sending))}
            <TextArea labelled=what value=text on_input=draft.setter(|close, typed| close.text = typed) rows=5 count=count(MAX) />
            {move || about_work.get().then(|| work(draft, sending, fault))}
            {move || declined.get().then(|| unless(draft, sending))}
            {move || (!declined.get()).then(|| {
                let labelled = Labelled::new("next", "What happens next").error(sending.at("next"));
                view! { <TextArea labelled=labelled value=next on_input=draft.setter(|close, typed| close.next = typed) rows=2 /> }
            })}
            {objecting(draft, sending, object)}
            {tone(vec![text, next])}
            {move || whose_word().map(|whose| view! {
                <p class="govuk-inset-text">
                    "This service needs somebody else’s agreement for that: of "{whose}", or of who stands above. If that is you, the next one is asked. The resident is told once they agree."
                </p>
            })}
        </ActionPage>
    }
    .into_any()
}

/// Takes over what a standard reply says.
fn take(draft: Draft<Close>, reply: &Reply) {
    draft.update(|close| {
        close.text.clone_from(&reply.text);
        close.next.clone_from(&reply.next);
        if !reply.by.is_empty() {
            close.by.clone_from(&reply.by);
        }
        if !reply.elsewhere.is_empty() {
            close.elsewhere.clone_from(&reply.elsewhere);
        }
    });
}

/// When, and by whom.
fn work(draft: Draft<Close>, sending: Sending, fault: RwSignal<Option<Fault>>) -> AnyView {
    let wrong = Memo::new(move |_| {
        sending.problems.with(|list| {
            list.iter().find(|problem| problem.id.starts_with("on")).map(|problem| problem.words.clone())
        })
    });
    let marks =
        Signal::derive(move || wrong.with(Option::is_some).then(|| fault.get().unwrap_or(Fault::Unclear)));
    let day = Labelled::new("on", "When was it done?")
        .hint("Not before it was reported, and not after today.".to_owned())
        .error(wrong.into());
    let by = Labelled::new("by", "Who did it?")
        .hint("For example the north crew, or the name of a company".to_owned())
        .error(sending.at("by"));
    let on_day = draft.setter(|close, (at, typed): (usize, String)| close.on.boxes[at] = typed);
    view! {
        <DateInput labelled=day value=draft.part(|close| close.on.clone()) fault=marks on_input=on_day />
        <TextInput labelled=by value=draft.part(|close| close.by.clone()) on_input=draft.setter(|close, typed| close.by = typed) />
    }
    .into_any()
}

fn unless(draft: Draft<Close>, sending: Sending) -> AnyView {
    let labelled = Labelled::new("unless", "What would change our answer?").error(sending.at("unless"));
    let value = draft.part(|close| close.unless.clone());
    view! { <TextArea labelled=labelled value=value on_input=draft.setter(|close, typed| close.unless = typed) rows=2 /> }
        .into_any()
}

fn elsewhere(draft: Draft<Close>, sending: Sending) -> AnyView {
    let labelled = Labelled::new("elsewhere", "Who is responsible, and how to reach them?")
        .error(sending.at("elsewhere"));
    let value = draft.part(|close| close.elsewhere.clone());
    let told = draft.part(|close| close.handed_over);
    let tick = draft.setter(|close, ticked| close.handed_over = ticked);
    view! {
        <TextArea labelled=labelled value=value on_input=draft.setter(|close, typed| close.elsewhere = typed) rows=2 />
        <div class="govuk-form-group">
            <div class="govuk-checkboxes">
                <div class="govuk-checkboxes__item">
                    <input
                        class="govuk-checkboxes__input" type="checkbox" id="handed_over"
                        prop:checked=told on:change=move |event| tick.run(event_target_checked(&event))
                    />
                    <label class="govuk-label govuk-checkboxes__label" for="handed_over">"We have told them"</label>
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn same_as(draft: Draft<Close>, sending: Sending) -> AnyView {
    let labelled = Labelled::new("same_as", "The reference of the request that it says again")
        .hint("In your department. The resident is told how that one goes on.".to_owned())
        .error(sending.at("same_as"));
    let value = draft.part(|close| close.same_as.clone());
    view! { <TextInput labelled=labelled value=value on_input=draft.setter(|close, typed| close.same_as = typed) /> }
        .into_any()
}

fn objecting(draft: Draft<Close>, sending: Sending, object: StoredValue<String>) -> AnyView {
    let labelled = Labelled::new("object", "What can they do who do not agree?").error(sending.at("object"));
    let value = draft.part(move |close| close.object.clone().unwrap_or_else(|| object.get_value()));
    view! { <TextArea labelled=labelled value=value on_input=draft.setter(|close, typed| close.object = Some(typed)) rows=3 /> }
        .into_any()
}

fn outcomes(draft: Draft<Close>, sending: Sending, has_policies: bool) -> AnyView {
    let offered =
        OUTCOMES.into_iter().filter(|(outcome, ..)| has_policies || *outcome != Outcome::DeclinedByPolicy);
    let option = |(outcome, label, hint): (Outcome, &str, &str)| Opt {
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
    let option = |policy: &Policy| Opt {
        value: policy.id.clone(),
        label: policy.name.clone(),
        hint: Some(format!("Version {}", policy.version)),
    };
    let options = policies.iter().map(option).collect();
    let value = draft.part(|draft| draft.policy.clone());
    let own: Vec<(String, String)> =
        policies.iter().map(|policy| (policy.id.clone(), policy.unless.clone())).collect();
    let chosen =
        Memo::new(move |_| value.with(|value| policies.iter().find(|policy| policy.id == *value).cloned()));
    let choose = draft.setter(move |draft: &mut Close, chosen: String| {
        if let Some((_, unless)) = own.iter().find(|(id, unless)| *id == chosen && !unless.is_empty()) {
            draft.unless.clone_from(unless);
        }
        draft.policy = chosen;
    });
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
        done: "Done. The resident is told when it is closed",
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
            && matches!(&entry.what, What::Closed(ending) | What::Proposed(ending) if ending.outcome == sent.outcome && ending.text == sent.text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(close: &Close) -> Vec<String> {
        let faults = close.read("Tell us").err().map(|(faults, _)| faults).unwrap_or_default();
        faults.into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn says_what_is_missing_in_the_order_of_the_page() {
        assert_eq!(paths(&Close::default()), ["outcome", "text"]);
        let of = |outcome| Close { outcome: Some(outcome), ..Close::default() };
        assert_eq!(paths(&of(Outcome::DeclinedByPolicy)), ["policy", "text", "unless"]);
        assert_eq!(paths(&of(Outcome::Done)), ["text", "on", "by", "next"]);
        assert_eq!(paths(&of(Outcome::NotOurs)), ["elsewhere", "text"]);
        assert_eq!(paths(&of(Outcome::Duplicate)), ["same_as", "text"]);
        let done = Close {
            outcome: Some(Outcome::Done),
            policy: "private".into(),
            text: " Cleaned ".into(),
            on: Typed { boxes: ["7".into(), "12".into(), "2026".into()] },
            by: "The crew".into(),
            next: "Nothing".into(),
            unless: "left over".into(),
            ..Close::default()
        };
        let request = done.read("Tell us").unwrap();
        assert_eq!((request.text.as_str(), request.policy, request.unless.as_str()), ("Cleaned", None, ""));
        assert_eq!(request.object, "Tell us", "what the council says, unless it was changed");
        let no_object = Close { object: Some(String::new()), ..done };
        assert_eq!(paths(&no_object), ["object"]);
    }
}
