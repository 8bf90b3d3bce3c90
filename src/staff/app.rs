//! Every address of the staff app on one screen, and what all of them need.

use domain::api::council::CouncilView;
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;
use portico_app::a11y;

use crate::pages::{
    answer::{DecisionPage, DeclinePage, EndGrantPage, SendBackPage},
    audit::AuditPage,
    board::BoardPage,
    bulk::BulkPage,
    close::ClosePage,
    code::CodePage,
    contact_figures::ContactFiguresPage,
    contact_new::ContactNewPage,
    contact_repeats::ContactRepeatsPage,
    contacts::ContactsPage,
    contract::{CheckPage, ContractPage, TakeBackPage},
    export::ExportPage,
    hand_over::HandOverPage,
    identity::IdentityPage,
    income::IncomePage,
    leave::LeavePage,
    ledgers::LedgersPage,
    letters::LettersPage,
    members::MembersPage,
    move_date::MovePage,
    offer::OfferPage,
    plan::PlanPage,
    queue::QueuePage,
    refund::RefundPage,
    refunds::RefundsPage,
    request::RequestPage,
    security::SecurityPage,
    sessions::SessionsPage,
    shared::SharedPage,
    sign_in::SignInPage,
    slot::SlotPage,
    team::TeamPage,
    terminals::TerminalsPage,
    wording::{WordingOfPage, WordingPage},
    write::{AskPage, NotePage, WritePage},
};
use crate::parts::{frame::Frame, load};
use crate::{browser, handle, keys, session};

/// The staff app.
#[component]
pub fn App(
    /// The council whose staff it is for.
    council: CouncilView,
) -> impl IntoView {
    a11y::provide(&format!("{} staff", council.name));
    browser::never_restore();
    view! {
        <Router>
            <Shell council=council />
        </Router>
    }
}

#[component]
fn Shell(council: CouncilView) -> impl IntoView {
    session::provide();
    let path = use_location().pathname;
    view! {
        <Frame council=council path=path>
            <Routes fallback=load::not_found>
                <Route path=path!("/staff/sign-in") view=SignInPage />
                <Route path=path!("/staff/sign-in/code") view=CodePage />
                <ParentRoute path=path!("/staff") view=Workspace>
                    <Route path=path!("") view=QueuePage />
                    <Route path=path!("sessions") view=SessionsPage />
                    <Route path=path!("hand-over") view=HandOverPage />
                    <Route path=path!("export") view=ExportPage />
                    <Route path=path!("team") view=TeamPage />
                    <Route path=path!("board") view=BoardPage />
                    <Route path=path!("bulk") view=BulkPage />
                    <Route path=path!("audit") view=AuditPage />
                    <Route path=path!("leave") view=LeavePage />
                    <Route path=path!("members") view=MembersPage />
                    <Route path=path!("ledgers") view=LedgersPage />
                    <Route path=path!("terminals") view=TerminalsPage />
                    <Route path=path!("identity") view=IdentityPage />
                    <Route path=path!("refunds") view=RefundsPage />
                    <Route path=path!("income") view=IncomePage />
                    <Route path=path!("letters") view=LettersPage />
                    <Route path=path!("wording") view=WordingPage />
                    <Route path=path!("/wording/:id") view=WordingOfPage />
                    <Route path=path!("/shared/:id") view=SharedPage />
                    <Route path=path!("security") view=SecurityPage />
                    <Route path=path!("contacts") view=ContactsPage />
                    <Route path=path!("/contacts/new") view=ContactNewPage />
                    <Route path=path!("/contacts/repeats") view=ContactRepeatsPage />
                    <Route path=path!("/contacts/figures") view=ContactFiguresPage />
                    <ParentRoute path=path!("/requests/:id") view=Request>
                        <Route path=path!("") view=RequestPage />
                        <Route path=path!("write") view=WritePage />
                        <Route path=path!("ask") view=AskPage />
                        <Route path=path!("note") view=NotePage />
                        <Route path=path!("plan") view=PlanPage />
                        <Route path=path!("slot") view=SlotPage />
                        <Route path=path!("offer") view=OfferPage />
                        <Route path=path!("decline") view=DeclinePage />
                        <Route path=path!("send-back") view=SendBackPage />
                        <Route path=path!("decision") view=DecisionPage />
                        <Route path=path!("contract") view=ContractPage />
                        <Route path=path!("contract-end") view=TakeBackPage />
                        <Route path=path!("check") view=CheckPage />
                        <Route path=path!("move") view=MovePage />
                        <Route path=path!("close") view=ClosePage />
                        <Route path=path!("refund") view=RefundPage />
                        <Route path=path!("end-grant") view=EndGrantPage />
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Frame>
    }
}

/// What is behind the sign-in: drawn once it is known who is there.
#[component]
fn Workspace() -> impl IntoView {
    let session = session::use_session();
    let failed = RwSignal::new(None);
    let ask = move || {
        leptos::task::spawn_local_scoped_with_cancellation(async move {
            let problem = session.ask().await.err();
            // Somebody is known to be there: what was asked again can be asked later.
            failed.try_set(problem.filter(|_| session.me().with_untracked(Option::is_none)));
        });
    };
    ask();
    // Another tab may have signed in as somebody else, or out.
    browser::on_visible(ask);
    let me = session.me();
    // Drawn anew only when this changes: the page inside keeps its focus and what is typed in it.
    let state = Memo::new(move |_| if me.with(Option::is_some) { Ok(()) } else { Err(failed.get()) });
    move || match state.get() {
        Ok(()) => view! { <Outlet /> {keys::keys(session)} }.into_any(),
        Err(None) => load::loading(),
        Err(Some(problem)) => load::failed(&problem, Callback::new(move |()| ask())),
    }
}

/// One request, and what can be done with it: read once, kept up to date on every page of it.
#[component]
fn Request() -> impl IntoView {
    let handle = handle::provide();
    let state = Memo::new(move |_| if handle.is_known() { Ok(()) } else { Err(handle.problem()) });
    move || match state.get() {
        Ok(()) => view! { <Outlet /> }.into_any(),
        Err(None) => load::loading(),
        Err(Some(problem)) => load::failed(&problem, Callback::new(move |()| handle.refresh())),
    }
}
