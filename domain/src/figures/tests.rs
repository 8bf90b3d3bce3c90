use std::collections::BTreeMap;

use chrono::{Days, TimeDelta};
use proptest::prelude::*;
use uuid::Uuid;

use super::published::{Counted, publish};
use super::*;
use crate::api::performance::{Cell, Column, Share};
use crate::case::{Actor, Closing, Elsewhere, Linked, Owner, Part, Recorded, Submission};
use crate::catalogue::Policy;
use crate::channel::Channel;
use crate::reference::Reference;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The first day of all.
fn start() -> NaiveDate {
    date("2025-11-03")
}

fn on(days: u64) -> NaiveDate {
    start() + Days::new(days)
}

fn at(days: u64) -> DateTime<Utc> {
    on(days).and_hms_opt(9, 0, 0).unwrap().and_utc()
}

fn day(at: DateTime<Utc>) -> NaiveDate {
    at.date_naive()
}

fn submitted(days: u64, promised: u64) -> Recorded {
    let submission = Submission {
        reference: Reference::from_random([1; 7]),
        service: "report-graffiti".into(),
        title: "Report graffiti".into(),
        version: 1,
        department: "streets".into(),
        team: None,
        routed: None,
        ward: None,
        fee: Vec::new(),
        on_payment: false,
        answers: Vec::new(),
        parts: Vec::new(),
        part_of: None,
        identity: None,
        channel: Channel::Web,
        lead: None,
        acknowledge_by: on(days + 1).into(),
        complete_by: on(days + promised).into(),
        within: None,
    };
    Recorded { seq: 1, at: at(days), by: Actor::Resident, event: Event::Submitted(Box::new(submission)) }
}

fn staff() -> Actor {
    Actor::Staff(Owner { id: Uuid::from_u128(1), name: "Priya Shah".into() })
}

fn closing(outcome: Outcome) -> Event {
    let text = String::from;
    let policy = Policy {
        id: text("grit"),
        name: text("Gritting"),
        version: text("1"),
        date: start(),
        text: text("We grit main roads."),
        instead: text("Ask the parish."),
        unless: String::new(),
    };
    let policy = (outcome == Outcome::DeclinedByPolicy).then_some(policy);
    Event::Closed(Closing {
        text: text("So it is."),
        on: Some(start()),
        by: text("The north crew"),
        next: text("Nothing."),
        object: text("Tell us."),
        unless: text("It snows."),
        elsewhere: Some(Elsewhere { who: text("BT"), handed_over: true }),
        same_as: Some(Linked {
            id: Uuid::from_u128(9),
            reference: Reference::from_random([9; 7]),
            department: text("streets"),
        }),
        policy,
        ..Closing::of(outcome)
    })
}

/// A request, and what its events counted for.
struct Told {
    case: Case,
    tallies: Vec<Tally>,
}

impl Told {
    fn begin(first: &Recorded) -> Self {
        let case = Case::open(first).unwrap();
        let tallies = Standing::of(&case, day).since(Standing::default());
        Self { case, tallies }
    }

    /// Says whether it happened.
    fn then(&mut self, days: u64, by: Actor, event: Event) -> bool {
        let before = Standing::of(&self.case, day);
        let recorded = Recorded { seq: self.case.next_seq(), at: at(days), by, event };
        let happened = self.case.apply(recorded).is_ok();
        self.tallies.extend(Standing::of(&self.case, day).since(before));
        happened
    }

    /// Its resident opens it again. Says whether it happened: once, within thirty days.
    fn reopen(&mut self, days: u64) -> bool {
        let event = Event::Reopened { reason: "It is not done.".into(), complete_by: on(days + 5).into() };
        self.then(days, Actor::Resident, event)
    }

    fn counted(&self) -> BTreeMap<NaiveDate, Counts> {
        folded(&self.tallies)
    }
}

/// What tallies add up to by month, without what sums up to nothing.
fn folded(tallies: &[Tally]) -> BTreeMap<NaiveDate, Counts> {
    let mut all: BTreeMap<NaiveDate, Counts> = BTreeMap::new();
    for tally in tallies {
        all.entry(tally.month).or_default().add(tally.what, tally.more);
    }
    for counts in all.values_mut() {
        let used = counts.days.iter().rposition(|many| *many != 0).map_or(0, |last| last + 1);
        counts.days.truncate(used);
    }
    all.retain(|_, counts| *counts != Counts::default());
    all
}

fn month(text: &str) -> NaiveDate {
    date(&format!("{text}-01"))
}

fn counts(all: &[(&str, &[What])]) -> BTreeMap<NaiveDate, Counts> {
    let mut counts: BTreeMap<NaiveDate, Counts> = BTreeMap::new();
    for (text, whats) in all {
        for what in *whats {
            counts.entry(month(text)).or_default().add(*what, 1);
        }
    }
    counts
}

#[test]
fn a_promise_that_was_kept() {
    let mut told = Told::begin(&submitted(20, 10));
    assert_eq!(told.counted(), counts(&[("2025-11", &[What::Received])]));
    assert!(told.then(28, staff(), Event::Taken) && told.then(30, staff(), closing(Outcome::Done)));
    let feedback = Feedback { score: 4, reason: String::new(), ..Feedback::default() };
    assert!(told.then(70, Actor::Resident, Event::Feedback(feedback)));
    let all = counts(&[
        ("2025-11", &[What::Received]),
        ("2025-12", &[What::Closed { days: 10 }, What::Kept]),
        ("2026-01", &[What::Satisfied]),
    ]);
    assert_eq!(told.counted(), all);
}

/// Moving the promise, or leaving it open, hides nothing: it is missed in the month of the first promise.
#[test]
fn a_promise_that_was_missed() {
    let mut told = Told::begin(&submitted(20, 5));
    assert!(told.then(21, staff(), Event::Taken));
    let moved = Event::PromiseMoved { to: on(60), reason: "Snow".into() };
    assert!(told.then(24, staff(), moved));
    assert_eq!(told.counted(), counts(&[("2025-11", &[What::Received])]));
    let message = Event::Message { text: "Where are you?".into() };
    assert!(told.then(40, Actor::Resident, message));
    assert_eq!(told.counted(), counts(&[("2025-11", &[What::Received, What::Missed])]));
    assert!(told.then(50, staff(), closing(Outcome::DeclinedByPolicy)));
    let all = counts(&[
        ("2025-11", &[What::Received, What::Missed]),
        ("2025-12", &[What::Closed { days: 30 }, What::Declined]),
    ]);
    assert_eq!(told.counted(), all);
}

#[test]
fn what_the_resident_no_longer_needs() {
    let gone = || Event::Withdrawn { reason: String::new() };
    let mut told = Told::begin(&submitted(20, 5));
    assert!(told.then(25, Actor::Resident, gone()));
    assert_eq!(told.counted(), counts(&[("2025-11", &[What::Received, What::Withdrawn])]));
    // They gave up.
    let mut told = Told::begin(&submitted(20, 5));
    assert!(told.then(26, Actor::Resident, gone()));
    assert_eq!(told.counted(), counts(&[("2025-11", &[What::Received, What::Withdrawn, What::Missed])]));
}

/// It counts until it is closed for good.
#[test]
fn what_was_opened_again() {
    let mut told = Told::begin(&submitted(0, 20));
    assert!(told.then(1, staff(), Event::Taken) && told.then(2, staff(), closing(Outcome::Done)));
    let closed = [What::Received, What::Closed { days: 2 }, What::Kept];
    assert_eq!(told.counted(), counts(&[("2025-11", &closed)]));
    assert!(told.reopen(10));
    assert_eq!(told.counted(), counts(&[("2025-11", &[What::Received, What::Reopened])]));
    let mut in_time = Told { case: told.case.clone(), tallies: told.tallies.clone() };
    assert!(in_time.then(20, staff(), closing(Outcome::Done)));
    let again = [What::Received, What::Reopened, What::Closed { days: 20 }, What::Kept];
    assert_eq!(in_time.counted(), counts(&[("2025-11", &again)]));
    assert!(told.then(40, staff(), closing(Outcome::Done)));
    let late = [
        ("2025-11", &[What::Received, What::Reopened, What::Missed][..]),
        ("2025-12", &[What::Closed { days: 40 }]),
    ];
    assert_eq!(told.counted(), counts(&late));
}

#[test]
fn what_was_passed_on_counts_once() {
    let linked = |id| Linked {
        id: Uuid::from_u128(id),
        reference: Reference::from_random([2; 7]),
        department: "libraries".into(),
    };
    let with = |tell: &dyn Fn(&mut Submission)| {
        let mut first = submitted(0, 5);
        if let Event::Submitted(submission) = &mut first.event {
            tell(submission);
        }
        Told::begin(&first)
    };
    let mut whole = with(&|submission| submission.parts = vec![linked(2), linked(3)]);
    let mut part = with(&|submission| submission.part_of = Some(linked(1)));
    assert!(part.then(1, staff(), Event::Taken) && part.then(2, staff(), closing(Outcome::Done)));
    assert_eq!(part.counted(), BTreeMap::new());
    assert!(part.then(
        3,
        Actor::Resident,
        Event::Feedback(Feedback { score: 3, reason: String::new(), ..Feedback::default() })
    ));
    assert_eq!(part.counted(), counts(&[("2025-11", &[What::Dissatisfied])]));
    let parts: Vec<Part> = whole.case.parts.clone();
    for (days, part) in [(2, &parts[0]), (9, &parts[1])] {
        let status = Status::Closed(Outcome::Done);
        let moved = Event::PartMoved { part: part.request.id, status, complete_by: on(5).into() };
        assert!(whole.then(days, staff(), moved));
    }
    let all = [What::Received, What::Closed { days: 9 }, What::Missed];
    assert_eq!(whole.counted(), counts(&[("2025-11", &all)]));
}

#[test]
fn what_is_stored_is_read_again() {
    let all = [
        What::Received,
        What::Closed { days: 0 },
        What::Closed { days: LAST },
        What::Declined,
        What::Withdrawn,
        What::Kept,
        What::Missed,
        What::Reopened,
        What::Satisfied,
        What::Dissatisfied,
    ];
    for what in all {
        assert_eq!(What::read(what.id(), what.days()), Some(what));
    }
    let other = [("closed", None), ("closed", Some(LAST + 1)), ("kept", Some(1)), ("", None)];
    for (id, days) in other {
        assert_eq!(What::read(id, days), None, "{id} {days:?}");
    }
}

#[test]
fn days_are_exact_and_then_as_many_at_least() {
    for days in 0..=180_u8 {
        assert_eq!(days_at(bucket(days.into())), usize::from(days));
    }
    for (days, told) in [(181, 190), (190, 190), (191, 200), (365, 370), (3650, 3650), (9999, 3650)] {
        assert_eq!(days_at(bucket(days)), told);
    }
    assert_eq!((bucket(-1), bucket(i64::MAX)), (0, LAST));
}

#[test]
fn half_and_nine_in_ten() {
    let of = |days: &[i64]| {
        let mut counts = Counts::default();
        for days in days {
            counts.add(What::Closed { days: bucket(*days) }, 1);
        }
        (counts.within(50), counts.within(90))
    };
    assert_eq!(of(&[]), (None, None));
    assert_eq!(of(&[3]), (Some(3), Some(3)));
    assert_eq!(of(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 100]), (Some(4), Some(8)));
    assert_eq!(of(&[9, 1, 5]), (Some(5), Some(9)));
}

#[test]
fn what_is_published() {
    let mut graffiti = Counts { received: 20, closed: 12, kept: 9, missed: 6, ..Counts::default() };
    graffiti.days = vec![0, 0, 6, 0, 0, 6];
    let few = Counts { received: 2, ..Counts::default() };
    let bins = Counts { received: 30, satisfied: 19, dissatisfied: 1, ..Counts::default() };
    let counted = |month: &str, service: &str, channel, counts: &Counts| Counted {
        month: self::month(month),
        service: service.into(),
        channel,
        counts: counts.clone(),
    };
    let all = [
        counted("2026-12", "missed-bin", Channel::Web, &bins),
        counted("2026-12", "report-graffiti", Channel::Web, &graffiti),
        counted("2026-12", "adult-help", Channel::Phone, &few),
        counted("2026-11", "adult-help", Channel::Phone, &bins),
        counted("2025-12", "adult-help", Channel::Web, &bins),
        // Too old, and from a clock that goes wrong.
        counted("2025-11", "adult-help", Channel::Web, &bins),
        counted("2027-01", "adult-help", Channel::Web, &bins),
        counted("2026-12", "nothing", Channel::Web, &Counts::default()),
    ];
    let (month, year) = publish(&all, date("2026-12-17"), |id| format!("The {id}"));
    assert_eq!((month.from, month.to), (date("2026-12-01"), date("2026-12-17")));
    assert_eq!((year.from, year.to), (date("2025-12-01"), date("2026-11-30")));
    let names: Vec<&str> = month.services.iter().map(|line| &*line.name).collect();
    assert_eq!(names, ["The adult-help", "The missed-bin", "The report-graffiti"]);
    // Two by phone: neither they nor the next smallest are told, for the total is.
    let received = |period: &crate::api::performance::Period| {
        let cells = |lines: &[crate::api::performance::Line]| {
            lines.iter().map(|line| line.figures.cell(Column::Received)).collect::<Vec<_>>()
        };
        (cells(&period.services), cells(&period.channels), cells(&period.months))
    };
    assert_eq!(month.all.received, Some(52));
    let (services, channels, months) = received(&month);
    assert_eq!(services, [Cell::Hidden, Cell::Number(30), Cell::Hidden]);
    assert_eq!(channels[0], Cell::Hidden);
    let none = Cell::Number(0);
    assert_eq!(channels[1..], [none, Cell::Hidden, none, none, none]);
    assert!(months.is_empty());
    let of_graffiti = &month.services[2].figures;
    assert_eq!(of_graffiti.kept, Some(Share { from: 60, to: 60 }));
    assert_eq!((of_graffiti.half_within_days, of_graffiti.nine_in_ten_within_days), (Some(2), Some(5)));
    assert_eq!(of_graffiti.cell(Column::Satisfied), Cell::Nothing);
    assert_eq!(month.services[1].figures.satisfied, Some(Share { from: 80, to: 100 }));
    let (_, _, months) = received(&year);
    assert_eq!(year.all.received, Some(60));
    assert_eq!(
        (months.len(), months[0], months[1], months[11]),
        (12, Cell::Number(30), Cell::Number(0), Cell::Number(30),)
    );
    assert_eq!((&*year.months[0].id, &*year.months[11].name), ("2025-12", "November 2026"));
    // Nothing yet.
    let (month, year) = publish(&[], date("2026-12-17"), str::to_owned);
    assert_eq!((month.all.received, month.services.len(), month.channels.len()), (Some(0), 0, 6));
    assert_eq!((year.all.kept, year.all.hidden.len(), year.months.len()), (None, 0, 12));
}

/// What is done to a request, so many days after what was done before.
#[derive(Clone, Copy, Debug)]
enum Step {
    Take,
    Write,
    Move,
    Close(Outcome),
    Withdraw,
    Judge(u8),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let outcome = prop::sample::select(vec![
        Outcome::Done,
        Outcome::DeclinedByPolicy,
        Outcome::NotOurs,
        Outcome::Duplicate,
    ]);
    let step = prop_oneof![
        3 => Just(Step::Take),
        2 => Just(Step::Write),
        1 => Just(Step::Move),
        4 => outcome.prop_map(Step::Close),
        1 => Just(Step::Withdraw),
        2 => (1..=5_u8).prop_map(Step::Judge),
        2 => Just(Step::Reopen),
    ];
    prop::collection::vec((0..40_u64, step), 0..12)
}

proptest! {
    /// Whatever happens to requests, in whatever order it is added up: what was counted by and by is what a count of the
    /// requests as they stand gives.
    #[test]
    fn counted_by_and_by_as_if_counted_at_once(
        requests in prop::collection::vec((0..300_u64, 0..30_u64, steps()), 1..12),
        backwards: bool,
    ) {
        let mut direct: BTreeMap<NaiveDate, Counts> = BTreeMap::new();
        let mut tallies: Vec<Tally> = Vec::new();
        let mut count = |on: NaiveDate, what| direct.entry(month_of(on)).or_default().add(what, 1);
        for (received, promised, steps) in requests {
            let mut told = Told::begin(&submitted(received, promised));
            let (mut now, mut judged) = (received, None);
            for (later, step) in steps {
                now += later;
                match step {
                    Step::Take => _ = told.then(now, staff(), Event::Taken),
                    Step::Write => _ = told.then(now, Actor::Resident, Event::Message { text: "Hello".into() }),
                    Step::Move => {
                        _ = told.then(now, staff(), Event::PromiseMoved { to: on(now + 9), reason: "Rain".into() });
                    }
                    Step::Close(outcome) => _ = told.then(now, staff(), closing(outcome)),
                    Step::Withdraw => {
                        _ = told.then(now, Actor::Resident, Event::Withdrawn { reason: String::new() });
                    }
                    Step::Judge(score) => {
                        let feedback = Feedback { score, ..Feedback::default() };
                        if told.then(now, Actor::Resident, Event::Feedback(feedback)) {
                            judged = Some((now, score));
                        }
                    }
                    Step::Reopen => {
                        if told.reopen(now) {
                            count(on(now), What::Reopened);
                            judged = None;
                        }
                    }
                }
            }
            tallies.extend(&told.tallies);
            // By hand, from where it stands in the end.
            let (case, due) = (&told.case, on(received + promised));
            count(on(received), What::Received);
            let last = case.history.last().map_or(received, |last| (day(last.at) - start()).num_days().unsigned_abs());
            let ended = case.closed_at.map(day);
            let is_late = ended.unwrap_or(on(last)) > due;
            match (case.status, ended) {
                (Status::Closed(Outcome::Withdrawn), Some(ended)) => count(ended, What::Withdrawn),
                (Status::Closed(outcome), Some(ended)) => {
                    count(ended, What::Closed { days: bucket((ended - on(received)).num_days()) });
                    if outcome == Outcome::DeclinedByPolicy {
                        count(ended, What::Declined);
                    }
                    if !is_late {
                        count(ended, What::Kept);
                    }
                }
                _ => prop_assert!(case.status.is_open()),
            }
            if is_late {
                count(due, What::Missed);
            }
            if let Some((when, score)) = judged {
                count(on(when), if score > 3 { What::Satisfied } else { What::Dissatisfied });
            }
        }
        if backwards {
            tallies.reverse();
        }
        // In two halves, as two servers do.
        let (one, other) = tallies.split_at(tallies.len() / 2);
        let mut both: BTreeMap<NaiveDate, Counts> = BTreeMap::new();
        for (month, counts) in folded(one).into_iter().chain(folded(other)) {
            both.entry(month).or_default().merge(&counts);
        }
        both.retain(|_, counts| {
            let used = counts.days.iter().rposition(|many| *many != 0).map_or(0, |last| last + 1);
            counts.days.truncate(used);
            *counts != Counts::default()
        });
        prop_assert_eq!(&both, &direct);
        prop_assert_eq!(&folded(&tallies), &direct);
    }
}

#[test]
fn days_are_the_councils() {
    // Closed at half past midnight in summer, by the council's clock; the day after by nobody else's.
    let first = submitted(0, 1);
    let mut case = Case::open(&first).unwrap();
    let closed = at(0) + TimeDelta::hours(38);
    for (at, event) in [(at(0), Event::Taken), (closed, closing(Outcome::Done))] {
        case.apply(Recorded { seq: case.next_seq(), at, by: staff(), event }).unwrap();
    }
    let here = |at: DateTime<Utc>| (at + TimeDelta::hours(1)).date_naive();
    let marks = |day: &dyn Fn(DateTime<Utc>) -> NaiveDate| Standing::of(&case, day).marks;
    assert!(marks(&day).contains(&(month("2025-11"), What::Kept)));
    assert!(marks(&here).contains(&(month("2025-11"), What::Missed)));
}
