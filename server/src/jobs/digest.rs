//! The weekly digest: on Monday at seven, who owns requests, who answers for a department and who holds its portfolio is told
//! what waits. Nobody with nothing is told anything. Of a week that nobody could be told of in time, because no server ran,
//! they are told once when one runs again.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::access::Role;
use domain::council::{Council, Department};
use domain::field::contact::same_email_key;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Job;
use super::alert::{Alert, Many, OfDepartment, Promised, Reader, Told, Week};
use crate::councils::Served;
use crate::operations::base;
use crate::state::AppState;
use crate::store::digest::Waits;
use crate::store::{Store, StoreError};

/// How long it is worth telling: until the next one.
pub(super) const WORTH: TimeDelta = TimeDelta::days(6);
/// Requests that are named in one digest.
const NAMED: usize = 10;

/// What one person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The Monday.
    pub week: NaiveDate,
    /// What waits of their own.
    pub own: Waits,
    /// Of that, what is overdue and due, the first promised first.
    pub named: Vec<Promised>,
    /// What waits in the departments that they answer for, or whose portfolio they hold: by the department's name.
    pub departments: Vec<(String, Waits)>,
    /// Where they can see more.
    pub link: String,
}

/// The Monday whose digest is due, if it still is.
#[must_use]
pub fn week(served: &Served, now: DateTime<Utc>) -> Option<NaiveDate> {
    let local = served.local(now);
    let seven = NaiveTime::from_hms_opt(7, 0, 0)?;
    let monday = |day: NaiveDate| day - Days::new(day.weekday().num_days_from_monday().into());
    let this = monday(local.date());
    let week = if local < this.and_time(seven) { monday(this.pred_opt()?) } else { this };
    // The next one is near.
    (local < week.and_time(seven) + WORTH).then_some(week)
}

/// Has those told who are to be told now, and says how many. Whoever comes second finds it done.
///
/// # Errors
/// The database's errors.
pub async fn run_due(state: &AppState) -> Result<usize, StoreError> {
    let mut told = 0;
    for served in state.councils.all() {
        let store = state.db.council(&served.council.id);
        let Some(week) = week(&served, state.now()) else { continue };
        if store.is_told(week).await? {
            continue;
        }
        let digests = make(state, &served, &store, week).await?;
        let jobs = digests
            .into_iter()
            .map(|digest| (same_email_key(&digest.email), state.new_id(), Job::Digest(Box::new(digest))));
        told += store.tell_week(week, state.now(), jobs.collect()).await?;
    }
    if told > 0 {
        state.wake.notify_one();
    }
    Ok(told)
}

/// What everybody is told of a week who is told anything.
async fn make(
    state: &AppState,
    served: &Served,
    store: &Store,
    week: NaiveDate,
) -> Result<Vec<Digest>, StoreError> {
    let council = &served.council;
    let days = (served.local(state.now()).date(), week + Days::new(6));
    let mut of_departments: HashMap<&str, Waits> = HashMap::new();
    let mut of_owners: HashMap<Uuid, Waits> = HashMap::new();
    let mut named: HashMap<Uuid, Vec<Promised>> = HashMap::new();
    for Department { id, .. } in &council.departments {
        for (owner, waits) in store.waits(id, days).await? {
            of_departments.entry(id).or_default().add(waits);
            if let Some(owner) = owner {
                of_owners.entry(owner).or_default().add(waits);
            }
        }
        for promised in store.promised(id, days).await? {
            let title = served.service(&promised.service).map_or(&promised.service, |service| &service.title);
            named.entry(promised.owner).or_default().push(Promised {
                title: title.clone(),
                reference: promised.reference,
                by: promised.complete_by,
                overdue: promised.is_overdue,
            });
        }
    }
    let of = |departments: Vec<&Department>| {
        let waits =
            |department: &&Department| of_departments.get(&*department.id).copied().unwrap_or_default();
        let some = departments.into_iter().map(|department| (department.name.clone(), waits(&department)));
        some.filter(|(_, waits)| !waits.is_empty()).collect::<Vec<_>>()
    };
    let link = base(state, council);
    let mut digests = Vec::new();
    for member in store.members().await? {
        let manages = (member.role() == Some(Role::Manager)).then_some(&*member.department);
        let answers_for = council.answers_for(&member.email_key, manages);
        let answers =
            |department: &&Department| answers_for.iter().any(|(answered, _)| *answered == department.id);
        digests.push(Digest {
            own: of_owners.remove(&member.id).unwrap_or_default(),
            named: named.remove(&member.id).unwrap_or_default(),
            departments: of(council.departments.iter().filter(answers).collect()),
            name: member.name,
            email: member.email,
            week,
            link: format!("{link}/staff"),
        });
    }
    // They have no account: they get numbers, and a link to those that are published.
    let mut holders: BTreeMap<String, (&str, &str, Vec<&Department>)> = BTreeMap::new();
    for department in &council.departments {
        if let Some(holder) = &department.portfolio {
            let first = || (&*holder.email, &*holder.name, Vec::new());
            holders.entry(same_email_key(&holder.email)).or_insert_with(first).2.push(department);
        }
    }
    for (key, (email, name, departments)) in holders {
        // Who works here, too, has one digest.
        if let Some(member) = digests.iter_mut().find(|digest| same_email_key(&digest.email) == key) {
            let more = of(departments)
                .into_iter()
                .filter(|(name, _)| !member.departments.iter().any(|(known, _)| known == name));
            let more: Vec<_> = more.collect();
            member.departments.extend(more);
            continue;
        }
        digests.push(Digest {
            name: name.to_owned(),
            email: email.to_owned(),
            week,
            own: Waits::default(),
            named: Vec::new(),
            departments: of(departments),
            link: format!("{link}/performance"),
        });
    }
    digests.retain(|digest| !digest.own.is_empty() || !digest.departments.is_empty());
    Ok(digests)
}

/// What there is of what waits.
fn told(waits: Waits) -> Vec<Many> {
    let Waits { overdue, due, escalated, waiting, board } = waits;
    let all = [
        (overdue, "overdue"),
        (due, "due"),
        (escalated, "escalated"),
        (waiting, "waiting"),
        (board, "board"),
    ];
    let some = all.into_iter().filter(|(many, _)| *many > 0);
    some.map(|(many, what)| Many { what: what.to_owned(), many }).collect()
}

impl Digest {
    pub(super) fn alert(self, council: &Council) -> Alert {
        let Self { name, email, week, own, mut named, departments, link } = self;
        let more = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        let of = |(name, waits)| OfDepartment { name, waits: told(waits) };
        let week = Week {
            week,
            own: told(own),
            named,
            more,
            departments: departments.into_iter().map(of).collect(),
        };
        Alert {
            name,
            email,
            reference: String::new(),
            title: council.name.clone(),
            link,
            told: Told::Digest(Box::new(week)),
            reader: Reader::default(),
            instead_of: String::new(),
        }
    }
}
