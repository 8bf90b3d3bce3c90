//! Is there anything else near there? Open requests around a case that was dealt with, and one more in one step.

use domain::api::staff::{Around, AroundItem, Seen, SeenRequest, StaffCase};
use domain::case::Status;
use domain::field::Opt;
use domain::field::{ErrorCode, FieldError, plain};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::components::button::SubmitButton;
use portico_app::components::input::{Labelled, Radios, TextArea};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::handle::Handle;
use crate::parts::action::count;
use crate::sending::{self, Sending};
use crate::{api, draft, live, paths, words};

const MAX: u32 = 2000;
const SERVICE: &str = "seen-service";
const TEXT: &str = "seen-text";

/// What is chosen and typed, and the number it goes under.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    service: String,
    text: String,
    id: Option<Uuid>,
}

impl Typed {
    fn read(&self) -> Result<SeenRequest, Vec<FieldError>> {
        let text = plain::lines(&self.text);
        let mut faults = Vec::new();
        if self.service.is_empty() {
            faults.push(FieldError::new(SERVICE, ErrorCode::Missing));
        }
        if text.is_empty() {
            faults.push(FieldError::new(TEXT, ErrorCode::Missing));
        }
        if plain::count(&text) > MAX {
            faults.push(FieldError::over(TEXT, ErrorCode::TooLong, MAX));
        }
        let id = self.id.unwrap_or_else(Uuid::new_v4);
        if faults.is_empty() {
            Ok(SeenRequest { service: self.service.clone(), text, id })
        } else {
            Err(faults)
        }
    }
}

/// Whether a crew has been there: it works there, or has finished.
fn is_dealt_with(status: Status) -> bool {
    matches!(status, Status::InProgress | Status::Closed(_))
}

/// The question, once the case is dealt with; nothing before that, and where no place is known.
#[must_use]
pub fn near(handle: Handle, case: Memo<StaffCase>, sending: Sending) -> AnyView {
    let id = case.with_untracked(|case| case.id);
    let is_asked = Memo::new(move |_| case.with(|case| is_dealt_with(case.request.status)));
    (move || is_asked.get().then(|| section(handle, id, sending))).into_any()
}

fn section(handle: Handle, id: Uuid, sending: Sending) -> AnyView {
    let live = live::keep(handle.session, move || api::near(id));
    let refresh = Callback::new(move |()| live.refresh());
    // The form is drawn once: what is typed stays when the list changes.
    let services =
        Memo::new(move |_| live.value().with(|near| near.as_ref().map(|near| near.services.clone())));
    let list = move || live.value().with(|near| near.as_ref().map(listed));
    view! {
        {move || services.get().filter(|services| !services.is_empty()).map(|services| view! {
            <h2 class="govuk-heading-m">"Anything else near there?"</h2>
            {list}
            {form(handle, id, sending, services, refresh)}
        })}
    }
    .into_any()
}

fn listed(near: &Around) -> AnyView {
    if near.requests.is_empty() {
        return view! { <p>"Nothing else that your department knows of is open around there."</p> }
            .into_any();
    }
    let item = |item: &AroundItem| {
        let how_far = item
            .metres
            .map_or_else(|| "in the same street".to_owned(), |metres| format!("{metres} metres away"));
        let about = Some(item.about.clone()).filter(|about| !about.is_empty());
        view! {
            <li>
                <a href=paths::request(item.id)>{item.title.clone()}", "{item.reference.to_string()}</a>
                <br />
                {how_far}", "{words::status(item.status)}
                {about.map(|about| view! { <br /> <bdi>{about}</bdi> })}
            </li>
        }
    };
    view! {
        <p>"These are open around there:"</p>
        <ul class="govuk-list">{near.requests.iter().map(item).collect_view()}</ul>
    }
    .into_any()
}

fn form(
    handle: Handle,
    id: Uuid,
    sending: Sending,
    services: Vec<(String, String)>,
    refresh: Callback<()>,
) -> AnyView {
    let draft = draft::open::<Typed>(handle.session, id, "seen");
    let done = RwSignal::new(None::<Seen>);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = draft.now();
        let request = match typed.read() {
            Ok(request) => request,
            Err(faults) => {
                sending.problems.set(sending::problems(&faults));
                return;
            }
        };
        if !sending.begin() {
            return;
        }
        // Sent again after a lost reply it is the same request.
        draft.update(|draft| draft.id = Some(request.id));
        sending.busy.set(true);
        let erase = draft.eraser();
        spawn_local(async move {
            let reply = handle.session.pass(api::seen(id, &request).await);
            sending.busy.try_set(false);
            match reply {
                Some(Ok(seen)) => {
                    erase();
                    done.try_set(Some(seen));
                    refresh.run(());
                    handle.refresh();
                    portico_app::a11y::focus_when_drawn("#seen-done");
                }
                Some(Err(problem)) => sending.fail(TEXT, words::refused(&problem, None)),
                None => {}
            }
        });
    };
    let options = services.into_iter().map(|(value, label)| Opt { value, label, hint: None }).collect();
    let which = Labelled::new(SERVICE, "What is it?").error(sending.at(SERVICE));
    let what = Labelled::new(TEXT, "What did you see?")
        .hint("It is reported at the same place. No resident is told.".to_owned())
        .error(sending.at(TEXT));
    // Other words are another report.
    let text = draft.setter(|draft, text| (draft.text, draft.id) = (text, None));
    let service = draft.setter(|draft, service| (draft.service, draft.id) = (service, None));
    view! {
        {move || done.get().map(|seen| view! {
            <p class="govuk-inset-text" id="seen-done" tabindex="-1">
                "Reported: "<a href=paths::request(seen.id)>{seen.reference.to_string()}</a>
            </p>
        })}
        <details class="govuk-details">
            <summary class="govuk-details__summary">
                <span class="govuk-details__summary-text">"Report something else that you saw there"</span>
            </summary>
            <div class="govuk-details__text">
                <form novalidate on:submit=send>
                    <Radios labelled=which options=options value=draft.part(|draft| draft.service.clone()) on_choose=service />
                    <TextArea labelled=what value=draft.part(|draft| draft.text.clone()) rows=3 count=count(MAX) on_input=text />
                    <SubmitButton label="Report it" sending=sending.busy class="govuk-button--secondary" />
                </form>
            </div>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_once_somebody_was_there() {
        use domain::case::Outcome;
        assert!(is_dealt_with(Status::InProgress) && is_dealt_with(Status::Closed(Outcome::Done)));
        assert!(!is_dealt_with(Status::Received) && !is_dealt_with(Status::Planned));
    }

    #[test]
    fn a_report_says_what_and_where_it_goes() {
        let paths = |typed: &Typed| {
            typed.read().err().into_iter().flatten().map(|fault| fault.path).collect::<Vec<_>>()
        };
        assert_eq!(paths(&Typed::default()), [SERVICE, TEXT]);
        let typed = Typed { service: "pothole".into(), text: " Deep ".into(), id: None };
        assert_eq!(typed.read().map(|request| request.text), Ok("Deep".to_owned()));
        assert_eq!(paths(&Typed { text: "x".repeat(2001), ..typed }), [TEXT]);
    }
}
