//! What the council publishes of its requests: how many came, how many were closed, and whether what was promised was
//! kept. Nobody is in it: a request is counted, and what is counted outlives it.
//!
//! What a request counts for follows from where it stands ([`Standing`]). An event counts for the difference between
//! the standing before it and the one after it, so the sum over all events is always what the requests as they stand
//! now count for: a closing that was taken back by a reopening is taken back here too.

pub mod disclosure;
pub mod published;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::by::By;
use crate::case::{Case, Event, Feedback, Outcome, Status};

/// Something that is counted, once for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It arrived.
    Received,
    /// The council closed it, so many days after it arrived.
    Closed {
        /// As [`bucket`] has them.
        days: usize,
    },
    /// It was declined by a published policy. It was closed, too.
    Declined,
    /// The resident no longer needed it.
    Withdrawn,
    /// What was promised at first was kept.
    Kept,
    /// It was not.
    Missed,
    /// It was closed, and then opened again.
    Reopened,
    /// The resident said that it went well.
    Satisfied,
    /// The resident said that it did not.
    Dissatisfied,
}

impl What {
    /// As it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Closed { .. } => "closed",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Kept => "kept",
            Self::Missed => "missed",
            Self::Reopened => "reopened",
            Self::Satisfied => "satisfied",
            Self::Dissatisfied => "dissatisfied",
        }
    }

    /// Where the days stand in a [`Counts::days`], for what has some.
    #[must_use]
    pub fn days(self) -> Option<usize> {
        if let Self::Closed { days } = self { Some(days) } else { None }
    }

    /// As it was stored; none when it is nothing that we count.
    #[must_use]
    pub fn read(id: &str, days: Option<usize>) -> Option<Self> {
        let plain = [
            Self::Received,
            Self::Declined,
            Self::Withdrawn,
            Self::Kept,
            Self::Missed,
            Self::Reopened,
            Self::Satisfied,
            Self::Dissatisfied,
        ];
        match days {
            Some(days) => Some(Self::Closed { days }).filter(|what| what.id() == id && days <= LAST),
            None => plain.into_iter().find(|what| what.id() == id),
        }
    }
}

/// One thing more, or one less, in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The first day of the month.
    pub month: NaiveDate,
    /// What.
    pub what: What,
    /// 1, or -1 for what is taken back.
    pub more: i64,
}

/// The first day of the month of a day.
#[must_use]
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// What a request counts for as it stands; nothing before it arrived.
///
/// What was passed on to several departments is one request of one resident, and counts once, as the whole: until the
/// last department is done. Its parts count for nothing but what the resident said of each, for that is asked there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Each with the first day of its month.
    marks: Vec<(NaiveDate, What)>,
    closed: bool,
    /// The month of the latest event.
    latest: NaiveDate,
}

impl Standing {
    /// Of a request, given the council's local day of a moment.
    #[must_use]
    pub fn of(case: &Case, day: impl Fn(DateTime<Utc>) -> NaiveDate) -> Self {
        let received = day(case.received_at);
        let latest = case.history.last().map_or(case.received_at, |last| last.at);
        let mut all = Self { latest: month_of(day(latest)), ..Self::default() };
        // It counts as it was sent in the end, and once it was received.
        if case.is_taken_back() || !case.is_received() {
            return all;
        }
        if case.submission.part_of.is_none() {
            all.closed = !case.status.is_open();
            all.mark(received, What::Received);
            if let (Status::Closed(outcome), Some(closed)) = (case.status, case.closed_at.map(&day)) {
                let days = bucket((closed - received).num_days());
                let withdrawn = outcome == Outcome::Withdrawn;
                all.mark(closed, if withdrawn { What::Withdrawn } else { What::Closed { days } });
                if outcome == Outcome::DeclinedByPolicy {
                    all.mark(closed, What::Declined);
                }
            }
            if let Some((kept, on)) = kept(case, &day, latest) {
                all.mark(on, if kept { What::Kept } else { What::Missed });
            }
        }
        if let Some(feedback) = &case.feedback {
            let said = case.history.iter().rev().find(|past| matches!(past.event, Event::Feedback(_)));
            let said = day(said.map_or(latest, |said| said.at));
            let is_satisfied = is_satisfied(feedback);
            all.mark(said, if is_satisfied { What::Satisfied } else { What::Dissatisfied });
        }
        all
    }

    fn mark(&mut self, on: NaiveDate, what: What) {
        self.marks.push((month_of(on), what));
    }

    /// What an event counts for that led here from another standing.
    #[must_use]
    pub fn since(self, before: Self) -> Vec<Tally> {
        let reopened = (before.closed && !self.closed).then_some((self.latest, What::Reopened));
        let mut gone = before.marks;
        let mut tallies = Vec::new();
        for mark in self.marks {
            match gone.iter().position(|known| *known == mark) {
                Some(at) => drop(gone.swap_remove(at)),
                None => tallies.push((mark, 1)),
            }
        }
        tallies.extend(reopened.map(|mark| (mark, 1)));
        tallies.extend(gone.into_iter().map(|mark| (mark, -1)));
        tallies.into_iter().map(|((month, what), more)| Tally { month, what, more }).collect()
    }
}

/// What a request is judged by: what was promised at first by the published standard, later by the time in which it waited
/// for its resident. Moving the promise moves nothing here.
#[must_use]
pub fn judged_by(case: &Case) -> By {
    let (mut judged, mut promised) = (case.submission.complete_by, case.submission.complete_by);
    for past in &case.history {
        match &past.event {
            Event::Answered { complete_by, .. } => {
                judged = judged.later_by((promised, *complete_by));
                promised = *complete_by;
            }
            Event::Amended(amendment) => {
                if let Some(complete_by) = amendment.complete_by {
                    judged = judged.later_by((promised, complete_by));
                    promised = complete_by;
                }
            }
            Event::PromiseMoved { to, .. } => promised = By::Day(*to),
            Event::Decided { complete_by, .. } => promised = By::Day(*complete_by),
            Event::Missed { to, .. } => promised = *to,
            Event::Reopened { complete_by, .. } => promised = *complete_by,
            _ => {}
        }
    }
    judged
}

/// Whether the promise was kept, and the day on which that was so; none while nobody can say.
///
/// It is missed from the day after it on, or from the moment on, however the request goes on: one that is never closed is missed, too, and
/// so is one that was closed in time, and opened again because it was not done. What the resident no longer needed
/// while there was time is no promise kept, nor one missed. `latest` is the moment of the latest event: what is open, and
/// late, is known to be from the first event after the day.
fn kept(
    case: &Case,
    day: impl Fn(DateTime<Utc>) -> NaiveDate,
    latest: DateTime<Utc>,
) -> Option<(bool, NaiveDate)> {
    // Nothing is missed while the resident is asked.
    if case.waiting.is_some() {
        return None;
    }
    let promised = judged_by(case);
    let ended = case.closed_at.filter(|_| !case.status.is_open());
    let at = ended.unwrap_or(latest);
    if promised.is_over(at, day(at)) {
        return Some((false, promised.day()));
    }
    match case.status {
        Status::Closed(Outcome::Withdrawn) => None,
        Status::Closed(_) => Some((true, day(ended?))),
        _ => None,
    }
}

/// Whether what was promised at first was kept, of a request that has ended; none where nothing was promised in the end.
#[must_use]
pub fn is_kept(case: &Case, day: impl Fn(DateTime<Utc>) -> NaiveDate) -> Option<bool> {
    let ended = case.closed_at.filter(|_| !case.status.is_open())?;
    kept(case, day, ended).map(|(kept, _)| kept)
}

/// The lowest of the scores, 1 to 5, with which a resident says that it went well.
pub const SATISFIED: u8 = 4;

/// Whether a resident said that it went well.
fn is_satisfied(feedback: &Feedback) -> bool {
    feedback.score >= SATISFIED
}

/// Up to so many days each is counted by itself.
const EXACT: usize = 180;
/// Beyond, as many are counted together.
const TOGETHER: usize = 10;
/// Where the last of them stand: ten years, and more.
const LAST: usize = EXACT + (3650 - EXACT) / TOGETHER;

/// Where so many days stand in a [`Counts::days`].
#[must_use]
pub fn bucket(days: i64) -> usize {
    let days = usize::try_from(days).unwrap_or(0);
    let beyond = days.saturating_sub(EXACT).div_ceil(TOGETHER);
    (days.min(EXACT) + beyond).min(LAST)
}

/// The days that stand there; the most of them where several do, so that nothing looks quicker than it was.
#[must_use]
pub fn days_at(bucket: usize) -> usize {
    bucket.min(EXACT) + bucket.saturating_sub(EXACT) * TOGETHER
}

/// How often each thing happened. A count may be below nothing for a moment, where what is taken back is added first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// [`What::Received`].
    pub received: i64,
    /// [`What::Closed`].
    pub closed: i64,
    /// [`What::Declined`].
    pub declined: i64,
    /// [`What::Withdrawn`].
    pub withdrawn: i64,
    /// [`What::Kept`].
    pub kept: i64,
    /// [`What::Missed`].
    pub missed: i64,
    /// [`What::Reopened`].
    pub reopened: i64,
    /// [`What::Satisfied`].
    pub satisfied: i64,
    /// [`What::Dissatisfied`].
    pub dissatisfied: i64,
    /// How many were closed after as many days, by [`bucket`].
    pub days: Vec<i64>,
}

impl Counts {
    /// Adds one thing, or takes it back.
    pub fn add(&mut self, what: What, more: i64) {
        let count = match what {
            What::Received => &mut self.received,
            What::Closed { days } => {
                self.at(days, more);
                &mut self.closed
            }
            What::Declined => &mut self.declined,
            What::Withdrawn => &mut self.withdrawn,
            What::Kept => &mut self.kept,
            What::Missed => &mut self.missed,
            What::Reopened => &mut self.reopened,
            What::Satisfied => &mut self.satisfied,
            What::Dissatisfied => &mut self.dissatisfied,
        };
        *count += more;
    }

    fn at(&mut self, bucket: usize, more: i64) {
        if self.days.len() <= bucket {
            self.days.resize(bucket + 1, 0);
        }
        self.days[bucket] += more;
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: &Self) {
        self.received += other.received;
        self.closed += other.closed;
        self.declined += other.declined;
        self.withdrawn += other.withdrawn;
        self.kept += other.kept;
        self.missed += other.missed;
        self.reopened += other.reopened;
        self.satisfied += other.satisfied;
        self.dissatisfied += other.dissatisfied;
        if self.days.len() < other.days.len() {
            self.days.resize(other.days.len(), 0);
        }
        for (own, more) in self.days.iter_mut().zip(&other.days) {
            *own += more;
        }
    }

    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { received, closed, withdrawn, kept, missed, reopened, satisfied, dissatisfied, .. } = self;
        [received, closed, withdrawn, kept, missed, reopened, satisfied, dissatisfied]
            .into_iter()
            .all(|count| *count <= 0)
    }

    /// The days within which so many of a hundred were closed; none where none was.
    #[must_use]
    pub fn within(&self, of_hundred: i64) -> Option<usize> {
        let all: i64 = self.days.iter().map(|many| many.max(&0)).sum();
        let needed = (all * of_hundred + 99) / 100;
        let mut so_far = 0;
        let reaches = |many: &i64| {
            so_far += many.max(&0);
            so_far >= needed
        };
        self.days.iter().position(reaches).filter(|_| all > 0).map(days_at)
    }
}

#[cfg(test)]
mod tests;
