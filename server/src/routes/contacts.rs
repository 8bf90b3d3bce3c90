//! `/api/staff/contacts`: calls, visits, letters and emails, written down by whoever took them. Staff see the contacts about
//! their department's services, and those that their department recorded. A reference of another department's is written
//! down as it is said, and not looked up: whoever may see the request finds the contact with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use domain::access::Act;
use domain::api::contacts::{
    ContactFigure, ContactFigures, ContactForm, ContactView, Contacts, Counted, LookedInto,
    LookedIntoRequest, RecordRequest, RepeatView, Repeats,
};
use domain::api::problem::Problem;
use domain::contact_log::{self, ContactChannel, Who};
use domain::field::{ErrorCode, FieldError, plain};
use domain::reference::Reference;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::follow::{private, words};
use super::staff::mine;
use crate::access::Declare as _;
use crate::councils::Served;
use crate::error::ApiError;
use crate::extract::{At, Path, Query, Staff, Valid};
use crate::jobs::{Job, repeats};
use crate::operations::base;
use crate::operations::looked::{Look, look};
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::contacts::{Contact, NewContact, Rise, Tally, TellManager, Which, number};
use crate::store::staff::StaffMember;

/// Contacts on a page.
const PAGE: u64 = 50;

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list).needs(Act::SeeDepartment))
        .routes(routes!(record).needs(Act::Answer))
        .routes(routes!(form).needs(Act::Answer))
        .routes(routes!(undo).needs(Act::Answer))
        .routes(routes!(waiting).needs(Act::AnswerFor))
        .routes(routes!(looked_into).needs(Act::AnswerFor))
        .routes(routes!(figures).needs(Act::SeeFigures))
        .routes(routes!(of_request).needs(Act::SeeDepartment))
}

/// What the form to record a contact begins with.
#[utoipa::path(get, path = "/api/staff/contacts/form", tag = "contacts", operation_id = "contact_form",
    responses((status = 200, body = ContactForm), (status = 401, body = Problem)))]
async fn form(at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    let channel = at.store.last_channel(&member).await?.unwrap_or_default();
    Ok(private(ContactForm { channel, reasons: at.served.council.contact_reasons.clone() }))
}

/// What a contact was about.
struct About {
    service: String,
    department: String,
    request: Option<Uuid>,
    reference: Option<Reference>,
}

/// Finds out what a contact was about. A request of one's own department says it; with any other reference the service
/// has to be named, whether there is such a request or not.
async fn about(
    at: &At,
    member: &StaffMember,
    request: &RecordRequest,
    wrong: &mut Vec<FieldError>,
) -> Result<Option<About>, ApiError> {
    let typed = plain::line(&request.reference);
    let reference = Reference::parse(&typed);
    if reference.is_none() && !typed.is_empty() {
        wrong.push(FieldError::new("reference", ErrorCode::NotAllowed));
        return Ok(None);
    }
    if let Some(reference) = &reference {
        let own = at.store.own_references(&member.department, vec![reference.as_str().to_owned()]).await?;
        if let Some(own) = own.into_iter().next() {
            return Ok(Some(About {
                service: own.service,
                department: member.department.clone(),
                request: Some(own.id),
                reference: Some(reference.clone()),
            }));
        }
    }
    if request.service.is_empty() {
        wrong.push(FieldError::new("service", ErrorCode::Missing));
        return Ok(None);
    }
    let Some(service) = at.served.service(&request.service) else {
        wrong.push(FieldError::new("service", ErrorCode::NotAnOption));
        return Ok(None);
    };
    // A service that goes where its answers say is answered for by whoever was asked.
    let department = Some(&service.department).filter(|department| !department.is_empty());
    Ok(Some(About {
        service: service.id.clone(),
        department: department.unwrap_or(&member.department).clone(),
        request: None,
        reference,
    }))
}

/// Records a contact. The same identifier with something else changes it, for ten minutes.
#[utoipa::path(post, path = "/api/staff/contacts", tag = "contacts", operation_id = "record_contact", request_body = RecordRequest,
    responses((status = 200, body = ContactView), (status = 401, body = Problem), (status = 404, body = Problem, description = "The identifier is somebody else’s contact’s"),
        (status = 409, body = Problem, description = "`too_late`"), (status = 422, body = Problem)))]
async fn record(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Valid(request): Valid<RecordRequest>,
) -> Result<Response, ApiError> {
    let mut wrong = Vec::new();
    let about = about(&at, &member, &request, &mut wrong).await?;
    let who = Who::read(&request.person).unwrap_or_else(|code| {
        wrong.push(FieldError::new("person", code));
        None
    });
    if !at.served.council.contact_reasons.iter().any(|reason| reason.id == request.reason) {
        let code = if request.reason.is_empty() { ErrorCode::Missing } else { ErrorCode::NotAnOption };
        wrong.push(FieldError::new("reason", code));
    }
    let Some(about) = about.filter(|_| wrong.is_empty()) else { return Err(ApiError::invalid(wrong)) };
    let body = serde_json::to_vec(&request).map_err(StoreError::from)?;
    let title = title(&at.served, &about.service);
    let new = NewContact {
        id: request.id,
        body,
        at: state.now(),
        channel: request.channel,
        service: about.service,
        rises_to: at.served.council.department(&about.department).cloned(),
        department: about.department,
        request: about.request,
        reference: about.reference,
        reason: request.reason,
        answers: request.answers,
        minutes: request.minutes,
        note: plain::lines(&request.note),
        who,
    };
    let contact = at.store.record_contact(&member, new, tell(&state, &at, title)).await?;
    state.wake.notify_one();
    let seen = Seen::new(&state, &at, &member, std::slice::from_ref(&contact)).await?;
    Ok(private(seen.view(contact)))
}

/// Makes the mail to who answers for the department.
fn tell(state: &AppState, at: &At, service: String) -> TellManager {
    let (link, dice, now) = (base(state, &at.served.council), state.dice.clone(), state.now());
    let link = format!("{link}/staff/contacts/repeats");
    Arc::new(move |(manager, contact), times| {
        let told = repeats::Repeats {
            contact,
            name: manager.name.clone(),
            email: manager.email.clone(),
            service: service.clone(),
            times,
            link: link.clone(),
        };
        (dice.id(now), Job::Repeats(told))
    })
}

/// Takes back a contact that one has just recorded.
#[utoipa::path(post, path = "/api/staff/contacts/{id}/undo", tag = "contacts", operation_id = "take_back_contact", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem, description = "`not_owner`, `too_late`")))]
async fn undo(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    at.store.take_back_contact(&member, uuid(&id)?, state.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn uuid(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| ApiError::not_found())
}

/// `?show=recorded&before=…`.
#[derive(serde::Deserialize)]
struct Show {
    show: Option<String>,
    before: Option<String>,
}

/// Contacts about my department's services, or those that my department recorded; the newest first, some at a time.
#[utoipa::path(get, path = "/api/staff/contacts", tag = "contacts", operation_id = "list_contacts",
    params(("show" = Option<String>, Query, description = "about or recorded"), ("before" = Option<Uuid>, Query, description = "Contacts before this one")),
    responses((status = 200, body = Contacts), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn list(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Query(Show { show, before }): Query<Show>,
) -> Result<Response, ApiError> {
    let which = if show.as_deref() == Some("recorded") { Which::Recorded } else { Which::About };
    let before = before.as_deref().map(uuid).transpose()?;
    look(&state, &at, &member, Look::Contacts).await?;
    let mut contacts = at.store.contacts(&member.department, which, before, PAGE + 1).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = contacts.get(page).and(contacts.get(page - 1)).map(|last| last.id);
    contacts.truncate(page);
    let seen = Seen::new(&state, &at, &member, &contacts).await?;
    Ok(private(Contacts { contacts: contacts.into_iter().map(|contact| seen.view(contact)).collect(), next }))
}

/// The contacts about a request of my department, the newest first.
#[utoipa::path(get, path = "/api/staff/requests/{id}/contacts", tag = "contacts", operation_id = "contacts_of_request", params(("id" = Uuid, Path)),
    responses((status = 200, body = Contacts), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn of_request(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stored = mine(&state, &at, &member, &id).await?;
    let contacts = at.store.contacts_about(&stored.case.submission.reference).await?;
    let seen = Seen::new(&state, &at, &member, &contacts).await?;
    let contacts = contacts.into_iter().map(|contact| seen.view(contact)).collect();
    Ok(private(Contacts { contacts, next: None }))
}

/// Residents of whom nobody has said yet why they had to contact us three times, in the departments that I answer for.
/// Whoever they are is told that somebody looked.
#[utoipa::path(get, path = "/api/staff/contacts/repeats", tag = "contacts", operation_id = "contact_repeats",
    responses((status = 200, body = Repeats), (status = 401, body = Problem)))]
async fn waiting(State(state): State<AppState>, at: At, Staff(member): Staff) -> Result<Response, ApiError> {
    let rises = at.store.rises(&at.reach(&member)).await?;
    look(&state, &at, &member, Look::Contacts).await?;
    let all: Vec<Contact> = rises.iter().flat_map(|(_, of_them)| of_them.iter().cloned()).collect();
    let seen = Seen::new(&state, &at, &member, &all).await?;
    let mut repeats = Vec::with_capacity(rises.len());
    for (contact, of_them) in rises {
        if let Some(resident) = contact.resident_id {
            look(&state, &at, &member, Look::Repeats { contact: contact.id, resident }).await?;
        }
        repeats.push(RepeatView {
            id: contact.id,
            service: title(&at.served, &contact.service),
            since: at.served.say(contact.at),
            contacts: of_them.into_iter().map(|contact| seen.view(contact)).collect(),
        });
    }
    Ok(private(Repeats { repeats }))
}

/// Says what was done about a resident who had to contact us so often.
#[utoipa::path(post, path = "/api/staff/contacts/repeats/{id}/looked-into", tag = "contacts", operation_id = "contact_looked_into", params(("id" = Uuid, Path)),
    request_body = LookedIntoRequest,
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem, description = "`already_given`"), (status = 422, body = Problem)))]
async fn looked_into(
    State(state): State<AppState>,
    at: At,
    Staff(member): Staff,
    Path(id): Path<String>,
    Valid(request): Valid<LookedIntoRequest>,
) -> Result<StatusCode, ApiError> {
    let done = words("done", &request.done)?;
    at.store.look_into(&at.reach(&member), uuid(&id)?, &done, state.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What contacts cost each department: how many there were about its services this month and the month before, how many
/// could have been avoided, how many were repeats, and how long they took. It names nobody.
#[utoipa::path(get, path = "/api/staff/contacts/figures", tag = "contacts", operation_id = "contact_figures",
    responses((status = 200, body = ContactFigures), (status = 401, body = Problem)))]
async fn figures(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    let now = state.now();
    let this = first_of_month(at.served.local(now).date());
    let last = first_of_month(this.pred_opt().unwrap_or(this));
    let next = first_of_month(this.checked_add_months(Months::new(1)).unwrap_or(this));
    let [last_begins, begins, ends] = [last, this, next].map(|day| at.served.begins(day));
    let (of_this, of_last) =
        tokio::try_join!(at.store.tally(begins, ends), at.store.tally(last_begins, begins))?;
    let mut rows = BTreeMap::<(String, String), (Counted, Counted)>::new();
    for tally in of_this {
        let (this, _) = rows.entry(named(&at.served, &tally)).or_default();
        *this = this.and(counted(&tally));
    }
    for tally in of_last {
        let (_, last) = rows.entry(named(&at.served, &tally)).or_default();
        *last = last.and(counted(&tally));
    }
    let rows = rows.into_iter().map(|((department, service), (this_month, last_month))| ContactFigure {
        department,
        service,
        this_month,
        last_month,
    });
    let month = |day: NaiveDate| day.format("%B %Y").to_string();
    Ok(private(ContactFigures { this_month: month(this), last_month: month(last), rows: rows.collect() }))
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn named(served: &Served, tally: &Tally) -> (String, String) {
    (served.council.department_name(&tally.department).to_owned(), title(served, &tally.service))
}

fn counted(tally: &Tally) -> Counted {
    let contacts = u32::try_from(tally.contacts).unwrap_or(u32::MAX);
    let all_if = |is_so: bool| if is_so { contacts } else { 0 };
    Counted {
        contacts,
        avoidable: all_if(tally.answers().is_avoidable()),
        repeats: all_if(contact_log::is_repeat(u32::try_from(tally.number).unwrap_or_default())),
        minutes: tally.minutes.and_then(|minutes| u32::try_from(minutes).ok()).unwrap_or_default(),
    }
}

/// A service's title; its identifier when it is no longer offered.
pub(crate) fn title(served: &Served, service: &str) -> String {
    served.service(service).map_or(service, |service| &service.title).to_owned()
}

/// A reason in words; its identifier when it is gone from the list.
pub(crate) fn reason(served: &Served, id: &str) -> String {
    let reasons = &served.council.contact_reasons;
    reasons.iter().find(|reason| reason.id == id).map_or(id, |reason| &reason.name).to_owned()
}

/// What is needed to show contacts to a member of staff.
struct Seen<'a> {
    served: &'a Served,
    member: &'a StaffMember,
    now: DateTime<Utc>,
    /// The departments that they answer for.
    answers: Vec<String>,
    names: HashMap<Uuid, String>,
    rises: HashMap<Uuid, Rise>,
    /// The requests of the member's department that were named.
    requests: HashMap<String, Uuid>,
}

impl<'a> Seen<'a> {
    async fn new(
        state: &AppState,
        at: &'a At,
        member: &'a StaffMember,
        contacts: &[Contact],
    ) -> Result<Self, ApiError> {
        let rises = at.store.rises_of(contacts).await?;
        let members = at.store.members().await?.into_iter();
        let names = members.map(|member| (member.id, member.name)).collect();
        let said = contacts.iter().filter_map(|contact| contact.reference.clone()).collect();
        let own = at.store.own_references(&member.department, said).await?.into_iter();
        let requests = own.map(|own| (own.reference, own.id)).collect();
        let answers = at.reach(member).answers.into_iter().map(|(department, _)| department).collect();
        Ok(Self { served: &at.served, member, now: state.now(), answers, names, rises, requests })
    }

    fn name(&self, id: Uuid) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| "Somebody who no longer works here".to_owned())
    }

    /// A contact as the member sees it. What only the department that answers for it may know stays there.
    fn view(&self, contact: Contact) -> ContactView {
        let is_ours =
            contact.department == self.member.department || self.answers.contains(&contact.department);
        let looked_into = self.rises.get(&contact.id).filter(|_| is_ours).and_then(|rise| {
            let (at, by, done) = (rise.looked_at?, rise.looked_by?, rise.done.clone()?);
            Some(LookedInto { when: self.served.say(at), by: self.name(by), done })
        });
        let answers = contact.answers();
        let is_mine = contact.recorded_by == self.member.id;
        ContactView {
            id: contact.id,
            when: self.served.say(contact.at),
            channel: ContactChannel::parse(&contact.channel).unwrap_or_default(),
            service: title(self.served, &contact.service),
            request: contact.reference.as_ref().and_then(|reference| self.requests.get(reference)).copied(),
            reference: contact.reference.as_deref().and_then(Reference::parse),
            reason: reason(self.served, &contact.reason),
            avoidable: answers.is_avoidable(),
            answers,
            minutes: contact.minutes.and_then(|minutes| u32::try_from(minutes).ok()),
            by: self.name(contact.recorded_by),
            number: is_ours.then(|| number(&contact)),
            looked_into,
            changeable: is_mine && contact_log::is_changeable(contact.at, self.now),
            note: contact.note,
        }
    }
}
