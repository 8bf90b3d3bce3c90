use chrono::{Datelike as _, NaiveTime, TimeZone as _, Weekday};
use chrono_tz::Europe::London;
use proptest::prelude::*;

use super::*;
use crate::case::{Amendment, Offer, Recorded, Submission};
use crate::holidays::{Division, bank_holidays};
use crate::reference::Reference;
use crate::validate::Answer;

struct Britain;

impl Zone for Britain {
    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&London).naive_local()
    }

    fn moment(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let mut local = local;
        loop {
            match London.from_local_datetime(&local).earliest() {
                Some(at) => return at.to_utc(),
                None => local += TimeDelta::minutes(30),
            }
        }
    }
}

fn calendar(division: Division) -> Calendar {
    Calendar {
        opens: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
        closes: NaiveTime::from_hms_opt(17, 0, 0).unwrap(),
        closed: bank_holidays(division),
    }
}

fn person(id: u128, name: &str) -> Owner {
    Owner { id: Uuid::from_u128(id), name: name.to_owned() }
}

fn people() -> People {
    People {
        lead: Some(person(1, "Lead")),
        deputy: Some(person(2, "Deputy")),
        head: Some(person(3, "Head")),
        director: Some(person(4, "Director")),
        portfolio: Some("Councillor".to_owned()),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    Britain.moment(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Received on Monday 7 December 2026 at ten, promised for the 14th.
fn case() -> Case {
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
        answers: Vec::new(),
        parts: Vec::new(),
        part_of: None,
        identity: None,
        channel: crate::channel::Channel::Web,
        lead: Some(person(1, "Lead")),
        acknowledge_by: day("2026-12-08"),
        complete_by: day("2026-12-14"),
    };
    let event = Event::Submitted(Box::new(submission));
    Case::open(&Recorded { seq: 1, at: at("2026-12-07 10:00"), by: Actor::Resident, event }).unwrap()
}

fn with<T>(leave: &dyn Fn(Uuid) -> Vec<Leave>, run: impl FnOnce(Clock<'_>) -> T) -> T {
    let (limits, calendar, people) = (Limits::default(), calendar(Division::EnglandAndWales), people());
    run(Clock { limits: &limits, calendar: &calendar, zone: &Britain, people: &people, leave })
}

fn staff(id: u128) -> Actor {
    Actor::Staff(person(id, "Somebody"))
}

fn then(case: &mut Case, now: DateTime<Utc>, by: Actor, event: Event) {
    case.apply(Recorded { seq: case.next_seq(), at: now, by, event }).unwrap();
}

/// The rules that were due until this moment, as they would be found by looking every hour.
fn ticks(clock: Clock<'_>, case: &mut Case, (from, to): (&str, &str)) -> Vec<String> {
    let (mut now, to, mut said) = (at(from), at(to), Vec::new());
    while now <= to {
        for (due, _) in clock.tick(case, now).unwrap() {
            said.push(format!("{} {}", Britain.local(now).format("%d %H"), due.rule.id()));
        }
        now += TimeDelta::hours(1);
    }
    said
}

#[test]
fn nobody_takes_it_and_it_climbs_to_the_director() {
    let mut case = case();
    let said =
        with(&|_| Vec::new(), |clock| ticks(clock, &mut case, ("2026-12-07 10:00", "2026-12-22 09:00")));
    let expected = [
        "09 09 not-acknowledged",
        "10 17 silent",
        "11 09 due-soon",
        "14 17 silent",
        "15 09 missed",
        "15 09 goes-up",
        "21 09 due-soon",
    ];
    assert_eq!(said, expected);
    assert_eq!(case.escalated.as_ref().map(|up| up.to.to), Some(Rung::Director));
    assert_eq!(case.complete_by, day("2026-12-22"), "another day is promised");
    assert_eq!(case.answers_for_it().map(|owner| &*owner.name), Some("Lead"));
}

#[test]
fn whoever_acts_stops_it() {
    with(&|_| Vec::new(), |clock| {
        let mut case = case();
        ticks(clock, &mut case, ("2026-12-07 10:00", "2026-12-09 10:00"));
        assert!(case.escalated.is_some());
        then(&mut case, at("2026-12-09 11:00"), staff(9), Event::Taken);
        assert!(case.escalated.is_none());
        let said = ticks(clock, &mut case, ("2026-12-09 12:00", "2026-12-14 17:00"));
        assert_eq!(said, ["11 12 due-soon"].map(|_| "11 09 due-soon"));
        // A second miss goes to the head of service.
        let said = ticks(clock, &mut case, ("2026-12-15 09:00", "2026-12-15 09:00"));
        assert_eq!(said, ["15 09 missed", "15 09 goes-up"]);
        assert_eq!(case.escalated.as_ref().map(|up| up.to.to), Some(Rung::Lead));
        then(&mut case, at("2026-12-15 10:00"), staff(9), Event::Begun);
        let said = ticks(clock, &mut case, ("2026-12-15 11:00", "2026-12-23 09:00"));
        assert_eq!(said, ["21 09 due-soon", "23 09 missed", "23 09 goes-up"]);
        let up = case.escalated.as_ref().unwrap();
        assert_eq!((up.to.to, up.to.cause), (Rung::Head, Cause::MissedAgain));
    });
}

#[test]
fn the_promise_waits_for_the_resident() {
    with(&|_| Vec::new(), |clock| {
        let mut case = case();
        then(&mut case, at("2026-12-07 11:00"), staff(9), Event::Taken);
        let asked = Event::Asked { question: "Which wall?".into() };
        then(&mut case, at("2026-12-08 11:00"), staff(9), asked);
        let said = ticks(clock, &mut case, ("2026-12-08 12:00", "2026-12-17 12:00"));
        assert_eq!(said, ["15 17 remind"], "and nothing is missed");
        // Asked on the 8th, answered on the 17th: seven working days later.
        let resumed = clock.resumed(case.complete_by, (at("2026-12-08 11:00"), at("2026-12-17 13:00")));
        assert_eq!(resumed, day("2026-12-23"));
        let said = ticks(clock, &mut case, ("2026-12-17 13:00", "2027-01-05 18:00"));
        assert_eq!(said, ["23 17 remind", "05 17 no-answer"]);
        assert_eq!(case.status, Status::Closed(Outcome::NoAnswer));
        assert!(case.closing.is_some_and(|closing| closing.is_complete()));
    });
}

#[test]
fn away_unanswered_and_offered() {
    let leave = Leave { from: day("2026-12-10"), until: day("2026-12-18") };
    let away = move |who: Uuid| if who == Uuid::from_u128(9) { vec![leave] } else { Vec::new() };
    with(&away, |clock| {
        let mut case = case();
        then(&mut case, at("2026-12-07 11:00"), staff(9), Event::Taken);
        let said = ticks(clock, &mut case, ("2026-12-07 12:00", "2026-12-10 10:00"));
        assert_eq!(said, ["10 09 away"]);
        assert_eq!(case.escalated.map(|up| up.to.whom.name), Some("Deputy".to_owned()));
    });
    with(&|_| Vec::new(), |clock| {
        let mut case = case();
        then(&mut case, at("2026-12-07 11:00"), staff(9), Event::Taken);
        then(&mut case, at("2026-12-07 12:00"), Actor::Resident, Event::Message { text: "Any news?".into() });
        let said = ticks(clock, &mut case, ("2026-12-07 12:00", "2026-12-10 17:00"));
        assert_eq!(said, ["10 17 unanswered"]);
        let offer = Offer { department: "waste".into(), lead: None, to: None, reason: "Yours".into() };
        then(&mut case, at("2026-12-10 18:00"), staff(9), Event::Offered(offer));
        let said = ticks(clock, &mut case, ("2026-12-11 08:00", "2026-12-14 17:00"));
        assert!(said.contains(&"14 17 offer-lapsed".to_owned()), "{said:?}");
    });
}

#[test]
fn who_is_away_is_passed_by_and_it_is_never_nobody() {
    let leave = Leave { from: day("2026-12-09"), until: day("2026-12-18") };
    let gone = |all: &'static [u128]| {
        move |who: Uuid| if all.contains(&who.as_u128()) { vec![leave] } else { Vec::new() }
    };
    let up = |case: &Case| case.escalated.clone().map(|up| (up.to.to, up.to.away)).unwrap();
    with(&gone(&[1, 2]), |clock| {
        let mut case = case();
        let said = ticks(clock, &mut case, ("2026-12-07 10:00", "2026-12-09 10:00"));
        assert_eq!(said, ["09 09 not-acknowledged"]);
        assert_eq!(up(&case), (Rung::Head, vec![Rung::Lead, Rung::Deputy]));
    });
    with(&gone(&[1, 2, 3, 4]), |clock| {
        let mut case = case();
        ticks(clock, &mut case, ("2026-12-07 10:00", "2026-12-09 10:00"));
        assert_eq!(up(&case), (Rung::Lead, Vec::new()), "all are away");
    });
    let people = people();
    let nobody = |_: Uuid| false;
    let asked = |from, not: u128, away: &dyn Fn(Uuid) -> bool| {
        people.signer(from, Uuid::from_u128(not), away).map(|(rung, ..)| rung)
    };
    assert_eq!(asked(Rung::Lead, 9, &nobody), Some(Rung::Lead));
    assert_eq!(asked(Rung::Lead, 1, &nobody), Some(Rung::Deputy), "who leads proposed it");
    assert_eq!(asked(Rung::Head, 9, &|who| who.as_u128() == 3), Some(Rung::Director));
    assert_eq!(asked(Rung::Director, 4, &nobody), Some(Rung::Head), "nobody stands above");
    let alone = People { lead: Some(person(1, "Lead")), ..People::default() };
    assert!(alone.signer(Rung::Lead, Uuid::from_u128(1), nobody).is_none());
}

#[test]
fn open_for_long_and_asked_again() {
    let (limits, calendar) =
        (Limits { sample: 100, ..Limits::default() }, calendar(Division::EnglandAndWales));
    let people = people();
    let clock = Clock {
        limits: &limits,
        calendar: &calendar,
        zone: &Britain,
        people: &people,
        leave: &|_| Vec::new(),
    };
    let mut case = case();
    then(&mut case, at("2026-12-07 11:00"), staff(9), Event::Taken);
    let moved = Event::PromiseMoved { to: day("2027-06-01"), reason: "Scaffolding".into() };
    then(&mut case, at("2026-12-07 11:00"), staff(9), moved);
    let said = ticks(clock, &mut case, ("2026-12-07 12:00", "2027-02-15 09:00"));
    assert_eq!(said, ["06 09 long", "21 09 very-long", "05 09 too-long", "12 09 too-long"]);
    assert!(case.on_board.is_some());
    let decided = Event::Decided { text: "Built in March".into(), complete_by: day("2027-03-31") };
    then(&mut case, at("2027-02-15 10:00"), staff(4), decided);
    then(&mut case, at("2027-02-15 11:00"), Actor::Resident, Event::Withdrawn { reason: String::new() });
    assert_eq!(clock.next(&case), None, "who withdrew it is not asked");
}

#[test]
fn a_week_without_a_server_is_made_up_for_in_order() {
    with(&|_| Vec::new(), |clock| {
        let mut case = case();
        let now = at("2026-12-16 12:00");
        let rules: Vec<&str> =
            clock.tick(&mut case, now).unwrap().into_iter().map(|(due, _)| due.rule.id()).collect();
        assert_eq!(rules, ["not-acknowledged", "due-soon", "missed", "goes-up"]);
        assert!(case.complete_by > day("2026-12-16"), "the new day is not over already");
        assert_eq!(clock.tick(&mut case, now).unwrap(), []);
    });
}

#[test]
fn hours_are_hours_when_the_clocks_change() {
    let hours = |amount| Limit { amount, unit: Unit::Hours };
    with(&|_| Vec::new(), |clock| {
        for (from, amount, due) in [
            // Forward in the night to Sunday 28 March 2027, back in the night to 31 October.
            ("2027-03-27 23:30", 1, "2027-03-28"),
            ("2027-03-27 00:30", 24, "2027-03-28"),
            ("2027-03-28 00:30", 23, "2027-03-29"),
            ("2027-10-31 00:30", 24, "2027-10-31"),
            ("2027-10-31 00:30", 25, "2027-11-01"),
        ] {
            assert_eq!(clock.due(at(from), hours(amount)), day(due), "{from} and {amount} hours");
            assert_eq!(clock.until(at(from), hours(amount)) - at(from), TimeDelta::hours(amount.into()));
        }
        let two = Limit { amount: 2, unit: Unit::WorkingHours };
        assert_eq!(clock.until(at("2027-03-25 16:00"), two), at("2027-03-30 10:00"), "over Easter");
    });
}

/// Another way to count, without anything of ours: day by day from a table of weekdays and holidays worked out by hand.
mod oracle {
    use super::*;

    /// Easter Sunday, as the Astronomical Almanac counts it, with its letters.
    #[expect(clippy::many_single_char_names, reason = "the almanac's names")]
    fn easter(year: i32) -> NaiveDate {
        let (a, b, c) = (year % 19, year / 100, year % 100);
        let (d, e) = (b / 4, b % 4);
        let g = (8 * b + 13) / 25;
        let h = (19 * a + b - d - g + 15) % 30;
        let (i, k) = (c / 4, c % 4);
        let l = (32 + 2 * e + 2 * i - h - k) % 7;
        let m = (a + 11 * h + 19 * l) / 433;
        let month = (h + l - 7 * m + 90) / 25;
        let day = (h + l - 7 * m + 33 * month + 19) % 32;
        NaiveDate::from_ymd_opt(year, u32::try_from(month).unwrap(), u32::try_from(day).unwrap()).unwrap()
    }

    /// Whether nobody works in this division on this day.
    fn is_closed(division: Division, day: NaiveDate) -> bool {
        let (year, month, date, weekday) = (day.year(), day.month(), day.day(), day.weekday());
        let (monday, tuesday) = (weekday == Weekday::Mon, weekday == Weekday::Tue);
        if matches!(weekday, Weekday::Sat | Weekday::Sun) {
            return true;
        }
        // A holiday that fell on the weekend before.
        let given = |of: u32| date == of || monday && (date == of + 1 || date == of + 2);
        let last_monday = monday && (day + Days::new(7)).month() != month;
        let scotland = division == Division::Scotland;
        let ireland = division == Division::NorthernIreland;
        match month {
            // Where the 2nd is one too, and they meet on a weekend, Tuesday is given for the second of them.
            1 if scotland => date <= 2 || monday && date <= 4 || tuesday && (date == 3 || date == 4),
            1 => given(1),
            3 | 4 if day == easter(year) - Days::new(2) => true,
            3 | 4 if !scotland && day == easter(year) + Days::new(1) => true,
            3 => ireland && given(17),
            5 => match (year, date) {
                (2020, 4) | (2022, 30) => false,
                (2020 | 2023, 8) => true,
                _ => monday && date <= 7 || last_monday,
            },
            6 => year == 2022 && matches!(date, 2 | 3),
            7 => ireland && given(12),
            8 => monday && if scotland { date <= 7 } else { date > 24 },
            9 => year == 2022 && date == 19,
            11 => scotland && date == 30,
            12 => {
                (scotland && (monday && date <= 2))
                    || matches!(date, 25 | 26)
                    || monday && matches!(date, 27 | 28)
                    || tuesday && matches!(date, 27 | 28)
            }
            _ => false,
        }
    }

    fn due(division: Division, received: NaiveDateTime, days: u32) -> NaiveDate {
        let (mut day, hour) = (received.date(), received.time());
        let late = hour >= NaiveTime::from_hms_opt(17, 0, 0).unwrap();
        // Outside working hours it counts as received on the next working day.
        if late || is_closed(division, day) {
            day = day.succ_opt().unwrap();
            while is_closed(division, day) {
                day = day.succ_opt().unwrap();
            }
        }
        let mut left = days;
        while left > 0 {
            day = day.succ_opt().unwrap();
            if !is_closed(division, day) {
                left -= 1;
            }
        }
        day
    }

    #[test]
    fn every_due_date_from_2020_to_2040() {
        for division in [Division::EnglandAndWales, Division::Scotland, Division::NorthernIreland] {
            let calendar = calendar(division);
            let mut day = day("2020-01-01");
            while day.year() <= 2040 {
                assert_eq!(!calendar.works_on(day), is_closed(division, day), "{} {day}", division.name());
                for hour in [0, 8, 12, 16, 17, 23] {
                    let received = day.and_hms_opt(hour, 30, 0).unwrap();
                    for amount in [1_u16, 2, 3, 5, 10, 20] {
                        let limit = Limit { amount, unit: Unit::WorkingDays };
                        let (ours, other) =
                            (calendar.due(received, limit), due(division, received, amount.into()));
                        assert_eq!(ours, other, "{} {received} {amount}", division.name());
                    }
                }
                day = day.succ_opt().unwrap();
            }
        }
    }
}

/// What somebody might do, or time.
#[derive(Clone, Copy, Debug)]
enum Step {
    Hours(u16),
    Take(u8),
    Plan(u8),
    Begin,
    Ask,
    Answer,
    Write(bool),
    Move(u8),
    Offer,
    HandBack,
    Left,
    Undo,
    Close(bool),
    Withdraw,
    Reopen,
    Decide,
    Judge,
    TakeBack,
    Amend,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1_u16..400).prop_map(Step::Hours),
        2 => (0_u8..6).prop_map(Step::Take),
        1 => (0_u8..20).prop_map(Step::Plan),
        1 => Just(Step::Begin),
        2 => Just(Step::Ask),
        2 => Just(Step::Answer),
        2 => any::<bool>().prop_map(Step::Write),
        1 => (1_u8..90).prop_map(Step::Move),
        1 => Just(Step::Offer),
        1 => Just(Step::HandBack),
        1 => Just(Step::Left),
        2 => Just(Step::Undo),
        1 => any::<bool>().prop_map(Step::Close),
        1 => Just(Step::Withdraw),
        2 => Just(Step::Reopen),
        1 => Just(Step::Decide),
        1 => Just(Step::Judge),
        1 => Just(Step::TakeBack),
        2 => Just(Step::Amend),
    ]
}

fn events(clock: Clock<'_>, case: &Case, now: DateTime<Utc>, step: Step) -> Vec<(Actor, Event)> {
    let owner = case.owner.clone().map_or(staff(9), Actor::Staff);
    let today = Britain.local(now).date();
    let text = || "Said".to_owned();
    match step {
        Step::Hours(_) => Vec::new(),
        Step::Take(who) => vec![(staff(who.into()), Event::Taken)],
        Step::Plan(days) => vec![(owner, Event::Planned { on: today + Days::new(days.into()) })],
        Step::Begin => vec![(owner, Event::Begun)],
        Step::Ask => vec![(owner, Event::Asked { question: text() })],
        Step::Answer => {
            let since = case.waiting.as_ref().map_or(now, |waiting| waiting.since);
            let complete_by = clock.resumed(case.complete_by, (since, now));
            vec![(Actor::Resident, Event::Answered { text: text(), complete_by })]
        }
        Step::Write(true) => vec![(Actor::Resident, Event::Message { text: text() })],
        Step::Write(false) => vec![(owner, Event::Message { text: text() })],
        Step::Move(days) => {
            let to = today + Days::new(days.into());
            vec![(owner, Event::PromiseMoved { to, reason: text() })]
        }
        Step::Offer => {
            let offer =
                Offer { department: "waste".into(), lead: Some(person(1, "Lead")), to: None, reason: text() };
            vec![(owner, Event::Offered(offer))]
        }
        Step::HandBack => vec![(staff(9), Event::HandedBack)],
        Step::Left => {
            let who = case.answers_for_it().cloned().unwrap_or_else(|| person(9, "Somebody"));
            let lead = Some(person(if who.id.as_u128() == 1 { 2 } else { 1 }, "Lead"));
            vec![(Actor::Clock, Event::OwnerLeft { who, lead })]
        }
        Step::Undo => {
            let last = case.history.last().map(|last| last.by.clone());
            vec![(last.unwrap_or(owner), Event::Undone)]
        }
        Step::Close(full) => {
            let closing = Closing {
                outcome: Outcome::Done,
                text: text(),
                on: Some(today),
                by: text(),
                next: text(),
                object: if full { text() } else { String::new() },
                ..Clock::no_answer(case)
            };
            vec![(owner, Event::Closed(closing))]
        }
        Step::TakeBack => vec![(Actor::Resident, Event::TakenBack)],
        Step::Amend => {
            let value = crate::field::Value::Text(text());
            let answers = vec![Answer { question: "more".into(), label: text(), value }];
            let resumed =
                |waiting: &crate::case::Waiting| clock.resumed(case.complete_by, (waiting.since, now));
            let complete_by = case.waiting.as_ref().map(resumed);
            let amendment = Amendment { answers, complete_by, ..Amendment::default() };
            vec![(Actor::Resident, Event::Amended(Box::new(amendment)))]
        }
        Step::Withdraw => vec![(Actor::Resident, Event::Withdrawn { reason: String::new() })],
        Step::Reopen => {
            let complete_by = clock.due(now, working_days(5));
            vec![(Actor::Resident, Event::Reopened { reason: text(), complete_by })]
        }
        Step::Decide => {
            let complete_by = clock.due(now, working_days(10));
            vec![(staff(4), Event::Decided { text: text(), complete_by })]
        }
        Step::Judge => {
            let feedback = crate::case::Feedback { score: 2, ..crate::case::Feedback::default() };
            vec![(Actor::Resident, Event::Feedback(feedback))]
        }
    }
}

/// What holds at every moment at which the clock has been looked at.
fn is_kept(case: &Case, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    let today = Britain.local(now).date();
    let told = |wanted: &dyn Fn(&Event) -> bool| case.history.iter().any(|recorded| wanted(&recorded.event));
    if case.status.is_open() {
        prop_assert!(case.answers_for_it().is_some(), "somebody answers for it");
        prop_assert!(
            !case.is_late(today) || Britain.local(now).time() < NaiveTime::from_hms_opt(9, 0, 0).unwrap()
        );
        prop_assert!(case.owed.is_none(), "what was missed went up");
        let days = (today - Britain.local(case.open_since()).date()).num_days();
        let morning = Britain.local(now).time() >= NaiveTime::from_hms_opt(9, 0, 0).unwrap();
        if days > 60 || days == 60 && morning {
            prop_assert!(case.on_board.is_some() && case.age == Some(Age::TooLong), "on the board's list");
        }
        let waiting = case.waiting.is_some();
        prop_assert_eq!(waiting, case.status == Status::Waiting);
    } else {
        let is_told = |event: &Event| match event {
            Event::Closed(closing) => closing.is_complete(),
            Event::Withdrawn { .. } | Event::TakenBack => true,
            _ => false,
        };
        prop_assert!(told(&is_told), "the outcome was told");
    }
    // Each missed day went up.
    for at in 0..case.history.len() {
        if let Event::Missed { to, from, .. } = &case.history[at].event {
            prop_assert!(to > from);
            let up =
                |recorded: &&Recorded| matches!(recorded.event, Event::Escalated(_) | Event::Missed { .. });
            let after = case.history[at + 1..].iter().find(up).map(|recorded| &recorded.event);
            prop_assert!(matches!(after, Some(Event::Escalated(_))), "missed, then {after:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_request_is_ever_forgotten(steps in prop::collection::vec(step(), 1..60), away in prop::collection::vec(any::<bool>(), 6)) {
        let leave = move |who: Uuid| {
            let is_away = usize::try_from(who.as_u128()).is_ok_and(|who| away.get(who).copied().unwrap_or_default());
            if is_away { vec![Leave { from: day("2026-12-10"), until: day("2027-01-20") }] } else { Vec::new() }
        };
        with(&leave, |clock| {
            let mut case = case();
            let mut first = vec![Recorded { seq: 1, at: case.received_at, by: Actor::Resident, event: Event::Submitted(Box::new(case.submission.clone())) }];
            let mut now = at("2026-12-07 10:00");
            for step in steps {
                if let Step::Hours(hours) = step {
                    now += TimeDelta::hours(hours.into());
                }
                clock.tick(&mut case, now).unwrap();
                is_kept(&case, now)?;
                for (by, event) in events(clock, &case, now, step) {
                    let before = case.clone();
                    if case.apply(Recorded { seq: case.next_seq(), at: now, by, event }).is_err() {
                        prop_assert_eq!(&case, &before, "what is refused changes nothing");
                    }
                }
                clock.tick(&mut case, now).unwrap();
                is_kept(&case, now)?;
                prop_assert!(clock.next(&case).is_none_or(|due| due.at > now), "nothing is left undone");
            }
            first.extend(case.history.iter().cloned());
            prop_assert_eq!(Case::fold(&first).unwrap(), case);
            Ok(())
        })?;
    }
}
