//! `/api/staff/team`: how the work of a department goes, for who answers for it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::channel::Channel;

/// `GET /api/staff/team`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamView {
    /// What has ended, was opened again and was judged is counted from this day on.
    #[serde(with = "crate::day")]
    pub since: NaiveDate,
    /// Everything.
    pub all: Work,
    /// By team, by name; last what is of none.
    pub teams: Vec<TeamWork>,
    /// By member of staff: who has most open first; what is nobody's at the end.
    pub officers: Vec<OfficerWork>,
    /// What residents said, by service and by the way they came; the most dissatisfied first.
    pub services: Vec<Said>,
    /// The last of those who were not satisfied, and why.
    pub reasons: Vec<Reason>,
}

/// How some of the work goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Work {
    /// Open now.
    pub open: u32,
    /// Of those, overdue: the promised day is over, or one was missed.
    pub overdue: u32,
    /// Of those, gone up to somebody, who has done nothing since.
    pub escalated: u32,
    /// Days that the oldest of them has been open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<u32>,
    /// Days within which half of them have been open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<u32>,
    /// Ended in the period.
    pub ended: u32,
    /// Of those, in the time that was promised at first.
    pub kept: u32,
    /// Of those, late.
    pub missed: u32,
    /// Opened again in the period.
    pub reopened: u32,
    /// Of those that ended and that somebody opened again: how many that are in all.
    pub closings: u32,
    /// Residents who were satisfied.
    pub satisfied: u32,
    /// Residents who were not.
    pub dissatisfied: u32,
}

/// So many of so many, in whole percent; none of none.
#[must_use]
pub fn percent(some: u32, of: u32) -> Option<u32> {
    let (some, of) = (u64::from(some), u64::from(of));
    // Half of a hundredth is rounded up.
    (of > 0).then(|| u32::try_from((some * 200 + of) / (of * 2)).unwrap_or(u32::MAX))
}

impl Work {
    /// Promises kept, in percent.
    #[must_use]
    pub fn kept_percent(&self) -> Option<u32> {
        percent(self.kept, self.kept + self.missed)
    }

    /// Opened again, in percent of those that had ended.
    #[must_use]
    pub fn reopened_percent(&self) -> Option<u32> {
        percent(self.reopened, self.closings)
    }

    /// Residents who were satisfied, in percent of those who said so or the contrary.
    #[must_use]
    pub fn satisfied_percent(&self) -> Option<u32> {
        percent(self.satisfied, self.satisfied + self.dissatisfied)
    }
}

/// The work of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamWork {
    /// Its name; empty for what is of none.
    pub team: String,
    /// How it goes.
    pub work: Work,
}

/// The work of a member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficerWork {
    /// Who; nobody for what nobody has taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Their name.
    pub name: String,
    /// They can have requests of this department now.
    pub works_here: bool,
    /// The last day that they are away, if they are away today.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
    pub away_until: Option<NaiveDate>,
    /// How it goes.
    pub work: Work,
}

/// What residents said of a service that they came to by one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Said {
    /// The service.
    pub service: String,
    /// Its title.
    pub title: String,
    /// The way.
    pub channel: Channel,
    /// Satisfied.
    pub satisfied: u32,
    /// Not satisfied.
    pub dissatisfied: u32,
}

/// Why somebody was not satisfied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// The request.
    pub id: Uuid,
    /// Its reference, as shown.
    pub reference: String,
    /// The service's title.
    pub title: String,
    /// The way it came.
    pub channel: Channel,
    /// 1 (very badly) to 5 (very well).
    pub score: u8,
    /// Why; may be empty.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages() {
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(1, 3), Some(33));
        assert_eq!(percent(2, 3), Some(67));
        assert_eq!(percent(1, 200), Some(1), "half is rounded up");
        assert_eq!(percent(u32::MAX, u32::MAX), Some(100));
        let work = Work { kept: 9, missed: 1, reopened: 1, closings: 4, satisfied: 1, ..Work::default() };
        assert_eq!(work.kept_percent(), Some(90));
        assert_eq!(work.reopened_percent(), Some(25));
        assert_eq!(work.satisfied_percent(), Some(100));
        assert_eq!(Work::default().kept_percent(), None);
    }
}
