//! `/staff/requests/:id/refund`: money goes back to who paid for it.

use domain::api::refunds::{RefundRequest, Refunds};
use domain::api::staff::StaffCase;
use domain::field::{ErrorCode, FieldError, plain};
use domain::money;
use leptos::{ev::SubmitEvent, prelude::*};
use portico_app::a11y;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::{ErrorSummary, Problem};
use portico_app::components::input::{Labelled, TextArea, TextInput, Typing};
use portico_app::components::layout::Column;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::handle::{self, Handle};
use crate::parts::action::count;
use crate::parts::refunds::asked_for;
use crate::sending::{self, Action, Sending};
use crate::{api, check, draft, paths};

const MAX: u32 = 500;

/// What is typed, and under which number it was sent last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    amount: String,
    reason: String,
    tried: Option<RefundRequest>,
}

impl Typed {
    /// What is sent. The same keeps its number, so that however often it is sent it goes back once; something else is another
    /// refund.
    fn request(&self) -> RefundRequest {
        let (amount, reason) = (self.amount.trim().to_owned(), plain::lines(&self.reason));
        let id = match &self.tried {
            Some(tried) if tried.amount == amount && tried.reason == reason => tried.id,
            _ => Uuid::new_v4(),
        };
        RefundRequest { id, amount, reason }
    }
}

/// What is wrong with it, as the server would say.
fn faults(request: &RefundRequest, left: i64) -> Vec<FieldError> {
    let mut faults = check::faults(request);
    if !faults.iter().any(|fault| fault.path == "amount") {
        let wrong = match money::read(&request.amount) {
            Some(pence) if pence > left => Some(FieldError::over("amount", ErrorCode::TooMuchMoney, left)),
            Some(pence) if pence > 0 => None,
            _ => Some(FieldError::new("amount", ErrorCode::NotMoney)),
        };
        faults.splice(0..0, wrong);
    }
    faults
}

fn problems(faults: &[FieldError]) -> Vec<Problem> {
    let mut problems = sending::problems(faults);
    let missing = faults.iter().any(|fault| fault.path == "reason" && fault.code == ErrorCode::Missing);
    for problem in problems.iter_mut().filter(|problem| missing && problem.id == "reason") {
        "Say why it goes back, in words for the resident".clone_into(&mut problem.words);
    }
    problems
}

/// Sending money back.
#[component]
pub fn RefundPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case))
}

fn page(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let first = case.get_untracked();
    let draft = draft::open::<Typed>(handle.session, first.id, "refund");
    let sending = Sending::default();
    let reference = first.request.reference.to_string();
    let title = format!("Send money back - {reference}");
    a11y::use_page(move || format!("{}{title}", sending.prefix()));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let case = case.get_untracked();
        let Some(Refunds { left, .. }) = case.refunds else { return };
        let request = draft.now().request();
        // What was tried and is not known to have arrived is not too much because it did.
        let is_again = draft.now().tried.is_some_and(|tried| tried.id == request.id);
        let left = if is_again { i64::MAX } else { left };
        if !sending.begin() || !sending.all_well(problems(&faults(&request, left))) {
            return;
        }
        draft.update(|draft| draft.tried = Some(request.clone()));
        let id = request.id;
        let landed = move |case: &StaffCase| {
            case.refunds.iter().flat_map(|all| &all.refunds).any(|refund| refund.id == id)
        };
        let action = Action {
            field: "amount",
            call: async move { api::refund(case.id, &request).await },
            done: "The refund is written down. You see below how far it has got",
            erase: draft.eraser(),
            landed,
            look_first: is_again,
            unsure: |_| {},
        };
        sending::act(handle, sending, &handle.now().unwrap_or_else(|| first.clone()), action);
    };
    let amount = Labelled::new("amount", "How much")
        .hint("In pounds and pence, for example 12.50.".to_owned())
        .error(sending.at("amount"));
    let reason = Labelled::new("reason", "Why it goes back")
        .hint("The resident reads it word for word, once the money went back.".to_owned())
        .error(sending.at("reason"));
    let typing = Typing {
        mode: Some("decimal"),
        prefix: Some("£"),
        width: "govuk-input--width-10",
        ..Typing::default()
    };
    let (sum, why) = (draft.part(|draft| draft.amount.clone()), draft.part(|draft| draft.reason.clone()));
    let on_sum = draft.setter(|draft, typed| draft.amount = typed);
    let on_why = draft.setter(|draft, typed| draft.reason = typed);
    let first = case.get_untracked();
    view! {
        <Column back=Signal::stored(paths::request(first.id))>
            <ErrorSummary problems=sending.problems />
            <span class="govuk-caption-l">{reference}" "{first.request.title}</span>
            <h1 class="govuk-heading-l">"Send money back"</h1>
            {move || case.with(|case| case.refunds.as_ref().map(may))}
            <form novalidate on:submit=send>
                <TextInput labelled=amount value=sum on_input=on_sum typing=typing />
                <TextArea labelled=reason value=why on_input=on_why count=count(MAX) />
                <SubmitButton label="Send it back" sending=sending.busy />
            </form>
            {move || case.with(asked_for)}
        </Column>
    }
    .into_any()
}

/// How much may go back, and when somebody else has to agree.
fn may(refunds: &Refunds) -> AnyView {
    let show = money::show;
    let agree = if refunds.alone > 0 {
        format!(
            "You can send back up to {} by yourself. For more, a colleague has to agree.",
            show(refunds.alone)
        )
    } else {
        "A colleague has to agree before it is sent.".to_owned()
    };
    view! {
        <p>"Paid: "{show(refunds.paid)}". At most "<strong>{show(refunds.left)}</strong>" can go back, to the card that paid."</p>
        <p>{agree}</p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_refund_keeps_its_number() {
        let mut typed = Typed { amount: " 5 ".into(), reason: "Late".into(), tried: None };
        let first = typed.request();
        typed.tried = Some(first.clone());
        assert_eq!(typed.request(), first);
        typed.amount = "6".into();
        assert_ne!(typed.request().id, first.id);
    }

    #[test]
    fn what_can_not_go_back_is_said_before_it_is_sent() {
        let wrong = |amount: &str| {
            let request = RefundRequest { id: Uuid::nil(), amount: amount.into(), reason: "Late".into() };
            faults(&request, 1_000).into_iter().map(|fault| fault.code).collect::<Vec<_>>()
        };
        assert_eq!(wrong("£10"), []);
        assert_eq!(wrong("10.01"), [ErrorCode::TooMuchMoney]);
        assert_eq!(wrong("0"), [ErrorCode::NotMoney]);
        assert_eq!(wrong("ten"), [ErrorCode::NotMoney]);
        assert_eq!(wrong(""), [ErrorCode::Missing]);
    }
}
