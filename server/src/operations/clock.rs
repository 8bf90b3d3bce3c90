//! The council's time, and the people that a request goes up to.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::case::{Case, Owner};
use domain::clock::{Clock, Due, Leave, People, Zone};
use uuid::Uuid;

use crate::councils::Served;
use crate::operations::act::{after, tell};
use crate::secret;
use crate::state::AppState;
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
        seniors: Vec::new(),
    };
    ask(Clock {
        limits: &served.council.escalation,
        calendar: &served.calendar,
        zone: served,
        people: &people,
        leave: &|_| Vec::new(),
    })
}

/// When the clock looks at a case next, at the latest.
#[must_use]
pub fn wakes(served: &Served, case: &Case) -> Option<DateTime<Utc>> {
    without_people(served, |clock| clock.next(case)).map(|due| due.at)
}

/// Who answers for a department.
///
/// # Errors
/// The database's errors.
pub async fn people(store: &Store, served: &Served, department: &str) -> Result<People, StoreError> {
    let Some(department) = served.council.department(department) else { return Ok(People::default()) };
    let emails = [
        Some(&*department.lead).filter(|email| !email.is_empty()),
        department.deputy.as_deref(),
        department.head.as_deref(),
        department.director.as_deref(),
    ];
    let [lead, deputy, head, director] =
        store.owners(&emails).await?.try_into().unwrap_or([const { None }; 4]);
    let seniors = head.iter().map(|head: &Owner| head.name.clone());
    let seniors = seniors.chain(department.portfolio.iter().map(|portfolio| portfolio.name.clone()));
    Ok(People { seniors: seniors.collect(), lead, deputy, head, director })
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
    let people = people(store, served, &department).await?;
    let away = match owner {
        Some(owner) => store.leave_of(&[owner], served.local(now).date()).await?,
        None => Vec::new(),
    };
    let away: Vec<Leave> =
        away.into_iter().map(|leave| Leave { from: leave.from, until: leave.until }).collect();
    let of = served.clone();
    let run = move |case: &mut Case| {
        let clock = Clock {
            limits: &of.council.escalation,
            calendar: &of.calendar,
            zone: &*of,
            people: &people,
            leave: &|who| if Some(who) == owner { away.clone() } else { Vec::new() },
        };
        let happened = clock.tick(case, now)?;
        Ok((happened, clock.next(case).map(|due| due.at)))
    };
    let happened =
        store.tick(id, (now, (department, owner)), Arc::new(run), after(state, served), event_id).await?;
    tell(state, happened);
    Ok(())
}

/// One for each request, rule and moment that it was due: what happened once does not happen again.
fn event_id(request: Uuid, due: &Due) -> Uuid {
    let moment = due.at.timestamp_millis().to_be_bytes();
    let hash = secret::hash(&[request.as_bytes(), due.rule.id().as_bytes(), &moment].concat());
    hash.get(..16).and_then(|hash| Uuid::from_slice(hash).ok()).unwrap_or(request)
}
