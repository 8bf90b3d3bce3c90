//! `/staff/hand-over`: giving requests to somebody of the department, many at once.

use std::collections::BTreeSet;

use domain::api::staff::{HandOverManyRequest, QueueItem};
use domain::api::workspace::{Desk, QueueFilter};
use domain::case::Owner;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
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

type Open = (Vec<QueueItem>, Desk);

/// What stands for the team in the list of people.
const TEAM: &str = "team";

#[derive(Clone, Copy)]
struct Page {
    live: Live<Open>,
    proof: Proof,
    sending: Sending,
    ticked: RwSignal<BTreeSet<Uuid>>,
    to: RwSignal<String>,
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
        let chosen = self.to.get_untracked();
        let (to, to_team) = (Uuid::try_parse(&chosen).ok(), chosen == TEAM);
        if to.is_none() && !to_team {
            wrong("to", "Choose who is to have them");
        }
        if !problems.is_empty() {
            self.sending.problems.set(problems);
            return;
        }
        self.sending.busy.set(true);
        spawn_local(async move {
            let reply = api::hand_over_many(&HandOverManyRequest { requests, to, to_team }).await;
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
    let query = use_query_map();
    let from = Memo::new(move |_| {
        query.with(|query| query.get("from").and_then(|from| Uuid::try_parse(&from).ok()))
    });
    let live = live::keep(session, move || {
        let filter = QueueFilter { owner: from.get(), ..QueueFilter::default() };
        async move { Ok((api::queue(&filter).await?.requests, api::desk().await?)) }
    });
    let page = Page {
        live,
        proof: Proof::new(session),
        sending: Sending::default(),
        ticked: RwSignal::new(BTreeSet::new()),
        to: RwSignal::new(String::new()),
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
                <div hidden=move || page.proof.is_asked()>
                    {move || from.get().map(|from| whose(page, from))}
                    {form(page)}
                </div>
            </Column>
        }
        .into_any(),
    }
}

/// Whose requests are shown, and whether they are away.
fn whose(page: Page, from: Uuid) -> Option<AnyView> {
    page.live.value().with(|open| {
        let desk = &open.as_ref()?.1;
        let name = desk.colleagues.iter().find(|one| one.id == from)?.name.clone();
        let away = desk.away.contains(&from).then_some(", who is away today,");
        Some(
            view! {
                <p>
                    "Only what "<bdi>{name}</bdi>{away}" has is shown. "
                    <a href=crate::paths::HAND_OVER>"Show everything that is open"</a>
                </p>
            }
            .into_any(),
        )
    })
}

fn form(page: Page) -> AnyView {
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        page.send();
    };
    let requests =
        move || page.live.value().with(|open| open.as_ref().map(|open| open.0.clone()).unwrap_or_default());
    let colleagues = move || {
        page.live.value().with(|open| {
            let desk = open.as_ref().map(|open| &open.1);
            let each = desk.into_iter().flat_map(|desk| {
                desk.colleagues.iter().map(|one| (one.clone(), desk.away.contains(&one.id)))
            });
            each.collect::<Vec<(Owner, bool)>>()
        })
    };
    let all = move |event| {
        let is_ticked = event_target_checked(&event);
        let ids = requests().into_iter().map(|item| item.id);
        page.ticked.update(|ticked| {
            ticked.clear();
            ticked.extend(ids.filter(|_| is_ticked));
        });
    };
    let all_ticked = move || {
        let requests = requests();
        page.ticked
            .with(|ticked| !requests.is_empty() && requests.iter().all(|item| ticked.contains(&item.id)))
    };
    let error = |id: &'static str| {
        let error = page.sending.at(id);
        move || {
            error.get().map(|words| view! {
            <p class="govuk-error-message" id=format!("{id}-error")><span class="govuk-visually-hidden">"Error: "</span>{words}</p>
        })
        }
    };
    let choose = move |event| page.to.set(event_target_value(&event));
    let is_chosen = move |value: &str| page.to.with_untracked(|to| to == value);
    let option = move |(Owner { id, name }, is_away): (Owner, bool)| {
        let value = id.to_string();
        let selected = is_chosen(&value);
        let name = if is_away { format!("{name} (away)") } else { name };
        view! { <option value=value selected=selected>{name}</option> }
    };
    view! {
        <form novalidate on:submit=send>
            <div class="govuk-form-group">
                <fieldset class="govuk-fieldset">
                    <legend class="govuk-fieldset__legend govuk-fieldset__legend--m" id="requests" tabindex="-1">"Which requests?"</legend>
                    {error("requests")}
                    <div class="govuk-checkboxes govuk-checkboxes--small">
                        {move || (!requests().is_empty()).then(|| view! {
                            <div class="govuk-checkboxes__item">
                                <input
                                    type="checkbox" class="govuk-checkboxes__input" id="all"
                                    prop:checked=all_ticked on:change=all
                                />
                                <label class="govuk-label govuk-checkboxes__label" for="all"><strong>"All of them"</strong></label>
                            </div>
                        })}
                        <For each=requests key=|item| (item.id, item.owner.clone()) let:item>{tick(page, item)}</For>
                    </div>
                    {move || requests().is_empty().then(|| view! { <p>"There are none."</p> })}
                </fieldset>
            </div>
            <div hidden=move || requests().is_empty()>
                <div class="govuk-form-group">
                    <label class="govuk-label govuk-label--m" for="to">"Who is to have them?"</label>
                    {error("to")}
                    <select id="to" class="govuk-select" on:change=choose>
                        <option value="">"Choose somebody"</option>
                        <option value=TEAM selected=move || is_chosen(TEAM)>"The team: whoever takes them"</option>
                        {move || colleagues().into_iter().map(option).collect_view()}
                    </select>
                </div>
                <p>"All of them change, or none. Residents are told who looks after their request now."</p>
                <SubmitButton label="Hand over" sending=page.sending.busy />
            </div>
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
