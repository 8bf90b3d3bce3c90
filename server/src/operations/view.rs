//! Readings of a case: what its resident sees, and what staff see.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use domain::api::follow::{Ending, Entry, FollowView, GoesOnView, PartView, What};
use domain::api::staff::{ContractView, OfferView, PersonRequest, QueueItem, RelatedRequest, StaffCase, Up};
use domain::case::{
    Actor, Age, Case, Closing, Event, Feedback, GoesOn, Linked, Offer, Owner, Recorded, Status,
};
use domain::field::Value;
use uuid::Uuid;

use crate::councils::Served;
use crate::state::AppState;
use crate::store::requests::Stored;
use crate::store::staff::StaffMember;

/// A request as its resident sees it.
#[must_use]
pub fn follow(state: &AppState, served: &Served, case: Case) -> FollowView {
    let today = served.local(state.now()).date();
    let late = case.is_late(today);
    let timeline = timeline(served, &case, false);
    let seq = case.next_seq() - 1;
    let next = match case.status {
        // What the document says is of the whole.
        _ if case.submission.part_of.is_some() => Vec::new(),
        Status::Closed(_) => Vec::new(),
        _ => served.service(&case.submission.service).map(|service| service.next.clone()).unwrap_or_default(),
    };
    let department = served.council.department_name(case.department()).to_owned();
    let reopened = Event::Reopened { reason: String::new(), complete_by: case.complete_by };
    let may_reopen = case.may(&Actor::Resident, &reopened, state.now()).is_ok();
    // Whoever is asked again, weeks later, has not answered yet.
    let judged = Event::Feedback(Feedback { score: 3, reason: String::new() });
    let is_asked = case.may(&Actor::Resident, &judged, state.now()).is_ok();
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
        owner: case.owner.map(|owner| owner.name),
        asked: case.waiting.map(|waiting| waiting.question),
        planned: case.planned.filter(|_| matches!(case.status, Status::Planned)),
        acknowledge_by: case.submission.acknowledge_by,
        complete_by: case.complete_by,
        first_complete_by: case.submission.complete_by,
        policy: case.closing.and_then(|closing| closing.policy),
        answers: case.submission.answers,
        fee: case.submission.fee,
        timeline,
        next,
        feedback: case.feedback.filter(|_| !is_asked),
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
    view.parts.clear();
    (view.part_of, view.goes_on) = (None, None);
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

/// What happened, line by line: for staff with what only they read.
fn timeline(served: &Served, case: &Case, for_staff: bool) -> Vec<Entry> {
    let mut seen = Seen { served, case, promised: case.submission.complete_by, days: HashMap::new() };
    let helper = case.helper.as_ref().map(|helper| helper.name.clone());
    let mut entries = vec![seen.entry(1, case.received_at, (None, helper), What::Received)];
    for Recorded { seq, at, by, event } in &case.history {
        let Some(what) = seen.what(event, for_staff) else { continue };
        let by = match (event, by) {
            (Event::HandedOver { to }, _) => (Some(to.name.clone()), None),
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
    promised: NaiveDate,
    days: HashMap<Uuid, NaiveDate>,
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

    /// The day promised from now on, if it is another.
    fn promise(&mut self, day: NaiveDate) -> Option<NaiveDate> {
        let before = std::mem::replace(&mut self.promised, day);
        Some(day).filter(|day| *day != before)
    }

    fn what(&mut self, event: &Event, for_staff: bool) -> Option<What> {
        let staff_only = |what| Some(what).filter(|_| for_staff);
        // A contractor's words are for staff: nobody has looked at them.
        let from_contractor = |text: &String| if for_staff { text.clone() } else { String::new() };
        let seen_by_staff = |photos: &Vec<Uuid>| if for_staff { photos.clone() } else { Vec::new() };
        Some(match event {
            Event::Submitted(_) => What::Received,
            Event::Taken | Event::HandedOver { .. } => What::Taken,
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
                self.promise(*to);
                What::PromiseMoved { from, to: *to, reason: reason.clone() }
            }
            Event::Missed { from, to, why } => {
                self.promise(*to);
                What::Missed { from: *from, to: *to, why: *why }
            }
            Event::Escalated(up) => {
                What::Escalated { to: up.to, whom: up.whom.name.clone(), cause: up.cause }
            }
            Event::Aged { age, told } => What::Aged { age: *age, told: told.clone() },
            Event::Decided { text, complete_by } => {
                self.promise(*complete_by);
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
            Event::Amended { answers } => {
                What::Amended { labels: answers.iter().map(|answer| answer.label.clone()).collect() }
            }
            Event::Feedback(feedback) => {
                What::Feedback { score: feedback.score, reason: feedback.reason.clone() }
            }
            Event::AskedAgain => What::AskedAgain,
            Event::Offered(offer) => {
                let to = offered_to(self.served, offer);
                return staff_only(What::Offered { to, reason: offer.reason.clone() });
            }
            Event::OfferEnded { reason } => {
                return staff_only(What::OfferEnded { reason: reason.clone() });
            }
            Event::Noted { text } => return staff_only(What::Noted { text: text.clone() }),
            Event::Prompted => return staff_only(What::Prompted),
            Event::Checked { fine, text } => {
                return staff_only(What::Checked { fine: *fine, text: text.clone() });
            }
            Event::Proposed(closing) => {
                return staff_only(What::Proposed(Box::new(closing.clone().into())));
            }
            Event::SentBack { reason } => return staff_only(What::SentBack { reason: reason.clone() }),
        })
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
    member: &StaffMember,
    (id, case): (Uuid, Case),
    besides: Besides,
) -> StaffCase {
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
        lead: case.lead.as_ref().map(|lead| lead.name.clone()),
        up,
        offer,
        proposed: case.proposed.clone().map(|closing| Box::new(closing.into())),
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
        identity: case.submission.identity.clone(),
        earliest: today.succ_opt().unwrap_or(today),
        part: case.submission.part_of.is_some(),
        request: FollowView { timeline, ..alone(state, served, case) },
    }
}

/// It is on the board's list, and nobody has decided since it last came there.
fn is_undecided(case: &Case) -> bool {
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
        late: case.status.is_open() && case.missed > 0 || case.is_late(served.local(state.now()).date()),
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
