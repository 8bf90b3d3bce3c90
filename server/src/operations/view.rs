//! Readings of a case: what its resident sees, and what staff see.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::api::follow::{Entry, FollowView, PartView, What};
use domain::api::staff::{PersonRequest, QueueItem, StaffCase};
use domain::case::{Actor, Case, Event, Linked, Owner, Recorded, Status};
use domain::field::Value;
use uuid::Uuid;

use crate::councils::Served;
use crate::state::AppState;
use crate::store::requests::Stored;

/// A request as its resident sees it.
#[must_use]
pub fn follow(state: &AppState, served: &Served, case: Case) -> FollowView {
    let today = served.local(state.now()).date();
    let late = case.is_late(today);
    let timeline = timeline(served, &case);
    let seq = case.next_seq() - 1;
    let next = match case.status {
        // What the document says is of the whole.
        _ if case.submission.part_of.is_some() => Vec::new(),
        Status::Closed(_) => Vec::new(),
        _ => served.service(&case.submission.service).map(|service| service.next.clone()).unwrap_or_default(),
    };
    let part = |linked: &Linked, status| PartView {
        department: served.council.department_name(&linked.department).to_owned(),
        reference: linked.reference.clone(),
        status,
        key: state.secret.follow_key(&served.council.id, linked.id),
    };
    FollowView {
        parts: case.parts.iter().map(|known| part(&known.request, Some(known.status))).collect(),
        part_of: case.submission.part_of.as_ref().map(|whole| part(whole, None)),
        reference: case.submission.reference,
        service: case.submission.service,
        title: case.submission.title,
        department: served.council.department_name(&case.submission.department).to_owned(),
        status: case.status,
        late,
        watching: false,
        owner: case.owner.map(|owner| owner.name),
        acknowledge_by: case.submission.acknowledge_by,
        complete_by: case.complete_by,
        first_complete_by: case.submission.complete_by,
        policy: case.closing.and_then(|closing| closing.policy),
        answers: case.submission.answers,
        fee: case.submission.fee,
        timeline,
        next,
        feedback: case.feedback,
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
    view.parts.clear();
    view.part_of = None;
    view.timeline.retain(|entry| {
        !matches!(entry.what, What::Message { .. } | What::PartMoved { .. } | What::Feedback { .. })
    });
    for entry in &mut view.timeline {
        (entry.staff, entry.helper) = (None, None);
        match &mut entry.what {
            What::PromiseMoved { reason: words, .. }
            | What::Closed { text: words, .. }
            | What::Withdrawn { reason: words } => {
                words.clear();
            }
            What::Received
            | What::Taken
            | What::Message { .. }
            | What::PartMoved { .. }
            | What::Feedback { .. } => {}
        }
    }
    view
}

fn timeline(served: &Served, case: &Case) -> Vec<Entry> {
    let entry = |seq, at: DateTime<Utc>, (staff, helper), what| {
        let when = served.say(at);
        Entry { seq, at: at.to_rfc3339_opts(SecondsFormat::AutoSi, true), when, staff, helper, what }
    };
    let mut promised = case.submission.complete_by;
    let mut days = HashMap::new();
    let mut entries = vec![entry(
        1,
        case.received_at,
        (None, case.helper.as_ref().map(|helper| helper.name.clone())),
        What::Received,
    )];
    for Recorded { seq, at, by, event } in &case.history {
        let what = match event {
            Event::Submitted(_) => What::Received,
            Event::Taken | Event::HandedOver { .. } => What::Taken,
            Event::Message { text } => What::Message { text: text.clone() },
            Event::PromiseMoved { to, reason } => {
                let from = std::mem::replace(&mut promised, *to);
                What::PromiseMoved { from, to: *to, reason: reason.clone() }
            }
            Event::Closed(closing) => What::Closed { outcome: closing.outcome, text: closing.text.clone() },
            Event::PartMoved { part, status, complete_by } => {
                let known = case.submission.parts.iter().find(|known| known.id == *part);
                let department = known.map_or("", |known| &known.department);
                let department = served.council.department_name(department).to_owned();
                let before = days.insert(part, complete_by).unwrap_or(&case.submission.complete_by);
                let to = Some(*complete_by).filter(|to| to != before);
                What::PartMoved { department, status: *status, to }
            }
            Event::Withdrawn { reason } => What::Withdrawn { reason: reason.clone() },
            Event::Feedback(feedback) => {
                What::Feedback { score: feedback.score, reason: feedback.reason.clone() }
            }
        };
        let by = match (event, by) {
            (Event::HandedOver { to }, _) => (Some(to.name.clone()), None),
            (_, Actor::Resident) => (None, None),
            (_, Actor::Helper(Owner { name, .. })) => (None, Some(name.clone())),
            (_, Actor::Staff(Owner { name, .. })) => (Some(name.clone()), None),
        };
        entries.push(entry(*seq, *at, by, what));
    }
    entries
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
        own: case.submission.department == department,
        department: served.council.department_name(&case.submission.department).to_owned(),
        reference: case.submission.reference,
        title: case.submission.title,
        status: case.status,
        received: served.say(case.received_at),
    }
}

/// A request as a member of staff sees it.
#[must_use]
pub fn staff(
    state: &AppState,
    served: &Served,
    member: Uuid,
    id: Uuid,
    case: Case,
    public_photos: Option<Vec<Uuid>>,
    reach: Vec<(String, String)>,
) -> StaffCase {
    let mine = is_owner(&case, member);
    let policies =
        served.service(&case.submission.service).map(|service| service.policies.clone()).unwrap_or_default();
    let today = served.local(state.now()).date();
    let (team, routed, ward) =
        (case.submission.team.clone(), case.submission.routed.clone(), case.submission.ward.clone());
    let identity = case.submission.identity.clone();
    let part = case.submission.part_of.is_some();
    let request = alone(state, served, case);
    StaffCase {
        id,
        mine,
        reach,
        policies,
        public: public_photos.is_some(),
        public_photos: public_photos.unwrap_or_default(),
        team,
        routed,
        ward,
        identity,
        earliest: today.succ_opt().unwrap_or(today),
        part,
        request,
    }
}

/// A line of the queue.
#[must_use]
pub fn queue_item(state: &AppState, served: &Served, member: Uuid, stored: Stored) -> QueueItem {
    let Stored { id, case, .. } = stored;
    QueueItem {
        id,
        about: about(&case),
        late: case.is_late(served.local(state.now()).date()),
        mine: is_owner(&case, member),
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
