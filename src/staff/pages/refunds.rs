//! `/staff/refunds`: refunds that wait for somebody else's agreement, and those that did not go through.

use domain::api::refunds::{RefundAnswer, RefundRow, RefundsView};
use domain::money;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::input::{Labelled, TextArea};
use uuid::Uuid;

use crate::live::{self, Live};
use crate::parts::action::count;
use crate::parts::prove::{Proof, Prove};
use crate::parts::refunds::who;
use crate::parts::{banner::SuccessBanner, load};
use crate::sending::Sending;
use crate::session;
use crate::{api, paths, words};

const MAX: u32 = 500;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Page {
    proof: Proof,
    live: Live<RefundsView>,
    sending: Sending,
    done: RwSignal<Option<String>>,
    /// The refund for which it is asked why not.
    against: RwSignal<Option<Uuid>>,
    reason: RwSignal<String>,
}

impl Page {
    fn answer(self, id: Uuid, agree: bool) {
        let reason = self.reason.with_untracked(|reason| domain::field::plain::lines(reason));
        let field = if agree { format!("agree-{id}") } else { "reason".to_owned() };
        if !self.sending.begin() {
            return;
        }
        if !agree && reason.is_empty() {
            self.sending.fail(&field, "Say why not");
            return;
        }
        self.done.set(None);
        self.sending.busy.set(true);
        let answer = RefundAnswer { agree, reason: if agree { String::new() } else { reason } };
        spawn_local(async move {
            let reply = api::answer_refund(id, &answer).await;
            self.sending.busy.try_set(false);
            match self.proof.pass(reply, Callback::new(move |()| self.answer(id, agree))) {
                Some(Ok(rest)) => {
                    self.against.try_set(None);
                    self.reason.try_set(String::new());
                    self.live.set(rest);
                    let said = if agree {
                        "The money is being sent back"
                    } else {
                        "The refund is not sent. Who asked for it can read why"
                    };
                    self.done.try_set(Some(said.to_owned()));
                }
                Some(Err(problem)) => {
                    self.live.refresh();
                    let said = match problem.code.as_str() {
                        "own_proposal" => {
                            "You asked for this refund yourself, so somebody else has to agree".to_owned()
                        }
                        "not_allowed" => "Somebody else has answered meanwhile".to_owned(),
                        _ => words::refused(&problem, None),
                    };
                    self.sending.fail(&field, said);
                }
                None => {}
            }
        });
    }
}

/// The refunds to look at.
#[component]
pub fn RefundsPage() -> impl IntoView {
    let session = session::use_session();
    let page = Page {
        proof: Proof::new(session),
        live: live::keep(session, api::refunds),
        sending: Sending::default(),
        done: RwSignal::new(None),
        against: RwSignal::new(None),
        reason: RwSignal::new(String::new()),
    };
    a11y::use_page(move || format!("{}Refunds", page.sending.prefix()));
    let problem =
        Memo::new(move |_| page.live.problem().get().filter(|_| page.live.value().with(Option::is_none)));
    move || {
        match problem.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| page.live.refresh())),
        None => view! {
            <div class="govuk-width-container">
                <main class="govuk-main-wrapper" id="main" tabindex="-1">
                    <SuccessBanner words=page.done />
                    <ErrorSummary problems=page.sending.problems />
                    <h1 class="govuk-heading-l">"Refunds"</h1>
                    <p>"Above the council’s limit, two people send money back: one asks for it, and another agrees. Nobody agrees to what they asked for themselves."</p>
                    <Prove proof=page.proof />
                    {move || page.against.get().map(|id| against(page, id))}
                    {move || page.live.value().with(|view| view.as_ref().map(|view| lists(page, view)))}
                </main>
            </div>
        }
        .into_any(),
    }
    }
}

fn lists(page: Page, view: &RefundsView) -> AnyView {
    let waiting = if view.waiting.is_empty() {
        view! { <p>"None waits."</p> }.into_any()
    } else {
        table("Refunds that wait for agreement, the longest first", &view.waiting, Some(page))
    };
    let failed = (!view.failed.is_empty()).then(|| {
        view! {
            <h2 class="govuk-heading-m">"Did not go through"</h2>
            <p>"In the last 30 days. No money went back. It can be asked for again on the page of the request."</p>
            {table("Refunds that did not go through", &view.failed, None)}
        }
    });
    view! { <h2 class="govuk-heading-m">"To agree"</h2> {waiting} {failed} }.into_any()
}

const COLUMNS: [&str; 3] = ["Paid for", "Why", "Asked by"];

fn table(caption: &'static str, rows: &[RefundRow], page: Option<Page>) -> AnyView {
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    view! {
        <table class="govuk-table portico-queue portico-work" role="table">
            <caption class="govuk-visually-hidden">{caption}</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">
                    {head("Refund")}{COLUMNS.into_iter().map(head).collect_view()}{page.map(|_| head("Answer"))}
                </tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">
                {rows.iter().map(|each| row(each, page)).collect_view()}
            </tbody>
        </table>
    }
    .into_any()
}

fn row(row: &RefundRow, page: Option<Page>) -> AnyView {
    let RefundRow { refund, paid, payment, request, paid_for, own } = row.clone();
    let label = |label: &'static str| view! { <span class="portico-queue__label" aria-hidden="true">{label}</span>" " };
    let cell = |at: usize, inner: AnyView| view! { <td role="cell" class="govuk-table__cell">{label(COLUMNS[at])}{inner}</td> };
    let sum = money::show(refund.pence);
    let of = format!("of {}, {payment}", money::show(paid));
    let paid_for = match request {
        Some(id) => view! { <a href=paths::request(id)>{paid_for.clone()}</a> }.into_any(),
        None => paid_for.clone().into_any(),
    };
    let answer = page.map(|page| {
        let inner = if own {
            view! { "You asked for it, so somebody else has to agree." }.into_any()
        } else {
            buttons(page, refund.id, &sum, &row.paid_for)
        };
        view! { <td role="cell" class="govuk-table__cell">{label("Answer")}{inner}</td> }
    });
    view! {
        <tr class="govuk-table__row" role="row">
            <th scope="row" role="rowheader" class="govuk-table__header">{sum}<span class="portico-queue__reference">{of}</span></th>
            {cell(0, paid_for)}
            {cell(1, view! { <bdi class="portico-typed">{refund.reason.clone()}</bdi> }.into_any())}
            {cell(2, who(&refund))}
            {answer}
        </tr>
    }
    .into_any()
}

fn buttons(page: Page, id: Uuid, sum: &str, paid_for: &str) -> AnyView {
    let which = format!(" to {sum} for {paid_for}");
    let no = which.clone();
    let refuse = move |_| {
        page.sending.problems.set(Vec::new());
        page.reason.set(String::new());
        page.against.set(Some(id));
        a11y::focus_when_drawn("#against");
    };
    view! {
        <div class="govuk-button-group">
            <button
                type="button" id=format!("agree-{id}") class="govuk-button" on:click=move |_| page.answer(id, true)
                aria-disabled=move || page.sending.busy.get().then_some("true")
            >
                "Agree"<span class="govuk-visually-hidden">{which}</span>
            </button>
            <button type="button" class="portico-link-button" on:click=refuse>
                "Don’t agree"<span class="govuk-visually-hidden">{no}</span>
            </button>
        </div>
    }
    .into_any()
}

/// Asks why not.
fn against(page: Page, id: Uuid) -> AnyView {
    let row = page.live.value().with_untracked(|view| {
        view.as_ref().and_then(|view| view.waiting.iter().find(|row| row.refund.id == id).cloned())
    });
    let Some(row) = row else { return ().into_any() };
    let labelled = Labelled::new("reason", "Why not")
        .hint("Who asked for it reads it. The resident does not.".to_owned())
        .error(page.sending.at("reason"));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        page.answer(id, false);
    };
    view! {
        <section aria-labelledby="against">
            <h2 class="govuk-heading-m" id="against" tabindex="-1">"Don’t agree to "{money::show(row.refund.pence)}</h2>
            <p>{row.paid_for}</p>
            <form novalidate on:submit=send>
                <TextArea labelled=labelled value=page.reason on_input=Callback::new(move |typed| page.reason.set(typed)) count=count(MAX) />
                <SubmitButton label="Don’t send it back" sending=page.sending.busy />
            </form>
            <p><button type="button" class="portico-link-button" on:click=move |_| page.against.set(None)>"Leave it waiting"</button></p>
        </section>
    }
    .into_any()
}
