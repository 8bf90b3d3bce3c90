//! Narrowing the queue down: by words, service, ward and order; and the parts of it that are kept under a name.

use domain::api::staff::Show;
use domain::api::workspace::{Desk, Order, QueueFilter, SaveFilterRequest, SavedFilter};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y::{self, Announcer};
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::input::{Labelled, TextInput, Typing};
use uuid::Uuid;

use crate::live::{self, Live};
use crate::sending::Sending;
use crate::session::Session;
use crate::{api, paths, words};

/// What narrows the queue down, above it.
#[must_use]
pub fn narrow(session: Session, filter: Memo<QueueFilter>) -> AnyView {
    let desk = live::keep(session, api::desk);
    let known = Memo::new(move |_| desk.value().with(Option::is_some));
    view! {
        {move || known.get().then(|| kept(session, desk, filter))}
        {move || filter.with(|filter| told(desk, filter))}
        {move || known.get().then(|| form(session, desk, filter))}
    }
    .into_any()
}

/// What was narrowed down by, and the way back.
fn told(desk: Live<Desk>, filter: &QueueFilter) -> Option<AnyView> {
    if !filter.is_narrow() {
        return None;
    }
    let told = desk.value().with(|desk| said(desk.as_ref(), filter));
    let all = paths::queue(&QueueFilter::of(filter.show));
    Some(
        view! { <p class="portico-narrowed"><bdi>{told}</bdi>" "<a href=all>"Show all of them"</a></p> }
            .into_any(),
    )
}

fn said(desk: Option<&Desk>, filter: &QueueFilter) -> String {
    let named = |list: &[(String, String)], id: &str| {
        list.iter().find(|(known, _)| known == id).map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    };
    let owner = filter.owner.map(|owner| {
        let found = desk.and_then(|desk| desk.colleagues.iter().find(|one| one.id == owner));
        format!("had by {}", found.map_or("one person", |one| &one.name))
    });
    let parts = [
        (!filter.text.is_empty()).then(|| format!("with “{}”", filter.text)),
        filter.service.as_ref().map(|id| named(desk.map_or(&[], |desk| &desk.services), id)),
        filter.ward.clone(),
        filter.team.as_ref().map(|team| if team.is_empty() { "no team".to_owned() } else { team.clone() }),
        owner,
        filter.only.map(|only| words::only(only).to_owned()),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    format!("Only: {}.", told.join("; "))
}

/// The parts that are kept: links, each with a way to forget it.
fn kept(session: Session, desk: Live<Desk>, now: Memo<QueueFilter>) -> AnyView {
    let all =
        move || desk.value().with(|desk| desk.as_ref().map(|desk| desk.filters.clone()).unwrap_or_default());
    let any = Memo::new(move |_| !all().is_empty());
    let announcer = a11y::use_announcer();
    let item = move |SavedFilter { id, name, filter }: SavedFilter| {
        let address = paths::queue(&filter);
        let current = move || (now.get() == filter).then_some("page");
        let what = format!("Forget “{name}”");
        view! {
            <li>
                <a href=address aria-current=current><bdi>{name}</bdi></a>
                <button type="button" class="portico-kept__forget" aria-label=what on:click=move |_| forget(session, desk, announcer, id)>"×"</button>
            </li>
        }
    };
    (move || {
        any.get().then(|| view! {
            <nav class="portico-kept" aria-label="Filters that you keep">
                <ul><For each=all key=|kept| (kept.id, paths::queue(&kept.filter)) let:kept>{item(kept)}</For></ul>
            </nav>
        })
    })
    .into_any()
}

fn forget(session: Session, desk: Live<Desk>, announcer: Announcer, id: Uuid) {
    spawn_local(async move {
        match session.pass(api::forget_filter(id).await) {
            Some(Ok(now)) => {
                desk.set(now);
                announcer.say("Forgotten");
                a11y::focus_when_drawn("main h1");
            }
            // Somebody forgot it in another tab, or it can be tried again.
            Some(Err(_)) => desk.refresh(),
            None => {}
        }
    });
}

#[derive(Clone, Copy)]
struct Form {
    text: RwSignal<String>,
    service: RwSignal<String>,
    ward: RwSignal<String>,
    order: RwSignal<String>,
}

impl Form {
    fn read(self, of: &QueueFilter) -> QueueFilter {
        let some = |signal: RwSignal<String>| Some(signal.get_untracked()).filter(|said| !said.is_empty());
        QueueFilter {
            text: self.text.get_untracked().trim().to_owned(),
            service: some(self.service),
            ward: some(self.ward),
            order: Order::parse(&self.order.get_untracked()).unwrap_or_default(),
            ..of.clone()
        }
    }
}

fn form(session: Session, desk: Live<Desk>, filter: Memo<QueueFilter>) -> AnyView {
    let form = Form {
        text: RwSignal::default(),
        service: RwSignal::default(),
        ward: RwSignal::default(),
        order: RwSignal::default(),
    };
    // What the address says is what the boxes say.
    Effect::new(move |_| {
        filter.with(|filter| {
            form.text.set(filter.text.clone());
            form.service.set(filter.service.clone().unwrap_or_default());
            form.ward.set(filter.ward.clone().unwrap_or_default());
            form.order.set(filter.order.id().to_owned());
        });
    });
    let apply = move |event: SubmitEvent| {
        event.prevent_default();
        session.go(&paths::queue(&form.read(&filter.get_untracked())));
    };
    let (services, wards) = desk.value().with_untracked(|desk| {
        desk.as_ref().map(|desk| (desk.services.clone(), desk.wards.clone())).unwrap_or_default()
    });
    let wards = wards.into_iter().map(|ward| (ward.clone(), ward)).collect();
    let orders = Order::ALL.into_iter().map(|order| (order.id().to_owned(), words::order(order).to_owned()));
    let typing = Typing { autocomplete: Some("off"), ..Typing::PLAIN };
    let search = Labelled::new("text", "Reference or words");
    let saved = Sending::default();
    view! {
        <details class="govuk-details portico-narrow">
            <summary class="govuk-details__summary"><span class="govuk-details__summary-text">"Search and narrow down"</span></summary>
            <div class="govuk-details__text">
                <form novalidate role="search" class="portico-narrow__form" on:submit=apply>
                    <TextInput labelled=search value=form.text on_input=Callback::new(move |typed| form.text.set(typed)) typing=typing />
                    {select("service", "Service", "All services", services, form.service)}
                    {select("ward", "Ward", "All wards", wards, form.ward)}
                    {select("order", "Order", "", orders.collect(), form.order)}
                    <SubmitButton label="Apply" />
                </form>
                {move || filter.with(|filter| (filter.show == Show::Closed).then(|| view! {
                    <p class="govuk-hint">"Closed requests are narrowed down among those of the last 90 days."</p>
                }))}
                {keep(session, desk, filter, saved)}
            </div>
        </details>
    }
    .into_any()
}

/// A list to choose from. `none` is what stands for no choice, where there may be none.
fn select(
    id: &'static str,
    label: &'static str,
    none: &'static str,
    options: Vec<(String, String)>,
    value: RwSignal<String>,
) -> AnyView {
    let option = move |(id, name): (String, String)| {
        let known = id.clone();
        view! { <option value=id prop:selected=move || value.with(|value| *value == known)>{name}</option> }
    };
    let first = (!none.is_empty()).then(|| (String::new(), none.to_owned()));
    view! {
        <div class="govuk-form-group">
            <label class="govuk-label" for=id>{label}</label>
            <select class="govuk-select" id=id on:change=move |event| value.set(event_target_value(&event))>
                {first.into_iter().chain(options).map(option).collect_view()}
            </select>
        </div>
    }
    .into_any()
}

/// Keeping what is shown under a name.
fn keep(session: Session, desk: Live<Desk>, filter: Memo<QueueFilter>, sending: Sending) -> AnyView {
    let name = RwSignal::new(String::new());
    let announcer = a11y::use_announcer();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if !sending.begin() {
            return;
        }
        let typed = name.get_untracked().trim().to_owned();
        if typed.is_empty() {
            sending.fail("filter-name", "Enter a name, like “Mine in Harbour ward”");
            return;
        }
        sending.busy.set(true);
        let request = SaveFilterRequest { name: typed.clone(), filter: filter.get_untracked() };
        spawn_local(async move {
            let reply = api::save_filter(&request).await;
            sending.busy.try_set(false);
            match session.pass(reply) {
                Some(Ok(now)) => {
                    desk.set(now);
                    name.try_set(String::new());
                    announcer.say(format!("“{typed}” is kept"));
                }
                Some(Err(problem)) => sending.fail("filter-name", words::refused(&problem, None)),
                None => {}
            }
        });
    };
    let labelled =
        Labelled::new("filter-name", "Keep what is shown now under a name").error(sending.at("filter-name"));
    let typing = Typing { autocomplete: Some("off"), width: "govuk-input--width-20", ..Typing::PLAIN };
    view! {
        <ErrorSummary problems=sending.problems />
        <form novalidate class="portico-narrow__keep" on:submit=send>
            <TextInput labelled=labelled value=name on_input=Callback::new(move |typed| name.set(typed)) typing=typing />
            <SubmitButton label="Keep it" sending=sending.busy class="govuk-button--secondary" />
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::api::workspace::Only;

    use super::*;

    #[test]
    fn what_is_left_out_is_said() {
        let filter = QueueFilter {
            text: "mill".into(),
            team: Some(String::new()),
            only: Some(Only::Missed),
            ..QueueFilter::of(Show::Closed)
        };
        let told = said(None, &filter);
        assert_eq!(told, "Only: with “mill”; no team; late in the last 90 days.");
    }
}
