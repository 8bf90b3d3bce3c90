//! `/staff/bulk`: the same done to each of the requests that are chosen. First what will become of each is shown, and what
//! can't be, and why; afterwards what became of them, and the way back while there is one.

use domain::field::Opt;
use std::collections::BTreeSet;

use domain::api::staff::CloseRequest;
use domain::api::workspace::{BatchAct, BatchItem, BatchLine, BatchRequest, BatchView, Desk};
use domain::case::Outcome;
use domain::catalogue::Reply;
use domain::field::plain;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::{ErrorSummary, Problem};
use portico_app::components::input::{Labelled, Radios, TextArea, TextInput};
use portico_app::components::layout::Column;
use portico_app::words::count;
use uuid::Uuid;

use crate::date::{Fault, Typed};
use crate::live::{self, Live};
use crate::parts::date_input::{DateInput, box_id};
use crate::parts::prove::{Proof, Prove};
use crate::parts::tone::tone;
use crate::parts::undo::{self, Done};
use crate::parts::{banner::SuccessBanner, load};
use crate::sending::{self, Sending};
use crate::session::{self, Session};
use crate::{api, paths, words};

const TAKE: &str = "take";
const PLAN: &str = "plan";
const NOTE: &str = "note";
const OFFER: &str = "offer";
const CLOSE: &str = "close";

const ACTS: [(&str, &str, &str); 5] = [
    (TAKE, "Take them", "They are yours from then on"),
    (PLAN, "Plan the work", "For one day, for all of those that are yours"),
    (OFFER, "Ask somebody to take them", "A colleague or another department. They stay yours until then"),
    (NOTE, "Make a note", "For colleagues. Residents do not see it"),
    (CLOSE, "Close them with a standard reply", "Of those that are yours. Residents are told at once"),
];

/// What is typed.
#[derive(Clone, Copy)]
struct Form {
    act: RwSignal<String>,
    on: RwSignal<Typed>,
    fault: RwSignal<Option<Fault>>,
    note: RwSignal<String>,
    to: RwSignal<String>,
    reason: RwSignal<String>,
    outcome: RwSignal<Option<Outcome>>,
    text: RwSignal<String>,
    by: RwSignal<String>,
    next: RwSignal<String>,
    elsewhere: RwSignal<String>,
    object: RwSignal<Option<String>>,
}

#[derive(Clone, Copy)]
struct Page {
    session: StoredValue<Session>,
    desk: Live<Desk>,
    proof: Proof,
    sending: Sending,
    form: StoredValue<Form>,
    /// What was asked for, and what will become of each.
    preview: RwSignal<Option<(BatchRequest, BatchView)>>,
    /// What became of each.
    result: RwSignal<Option<BatchView>>,
    /// What can be taken back.
    done: RwSignal<Option<Done>>,
    notice: RwSignal<Option<String>>,
}

fn about_work(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Done | Outcome::PartDone | Outcome::NothingFound)
}

/// What is said when it is done.
fn said(act: &BatchAct, many: usize) -> String {
    let many = count(many, "request");
    match act {
        BatchAct::Take => format!("You have taken {many}."),
        BatchAct::Plan { on } => format!("You have planned {many} for {}.", words::date(*on)),
        BatchAct::Note { .. } => format!("You have made a note on {many}."),
        BatchAct::Offer { .. } => format!("You have asked for {many} to be taken."),
        BatchAct::Close(_) => format!("You have closed {many}, or asked for agreement where that is needed."),
    }
}

/// What will become of one that can be.
fn will(act: &BatchAct, item: &BatchItem) -> String {
    let had = item
        .owner
        .as_ref()
        .map_or_else(|| "nobody has it yet".to_owned(), |owner| format!("{owner} has it now"));
    match act {
        BatchAct::Take => format!("It will be yours: {had}"),
        BatchAct::Plan { on } => match item.planned {
            Some(before) => format!("Planned for {}, instead of {}", words::date(*on), words::date(before)),
            None => format!("Planned for {}", words::date(*on)),
        },
        BatchAct::Note { .. } => "It gets the note".to_owned(),
        BatchAct::Offer { .. } => "It is offered, and stays yours until it is taken".to_owned(),
        BatchAct::Close(_) if item.needs_word => "Somebody else is asked to agree first".to_owned(),
        BatchAct::Close(request) => format!("Closed: {}", words::closed(request.outcome)),
    }
}

impl Page {
    fn session(self) -> Session {
        self.session.get_value()
    }

    /// What is asked for, or what is wrong.
    fn read(self) -> Result<BatchAct, Vec<Problem>> {
        let form = self.form.get_value();
        let wrong = |id: &str, words: &str| vec![Problem { id: id.to_owned(), words: words.to_owned() }];
        form.fault.set(None);
        let day = |name: &str| {
            form.on.get_untracked().read().map_err(|fault| {
                form.fault.set(Some(fault));
                let words = fault.words().replace("new date", name);
                vec![Problem { id: box_id("on", fault.first()), words }]
            })
        };
        match form.act.get_untracked().as_str() {
            TAKE => Ok(BatchAct::Take),
            PLAN => Ok(BatchAct::Plan { on: day("day")? }),
            NOTE => {
                let text = plain::lines(&form.note.get_untracked());
                if text.is_empty() {
                    Err(wrong("note", "Write the note"))
                } else {
                    Ok(BatchAct::Note { text })
                }
            }
            OFFER => {
                let to = form.to.get_untracked();
                let reason = plain::lines(&form.reason.get_untracked());
                let mut problems = Vec::new();
                if to.is_empty() {
                    problems.extend(wrong("to", "Choose whom to ask"));
                }
                if reason.is_empty() {
                    problems.extend(wrong("reason", "Say why, for whom you ask"));
                }
                if !problems.is_empty() {
                    return Err(problems);
                }
                let person = Uuid::try_parse(&to).ok();
                Ok(BatchAct::Offer { to: person, department: Some(to).filter(|_| person.is_none()), reason })
            }
            CLOSE => {
                let Some(outcome) = form.outcome.get_untracked() else {
                    return Err(wrong("reply", "Choose a standard reply"));
                };
                let on = if about_work(outcome) { Some(day("day")?) } else { None };
                let object =
                    self.desk.value().with_untracked(|desk| desk.as_ref().map(|desk| desk.object.clone()));
                let request = CloseRequest {
                    outcome,
                    text: plain::lines(&form.text.get_untracked()),
                    on,
                    by: if about_work(outcome) {
                        plain::line(&form.by.get_untracked())
                    } else {
                        String::new()
                    },
                    next: plain::lines(&form.next.get_untracked()),
                    object: plain::lines(&form.object.get_untracked().or(object).unwrap_or_default()),
                    unless: String::new(),
                    elsewhere: plain::lines(&form.elsewhere.get_untracked()),
                    handed_over: false,
                    same_as: String::new(),
                    policy: None,
                };
                let missing = request.missing();
                if missing.is_empty() {
                    return Ok(BatchAct::Close(Box::new(request)));
                }
                let field =
                    |path: &str| domain::field::FieldError::new(path, domain::field::ErrorCode::Missing);
                let missing: Vec<_> = missing.into_iter().map(field).collect();
                Err(sending::problems(&missing))
            }
            _ => Err(wrong("act", "Choose what to do with them")),
        }
    }

    fn look(self) {
        if !self.sending.begin() {
            return;
        }
        let act = match self.read() {
            Ok(act) => act,
            Err(problems) => {
                let _ = self.sending.all_well(problems);
                return;
            }
        };
        let requests: Vec<Uuid> =
            self.session().chosen().with_untracked(|chosen| chosen.iter().copied().collect());
        if requests.len() > 200 {
            self.sending.fail("act", "Choose 200 requests or fewer");
            return;
        }
        let request = BatchRequest { id: Uuid::new_v4(), requests, act };
        self.sending.busy.set(true);
        spawn_local(async move {
            let reply = api::preview_batch(&request).await;
            self.sending.busy.try_set(false);
            match self.session().pass(reply) {
                Some(Ok(view)) => {
                    self.preview.try_set(Some((request, view)));
                    a11y::focus_when_drawn("main h1");
                }
                Some(Err(problem)) => self.refuse(&problem),
                None => {}
            }
        });
    }

    fn refuse(self, problem: &portico_app::api::ApiProblem) {
        let faults = sending::problems(&problem.fields);
        if faults.is_empty() {
            self.sending.fail("act", words::refused(problem, None));
        } else {
            self.sending.problems.try_set(faults);
        }
    }

    fn send(self) {
        if !self.sending.begin() {
            return;
        }
        let Some((mut request, preview)) = self.preview.get_untracked() else { return };
        // Only those that were said to change.
        request.requests =
            preview.lines.iter().filter(|line| line.why.is_none()).map(|line| line.id).collect();
        self.sending.busy.set(true);
        spawn_local(async move {
            let reply = api::run_batch(&request).await;
            self.sending.busy.try_set(false);
            match self.proof.pass(reply, Callback::new(move |()| self.send())) {
                Some(Ok(view)) => self.finish(&request, view),
                Some(Err(problem)) => self.refuse(&problem),
                None => {}
            }
        });
    }

    fn finish(self, request: &BatchRequest, view: BatchView) {
        let many = view.lines.iter().filter(|line| line.why.is_none()).count();
        let words = said(&request.act, many);
        let me = self.session().me().with_untracked(|me| me.as_ref().map(|me| me.id)).unwrap_or_default();
        let done = view
            .undo_until
            .as_ref()
            .and_then(|until| Done::of(me, request.id, &view.lines, words.clone(), until));
        if let Some(done) = &done {
            undo::keep(done);
        }
        self.session().choose(BTreeSet::clear);
        self.done.try_set(done);
        self.result.try_set(Some(view));
        self.preview.try_set(None);
        self.notice.try_set(Some(words));
    }

    fn undo(self) {
        if !self.sending.begin() {
            return;
        }
        let Some(done) = self.done.get_untracked() else { return };
        self.notice.set(None);
        self.sending.busy.set(true);
        spawn_local(async move {
            let reply = api::undo_batch(&done.undo).await;
            self.sending.busy.try_set(false);
            match self.session().pass(reply) {
                Some(Ok(view)) => {
                    undo::forget();
                    let many = view.lines.iter().filter(|line| line.why.is_none()).count();
                    self.done.try_set(None);
                    self.result.try_set(Some(view));
                    self.notice.try_set(Some(format!("{} put back as before", count(many, "request"))));
                }
                Some(Err(problem)) => self.sending.fail("undo", words::refused(&problem, None)),
                None => {}
            }
        });
    }
}

/// Doing the same to many requests.
#[component]
pub fn BulkPage() -> impl IntoView {
    let session = session::use_session();
    let form = Form {
        act: RwSignal::default(),
        on: RwSignal::default(),
        fault: RwSignal::new(None),
        note: RwSignal::default(),
        to: RwSignal::default(),
        reason: RwSignal::default(),
        outcome: RwSignal::new(None),
        text: RwSignal::default(),
        by: RwSignal::default(),
        next: RwSignal::default(),
        elsewhere: RwSignal::default(),
        object: RwSignal::new(None),
    };
    let page = Page {
        session: StoredValue::new(session),
        desk: live::keep(session, api::desk),
        proof: Proof::new(session),
        sending: Sending::default(),
        form: StoredValue::new(form),
        preview: RwSignal::new(None),
        result: RwSignal::new(None),
        done: RwSignal::new(undo::kept(session)),
        notice: RwSignal::new(None),
    };
    let title = Memo::new(move |_| {
        match (page.preview.with(Option::is_some), page.session().chosen().with(BTreeSet::len)) {
            (true, _) => "What will happen".to_owned(),
            (false, 0) => "Several requests".to_owned(),
            (false, many) => format!("{} chosen", count(many, "request")),
        }
    });
    a11y::use_page(move || format!("{}{}", page.sending.prefix(), title.get()));
    let known = Memo::new(move |_| page.desk.value().with(Option::is_some));
    let problem = Memo::new(move |_| page.desk.problem().get().filter(|_| !known.get()));
    move || match problem.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| page.desk.refresh())),
        None if !known.get() => load::loading(),
        None => view! {
            <Column back=Signal::stored(session.queue())>
                <SuccessBanner words=page.notice />
                <ErrorSummary problems=page.sending.problems />
                <h1 class="govuk-heading-l">{title}</h1>
                <Prove proof=page.proof />
                <div hidden=move || page.proof.is_asked()>{stages(page)}</div>
            </Column>
        }
        .into_any(),
    }
}

/// Asking, looking at what will be, or at what was.
fn stages(page: Page) -> AnyView {
    let stage = Memo::new(move |_| {
        let none_chosen = page.session().chosen().with(BTreeSet::is_empty);
        if page.preview.with(Option::is_some) {
            1
        } else if none_chosen {
            2
        } else {
            0
        }
    });
    (move || match stage.get() {
        0 => view! { {undoing(page)} {asking(page)} }.into_any(),
        1 => preview(page),
        _ => view! { {undoing(page)} {result(page)} }.into_any(),
    })
    .into_any()
}

/// The way back, while there is one.
fn undoing(page: Page) -> AnyView {
    (move || {
        page.done.get().map(|done| view! {
            <div class="govuk-inset-text" id="undo" tabindex="-1">
                <p>{done.words}" You can undo it for ten minutes. Until then no messages about it are sent, but residents who look at their request see it."</p>
                <button
                    type="button" class="govuk-button govuk-button--secondary" aria-keyshortcuts="z"
                    aria-disabled=move || page.sending.busy.get().then_some("true") on:click=move |_| page.undo()
                >
                    "Undo"
                </button>
            </div>
        })
    })
    .into_any()
}

/// What became of each.
fn result(page: Page) -> AnyView {
    let list = move || {
        page.result.get().map(|view| {
            let (changed, left): (Vec<_>, Vec<_>) =
                view.lines.into_iter().partition(|line| line.why.is_none());
            view! {
                {lines("Changed", changed, |_| String::new())}
                {lines("Left as they are", left, why)}
            }
        })
    };
    let nothing = move || {
        let is_new = page.result.with(Option::is_none) && page.done.with(Option::is_none);
        is_new.then(|| view! { <p>"Choose some requests in the queue first: tick the box before each."</p> })
    };
    view! {
        {list}
        {nothing}
        <p><a href=page.session().queue()>"Go to the requests"</a></p>
    }
    .into_any()
}

fn why(line: &BatchLine) -> String {
    let code = line.why.clone().unwrap_or_default();
    let problem = portico_app::api::ApiProblem { status: 409, code: code.clone(), ..Default::default() };
    let owner = line.request.as_ref().and_then(|request| request.owner.as_deref());
    match (code.as_str(), owner) {
        ("not_owner", Some(owner)) => format!("{owner} has it. Take it first"),
        ("not_owner", None) => "Nobody has it yet. Take it first".to_owned(),
        ("closed", _) => "It is closed".to_owned(),
        ("already_yours", _) => "It is yours already".to_owned(),
        ("invalid", _) => "What you entered does not fit this one".to_owned(),
        ("not_allowed", _) => {
            "Something else has happened to it, or it is offered to somebody already".to_owned()
        }
        _ => words::refused(&problem, owner),
    }
}

fn lines(
    heading: &'static str,
    lines: Vec<BatchLine>,
    what: impl Fn(&BatchLine) -> String,
) -> Option<AnyView> {
    if lines.is_empty() {
        return None;
    }
    let heading = format!("{heading} ({})", lines.len());
    let line = |line: BatchLine| {
        let what = what(&line);
        let id = line.id;
        let name = match line.request {
            Some(request) => view! {
                <a href=paths::request(id)>{request.title}" "{request.reference}</a>
                <br /><bdi>{request.about}</bdi>
            }
            .into_any(),
            None => view! { "One that is not there any more, or with another department" }.into_any(),
        };
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">{name}</dt>
                <dd class="govuk-summary-list__value">{what}</dd>
            </div>
        }
    };
    Some(
        view! {
            <h2 class="govuk-heading-m">{heading}</h2>
            <dl class="govuk-summary-list portico-batch">{lines.into_iter().map(line).collect_view()}</dl>
        }
        .into_any(),
    )
}

fn preview(page: Page) -> AnyView {
    let Some((request, view)) = page.preview.get_untracked() else { return ().into_any() };
    let (able, unable): (Vec<_>, Vec<_>) = view.lines.into_iter().partition(|line| line.why.is_none());
    let many = able.len();
    let after = if request.act.can_be_undone() {
        "You can undo it for ten minutes. Messages about it are sent after that."
    } else if matches!(request.act, BatchAct::Note { .. }) {
        "A note stays: it can’t be taken back."
    } else {
        "Residents are told at once, so it can’t be undone."
    };
    let act = request.act;
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        page.send();
    };
    let change = move |_| {
        page.preview.set(None);
        a11y::focus_when_drawn("main h1");
    };
    let go = (many > 0).then(|| {
        view! {
            <p class="govuk-inset-text">{after}</p>
            <SubmitButton label=format!("Do it for {}", count(many, "request")) sending=page.sending.busy />
        }
    });
    view! {
        {lines("These will change", able, |line| line.request.as_ref().map(|item| will(&act, item)).unwrap_or_default())}
        {lines("These can’t be changed", unable, why)}
        <form novalidate on:submit=send>
            {go}
            <p><button type="button" class="portico-link-button" on:click=change>"Choose something else"</button></p>
        </form>
    }
    .into_any()
}

fn asking(page: Page) -> AnyView {
    let form = page.form.get_value();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        page.look();
    };
    let option = |(value, label, hint): (&str, &str, &str)| Opt {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: Some(hint.to_owned()),
    };
    let labelled = Labelled::new("act", "What do you want to do with them?").error(page.sending.at("act"));
    let act = Memo::new(move |_| form.act.get());
    let fields = move || match act.get().as_str() {
        PLAN => day(page, "On which day?", "Not after the day that is promised."),
        NOTE => area(page, "note", "Your note", form.note, 4),
        OFFER => offer(page),
        CLOSE => close(page),
        _ => ().into_any(),
    };
    view! {
        <form novalidate on:submit=send>
            <Radios
                labelled=labelled options=ACTS.into_iter().map(option).collect() value=form.act
                on_choose=Callback::new(move |chosen| form.act.set(chosen))
            />
            {fields}
            <SubmitButton label="See what will happen" sending=page.sending.busy />
        </form>
    }
    .into_any()
}

fn area(page: Page, id: &'static str, label: &'static str, value: RwSignal<String>, rows: u8) -> AnyView {
    let labelled = Labelled::new(id, label).error(page.sending.at(id));
    view! { <TextArea labelled=labelled value=value on_input=Callback::new(move |typed| value.set(typed)) rows=rows /> }
        .into_any()
}

fn day(page: Page, label: &'static str, hint: &'static str) -> AnyView {
    let form = page.form.get_value();
    let wrong = Memo::new(move |_| {
        page.sending.problems.with(|list| {
            list.iter().find(|problem| problem.id.starts_with("on")).map(|problem| problem.words.clone())
        })
    });
    let marks = Signal::derive(move || {
        wrong.with(Option::is_some).then(|| form.fault.get().unwrap_or(Fault::Unclear))
    });
    let labelled = Labelled::new("on", label).hint(hint.to_owned()).error(wrong.into());
    let on_input =
        Callback::new(move |(at, typed): (usize, String)| form.on.update(|on| on.boxes[at] = typed));
    view! { <DateInput labelled=labelled value=form.on fault=marks on_input=on_input /> }.into_any()
}

fn offer(page: Page) -> AnyView {
    let form = page.form.get_value();
    let me = page.session().me().with_untracked(|me| me.as_ref().map(|me| me.id));
    let (people, departments) = page.desk.value().with_untracked(|desk| {
        let desk = desk.as_ref();
        let people: Vec<(String, String)> = desk
            .iter()
            .flat_map(|desk| desk.colleagues.iter().map(|one| (one, desk.away.contains(&one.id))))
            .filter(|(one, _)| Some(one.id) != me)
            .map(|(one, away)| {
                (one.id.to_string(), if away { format!("{} (away)", one.name) } else { one.name.clone() })
            })
            .collect();
        (people, desk.map(|desk| desk.departments.clone()).unwrap_or_default())
    });
    let option = move |(id, name): (String, String)| {
        let selected = form.to.with_untracked(|to| *to == id);
        view! { <option value=id selected=selected>{name}</option> }
    };
    let error = page.sending.at("to");
    view! {
        <div class="govuk-form-group">
            <label class="govuk-label govuk-label--m" for="to">"Whom do you ask?"</label>
            {move || error.get().map(|words| view! {
                <p class="govuk-error-message"><span class="govuk-visually-hidden">"Error: "</span>{words}</p>
            })}
            <select id="to" class="govuk-select" on:change=move |event| form.to.set(event_target_value(&event))>
                <option value="">"Choose"</option>
                <optgroup label="Colleagues">{people.into_iter().map(option).collect_view()}</optgroup>
                <optgroup label="Other departments">{departments.into_iter().map(option).collect_view()}</optgroup>
            </select>
        </div>
        {area(page, "reason", "Why do you ask?", form.reason, 3)}
    }
    .into_any()
}

/// A standard reply fills in the rest. What needs a policy, or another request, is decided one by one.
fn close(page: Page) -> AnyView {
    let form = page.form.get_value();
    let fits = |reply: &Reply| match reply.outcome {
        None | Some(Outcome::DeclinedByPolicy | Outcome::Duplicate | Outcome::NoAnswer) => None,
        Some(outcome) => Some((outcome, reply.clone())),
    };
    let replies: Vec<(Outcome, Reply)> = page
        .desk
        .value()
        .with_untracked(|desk| desk.iter().flat_map(|desk| desk.replies.iter().filter_map(fits)).collect());
    let name = |(outcome, reply): &(Outcome, Reply)| format!("{}: {}", words::closed(*outcome), reply.name);
    let names: Vec<String> = replies.iter().map(name).collect();
    let choose = move |event| {
        let at: Option<usize> = event_target_value(&event).parse().ok();
        let Some((outcome, reply)) = at.and_then(|at| replies.get(at)) else { return };
        form.text.set(reply.text.clone());
        form.next.set(reply.next.clone());
        form.by.set(reply.by.clone());
        form.elsewhere.set(reply.elsewhere.clone());
        form.outcome.set(Some(*outcome));
    };
    let error = page.sending.at("reply");
    let option = |(at, name): (usize, String)| view! { <option value=at.to_string()>{name}</option> };
    let outcome = Memo::new(move |_| form.outcome.get());
    let by = Labelled::new("by", "Who did it?").error(page.sending.at("by"));
    let by = StoredValue::new(by);
    let object = move || {
        let known = page.desk.value().with_untracked(|desk| desk.as_ref().map(|desk| desk.object.clone()));
        form.object.get().or(known).unwrap_or_default()
    };
    let objecting =
        Labelled::new("object", "What can they do who do not agree?").error(page.sending.at("object"));
    let rest = move || {
        outcome.get().map(|outcome| view! {
            {area(page, "text", "What was done, or why not", form.text, 5)}
            {about_work(outcome).then(|| view! {
                {day(page, "When was it done?", "Not before it was reported, and not after today.")}
                <TextInput labelled=by.get_value() value=form.by on_input=Callback::new(move |typed| form.by.set(typed)) />
            })}
            {(outcome == Outcome::NotOurs).then(|| area(page, "elsewhere", "Who is responsible, and how to reach them?", form.elsewhere, 2))}
            {area(page, "next", "What happens next", form.next, 2)}
            {tone(vec![form.text.into(), form.next.into()])}
        })
    };
    view! {
        <div class="govuk-form-group">
            <label class="govuk-label govuk-label--m" for="reply">"Standard reply"</label>
            <div class="govuk-hint" id="reply-hint">"It fills in the boxes below. Change what does not fit all of them."</div>
            {move || error.get().map(|words| view! {
                <p class="govuk-error-message"><span class="govuk-visually-hidden">"Error: "</span>{words}</p>
            })}
            <select class="govuk-select" id="reply" aria-describedby="reply-hint" on:change=choose>
                <option value="">"Choose one"</option>
                {names.into_iter().enumerate().map(option).collect_view()}
            </select>
        </div>
        {rest}
        <TextArea
            labelled=objecting value=Signal::derive(object)
            on_input=Callback::new(move |typed| form.object.set(Some(typed))) rows=3
        />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_will_happen_is_said() {
        let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
        let item = |planned| BatchItem {
            reference: "ABCD-EFGH".into(),
            title: "Report graffiti".into(),
            about: "Mill Lane".into(),
            owner: None,
            planned,
            complete_by: day(14).into(),
            needs_word: false,
        };
        assert_eq!(will(&BatchAct::Take, &item(None)), "It will be yours: nobody has it yet");
        assert_eq!(
            will(&BatchAct::Plan { on: day(9) }, &item(Some(day(8)))),
            "Planned for Wednesday 9 December 2026, instead of Tuesday 8 December 2026"
        );
        assert_eq!(said(&BatchAct::Take, 2), "You have taken 2 requests.");
        let line =
            |why: &str| BatchLine { id: Uuid::nil(), why: Some(why.into()), request: Some(item(None)) };
        assert_eq!(why(&line("not_owner")), "Nobody has it yet. Take it first");
        assert!(why(&line("after_promise")).starts_with("That is after the day that is promised"));
    }
}
