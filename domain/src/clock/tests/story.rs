//! Whatever happens in whatever order, nothing is forgotten: requests alone, with duplicates and with parts, residents and
//! who acts for them, staff, contractors, and time.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use super::*;
use crate::case::{Amendment, Contract, Elsewhere, Feedback, GoesOn, Linked, Part, Proposal};
use crate::catalogue::Policy;
use crate::field::Value;
use crate::validate::Answer;

/// The names of an enum's variants, and which one a value is: one that is added has to be named here.
macro_rules! variants {
    ($of:ident, $all:ident, $name:ident: $($variant:ident),* $(,)?) => {
        const $all: &[&str] = &[$(stringify!($variant)),*];

        fn $name(of: &$of) -> &'static str {
            match of {
                $($of::$variant { .. } => stringify!($variant)),*
            }
        }
    };
}

variants!(Event, EVENTS, event_name:
    Submitted, Taken, HandedOver, Offered, HandedBack, Undone, OfferEnded, Planned, Begun, Asked, Answered, Message, Noted,
    PromiseMoved, Contracted, ContractorWrote, ContractorDone, ContractEnded, Checked, Proposed, SentBack, Closed, PartMoved,
    GoesOn, Withdrawn, Reopened, TakenBack, Amended, Feedback, Prompted, Missed, Escalated, Aged, Decided, Reminded,
    AskedAgain, OwnerLeft, Paid, AskedToPay, Lapsed,
);
variants!(Actor, ACTORS, actor_name: Resident, Helper, Staff, Contractor, Clock);

/// What somebody might do, or time.
#[derive(Clone, Copy, Debug)]
enum Step {
    Hours(u16),
    Take(u8),
    HandOver(u8),
    Plan(u8),
    Begin,
    Ask,
    Answer,
    Write(bool),
    Note,
    Move(u8),
    Offer,
    EndOffer,
    HandBack,
    Left,
    Undo,
    Contract(bool),
    Work(bool),
    EndContract,
    Check(bool),
    Close(usize, bool),
    Propose,
    SendBack,
    Withdraw,
    Reopen,
    Decide,
    Judge,
    TakeBack,
    Amend,
    Pay,
}

fn step() -> impl Strategy<Value = Step> {
    let staff = prop_oneof![
        3 => (0_u8..6).prop_map(Step::Take),
        1 => (0_u8..6).prop_map(Step::HandOver),
        1 => (0_u8..20).prop_map(Step::Plan),
        1 => Just(Step::Begin),
        2 => Just(Step::Ask),
        1 => Just(Step::Write(false)),
        1 => Just(Step::Note),
        1 => (1_u8..90).prop_map(Step::Move),
        1 => Just(Step::Offer),
        1 => Just(Step::EndOffer),
        1 => Just(Step::HandBack),
        1 => Just(Step::Left),
        2 => Just(Step::Undo),
        1 => (0..OUTCOMES.len(), any::<bool>()).prop_map(|(outcome, full)| Step::Close(outcome, full)),
        1 => Just(Step::Propose),
        1 => Just(Step::SendBack),
        1 => Just(Step::Decide),
    ];
    let work = prop_oneof![
        2 => any::<bool>().prop_map(Step::Contract),
        2 => any::<bool>().prop_map(Step::Work),
        1 => Just(Step::EndContract),
        1 => any::<bool>().prop_map(Step::Check),
    ];
    let resident = prop_oneof![
        2 => Just(Step::Answer),
        1 => Just(Step::Write(true)),
        1 => Just(Step::Withdraw),
        2 => Just(Step::Reopen),
        1 => Just(Step::Judge),
        1 => Just(Step::TakeBack),
        2 => Just(Step::Amend),
        1 => Just(Step::Pay),
    ];
    prop_oneof![
        8 => (1_u16..400).prop_map(Step::Hours),
        12 => staff,
        4 => work,
        6 => resident,
    ]
}

/// How staff may close a request.
const OUTCOMES: [Outcome; 7] = [
    Outcome::Done,
    Outcome::PartDone,
    Outcome::DeclinedByPolicy,
    Outcome::NotOurs,
    Outcome::Duplicate,
    Outcome::NoAnswer,
    Outcome::NothingFound,
];

/// Requests that have to do with each other: one alone, two of which one may say the other again, or a whole with its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Alone,
    Two,
    Parts,
    /// Alone, and received once it is paid.
    ToPay,
}

/// How everything begins.
#[derive(Clone, Copy, Debug)]
struct Start {
    kind: Kind,
    /// Who sends it: the resident, who acts for them, or a member of staff who saw it.
    by: u8,
    in_hours: bool,
}

fn start() -> impl Strategy<Value = Start> {
    let kind = prop_oneof![2 => Just(Kind::Alone), 2 => Just(Kind::Two), 1 => Just(Kind::Parts), 2 => Just(Kind::ToPay)];
    let by = prop_oneof![4 => Just(0_u8), 2 => Just(1), 1 => Just(2)];
    (kind, by, any::<bool>()).prop_map(|(kind, by, in_hours)| Start { kind, by, in_hours })
}

fn helper() -> Actor {
    Actor::Helper(person(50, "Ann"))
}

struct World<'a> {
    clock: Clock<'a>,
    /// Each with its first event; its identifier is its place.
    cases: Vec<(Recorded, Case)>,
    now: DateTime<Utc>,
    /// Every variant that came up.
    seen: &'a RefCell<BTreeSet<&'static str>>,
}

fn id(place: usize) -> Uuid {
    Uuid::from_u128(100 + u128::try_from(place).unwrap())
}

impl<'a> World<'a> {
    fn new(clock: Clock<'a>, start: Start, seen: &'a RefCell<BTreeSet<&'static str>>) -> Self {
        let now = at("2026-12-07 10:00");
        let linked = |place: usize| Linked {
            id: id(place),
            reference: Reference::from_random([u32::try_from(place).unwrap() + 1; 7]),
            department: "streets".into(),
        };
        let many = match start.kind {
            Kind::Alone | Kind::ToPay => 1,
            Kind::Two => 2,
            Kind::Parts => 3,
        };
        let first = |place: usize| {
            let limit = |text| Limit::parse(text).unwrap();
            let mut submission = case().submission;
            submission.reference = linked(place).reference;
            if start.in_hours {
                submission.within = Some(limit("24 hours"));
                submission.acknowledge_by = clock.due(now, limit("4 working hours"));
                submission.complete_by = clock.due(now, limit("24 hours"));
            }
            match (start.kind, place) {
                (Kind::Parts, 0) => {
                    submission.lead = None;
                    submission.parts = vec![linked(1), linked(2)];
                }
                (Kind::Parts, _) => submission.part_of = Some(linked(0)),
                (Kind::ToPay, _) => {
                    submission.on_payment = true;
                    submission.fee = vec![fee::Due { label: "Bins".into(), pence: 5_200 }];
                }
                _ => {}
            }
            let by = match start.by {
                0 => Actor::Resident,
                1 => helper(),
                _ => staff(7),
            };
            let first = Recorded { seq: 1, at: now, by, event: Event::Submitted(Box::new(submission)) };
            let case = Case::open(&first).unwrap();
            (first, case)
        };
        let world = Self { clock, cases: (0..many).map(first).collect(), now, seen };
        for (first, _) in &world.cases {
            world.see(first);
        }
        world
    }

    fn see(&self, recorded: &Recorded) {
        self.seen.borrow_mut().extend([event_name(&recorded.event), actor_name(&recorded.by)]);
    }

    /// Lets something happen, if it may, and what others learn of it.
    fn apply(&mut self, place: usize, by: Actor, event: Event) -> Result<(), TestCaseError> {
        let now = self.now;
        let case = &mut self.cases[place].1;
        let before = case.clone();
        let recorded = Recorded { seq: case.next_seq(), at: now, by, event };
        if case.apply(recorded.clone()).is_err() {
            prop_assert_eq!(&*case, &before, "what is refused changes nothing");
            return Ok(());
        }
        self.see(&recorded);
        // What is withdrawn is withdrawn with its parts.
        let ends = matches!(recorded.event, Event::Withdrawn { .. } | Event::TakenBack);
        if ends && !before.parts.is_empty() {
            for part in 1..self.cases.len() {
                self.apply(part, recorded.by.clone(), recorded.event.clone())?;
            }
        }
        self.follow(place, (before.status, before.complete_by), &recorded.by)
    }

    /// What the whole and the duplicates learn, as the store tells them.
    fn follow(&mut self, place: usize, before: (Status, By), by: &Actor) -> Result<(), TestCaseError> {
        let case = self.cases[place].1.clone();
        if (case.status, case.complete_by) == before {
            return Ok(());
        }
        if case.submission.part_of.is_some() {
            let (status, complete_by) = (case.status, case.complete_by);
            self.apply(0, by.clone(), Event::PartMoved { part: id(place), status, complete_by })?;
        }
        let by = if matches!(by, Actor::Staff(_)) { by.clone() } else { Actor::Clock };
        for other in 0..self.cases.len() {
            // The one that ended just now learns of the one it goes on in; those that go on in it, of it.
            let learns = if other == place { same_as(&case) } else { same_as(&self.cases[other].1) };
            let Some(into) = learns.filter(|into| other == place || *into == place) else { continue };
            let goes_on = goes_on(&self.cases[into].1, into);
            if self.cases[other].1.goes_on.as_ref() != Some(&goes_on) {
                self.apply(other, by.clone(), Event::GoesOn(goes_on))?;
            }
        }
        Ok(())
    }

    fn tick(&mut self) -> Result<(), TestCaseError> {
        for place in 0..self.cases.len() {
            let case = &mut self.cases[place].1;
            let before = (case.status, case.complete_by);
            let happened = self.clock.tick(case, self.now).unwrap();
            for (_, recorded) in &happened {
                self.see(recorded);
            }
            self.follow(place, before, &Actor::Clock)?;
        }
        for place in 0..self.cases.len() {
            self.is_kept(place)?;
        }
        Ok(())
    }

    /// What holds at every moment at which the clock has been looked at.
    fn is_kept(&self, place: usize) -> Result<(), TestCaseError> {
        let (case, now) = (&self.cases[place].1, self.now);
        let local = Britain.local(now);
        let today = local.date();
        prop_assert!(self.clock.next(case).is_none_or(|due| due.at > now), "nothing is left undone");
        if !case.parts.is_empty() {
            return self.whole_is_kept(case);
        }
        if !case.is_received() {
            return self.unpaid_is_kept(case);
        }
        let told = |wanted: &dyn Fn(&Event) -> bool| case.history.iter().any(|past| wanted(&past.event));
        if case.status.is_open() {
            prop_assert!(case.answers_for_it().is_some(), "somebody answers for it");
            let is_morning = local.time() >= NaiveTime::from_hms_opt(9, 0, 0).unwrap();
            // A moment is over when it is; a day is looked at in the morning.
            prop_assert!(
                !case.is_late(now, today) || case.complete_by.moment().is_none() && !is_morning,
                "{:?} is missed",
                case.complete_by
            );
            prop_assert!(case.owed.is_none(), "what was missed went up");
            let days = (today - Britain.local(case.open_since()).date()).num_days();
            if days > 60 || days == 60 && is_morning {
                prop_assert!(
                    case.on_board.is_some() && case.age == Some(Age::TooLong),
                    "on the board's list"
                );
            }
            prop_assert_eq!(case.waiting.is_some(), case.status == Status::Waiting);
            prop_assert!(case.work.is_none() || case.contract.is_some(), "who has done it is known");
        } else {
            let is_told = |event: &Event| match event {
                Event::Closed(closing) => closing.is_complete(),
                Event::Withdrawn { .. } | Event::TakenBack => true,
                _ => false,
            };
            prop_assert!(told(&is_told), "the outcome was told");
            prop_assert!(case.waiting.is_none() && case.offer.is_none() && case.escalated.is_none());
        }
        if let Some(into) = same_as(case) {
            let other = &self.cases[into].1;
            prop_assert!(same_as(other) != Some(place), "neither goes on in the other");
            let known = case.goes_on.as_ref().map(|on| (on.other.id, on.status, on.complete_by));
            prop_assert_eq!(
                known,
                Some((id(into), other.status, other.complete_by)),
                "it is told how that goes on"
            );
        }
        // Each missed promise went up.
        for (at, past) in case.history.iter().enumerate() {
            let Event::Missed { to, from, .. } = &past.event else { continue };
            prop_assert!(to > from);
            let up = |past: &&Recorded| matches!(past.event, Event::Escalated(_) | Event::Missed { .. });
            let after = case.history[at + 1..].iter().find(up).map(|past| &past.event);
            prop_assert!(matches!(after, Some(Event::Escalated(_))), "missed, then {after:?}");
        }
        Ok(())
    }

    /// What is not paid yet is nobody's, and does not stay so for ever.
    fn unpaid_is_kept(&self, case: &Case) -> Result<(), TestCaseError> {
        prop_assert_eq!((case.department(), case.answers_for_it()), ("", None));
        prop_assert!(case.complete_by == case.submission.complete_by && case.age.is_none());
        let waits = Waits::default();
        prop_assert_eq!(case.status == Status::ToPay, case.status.is_open());
        if case.status.is_open() {
            prop_assert!(self.now < self.clock.until(case.received_at, waits.lapse), "it lapses");
            let is_reminded = self.now >= self.clock.until(case.received_at, waits.remind);
            prop_assert_eq!(case.asked_to_pay, is_reminded);
        }
        Ok(())
    }

    /// A whole stands where its parts stand, and ends with the last of them.
    fn whole_is_kept(&self, whole: &Case) -> Result<(), TestCaseError> {
        for part in &whole.parts {
            let place = (0..self.cases.len()).find(|place| id(*place) == part.request.id).unwrap();
            let case = &self.cases[place].1;
            prop_assert_eq!((part.status, part.complete_by), (case.status, case.complete_by));
        }
        let is_open = whole.parts.iter().any(|part: &Part| part.status.is_open());
        prop_assert_eq!(whole.status.is_open(), is_open, "it ends with the last of its parts");
        prop_assert_eq!(whole.closed_at.is_some(), !is_open);
        Ok(())
    }

    fn event(&self, place: usize, step: Step) -> Option<(Actor, Event)> {
        let (clock, now, case) = (self.clock, self.now, &self.cases[place].1);
        let owner = || case.owner.clone().map_or(staff(9), Actor::Staff);
        // Who sent it writes, and now and then who acts for them.
        let resident = || if case.history.len() % 3 == 2 { helper() } else { Actor::Resident };
        let today = Britain.local(now).date();
        let text = || "Said".to_owned();
        Some(match step {
            Step::Hours(_) => return None,
            Step::Take(who) => (staff(who.into()), Event::Taken),
            Step::HandOver(who) => (staff(1), Event::HandedOver { to: person(who.into(), "Somebody") }),
            Step::Plan(days) => (owner(), Event::Planned { on: today + Days::new(days.into()) }),
            Step::Begin => (owner(), Event::Begun),
            Step::Ask => (owner(), Event::Asked { question: text() }),
            Step::Answer => {
                (resident(), Event::Answered { text: text(), complete_by: clock.resumed(case, now) })
            }
            Step::Write(true) => (resident(), Event::Message { text: text() }),
            Step::Write(false) => (owner(), Event::Message { text: text() }),
            Step::Note => (staff(3), Event::Noted { text: text() }),
            Step::Move(days) => {
                (owner(), Event::PromiseMoved { to: today + Days::new(days.into()), reason: text() })
            }
            Step::Offer => {
                let (department, lead) = ("waste".into(), Some(person(1, "Lead")));
                (owner(), Event::Offered(Offer { department, lead, to: None, reason: text() }))
            }
            Step::EndOffer => (staff(2), Event::OfferEnded { reason: text() }),
            Step::HandBack => (staff(9), Event::HandedBack),
            Step::Left => {
                let who = case.answers_for_it().cloned().unwrap_or_else(|| person(9, "Somebody"));
                let lead = Some(person(if who.id.as_u128() == 1 { 2 } else { 1 }, "Lead"));
                (Actor::Clock, Event::OwnerLeft { who, lead })
            }
            Step::Undo => {
                let last = case.history.last().map(|last| last.by.clone());
                (last.unwrap_or_else(owner), Event::Undone)
            }
            Step::Contract(check) => {
                // Each piece of work has an identifier of its own.
                let contractor = person(1000 + u128::from(case.next_seq()), "Clean Walls Ltd");
                let until = today + Days::new(28);
                (owner(), Event::Contracted(Contract { contractor, task: text(), until, check }))
            }
            Step::Work(is_done) => {
                let contractor = case.contract.as_ref().map(|contract| contract.contractor.clone());
                let by = Actor::Contractor(contractor.unwrap_or_else(|| person(999, "Others")));
                let (planned, photos) = (Some(today), Vec::new());
                if is_done {
                    (by, Event::ContractorDone { text: text(), photos })
                } else {
                    (by, Event::ContractorWrote { text: text(), planned, photos })
                }
            }
            Step::EndContract => (owner(), Event::ContractEnded { reason: text() }),
            Step::Check(fine) => (owner(), Event::Checked { fine, text: text() }),
            Step::Close(outcome, full) => {
                (owner(), Event::Closed(self.closing(place, OUTCOMES[outcome], full)?))
            }
            Step::Propose => {
                let closing = self.closing(place, Outcome::DeclinedByPolicy, true)?;
                (
                    owner(),
                    Event::Proposed(Box::new(Proposal {
                        closing,
                        sign_off: Rung::Lead,
                        asked: None,
                        away: Vec::new(),
                    })),
                )
            }
            Step::SendBack => (staff(1), Event::SentBack { reason: text() }),
            Step::TakeBack => (resident(), Event::TakenBack),
            Step::Amend => {
                let answers =
                    vec![Answer { question: "more".into(), label: text(), value: Value::Text(text()) }];
                let complete_by = case.waiting.as_ref().map(|_| clock.resumed(case, now));
                let amendment = Amendment { answers, complete_by, ..Amendment::default() };
                (resident(), Event::Amended(Box::new(amendment)))
            }
            Step::Withdraw => (resident(), Event::Withdrawn { reason: String::new() }),
            Step::Reopen => {
                let complete_by = clock.due(now, case.submission.within.unwrap_or(working_days(5)));
                (resident(), Event::Reopened { reason: text(), complete_by })
            }
            Step::Decide => (staff(4), Event::Decided { text: text(), complete_by: today + Days::new(14) }),
            Step::Pay => (case.sender(), paid(now, clock)),
            Step::Judge => (Actor::Resident, Event::Feedback(Feedback { score: 2, ..Feedback::default() })),
        })
    }

    /// How staff would close it; not full, it lacks what the resident can do. Nothing is the duplicate of a duplicate.
    fn closing(&self, place: usize, outcome: Outcome, full: bool) -> Option<Closing> {
        let text = || "Said".to_owned();
        let policy = Policy {
            id: text(),
            name: text(),
            version: text(),
            date: day("2026-04-01"),
            text: text(),
            instead: text(),
            unless: text(),
        };
        let other = 1_usize.saturating_sub(place);
        if outcome == Outcome::Duplicate
            && (self.cases.len() != 2 || self.cases[other].1.status == Status::Closed(Outcome::Duplicate))
        {
            return None;
        }
        Some(Closing {
            text: text(),
            on: Some(Britain.local(self.now).date()),
            by: text(),
            next: text(),
            object: if full { text() } else { String::new() },
            unless: text(),
            policy: (outcome == Outcome::DeclinedByPolicy).then_some(policy),
            elsewhere: Some(Elsewhere { who: text(), handed_over: false }),
            same_as: (outcome == Outcome::Duplicate).then(|| self.cases[other].1.linked(id(other))),
            ..Closing::of(outcome)
        })
    }
}

/// The place of the request in which a duplicate goes on.
fn same_as(case: &Case) -> Option<usize> {
    let closing = case.closing.as_ref().filter(|_| case.status == Status::Closed(Outcome::Duplicate))?;
    let other = closing.same_as.as_ref()?.id;
    (0..2).find(|place| id(*place) == other)
}

fn goes_on(into: &Case, place: usize) -> GoesOn {
    GoesOn { other: into.linked(id(place)), status: into.status, complete_by: into.complete_by }
}

#[test]
fn no_request_is_ever_forgotten() {
    let seen = RefCell::new(BTreeSet::new());
    let steps = prop::collection::vec((any::<Index>(), step()), 1..80);
    let away = prop::collection::vec(any::<bool>(), 6);
    let config = ProptestConfig { cases: 400, source_file: Some(file!()), ..ProptestConfig::default() };
    let limits = Limits { sample: 100, ..Limits::default() };
    let (calendar, people) = (calendar(Division::EnglandAndWales), people());
    let stories = (start(), steps, away);
    let holds = |(start, steps, away): (_, Vec<(Index, Step)>, Vec<bool>)| {
        let leave = move |who: Uuid| {
            let is_away =
                usize::try_from(who.as_u128()).is_ok_and(|who| away.get(who).copied().unwrap_or_default());
            if is_away {
                vec![Leave { from: day("2026-12-10"), until: day("2027-01-20") }]
            } else {
                Vec::new()
            }
        };
        let clock = Clock {
            limits: &limits,
            calendar: &calendar,
            zone: &Britain,
            people: &people,
            leave: &leave,
            waits: Some(Waits::default()),
        };
        let mut world = World::new(clock, start, &seen);
        for (place, step) in steps {
            if let Step::Hours(hours) = step {
                world.now += TimeDelta::hours(hours.into());
            }
            world.tick()?;
            let place = place.index(world.cases.len());
            if let Some((by, event)) = world.event(place, step) {
                world.apply(place, by, event)?;
            }
            world.tick()?;
        }
        for (first, case) in &world.cases {
            let all: Vec<Recorded> = [first].into_iter().chain(&case.history).cloned().collect();
            prop_assert_eq!(&Case::fold(&all).unwrap(), case, "it is the fold of its events");
        }
        Ok(())
    };
    let mut never: Vec<&str> = EVENTS.iter().chain(ACTORS).copied().collect();
    // What is rare may not come up among the first ones. A runner that has had its cases runs no more.
    for _ in 0..10 {
        TestRunner::new(config.clone()).run(&stories, holds).unwrap();
        never.retain(|name| !seen.borrow().contains(name));
        if never.is_empty() {
            break;
        }
    }
    assert!(never.is_empty(), "over the whole run, never came up: {never:?}");
}
