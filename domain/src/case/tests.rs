use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::field::Value;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
}

fn by(day: u32) -> By {
    By::Day(self::day(day))
}

fn at(day: u32) -> DateTime<Utc> {
    self::day(day).and_hms_opt(10, 0, 0).unwrap().and_utc()
}

fn submitted() -> Recorded {
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
        zone: None,
        channel: Channel::Web,
        lead: Some(Owner { id: Uuid::from_u128(5), name: "Tom Okafor".into() }),
        acknowledge_by: by(8),
        complete_by: by(14),
        within: None,
    };
    Recorded { seq: 1, at: at(7), by: Actor::Resident, event: Event::Submitted(Box::new(submission)) }
}

fn staff(id: u128) -> Actor {
    Actor::Staff(Owner { id: Uuid::from_u128(id), name: "Priya Shah".into() })
}

fn helper() -> Actor {
    Actor::Helper(Owner { id: Uuid::from_u128(9), name: "Ann Smith".into() })
}

fn then(case: &mut Case, by: Actor, event: Event) -> Result<(), Refused> {
    case.apply(Recorded { seq: case.next_seq(), at: at(9), by, event })
}

fn closed(outcome: Outcome) -> Closing {
    let policy = Policy {
        id: "private".into(),
        name: "Graffiti policy".into(),
        version: "1".into(),
        date: day(1),
        text: "We remove it from public places.".into(),
        instead: "Ask the owner.".into(),
        unless: String::new(),
    };
    let same_as = Linked {
        id: Uuid::from_u128(77),
        reference: Reference::from_random([3; 7]),
        department: "streets".into(),
    };
    Closing {
        outcome,
        text: "Removed this morning.".into(),
        on: Some(day(9)),
        by: "The north crew".into(),
        next: "Nothing more to do.".into(),
        object: "Use our complaints form.".into(),
        unless: "The owner agrees in writing.".into(),
        policy: (outcome == Outcome::DeclinedByPolicy).then_some(policy),
        elsewhere: Some(Elsewhere { who: "BT, 0800 661 610".into(), handed_over: false }),
        same_as: Some(same_as),
        signed: None,
    }
}

fn closing(outcome: Outcome) -> Event {
    Event::Closed(closed(outcome))
}

fn message() -> Event {
    Event::Message { text: "Hello".into() }
}

#[test]
fn a_whole_stands_where_its_parts_stand() {
    let part = |id| Linked {
        id: Uuid::from_u128(id),
        reference: Reference::from_random([2; 7]),
        department: "libraries".into(),
    };
    let mut first = submitted();
    if let Event::Submitted(submission) = &mut first.event {
        submission.parts = vec![part(1), part(2)];
    }
    let whole = Case::open(&first).unwrap();
    let moved =
        |id, status| Event::PartMoved { part: Uuid::from_u128(id), status, complete_by: whole.complete_by };
    let mut case = whole.clone();
    for event in [Event::Taken, message(), closing(Outcome::Done)] {
        assert_eq!(then(&mut case, staff(1), event), Err(Refused::NotAllowed), "it is nobody's");
    }
    assert_eq!(then(&mut case, Actor::Resident, message()), Err(Refused::NotAllowed));
    then(&mut case, staff(7), moved(1, Status::InProgress)).unwrap();
    assert_eq!(case.status, Status::InProgress);
    assert_eq!(then(&mut case, staff(8), moved(1, Status::InProgress)), Err(Refused::NotAllowed));
    assert_eq!(then(&mut case, staff(8), moved(3, Status::InProgress)), Err(Refused::NotAllowed));
    let later =
        Event::PartMoved { part: Uuid::from_u128(2), status: Status::InProgress, complete_by: by(20) };
    then(&mut case, staff(8), later).unwrap();
    assert!(case.complete_by == by(20) && !case.is_late(at(20), day(20)), "the latest day counts");
    then(&mut case, staff(7), moved(1, Status::Closed(Outcome::Done))).unwrap();
    then(&mut case.clone(), staff(7), moved(1, Status::InProgress)).expect("the resident reopened it");
    assert!(case.status.is_open());
    let mut withdrawn = case.clone();
    then(&mut withdrawn, Actor::Resident, Event::Withdrawn { reason: String::new() }).unwrap();
    assert_eq!(withdrawn.parts[0].status, Status::Closed(Outcome::Done), "what is done stays done");
    assert_eq!(withdrawn.parts[1].status, Status::Closed(Outcome::Withdrawn));
    for (last, outcome) in [
        (Outcome::Done, Outcome::Done),
        (Outcome::NotOurs, Outcome::NotOurs),
        (Outcome::Withdrawn, Outcome::Done),
    ] {
        let mut case = case.clone();
        then(&mut case, staff(8), moved(2, Status::Closed(last))).unwrap();
        assert_eq!(case.status, Status::Closed(outcome));
    }
}

#[test]
fn from_arrival_to_feedback() {
    let mut case = Case::open(&submitted()).unwrap();
    assert_eq!(then(&mut case, staff(1), message()), Err(Refused::NotOwner));
    then(&mut case, staff(1), Event::Taken).unwrap();
    assert_eq!(then(&mut case, staff(1), Event::Taken), Err(Refused::AlreadyYours));
    assert_eq!(then(&mut case, staff(2), closing(Outcome::Done)), Err(Refused::NotOwner));
    then(&mut case, Actor::Resident, message()).unwrap();
    then(&mut case, staff(1), Event::PromiseMoved { to: day(16), reason: "Rain".into() }).unwrap();
    let again = Event::PromiseMoved { to: day(16), reason: "Rain".into() };
    assert_eq!(then(&mut case, staff(1), again), Err(Refused::SameDate));
    assert!(!case.is_late(at(16), day(16)) && case.is_late(at(17), day(17)));
    let no_policy = Event::Closed(Closing { policy: None, ..closed(Outcome::DeclinedByPolicy) });
    assert_eq!(then(&mut case, staff(1), no_policy), Err(Refused::PolicyMissing));
    assert_eq!(then(&mut case, Actor::Resident, closing(Outcome::Done)), Err(Refused::NotAllowed));
    let good = Event::Feedback(Feedback { score: 5, reason: "Quick".into(), ..Feedback::default() });
    assert_eq!(then(&mut case, Actor::Resident, good.clone()), Err(Refused::StillOpen));
    then(&mut case, staff(1), closing(Outcome::Done)).unwrap();
    assert_eq!(case.status, Status::Closed(Outcome::Done));
    assert!(!case.is_late(at(30), day(30)));
    assert_eq!(then(&mut case, Actor::Resident, message()), Err(Refused::Closed));
    assert_eq!(then(&mut case, staff(1), closing(Outcome::NotOurs)), Err(Refused::Closed));
    assert_eq!(
        then(
            &mut case,
            Actor::Resident,
            Event::Feedback(Feedback { score: 6, reason: String::new(), ..Feedback::default() })
        ),
        Err(Refused::NotAllowed)
    );
    then(&mut case, Actor::Resident, good.clone()).unwrap();
    assert_eq!(then(&mut case, Actor::Resident, good), Err(Refused::AlreadyGiven));
    let events: Vec<Recorded> = std::iter::once(submitted()).chain(case.history.iter().cloned()).collect();
    assert_eq!(Case::fold(&events), Ok(case), "the state is the fold of its events");
}

#[test]
fn withdrawn_by_the_resident_only() {
    let mut case = Case::open(&submitted()).unwrap();
    let gone = Event::Withdrawn { reason: String::new() };
    assert_eq!(then(&mut case, staff(1), gone.clone()), Err(Refused::NotAllowed));
    then(&mut case, Actor::Resident, gone).unwrap();
    assert_eq!(case.status, Status::Closed(Outcome::Withdrawn));
    assert_eq!(then(&mut case, staff(1), Event::Taken), Err(Refused::Closed));
}

#[test]
fn who_acts_for_the_resident_sends_writes_and_withdraws() {
    let mut first = submitted();
    first.by = helper();
    let mut case = Case::open(&first).unwrap();
    assert_eq!(case.helper.as_ref().map(|helper| &*helper.name), Some("Ann Smith"));
    assert_eq!(Case::open(&submitted()).unwrap().helper, None);
    then(&mut case, helper(), message()).unwrap();
    for event in [Event::Taken, closing(Outcome::Done)] {
        assert_eq!(then(&mut case, helper(), event), Err(Refused::NotAllowed));
    }
    then(&mut case, helper(), Event::Withdrawn { reason: String::new() }).unwrap();
    assert_eq!(case.status, Status::Closed(Outcome::Withdrawn));
    // How it went is the resident's to say.
    let good = Event::Feedback(Feedback { score: 5, reason: String::new(), ..Feedback::default() });
    assert!(then(&mut case, helper(), good.clone()).is_err());
    assert_eq!(then(&mut case, helper(), message()), Err(Refused::Closed));
    then(&mut case, Actor::Resident, good).unwrap();
    first.by = Actor::Clock;
    assert_eq!(Case::open(&first), Err(Refused::NotAllowed));
    // What staff saw themselves is theirs to report, and nobody's for whom somebody acts.
    first.by = staff(1);
    let mut case = Case::open(&first).unwrap();
    assert_eq!((&case.helper, &case.owner), (&None, &None));
    assert_eq!(case.seen_by.as_ref().map(|staff| &*staff.name), Some("Priya Shah"));
    then(&mut case, staff(1), Event::Taken).unwrap();
    let asked = Event::Asked { question: "Where?".into() };
    assert_eq!(then(&mut case, staff(1), asked), Err(Refused::NotAllowed), "there is nobody to ask");
}

fn sent_with(answers: Vec<Answer>) -> Case {
    let mut first = submitted();
    if let Event::Submitted(submission) = &mut first.event {
        submission.answers = answers;
        submission.ward = Some("Castle".into());
    }
    Case::open(&first).unwrap()
}

fn answer(question: &str, value: Value) -> Answer {
    Answer { question: question.into(), label: format!("The {question}"), value }
}

fn photos(ids: std::ops::Range<u128>) -> Value {
    let photos = ids.map(|id| crate::field::Photo { id: Uuid::from_u128(id), alt: String::new() }).collect();
    Value::Photos(crate::field::PhotosValue { photos, position: None })
}

fn amended(answers: Vec<Answer>, place: Option<Place>) -> Event {
    Event::Amended(Box::new(Amendment { answers, place, ..Amendment::default() }))
}

#[test]
fn it_is_taken_back_for_ten_minutes_and_while_nobody_has_it() {
    let after = |minutes: i64| {
        let mut case = Case::open(&submitted()).unwrap();
        let at = at(7) + TimeDelta::minutes(minutes);
        let done = case.apply(Recorded { seq: 2, at, by: Actor::Resident, event: Event::TakenBack });
        (done, case)
    };
    assert_eq!(after(11).0, Err(Refused::TooLate));
    let (done, mut case) = after(10);
    assert_eq!((done, case.status), (Ok(()), Status::Closed(Outcome::Withdrawn)));
    assert!(case.is_taken_back());
    let good = Event::Feedback(Feedback { score: 5, ..Feedback::default() });
    let reopened = Event::Reopened { reason: "No".into(), complete_by: by(20) };
    for event in [good, reopened, Event::TakenBack, message()] {
        assert!(then(&mut case, Actor::Resident, event).is_err(), "it goes on as another request");
    }
    let mut taken = Case::open(&submitted()).unwrap();
    let soon = |seq, by, event| Recorded { seq, at: at(7), by, event };
    taken.apply(soon(2, staff(1), Event::Taken)).unwrap();
    assert_eq!(taken.apply(soon(3, Actor::Resident, Event::TakenBack)), Err(Refused::Begun));
    assert_eq!(taken.apply(soon(3, staff(1), Event::TakenBack)), Err(Refused::NotAllowed));
}

#[test]
fn what_is_put_right_counts_and_photos_are_added() {
    let mut case =
        sent_with(vec![answer("words", Value::Text("Red".into())), answer("photos", photos(1..3))]);
    let new = vec![answer("words", Value::Text("Blue".into())), answer("photos", photos(3..4))];
    then(&mut case, Actor::Resident, amended(new, None)).unwrap();
    assert_eq!(case.submission.answers[0].value, Value::Text("Blue".into()));
    assert_eq!(case.submission.answers[1].value, photos(1..4));
    then(&mut case, helper(), amended(vec![answer("more", Value::YesNo(true))], None)).unwrap();
    assert_eq!(case.submission.answers.len(), 3);
    for event in [amended(Vec::new(), None), Event::TakenBack] {
        assert!(then(&mut case, Actor::Resident, event).is_err());
    }
    let more = || amended(vec![answer("photos", photos(9..10))], None);
    then(&mut case, staff(1), Event::Taken).unwrap();
    assert_eq!(then(&mut case, staff(1), more()), Err(Refused::NotAllowed), "words are the resident's");
    then(&mut case, staff(1), closing(Outcome::Done)).unwrap();
    assert_eq!(then(&mut case, Actor::Resident, more()), Err(Refused::Closed));
}

#[test]
fn a_place_that_is_put_right_takes_the_request_along_until_somebody_has_it() {
    let place = |stays| Place {
        ward: Some("Harbour".into()),
        department: "waste".into(),
        team: Some("South".into()),
        lead: Some(Owner { id: Uuid::from_u128(6), name: "Grace Lin".into() }),
        stays,
    };
    let new = || vec![answer("place", Value::Text("There".into()))];
    let mut case = sent_with(Vec::new());
    then(&mut case, Actor::Resident, amended(new(), Some(place(false)))).unwrap();
    assert_eq!((case.department(), case.submission.team.as_deref()), ("waste", Some("South")));
    assert_eq!(case.answers_for_it().map(|lead| &*lead.name), Some("Grace Lin"));
    assert_eq!(case.submission.ward.as_deref(), Some("Harbour"));
    let mut taken = sent_with(Vec::new());
    then(&mut taken, staff(1), Event::Taken).unwrap();
    then(&mut taken, Actor::Resident, amended(new(), Some(place(true)))).unwrap();
    assert_eq!((taken.department(), taken.submission.ward.as_deref()), ("streets", Some("Harbour")));
}

#[test]
fn a_photo_that_was_asked_for_is_the_answer() {
    let mut case = sent_with(Vec::new());
    then(&mut case, staff(1), Event::Taken).unwrap();
    then(&mut case, staff(1), Event::Asked { question: "A photo, please?".into() }).unwrap();
    let of = |complete_by| {
        let answers = vec![answer("photos", photos(1..2))];
        Event::Amended(Box::new(Amendment { answers, complete_by, ..Amendment::default() }))
    };
    assert_eq!(then(&mut case, Actor::Resident, of(None)), Err(Refused::NotAllowed));
    then(&mut case, Actor::Resident, of(Some(by(16)))).unwrap();
    assert_eq!((case.status, case.complete_by, case.waiting), (Status::LookedAt, by(16), None));
}

#[test]
fn one_tap_is_followed_by_why_once() {
    let mut case = Case::open(&submitted()).unwrap();
    then(&mut case, staff(1), Event::Taken).unwrap();
    then(&mut case, staff(1), closing(Outcome::Done)).unwrap();
    let tap = |score| Feedback { score, ..Feedback::default() };
    let why = |score| Feedback { about: Some(Shortfall::NotFixed), contact: Some(true), ..tap(score) };
    let mut say = |feedback| then(&mut case, Actor::Resident, Event::Feedback(feedback));
    assert_eq!(say(tap(1)), Ok(()));
    assert_eq!(say(tap(1)), Err(Refused::AlreadyGiven));
    assert_eq!(say(why(5)), Err(Refused::AlreadyGiven), "what was said stays said");
    assert_eq!(say(why(1)), Ok(()));
    assert_eq!(say(why(1)), Err(Refused::AlreadyGiven));
}

#[test]
fn an_event_out_of_order_changes_nothing() {
    let mut case = Case::open(&submitted()).unwrap();
    let before = case.clone();
    for seq in [0, 1, 3] {
        let event = Recorded { seq, at: at(8), by: Actor::Resident, event: message() };
        assert_eq!(case.apply(event), Err(Refused::NotAllowed));
    }
    assert_eq!(then(&mut case, Actor::Resident, submitted().event), Err(Refused::NotAllowed));
    assert_eq!(case, before);
    assert!(Case::fold(&[]).is_err());
}

#[test]
fn a_closing_answers_what_when_who_what_next_and_how_to_object() {
    use Outcome::{DeclinedByPolicy, Done, Duplicate, NotOurs, NothingFound, PartDone};
    type Without = (&'static str, fn(&mut Closing), &'static [Outcome]);
    let without: [Without; 8] = [
        (
            "what",
            |closing| closing.text = " ".into(),
            &[Done, PartDone, DeclinedByPolicy, NotOurs, Duplicate],
        ),
        ("how to object", |closing| closing.object.clear(), &[Done, DeclinedByPolicy, NotOurs, Duplicate]),
        ("when", |closing| closing.on = None, &[Done, PartDone, NothingFound]),
        ("who", |closing| closing.by.clear(), &[Done, PartDone, NothingFound]),
        ("what next", |closing| closing.next.clear(), &[Done, PartDone, NothingFound]),
        ("what would change it", |closing| closing.unless.clear(), &[DeclinedByPolicy]),
        ("who is responsible", |closing| closing.elsewhere = None, &[NotOurs]),
        ("which one", |closing| closing.same_as = None, &[Duplicate]),
    ];
    let mut case = Case::open(&submitted()).unwrap();
    then(&mut case, staff(1), Event::Taken).unwrap();
    for (what, leave_out, outcomes) in without {
        for outcome in outcomes {
            let mut closing = closed(*outcome);
            leave_out(&mut closing);
            let refused = then(&mut case, staff(1), Event::Closed(closing));
            assert_eq!(refused, Err(Refused::Incomplete), "{outcome:?} without {what}");
        }
    }
    for outcome in [Done, PartDone, DeclinedByPolicy, NotOurs, Duplicate, NothingFound, Outcome::Withdrawn] {
        then(&mut case.clone(), staff(1), closing(outcome)).unwrap();
    }
}

#[test]
fn asked_and_answered() {
    let mut case = Case::open(&submitted()).unwrap();
    then(&mut case, staff(1), Event::Taken).unwrap();
    then(&mut case, staff(1), Event::Planned { on: day(14) }).unwrap();
    assert_eq!(
        then(&mut case, staff(1), Event::Planned { on: day(15) }),
        Err(Refused::AfterPromise),
        "the promise is moved first"
    );
    let question = || Event::Asked { question: "Which gate?".into() };
    then(&mut case, staff(1), question()).unwrap();
    assert!(case.status == Status::Waiting && !case.is_late(at(30), day(30)), "the clock stands still");
    assert_eq!(then(&mut case, staff(1), question()), Err(Refused::Asked));
    assert_eq!(then(&mut case, Actor::Resident, message()), Err(Refused::Asked), "it is the answer");
    assert_eq!(then(&mut case, staff(1), closing(Outcome::NoAnswer)), Err(Refused::NotReminded));
    let answer = |on| Event::Answered { text: "The green one".into(), complete_by: by(on) };
    assert!(then(&mut case, Actor::Resident, answer(13)).is_err(), "an answer never brings it forward");
    then(&mut case, Actor::Resident, answer(16)).unwrap();
    assert_eq!((case.status, case.complete_by), (Status::LookedAt, by(16)), "a new day has to be planned");
    assert!(then(&mut case, Actor::Resident, answer(16)).is_err());
    then(&mut case, staff(1), question()).unwrap();
    for _ in 0..REMINDERS {
        then(&mut case, Actor::Clock, Event::Reminded).unwrap();
    }
    assert!(then(&mut case, Actor::Clock, Event::Reminded).is_err());
    then(&mut case, Actor::Clock, closing(Outcome::NoAnswer)).unwrap();
    assert_eq!(case.status, Status::Closed(Outcome::NoAnswer));
}

#[test]
fn reopened_once_within_thirty_days() {
    let reopened = || Event::Reopened { reason: "It is still there".into(), complete_by: by(25) };
    let mut case = Case::open(&submitted()).unwrap();
    then(&mut case, staff(1), Event::Taken).unwrap();
    assert_eq!(then(&mut case, Actor::Resident, reopened()), Err(Refused::StillOpen));
    then(&mut case, staff(1), closing(Outcome::Done)).unwrap();
    let late = Recorded {
        seq: case.next_seq(),
        at: at(9) + TimeDelta::days(REOPEN_DAYS) + TimeDelta::seconds(1),
        by: Actor::Resident,
        event: reopened(),
    };
    assert_eq!(case.clone().apply(late), Err(Refused::TooLate));
    assert_eq!(then(&mut case, staff(1), reopened()), Err(Refused::Closed));
    then(&mut case, Actor::Resident, reopened()).unwrap();
    assert_eq!((case.status, case.complete_by), (Status::LookedAt, by(25)));
    assert!(case.closing.is_none() && case.unanswered.is_some() && case.owner.is_some());
    then(&mut case, staff(1), closing(Outcome::Done)).unwrap();
    assert_eq!(then(&mut case, Actor::Resident, reopened()), Err(Refused::ReopenedBefore));
    let duplicate = {
        let mut case = Case::open(&submitted()).unwrap();
        then(&mut case, staff(1), Event::Taken).unwrap();
        then(&mut case, staff(1), closing(Outcome::Duplicate)).unwrap();
        then(&mut case, Actor::Resident, reopened())
    };
    assert_eq!(duplicate, Err(Refused::NotAllowed), "it goes on where it was said first");
}

#[test]
fn what_is_offered_stays_the_owners_until_it_is_taken() {
    let offer = || {
        Event::Offered(Offer {
            department: "waste".into(),
            lead: Some(Owner { id: Uuid::from_u128(8), name: "Grace Lin".into() }),
            to: None,
            reason: "It is in a bin store".into(),
        })
    };
    let mut case = Case::open(&submitted()).unwrap();
    assert_eq!(case.answers_for_it().map(|owner| &*owner.name), Some("Tom Okafor"), "never nobody's");
    assert_eq!(then(&mut case, staff(1), offer()), Err(Refused::NotOwner));
    then(&mut case, staff(1), Event::Taken).unwrap();
    then(&mut case, staff(1), offer()).unwrap();
    assert!(then(&mut case, staff(1), offer()).is_err());
    assert!(case.department() == "streets" && case.owner.as_ref().unwrap().id == Uuid::from_u128(1));
    let mut back = case.clone();
    then(&mut back, Actor::Clock, Event::OfferEnded { reason: String::new() }).unwrap();
    assert!(back.offer.is_none() && back.department() == "streets");
    then(&mut case, staff(3), Event::Taken).unwrap();
    assert!(case.department() == "waste" && case.owner.as_ref().unwrap().id == Uuid::from_u128(3));
    assert_eq!(case.lead.as_ref().map(|lead| &*lead.name), Some("Grace Lin"));
}

#[test]
fn a_contractor_works_and_the_owner_answers_for_it() {
    let contractor = || Actor::Contractor(Owner { id: Uuid::from_u128(50), name: "Clean Walls Ltd".into() });
    let other = Actor::Contractor(Owner { id: Uuid::from_u128(51), name: "Others".into() });
    let photo = Uuid::from_u128(99);
    let contract = Contract {
        contractor: Owner { id: Uuid::from_u128(50), name: "Clean Walls Ltd".into() },
        task: "Clean the wall".into(),
        until: day(20),
        check: true,
    };
    let wrote =
        |on| Event::ContractorWrote { text: "On Friday".into(), planned: Some(day(on)), photos: vec![photo] };
    let done = || Event::ContractorDone { text: "Cleaned".into(), photos: Vec::new() };
    let given = |check| Event::Contracted(Contract { check, ..contract.clone() });
    let back = || Event::ContractEnded { reason: "We do it ourselves".into() };
    let well = || Event::Checked { fine: true, text: "All gone".into() };
    let mut case = Case::open(&submitted()).unwrap();
    then(&mut case, staff(1), Event::Taken).unwrap();
    assert!(then(&mut case, contractor(), wrote(11)).is_err());
    assert!(then(&mut case, staff(1), well()).is_err() && then(&mut case, staff(1), back()).is_err());
    then(&mut case, staff(1), given(true)).unwrap();
    assert!(then(&mut case, other, wrote(11)).is_err());
    assert!(then(&mut case, staff(1), given(true)).is_err(), "it is taken back first");
    assert_eq!(then(&mut case, contractor(), wrote(15)), Err(Refused::AfterPromise));
    then(&mut case, contractor(), wrote(11)).unwrap();
    assert_eq!((case.status, case.planned), (Status::Planned, Some(day(11))));
    assert_eq!(case.work_photos().collect::<Vec<_>>(), [photo]);
    assert!(then(&mut case, contractor(), closing(Outcome::Done)).is_err());
    assert_eq!(then(&mut case, staff(1), closing(Outcome::Done)), Err(Refused::NotChecked), "nor before");
    then(&mut case.clone(), staff(1), well()).expect("who looks need not wait");
    let mut back_again = case.clone();
    then(&mut back_again, staff(1), back()).unwrap();
    assert!(then(&mut back_again, contractor(), done()).is_err());
    then(&mut case, contractor(), done()).unwrap();
    assert!(case.is_to_be_checked() && then(&mut case, contractor(), wrote(11)).is_err());
    assert_eq!(case.owner.as_ref().unwrap().id, Uuid::from_u128(1));
    assert_eq!(then(&mut case, staff(1), closing(Outcome::Done)), Err(Refused::NotChecked));
    assert_eq!(then(&mut case, staff(1), given(false)), Err(Refused::NotChecked), "nor so");
    assert!(then(&mut case, staff(1), back()).is_err());
    then(&mut case, staff(1), Event::Checked { fine: false, text: "Half of it".into() }).unwrap();
    then(&mut case, contractor(), done()).unwrap();
    then(&mut case, staff(1), well()).unwrap();
    assert!(!case.is_to_be_checked() && then(&mut case, staff(1), well()).is_err());
    then(&mut case.clone(), staff(1), given(false)).expect("more work");
    then(&mut case, staff(1), closing(Outcome::Done)).unwrap();
    let again = Event::Reopened { reason: "It is back".into(), complete_by: by(25) };
    then(&mut case, Actor::Resident, again).unwrap();
    assert!(case.contract.is_none() && then(&mut case, contractor(), done()).is_err(), "it was theirs then");
}

/// What might happen to work that was given out.
fn of_work(what: u8) -> (Actor, Event) {
    let company = Owner { id: Uuid::from_u128(50), name: "Clean Walls Ltd".into() };
    let (text, task, photos) = (String::new(), String::new(), Vec::new());
    let contract =
        |check| Contract { contractor: company.clone(), task: task.clone(), until: day(20), check };
    match what {
        0 | 1 => (staff(1), Event::Contracted(contract(what == 1))),
        2 => (Actor::Contractor(company), Event::ContractorDone { text, photos }),
        3 | 4 => (staff(1), Event::Checked { fine: what == 3, text }),
        5 => (staff(1), Event::ContractEnded { reason: text }),
        6 => (staff(1), closing(Outcome::PartDone)),
        _ => (staff(1), closing(Outcome::Done)),
    }
}

proptest! {
    /// Whatever happens in whatever order: work that the lot says is looked at is closed as done only after somebody looked.
    #[test]
    fn what_is_in_the_sample_is_looked_at(order in prop::collection::vec(0_u8..8, 0..30)) {
        let mut case = Case::open(&submitted()).unwrap();
        then(&mut case, staff(1), Event::Taken).unwrap();
        let mut owes_a_look = false;
        for what in order {
            let (by, event) = of_work(what);
            if then(&mut case, by, event.clone()).is_err() {
                continue;
            }
            match event {
                Event::Contracted(contract) => {
                    prop_assert!(!owes_a_look || case.work.is_none());
                    owes_a_look = contract.check;
                }
                Event::Checked { fine: true, .. } | Event::ContractEnded { .. } => owes_a_look = false,
                Event::Closed(_) => prop_assert!(!owes_a_look),
                _ => {}
            }
            prop_assert!(!case.is_to_be_checked() || owes_a_look);
            prop_assert!(case.owner.is_some(), "the council answers for it all the time");
        }
    }
}

#[test]
fn a_duplicate_goes_on_in_another() {
    let goes_on = |id, on| {
        let other = Linked { id: Uuid::from_u128(id), ..closed(Outcome::Duplicate).same_as.unwrap() };
        Event::GoesOn(GoesOn { other, status: Status::Planned, complete_by: by(on) })
    };
    let mut case = Case::open(&submitted()).unwrap();
    then(&mut case, staff(1), Event::Taken).unwrap();
    assert!(then(&mut case, staff(1), goes_on(77, 14)).is_err(), "it goes on by itself");
    then(&mut case, staff(1), closing(Outcome::Duplicate)).unwrap();
    then(&mut case, staff(1), goes_on(77, 14)).unwrap();
    assert!(then(&mut case, staff(1), goes_on(77, 14)).is_err(), "that is no news");
    then(&mut case, Actor::Clock, goes_on(77, 16)).unwrap();
    then(&mut case, staff(2), goes_on(78, 16)).unwrap();
    assert_eq!(
        case.goes_on.as_ref().map(|on| (on.other.id, on.complete_by)),
        Some((Uuid::from_u128(78), by(16)))
    );
    assert_eq!(
        (case.status, case.complete_by),
        (Status::Closed(Outcome::Duplicate), by(14)),
        "it stays as it ended"
    );
}

#[test]
fn a_decline_that_needs_agreement() {
    let mut case = Case::open(&submitted()).unwrap();
    then(&mut case, staff(1), Event::Taken).unwrap();
    let proposed = || {
        let closing = closed(Outcome::DeclinedByPolicy);
        Event::Proposed(Box::new(Proposal { closing, sign_off: Rung::Lead, asked: None, away: Vec::new() }))
    };
    let back = || Event::SentBack { reason: "The fence is ours".into() };
    assert!(then(&mut case, staff(2), proposed()).is_err() && then(&mut case, staff(2), back()).is_err());
    then(&mut case, staff(1), proposed()).unwrap();
    then(&mut case, staff(2), back()).unwrap();
    assert!(case.proposed.is_none() && case.status.is_open());
    then(&mut case, staff(1), proposed()).unwrap();
    // Nobody agrees to what they proposed themselves, and only its owner closes it in another way.
    assert_eq!(then(&mut case, staff(1), closing(Outcome::DeclinedByPolicy)), Err(Refused::OwnProposal));
    assert_eq!(then(&mut case, staff(1), back()), Err(Refused::OwnProposal));
    assert_eq!(then(&mut case, staff(2), closing(Outcome::Done)), Err(Refused::NotOwner));
    then(&mut case, staff(2), closing(Outcome::DeclinedByPolicy)).unwrap();
    assert_eq!(case.status, Status::Closed(Outcome::DeclinedByPolicy));
}

#[test]
fn what_was_proposed_before_is_read() {
    let closing = closed(Outcome::NotOurs);
    let before = serde_json::json!({ "proposed": closing });
    let Event::Proposed(proposal) = serde_json::from_value(before).unwrap() else { panic!("a proposal") };
    assert_eq!((proposal.closing, proposal.sign_off, proposal.asked), (closing, Rung::Lead, None));
}

#[test]
fn what_somebody_had_who_left_goes_back_to_the_team() {
    let mut case = Case::open(&submitted()).unwrap();
    let (priya, tom) = (
        Owner { id: Uuid::from_u128(1), name: "Priya Shah".into() },
        Owner { id: Uuid::from_u128(5), name: "Tom Okafor".into() },
    );
    let left = |who: &Owner| Event::OwnerLeft { who: who.clone(), lead: Some(tom.clone()) };
    then(&mut case, staff(1), Event::Taken).unwrap();
    assert_eq!(
        then(&mut case, staff(1), left(&priya)),
        Err(Refused::NotAllowed),
        "nobody says it of themselves"
    );
    assert_eq!(then(&mut case, Actor::Clock, left(&tom)), Err(Refused::NotAllowed), "it is not his");
    then(&mut case, Actor::Clock, left(&priya)).unwrap();
    assert_eq!((case.owner.as_ref(), case.answers_for_it()), (None, Some(&tom)));
    assert_eq!(then(&mut case, Actor::Clock, left(&tom)), Err(Refused::NotAllowed), "it stays with him");
}

#[test]
fn what_was_kept_before_is_read() {
    let mut case = serde_json::to_value(Case::open(&submitted()).unwrap()).unwrap();
    let kept = case.as_object_mut().unwrap();
    for new in ["lead", "missed", "prompted", "asked_again"] {
        kept.remove(new);
    }
    kept["status"] = "in_progress".into();
    let case: Case = serde_json::from_value(case).unwrap();
    assert_eq!((case.status, case.open_since(), case.promised_at()), (Status::InProgress, at(7), at(7)));
}

#[test]
fn a_slip_is_taken_back_and_all_is_as_before() {
    let mut case = Case::open(&submitted()).unwrap();
    let up = Escalation {
        to: Rung::Lead,
        whom: Owner { id: Uuid::from_u128(5), name: "Tom Okafor".into() },
        cause: Cause::NotAcknowledged,
        away: Vec::new(),
    };
    then(&mut case, Actor::Clock, Event::Escalated(up)).unwrap();
    let offer = Offer { department: "waste".into(), lead: None, to: None, reason: "Yours".into() };
    let to = Owner { id: Uuid::from_u128(2), name: "Hannah Reid".into() };
    assert_eq!(then(&mut case, staff(1), Event::Undone), Err(Refused::NotAllowed), "nothing is theirs");
    for event in [
        Event::Taken,
        Event::Planned { on: day(10) },
        Event::Planned { on: day(11) },
        Event::Offered(offer),
        Event::HandedOver { to },
        Event::HandedBack,
    ] {
        let before = case.clone();
        then(&mut case, staff(1), event.clone()).unwrap();
        let mut undone = case.clone();
        assert_eq!(then(&mut undone, staff(2), Event::Undone), Err(Refused::NotAllowed), "another's");
        let late = Recorded {
            seq: undone.next_seq(),
            at: at(9) + TimeDelta::minutes(UNDO_MINUTES),
            by: staff(1),
            event: Event::Undone,
        };
        assert_eq!(undone.apply(late), Err(Refused::TooLate));
        assert_eq!(undone, case, "refused, nothing changes");
        then(&mut undone, staff(1), Event::Undone).unwrap();
        assert_eq!(undone.history.len(), before.history.len() + 2, "both stand there");
        assert_eq!(Case { history: before.history.clone(), ..undone.clone() }, before, "{event:?}");
        assert_eq!(then(&mut undone, staff(1), Event::Undone), Err(Refused::NotAllowed), "once");
        let mut all = vec![submitted()];
        all.extend(undone.history.clone());
        assert_eq!(Case::fold(&all).unwrap(), undone);
    }
    // Something has happened since; and what was said was said.
    let mut case = Case::open(&submitted()).unwrap();
    then(&mut case, staff(1), Event::Taken).unwrap();
    then(&mut case, Actor::Resident, message()).unwrap();
    assert_eq!(then(&mut case, staff(1), Event::Undone), Err(Refused::NotAllowed));
    then(&mut case, staff(1), message()).unwrap();
    assert_eq!(then(&mut case, staff(1), Event::Undone), Err(Refused::NotAllowed));
    then(&mut case, staff(1), closing(Outcome::Done)).unwrap();
    assert_eq!(then(&mut case, staff(1), Event::Undone), Err(Refused::Closed));
}

#[test]
fn what_is_undone_leaves_what_was_added_and_who_saw_it() {
    let mut case = sent_with(vec![answer("photos", photos(1..2))]);
    then(&mut case, Actor::Resident, amended(vec![answer("photos", photos(2..3))], None)).unwrap();
    for _ in 0..2 {
        then(&mut case, staff(1), Event::Taken).unwrap();
        then(&mut case, staff(1), Event::Undone).unwrap();
        assert_eq!(case.submission.answers, [answer("photos", photos(1..3))]);
    }
    let mut case = Case::open(&Recorded { by: staff(3), ..submitted() }).unwrap();
    let before = case.clone();
    then(&mut case, staff(1), Event::Taken).unwrap();
    then(&mut case, staff(1), Event::Undone).unwrap();
    assert_eq!(Case { history: before.history.clone(), ..case }, before);
}

#[test]
fn what_is_handed_back_is_still_somebodys() {
    let mut case = Case::open(&submitted()).unwrap();
    assert_eq!(then(&mut case, staff(1), Event::HandedBack), Err(Refused::NotAllowed), "it is the team's");
    then(&mut case, staff(1), Event::Taken).unwrap();
    then(&mut case, staff(2), Event::HandedBack).expect("who answers for the team");
    assert_eq!((case.owner.clone(), case.status), (None, Status::LookedAt));
    assert_eq!(case.answers_for_it().unwrap().name, "Tom Okafor");
    let mut first = submitted();
    if let Event::Submitted(submission) = &mut first.event {
        submission.lead = None;
    }
    let mut case = Case::open(&first).unwrap();
    then(&mut case, staff(1), Event::Taken).unwrap();
    assert_eq!(then(&mut case, staff(1), Event::HandedBack), Err(Refused::NotAllowed), "nobody would answer");
}

#[test]
fn what_was_paid_for_and_withdrawn_is_asked_for_anew() {
    let withdrawn = |is_paid: bool| {
        let mut first = submitted();
        if let Event::Submitted(submission) = &mut first.event {
            submission.fee = vec![Due { label: "Collection".into(), pence: 2000 }];
        }
        let mut case = Case::open(&first).unwrap();
        let paid = Event::Paid(Box::new(Paid { reference: "P1".into(), pence: 2000, promised: None }));
        if is_paid {
            then(&mut case, Actor::Resident, paid).unwrap();
        }
        then(&mut case, Actor::Resident, Event::Withdrawn { reason: String::new() }).unwrap();
        then(&mut case, Actor::Resident, Event::Reopened { reason: "After all".into(), complete_by: by(25) })
    };
    assert_eq!(withdrawn(false), Ok(()));
    assert_eq!(withdrawn(true), Err(Refused::NotAllowed), "it may have been paid back");
}

fn booked(number: u32) -> Booked {
    // Until the end of the day before.
    let until = Some(at(number).timestamp() - 12 * 3600);
    Booked { of: "lorry".into(), day: day(number), time: None, until }
}

fn rebooked(from: u32, to: u32) -> Event {
    Event::Rebooked { before: booked(from), to: booked(to) }
}

fn sent_for(number: u32) -> Case {
    sent_with(vec![answer("day", Value::Slot(booked(number)))])
}

#[test]
fn another_day_is_booked_until_the_day_before() {
    let mut case = sent_for(12);
    let on = |case: &Case| case.booked().map(|booked| booked.day);
    assert_eq!(then(&mut case, Actor::Resident, rebooked(12, 12)), Err(Refused::SameDate));
    assert_eq!(
        then(&mut case, Actor::Resident, rebooked(11, 13)),
        Err(Refused::NotAllowed),
        "it was another"
    );
    let else_where = Event::Rebooked { before: booked(12), to: Booked { of: "visit".into(), ..booked(13) } };
    assert_eq!(then(&mut case, Actor::Resident, else_where), Err(Refused::NotAllowed));
    then(&mut case, Actor::Resident, rebooked(12, 13)).unwrap();
    assert_eq!((on(&case), case.complete_by), (Some(day(13)), by(14)), "what was promised holds");
    then(&mut case, helper(), rebooked(13, 20)).unwrap();
    assert_eq!((on(&case), case.complete_by), (Some(day(20)), by(20)), "nothing is promised before it");
    // Staff may do so at any time, once it is theirs.
    assert_eq!(then(&mut case, staff(1), rebooked(20, 9)), Err(Refused::NotOwner));
    then(&mut case, staff(1), Event::Taken).unwrap();
    then(&mut case, staff(1), rebooked(20, 9)).unwrap();
    for event in [rebooked(9, 13), Event::Withdrawn { reason: String::new() }] {
        assert_eq!(then(&mut case, Actor::Resident, event), Err(Refused::TooLate), "it is today");
    }
    assert!(case.is_past_change(at(9)) && case.is_fixed(at(9)) && !case.is_fixed(at(10)));
    let late = Recorded {
        seq: case.next_seq(),
        at: at(10),
        by: Actor::Resident,
        event: Event::Withdrawn { reason: String::new() },
    };
    case.clone().apply(late).expect("once the day is over, nobody is on the way");
    then(&mut case, staff(1), rebooked(9, 13)).unwrap();
    let events: Vec<Recorded> = std::iter::once(Recorded {
        event: Event::Submitted(Box::new(sent_for(12).submission)),
        ..submitted()
    })
    .chain(case.history.iter().cloned())
    .collect();
    assert_eq!(Case::fold(&events), Ok(case.clone()), "the state is the fold of its events");
    assert_eq!(then(&mut sent_with(Vec::new()), Actor::Resident, rebooked(12, 13)), Err(Refused::NotAllowed));
    // What staff did last is taken back, and the day stays.
    then(&mut case, staff(2), Event::Taken).unwrap();
    then(&mut case, staff(2), Event::Undone).unwrap();
    assert_eq!(on(&case), Some(day(13)));
}

#[test]
fn who_ends_it_without_it_being_done_gives_the_place_back() {
    for (outcome, keeps) in [
        (Outcome::Done, true),
        (Outcome::PartDone, true),
        (Outcome::NotOurs, false),
        (Outcome::NothingFound, false),
        (Outcome::DeclinedByPolicy, false),
    ] {
        let mut case = sent_for(12);
        then(&mut case, staff(1), Event::Taken).unwrap();
        assert!(case.has_place());
        then(&mut case, staff(1), closing(outcome)).unwrap();
        assert_eq!(case.has_place(), keeps, "{outcome:?}");
        let again = Event::Reopened { reason: "More".into(), complete_by: by(20) };
        then(&mut case, Actor::Resident, again).unwrap();
        assert_eq!(case.place_lost, !keeps, "{outcome:?}");
        if !keeps {
            then(&mut case, Actor::Resident, rebooked(12, 12)).expect("the same day, if it is free");
            assert!(case.has_place());
        }
    }
    let mut case = sent_for(12);
    assert_eq!(then(&mut case, Actor::Resident, Event::PlaceLost), Err(Refused::NotAllowed));
    then(&mut case, Actor::Clock, Event::PlaceLost).unwrap();
    assert_eq!(then(&mut case, Actor::Clock, Event::PlaceLost), Err(Refused::NotAllowed));
    assert!(!case.has_place() && case.status.is_open());
    assert!(then(&mut sent_with(Vec::new()), Actor::Clock, Event::PlaceLost).is_err(), "nothing is booked");
}
