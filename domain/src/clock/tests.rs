use chrono::{Datelike as _, NaiveTime, TimeZone as _, Weekday};
use chrono_tz::Europe::London;

use super::*;
use crate::case::{Offer, Paid, Promised, Proposal, Recorded, Submission};
use crate::fee;
use crate::holidays::{Division, bank_holidays};
use crate::reference::Reference;

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
        on_payment: false,
        answers: Vec::new(),
        parts: Vec::new(),
        part_of: None,
        identity: None,
        channel: crate::channel::Channel::Web,
        lead: Some(person(1, "Lead")),
        acknowledge_by: By::Day(day("2026-12-08")),
        complete_by: By::Day(day("2026-12-14")),
        within: None,
    };
    let event = Event::Submitted(Box::new(submission));
    Case::open(&Recorded { seq: 1, at: at("2026-12-07 10:00"), by: Actor::Resident, event }).unwrap()
}

fn with<T>(leave: &dyn Fn(Uuid) -> Vec<Leave>, run: impl FnOnce(Clock<'_>) -> T) -> T {
    let (limits, calendar, people) = (Limits::default(), calendar(Division::EnglandAndWales), people());
    let waits = Some(Waits::default());
    run(Clock { limits: &limits, calendar: &calendar, zone: &Britain, people: &people, leave, waits })
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
    assert_eq!(case.complete_by, By::Day(day("2026-12-22")), "another day is promised");
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
        let resumed = clock.resumed(&case, at("2026-12-17 13:00"));
        assert_eq!(resumed, By::Day(day("2026-12-23")));
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
        assert_eq!(case.escalated.as_ref().map(|up| &*up.to.whom.name), Some("Deputy"));
        // Somebody writes meanwhile: it does not go up for the same again, at the same moment.
        then(&mut case, at("2026-12-10 11:00"), staff(9), Event::Message { text: "Soon.".into() });
        assert!(case.escalated.is_none());
        let said = ticks(clock, &mut case, ("2026-12-10 12:00", "2026-12-11 08:00"));
        assert_eq!(said, [""; 0]);
    });
    with(&|_| Vec::new(), |clock| {
        let mut case = case();
        ticks(clock, &mut case, ("2026-12-07 10:00", "2026-12-09 10:00"));
        ticks(clock, &mut case, ("2026-12-09 11:00", "2027-02-08 10:00"));
        let decided = Event::Decided { text: "A second crew.".into(), complete_by: day("2027-02-22") };
        then(&mut case, at("2027-02-08 11:00"), staff(4), decided);
        assert!(case.escalated.is_none() && case.status == Status::Received);
        let said = ticks(clock, &mut case, ("2027-02-08 12:00", "2027-02-12 17:00"));
        assert_eq!(said, [""; 0], "nobody has taken it, and that was told");
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
fn an_agreement_that_nobody_gives_goes_up() {
    with(&|_| Vec::new(), |clock| {
        let mut case = case();
        then(&mut case, at("2026-12-07 11:00"), staff(9), Event::Taken);
        let closing = Closing {
            text: "Nothing was there".into(),
            on: Some(day("2026-12-07")),
            by: "The crew".into(),
            next: "Nothing more".into(),
            object: "Ring us".into(),
            ..Closing::of(Outcome::NothingFound)
        };
        let asked = clock.people.on(Rung::Lead).cloned();
        let proposal = Proposal { closing, sign_off: Rung::Lead, asked, away: Vec::new() };
        let proposed = Event::Proposed(Box::new(proposal));
        then(&mut case, at("2026-12-07 12:00"), staff(9), proposed.clone());
        let said = ticks(clock, &mut case, ("2026-12-07 12:00", "2026-12-08 18:00"));
        assert_eq!(said, ["08 17 unsigned"]);
        let up = case.escalated.clone().unwrap().to;
        assert_eq!((up.to, up.cause), (Rung::Deputy, Cause::Unsigned), "not to who was asked");
        // Whoever it went to may agree, as may who stands above; who does not, answers for it themselves.
        then(&mut case, at("2026-12-08 18:00"), staff(2), Event::SentBack { reason: "Ask the crew".into() });
        assert!(case.proposed.is_none());
        then(&mut case, at("2026-12-09 09:00"), staff(9), proposed);
        let said = ticks(clock, &mut case, ("2026-12-09 09:00", "2026-12-10 18:00"));
        assert_eq!(said, ["10 17 unsigned"], "what is proposed again is asked about again");
    });
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
        waits: None,
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
fn who_may_not_be_contacted_is_not_asked_again() {
    let (limits, calendar) =
        (Limits { sample: 100, ..Limits::default() }, calendar(Division::EnglandAndWales));
    let (people, leave) = (people(), |_| Vec::new());
    let clock = Clock {
        limits: &limits,
        calendar: &calendar,
        zone: &Britain,
        people: &people,
        leave: &leave,
        waits: None,
    };
    for (contact, asked) in [(None, true), (Some(true), true), (Some(false), false)] {
        let mut case = case();
        then(&mut case, at("2026-12-07 11:00"), staff(9), Event::Taken);
        let said = || "Said".to_owned();
        let closing = Closing {
            text: said(),
            on: Some(day("2026-12-07")),
            by: said(),
            next: said(),
            object: said(),
            ..Closing::of(Outcome::Done)
        };
        then(&mut case, at("2026-12-07 12:00"), staff(9), Event::Closed(closing));
        let feedback = crate::case::Feedback { score: 5, contact, ..crate::case::Feedback::default() };
        then(&mut case, at("2026-12-07 13:00"), Actor::Resident, Event::Feedback(feedback));
        assert_eq!(clock.next(&case).is_some(), asked, "{contact:?}");
    }
}

/// The same, to be paid first.
fn to_pay() -> Case {
    let mut submission = case().submission;
    (submission.on_payment, submission.fee) = (true, vec![fee::Due { label: "Bins".into(), pence: 5_200 }]);
    let event = Event::Submitted(Box::new(submission));
    Case::open(&Recorded { seq: 1, at: at("2026-12-07 10:00"), by: Actor::Resident, event }).unwrap()
}

fn paid(now: DateTime<Utc>, clock: Clock<'_>) -> Event {
    let acknowledge_by = clock.due(now, working_days(1));
    let complete_by = clock.due(now, working_days(5));
    let promised = Promised { acknowledge_by, complete_by, lead: Some(person(1, "Lead")) };
    Event::Paid(Box::new(Paid { reference: "P1".into(), pence: 5_200, promised: Some(promised) }))
}

#[test]
fn who_does_not_pay_is_reminded_once_and_then_it_lapses() {
    with(&|_| Vec::new(), |clock| {
        let mut case = to_pay();
        assert_eq!((case.department(), case.answers_for_it()), ("", None), "it is nobody's");
        let said = ticks(clock, &mut case, ("2026-12-07 10:00", "2026-12-20 10:00"));
        assert_eq!(said, ["07 11 ask-to-pay", "14 17 lapse"]);
        assert_eq!(case.status, Status::Closed(Outcome::NotPaid));
        assert_eq!(clock.next(&case), None, "nobody is asked how it went");
        // Money is never turned away.
        let now = at("2026-12-20 11:00");
        then(&mut case, now, Actor::Resident, paid(now, clock));
        assert_eq!((case.status, case.received_at, case.closed_at), (Status::Received, now, None));
        assert_eq!((case.department(), case.complete_by), ("streets", By::Day(day("2026-12-30"))));
        let said = ticks(clock, &mut case, ("2026-12-20 11:00", "2026-12-23 09:00"));
        assert_eq!(said, ["23 09 not-acknowledged"], "the clock runs from then on");
    });
    with(&|_| Vec::new(), |clock| {
        let mut case = to_pay();
        let now = at("2026-12-07 10:30");
        then(&mut case, now, Actor::Resident, paid(now, clock));
        let said = ticks(clock, &mut case, ("2026-12-07 11:00", "2026-12-07 18:00"));
        assert_eq!(said, [""; 0], "who has paid is not reminded");
    });
    // What is registered before it is paid is reminded of, and goes on all the same.
    with(&|_| Vec::new(), |clock| {
        let mut case = to_pay();
        case.submission.on_payment = false;
        let event = Event::Submitted(Box::new(case.submission));
        let first = Recorded { seq: 1, at: at("2026-12-07 10:00"), by: Actor::Resident, event };
        let mut case = Case::open(&first).unwrap();
        let said = ticks(clock, &mut case, ("2026-12-07 10:00", "2026-12-09 10:00"));
        assert_eq!(said, ["07 11 ask-to-pay", "09 09 not-acknowledged"]);
        let silent = Clock { waits: None, ..clock };
        let said = ticks(silent, &mut Case::open(&first).unwrap(), ("2026-12-07 10:00", "2026-12-09 08:00"));
        assert_eq!(said, [""; 0], "nobody could pay by card");
    });
}

#[test]
fn a_week_without_a_server_is_made_up_for_in_order() {
    with(&|_| Vec::new(), |clock| {
        let mut case = case();
        let now = at("2026-12-16 12:00");
        let rules: Vec<&str> =
            clock.tick(&mut case, now).unwrap().into_iter().map(|(due, _)| due.rule.id()).collect();
        assert_eq!(rules, ["not-acknowledged", "due-soon", "missed", "goes-up"]);
        assert!(case.complete_by > By::Day(day("2026-12-16")), "the new day is not over already");
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
            let by = clock.due(at(from), hours(amount));
            assert_eq!(by.day(), day(due), "{from} and {amount} hours");
            assert_eq!(by.moment().map(|by| by - at(from)), Some(TimeDelta::hours(amount.into())));
        }
        let two = Limit { amount: 2, unit: Unit::WorkingHours };
        assert_eq!(clock.until(at("2027-03-25 16:00"), two), at("2027-03-30 10:00"), "over Easter");
        let by = clock.due(at("2027-07-01 13:07") + TimeDelta::seconds(59), two);
        assert_eq!(by.write(), "2027-07-01T15:07+01:00", "to the minute, by the council's clock");
    });
}

/// Like [`case`], promised in hours.
fn in_hours(clock: Clock<'_>, received: &str, (acknowledge, complete): (&str, &str)) -> Case {
    let limit = |text| Limit::parse(text).unwrap();
    let mut submission = case().submission;
    submission.acknowledge_by = clock.due(at(received), limit(acknowledge));
    submission.complete_by = clock.due(at(received), limit(complete));
    submission.within = Some(limit(complete));
    let event = Event::Submitted(Box::new(submission));
    Case::open(&Recorded { seq: 1, at: at(received), by: Actor::Resident, event }).unwrap()
}

#[test]
fn what_is_promised_in_hours_is_missed_in_the_hour() {
    with(&|_| Vec::new(), |clock| {
        let mut case = in_hours(clock, "2026-12-07 10:00", ("4 working hours", "24 hours"));
        assert_eq!(case.complete_by.say(), "10am on Tuesday 8 December");
        let (early, late) = (at("2026-12-08 09:59"), at("2026-12-08 10:00"));
        assert!(!case.is_late(early, day("2026-12-08")) && case.is_late(late, day("2026-12-08")));
        let said = ticks(clock, &mut case, ("2026-12-07 10:00", "2026-12-08 12:00"));
        let expected = ["07 14 not-acknowledged", "07 16 due-soon", "08 10 missed", "08 10 goes-up"];
        assert_eq!(said, expected, "two hours of work before, and at once");
        assert_eq!(
            case.complete_by,
            By::Day(day("2026-12-15")),
            "another day is promised, as the council says"
        );
        // On Friday evening, staff are told while they are still there.
        let mut case = in_hours(clock, "2026-12-11 16:00", ("1 working day", "24 hours"));
        then(&mut case, at("2026-12-11 16:01"), staff(9), Event::Taken);
        let said = ticks(clock, &mut case, ("2026-12-11 16:00", "2026-12-12 16:00"));
        assert_eq!(said, ["12 16 missed", "12 16 goes-up"], "it was promised for so soon anyway");
        let mut case = in_hours(clock, "2026-12-11 14:00", ("1 working day", "24 hours"));
        then(&mut case, at("2026-12-11 14:01"), staff(9), Event::Taken);
        assert_eq!(ticks(clock, &mut case, ("2026-12-11 14:00", "2026-12-12 13:00")), ["11 15 due-soon"]);
    });
}

#[test]
fn as_many_hours_are_left_after_the_answer_as_before_the_question() {
    with(&|_| Vec::new(), |clock| {
        for (complete, received, asked, answered, by) in [
            // Of 24 hours, 18 are left, day and night.
            (
                "24 hours",
                "2026-12-11 10:00",
                "2026-12-11 16:00",
                "2026-12-13 10:00",
                "2026-12-14T04:00+00:00",
            ),
            // Of four, three: until somebody works again, none goes by.
            (
                "4 working hours",
                "2026-12-11 15:00",
                "2026-12-11 16:00",
                "2026-12-12 12:00",
                "2026-12-14T12:00+00:00",
            ),
            (
                "4 working hours",
                "2026-12-11 15:00",
                "2026-12-11 16:00",
                "2026-12-14 16:00",
                "2026-12-15T11:00+00:00",
            ),
            // In the night to 28 March the clocks go forward.
            (
                "24 hours",
                "2027-03-27 12:00",
                "2027-03-27 13:00",
                "2027-03-27 14:00",
                "2027-03-28T14:00+01:00",
            ),
        ] {
            let mut case = in_hours(clock, received, ("1 working day", complete));
            then(&mut case, at(received), staff(9), Event::Taken);
            let question = Event::Asked { question: "Which wall?".into() };
            then(&mut case, at(asked), staff(9), question);
            assert!(!case.is_late(at(answered), at(answered).date_naive()), "it waits");
            let resumed = clock.resumed(&case, at(answered));
            assert_eq!(resumed.write(), by, "{complete} from {received}");
            let answer = Event::Answered { text: "The red one".into(), complete_by: resumed };
            then(&mut case, at(answered), Actor::Resident, answer);
            assert_eq!(case.complete_by, resumed);
        }
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

    /// The council's own closed days: from Christmas Eve to the end of the year, and the first Friday in June.
    fn is_own(day: NaiveDate) -> bool {
        match day.month() {
            6 => day.weekday() == Weekday::Fri && day.day() <= 7,
            12 => day.day() >= 24,
            _ => false,
        }
    }

    /// A division, and whether the council has closed days of its own.
    #[derive(Clone, Copy, Debug)]
    struct Place {
        division: Division,
        own: bool,
    }

    const DIVISIONS: [Division; 3] =
        [Division::EnglandAndWales, Division::Scotland, Division::NorthernIreland];

    impl Place {
        fn is_closed(self, day: NaiveDate) -> bool {
            is_closed(self.division, day) || self.own && is_own(day)
        }

        fn calendar(self) -> Calendar {
            let mut calendar = calendar(self.division);
            let all = day("2019-01-01").iter_days().take_while(|day| day.year() < 2043);
            calendar.closed.extend(all.filter(|day| self.own && is_own(*day)));
            calendar
        }
    }

    /// Every day on which something may arrive.
    fn every_day() -> impl Iterator<Item = NaiveDate> {
        day("2020-01-01").iter_days().take_while(|day| day.year() <= 2040)
    }

    /// Whether it is summer time in the United Kingdom: from the last Sunday in March to the last in October, both at one
    /// by Greenwich.
    fn is_summer(at: DateTime<Utc>) -> bool {
        let last_sunday = |month| {
            let last = NaiveDate::from_ymd_opt(at.year(), month, 31).unwrap();
            let back = Days::new(last.weekday().num_days_from_sunday().into());
            (last - back).and_hms_opt(1, 0, 0).unwrap().and_utc()
        };
        last_sunday(3) <= at && at < last_sunday(10)
    }

    fn local(at: DateTime<Utc>) -> NaiveDateTime {
        at.naive_utc() + TimeDelta::hours(is_summer(at).into())
    }

    /// Goes on by half hours until somebody has worked for so many.
    fn after_work(closed: impl Fn(NaiveDate) -> bool, from: DateTime<Utc>, halves: u32) -> DateTime<Utc> {
        let (mut at, mut left) = (from, halves);
        while left > 0 {
            let now = local(at);
            let is_open = (9..17).contains(&now.hour());
            if is_open && !closed(now.date()) {
                left -= 1;
            }
            at += TimeDelta::minutes(30);
        }
        at
    }

    fn due(place: Place, received: NaiveDateTime, days: u32) -> NaiveDate {
        let (mut day, hour) = (received.date(), received.time());
        let late = hour >= NaiveTime::from_hms_opt(17, 0, 0).unwrap();
        // Outside working hours it counts as received on the next working day.
        if late || place.is_closed(day) {
            day = day.succ_opt().unwrap();
            while place.is_closed(day) {
                day = day.succ_opt().unwrap();
            }
        }
        let mut left = days;
        while left > 0 {
            day = day.succ_opt().unwrap();
            if !place.is_closed(day) {
                left -= 1;
            }
        }
        day
    }

    #[test]
    fn every_due_date_from_2020_to_2040() {
        for (division, own) in
            DIVISIONS.into_iter().flat_map(|division| [(division, false), (division, true)])
        {
            let place = Place { division, own };
            let calendar = place.calendar();
            for day in every_day() {
                assert_eq!(!calendar.works_on(day), place.is_closed(day), "{place:?} {day}");
                for hour in [0, 8, 12, 16, 17, 23] {
                    let received = day.and_hms_opt(hour, 30, 0).unwrap();
                    for amount in [1_u16, 2, 3, 5, 10, 20] {
                        let limit = Limit { amount, unit: Unit::WorkingDays };
                        let (ours, other) =
                            (calendar.due(received, limit), due(place, received, amount.into()));
                        assert_eq!(ours, other, "{place:?} {received} {amount}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_moment_that_is_due_from_2020_to_2040() {
        let (limits, people, leave) = (Limits::default(), People::default(), |_| Vec::new());
        for division in DIVISIONS {
            let place = Place { division, own: true };
            let calendar = place.calendar();
            let closed: std::collections::BTreeSet<NaiveDate> =
                day("2020-01-01").iter_days().take(22 * 366).filter(|day| place.is_closed(*day)).collect();
            let clock = Clock {
                limits: &limits,
                calendar: &calendar,
                zone: &Britain,
                people: &people,
                leave: &leave,
                waits: None,
            };
            for day in every_day() {
                // By Greenwich: of each night in which the clocks change, the hours that come twice, and that do not come.
                for hour in [0, 1, 8, 15, 16, 23] {
                    let received = day.and_hms_opt(hour, 30, 0).unwrap().and_utc();
                    for amount in [1_u16, 12] {
                        let by = clock.due(received, Limit { amount, unit: Unit::WorkingHours });
                        let other = after_work(|day| closed.contains(&day), received, u32::from(amount) * 2);
                        let (By::Moment(ours), Some(at)) = (by, by.moment()) else { panic!("{by:?}") };
                        assert_eq!(at, other, "{place:?} {received} {amount}");
                        assert_eq!(ours.naive_local(), local(other));
                    }
                    for amount in [1_u16, 2, 24, 72] {
                        let by = clock.due(received, Limit { amount, unit: Unit::Hours });
                        let other = received + TimeDelta::hours(amount.into());
                        let (By::Moment(ours), Some(at)) = (by, by.moment()) else { panic!("{by:?}") };
                        assert_eq!((at, ours.naive_local()), (other, local(other)), "{received} {amount}");
                        assert_eq!(by.day(), local(other).date());
                    }
                }
            }
        }
    }
}

mod story;
