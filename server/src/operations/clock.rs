//! The council's time, and the people that a request goes up to.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::case::{Case, Owner, Status};
use domain::clock::{Clock, Due, Leave, People, Zone};
use domain::payment::{Settings, Waits};
use uuid::Uuid;

use crate::councils::Served;
use crate::operations::act::{after, tell};
use crate::secret;
use crate::state::AppState;
use crate::store::clock::Ladder;
use crate::store::requests::Stored;
use crate::store::{Store, StoreError};

impl Zone for Served {
    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        Self::local(self, at)
    }

    fn moment(&self, local: NaiveDateTime) -> DateTime<Utc> {
        Self::moment(self, local)
    }
}

/// Asks the clock something that has nothing to do with who is there.
pub fn without_people<T>(served: &Served, ask: impl FnOnce(Clock<'_>) -> T) -> T {
    // Somebody on each rung: what is due for nobody in the end is found to be so when it is looked at.
    let somebody = || Some(Owner { id: Uuid::nil(), name: String::new() });
    let people = People {
        lead: somebody(),
        deputy: somebody(),
        head: somebody(),
        director: somebody(),
        portfolio: None,
    };
    ask(Clock {
        limits: &served.council.escalation,
        calendar: &served.calendar,
        zone: served,
        people: &people,
        leave: &|_| Vec::new(),
        waits: waits(served),
    })
}

fn waits(served: &Served) -> Option<Waits> {
    served.council.payments.as_ref().map(Settings::waits)
}

/// When the clock looks at a case next, at the latest.
#[must_use]
pub fn wakes(served: &Served, case: &Case) -> Option<DateTime<Utc>> {
    without_people(served, |clock| clock.next(case)).map(|due| due.at)
}

/// When what is to be paid first lapses.
#[must_use]
pub fn lapses_at(served: &Served, case: &Case) -> Option<DateTime<Utc>> {
    let lapse = waits(served)?.lapse;
    let is_to_pay = case.status == Status::ToPay;
    is_to_pay.then(|| without_people(served, |clock| clock.until(case.received_at, lapse)))
}

/// Who answers for a department.
///
/// # Errors
/// The database's errors.
pub async fn people(store: &Store, served: &Served, department: &str) -> Result<People, StoreError> {
    match served.council.department(department) {
        Some(department) => Ok(store.ladder_of(department).await?.people),
        None => Ok(People::default()),
    }
}

/// Who owns what arrives at a department until somebody takes it: who leads its work, or who stands above them where that
/// is nobody who works here.
///
/// # Errors
/// The database's errors.
pub async fn lead(store: &Store, served: &Served, department: &str) -> Result<Option<Owner>, StoreError> {
    let People { lead, deputy, head, director, .. } = people(store, served, department).await?;
    Ok(lead.or(deputy).or(head).or(director))
}

/// Lets time go by for a request that is due.
///
/// # Errors
/// The database's errors.
pub async fn tick(state: &AppState, served: &Arc<Served>, store: &Store, id: Uuid) -> Result<(), StoreError> {
    let now = state.now();
    let Stored { case, .. } = store.for_clock(id).await?;
    let owner = case.owner.as_ref().map(|owner| owner.id);
    let department = case.department().to_owned();
    let ladder = match served.council.department(&department) {
        Some(department) => store.ladder_of(department).await?,
        None => Ladder::default(),
    };
    let mut away: HashMap<Uuid, Vec<Leave>> = HashMap::new();
    let staff: Vec<Uuid> = ladder.ids().into_iter().chain(owner).collect();
    for leave in store.leave_of(&staff, served.local(now).date()).await? {
        away.entry(leave.staff_id).or_default().push(Leave { from: leave.from, until: leave.until });
    }
    let people = ladder.people;
    let of = served.clone();
    let run = move |case: &mut Case| {
        let clock = Clock {
            limits: &of.council.escalation,
            calendar: &of.calendar,
            zone: &*of,
            people: &people,
            leave: &|who| away.get(&who).cloned().unwrap_or_default(),
            waits: waits(&of),
        };
        let happened = clock.tick(case, now)?;
        Ok((happened, clock.next(case).map(|due| due.at)))
    };
    let happened =
        store.tick(id, (now, (department, owner)), Arc::new(run), after(state, served), event_id).await?;
    tell(state, happened);
    Ok(())
}

/// One for each request, rule and moment that it was due. What may be due a second time at the same moment, as a reminder
/// of a day that was moved and moved back, is told apart by its place in the history, which nobody else can take: the
/// request is locked meanwhile.
fn event_id(request: Uuid, due: &Due, seq: u32) -> Uuid {
    let moment = due.at.timestamp_millis().to_be_bytes();
    let rule = due.rule.id().as_bytes();
    let hash = secret::hash(&[request.as_bytes(), rule, &moment, &seq.to_be_bytes()].concat());
    hash.get(..16).and_then(|hash| Uuid::from_slice(hash).ok()).unwrap_or(request)
}
