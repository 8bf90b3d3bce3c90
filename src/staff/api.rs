//! `/api/staff`: a session cookie is the permission, and a reply of 401 says that there is none.

use chrono::NaiveDate;
use domain::api::alerts::{Deliveries, Letters};
use domain::api::board::Board;
use domain::api::contacts::{
    ContactFigures, ContactForm, ContactView, Contacts, LookedIntoRequest, RecordRequest, Repeats,
};
use domain::api::follow::MessageRequest;
use domain::api::identity::{DecideRequest, DeskRequest, WaitingDocuments};
use domain::api::income::IncomeView;
use domain::api::leave::{EndLeaveRequest, LeaveRequest, LeaveView};
use domain::api::ledgers::{ImportBegun, Ledgers};
use domain::api::refunds::{RefundAnswer, RefundRequest, RefundsView};
use domain::api::sign_in::{SecurityView, WaysView};
use domain::api::slots::SlotRequest;
use domain::api::staff::{
    Around, AuditPage, CheckRequest, CloseRequest, CodeRequest, Colleagues, ContractRequest, Contractors,
    DecisionRequest, HandOverManyRequest, HandedOver, Me, Members, MovePromiseRequest, OfferRequest, PayHere,
    PersonView, PlanRequest, ProposalRequest, ProveRequest, PublishPhotoRequest, Queue, ReasonRequest,
    RelatedView, RoleRequest, Seen, SeenRequest, SharedRequest, SignInRequest, StaffCase, StaffSessions,
    WordsRequest,
};
use domain::api::team::TeamView;
use domain::api::terminals::{LockRequest, SetupRequest, TerminalCode, TerminalsView};
use domain::api::wording::{Messages, Preview, Values};
use domain::api::workspace::{
    BatchRequest, BatchView, Desk, ForgetFilterRequest, QueueFilter, SaveFilterRequest, ShortcutsRequest,
    UndoRequest,
};
use portico_app::api::{self, ApiProblem};
use uuid::Uuid;
use web_sys::File;

use crate::paths;

type Reply<T> = Result<T, ApiProblem>;

/// Asks for a code by e-mail.
///
/// # Errors
/// [`ApiProblem`]; an unknown address is none.
pub async fn sign_in(request: &SignInRequest) -> Reply<()> {
    api::tell("/api/staff/sign-in", request).await
}

/// Signs in with the code.
///
/// # Errors
/// [`ApiProblem`]; `wrong_code` when it is wrong or too old.
pub async fn code(request: &CodeRequest) -> Reply<()> {
    api::tell("/api/staff/sign-in/code", request).await
}

/// Ends the session.
///
/// # Errors
/// [`ApiProblem`].
pub async fn sign_out() -> Reply<()> {
    api::tell("/api/staff/sign-out", &()).await
}

/// Ends every session of whoever is signed in.
///
/// # Errors
/// [`ApiProblem`].
pub async fn sign_out_everywhere() -> Reply<()> {
    api::tell("/api/staff/sign-out-everywhere", &()).await
}

/// Where I am signed in.
///
/// # Errors
/// [`ApiProblem`].
pub async fn sessions() -> Reply<StaffSessions> {
    api::get("/api/staff/sessions").await
}

/// Asks for a code to prove again with who I am.
///
/// # Errors
/// [`ApiProblem`].
pub async fn prove() -> Reply<()> {
    api::tell("/api/staff/prove", &()).await
}

/// Proves it with the code.
///
/// # Errors
/// [`ApiProblem`]; `wrong_code` when it is wrong or too old.
pub async fn prove_by_code(request: &ProveRequest) -> Reply<()> {
    api::tell("/api/staff/prove/code", request).await
}

/// Where the requests of my department are to be had as a file.
pub const EXPORT: &str = "/api/staff/export";
/// Where the audit log is to be had as a file.
pub const AUDIT_EXPORT: &str = "/api/staff/audit/export";

/// What was done, before a row.
///
/// # Errors
/// [`ApiProblem`].
pub async fn audit(before: Option<u64>) -> Reply<AuditPage> {
    let before = before.map(|before| format!("?before={before}")).unwrap_or_default();
    api::get(&format!("/api/staff/audit{before}")).await
}

/// Everybody who works here.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`.
pub async fn members() -> Reply<Members> {
    api::get("/api/staff/members").await
}

/// Gives somebody another role.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`, `last_admin`.
pub async fn change_role(id: Uuid, request: RoleRequest) -> Reply<()> {
    api::tell(&format!("/api/staff/members/{id}/role"), &request).await
}

/// The public computers.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`.
pub async fn terminals() -> Reply<TerminalsView> {
    api::get("/api/staff/terminals").await
}

/// Registers one, and gives the code to type on it.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`.
pub async fn register_terminal(request: SetupRequest) -> Reply<TerminalCode> {
    api::post("/api/staff/terminals", &request).await
}

/// Changes how one is set up.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`.
pub async fn set_up_terminal(id: Uuid, request: SetupRequest) -> Reply<()> {
    api::tell(&format!("/api/staff/terminals/{id}/setup"), &request).await
}

/// Another code to type on one.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`.
pub async fn terminal_code(id: Uuid) -> Reply<TerminalCode> {
    api::post(&format!("/api/staff/terminals/{id}/code"), &()).await
}

/// Takes one out of use, or back into it.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`.
pub async fn lock_terminal(id: Uuid, request: LockRequest) -> Reply<()> {
    api::tell(&format!("/api/staff/terminals/{id}/lock"), &request).await
}

/// Has one be a public computer no more.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`.
pub async fn remove_terminal(id: Uuid) -> Reply<()> {
    api::tell(&format!("/api/staff/terminals/{id}/remove"), &()).await
}

/// Who in my department can have a request.
///
/// # Errors
/// [`ApiProblem`].
pub async fn colleagues() -> Reply<Colleagues> {
    api::get("/api/staff/colleagues").await
}

/// Gives requests to somebody: all of them, or none.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`.
pub async fn hand_over_many(request: &HandOverManyRequest) -> Reply<HandedOver> {
    api::post("/api/staff/requests/hand-over", request).await
}

/// Who is signed in.
///
/// # Errors
/// [`ApiProblem`].
pub async fn me() -> Reply<Me> {
    api::get("/api/staff/me").await
}

/// How else one can sign in than by a code.
///
/// # Errors
/// [`ApiProblem`].
pub async fn ways() -> Reply<WaysView> {
    api::get("/api/staff/ways").await
}

/// The ways in that I have.
///
/// # Errors
/// [`ApiProblem`].
pub async fn security() -> Reply<SecurityView> {
    api::get("/api/staff/security").await
}

/// The queue of my department.
///
/// # Errors
/// [`ApiProblem`].
pub async fn queue(filter: &QueueFilter) -> Reply<Queue> {
    let address = paths::queue(filter);
    let query = address.split_once('?').map_or(String::new(), |(_, query)| format!("?{query}"));
    api::get(&format!("/api/staff/requests{query}")).await
}

/// Where news of the queue come from.
pub const QUEUE_EVENTS: &str = "/api/staff/queue/events";

/// What I work with besides the requests.
///
/// # Errors
/// [`ApiProblem`].
pub async fn desk() -> Reply<Desk> {
    api::get("/api/staff/desk").await
}

/// Keeps a part of the queue under a name.
///
/// # Errors
/// [`ApiProblem`]; `too_many` when twenty are kept.
pub async fn save_filter(request: &SaveFilterRequest) -> Reply<Desk> {
    api::post("/api/staff/filters", request).await
}

/// Forgets a part of the queue that I keep.
///
/// # Errors
/// [`ApiProblem`].
pub async fn forget_filter(id: Uuid) -> Reply<Desk> {
    api::post("/api/staff/filters/forget", &ForgetFilterRequest { id }).await
}

/// Whether I want keyboard shortcuts.
///
/// # Errors
/// [`ApiProblem`].
pub async fn want_shortcuts(on: bool) -> Reply<()> {
    api::tell("/api/staff/shortcuts", &ShortcutsRequest { on }).await
}

/// What would become of many requests.
///
/// # Errors
/// [`ApiProblem`].
pub async fn preview_batch(request: &BatchRequest) -> Reply<BatchView> {
    api::post("/api/staff/batches/preview", request).await
}

/// Does something to many requests.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`.
pub async fn run_batch(request: &BatchRequest) -> Reply<BatchView> {
    api::post("/api/staff/batches", request).await
}

/// Takes back what was done to many requests.
///
/// # Errors
/// [`ApiProblem`].
pub async fn undo_batch(request: &UndoRequest) -> Reply<BatchView> {
    api::post("/api/staff/batches/undo", request).await
}

/// How the work of my department goes.
///
/// # Errors
/// [`ApiProblem`].
pub async fn team() -> Reply<TeamView> {
    api::get("/api/staff/team").await
}

/// Where that is to be had as a file.
pub const TEAM_EXPORT: &str = "/api/staff/team/export";

/// Sends money back to who paid for a request.
///
/// # Errors
/// [`ApiProblem`].
pub async fn refund(id: Uuid, what: &RefundRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/refunds"), what).await
}

/// Ends what a request gave.
///
/// # Errors
/// [`ApiProblem`].
pub async fn end_grant(id: Uuid, why: &ReasonRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/grant/end"), why).await
}

/// Refunds that wait for somebody's agreement, and those that did not go through.
///
/// # Errors
/// [`ApiProblem`].
pub async fn refunds() -> Reply<RefundsView> {
    api::get("/api/staff/refunds").await
}

/// What was paid on a day, and whether the card service says the same; of yesterday where nothing is said.
///
/// # Errors
/// [`ApiProblem`].
pub async fn income(day: Option<NaiveDate>) -> Reply<IncomeView> {
    let day = day.map(|day| format!("?day={day}")).unwrap_or_default();
    api::get(&format!("/api/staff/income{day}")).await
}

/// Where the same is to be had as a file.
#[must_use]
pub fn income_export(day: NaiveDate) -> String {
    format!("/api/staff/income/export?day={day}")
}

/// Agrees with a refund, or does not.
///
/// # Errors
/// [`ApiProblem`]; `prove_again`, `own_proposal`.
pub async fn answer_refund(id: Uuid, answer: &RefundAnswer) -> Reply<RefundsView> {
    api::post(&format!("/api/staff/refunds/{id}/answer"), answer).await
}

/// What has been open for too long in the departments that I answer for.
///
/// # Errors
/// [`ApiProblem`].
pub async fn board() -> Reply<Board> {
    api::get("/api/staff/board").await
}

/// Where that is to be had as a file.
pub const BOARD_EXPORT: &str = "/api/staff/board/export";

/// One request.
///
/// # Errors
/// [`ApiProblem`]; not found too when it is another department's.
pub async fn request(id: Uuid) -> Reply<StaffCase> {
    api::get(&address(id, "")).await
}

/// Takes a request, or takes it over.
///
/// # Errors
/// [`ApiProblem`].
pub async fn take(id: Uuid) -> Reply<StaffCase> {
    api::post(&address(id, "/take"), &()).await
}

/// Writes to the resident.
///
/// # Errors
/// [`ApiProblem`].
pub async fn message(id: Uuid, message: &MessageRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/messages"), message).await
}

/// Moves the promised date.
///
/// # Errors
/// [`ApiProblem`].
pub async fn move_promise(id: Uuid, to: &MovePromiseRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/promise"), to).await
}

/// When I am away, or my department.
///
/// # Errors
/// [`ApiProblem`].
pub async fn leave() -> Reply<LeaveView> {
    api::get("/api/staff/leave").await
}

/// Says that somebody is away.
///
/// # Errors
/// [`ApiProblem`].
pub async fn add_leave(what: &LeaveRequest) -> Reply<LeaveView> {
    api::post("/api/staff/leave", what).await
}

/// Says that somebody is not away after all.
///
/// # Errors
/// [`ApiProblem`].
pub async fn end_leave(what: &EndLeaveRequest) -> Reply<LeaveView> {
    api::post("/api/staff/leave/end", what).await
}

/// Says for which day work is planned.
///
/// # Errors
/// [`ApiProblem`].
pub async fn plan(id: Uuid, to: &PlanRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/plan"), to).await
}

/// Books another day.
///
/// # Errors
/// [`ApiProblem`].
pub async fn rebook(id: Uuid, to: &SlotRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/slot"), to).await
}

/// Says that work has begun.
///
/// # Errors
/// [`ApiProblem`].
pub async fn begin(id: Uuid) -> Reply<StaffCase> {
    api::post(&address(id, "/begin"), &()).await
}

/// Asks the resident something.
///
/// # Errors
/// [`ApiProblem`].
pub async fn ask(id: Uuid, words: &WordsRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/ask"), words).await
}

/// Writes something down for colleagues.
///
/// # Errors
/// [`ApiProblem`].
pub async fn note(id: Uuid, words: &WordsRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/notes"), words).await
}

/// Asks somebody else to take a request.
///
/// # Errors
/// [`ApiProblem`].
pub async fn offer(id: Uuid, to: &OfferRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/offer"), to).await
}

/// Does not take what was offered, or takes an offer back.
///
/// # Errors
/// [`ApiProblem`].
pub async fn decline_offer(id: Uuid, why: &ReasonRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/offer/decline"), why).await
}

/// Agrees with how a request is to be closed, or does not.
///
/// # Errors
/// [`ApiProblem`].
pub async fn proposal(id: Uuid, answer: &ProposalRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/proposal"), answer).await
}

/// Decides what becomes of a request that was open for too long.
///
/// # Errors
/// [`ApiProblem`].
pub async fn decision(id: Uuid, what: &DecisionRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/decision"), what).await
}

/// The council's contractors.
///
/// # Errors
/// [`ApiProblem`].
pub async fn contractors() -> Reply<Contractors> {
    api::get("/api/staff/contractors").await
}

/// Gives the work to a contractor.
///
/// # Errors
/// [`ApiProblem`].
pub async fn give_to_contractor(id: Uuid, what: &ContractRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/contract"), what).await
}

/// Sends the contractor's link again.
///
/// # Errors
/// [`ApiProblem`].
pub async fn send_contract_link(id: Uuid) -> Reply<StaffCase> {
    api::post(&address(id, "/contract/link"), &()).await
}

/// The page on which a request is paid on this screen.
///
/// # Errors
/// [`ApiProblem`].
pub async fn pay_here(id: Uuid) -> Reply<PayHere> {
    api::post(&address(id, "/payment"), &()).await
}

/// Sends the resident a link to pay by.
///
/// # Errors
/// [`ApiProblem`].
pub async fn send_pay_link(id: Uuid) -> Reply<StaffCase> {
    api::post(&address(id, "/payment/link"), &()).await
}

/// Takes the work back from the contractor.
///
/// # Errors
/// [`ApiProblem`].
pub async fn end_contract(id: Uuid, why: &ReasonRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/contract/end"), why).await
}

/// Says whether the contractor's work is done well.
///
/// # Errors
/// [`ApiProblem`].
pub async fn check_contract(id: Uuid, seen: &CheckRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/contract/check"), seen).await
}

/// What else is at the place of a request.
///
/// # Errors
/// [`ApiProblem`].
pub async fn related(id: Uuid) -> Reply<RelatedView> {
    api::get(&address(id, "/related")).await
}

/// Closes a request.
///
/// # Errors
/// [`ApiProblem`].
pub async fn close(id: Uuid, how: &CloseRequest) -> Reply<StaffCase> {
    api::post(&address(id, "/close"), how).await
}

/// Where a photo of a request is to be had.
#[must_use]
pub fn photo(id: Uuid, photo: Uuid) -> String {
    address(id, &format!("/photos/{photo}"))
}

/// Where the photo of an address is to be had small.
#[must_use]
pub fn small(photo: String) -> String {
    photo + "?size=thumb"
}

/// What else needs attention around there.
///
/// # Errors
/// [`ApiProblem`].
pub async fn near(id: Uuid) -> Reply<Around> {
    api::get(&address(id, "/near")).await
}

/// Reports something else at the same place.
///
/// # Errors
/// [`ApiProblem`].
pub async fn seen(id: Uuid, request: &SeenRequest) -> Reply<Seen> {
    api::post(&address(id, "/seen"), request).await
}

/// What else my department may see of the person whose request it is.
///
/// # Errors
/// [`ApiProblem`].
pub async fn person(id: Uuid) -> Reply<PersonView> {
    api::get(&address(id, "/person")).await
}

/// A request that its resident shares with my department.
///
/// # Errors
/// [`ApiProblem`]; not found too when it is not shared, or no longer.
pub async fn shared(id: Uuid) -> Reply<SharedRequest> {
    api::get(&shared_address(id, "")).await
}

/// Where a photo of a shared request is to be had.
#[must_use]
pub fn shared_photo(id: Uuid, photo: Uuid) -> String {
    shared_address(id, &format!("/photos/{photo}"))
}

/// Where a document of a shared request is to be had.
#[must_use]
pub fn shared_document(id: Uuid, document: Uuid) -> String {
    shared_address(id, &format!("/documents/{document}"))
}

fn shared_address(id: Uuid, rest: &str) -> String {
    format!("/api/staff/shared/{id}{rest}")
}

/// Lets others who report the same see a photo, or no longer.
///
/// # Errors
/// [`ApiProblem`].
pub async fn publish(id: Uuid, photo: Uuid, public: bool) -> Reply<StaffCase> {
    let body = PublishPhotoRequest { public };
    api::post(&address(id, &format!("/photos/{photo}/public")), &body).await
}

/// Where a document of a request is to be had.
#[must_use]
pub fn document(id: Uuid, document: Uuid) -> String {
    address(id, &format!("/documents/{document}"))
}

/// Where news of a request come from.
#[must_use]
pub fn events(id: Uuid) -> String {
    address(id, "/events")
}

/// Documents that residents sent to show who they are.
///
/// # Errors
/// [`ApiProblem`].
pub async fn waiting_documents() -> Reply<WaitingDocuments> {
    api::get("/api/staff/identity").await
}

/// Where such a document is to be had.
#[must_use]
pub fn waiting_document(id: Uuid) -> String {
    format!("/api/staff/identity/{id}/document")
}

/// Decides on it. Gives those that still wait.
///
/// # Errors
/// [`ApiProblem`].
pub async fn decide_document(id: Uuid, how: &DecideRequest) -> Reply<WaitingDocuments> {
    api::post(&format!("/api/staff/identity/{id}/decide"), how).await
}

/// Says that a document was shown at a desk.
///
/// # Errors
/// [`ApiProblem`]; `wrong_code` when the address and the code do not belong together.
pub async fn shown_at_desk(request: &DeskRequest) -> Reply<()> {
    api::tell("/api/staff/identity/desk", request).await
}

/// What the form to record a contact begins with.
///
/// # Errors
/// [`ApiProblem`].
pub async fn contact_form() -> Reply<ContactForm> {
    api::get("/api/staff/contacts/form").await
}

/// Records a contact, or changes the one that was recorded under its identifier.
///
/// # Errors
/// [`ApiProblem`]; `too_late` after ten minutes.
pub async fn record_contact(request: &RecordRequest) -> Reply<ContactView> {
    api::post("/api/staff/contacts", request).await
}

/// Takes back a contact that was recorded just now.
///
/// # Errors
/// [`ApiProblem`]; `too_late` after ten minutes.
pub async fn take_back_contact(id: Uuid) -> Reply<()> {
    api::tell(&format!("/api/staff/contacts/{id}/undo"), &()).await
}

/// Contacts about my department's services, or those that it recorded, before one.
///
/// # Errors
/// [`ApiProblem`].
pub async fn contacts(is_recorded: bool, before: Option<Uuid>) -> Reply<Contacts> {
    let show = if is_recorded { "recorded" } else { "about" };
    let before = before.map(|before| format!("&before={before}")).unwrap_or_default();
    api::get(&format!("/api/staff/contacts?show={show}{before}")).await
}

/// The contacts about a request.
///
/// # Errors
/// [`ApiProblem`].
pub async fn contacts_of(id: Uuid) -> Reply<Contacts> {
    api::get(&address(id, "/contacts")).await
}

/// Residents who had to contact us again and again.
///
/// # Errors
/// [`ApiProblem`].
pub async fn repeats() -> Reply<Repeats> {
    api::get("/api/staff/contacts/repeats").await
}

/// Says what was done about one of them.
///
/// # Errors
/// [`ApiProblem`]; `already_given` when somebody has said so.
pub async fn looked_into(id: Uuid, request: &LookedIntoRequest) -> Reply<()> {
    api::tell(&format!("/api/staff/contacts/repeats/{id}/looked-into"), request).await
}

/// What contacts cost each department.
///
/// # Errors
/// [`ApiProblem`].
pub async fn contact_figures() -> Reply<ContactFigures> {
    api::get("/api/staff/contacts/figures").await
}

/// What was sent to the resident of a request, and what became of it.
///
/// # Errors
/// [`ApiProblem`].
pub async fn deliveries(id: Uuid) -> Reply<Deliveries> {
    api::get(&address(id, "/deliveries")).await
}

/// Letters of my department that wait to be printed.
///
/// # Errors
/// [`ApiProblem`].
pub async fn letters() -> Reply<Letters> {
    api::get("/api/staff/letters").await
}

/// Where a letter is to be had (PDF).
#[must_use]
pub fn letter(id: Uuid) -> String {
    format!("/api/staff/letters/{id}")
}

/// Says that a letter was posted. Gives those that still wait.
///
/// # Errors
/// [`ApiProblem`]; not found too when somebody else has said so.
pub async fn letter_posted(id: Uuid) -> Reply<Letters> {
    api::post(&format!("/api/staff/letters/{id}/posted"), &()).await
}

/// The ledgers, and what was taken in of them.
///
/// # Errors
/// [`ApiProblem`].
pub async fn ledgers() -> Reply<Ledgers> {
    api::get("/api/staff/ledgers").await
}

/// Sends a file of a ledger. The reply comes when it is there.
///
/// # Errors
/// [`ApiProblem`]; 409 where another one is being read.
pub async fn import_ledger(ledger: &str, file: File) -> Reply<ImportBegun> {
    api::post_file(&format!("/api/staff/ledgers/{ledger}"), file).await
}

/// Every message that people are told.
///
/// # Errors
/// [`ApiProblem`].
pub async fn wording() -> Reply<Messages> {
    api::get("/api/staff/wording").await
}

/// A message as it goes out, filled in with these values, in a language.
///
/// # Errors
/// [`ApiProblem`].
pub async fn wording_of(id: &str, values: Values, language: &str) -> Reply<Preview> {
    api::get(&format!("/api/staff/wording/{id}?values={}&language={language}", values.id())).await
}

/// Where its letter is to be had (PDF).
#[must_use]
pub fn wording_letter(id: &str, values: Values, language: &str) -> String {
    format!("/api/staff/wording/{id}/letter?values={}&language={language}", values.id())
}

fn address(id: Uuid, rest: &str) -> String {
    format!("/api/staff/requests/{id}{rest}")
}
