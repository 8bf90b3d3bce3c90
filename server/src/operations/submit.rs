//! Submitting a form: checked by the same rules as in the browser, stored once.

use std::borrow::Cow;

use axum::http::{HeaderMap, StatusCode};
use domain::answers::{Answers, question_of};
use domain::api::drafts::Posted;
use domain::api::requests::{SubmitRequest, Submitted};
use domain::case::{self, Actor, Case, Event, Linked, Recorded, Status};
use domain::catalogue::Service;
use domain::channel::Channel;
use domain::fee::{self, Due, Register};
use domain::field::{ErrorCode, FieldError, Kind, Position, Value};
use domain::identity::Proof;
use domain::payment::Bill;
use domain::standard::Limit;
use domain::validate::Answer;
use domain::{journey, validate};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::{At, signed_in};
use crate::gazetteer::search_key;
use crate::jobs::alert;
use crate::ledgers::PenaltyCharges as _;
use crate::operations::acting::{Acting, service_of, today};
use crate::operations::{clock, homes, links, slots};
use crate::routes::consent;
use crate::secret;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store::consent::Answered;
use crate::store::nearby::Spot;
use crate::store::places::Area;
use crate::store::proofs::{KeptProof, known};
use crate::store::requests::{NewRequest, Stored, Submission};

/// References tried before giving up; with 3,404,825,447 of them a second try is already rare.
const TRIES: usize = 5;

/// Who sends a form.
#[derive(Clone, Debug)]
pub enum Sender {
    /// Somebody who is not signed in.
    Nobody,
    /// A resident who is signed in, for themselves.
    Resident(Uuid),
    /// A resident who is signed in, for another one.
    Helper(Box<Acting>),
}

impl Sender {
    /// Who sends this form.
    ///
    /// # Errors
    /// `not_found` where they may not send it for whom it is filled in; the database's.
    pub async fn of(state: &AppState, at: &At, headers: &HeaderMap, form: &str) -> Result<Self, ApiError> {
        if let Some(acting) = Acting::of(state, at, headers, form).await? {
            return Ok(Self::Helper(Box::new(acting)));
        }
        let resident = signed_in(state, at, headers).await?;
        Ok(resident.map_or(Self::Nobody, |(resident, _)| Self::Resident(resident.id)))
    }

    /// In whose account it is then.
    fn resident(&self) -> Option<Uuid> {
        match self {
            Self::Nobody => None,
            Self::Resident(resident) => Some(*resident),
            Self::Helper(acting) => Some(acting.resident.id),
        }
    }

    /// The address of the account of whom it is sent for.
    fn account(&self) -> Option<&str> {
        match self {
            Self::Nobody | Self::Resident(_) => None,
            Self::Helper(acting) => Some(&acting.resident.email),
        }
    }

    fn actor(&self) -> Actor {
        match self {
            Self::Nobody | Self::Resident(_) => Actor::Resident,
            Self::Helper(acting) => acting.actor(),
        }
    }

    /// The reply. Who sends it for another gets no key, and nobody who asks later as somebody else does: what they may see
    /// of it ends with what they were named for.
    fn told(&self, state: &AppState, at: &At, id: Uuid, case: &Case) -> Submitted {
        let request = matches!(self, Self::Helper(_)).then_some(id);
        let has_key = request.is_none() && case.helper.is_none();
        Submitted {
            reference: case.submission.reference.clone(),
            key: if has_key { follow_key(state, at, id) } else { String::new() },
            acknowledge_by: case.submission.acknowledge_by,
            complete_by: case.submission.complete_by,
            to_pay: has_key && case.status == Status::ToPay,
            request,
        }
    }
}

/// Submits a form, perhaps about another request, for the account of a resident who is signed in, or of whom they act for. The flag says whether it is new (true) or was stored before under the same key.
///
/// # Errors
/// `not_found` for an unknown service, `stopped` when the answers end the form early, `invalid` with the
/// fields, `already_sent` when the key was used for other answers.
#[expect(clippy::too_many_lines, reason = "what belongs to one request, one after the other")]
pub async fn submit(
    state: &AppState,
    at: &At,
    key: Uuid,
    request: SubmitRequest,
    sender: Sender,
    about: Option<Uuid>,
) -> Result<(Submitted, bool), ApiError> {
    let body_hash = body_hash(&request);
    let resident = sender.resident();
    let consent = decided(state, at, &sender, &request).await?;
    let proofs = match resident {
        Some(resident) => at.store.proofs(resident).await?,
        None => Vec::new(),
    };
    let (service, mut answers) = match read(state, at, &request, &proofs) {
        Ok(read) => read,
        // The form may have changed since it was stored: what was stored stays stored.
        Err(error) => {
            return at
                .store
                .sent_before(key)
                .await?
                .map_or(Err(error), |before| again(state, at, &sender, &before, &body_hash));
        }
    };
    let service = &*service;
    let now = state.now();
    let place = locate(at, &mut answers).await?;
    let zone = match homes::zone_of(at, service, &answers).await {
        Ok(zone) => zone,
        // The ledger may have changed since it was stored, too.
        Err(error) => {
            return at
                .store
                .sent_before(key)
                .await?
                .map_or(Err(error), |before| again(state, at, &sender, &before, &body_hash));
        }
    };
    let takes = homes::takes(state, at, service, &answers).await?;
    let identity = resident.map(|_| known(&proofs, now));
    let submission = case::Submission {
        identity,
        zone,
        ..promised(state, at, (service, &request.answers), answers, &place)
    };
    for _ in 0..TRIES {
        let id = state.dice.id(now);
        let reference = state.dice.reference();
        let mut whole = case::Submission { reference, ..submission.clone() };
        if !service.passed_to(&request.answers).is_empty() {
            // Only the departments that were ticked have a reason to see it.
            whole.department.clear();
        }
        let mut parts = parts(state, at, service, &request.answers, (id, &mut whole));
        // What has parts is nobody's but theirs.
        whole.on_payment = is_paid_first(at, service, &whole);
        // What is to be paid first is somebody's when it is received.
        let own = Some(&mut whole).filter(|whole| whole.parts.is_empty() && !whole.on_payment);
        for submission in parts.iter_mut().map(|(_, part)| part).chain(own) {
            submission.lead = clock::lead(&at.store, &at.served, &submission.department).await?;
        }
        let new_request = |id, key, submission| NewRequest {
            id,
            event_id: state.dice.id(now),
            follow_hash: secret::hash(state.secret.follow_key(at.store.council(), id).as_bytes()),
            idempotency_key: key,
            body_hash: body_hash.clone(),
            resident,
            wakes: None,
            submitted: Recorded {
                seq: 1,
                at: now,
                by: sender.actor(),
                event: Event::Submitted(Box::new(submission)),
            },
            jobs: Vec::new(),
            spot: None,
            parts: Vec::new(),
            by: None,
            consent: Vec::new(),
            typed: None,
            about: None,
            challenges: None,
            place: None,
            takes: Vec::new(),
        };
        let mut new = new_request(id, key, whole);
        new.about = about;
        new.takes.clone_from(&takes);
        // Seen once already: it goes on at "Check your answers".
        let seen = service.questions.iter().map(|question| (question.id.clone(), question.stamp)).collect();
        let (form, answers) = (request.service.clone(), request.answers.clone());
        new.typed = Some(Posted { service: form, key, answers, seen, ..Posted::default() });
        let case = Case::open(&new.submitted).map_err(StoreError::Refused)?;
        new.wakes = clock::wakes(&at.served, &case);
        let to = links(state, &at.served.council, (id, &case));
        let told = match case.status {
            // Whoever sends it themselves is led to the card page. What another sends is for its resident to pay.
            Status::ToPay => {
                alert::to_pay(&case, (sender.account(), false), &to).filter(|_| case.helper.is_some())
            }
            _ => alert::received(&case, (sender.account(), false), &to, service.next.clone()),
        };
        new.jobs = alert::as_jobs(told, || state.dice.id(now));
        new.spot = spot(state, at, service, (id, &place));
        new.place = slots::place(&at.served, &case, now);
        new.challenges = challenged(at, &case).await?.map(|number| (number, today(state, at)));
        // A part is never asked for by its key: it only has to be nobody else's.
        new.parts = parts.into_iter().map(|(id, part)| new_request(id, state.dice.id(now), part)).collect();
        for part in &mut new.parts {
            let case = Case::open(&part.submitted).map_err(StoreError::Refused)?;
            part.wakes = clock::wakes(&at.served, &case);
        }
        new.consent.clone_from(&consent);
        if let Sender::Helper(acting) = &sender {
            let detail = format!("Sent “{}” for you: {}", service.title, case.submission.reference);
            new.by = Some(acting.acts_by(id, detail, (now, today(state, at))));
        }
        match at.store.submit(new).await {
            Ok(Submission::Stored) => {
                state.changed(id, 1);
                return Ok((sender.told(state, at, id, &case), true));
            }
            Ok(Submission::Before(before)) => return again(state, at, &sender, &before, &body_hash),
            Err(StoreError::ReferenceTaken) => {}
            Err(StoreError::SlotTaken) => return Err(slots::taken(&case.submission.answers)),
            Err(StoreError::UploadGone(upload)) => {
                return Err(upload_gone(service, &request.answers, upload));
            }
            Err(error) => return Err(error.into()),
        }
    }
    tracing::error!("no free reference was found");
    Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))
}

/// The number of the penalty charge that a request challenges, if it does. Who knows only the number, and not the vehicle,
/// stops nobody's clock: what they sent is read all the same.
async fn challenged(at: &At, case: &Case) -> Result<Option<String>, StoreError> {
    let sent = &case.submission;
    let settings = at.served.council.penalty_charges.as_ref().filter(|known| sent.service == known.challenge);
    let Some(settings) = settings else { return Ok(None) };
    let text = |question: &str| {
        sent.answers.iter().find(|answer| answer.question == question).and_then(|answer| {
            match &answer.value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            }
        })
    };
    let Some(number) = text(&settings.number) else { return Ok(None) };
    let vehicle = text(&settings.vehicle).unwrap_or_default();
    let notice = at.store.notice(&number).await?;
    Ok(Some(number).filter(|_| notice.is_none_or(|(notice, _)| notice.is_of(&vehicle))))
}

/// Whether it is received once it is paid: its document says so, the council takes payments, and it can be paid by card.
fn is_paid_first(at: &At, service: &Service, whole: &case::Submission) -> bool {
    let Some(fee) = &service.fee else { return false };
    at.served.council.payments.is_some()
        && fee.register == Register::OnPayment
        && whole.parts.is_empty()
        && Bill::of(&whole.fee, &fee.codes, "").is_ok()
}

/// What these answers cost at this moment.
fn due(state: &AppState, at: &At, service: &Service, raw: &Answers) -> Vec<Due> {
    let today = at.served.local(state.now()).date();
    service.fee.as_ref().map_or_else(Vec::new, |fee| fee.due(raw, &journey::asked(service, raw), today))
}

/// What was sent, where it goes and what is promised.
pub(super) fn promised(
    state: &AppState,
    at: &At,
    (service, raw): (&Service, &Answers),
    answers: Vec<Answer>,
    place: &Located,
) -> case::Submission {
    let now = state.now();
    let standard = service.standard_for(raw);
    let ward = place.ward.as_ref();
    let (mut department, team) = service.goes_to(raw, ward.map(|ward| ward.id.as_str()));
    let routed = at.served.route(service, raw);
    if let Some((by_words, _)) = &routed {
        department.clone_from(by_words);
    }
    let complete_by = at.served.due(now, standard.complete);
    // Nothing is promised before the day that was chosen.
    let chosen = answers.iter().find_map(|answer| match &answer.value {
        Value::Slot(booked) => Some(booked.day),
        _ => None,
    });
    case::Submission {
        reference: state.dice.reference(),
        service: service.id.clone(),
        title: service.title.clone(),
        version: service.version,
        department,
        team,
        routed: routed.map(|(_, why)| why),
        ward: ward.map(|ward| ward.name.clone()),
        fee: due(state, at, service, raw),
        on_payment: false,
        acknowledge_by: at.served.due(now, standard.acknowledge),
        complete_by: chosen.map_or(complete_by, |day| complete_by.not_before(day)),
        within: Some(standard.complete).filter(Limit::is_in_hours),
        answers,
        parts: Vec::new(),
        part_of: None,
        identity: None,
        zone: None,
        lead: None,
        channel: Channel::Web,
    }
}

/// What a resident decided on the way, as it can be kept. What can't be, as words that are others by now, is asked again
/// after it was sent: nobody's request waits for it. A helper decides nothing.
async fn decided(
    state: &AppState,
    at: &At,
    sender: &Sender,
    request: &SubmitRequest,
) -> Result<Vec<Answered>, ApiError> {
    match sender {
        _ if request.consent.is_empty() => Ok(Vec::new()),
        Sender::Nobody => Ok(Vec::new()),
        Sender::Helper(_) => Err(ApiError::invalid(vec![FieldError::new("consent", ErrorCode::NotAllowed)])),
        Sender::Resident(resident) => {
            let answers = consent::answers(state, at, *resident, &request.consent).await;
            Ok(answers.unwrap_or_else(|error| {
                tracing::info!(code = error.code(), "what was decided on the way is not kept");
                Vec::new()
            }))
        }
    }
}

/// The requests of the departments that the resident ticked, each with the answers that it needs. The whole lists
/// them.
fn parts(
    state: &AppState,
    at: &At,
    service: &Service,
    answers: &Answers,
    (id, whole): (Uuid, &mut case::Submission),
) -> Vec<(Uuid, case::Submission)> {
    let linked = |id, submission: &case::Submission| Linked {
        id,
        reference: submission.reference.clone(),
        department: submission.department.clone(),
    };
    let of = linked(id, whole);
    let mut parts = Vec::new();
    for (to, sees) in service.passed_to(answers) {
        let mut part = case::Submission {
            reference: state.dice.reference(),
            title: format!("{}: {}", service.title, at.served.council.department_name(&to.department)),
            department: to.department.clone(),
            team: to.team.clone(),
            routed: None,
            fee: Vec::new(),
            on_payment: false,
            part_of: Some(of.clone()),
            ..whole.clone()
        };
        part.parts.clear();
        part.answers.retain(|answer| sees.contains(&answer.question));
        let id = state.new_id();
        whole.parts.push(linked(id, &part));
        parts.push((id, part));
    }
    parts
}

/// The service and what was answered, by the rules of today.
fn read<'s>(
    state: &AppState,
    at: &'s At,
    request: &SubmitRequest,
    proofs: &[KeptProof],
) -> Result<(Cow<'s, Service>, Vec<Answer>), ApiError> {
    let service = at.served.service(service_of(&request.service)).ok_or_else(ApiError::not_found)?;
    let now = state.now();
    let today = at.served.local(now).date();
    let proofs: Vec<Proof> = proofs.iter().map(|kept| kept.proof).collect();
    let service = service.for_somebody(&proofs, now, today);
    // What changed is for a person to see before it is sent.
    if request.version != service.version {
        return Err(ApiError::new(StatusCode::CONFLICT, "changed"));
    }
    if service.closed_on(today).is_some() || journey::stop(&service, &request.answers).is_some() {
        return Err(ApiError::new(StatusCode::CONFLICT, "stopped"));
    }
    let mut answers = validate::form(&service, &request.answers, today).map_err(ApiError::invalid)?;
    slots::book(&at.served, now, &mut answers).map_err(ApiError::invalid)?;
    // So is another price: by the month, or because the answers tell of a discount that is none any more.
    let costs = fee::total(&due(state, at, &service, &request.answers));
    if request.quoted.is_some_and(|quoted| quoted != costs) {
        return Err(ApiError::new(StatusCode::CONFLICT, "changed"));
    }
    Ok((service, answers))
}

/// The reply to a key that was used before: the same one for the same answers.
fn again(
    state: &AppState,
    at: &At,
    sender: &Sender,
    before: &Stored,
    body_hash: &[u8],
) -> Result<(Submitted, bool), ApiError> {
    let reply = sender.told(state, at, before.id, &before.case);
    if before.body_hash == body_hash {
        Ok((reply, false))
    } else {
        let key = Some(reply.key).filter(|key| !key.is_empty());
        Err(ApiError::already_sent(reply.reference.to_string(), key))
    }
}

/// The key to follow a request with; on a public computer, one that is good for this person's turn.
#[must_use]
pub fn follow_key(state: &AppState, at: &At, request: Uuid) -> String {
    match &at.turn {
        Some(turn) => turn.key_to(request),
        None => state.secret.follow_key(at.store.council(), request),
    }
}

/// What was said, whatever the document's version: a retry from a stale tab is still the same request.
fn body_hash(request: &SubmitRequest) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(request.service.as_bytes());
    for (path, raw) in request.answers.iter() {
        for text in [path, raw] {
            hash.update(text.len().to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
    hash.finalize().to_vec()
}

/// Names the place in the form where the photo or document stands.
fn upload_gone(service: &Service, answers: &Answers, gone: Uuid) -> ApiError {
    let path = answers.iter().find(|(_, raw)| Uuid::try_parse(raw) == Ok(gone)).map(|(path, _)| path);
    let path = path.unwrap_or_default();
    let question = service.question(question_of(path));
    let is_document = question.is_some_and(|question| matches!(question.kind, Kind::Documents(_)));
    let code = if is_document { ErrorCode::DocumentGone } else { ErrorCode::PhotoGone };
    ApiError::invalid(vec![FieldError::new(path, code)])
}

/// Where others are shown a request, if they are.
pub(super) fn spot(
    state: &AppState,
    at: &At,
    service: &Service,
    (id, place): (Uuid, &Located),
) -> Option<Spot> {
    let is_shown = service.nearby.is_some() && (place.position.is_some() || place.street.is_some());
    is_shown.then(|| Spot {
        public_id: state.secret.public_id(at.store.council(), id),
        position: place.position,
        street: place.street.clone(),
    })
}

/// Where a request is about, as far as the gazetteer knows.
#[derive(Default)]
pub(super) struct Located {
    pub(super) ward: Option<Area>,
    pub(super) position: Option<Position>,
    pub(super) street: Option<String>,
    /// About where, by the street or the address.
    pub(super) near: Option<Position>,
}

/// Looks up what was picked from the gazetteer: what it says takes the place of what was sent along, and what it
/// does not know is what somebody typed.
pub(super) async fn locate(at: &At, answers: &mut [Answer]) -> Result<Located, ApiError> {
    let mut located = Located::default();
    let mut near = None;
    for answer in answers {
        match &mut answer.value {
            Value::Address(address) => {
                let Some(uprn) = address.uprn.take() else { continue };
                if let Some(known) = at.store.address(&uprn).await?
                    // Typed over after it was picked: then the words count.
                    && address.postcode.as_deref() == Some(known.postcode.as_str())
                {
                    address.lines = known.lines.into_iter().filter(|line| !line.is_empty()).collect();
                    address.town = known.town;
                    address.postcode = Some(known.postcode);
                    address.postcode_recognised = true;
                    address.uprn = Some(uprn);
                    near = near.or(Some(known.position));
                }
            }
            Value::Place(place) => {
                if let Some(id) = place.street_id.take()
                    && let Some(known) = at.store.street(&id).await?
                    && place.street.as_deref().is_none_or(|typed| search_key(typed) == known.search_key)
                {
                    place.street_id = Some(id.clone());
                    located.street = located.street.or(Some(id));
                    near = near.or(Some(known.middle));
                }
                located.position = located.position.or(place.position);
            }
            _ => {}
        }
    }
    located.near = near;
    if let Some(position) = located.position.or(near) {
        located.ward = at.store.area_at(position).await?.filter(|area| area.own);
    }
    Ok(located)
}
