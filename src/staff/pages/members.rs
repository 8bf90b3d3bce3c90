//! `/staff/members`: who works here, and what they are.

use domain::access::Role;
use domain::api::staff::{Member, RoleRequest};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::api::ApiProblem;
use portico_app::components::error_summary::ErrorSummary;
use uuid::Uuid;

use crate::parts::banner::SuccessBanner;
use crate::parts::load;
use crate::parts::prove::{Proof, Prove};
use crate::sending::Sending;
use crate::{api, session, words};

const ROLES: [Role; 5] = [Role::Officer, Role::Manager, Role::Finance, Role::Auditor, Role::Admin];

#[derive(Clone, Copy)]
struct Page {
    proof: Proof,
    members: RwSignal<Option<Vec<Member>>>,
    problem: RwSignal<Option<ApiProblem>>,
    done: RwSignal<Option<String>>,
    sending: Sending,
}

impl Page {
    fn read(self) {
        self.problem.try_set(None);
        spawn_local(async move {
            match self.proof.pass(api::members().await, Callback::new(move |()| self.read())) {
                Some(Ok(kept)) => {
                    self.members.try_set(Some(kept.members));
                }
                Some(Err(problem)) => {
                    self.problem.try_set(Some(problem));
                }
                None => {}
            }
        });
    }

    fn change(self, id: Uuid, name: String, role: Role) {
        if !self.sending.begin() {
            return;
        }
        self.done.set(None);
        spawn_local(async move {
            let again = name.clone();
            let again = Callback::new(move |()| self.change(id, again.clone(), role));
            match self.proof.pass(api::change_role(id, RoleRequest { role }).await, again) {
                Some(Ok(())) => {
                    self.done.try_set(Some(format!("{name} is now: {}", words::role(role))));
                    self.read();
                }
                Some(Err(problem)) => {
                    self.sending.fail(&format!("role-{id}"), words::refused(&problem, None));
                }
                None => {}
            }
        });
    }
}

/// Staff and their roles.
#[component]
pub fn MembersPage() -> impl IntoView {
    let page = Page {
        proof: Proof::new(session::use_session()),
        members: RwSignal::new(None),
        problem: RwSignal::new(None),
        done: RwSignal::new(None),
        sending: Sending::default(),
    };
    a11y::use_page(move || format!("{}Staff", page.sending.prefix()));
    page.read();
    let failed = Memo::new(move |_| page.problem.get().filter(|_| page.members.with(Option::is_none)));
    move || {
        match failed.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| page.read())),
        None => view! {
            <div class="govuk-width-container">
                <main class="govuk-main-wrapper" id="main" tabindex="-1">
                    <SuccessBanner words=page.done />
                    <ErrorSummary problems=page.sending.problems />
                    <h1 class="govuk-heading-l">"Staff"</h1>
                    <p>"A role holds from the next thing that somebody does. That you changed it is logged."</p>
                    <Prove proof=page.proof />
                    {move || page.members.with(Option::is_some).then(|| table(page))}
                </main>
            </div>
        }
        .into_any(),
    }
    }
}

fn table(page: Page) -> AnyView {
    let head = |label: &'static str| view! { <th scope="col" role="columnheader" class="govuk-table__header">{label}</th> };
    let all = move || page.members.get().unwrap_or_default();
    view! {
        <table class="govuk-table portico-queue" role="table">
            <caption class="govuk-visually-hidden">"Staff, by name"</caption>
            <thead class="govuk-table__head" role="rowgroup">
                <tr class="govuk-table__row" role="row">{head("Name")} {head("Department")} {head("Role")}</tr>
            </thead>
            <tbody class="govuk-table__body" role="rowgroup">
                <For each=all key=|member| (member.id, member.role) let:member>{line(page, member)}</For>
            </tbody>
        </table>
    }
    .into_any()
}

fn line(page: Page, member: Member) -> AnyView {
    let Member { id, name, email, department, role } = member;
    let chosen = RwSignal::new(role);
    let select = format!("role-{id}");
    let choose = move |event| {
        if let Some(role) = Role::parse(&event_target_value(&event)) {
            chosen.set(role);
        }
    };
    let option = move |offered: Role| {
        view! { <option value=offered.id() selected=offered == role>{words::role(offered)}</option> }
    };
    let who = name.clone();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        page.change(id, who.clone(), chosen.get_untracked());
    };
    let label = format!("Role of {name}");
    let (field, beside) = (select.clone(), format!("{select}-error"));
    let describes = beside.clone();
    let wrong = Memo::new(move |_| {
        page.sending
            .problems
            .with(|all| all.iter().find(|problem| problem.id == field).map(|problem| problem.words.clone()))
    });
    let error = move || {
        let words = wrong.get()?;
        let id = beside.clone();
        Some(
            view! { <p class="govuk-error-message" id=id><span class="govuk-visually-hidden">"Error: "</span>{words}</p> },
        )
    };
    let change = format!("Change the role of {name}");
    view! {
        <tr class="govuk-table__row" role="row">
            <th scope="row" role="rowheader" class="govuk-table__header">
                <bdi>{name}</bdi><span class="portico-queue__reference">{email}</span>
            </th>
            <td role="cell" class="govuk-table__cell">
                <span class="portico-queue__label" aria-hidden="true">"Department"</span>" "{department}
            </td>
            <td role="cell" class="govuk-table__cell">
                <form on:submit=send>
                    {error}
                    <select id=select class="govuk-select" aria-label=label aria-describedby=move || wrong.get().map(|_| describes.clone()) on:change=choose>
                        {ROLES.map(option).collect_view()}
                    </select>
                    " "<button type="submit" class="portico-link-button" aria-label=change>"Change"</button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
