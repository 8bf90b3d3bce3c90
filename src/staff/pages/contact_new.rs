//! `/staff/contacts/new`: recording a call, a visit or a letter, while it is going on or just after: one page, from top to
//! bottom by the keyboard alone, and Enter sends it.

use domain::api::contacts::{ContactForm, ContactView, RecordRequest};
use domain::api::services::ServiceSummary;
use domain::contact_log::{self, ContactChannel, ThreeAnswers, Who};
use domain::field::Opt;
use domain::field::{ErrorCode, FieldError, plain};
use domain::reference::Reference;
use domain::search::{Entry, Index};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use portico_app::a11y;
use portico_app::api::{ApiProblem, services};
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::{ErrorSummary, Problem};
use portico_app::components::input::{Labelled, Radios, TextArea, TextInput, Typing};
use portico_app::components::layout::Column;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::draft::{self, Draft};
use crate::live;
use crate::parts::{action::count, banner::SuccessBanner, load};
use crate::sending::Sending;
use crate::session::{self, Session};
use crate::{api, check, paths, words};

/// The most characters of a note.
const MAX: u32 = 1000;
/// Services that are offered for what is typed.
const OFFERED: usize = 5;
const YES: &str = "yes";
const NO: &str = "no";

/// What is typed and chosen, as it stands in the inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    /// Made when it is sent first: however often it is sent, it is recorded once.
    id: Option<Uuid>,
    channel: String,
    reference: String,
    looked_for: String,
    service: String,
    person: String,
    reason: String,
    answers: [String; 3],
    minutes: String,
    note: String,
}

impl Typed {
    /// The request.
    ///
    /// # Errors
    /// What is wrong, in the order of the page.
    fn read(&self, id: Uuid) -> Result<RecordRequest, Vec<FieldError>> {
        let mut faults = Vec::new();
        let mut wrong = |path: &str, code| faults.push(FieldError::new(path, code));
        let reference = plain::line(&self.reference);
        if !reference.is_empty() && Reference::parse(&reference).is_none() {
            wrong("reference", ErrorCode::NotAllowed);
        }
        if reference.is_empty() && self.service.is_empty() {
            wrong("service", ErrorCode::Missing);
        }
        if let Err(code) = Who::read(&self.person) {
            wrong("person", code);
        }
        if self.reason.is_empty() {
            wrong("reason", ErrorCode::Missing);
        }
        for ((name, ..), answer) in ThreeAnswers::QUESTIONS.iter().zip(&self.answers) {
            if answer.is_empty() {
                wrong(name, ErrorCode::Missing);
            }
        }
        let minutes = self.minutes.trim();
        let read = (!minutes.is_empty()).then(|| minutes.parse::<u32>());
        if read.as_ref().is_some_and(Result::is_err) {
            wrong("minutes", ErrorCode::NotAllowed);
        }
        let [chasing, again, unclear] = [0, 1, 2].map(|at| self.answers[at] == YES);
        let request = RecordRequest {
            id,
            channel: ContactChannel::parse(&self.channel).unwrap_or_default(),
            reference,
            service: self.service.clone(),
            person: self.person.trim().to_owned(),
            reason: self.reason.clone(),
            answers: ThreeAnswers { chasing, again, unclear },
            minutes: read.and_then(Result::ok),
            note: plain::lines(&self.note),
        };
        let more = check::faults(&request).into_iter();
        let is_new = |fault: &FieldError| !faults.iter().any(|known| known.path == fault.path);
        let more: Vec<FieldError> = more.filter(is_new).collect();
        faults.extend(more);
        if faults.is_empty() { Ok(request) } else { Err(faults) }
    }
}

/// What is wrong with one field, and what to do about it.
fn problem(fault: &FieldError) -> Problem {
    let words = match (fault.path.as_str(), fault.code) {
        ("reference", _) => {
            "Check the reference. It looks like 7K3M-9PQ9. If they do not have it, leave this empty"
                .to_owned()
        }
        ("service", ErrorCode::Missing) => "Say which service it was about".to_owned(),
        ("service", _) => "Choose a service from the list".to_owned(),
        ("person", ErrorCode::NotAnEmail) => {
            "Enter an email address in the correct format, like name@example.com".to_owned()
        }
        ("person", ErrorCode::NotAPhone) => {
            "Enter a phone number or an email address, or leave this empty".to_owned()
        }
        ("reason", _) => "Choose why they contacted us".to_owned(),
        ("chasing" | "again" | "unclear", _) => "Choose yes or no".to_owned(),
        ("minutes", _) => "Enter whole minutes, 600 at most".to_owned(),
        _ => words::field(fault),
    };
    Problem { id: fault.path.clone(), words }
}

/// What the page shares.
#[derive(Clone, Copy)]
struct Page {
    session: Session,
    draft: Draft<Typed>,
    sending: Sending,
    /// What was just recorded, and what was typed for it.
    recorded: RwSignal<Option<(Typed, ContactView)>>,
    notice: RwSignal<Option<String>>,
    /// The reference that the page was opened for; empty where there is none.
    given: StoredValue<String>,
}

impl Page {
    /// Empties the form; how the next contact comes is how the last one did.
    fn empty(self, channel: &str) {
        self.draft.update(|typed| {
            let reference = self.given.get_value();
            *typed = Typed { channel: channel.to_owned(), reference, ..Typed::default() };
        });
    }

    fn is_fixed(self) -> bool {
        self.given.with_value(|given| !given.is_empty())
    }
}

/// Recording a contact.
#[component]
pub fn ContactNewPage() -> impl IntoView {
    let session = session::use_session();
    let query = use_query_map();
    let given = Memo::new(move |_| {
        let given = query.with(|query| query.get("reference"));
        given.and_then(|given| Reference::parse(&given)).map_or_else(String::new, |given| given.to_string())
    });
    let live = live::keep(session, || async {
        let form = api::contact_form().await?;
        Ok((form, services::list().await?))
    });
    let known = Memo::new(move |_| live.value().with(Option::is_some));
    let failed = Memo::new(move |_| live.problem().get().filter(|_| !known.get()));
    move || match (failed.get(), live.value().get()) {
        (Some(problem), _) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        (None, None) => load::loading(),
        (None, Some((form, services))) => draw(session, given.get(), form, services),
    }
}

/// The page, for the request of a reference or for any.
fn draw(session: Session, given: String, form: ContactForm, services: Vec<ServiceSummary>) -> AnyView {
    let page = Page {
        session,
        draft: draft::open(session, Uuid::nil(), &format!("contact:{given}")),
        sending: Sending::default(),
        recorded: RwSignal::new(None),
        notice: RwSignal::new(None),
        given: StoredValue::new(given),
    };
    // Nothing was begun.
    if page.draft.now().channel.is_empty() {
        page.empty(form.channel.id());
    }
    let is_done = Memo::new(move |_| page.recorded.with(Option::is_some));
    let title = move || if is_done.get() { "Contact recorded" } else { "Record a contact" };
    a11y::use_page(move || format!("{}{}", page.sending.prefix(), title()));
    let services = StoredValue::new(services);
    view! {
        <Column>
            <SuccessBanner words=page.notice />
            <ErrorSummary problems=page.sending.problems />
            <h1 class="govuk-heading-l">{title}</h1>
            {move || if is_done.get() { confirmation(page) } else { inputs(page, &form, services) }}
        </Column>
    }
    .into_any()
}

/// The form.
fn inputs(page: Page, form: &ContactForm, services: StoredValue<Vec<ServiceSummary>>) -> AnyView {
    let (draft, sending) = (page.draft, page.sending);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        send(page);
    };
    let channels = ContactChannel::ALL.map(|channel| option(channel.id(), channel.label()));
    let channel = draft.part(|typed| typed.channel.clone());
    let on_channel = draft.setter(|typed, chosen| typed.channel = chosen);
    let reasons = form.reasons.iter().map(|reason| option(&reason.id, &reason.name)).collect();
    let reason = draft.part(|typed| typed.reason.clone());
    let on_reason = draft.setter(|typed, chosen| typed.reason = chosen);
    let questions = ThreeAnswers::QUESTIONS.into_iter().enumerate().map(|(at, (name, question, hint))| {
        let answer = draft.part(move |typed| typed.answers[at].clone());
        let choose = draft.setter(move |typed, chosen| typed.answers[at] = chosen);
        let labelled = Labelled::new(name, question).hint(hint.to_owned()).error(sending.at(name));
        let options = vec![option(YES, "Yes"), option(NO, "No")];
        view! { <Radios labelled=labelled options=options value=answer on_choose=choose inline=true /> }
            .into_any()
    });
    let minutes = draft.part(|typed| typed.minutes.clone());
    let on_minutes = draft.setter(|typed, minutes| typed.minutes = minutes);
    let note = draft.part(|typed| typed.note.clone());
    let on_note = draft.setter(|typed, note| typed.note = note);
    let about = if page.is_fixed() { fixed(draft) } else { about(page, services) };
    view! {
        <form novalidate on:submit=send>
            <Radios
                labelled=Labelled::new("channel", "How did they contact us?") options=channels.to_vec() value=channel
                on_choose=on_channel inline=true
            />
            {about}
            <Radios labelled=Labelled::new("reason", "Why did they contact us?").error(sending.at("reason")) options=reasons value=reason on_choose=on_reason />
            {questions.collect_view()}
            <TextInput
                labelled=Labelled::new("minutes", "Minutes it took (optional)").error(sending.at("minutes")) value=minutes on_input=on_minutes
                typing=Typing { width: "govuk-input--width-3", mode: Some("numeric"), autocomplete: Some("off"), ..Typing::PLAIN }
            />
            <TextArea
                labelled=Labelled::new("note", "Note (optional)").hint("Only staff read it. Do not write down more about the person than is needed.".to_owned()).error(sending.at("note"))
                value=note on_input=on_note rows=2 count=count(MAX)
            />
            <SubmitButton label="Record the contact" sending=sending.busy />
        </form>
    }
    .into_any()
}

fn option(value: &str, label: &str) -> Opt {
    Opt { value: value.to_owned(), label: label.to_owned(), hint: None }
}

/// The request that the page was opened for.
fn fixed(draft: Draft<Typed>) -> AnyView {
    let reference = draft.part(|typed| typed.reference.clone());
    view! { <p>"About request "<strong>{reference}</strong>"."</p> }.into_any()
}

/// What it was about, and who it was.
fn about(page: Page, services: StoredValue<Vec<ServiceSummary>>) -> AnyView {
    let (draft, sending) = (page.draft, page.sending);
    let verbatim = |width| Typing { verbatim: true, width, autocomplete: Some("off"), ..Typing::PLAIN };
    let reference = draft.part(|typed| typed.reference.clone());
    let on_reference = draft.setter(|typed, reference| typed.reference = reference);
    let person = draft.part(|typed| typed.person.clone());
    let on_person = draft.setter(|typed, person| typed.person = person);
    let reference_label = Labelled::new("reference", "Reference of their request, if they have one")
        .hint(
            "It looks like 7K3M-9PQ9. With a reference of your department you need not name the service."
                .to_owned(),
        )
        .error(sending.at("reference"));
    let person_label = Labelled::new("person", "Their phone number or email address (optional)")
        .hint(
            "So that we notice when somebody has to come back. We do not keep it in a form that can be read."
                .to_owned(),
        )
        .error(sending.at("person"));
    view! {
        <TextInput labelled=reference_label value=reference on_input=on_reference typing=verbatim("govuk-input--width-10") />
        {service(page, services)}
        <TextInput labelled=person_label value=person on_input=on_person typing=verbatim("govuk-input--width-20") />
    }
    .into_any()
}

/// The service, by typing: what fits best is chosen at once, and the next ones can be chosen instead.
fn service(page: Page, services: StoredValue<Vec<ServiceSummary>>) -> AnyView {
    let (draft, sending) = (page.draft, page.sending);
    let index = services.with_value(|services| {
        Index::new(services.iter().map(|service| Entry {
            title: &service.title,
            summary: &service.summary,
            keywords: &service.keywords,
        }))
    });
    let looked_for = draft.part(|typed| typed.looked_for.clone());
    let found = Memo::new(move |_| looked_for.with(|typed| index.find(typed, OFFERED)));
    let announcer = a11y::use_announcer();
    let on_input = Callback::new(move |typed: String| {
        draft.update(|draft| draft.looked_for = typed);
        let (first, many) = found.with_untracked(|found| {
            let first = found.first().copied();
            (services.with_value(|services| first.and_then(|at| services.get(at).cloned())), found.len())
        });
        let title = first.as_ref().map(|first| first.title.clone());
        draft.update(|draft| draft.service = first.map(|first| first.id).unwrap_or_default());
        if let Some(title) = title {
            let all = portico_app::words::count(many, "service");
            announcer.say(format!("{title}. {all} found"));
        }
    });
    let chosen = draft.part(|typed| typed.service.clone());
    let choose = draft.setter(|typed, chosen| typed.service = chosen);
    let options = move || {
        let found = found.get();
        services.with_value(|services| {
            let offered = found.iter().filter_map(|at| services.get(*at));
            offered.map(|service| option(&service.id, &service.title)).collect::<Vec<Opt>>()
        })
    };
    let list = move || {
        let options = options();
        let is_typed = looked_for.with(|typed| !typed.trim().is_empty());
        if !options.is_empty() {
            let labelled = Labelled::new("service-found", "Which service?");
            return view! { <Radios labelled=labelled options=options value=chosen on_choose=choose /> }
                .into_any();
        }
        is_typed.then(|| view! { <p>"No service is called that. Try another word."</p> }).into_any()
    };
    let labelled = Labelled::new("service", "What was it about?")
        .hint("Type a word, like “bin” or “parking”.".to_owned())
        .error(sending.at("service"));
    let typing = Typing { autocomplete: Some("off"), width: "govuk-input--width-20", ..Typing::PLAIN };
    view! { <TextInput labelled=labelled value=looked_for on_input=on_input typing=typing /> {list} }
        .into_any()
}

fn send(page: Page) {
    if !page.sending.begin() {
        return;
    }
    page.notice.set(None);
    let id = page.draft.now().id.unwrap_or_else(Uuid::new_v4);
    page.draft.update(|typed| typed.id = Some(id));
    let typed = page.draft.now();
    let request = match typed.read(id) {
        Ok(request) => request,
        Err(faults) => {
            let _ = page.sending.all_well(faults.iter().map(problem).collect());
            return;
        }
    };
    page.sending.busy.set(true);
    let erase = page.draft.eraser();
    // Not bound to the page: what was sent was meant, wherever the person goes meanwhile.
    spawn_local(async move {
        let reply = api::record_contact(&request).await;
        page.sending.busy.try_set(false);
        match page.session.pass(reply) {
            Some(Ok(view)) => {
                erase();
                page.empty(&typed.channel);
                page.notice.try_set(Some(said(&view)));
                page.recorded.try_set(Some((typed, view)));
            }
            Some(Err(failed)) => refuse(page, &failed),
            None => {}
        }
    });
}

fn refuse(page: Page, failed: &ApiProblem) {
    let mut problems: Vec<Problem> = failed.fields.iter().map(problem).collect();
    if let Some(service) = problems.iter_mut().find(|problem| problem.id == "service")
        && !page.draft.now().reference.is_empty()
    {
        "Your department has no request with this reference. Say which service it was about, too"
            .clone_into(&mut service.words);
    }
    if problems.is_empty() {
        page.sending.fail("channel", refused(failed));
    } else {
        page.sending.problems.try_set(problems);
    }
}

/// Why something could not be done with a contact, and what to do.
#[must_use]
pub fn refused(failed: &ApiProblem) -> String {
    match failed.code.as_str() {
        "too_late" => {
            "More than ten minutes have gone by, so it stays as it is. Record another contact if something is missing".to_owned()
        }
        "not_owner" => "Only the person who recorded it can take it back".to_owned(),
        _ => words::refused(failed, None),
    }
}

/// What recording it came to.
fn said(view: &ContactView) -> String {
    let counts = if view.avoidable { "It counts as avoidable" } else { "It does not count as avoidable" };
    let again = view.number.filter(|number| contact_log::is_repeat(*number)).map(|number| {
        let rises =
            if contact_log::rises(number) { ", and who answers for the department looks at why" } else { "" };
        format!(". They have contacted us {number} times about this in 28 days{rises}")
    });
    format!("Recorded. {counts}{}", again.unwrap_or_default())
}

/// What was recorded, and the way back for ten minutes.
fn confirmation(page: Page) -> AnyView {
    let Some((typed, view)) = page.recorded.get_untracked() else { return ().into_any() };
    let id = view.id;
    let another = move |_| {
        page.notice.set(None);
        page.recorded.set(None);
        a11y::focus_when_drawn("main h1");
    };
    let change = move |_| {
        page.notice.set(None);
        page.draft.update(|draft| draft.clone_from(&typed));
        page.recorded.set(None);
        a11y::focus_when_drawn("main h1");
    };
    let undo = move |_| {
        if !page.sending.begin() {
            return;
        }
        spawn_local(async move {
            match page.session.pass(api::take_back_contact(id).await) {
                Some(Ok(())) => {
                    page.recorded.try_set(None);
                    page.notice.try_set(Some("Taken back. Nothing is recorded".to_owned()));
                }
                Some(Err(failed)) => page.sending.fail("undo", refused(&failed)),
                None => {}
            }
        });
    };
    let request = view.request.map(|id| {
        view! { <p><a href=paths::request(id)>"Go to the request"</a></p> }
    });
    let about = view.reference.as_ref().map(|reference| format!(", {reference}")).unwrap_or_default();
    let next = (!page.is_fixed()).then(|| {
        view! { <button type="button" class="govuk-button" on:click=another>"Record another contact"</button> }
    });
    view! {
        <p>{view.channel.label()}": "{view.service}{about}"."</p>
        <div class="govuk-button-group">
            {next}
            <button type="button" class="govuk-button govuk-button--secondary" on:click=change>"Change it"</button>
            <button type="button" id="undo" class="govuk-button govuk-button--secondary" on:click=undo>"Take it back"</button>
        </div>
        <p>"You can change it or take it back for ten minutes."</p>
        {request}
        <p><a href=paths::CONTACTS>"See the contacts of your department"</a></p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(typed: &Typed) -> Vec<String> {
        match typed.read(Uuid::nil()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|fault| fault.path).collect(),
        }
    }

    #[test]
    fn says_what_is_wrong_in_the_order_of_the_page() {
        assert_eq!(paths(&Typed::default()), ["service", "reason", "chasing", "again", "unclear"]);
        let all = Typed {
            reference: "nonsense".into(),
            person: "x".into(),
            minutes: "ten".into(),
            note: "x".repeat(1001),
            ..Typed::default()
        };
        let order = ["reference", "person", "reason", "chasing", "again", "unclear", "minutes", "note"];
        assert_eq!(paths(&all), order);
        let long = Typed { minutes: "601".into(), ..all };
        assert_eq!(paths(&long)[6], "minutes");
    }

    #[test]
    fn what_is_typed_is_what_is_sent() {
        let typed = Typed {
            channel: "letter".into(),
            reference: " 7k3m 9pq9 ".into(),
            reason: "progress".into(),
            answers: [NO, YES, NO].map(str::to_owned),
            minutes: " 12 ".into(),
            note: " It came today.\r\n".into(),
            ..Typed::default()
        };
        // Whatever the reference's check says.
        let reference = Reference::from_random([1; 7]).to_string();
        let request = Typed { reference: reference.clone(), ..typed }.read(Uuid::nil()).unwrap();
        assert_eq!((request.reference, request.channel), (reference, ContactChannel::Letter));
        assert_eq!(request.answers, ThreeAnswers { chasing: false, again: true, unclear: false });
        assert_eq!((request.minutes, request.note.as_str()), (Some(12), "It came today."));
    }
}
