//! `/staff/contacts`: the contacts about my department's services, or those that it recorded; the newest first.

use domain::access::Role;
use domain::api::contacts::ContactView;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use portico_app::a11y;
use portico_app::api::ApiProblem;
use portico_app::components::error_summary::ErrorSummary;
use uuid::Uuid;

use super::contact_new::refused;
use crate::parts::{banner::SuccessBanner, contacts, load};
use crate::sending::Sending;
use crate::session::{self, Session};
use crate::{api, paths};

#[derive(Clone, Copy)]
struct Page {
    session: Session,
    is_recorded: Memo<bool>,
    rows: RwSignal<Option<Vec<ContactView>>>,
    next: RwSignal<Option<Uuid>>,
    problem: RwSignal<Option<ApiProblem>>,
    sending: Sending,
    done: RwSignal<Option<String>>,
}

impl Page {
    fn read(self, before: Option<Uuid>) {
        self.problem.try_set(None);
        let of = self.is_recorded.get_untracked();
        spawn_local(async move {
            let reply = self.session.pass(api::contacts(of, before).await);
            // The other part may be looked at by now.
            if self.is_recorded.try_get_untracked() != Some(of) {
                return;
            }
            match reply {
                Some(Ok(page)) => {
                    self.next.try_set(page.next);
                    self.rows.try_update(|rows| rows.get_or_insert_default().extend(page.contacts));
                }
                Some(Err(failed)) => {
                    self.problem.try_set(Some(failed));
                }
                None => {}
            }
        });
    }

    fn take_back(self, id: Uuid) {
        if !self.sending.begin() {
            return;
        }
        self.done.set(None);
        spawn_local(async move {
            match self.session.pass(api::take_back_contact(id).await) {
                Some(Ok(())) => {
                    self.rows.try_update(|rows| {
                        if let Some(rows) = rows {
                            rows.retain(|row| row.id != id);
                        }
                    });
                    self.done.try_set(Some("The contact is taken back".to_owned()));
                }
                Some(Err(failed)) => self.sending.fail(&format!("undo-{id}"), refused(&failed)),
                None => {}
            }
        });
    }
}

/// The contacts.
#[component]
pub fn ContactsPage() -> impl IntoView {
    let query = use_query_map();
    let is_recorded =
        Memo::new(move |_| query.with(|query| query.get("show").as_deref() == Some("recorded")));
    let page = Page {
        session: session::use_session(),
        is_recorded,
        rows: RwSignal::new(None),
        next: RwSignal::new(None),
        problem: RwSignal::new(None),
        sending: Sending::default(),
        done: RwSignal::new(None),
    };
    a11y::use_page(move || format!("{}Contacts", page.sending.prefix()));
    Effect::new(move |_| {
        is_recorded.track();
        page.rows.set(None);
        page.next.set(None);
        page.read(None);
    });
    let failed = Memo::new(move |_| page.problem.get().filter(|_| page.rows.with(Option::is_none)));
    move || match failed.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| page.read(None))),
        None => draw(page),
    }
}

fn draw(page: Page) -> AnyView {
    let filled = Memo::new(move |_| page.rows.with(|rows| rows.as_ref().map(|rows| !rows.is_empty())));
    let list = move || match filled.get() {
        None => view! { <p class="portico-loading" role="status">"Loading…"</p> }.into_any(),
        Some(false) => view! { <p>"None is recorded."</p> }.into_any(),
        Some(true) => table(page),
    };
    let here =
        Signal::derive(
            move || if page.is_recorded.get() { paths::CONTACTS_RECORDED } else { paths::CONTACTS },
        );
    view! {
        <div class="govuk-width-container">
            <main class="govuk-main-wrapper" id="main" tabindex="-1">
                <SuccessBanner words=page.done />
                <ErrorSummary problems=page.sending.problems />
                <h1 class="govuk-heading-l">"Contacts"</h1>
                <p><a class="govuk-button" role="button" href=paths::CONTACT_NEW>"Record a contact"</a></p>
                {parts(page.session, here)}
                {list}
                {move || page.problem.with(Option::is_some).then(|| view! {
                    <p role="alert" class="govuk-error-message">"We could not read on. Try again"</p>
                })}
                {move || page.next.get().map(|before| view! {
                    <button type="button" class="govuk-button govuk-button--secondary" on:click=move |_| page.read(Some(before))>
                        "Show older"
                    </button>
                })}
            </main>
        </div>
    }
    .into_any()
}

/// The pages of the contact log. Only who answers for a department looks after repeats, and managers see the figures.
#[must_use]
pub fn parts(session: Session, here: Signal<&'static str>) -> AnyView {
    let manages = move || session.me().with(|me| me.as_ref().is_some_and(|me| me.role == Role::Manager));
    let answers = move || session.me().with(|me| me.as_ref().is_some_and(|me| me.answers));
    let link = move |path: &'static str, label: &'static str| {
        let current = move || (here.get() == path).then_some("page");
        view! { <li><a href=path aria-current=current>{label}</a></li> }.into_any()
    };
    view! {
        <nav class="portico-parts" aria-label="Which contacts">
            <ul>
                {link(paths::CONTACTS, "About your department")}
                {link(paths::CONTACTS_RECORDED, "Recorded by your department")}
                {move || answers().then(|| link(paths::REPEATS, "To look into"))}
                {move || manages().then(|| link(paths::CONTACT_FIGURES, "Figures"))}
            </ul>
        </nav>
    }
    .into_any()
}

fn table(page: Page) -> AnyView {
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    let all = move || page.rows.get().unwrap_or_default();
    view! {
        <table class="govuk-table portico-queue" role="table">
            <caption class="govuk-visually-hidden">"Contacts, the newest first"</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">
                    {head("About")} {head("When and how")} {head("Why")} {head("Recorded by")}
                </tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">
                <For each=all key=|contact| contact.id let:contact>{row(page, &contact)}</For>
            </tbody>
        </table>
    }
    .into_any()
}

fn row(page: Page, contact: &ContactView) -> AnyView {
    let label = |words: &'static str| view! { <span class="portico-queue__label" aria-hidden="true">{words}</span>" " };
    let undo = contact.changeable.then(|| {
        let id = contact.id;
        let what = format!("Take back: {}, {}", contact.service, contact.when);
        view! {
            <br />
            <button type="button" id=format!("undo-{id}") class="portico-link-button" aria-label=what on:click=move |_| page.take_back(id)>
                "Take back"
            </button>
        }
    });
    view! {
        <tr class="govuk-table__row" role="row">
            <th scope="row" role="rowheader" class="govuk-table__header">{contacts::subject(contact)}</th>
            <td role="cell" class="govuk-table__cell">
                {label("When and how")}{contact.when.clone()}", "{contact.channel.label()}
            </td>
            <td role="cell" class="govuk-table__cell">
                {label("Why")}{contact.reason.clone()}" "{contacts::flags(contact)}{contacts::more(contact)}
            </td>
            <td role="cell" class="govuk-table__cell">{label("Recorded by")}<bdi>{contact.by.clone()}</bdi>{undo}</td>
        </tr>
    }
    .into_any()
}
