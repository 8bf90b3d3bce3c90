//! `/staff/hand-over`: giving requests to somebody of the department, many at once.

use std::collections::BTreeSet;

use domain::api::staff::{HandOverManyRequest, QueueItem, Show};
use domain::case::Owner;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::{ErrorSummary, Problem};
use portico_app::components::layout::Column;
use uuid::Uuid;

use crate::live::{self, Live};
use crate::parts::banner::SuccessBanner;
use crate::parts::load;
use crate::parts::prove::{Proof, Prove};
use crate::sending::Sending;
use crate::{api, session, words};

type Open = (Vec<QueueItem>, Vec<Owner>);

#[derive(Clone, Copy)]
struct Page {
    live: Live<Open>,
    proof: Proof,
    sending: Sending,
    ticked: RwSignal<BTreeSet<Uuid>>,
    to: RwSignal<Option<Uuid>>,
    done: RwSignal<Option<String>>,
}

impl Page {
    fn send(self) {
        if !self.sending.begin() {
            return;
        }
        self.done.set(None);
        let requests: Vec<Uuid> = self.ticked.with_untracked(|ticked| ticked.iter().copied().collect());
        let mut problems = Vec::new();
        let mut wrong =
            |id: &str, words: &str| problems.push(Problem { id: id.to_owned(), words: words.to_owned() });
        if requests.is_empty() {
            wrong("requests", "Choose one request or more");
        }
        if requests.len() > 200 {
            wrong("requests", "Choose 200 requests or fewer");
        }
        let to = self.to.get_untracked();
        if to.is_none() {
            wrong("to", "Choose who is to have them");
        }
        let Some(to) = to.filter(|_| problems.is_empty()) else {
            self.sending.problems.set(problems);
            return;
        };
        self.sending.busy.set(true);
        spawn_local(async move {
            let reply = api::hand_over_many(&HandOverManyRequest { requests, to }).await;
            self.sending.busy.try_set(false);
            match self.proof.pass(reply, Callback::new(move |()| self.send())) {
                Some(Ok(given)) => {
                    let many = usize::try_from(given.changed).unwrap_or_default();
                    self.ticked.try_set(BTreeSet::new());
                    self.done.try_set(Some(words::handed_over(many)));
                    self.live.refresh();
                }
                Some(Err(problem)) => {
                    self.live.refresh();
                    self.sending.fail("requests", words::refused(&problem, None));
                }
                None => {}
            }
        });
    }
}

/// Giving requests to somebody.
#[component]
pub fn HandOverPage() -> impl IntoView {
    let session = session::use_session();
    let live = live::keep(session, || async {
        let queue = api::queue(Show::Open).await?;
        Ok((queue.requests, api::colleagues().await?.colleagues))
    });
    let page = Page {
        live,
        proof: Proof::new(session),
        sending: Sending::default(),
        ticked: RwSignal::new(BTreeSet::new()),
        to: RwSignal::new(None),
        done: RwSignal::new(None),
    };
    a11y::use_page(move || format!("{}Hand over requests", page.sending.prefix()));
    let known = Memo::new(move |_| live.value().with(Option::is_some));
    let problem = Memo::new(move |_| live.problem().get().filter(|_| !known.get()));
    move || match problem.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        None if !known.get() => load::loading(),
        None => view! {
            <Column>
                <SuccessBanner words=page.done />
                <ErrorSummary problems=page.sending.problems />
                <h1 class="govuk-heading-l">"Hand over requests"</h1>
                <Prove proof=page.proof />
                <div hidden=move || page.proof.is_asked()>{form(page)}</div>
            </Column>
        }
        .into_any(),
    }
}

fn form(page: Page) -> AnyView {
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        page.send();
    };
    let requests =
        move || page.live.value().with(|open| open.as_ref().map(|open| open.0.clone()).unwrap_or_default());
    let colleagues =
        move || page.live.value().with(|open| open.as_ref().map(|open| open.1.clone()).unwrap_or_default());
    let error = |id: &'static str| {
        let error = page.sending.at(id);
        move || {
            error.get().map(|words| view! {
            <p class="govuk-error-message" id=format!("{id}-error")><span class="govuk-visually-hidden">"Error: "</span>{words}</p>
        })
        }
    };
    let choose = move |event| page.to.set(Uuid::try_parse(&event_target_value(&event)).ok());
    let option = move |colleague: Owner| {
        let Owner { id, name } = colleague;
        view! { <option value=id.to_string() selected=page.to.get_untracked() == Some(id)>{name}</option> }
    };
    view! {
        <form novalidate on:submit=send>
            <div class="govuk-form-group">
                <fieldset class="govuk-fieldset">
                    <legend class="govuk-fieldset__legend govuk-fieldset__legend--m" id="requests" tabindex="-1">"Which requests?"</legend>
                    {error("requests")}
                    <div class="govuk-checkboxes govuk-checkboxes--small">
                        <For each=requests key=|item| (item.id, item.owner.clone()) let:item>{tick(page, item)}</For>
                    </div>
                    {move || requests().is_empty().then(|| view! { <p>"Nobody is waiting for your department."</p> })}
                </fieldset>
            </div>
            <div class="govuk-form-group">
                <label class="govuk-label govuk-label--m" for="to">"Who is to have them?"</label>
                {error("to")}
                <select id="to" class="govuk-select" on:change=choose>
                    <option value="">"Choose somebody"</option>
                    {move || colleagues().into_iter().map(option).collect_view()}
                </select>
            </div>
            <p>"All of them change, or none. Residents are told who looks after their request now."</p>
            <SubmitButton label="Hand over" sending=page.sending.busy />
        </form>
    }
    .into_any()
}

fn tick(page: Page, item: QueueItem) -> AnyView {
    let QueueItem { id, reference, title, about, owner, .. } = item;
    let (input, hint) = (format!("request-{id}"), format!("request-{id}-hint"));
    let label_for = input.clone();
    let described = hint.clone();
    let change = move |event| {
        let is_ticked = event_target_checked(&event);
        page.ticked.update(|ticked| {
            if is_ticked {
                ticked.insert(id)
            } else {
                ticked.remove(&id)
            };
        });
    };
    let owner = owner.unwrap_or_else(|| "nobody yet".to_owned());
    view! {
        <div class="govuk-checkboxes__item">
            <input
                type="checkbox" class="govuk-checkboxes__input" id=input aria-describedby=described
                prop:checked=move || page.ticked.with(|ticked| ticked.contains(&id)) on:change=change
            />
            <label class="govuk-label govuk-checkboxes__label" for=label_for>{title}" "{reference.to_string()}</label>
            <div class="govuk-hint govuk-checkboxes__hint" id=hint><bdi>{about}</bdi>" Has it: "<bdi>{owner}</bdi></div>
        </div>
    }
    .into_any()
}
