//! Readings of a case: what its resident sees, and what staff see.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use domain::answers::Answers;
use domain::api::follow::{
    Amends, Change, Ending, Entry, FollowView, FollowedBy, GoesOnView, GrantView, PartView, PlaceAsked,
    PlacePart, What,
};
use domain::api::staff::{ContractView, OfferView, PersonRequest, QueueItem, RelatedRequest, StaffCase, Up};
use domain::by::By;
use domain::case::{
    Actor, Age, Amendment, Case, Closing, Event, Feedback, GoesOn, Linked, Offer, Owner, Recorded, Status,
    UNDO_MINUTES,
};
use domain::catalogue::{Question, Service};
use domain::field::{Kind, Value};
use domain::grant::{Grant, Step, Zone};
use domain::money;
use domain::standard::say_date;
use domain::validate::Answer;
use uuid::Uuid;

use crate::councils::Served;
use crate::state::AppState;
use crate::store::requests::Stored;
use crate::store::staff::Reach;

/// A request as its resident sees it.
#[must_use]
pub fn follow(state: &AppState, served: &Served, case: Case) -> FollowView {
    let today = served.local(state.now()).date();
    let late = case.is_late(state.now(), today);
    let timeline = timeline(served, &case, false);
    let seq = case.next_seq() - 1;
    let next = match case.status {
        // What the document says is of the whole.
        _ if case.submission.part_of.is_some() => Vec::new(),
        Status::Closed(_) => Vec::new(),
        _ => served.service(&case.submission.service).map(|service| service.next.clone()).unwrap_or_default(),
    };
    let unreceived = !case.is_received();
    let department = served.council.department_name(case.department()).to_owned();
    let reopened = Event::Reopened { reason: String::new(), complete_by: case.complete_by };
    let may_reopen = case.may(&Actor::Resident, &reopened, state.now()).is_ok();
    // Whoever is asked again, weeks later, has not answered yet.
    let judged = Event::Feedback(Feedback { score: 3, ..Feedback::default() });
    let is_asked = case.may(&Actor::Resident, &judged, state.now()).is_ok();
    let until = case.received_at + TimeDelta::minutes(UNDO_MINUTES);
    // One department's part goes back with the whole.
    let undo = case.submission.part_of.is_none()
        && case.may(&Actor::Resident, &Event::TakenBack, state.now()).is_ok();
    // What is told of one department's part is told of it, and asked for again as the whole.
    let is_over = !case.status.is_open() && case.parts.is_empty() && !case.is_taken_back();
    let known = |service: &str| served.service(service).is_some();
    // What was never received can be sent anew, and there is nothing to complain about.
    let again =
        is_over && !may_reopen && case.submission.part_of.is_none() && known(&case.submission.service);
    let complaint = is_over && !unreceived && served.council.complaint.is_some();
    let amends = amends(state, served, &case);
    let grant = grant(served, state.now(), &case);
    let part = |linked: &Linked, status| PartView {
        department: served.council.department_name(&linked.department).to_owned(),
        reference: linked.reference.clone(),
        status,
        key: state.secret.follow_key(&served.council.id, linked.id),
    };
    FollowView {
        parts: case.parts.iter().map(|known| part(&known.request, Some(known.status))).collect(),
        part_of: case.submission.part_of.as_ref().map(|whole| part(whole, None)),
        goes_on: case.goes_on.map(|GoesOn { other, status, complete_by }| GoesOnView {
            reference: other.reference,
            status,
            complete_by,
        }),
        work_photos: Vec::new(),
        reference: case.submission.reference,
        service: case.submission.service,
        title: case.submission.title,
        department,
        status: case.status,
        late,
        watching: false,
        may_reopen,
        undo: undo.then(|| served.local(until).format("%-I:%M%P").to_string()),
        amends,
        followed_by: (again || complaint).then_some(FollowedBy { again, complaint }),
        owner: case.owner.map(|owner| owner.name),
        asked: case.waiting.map(|waiting| waiting.question),
        planned: case.planned.filter(|_| matches!(case.status, Status::Planned)),
        acknowledge_by: case.submission.acknowledge_by,
        complete_by: case.complete_by,
        first_complete_by: case.submission.complete_by,
        policy: case.closing.and_then(|closing| closing.policy),
        answers: case.submission.answers,
        fee: case.submission.fee,
        payment: None,
        slot: None,
        grant,
        unreceived,
        timeline,
        next,
        feedback: case.feedback.filter(|_| !is_asked),
        away: false,
        seq,
    }
}

/// A request as somebody sees it who only watches it: nothing that its resident or staff wrote, and nobody's name.
#[must_use]
pub fn watched(state: &AppState, served: &Served, case: Case) -> FollowView {
    let mut view = follow(state, served, case);
    view.watching = true;
    view.owner = None;
    view.answers.clear();
    view.fee.clear();
    view.next.clear();
    view.feedback = None;
    (view.asked, view.may_reopen) = (None, false);
    (view.undo, view.amends, view.followed_by) = (None, None, None);
    view.parts.clear();
    (view.part_of, view.goes_on, view.grant) = (None, None, None);
    view.timeline.retain(|entry| {
        matches!(
            entry.what,
            What::Received
                | What::Taken
                | What::Planned { .. }
                | What::Begun
                | What::PromiseMoved { .. }
                | What::Missed { .. }
                | What::Closed(_)
                | What::Withdrawn { .. }
                | What::TakenBack
                | What::Reopened { .. }
        )
    });
    for entry in &mut view.timeline {
        (entry.staff, entry.helper) = (None, None);
        match &mut entry.what {
            What::PromiseMoved { reason: words, .. }
            | What::Withdrawn { reason: words }
            | What::Reopened { reason: words, .. } => words.clear(),
            What::Closed(ending) => {
                let outcome = ending.outcome;
                **ending = Ending::from(Closing::of(outcome));
            }
            _ => {}
        }
    }
    view
}

/// What its resident may put right or add.
fn amends(state: &AppState, served: &Served, case: &Case) -> Option<Amends> {
    let anything = Answer { question: String::new(), label: String::new(), value: Value::Agreed };
    let complete_by = case.waiting.as_ref().map(|_| case.complete_by);
    let amendment = Amendment { answers: vec![anything], complete_by, ..Amendment::default() };
    case.may(&Actor::Resident, &Event::Amended(Box::new(amendment)), state.now()).ok()?;
    let service = served.service(&case.submission.service)?;
    let photos = photos_of(service, case).map_or(0, |(_, room)| room);
    let places = case.submission.answers.iter().filter_map(|answer| {
        let question = service.question(&answer.question)?;
        if service.terms.rests_on(&answer.question) {
            return None;
        }
        let parts: Vec<(&str, &str)> = match (&question.kind, &answer.value) {
            (Kind::Place(place), Value::Place(_)) => {
                let asset = place.asset.as_deref().map(|label| ("asset", label));
                let place = [("street", "Street or postcode"), ("words", "What is it near?")];
                place.into_iter().chain(asset).collect()
            }
            (Kind::Address(_), Value::Address(_)) => vec![
                ("line1", "Address line 1"),
                ("line2", "Address line 2 (optional)"),
                ("town", "Town (optional)"),
                ("postcode", "Postcode"),
            ],
            _ => return None,
        };
        let mut typed = Answers::default();
        answer.value.write(&answer.question, &mut typed);
        let parts = parts.into_iter().map(|(part, label)| {
            let path = format!("{}.{part}", answer.question);
            PlacePart { label: label.to_owned(), value: typed.get(&path).to_owned(), path }
        });
        Some(PlaceAsked {
            question: answer.question.clone(),
            label: answer.label.clone(),
            mapped: matches!(&answer.value, Value::Place(place) if place.position.is_some()),
            parts: parts.collect(),
        })
    });
    let amends = Amends { photos, places: places.collect() };
    (amends != Amends::default()).then_some(amends)
}

/// The question of a form that takes photos, and how many more it takes from this request.
#[must_use]
pub fn photos_of<'s>(service: &'s Service, case: &Case) -> Option<(&'s Question, u32)> {
    let answered = |question: &Question| {
        case.submission
            .answers
            .iter()
            .find(|answer| answer.question == question.id)
            .map(|answer| &answer.value)
    };
    service.questions.iter().find_map(|question| {
        let Kind::Photos(kind) = &question.kind else { return None };
        let sent = match answered(question) {
            Some(Value::Photos(photos)) => photos.photos.len(),
            // It was not asked.
            None if question.show_if.is_some() => return None,
            _ => 0,
        };
        Some((question, kind.max.saturating_sub(u32::try_from(sent).unwrap_or(u32::MAX))))
    })
}

/// What happened, line by line: for staff with what only they read.
fn timeline(served: &Served, case: &Case, for_staff: bool) -> Vec<Entry> {
    let mut seen = Seen { served, case, promised: case.submission.complete_by, days: HashMap::new() };
    let helper = case.helper.as_ref().map(|helper| helper.name.clone());
    let saw = case.seen_by.as_ref().map(|staff| staff.name.clone());
    let first = if case.is_received() { What::Received } else { What::Sent };
    let mut entries = vec![seen.entry(1, case.received_at, (saw, helper), first)];
    let mut before = true;
    for Recorded { seq, at, by, event } in &case.history {
        let what = match (event, &before) {
            // Of what only staff knew, only staff know that it was taken back.
            (Event::Undone, false) => None,
            (Event::Undone, true) => Some(What::Undone),
            _ => seen.what(event, for_staff),
        };
        before = what.is_some();
        let Some(what) = what else { continue };
        let by = match (event, by) {
            (Event::HandedOver { to }, _) => (Some(to.name.clone()), None),
            (Event::OwnerLeft { who, .. }, _) => (Some(who.name.clone()), None),
            // Who did it did it to another request.
            (Event::GoesOn(_), _) | (_, Actor::Resident | Actor::Clock) => (None, None),
            (_, Actor::Helper(Owner { name, .. })) => (None, Some(name.clone())),
            (_, Actor::Staff(Owner { name, .. }) | Actor::Contractor(Owner { name, .. })) => {
                (Some(name.clone()), None)
            }
        };
        entries.push(seen.entry(*seq, *at, by, what));
    }
    entries
}

/// What was promised so far, while the lines are read.
struct Seen<'a> {
    served: &'a Served,
    case: &'a Case,
    promised: By,
    days: HashMap<Uuid, By>,
}

impl Seen<'_> {
    fn entry(
        &self,
        seq: u32,
        at: DateTime<Utc>,
        (staff, helper): (Option<String>, Option<String>),
        what: What,
    ) -> Entry {
        let when = self.served.say(at);
        Entry { seq, at: at.to_rfc3339_opts(SecondsFormat::AutoSi, true), when, staff, helper, what }
    }

    /// By when it is promised from now on, if that is another.
    fn promise(&mut self, by: By) -> Option<By> {
        let before = std::mem::replace(&mut self.promised, by);
        Some(by).filter(|by| *by != before)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each event")]
    fn what(&mut self, event: &Event, for_staff: bool) -> Option<What> {
        let staff_only = |what| Some(what).filter(|_| for_staff);
        // A contractor's words are for staff: nobody has looked at them.
        let from_contractor = |text: &String| if for_staff { text.clone() } else { String::new() };
        let seen_by_staff = |photos: &Vec<Uuid>| if for_staff { photos.clone() } else { Vec::new() };
        Some(match event {
            Event::Submitted(_) => What::Received,
            Event::Taken | Event::HandedOver { .. } => What::Taken,
            Event::HandedBack => {
                let lead = self.case.lead.as_ref().map_or("", |lead| &lead.name);
                What::HandedBack { lead: lead.to_owned() }
            }
            Event::OwnerLeft { lead, .. } => What::HandedBack { lead: lead.as_ref()?.name.clone() },
            Event::Planned { on } => What::Planned { on: *on },
            Event::Begun => What::Begun,
            Event::Asked { question } => What::Asked { question: question.clone() },
            Event::Reminded => What::Reminded,
            Event::Answered { text, complete_by } => {
                What::Answered { text: text.clone(), to: self.promise(*complete_by) }
            }
            Event::Message { text } => What::Message { text: text.clone() },
            Event::PromiseMoved { to, reason } => {
                let from = self.promised;
                self.promise(By::Day(*to));
                What::PromiseMoved { from, to: *to, reason: reason.clone() }
            }
            Event::Missed { from, to, why } => {
                self.promise(*to);
                What::Missed { from: *from, to: *to, why: *why }
            }
            Event::Escalated(up) => What::Escalated {
                to: up.to,
                whom: up.whom.name.clone(),
                cause: up.cause,
                away: up.away.clone(),
            },
            Event::Aged { age, told, .. } => What::Aged { age: *age, told: told.clone() },
            Event::Decided { text, complete_by } => {
                self.promise(By::Day(*complete_by));
                What::Decided { text: text.clone(), to: *complete_by }
            }
            Event::Contracted(contract) => What::Contracted { by: contract.contractor.name.clone() },
            Event::ContractorWrote { text, planned, photos } => {
                let (text, planned, photos) = (from_contractor(text), *planned, seen_by_staff(photos));
                let what = What::ContractorWrote { text, planned, photos };
                return Some(what).filter(|_| for_staff || planned.is_some());
            }
            Event::ContractorDone { text, photos } => {
                What::ContractorDone { text: from_contractor(text), photos: seen_by_staff(photos) }
            }
            Event::ContractEnded { reason } => What::ContractEnded { reason: from_contractor(reason) },
            Event::GoesOn(GoesOn { other, status, complete_by }) => {
                What::GoesOn { reference: other.reference.clone(), status: *status, to: *complete_by }
            }
            Event::Closed(closing) => What::Closed(Box::new(closing.clone().into())),
            Event::PartMoved { part, status, complete_by } => {
                let known = self.case.submission.parts.iter().find(|known| known.id == *part);
                let department = known.map_or("", |known| &known.department);
                let department = self.served.council.department_name(department).to_owned();
                let before =
                    self.days.insert(*part, *complete_by).unwrap_or(self.case.submission.complete_by);
                let to = Some(*complete_by).filter(|to| *to != before);
                What::PartMoved { department, status: *status, to }
            }
            Event::Withdrawn { reason } => What::Withdrawn { reason: reason.clone() },
            Event::Reopened { reason, complete_by } => {
                self.promise(*complete_by);
                What::Reopened { reason: reason.clone(), to: *complete_by }
            }
            Event::TakenBack => What::TakenBack,
            Event::Rebooked { before, to } => {
                self.promise(self.promised.not_before(to.day));
                What::Rebooked { before: before.show(), now: to.show() }
            }
            Event::PlaceLost => What::PlaceLost,
            Event::Paid(paid) => What::Paid { pence: paid.pence },
            // Before it was received nothing happened to it.
            Event::AskedToPay if self.case.submission.on_payment => return None,
            Event::AskedToPay => What::AskedToPay,
            Event::Lapsed if self.case.is_received() => return None,
            Event::Lapsed => What::Lapsed,
            Event::Grant(step) => What::Grant { said: granted(step) },
            Event::Amended(amendment) => {
                if let Some(complete_by) = amendment.complete_by {
                    self.promise(complete_by);
                }
                let place = if for_staff { self.belongs(amendment) } else { String::new() };
                What::Amended {
                    changes: amendment.answers.iter().map(|new| change(amendment, new)).collect(),
                    place,
                }
            }
            Event::Feedback(Feedback { score, reason, about, contact }) => {
                What::Feedback { score: *score, reason: reason.clone(), about: *about, contact: *contact }
            }
            Event::AskedAgain => What::AskedAgain,
            Event::Offered(offer) => {
                let to = offered_to(self.served, offer);
                return staff_only(What::Offered { to, reason: offer.reason.clone() });
            }
            Event::OfferEnded { reason } => {
                return staff_only(What::OfferEnded { reason: reason.clone() });
            }
            // Whether it is told depends on what was taken back.
            Event::Undone => return None,
            Event::Noted { text } => return staff_only(What::Noted { text: text.clone() }),
            Event::Prompted => return staff_only(What::Prompted),
            Event::Checked { fine, text } => {
                return staff_only(What::Checked { fine: *fine, text: text.clone() });
            }
            Event::Proposed(proposal) => {
                return staff_only(What::Proposed(Box::new(proposal.closing.clone().into())));
            }
            Event::SentBack { reason } => return staff_only(What::SentBack { reason: reason.clone() }),
        })
    }
}

impl Seen<'_> {
    /// Where a request belongs by its new place, in words for staff.
    fn belongs(&self, amendment: &Amendment) -> String {
        let Some(place) = &amendment.place else { return String::new() };
        let ward =
            place.ward.as_ref().map_or("The ward is not known".to_owned(), |ward| format!("Ward: {ward}"));
        let department = self.served.council.department_name(&place.department);
        let team = place.team.as_ref().map_or_else(String::new, |team| format!(", {team}"));
        if place.stays {
            format!(
                "{ward}. By the new place it belongs to {department}{team}. It stays where it is, because somebody works on it: if it is not yours, offer it to them."
            )
        } else {
            format!("{ward}. By the new place it belongs to {department}{team}, and has gone there.")
        }
    }
}

/// What happened to what a request gives, in words.
fn granted(step: &Step) -> String {
    match step {
        Step::Given(Grant { name, from, until, .. }) => {
            format!("{name}: given from {} to {}", say_date(*from), say_date(*until))
        }
        Step::Vehicle { now, before, .. } => format!("It is for vehicle {now} now. It was for {before}"),
        Step::Reminded { .. } => "A reminder was sent that it ends".to_owned(),
        Step::GivenBack { pence: 0, .. } => "It was given back".to_owned(),
        Step::GivenBack { pence, .. } => {
            format!("It was given back. {} of what was paid goes back", money::show(*pence))
        }
        Step::Ended { reason } => format!("It was ended: {reason}"),
    }
}

/// What a request gave, as people see it in lists.
#[must_use]
pub fn grant(served: &Served, now: DateTime<Utc>, case: &Case) -> Option<GrantView> {
    let grant = case.grant.as_deref()?;
    let span = format!("from {} to {}", say_date(grant.from), say_date(grant.until));
    let ended = grant.ended.map(|ended| format!("ended on {}", say_date(served.local(ended).date())));
    let said: Vec<String> = [grant.vehicle.clone(), Some(span), ended].into_iter().flatten().collect();
    Some(GrantView {
        name: grant.name.clone(),
        said: said.join(", "),
        live: grant.is_live(served.local(now).date()),
    })
}

/// The permit zone of a request, in words for staff.
fn zone(case: &Case) -> Option<String> {
    Some(match case.submission.zone.as_ref()? {
        Zone::Known(zone) => zone.clone(),
        Zone::Unknown => "not known: look whether the address is in one".to_owned(),
    })
}

/// What was put right or added, in words.
fn change(amendment: &Amendment, new: &Answer) -> Change {
    let before = amendment.before.iter().find(|before| before.question == new.question);
    // “Add photos of …” is what was asked, not what was done.
    let label = if matches!(new.value, Value::Photos(_)) { "Photos" } else { &new.label };
    Change {
        label: label.to_owned(),
        before: before.map(|before| before.value.show()).unwrap_or_default(),
        now: new.value.show(),
    }
}

/// To whom something is offered, in words.
fn offered_to(served: &Served, offer: &Offer) -> String {
    let department = served.council.department_name(&offer.department);
    offer.to.as_ref().map_or_else(|| department.to_owned(), |to| to.name.clone())
}

/// A request as its resident sees it, without what it belongs together with: the whole, its parts and their keys are the
/// resident's.
#[must_use]
pub fn alone(state: &AppState, served: &Served, case: Case) -> FollowView {
    let mut request = follow(state, served, case);
    request.parts.clear();
    request.part_of = None;
    request
}

/// A line among the requests of one person, for a member of staff of a department.
#[must_use]
pub fn person_request(served: &Served, department: &str, stored: Stored) -> PersonRequest {
    let Stored { id, case, .. } = stored;
    PersonRequest {
        id,
        own: case.department() == department,
        department: served.council.department_name(case.department()).to_owned(),
        reference: case.submission.reference,
        title: case.submission.title,
        status: case.status,
        received: served.say(case.received_at),
    }
}

/// A line among the requests at one place.
#[must_use]
pub fn related_request(
    served: &Served,
    metres: Option<f64>,
    Stored { id, case, .. }: Stored,
) -> RelatedRequest {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred at most")]
    let metres = metres.map(|metres| metres.round() as u32);
    RelatedRequest {
        id,
        reference: case.submission.reference,
        title: case.submission.title,
        status: case.status,
        received: served.say(case.received_at),
        metres,
    }
}

/// What is to be known of a request for staff besides the case itself.
#[derive(Debug, Default)]
pub struct Besides {
    /// Others may be shown the request.
    pub is_shown: bool,
    /// The photos that others may see.
    pub public_photos: Vec<Uuid>,
    /// How to reach its resident.
    pub reach: Vec<(String, String)>,
    /// The last day that its contractor's link works.
    pub until: Option<NaiveDate>,
    /// How many others are told what happens with it.
    pub followers: u32,
}

/// The work of a contractor, as staff see it.
fn contract(served: &Served, case: &Case, until: Option<NaiveDate>) -> Option<ContractView> {
    let contract = case.contract.as_ref()?;
    let given = case.history.iter().rfind(|recorded| matches!(recorded.event, Event::Contracted(_)))?;
    Some(ContractView {
        by: contract.contractor.name.clone(),
        task: contract.task.clone(),
        since: served.say(given.at),
        until: until.filter(|_| case.status.is_open()),
        check: contract.check,
        done: case.work.as_ref().map(|work| served.say(work.at)),
        checked: case.work.as_ref().is_some_and(|work| work.checked),
    })
}

/// A request as a member of staff sees it.
#[must_use]
pub fn staff(
    state: &AppState,
    served: &Served,
    who: &Reach,
    (id, case): (Uuid, Case),
    besides: Besides,
) -> StaffCase {
    let member = &who.member;
    let Besides { is_shown, public_photos, reach, until, followers } = besides;
    let service = served.service(&case.submission.service);
    let policies = service.map(|service| service.policies.clone()).unwrap_or_default();
    let own_replies = service.map(|service| service.replies.clone()).unwrap_or_default();
    let replies = own_replies.into_iter().chain(served.council.replies.iter().cloned()).collect();
    let today = served.local(state.now()).date();
    let offer = case.offer.as_ref().map(|offer| OfferView {
        to: offered_to(served, offer),
        reason: offer.reason.clone(),
        mine: offer.department == member.department
            && offer.to.as_ref().is_none_or(|to| to.id == member.id)
            && !is_owner(&case, member.id),
    });
    let up = case.escalated.as_ref().map(|up| Up {
        to: up.to.to,
        whom: up.to.whom.name.clone(),
        cause: up.to.cause,
    });
    let timeline = timeline(served, &case, true);
    StaffCase {
        id,
        mine: is_owner(&case, member.id),
        gone: false,
        lead: case.lead.as_ref().map(|lead| lead.name.clone()),
        up,
        offer,
        proposed: case.proposed.clone().map(|proposal| Box::new(proposal.closing.into())),
        asked: case.proposed.as_ref().and_then(|proposal| Some(proposal.asked.as_ref()?.name.clone())),
        may_sign: who.may_sign(&case),
        may_decide: who.may_decide(served.council.department(case.department())),
        sign_off: service.map(|service| service.sign_off.clone()).unwrap_or_default(),
        reminders: case.waiting.as_ref().map_or(0, |waiting| waiting.reminders),
        undecided: is_undecided(&case),
        replies,
        object: served.council.object.clone(),
        reach,
        policies,
        public: is_shown,
        public_photos,
        contract: contract(served, &case, until),
        same_as: case.goes_on.as_ref().map(|goes_on| goes_on.other.id),
        followers,
        team: case.submission.team.clone(),
        routed: case.submission.routed.clone(),
        ward: case.submission.ward.clone(),
        zone: zone(&case),
        identity: case.submission.identity.clone(),
        earliest: today.succ_opt().unwrap_or(today),
        part: case.submission.part_of.is_some(),
        related: Vec::new(),
        refunds: None,
        request: FollowView { timeline, undo: None, amends: None, ..alone(state, served, case) },
    }
}

/// It is on the board's list, and nobody has decided since it last came there.
#[must_use]
pub fn is_undecided(case: &Case) -> bool {
    let decided = |recorded: &&Recorded| {
        matches!(recorded.event, Event::Decided { .. } | Event::Aged { age: Age::TooLong, .. })
    };
    case.on_board.is_some()
        && case
            .history
            .iter()
            .rev()
            .find(decided)
            .is_some_and(|last| matches!(last.event, Event::Aged { .. }))
}

/// A line of the queue.
#[must_use]
pub fn queue_item(state: &AppState, served: &Served, member: Uuid, stored: Stored) -> QueueItem {
    let Stored { id, case, .. } = stored;
    QueueItem {
        id,
        about: about(&case),
        late: case.status.is_open() && case.missed > 0
            || case.is_late(state.now(), served.local(state.now()).date()),
        mine: is_owner(&case, member),
        escalated: case.escalated.is_some(),
        to_check: case.is_to_be_checked(),
        contractor: case.contract.map(|contract| contract.contractor.name),
        owner: case.owner.map(|owner| owner.name),
        reference: case.submission.reference,
        title: case.submission.title,
        status: case.status,
        complete_by: case.complete_by,
        received: served.say(case.received_at),
    }
}

fn is_owner(case: &Case, member: Uuid) -> bool {
    case.owner.as_ref().is_some_and(|owner| owner.id == member)
}

/// The place if there is one, else the first words written: enough to tell requests apart.
#[must_use]
pub fn about(case: &Case) -> String {
    let answers = &case.submission.answers;
    let place = answers.iter().find_map(|answer| match &answer.value {
        Value::Place(_) | Value::Address(_) => Some(answer.value.show().replace('\n', ", ")),
        _ => None,
    });
    let text = answers.iter().find_map(|answer| match &answer.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    });
    place.or(text).unwrap_or_default().chars().take(120).collect()
}
