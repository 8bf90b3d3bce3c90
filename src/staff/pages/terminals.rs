//! `/staff/terminals`: the public computers of libraries and other places, for who looks after them.

use domain::api::terminals::{LockRequest, SetupRequest, TerminalView};
use domain::terminal::{IDLE, Setup};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::api::ApiProblem;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::{ErrorSummary, Problem};
use portico_app::components::input::{Labelled, TextInput, Typing};
use portico_app::components::layout::Column;
use uuid::Uuid;

use crate::parts::banner::SuccessBanner;
use crate::parts::load;
use crate::parts::prove::{Proof, Prove};
use crate::sending::{self, Sending};
use crate::{api, session, words};

/// What is typed about a computer.
#[derive(Clone, Copy)]
struct Typed {
    /// The one that is set up anew; nothing while another one is registered.
    of: RwSignal<Option<Uuid>>,
    name: RwSignal<String>,
    place: RwSignal<String>,
    idle: RwSignal<String>,
    opens: RwSignal<String>,
    closes: RwSignal<String>,
    large: RwSignal<bool>,
    printer: RwSignal<bool>,
}

impl Typed {
    fn nothing() -> Self {
        Self {
            of: RwSignal::new(None),
            name: RwSignal::default(),
            place: RwSignal::default(),
            idle: RwSignal::new(IDLE.to_string()),
            opens: RwSignal::default(),
            closes: RwSignal::default(),
            large: RwSignal::new(false),
            printer: RwSignal::new(false),
        }
    }

    fn set(self, of: Option<Uuid>, setup: &Setup) {
        self.of.set(of);
        self.name.set(setup.name.clone());
        self.place.set(setup.place.clone());
        self.idle.set(setup.idle.to_string());
        self.opens.set(setup.opens.clone());
        self.closes.set(setup.closes.clone());
        self.large.set(setup.large);
        self.printer.set(setup.printer);
    }

    fn clear(self) {
        let Setup { place, opens, closes, .. } = self.read();
        // The next one is often in the same place.
        let next =
            Setup { name: String::new(), place, idle: IDLE, large: false, printer: false, opens, closes };
        self.set(None, &next);
    }

    fn read(self) -> Setup {
        Setup {
            name: self.name.get_untracked(),
            place: self.place.get_untracked(),
            // What is no number is none that it can be set to.
            idle: self.idle.get_untracked().trim().parse().unwrap_or(0),
            large: self.large.get_untracked(),
            printer: self.printer.get_untracked(),
            opens: self.opens.get_untracked(),
            closes: self.closes.get_untracked(),
        }
        .trimmed()
    }
}

#[derive(Clone, Copy)]
struct Page {
    proof: Proof,
    all: RwSignal<Option<Vec<TerminalView>>>,
    problem: RwSignal<Option<ApiProblem>>,
    done: RwSignal<Option<String>>,
    /// The code that was made, and the name of the computer that it is for.
    code: RwSignal<Option<(String, String)>>,
    sending: Sending,
    typed: Typed,
}

impl Page {
    fn read(self) {
        self.problem.try_set(None);
        spawn_local(async move {
            match self.proof.pass(api::terminals().await, Callback::new(move |()| self.read())) {
                Some(Ok(kept)) => {
                    self.all.try_set(Some(kept.terminals));
                }
                Some(Err(problem)) => {
                    self.problem.try_set(Some(problem));
                }
                None => {}
            }
        });
    }

    /// Does something; where it worked, says so and reads all of them again.
    fn act<T: 'static, F: Future<Output = Result<T, ApiProblem>> + 'static>(
        self,
        call: impl Fn() -> F + Clone + Send + Sync + 'static,
        done: impl FnOnce(T) -> Option<String> + Clone + Send + Sync + 'static,
    ) {
        if !self.sending.begin() {
            return;
        }
        self.done.set(None);
        self.code.set(None);
        self.sending.busy.set(true);
        spawn_local(async move {
            let (call_again, done_again) = (call.clone(), done.clone());
            let again = Callback::new(move |()| self.act(call_again.clone(), done_again.clone()));
            let reply = call().await;
            self.sending.busy.try_set(false);
            match self.proof.pass(reply, again) {
                Some(Ok(reply)) => {
                    self.done.try_set(done(reply));
                    self.read();
                }
                Some(Err(problem)) => {
                    let problems = sending::problems(&problem.fields);
                    if problems.is_empty() {
                        self.sending.fail("name", words::refused(&problem, None));
                    } else {
                        self.sending.problems.try_set(problems);
                    }
                }
                None => {}
            }
        });
    }

    fn send(self) {
        let setup = self.typed.read();
        let request = SetupRequest { setup: setup.clone() };
        let errors = request.errors();
        if !errors.is_empty() {
            self.sending.problems.set(sending::problems(&errors));
            return;
        }
        let name = setup.name;
        match self.typed.of.get_untracked() {
            Some(id) => self.act(
                move || api::set_up_terminal(id, request.clone()),
                move |()| {
                    self.typed.clear();
                    Some(format!("{name} is set up like this from now on"))
                },
            ),
            None => self.act(
                move || api::register_terminal(request.clone()),
                move |made| {
                    self.typed.clear();
                    self.code.try_set(Some((made.code, name)));
                    None
                },
            ),
        }
    }
}

/// Public computers.
#[component]
pub fn TerminalsPage() -> impl IntoView {
    let page = Page {
        proof: Proof::new(session::use_session()),
        all: RwSignal::new(None),
        problem: RwSignal::new(None),
        done: RwSignal::new(None),
        code: RwSignal::new(None),
        sending: Sending::default(),
        typed: Typed::nothing(),
    };
    a11y::use_page(move || format!("{}Public computers", page.sending.prefix()));
    page.read();
    let failed = Memo::new(move |_| page.problem.get().filter(|_| page.all.with(Option::is_none)));
    Effect::new(move |_| {
        if page.code.with(Option::is_some) {
            a11y::focus_when_drawn("#terminal-code");
        }
    });
    move || {
        match failed.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| page.read())),
        None => view! {
            <Column>
                <SuccessBanner words=page.done />
                <ErrorSummary problems=page.sending.problems />
                <h1 class="govuk-heading-l">"Public computers"</h1>
                <p>"A computer in a library or a hub that one resident uses after another. Everything is cleared after each person, and whenever nobody has used it for some minutes."</p>
                <Prove proof=page.proof />
                {move || page.code.get().map(|(code, name)| made(&code, &name))}
                {move || page.all.get().map(|all| list(&page, all))}
                {move || page.all.with(Option::is_some).then(|| form(&page))}
            </Column>
        }
        .into_any(),
    }
    }
}

fn made(code: &str, name: &str) -> AnyView {
    let spelled: String = code.chars().map(String::from).collect::<Vec<_>>().join(" ");
    view! {
        <section class="govuk-inset-text" id="terminal-code" tabindex="-1" aria-labelledby="terminal-code-title">
            <h2 class="govuk-heading-m" id="terminal-code-title">"The code for "<bdi>{name.to_owned()}</bdi></h2>
            <p class="govuk-heading-l" aria-hidden="true">{code.to_owned()}</p>
            <p class="govuk-visually-hidden">{spelled}</p>
            <p>"On that computer, open this site with "<strong>"/terminal"</strong>" at the end of the address and type the code. It works once, for half an hour, and is not shown again."</p>
        </section>
    }
    .into_any()
}

fn list(page: &Page, all: Vec<TerminalView>) -> AnyView {
    if all.is_empty() {
        return view! { <p class="govuk-inset-text">"None is registered yet."</p> }.into_any();
    }
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    view! {
        <table class="govuk-table portico-queue" role="table">
            <caption class="govuk-visually-hidden">"Public computers"</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">{head("Computer")} {head("Used last")} {head("How it is set up")} {head("What to do")}</tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">
                {all.into_iter().map(|one| line(page, one)).collect_view()}
            </tbody>
        </table>
    }
    .into_any()
}

/// What a browser says that it is, as far as people know it by.
fn browser(agent: &str) -> String {
    const KNOWN: [(&str, &str); 4] =
        [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Version/", "Safari")];
    let found = KNOWN.iter().find_map(|(mark, name)| {
        let version = agent.split(mark).nth(1)?.split('.').next()?;
        Some(format!("{name} {version}"))
    });
    found.unwrap_or_default()
}

fn line(page: &Page, one: TerminalView) -> AnyView {
    let page = *page;
    let TerminalView { id, setup, locked, enrolled, seen, browser: agent } = one;
    let name = setup.name.clone();
    let label =
        |text: &'static str| view! { <span class="portico-queue__label" aria-hidden="true">{text}</span>" " };
    let stands = match (enrolled, locked) {
        (false, _) => Some("Waits for its code"),
        (true, true) => Some("Locked"),
        (true, false) => None,
    };
    let hours = if setup.opens.is_empty() {
        "at all hours".to_owned()
    } else {
        format!("from {} to {}", setup.opens, setup.closes)
    };
    let large = if setup.large { ", large type" } else { "" };
    let printer = if setup.printer { ", with a printer" } else { "" };
    let set_up = format!("Clears after {} + 2 minutes, {hours}{large}{printer}", setup.idle);
    let press = |text: &'static str, does: Callback<()>| {
        let hidden = format!(" {name}");
        view! {
            <button type="button" class="portico-link-button" on:click=move |_| does.run(())>
                {text}<span class="govuk-visually-hidden">{hidden}</span>
            </button>" "
        }
    };
    let known = setup.clone();
    let change = Callback::new(move |()| {
        page.typed.set(Some(id), &known);
        a11y::focus_when_drawn("#name");
    });
    let (for_code, for_lock, for_remove) = (name.clone(), name.clone(), name.clone());
    let code = Callback::new(move |()| {
        let name = for_code.clone();
        page.act(
            move || api::terminal_code(id),
            move |made| {
                page.code.try_set(Some((made.code, name)));
                None
            },
        );
    });
    let lock = Callback::new(move |()| {
        let name = for_lock.clone();
        let now = if locked { "can be used again" } else { "is out of use" };
        page.act(
            move || api::lock_terminal(id, LockRequest { locked: !locked }),
            move |()| Some(format!("{name} {now}")),
        );
    });
    let remove = Callback::new(move |()| {
        let name = for_remove.clone();
        page.act(
            move || api::remove_terminal(id),
            move |()| Some(format!("{name} is no public computer any more")),
        );
    });
    view! {
        <tr class="govuk-table__row" role="row">
            <th scope="row" role="rowheader" class="govuk-table__header">
                <bdi>{setup.name}</bdi><span class="portico-queue__reference">{setup.place}</span>
                {stands.map(|words| view! { <strong class="govuk-tag govuk-tag--yellow">{words}</strong> })}
            </th>
            <td role="cell" class="govuk-table__cell">
                {label("Used last")}{seen.unwrap_or_else(|| "Never".to_owned())}
                <span class="portico-queue__reference">{browser(&agent)}</span>
            </td>
            <td role="cell" class="govuk-table__cell">{label("How it is set up")}{set_up}</td>
            <td role="cell" class="govuk-table__cell">
                {press("Change", change)} {press("New code", code)}
                {press(if locked { "Unlock" } else { "Lock" }, lock)} {press("Remove", remove)}
            </td>
        </tr>
    }
    .into_any()
}

fn form(page: &Page) -> AnyView {
    let page = *page;
    let Typed { of, name, place, idle, opens, closes, large, printer } = page.typed;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        page.send();
    };
    let text = move |id: &'static str,
                     label: &'static str,
                     hint: Option<&'static str>,
                     value: RwSignal<String>,
                     width| {
        let wrong = Signal::derive(move || {
            page.sending.problems.with(|all: &Vec<Problem>| {
                all.iter().find(|problem| problem.id == id).map(|problem| problem.words.clone())
            })
        });
        let labelled = Labelled::new(id, label).hint(hint.map(ToOwned::to_owned)).error(wrong);
        let typing = Typing { width, verbatim: true, ..Typing::PLAIN };
        view! { <TextInput labelled=labelled value=value on_input=Callback::new(move |typed| value.set(typed)) typing=typing /> }
    };
    let tick = move |id: &'static str, label: &'static str, value: RwSignal<bool>| {
        let change = move |event| value.set(event_target_checked(&event));
        view! {
            <div class="govuk-checkboxes__item">
                <input type="checkbox" class="govuk-checkboxes__input" id=id prop:checked=value on:change=change />
                <label class="govuk-label govuk-checkboxes__label" for=id>{label}</label>
            </div>
        }
    };
    let is_new = Memo::new(move |_| of.get().is_none());
    view! {
        <h2 class="govuk-heading-m">{move || if is_new.get() { "Register a computer" } else { "Change how it is set up" }}</h2>
        <form novalidate on:submit=submit>
            {text("name", "Its name", Some("As people find it: “By the window”."), name, "govuk-input--width-20")}
            {text("place", "Where it stands", Some("The library or hub."), place, "govuk-input--width-20")}
            {text("idle", "Minutes without use before the warning", Some("From 1 to 10. Two minutes after the warning everything is cleared."), idle, "govuk-input--width-2")}
            {text("opens", "Can be used from", Some("For example 09:00. Leave both empty if it can be used at all hours."), opens, "govuk-input--width-5")}
            {text("closes", "Until", None, closes, "govuk-input--width-5")}
            <div class="govuk-form-group">
                <div class="govuk-checkboxes govuk-checkboxes--small">
                    {tick("large", "Begins in large type", large)}
                    {tick("printer", "Has a printer beside it", printer)}
                </div>
            </div>
            {move || {
                let label = if is_new.get() { "Register it" } else { "Save" };
                view! { <SubmitButton label=label sending=page.sending.busy /> }
            }}
            {move || (!is_new.get()).then(|| view! {
                <p><button type="button" class="portico-link-button" on:click=move |_| page.typed.clear()>"Leave it as it is"</button></p>
            })}
        </form>
    }
    .into_any()
}
