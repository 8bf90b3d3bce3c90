//! What time does to a case by itself: who is reminded, what is promised instead when a day is missed, and how far up
//! it goes when nobody acts. Each rule says when it is due; the event that follows is applied like any other.

use chrono::{
    DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, Offset as _, SubsecRound as _, TimeDelta,
    Timelike as _, Utc,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::by::By;
use crate::case::{
    Actor, Age, Case, Cause, Closing, Escalation, Event, Outcome, Owner, REMINDERS, Rung, Status, Why,
};
use crate::payment::Waits;
use crate::standard::{Calendar, Limit, Unit};

/// The times that a council sets itself, besides those that each service promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// From a missed day to the one that is promised instead.
    #[serde(with = "limit")]
    pub extend: Limit,
    /// In which what a resident wrote is answered.
    #[serde(with = "limit")]
    pub answer: Limit,
    /// In which what was offered to somebody is taken.
    #[serde(with = "limit")]
    pub offer: Limit,
    /// From a question to the resident to the first reminder, from that to the next, and from that to the end.
    #[serde(with = "limit")]
    pub remind: Limit,
    /// In which who leads the team acts, before it goes to the deputy.
    #[serde(with = "limit")]
    pub lead: Limit,
    /// In which the deputy acts, before it goes to the head of service.
    #[serde(with = "limit")]
    pub deputy: Limit,
    /// In which the head of service acts, before it goes to the director.
    #[serde(with = "limit")]
    pub head: Limit,
    /// Days open after which the senior manager and the portfolio holder know.
    pub long: u16,
    /// Days open after which they are warned.
    pub very_long: u16,
    /// Days open after which it is on the board's list until it is decided.
    pub too_long: u16,
    /// Days after which the board is told again of what is not decided.
    pub decide: u16,
    /// Days after the end in which a sample of residents is asked again how it went.
    pub ask_again: u16,
    /// Of a hundred residents, how many are asked again.
    pub sample: u8,
}

/// Hours of work before a promised moment at which staff are told that it is near.
const HOURS_AHEAD: i64 = 2;

const fn working_days(amount: u16) -> Limit {
    Limit { amount, unit: Unit::WorkingDays }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            extend: working_days(5),
            answer: working_days(3),
            offer: working_days(1),
            remind: working_days(5),
            lead: working_days(1),
            deputy: working_days(1),
            head: working_days(2),
            long: 30,
            very_long: 45,
            too_long: 60,
            decide: 7,
            ask_again: 42,
            sample: 10,
        }
    }
}

impl Limits {
    /// Mistakes in them.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !(self.long < self.very_long && self.very_long < self.too_long) {
            faults.push("the days in [escalation] must rise: long, then very_long, then too_long".to_owned());
        }
        if self.long == 0 || self.decide == 0 || self.ask_again == 0 {
            faults.push("long, decide and ask_again in [escalation] are at least 1 day".to_owned());
        }
        if self.sample > 100 {
            faults.push("sample in [escalation] is of a hundred".to_owned());
        }
        faults
    }

    fn of(&self, rung: Rung) -> Limit {
        match rung {
            Rung::Lead => self.lead,
            Rung::Deputy => self.deputy,
            Rung::Head | Rung::Director => self.head,
        }
    }

    fn days(&self, age: Age) -> u16 {
        match age {
            Age::Long => self.long,
            Age::VeryLong => self.very_long,
            Age::TooLong => self.too_long,
        }
    }
}

pub(crate) mod limit {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::Limit;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(crate) fn serialize<S: Serializer>(limit: &Limit, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&limit.show())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Limit, D::Error> {
        let text = String::deserialize(from)?;
        Limit::parse(&text)
            .ok_or_else(|| D::Error::custom("a time is written “2 working days” or “24 hours”"))
    }
}

/// Who answers for the work of a department, one above the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Who leads the team.
    pub lead: Option<Owner>,
    /// Who stands in.
    pub deputy: Option<Owner>,
    /// The head of service.
    pub head: Option<Owner>,
    /// The director.
    pub director: Option<Owner>,
    /// The name of who holds the portfolio: told, too, when a request is open for long.
    pub portfolio: Option<String>,
}

impl People {
    /// Who stands on a rung.
    #[must_use]
    pub fn on(&self, rung: Rung) -> Option<&Owner> {
        match rung {
            Rung::Lead => self.lead.as_ref(),
            Rung::Deputy => self.deputy.as_ref(),
            Rung::Head => self.head.as_ref(),
            Rung::Director => self.director.as_ref(),
        }
    }

    /// The first on these rungs who may have it and is there, with the rungs that were passed by because who stands there
    /// is away. Where all of them are away it is the first of them: it is never nobody.
    pub fn first_there(
        &self,
        rungs: impl IntoIterator<Item = Rung>,
        may: impl Fn(&Owner) -> bool,
        is_away: impl Fn(Uuid) -> bool,
    ) -> Option<(Rung, &Owner, Vec<Rung>)> {
        let stand = rungs.into_iter().filter_map(|rung| Some((rung, self.on(rung)?)));
        let stand: Vec<(Rung, &Owner)> = stand.filter(|(_, whom)| may(whom)).collect();
        let at = stand.iter().position(|(_, whom)| !is_away(whom.id)).unwrap_or_default();
        let (rung, whom) = *stand.get(at)?;
        Some((rung, whom, stand.into_iter().take(at).map(|(rung, _)| rung).collect()))
    }

    /// Who is asked to agree to how a request is to be closed: from this rung up, and where nobody stands there, further
    /// down; never who would close it so.
    pub fn signer(
        &self,
        from: Rung,
        not: Uuid,
        is_away: impl Fn(Uuid) -> bool,
    ) -> Option<(Rung, &Owner, Vec<Rung>)> {
        let (above, below): (Vec<Rung>, Vec<Rung>) = Rung::ALL.into_iter().partition(|rung| *rung >= from);
        let may = |whom: &Owner| whom.id != not;
        let first = self.first_there(above, may, &is_away);
        first.or_else(|| self.first_there(below.into_iter().rev(), may, &is_away))
    }

    /// Who is told that a request is open for long: the head of service, and the director, too, when it is for too long.
    fn seniors(&self, age: Age, is_away: impl Fn(Uuid) -> bool) -> Vec<Owner> {
        use Rung::{Deputy, Director, Head, Lead};
        let anybody = |_: &Owner| true;
        let head = self.first_there([Head, Director, Deputy, Lead], anybody, &is_away);
        let director = self.first_there([Director, Head, Deputy, Lead], anybody, &is_away);
        let mut told: Vec<Owner> = head.into_iter().map(|(_, whom, _)| whom.clone()).collect();
        let director = director.map(|(_, whom, _)| whom.clone()).filter(|_| age == Age::TooLong);
        told.extend(director.filter(|director| !told.contains(director)));
        told
    }
}

/// Days on which somebody is away, first and last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Leave {
    /// The first.
    #[serde(with = "crate::day")]
    pub from: NaiveDate,
    /// The last.
    #[serde(with = "crate::day")]
    pub until: NaiveDate,
}

impl Leave {
    /// Whether they are away on a day.
    #[must_use]
    pub fn covers(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until
    }
}

/// A council's time. Only the server knows when the clocks change.
pub trait Zone {
    /// The local time.
    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime;
    /// The moment of a local time; the earlier where there are two, the next there is where there is none.
    fn moment(&self, local: NaiveDateTime) -> DateTime<Utc>;
}

/// A rule, and so the reason why the clock acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// What was offered was not taken.
    OfferLapsed,
    /// Nobody took it by the day that was promised.
    NotAcknowledged,
    /// The resident wrote and has no answer.
    Unanswered,
    /// Its owner is away.
    Away,
    /// Who was asked to agree to how it is to be closed said nothing.
    Unsigned,
    /// The last working day before the one that is promised, or the last hours of work before a moment.
    DueSoon,
    /// The promised day, or moment, is over.
    Missed,
    /// It was missed, so it goes up.
    GoesUp,
    /// Whoever it went to did nothing.
    Silent,
    /// It is open for long.
    Aged(Age),
    /// The resident has not answered: a reminder.
    Remind,
    /// They were reminded twice.
    NoAnswer,
    /// Weeks later, how did it go?
    AskAgain,
    /// It is not paid: a reminder.
    AskToPay,
    /// Nobody paid in time for it to be received.
    Lapse,
}

impl Rule {
    /// A name that stays, for keys.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::OfferLapsed => "offer-lapsed",
            Self::NotAcknowledged => "not-acknowledged",
            Self::Unanswered => "unanswered",
            Self::Away => "away",
            Self::Unsigned => "unsigned",
            Self::DueSoon => "due-soon",
            Self::Missed => "missed",
            Self::GoesUp => "goes-up",
            Self::Silent => "silent",
            Self::Aged(Age::Long) => "long",
            Self::Aged(Age::VeryLong) => "very-long",
            Self::Aged(Age::TooLong) => "too-long",
            Self::Remind => "remind",
            Self::NoAnswer => "no-answer",
            Self::AskAgain => "ask-again",
            Self::AskToPay => "ask-to-pay",
            Self::Lapse => "lapse",
        }
    }
}

/// A rule that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub rule: Rule,
}

/// What the rules look at besides the case.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    /// The council's times.
    pub limits: &'a Limits,
    /// When it works.
    pub calendar: &'a Calendar,
    /// Its local time.
    pub zone: &'a dyn Zone,
    /// Who answers for the department that the case lies with.
    pub people: &'a People,
    /// When somebody is away.
    pub leave: &'a dyn Fn(Uuid) -> Vec<Leave>,
    /// How long is waited for who has not paid, where payments are taken.
    pub waits: Option<Waits>,
}

impl Clock<'_> {
    /// The moment at which something that begins at this one is over.
    #[must_use]
    pub fn until(&self, from: DateTime<Utc>, limit: Limit) -> DateTime<Utc> {
        if limit.unit == Unit::Hours {
            return from + TimeDelta::hours(limit.amount.into());
        }
        self.zone.moment(self.calendar.until(self.zone.local(from), limit))
    }

    /// What is promised by a limit from this moment on.
    #[must_use]
    pub fn due(&self, from: DateTime<Utc>, limit: Limit) -> By {
        if limit.is_in_hours() {
            self.moment(self.until(from, limit))
        } else {
            By::Day(self.calendar.due(self.zone.local(from), limit))
        }
    }

    /// A moment as it is promised: to the minute.
    fn moment(&self, at: DateTime<Utc>) -> By {
        let at = at.trunc_subsecs(0) - TimeDelta::seconds(at.second().into());
        let ahead = self.zone.local(at) - at.naive_utc();
        let ahead = i32::try_from(ahead.num_seconds()).ok().and_then(FixedOffset::east_opt);
        By::Moment(at.with_timezone(&ahead.unwrap_or(Utc.fix())))
    }

    /// By when it is promised after the clock stood still for its resident, who answers now. A day is later by the working
    /// days between; of hours, as many are left as there were.
    #[must_use]
    pub fn resumed(&self, case: &Case, now: DateTime<Utc>) -> By {
        let Some(waiting) = &case.waiting else { return case.complete_by };
        let (since, today) = (self.zone.local(waiting.since), self.zone.local(now).date());
        match case.complete_by {
            By::Day(promised) => {
                let stood_still = since.date().iter_days().skip(1).take_while(|day| *day <= today);
                let stood_still = stood_still.filter(|day| self.calendar.works_on(*day)).count();
                let later = (0..stood_still).fold(promised, |day, _| self.calendar.next_working_day(day));
                // What was late when the resident was asked is not promised for a day that is over.
                By::Day(later.max(self.calendar.next_working_day(today)))
            }
            By::Moment(promised) => {
                let within = case.submission.within.filter(|_| case.missed == 0);
                let least = TimeDelta::hours(1);
                self.moment(if within.unwrap_or(self.limits.extend).unit == Unit::Hours {
                    now + (promised.to_utc() - waiting.since).max(least)
                } else {
                    let left = self.calendar.work_between(since, self.zone.local(promised.to_utc()));
                    self.zone.moment(self.calendar.worked(self.zone.local(now), left.max(least)))
                })
            }
        }
    }

    /// The rule that is due first.
    #[must_use]
    pub fn next(&self, case: &Case) -> Option<Due> {
        self.all(case).into_iter().min()
    }

    fn opens(&self, day: NaiveDate) -> DateTime<Utc> {
        self.zone.moment(day.and_time(self.calendar.opens))
    }

    /// When it is looked whether a promise was kept: the morning after a day, or the moment itself.
    fn over(&self, by: By) -> DateTime<Utc> {
        let morning_after = |day: NaiveDate| self.opens(day.succ_opt().unwrap_or(day));
        by.moment().unwrap_or_else(|| morning_after(by.day()))
    }

    /// When staff are told that a promise is near: the working day before a day, and some hours of work before a moment.
    fn soon(&self, by: By) -> DateTime<Utc> {
        if let Some(at) = by.moment() {
            let ahead = TimeDelta::hours(HOURS_AHEAD);
            return self.zone.moment(self.calendar.work_before(self.zone.local(at), ahead));
        }
        let mut soon = by.day().pred_opt().unwrap_or(by.day());
        while !self.calendar.works_on(soon) {
            soon = soon.pred_opt().unwrap_or(soon);
        }
        self.opens(soon)
    }

    fn all(&self, case: &Case) -> Vec<Due> {
        // What has parts is looked after in its parts.
        if !case.parts.is_empty() {
            return Vec::new();
        }
        let mut all = Vec::new();
        let mut add = |at, rule| all.push(Due { at, rule });
        let waits = self.waits.unwrap_or_default();
        let is_open = case.closed_at.is_none();
        if is_open && case.is_owed() && !case.asked_to_pay && self.waits.is_some() {
            add(self.until(case.open_since(), waits.remind), Rule::AskToPay);
        }
        if !case.is_received() {
            if is_open {
                add(self.until(case.received_at, waits.lapse), Rule::Lapse);
            }
            return all;
        }
        if let Some(closed) = case.closed_at {
            if self.is_asked_again(case) {
                let day = self.zone.local(closed).date() + Days::new(self.limits.ask_again.into());
                add(self.opens(day), Rule::AskAgain);
            }
            return all;
        }
        let opened = self.zone.local(case.open_since()).date();
        let next_age = match case.age {
            None => Some(Age::Long),
            Some(Age::Long) => Some(Age::VeryLong),
            Some(Age::VeryLong) => Some(Age::TooLong),
            Some(Age::TooLong) => None,
        };
        match (next_age, case.on_board) {
            (Some(age), _) => {
                add(self.opens(opened + Days::new(self.limits.days(age).into())), Rule::Aged(age));
            }
            // Nothing stays on the board's list in silence.
            (None, Some(told)) => add(
                self.opens(self.zone.local(told).date() + Days::new(self.limits.decide.into())),
                Rule::Aged(Age::TooLong),
            ),
            (None, None) => {}
        }
        if let Some(offered) = case.offered_at {
            add(self.until(offered, self.limits.offer), Rule::OfferLapsed);
        }
        if let Some(waiting) = &case.waiting {
            let rule = if waiting.reminders < REMINDERS { Rule::Remind } else { Rule::NoAnswer };
            add(self.until(waiting.asked_at, self.limits.remind), rule);
            return all;
        }
        add(self.over(case.complete_by), Rule::Missed);
        let soon = self.soon(case.complete_by);
        // What is promised for so soon anyway needs no word that it is due.
        if !case.prompted && soon > case.promised_at() {
            add(soon, Rule::DueSoon);
        }
        let up = |cause| self.up(case, cause, None).is_some();
        // What went up for a reason does not go up for the same again when somebody has done something.
        let is_done = |cause, since| {
            case.history.iter().any(|recorded| {
                matches!(&recorded.event, Event::Escalated(up) if up.cause == cause) && recorded.at >= since
            })
        };
        match (&case.escalated, case.owed) {
            (_, Some(owed)) if up(owed) => add(case.promised_at(), Rule::GoesUp),
            (Some(escalated), _) if up(Cause::Silent) => {
                add(self.until(escalated.since, self.limits.of(escalated.to.to)), Rule::Silent);
            }
            (None, _) => {
                let over = self.over(case.submission.acknowledge_by);
                if case.status == Status::Received
                    && !is_done(Cause::NotAcknowledged, over)
                    && up(Cause::NotAcknowledged)
                {
                    add(over, Rule::NotAcknowledged);
                }
                if let Some(since) = case.unanswered
                    && up(Cause::Unanswered)
                {
                    add(self.until(since, self.limits.answer), Rule::Unanswered);
                }
                let away = self.away(case).map(|leave| self.opens(leave.from));
                if let Some(away) = away.filter(|away| !is_done(Cause::Away, *away))
                    && up(Cause::Away)
                {
                    add(away, Rule::Away);
                }
                if let (Some(proposal), Some(proposed)) = (&case.proposed, case.proposal())
                    && !is_done(Cause::Unsigned, proposed.at)
                    && up(Cause::Unsigned)
                {
                    add(self.until(proposed.at, self.limits.of(proposal.sign_off)), Rule::Unsigned);
                }
            }
            _ => {}
        }
        all
    }

    /// When its owner is away on the promised day.
    fn away(&self, case: &Case) -> Option<Leave> {
        let owner = case.owner.as_ref()?;
        (self.leave)(owner.id).into_iter().find(|leave| leave.covers(case.complete_by.day()))
    }

    /// To whom it goes next. Who is away on this day is passed by.
    fn up(&self, case: &Case, why: Cause, on: Option<NaiveDate>) -> Option<Escalation> {
        let above = case.escalated.as_ref().map(|now| now.to.to);
        let lowest = match why {
            // Who leads the team has it until it is taken; they are told first that nobody took it.
            Cause::NotAcknowledged | Cause::Missed => Rung::Lead,
            Cause::MissedAgain => Rung::Head,
            Cause::Unanswered | Cause::Away | Cause::Silent => Rung::Deputy,
            Cause::Unsigned => case.proposed.as_ref().map_or(Rung::Lead, |proposal| proposal.sign_off),
        };
        let is_away = |who| on.is_some_and(|day| self.is_away(who, day));
        let higher =
            Rung::ALL.into_iter().filter(|rung| *rung >= lowest && above.is_none_or(|above| *rung > above));
        // Who owns it does not hear of it from above.
        let asked = case.proposed.as_ref().filter(|_| why == Cause::Unsigned);
        let asked = asked.and_then(|proposal| proposal.asked.as_ref()).map(|asked| asked.id);
        let owner = case.owner.as_ref().map(|own| own.id);
        let may = |whom: &Owner| ![owner, asked].contains(&Some(whom.id));
        let next = self.people.first_there(higher, may, is_away);
        // A missed day is told to somebody in any case: at the top, to who knows of the last one.
        let next = next.or_else(|| {
            let missed = matches!(why, Cause::Missed | Cause::MissedAgain);
            let highest = Rung::ALL.into_iter().rev().filter(|_| missed);
            let (to, whom, away) = self.people.first_there(highest, |_| true, is_away)?;
            Some((to.max(above.unwrap_or(to)), whom, away))
        });
        next.map(|(to, whom, away)| Escalation { to, whom: whom.clone(), cause: why, away })
    }

    /// Whether somebody is away on a day.
    fn is_away(&self, who: Uuid, day: NaiveDate) -> bool {
        (self.leave)(who).into_iter().any(|leave| leave.covers(day))
    }

    fn is_asked_again(&self, case: &Case) -> bool {
        // Chosen by lot: references are drawn at random.
        let lot = case
            .submission
            .reference
            .as_str()
            .bytes()
            .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
            % 100;
        let said_no = case.feedback.as_ref().is_some_and(|said| said.contact == Some(false));
        !case.asked_again
            && !said_no
            && case.status != Status::Closed(Outcome::Withdrawn)
            && lot < self.limits.sample.into()
    }

    /// The event that follows from a rule now.
    #[must_use]
    pub fn event(&self, case: &Case, rule: Rule, now: DateTime<Utc>) -> Option<Event> {
        let today = self.zone.local(now).date();
        let up = |cause| self.up(case, cause, Some(today)).map(Event::Escalated);
        match rule {
            Rule::OfferLapsed => Some(Event::OfferEnded { reason: String::new() }),
            Rule::NotAcknowledged => up(Cause::NotAcknowledged),
            Rule::Unanswered => up(Cause::Unanswered),
            Rule::Away => up(Cause::Away),
            Rule::Unsigned => up(Cause::Unsigned),
            Rule::GoesUp => up(case.owed.unwrap_or(Cause::Missed)),
            Rule::Silent => up(Cause::Silent),
            Rule::DueSoon => Some(Event::Prompted),
            Rule::Missed => Some(Event::Missed {
                from: case.complete_by,
                to: self.due(now, self.limits.extend),
                why: match case.status {
                    Status::Received => Why::NotBegun,
                    _ if case.contract.is_some() && case.work.is_none() => Why::Contractor,
                    _ => Why::Longer,
                },
            }),
            Rule::Aged(age) => {
                let staff = self.people.seniors(age, |who| self.is_away(who, today));
                let told = staff.iter().map(|whom| whom.name.clone()).chain(self.people.portfolio.clone());
                Some(Event::Aged { age, told: told.collect(), staff })
            }
            Rule::Remind => Some(Event::Reminded),
            Rule::NoAnswer => Some(Event::Closed(Self::no_answer(case))),
            Rule::AskAgain => Some(Event::AskedAgain),
            Rule::AskToPay => Some(Event::AskedToPay),
            Rule::Lapse => Some(Event::Lapsed),
        }
    }

    /// What a resident is told whom we asked three times.
    fn no_answer(case: &Case) -> Closing {
        let question = case.waiting.as_ref().map_or("", |waiting| &waiting.question);
        Closing {
            text: format!(
                "We asked you something and could not go on without your answer. We reminded you twice. We asked: {question}"
            ),
            next: format!(
                "If you still need it, open it again within {} days and answer the question. Nothing of what you sent is lost.",
                crate::case::REOPEN_DAYS
            ),
            object: "Ring us, or use our complaints form, if you think that this is wrong.".to_owned(),
            ..Closing::of(Outcome::NoAnswer)
        }
    }

    /// Lets time go by until now: every rule that is due, in order. Gives the events that happened, each already applied.
    ///
    /// # Errors
    /// The case's, which are a mistake here: a rule is due only when its event may happen.
    pub fn tick(
        &self,
        case: &mut Case,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Due, crate::case::Recorded)>, crate::case::Refused> {
        let mut happened = Vec::new();
        // Bounded: one moment leads to a handful of events at most.
        for _ in 0..16 {
            let Some(due) = self.next(case).filter(|due| due.at <= now) else { break };
            let Some(event) = self.event(case, due.rule, now) else { break };
            let recorded = crate::case::Recorded { seq: case.next_seq(), at: now, by: Actor::Clock, event };
            case.apply(recorded.clone())?;
            happened.push((due, recorded));
        }
        Ok(happened)
    }
}

#[cfg(test)]
#[cfg(feature = "documents")]
mod tests;
