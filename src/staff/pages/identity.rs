//! `/staff/identity`: documents that residents sent to show who they are, and those that are shown at a desk.

use domain::api::identity::{DecideRequest, DeskRequest, DocumentKind, WaitingDocument, WaitingDocuments};
use domain::field::Opt;
use domain::field::plain;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::api::ApiProblem;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::input::{Labelled, Radios, TextArea, TextInput, Typing};
use portico_app::components::layout::Column;
use uuid::Uuid;

use crate::live::{self, Live};
use crate::parts::{action::count, banner::SuccessBanner, load};
use crate::sending::{self, Sending};
use crate::session::{self, Session};
use crate::{api, check, words};

const MAX: u32 = 1000;

/// Looking at documents.
#[component]
pub fn IdentityPage() -> impl IntoView {
    let session = session::use_session();
    let live = live::keep(session, api::waiting_documents);
    let sending = Sending::default();
    let notice = RwSignal::new(None::<String>);
    a11y::use_page(move || format!("{}Who people are", sending.prefix()));
    let desk = Desk { session, sending, notice };
    let list = move || match (live.value().get(), live.problem().get()) {
        (Some(waiting), _) => documents(desk, live, waiting),
        (None, Some(problem)) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        (None, None) => view! { <p class="portico-loading" role="status">"Loading…"</p> }.into_any(),
    };
    view! {
        <Column>
            <SuccessBanner words=notice />
            <ErrorSummary problems=sending.problems />
            <h1 class="govuk-heading-l">"Who people are"</h1>
            <h2 class="govuk-heading-m">"Documents that were sent"</h2>
            <p>"Look whether it is what they say it is, is in date, and bears the name they gave. It is deleted once you have decided."</p>
            {list}
            {at_desk(desk)}
        </Column>
    }
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Desk {
    session: Session,
    sending: Sending,
    notice: RwSignal<Option<String>>,
}

impl Desk {
    /// Says that it is done, or what is wrong.
    fn ended<T>(self, reply: Result<T, ApiProblem>, field: &str, done: &str) -> Option<T> {
        self.sending.busy.try_set(false);
        match self.session.pass(reply)? {
            Ok(value) => {
                self.notice.try_set(Some(done.to_owned()));
                Some(value)
            }
            Err(problem) => {
                let faults = sending::problems(&problem.fields);
                if faults.is_empty() {
                    self.sending.fail(field, refused(&problem));
                } else {
                    self.sending.problems.try_set(faults);
                }
                None
            }
        }
    }

    fn begin(self) -> bool {
        let free = self.sending.begin();
        if free {
            self.notice.set(None);
        }
        free
    }
}

fn refused(problem: &ApiProblem) -> String {
    match (problem.status, problem.code.as_str()) {
        (_, "wrong_code") => {
            "This address and code do not belong together, or the code was used or is too old. Ask the person to look at their page again".to_owned()
        }
        (404, _) => "Somebody else has decided on it meanwhile. Load the page again".to_owned(),
        (429, _) => "There were too many tries. Wait a quarter of an hour".to_owned(),
        _ => words::refused(problem, None),
    }
}

fn documents(desk: Desk, live: Live<WaitingDocuments>, waiting: WaitingDocuments) -> AnyView {
    if waiting.documents.is_empty() {
        return view! { <p>"None is waiting."</p> }.into_any();
    }
    let items = waiting.documents.into_iter().map(|document| item(desk, live, document)).collect_view();
    view! { <ul class="govuk-list">{items}</ul> }.into_any()
}

/// One document: to be saved and looked at, then decided on.
fn item(desk: Desk, live: Live<WaitingDocuments>, document: WaitingDocument) -> AnyView {
    let WaitingDocument { id, kind, name, sent } = document;
    let field = format!("reason-{id}");
    let reason = RwSignal::new(String::new());
    let decide = {
        let field = field.clone();
        move |seen: bool| {
            if !desk.begin() {
                return;
            }
            let request =
                DecideRequest { seen, reason: reason.with_untracked(|reason| plain::lines(reason)) };
            if !seen && request.reason.is_empty() {
                desk.sending.fail(&field, "Say why it is not good enough. They read it");
                return;
            }
            desk.sending.busy.set(true);
            let field = field.clone();
            spawn_local(async move {
                let reply = api::decide_document(id, &request).await;
                let done =
                    if seen { "Seen. The document is deleted" } else { "Refused. The document is deleted" };
                if let Some(rest) = desk.ended(reply, &field, done) {
                    live.set(rest);
                }
            });
        }
    };
    let (yes, no) = (decide.clone(), decide);
    let labelled = Labelled::new(field, "Why it is not good enough, if it is not")
        .hint("The resident reads it word for word.".to_owned())
        .error(problem_of(desk.sending, id));
    view! {
        <li>
            <h3 class="govuk-heading-s">{kind.label()}" of "<bdi>{name.clone()}</bdi></h3>
            <p class="govuk-hint">"Sent on "{sent}</p>
            <p><a href=api::waiting_document(id) rel="external" download="">"Save the document"<span class="govuk-visually-hidden">" of "{name.clone()}</span></a></p>
            <TextArea labelled=labelled value=reason on_input=Callback::new(move |typed| reason.set(typed)) rows=3 count=count(MAX) />
            <div class="govuk-button-group">
                <button type="button" class="govuk-button" on:click=move |_| yes(true)>
                    "It shows who they are"<span class="govuk-visually-hidden">": "{name.clone()}</span>
                </button>
                <button type="button" class="govuk-button govuk-button--secondary" on:click=move |_| no(false)>
                    "It is not good enough"<span class="govuk-visually-hidden">": "{name}</span>
                </button>
            </div>
        </li>
    }
    .into_any()
}

fn problem_of(sending: Sending, id: Uuid) -> Signal<Option<String>> {
    portico_app::components::error_summary::problem_at(sending.problems, format!("reason-{id}"))
}

/// Somebody stands at the desk with a document.
fn at_desk(desk: Desk) -> AnyView {
    let request = RwSignal::new(DeskRequest::default());
    let kind = RwSignal::new(String::new());
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if !desk.begin() {
            return;
        }
        let typed = request.get_untracked();
        let chosen = kind.with_untracked(|kind| DocumentKind::parse(kind));
        let Some(kind_shown) = chosen else {
            desk.sending.fail("kind", "Choose which document they showed");
            return;
        };
        let asked = DeskRequest {
            email: typed.email.trim().to_owned(),
            code: typed.code.trim().to_owned(),
            name: plain::line(&typed.name),
            kind: kind_shown,
        };
        if !desk.sending.all_well(sending::problems(&check::faults(&asked))) {
            return;
        }
        desk.sending.busy.set(true);
        spawn_local(async move {
            let reply = api::shown_at_desk(&asked).await;
            if desk.ended(reply, "code", "Seen. It counts in their account from now on").is_some() {
                request.try_set(DeskRequest::default());
                kind.try_set(String::new());
            }
        });
    };
    let line =
        |id: &'static str, label: &'static str, verbatim: bool, part: fn(&mut DeskRequest) -> &mut String| {
            let value = Signal::derive(move || request.with(|now| part(&mut now.clone()).clone()));
            let labelled = Labelled::new(id, label).error(desk.sending.at(id));
            let on_input = Callback::new(move |typed| request.update(|now| *part(now) = typed));
            let typing = Typing { autocomplete: Some("off"), verbatim, ..Typing::PLAIN };
            view! { <TextInput labelled=labelled value=value on_input=on_input typing=typing /> }.into_any()
        };
    let options = DocumentKind::ALL.map(|kind| Opt {
        value: kind.id().to_owned(),
        label: kind.label().to_owned(),
        hint: None,
    });
    let labelled = Labelled::new("kind", "Which document did they show?").error(desk.sending.at("kind"));
    view! {
        <h2 class="govuk-heading-m">"A document is shown at the desk"</h2>
        <p>"Ask for their email address and the code on their page. Copy nothing."</p>
        <form novalidate on:submit=send>
            {line("email", "Email address of their account", true, |request| &mut request.email)}
            {line("code", "Code on their page", true, |request| &mut request.code)}
            <Radios labelled=labelled options=options.to_vec() value=kind on_choose=Callback::new(move |chosen| kind.set(chosen)) />
            {line("name", "Full name, as it is on the document", false, |request| &mut request.name)}
            <SubmitButton label="I have seen it" sending=desk.sending.busy />
        </form>
    }
    .into_any()
}
