//! How the work of a department goes, put together for who answers for it.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};
use domain::api::team::{OfficerWork, Reason, Said, TeamView, TeamWork, Work};
use domain::api::workspace::PERIOD_DAYS;
use domain::channel::Channel;
use domain::figures::SATISFIED;
use uuid::Uuid;

use crate::councils::Served;
use crate::store::team::{Ended, Open};
use crate::store::{Store, StoreError};

/// Reasons of dissatisfaction that are shown.
const REASONS: u64 = 50;

/// Work that is added up: the figures, and how many have been open for how many days.
#[derive(Clone, Debug, Default)]
struct Sum {
    work: Work,
    days: BTreeMap<u32, u32>,
}

fn count(many: i64) -> u32 {
    u32::try_from(many).unwrap_or(0)
}

impl Sum {
    fn open(&mut self, row: &Open, today: NaiveDate) {
        let many = count(row.many);
        let days = u32::try_from((today - row.opened_on).num_days()).unwrap_or(0);
        *self.days.entry(days).or_default() += many;
        self.work.open += many;
        self.work.overdue += count(row.overdue);
        self.work.escalated += count(row.escalated);
        self.work.reopened += count(row.reopened);
        // What is open again had ended, too.
        self.work.closings += count(row.reopened);
    }

    fn ended(&mut self, row: &Ended) {
        let (many, work) = (count(row.many), &mut self.work);
        work.ended += many;
        work.closings += many;
        work.reopened += count(row.reopened);
        match row.kept {
            Some(true) => work.kept += many,
            Some(false) => work.missed += many,
            None => {}
        }
        match row.score {
            Some(score) if score >= i16::from(SATISFIED) => work.satisfied += many,
            Some(_) => work.dissatisfied += many,
            None => {}
        }
    }

    fn done(self) -> Work {
        let half = self.work.open.div_ceil(2);
        let mut so_far = 0;
        let median = self.days.iter().find(|(_, many)| {
            so_far += **many;
            so_far >= half
        });
        let median = median.map(|(days, _)| *days);
        Work { oldest: self.days.keys().next_back().copied(), median, ..self.work }
    }
}

/// Puts it together.
///
/// # Errors
/// The database's errors.
pub async fn view(
    store: &Store,
    served: &Served,
    department: &str,
    today: NaiveDate,
) -> Result<TeamView, StoreError> {
    let since = today - Days::new(PERIOD_DAYS);
    let open = store.open_work(department, (since, today)).await?;
    let ended = store.ended_work(department, since).await?;
    let mut all = Sum::default();
    // Those of no team come last.
    let mut teams: BTreeMap<(bool, &str), Sum> = BTreeMap::new();
    let mut officers: HashMap<Option<Uuid>, Sum> = HashMap::new();
    let mut said: BTreeMap<(&str, Channel), (u32, u32)> = BTreeMap::new();
    let team = |team: &Option<String>| team.is_none();
    for row in &open {
        let name = row.team.as_deref().unwrap_or_default();
        all.open(row, today);
        teams.entry((team(&row.team), name)).or_default().open(row, today);
        officers.entry(row.owner_id).or_default().open(row, today);
    }
    for row in &ended {
        let name = row.team.as_deref().unwrap_or_default();
        all.ended(row);
        teams.entry((team(&row.team), name)).or_default().ended(row);
        officers.entry(row.owner_id).or_default().ended(row);
        if let Some(score) = row.score {
            let (yes, no) = said.entry((&row.service, row.channel())).or_default();
            let which = if score >= i16::from(SATISFIED) { yes } else { no };
            *which += count(row.many);
        }
    }
    let title = |service: &str| {
        served.service(service).map_or_else(|| service.to_owned(), |service| service.title.clone())
    };
    let mut services: Vec<Said> = said
        .into_iter()
        .map(|((service, channel), (satisfied, dissatisfied))| Said {
            service: service.to_owned(),
            title: title(service),
            channel,
            satisfied,
            dissatisfied,
        })
        .collect();
    services.sort_by_key(|said| (u32::MAX - said.dissatisfied, said.title.clone()));
    let reasons = store.dissatisfied(department, since, REASONS).await?.into_iter().filter_map(|stored| {
        let feedback = stored.case.feedback?;
        Some(Reason {
            id: stored.id,
            reference: stored.case.submission.reference.to_string(),
            title: stored.case.submission.title,
            channel: stored.case.submission.channel,
            score: feedback.score,
            reason: feedback.reason,
        })
    });
    Ok(TeamView {
        since,
        reasons: reasons.collect(),
        all: all.done(),
        teams: teams
            .into_iter()
            .map(|((_, team), sum)| TeamWork { team: team.to_owned(), work: sum.done() })
            .collect(),
        officers: named(store, department, today, officers).await?,
        services,
    })
}

/// Everybody who has, or had, some of the work, or could have: with their names, and who is away.
async fn named(
    store: &Store,
    department: &str,
    today: NaiveDate,
    mut sums: HashMap<Option<Uuid>, Sum>,
) -> Result<Vec<OfficerWork>, StoreError> {
    let colleagues = store.colleagues(department).await?;
    for colleague in &colleagues {
        sums.entry(Some(colleague.id)).or_default();
    }
    let ids: Vec<Uuid> = sums.keys().copied().flatten().collect();
    let names: HashMap<Uuid, String> = store.names_of(&ids).await?.into_iter().collect();
    let leave = store.leave_of(&ids, today).await?;
    let mut officers: Vec<OfficerWork> = sums
        .into_iter()
        .map(|(id, sum)| OfficerWork {
            id,
            name: match id {
                Some(id) => names.get(&id).cloned().unwrap_or_else(|| "Somebody who has left".to_owned()),
                None => "Nobody yet".to_owned(),
            },
            works_here: colleagues.iter().any(|colleague| Some(colleague.id) == id),
            away_until: leave
                .iter()
                .find(|leave| Some(leave.staff_id) == id && leave.from <= today)
                .map(|leave| leave.until),
            work: sum.done(),
        })
        .collect();
    officers.sort_by(|one, other| {
        let order = |officer: &OfficerWork| (officer.id.is_none(), u32::MAX - officer.work.open);
        order(one).cmp(&order(other)).then_with(|| one.name.cmp(&other.name))
    });
    Ok(officers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
    }

    #[test]
    fn ages_are_those_of_what_is_open() {
        let row = |opened, many| Open {
            owner_id: None,
            team: None,
            opened_on: day(opened),
            many,
            overdue: 1,
            escalated: 0,
            reopened: 1,
        };
        let mut sum = Sum::default();
        for row in [row(1, 1), row(9, 2), row(10, 1)] {
            sum.open(&row, day(10));
        }
        let work = sum.done();
        assert_eq!((work.open, work.oldest, work.median), (4, Some(9), Some(1)));
        assert_eq!((work.overdue, work.reopened, work.closings), (3, 3, 3));
        let nothing = Sum::default().done();
        assert_eq!((nothing.oldest, nothing.median), (None, None));
    }
}
