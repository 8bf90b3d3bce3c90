//! What is kept, on both engines: one suite, run on SQLite always and on PostgreSQL when there is one.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::database::Kept;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::Role;
use domain::api::staff::Show;
use domain::api::workspace::QueueFilter;
use domain::case::{
    Actor, Case, Closing, Event, Feedback, Linked, Outcome, Owner, Recorded, Refused, Status, Submission,
};
use domain::channel::Channel;
use domain::council::Department;
use domain::field::{Person, Photo, PhotosValue, Value};
use domain::reference::Reference;
use domain::validate::Answer;
use futures::future::join_all;
use server::jobs::Job;
use server::jobs::sign_in_code::SignInCode;
use server::store::requests::{self, Consequences, Follows, Happened, NewEvent, NewRequest};
use server::store::staff::{Reach, StaffMember};
use server::store::staff_sessions::NewSession;
use server::store::{Store, StoreError};
use uuid::Uuid;

on_both_engines![
    a_request_is_stored_with_all_that_belongs_to_it,
    nothing_is_stored_when_a_photo_is_gone,
    the_same_key_gives_the_request_that_was_stored_before,
    twenty_sends_at_once_are_one_request,
    many_people_at_once_all_get_in,
    a_taken_reference_is_told,
    what_is_passed_on_is_stored_with_its_parts,
    who_withdraws_the_whole_withdraws_its_open_parts,
    departments_that_act_at_once_do_not_wait_for_each_other_in_a_circle,
    a_photo_is_taken_once,
    events_are_appended_and_folded,
    the_same_event_twice_changes_nothing,
    events_at_the_same_time_each_get_a_number,
    what_is_refused_changes_nothing,
    two_councils_never_see_each_others_requests,
    two_councils_never_see_each_others_staff,
    two_councils_may_have_rows_with_the_same_identifiers,
    jobs_are_claimed_once,
    a_job_whose_runner_died_is_claimed_again,
    a_job_that_failed_waits,
    a_code_bears_five_wrong_tries,
    wrong_codes_at_once_are_all_counted,
    a_code_opens_one_session,
    an_old_code_no_longer_works,
    sessions_end,
    somebody_is_always_left_who_gives_roles,
    tries_are_counted_for_a_while,
    tries_at_once_are_all_counted,
    clearing_up_forgets_abandoned_photos_only,
    clearing_up_forgets_what_ended,
    the_queue_is_in_the_order_of_its_promises,
    migrations_can_be_repeated,
    an_idle_database_answers,
];

fn now() -> DateTime<Utc> {
    crate::support::moment("2026-12-07T10:00:00Z")
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
}

fn id(number: u32) -> Uuid {
    Uuid::from_u128(u128::from(number))
}

fn reference(number: u32) -> Reference {
    Reference::from_random([number, number >> 3, 1, 2, 3, number / 23, 5])
}

fn mail(text: &str) -> Job {
    Job::SignInCode(SignInCode { name: "Sam".into(), email: "sam@example.org".into(), code: text.into() })
}

/// A request like any other; its number is in everything that must differ.
fn request(number: u32) -> NewRequest {
    with_photos(number, &[])
}

fn with_photos(number: u32, photos: &[Uuid]) -> NewRequest {
    let person = Person { name: "Sam O’Brien".into(), email: Some("Sam@Example.org".into()), phone: None };
    let mut answers =
        vec![Answer { question: "you".into(), label: "You".into(), value: Value::Contact(person) }];
    if !photos.is_empty() {
        let photos = photos.iter().map(|id| Photo { id: *id, alt: String::new() }).collect();
        let value = Value::Photos(PhotosValue { photos, position: None });
        answers.push(Answer { question: "photos".into(), label: "Photos".into(), value });
    }
    let submission = Submission {
        reference: reference(number),
        service: "report-graffiti".into(),
        title: "Report graffiti".into(),
        version: 1,
        department: "street-scene".into(),
        answers,
        team: None,
        routed: None,
        ward: None,
        fee: Vec::new(),
        on_payment: false,
        parts: Vec::new(),
        part_of: None,
        identity: None,
        lead: None,
        channel: Channel::Web,
        acknowledge_by: day(8).into(),
        complete_by: day(14).into(),
        within: None,
    };
    NewRequest {
        resident: None,
        wakes: None,
        spot: None,
        parts: Vec::new(),
        by: None,
        consent: Vec::new(),
        typed: None,
        about: None,
        challenges: None,
        id: id(number),
        event_id: id(1000 + number),
        follow_hash: vec![1, number.to_le_bytes()[0], number.to_le_bytes()[1]],
        idempotency_key: id(2000 + number),
        body_hash: vec![2, number.to_le_bytes()[0]],
        submitted: Recorded {
            seq: 1,
            at: now(),
            by: Actor::Resident,
            event: Event::Submitted(Box::new(submission)),
        },
        jobs: vec![(id(3000 + number), mail("received"))],
    }
}

fn linked(number: u32) -> Linked {
    Linked { id: id(number), reference: reference(number), department: "street-scene".into() }
}

/// A request that is passed on; its parts are like any other, too.
fn passed_on(number: u32, parts: &[u32]) -> NewRequest {
    let with = |mut new: NewRequest, tell: &dyn Fn(&mut Submission)| {
        if let Event::Submitted(submission) = &mut new.submitted.event {
            tell(submission);
        }
        new
    };
    let part = |part: &u32| {
        let new = NewRequest { jobs: Vec::new(), ..request(*part) };
        with(new, &|submission| submission.part_of = Some(linked(number)))
    };
    let whole = NewRequest { parts: parts.iter().map(part).collect(), ..request(number) };
    with(whole, &|submission| submission.parts = parts.iter().map(|part| linked(*part)).collect())
}

async fn submit(store: &Store, new: NewRequest) -> requests::Submission {
    store.submit(new).await.unwrap()
}

async fn stored(store: &Store, new: NewRequest) {
    assert!(matches!(submit(store, new).await, requests::Submission::Stored));
}

/// Reads a request back as a member of staff of its department does.
async fn read(store: &Store, number: u32) -> Case {
    store.for_staff(&member("street-scene"), id(number)).await.unwrap().case
}

fn done(text: &str) -> Closing {
    Closing {
        text: text.into(),
        on: Some(day(7)),
        by: "The north crew".into(),
        next: "Nothing.".into(),
        object: "Tell us.".into(),
        ..Closing::of(Outcome::Done)
    }
}

/// An officer who stands on no ladder.
fn member(department: &str) -> Reach {
    let member = StaffMember {
        council_id: "demo".into(),
        id: id(71),
        name: "Priya Shah".into(),
        email: "priya@saltmarsh.example".into(),
        email_key: "priya@saltmarsh.example".into(),
        department: department.into(),
        role: "officer".into(),
    };
    Reach { member, answers: Vec::new() }
}

fn priya() -> Actor {
    Actor::Staff(Owner { id: id(71), name: "Priya Shah".into() })
}

fn event(number: u32, by: Actor, event: Event) -> NewEvent {
    NewEvent { id: id(number), at: now() + TimeDelta::hours(1), by, event }
}

fn message(number: u32, text: &str) -> NewEvent {
    event(number, Actor::Resident, Event::Message { text: text.into() })
}

/// Every event gets one job; its identifier is found again from the request's and the event's number.
struct OneJob;

impl Consequences for OneJob {
    fn settle(&self, _: &Case, _: &Actor, event: Event) -> Event {
        event
    }

    fn wakes(&self, _: &Case) -> Option<DateTime<Utc>> {
        None
    }

    fn department(&self, _: &str) -> Option<&Department> {
        None
    }

    fn all_jobs(&self, happened: &[Happened]) -> Vec<(Uuid, Job)> {
        let job = |happened: &Happened| {
            let of = (happened.request.as_u128() - 1) * 100_000;
            (Uuid::from_u128(of + 4000 + u128::from(happened.recorded.seq)), mail("happened"))
        };
        happened.iter().map(job).collect()
    }
}

fn one_job() -> Follows {
    Arc::new(OneJob)
}

async fn append(store: &Store, number: u32, new: NewEvent) -> Result<Case, StoreError> {
    store.append(id(number), new, one_job()).await.map(|(case, _)| case)
}

const OF_A_REQUEST: [&str; 4] = ["request", "event", "job", "photo"];

async fn a_request_is_stored_with_all_that_belongs_to_it(kept: Kept) {
    let store = kept.db.council("demo");
    store.add_photo(id(9), 1200, 1600, now()).await.unwrap();
    stored(&store, with_photos(1, &[id(9)])).await;
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [1, 1, 1, 1]);
    let case = read(&store, 1).await;
    assert_eq!((case.status, case.complete_by, case.received_at), (Status::Received, day(14).into(), now()));
    assert_eq!(store.followed(&request(1).follow_hash).await.unwrap().case, case);
    assert_eq!(store.remembered(&reference(1), " SAM@example.ORG ").await.unwrap().case, case);
    assert_eq!(store.latest_seq(id(1)).await.unwrap(), 1);
    store.upload_of(id(1), id(9), false).await.unwrap();
    assert_eq!(store.loose_photos().await.unwrap(), 0);
    let [job] = kept.db.claim_jobs(now(), 10).await.unwrap().try_into().unwrap();
    assert_eq!((job.id, job.council.as_str(), job.job), (id(3001), "demo", Ok(mail("received"))));
}

async fn nothing_is_stored_when_a_photo_is_gone(kept: Kept) {
    let store = kept.db.council("demo");
    store.add_photo(id(8), 10, 10, now()).await.unwrap();
    let error = store.submit(with_photos(1, &[id(8), id(9)])).await.unwrap_err();
    assert!(matches!(error, StoreError::UploadGone(photo) if photo == id(9)));
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [0, 0, 0, 1]);
    assert_eq!(store.loose_photos().await.unwrap(), 1, "the good photo can still be used");
    stored(&store, with_photos(1, &[id(8)])).await;
}

async fn the_same_key_gives_the_request_that_was_stored_before(kept: Kept) {
    let store = kept.db.council("demo");
    stored(&store, request(1)).await;
    let again = NewRequest { idempotency_key: request(1).idempotency_key, ..request(2) };
    let requests::Submission::Before(before) = submit(&store, again).await else { panic!("stored twice") };
    assert_eq!((before.id, before.body_hash), (id(1), request(1).body_hash));
    assert_eq!(before.case, read(&store, 1).await);
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [1, 1, 1, 0]);
}

async fn twenty_sends_at_once_are_one_request(kept: Kept) {
    let store = kept.db.council("demo");
    let key = id(77);
    let sends = (1..=20).map(|number| {
        let (store, new) = (store.clone(), NewRequest { idempotency_key: key, ..request(number) });
        tokio::spawn(async move { store.submit(new).await.unwrap() })
    });
    let mut new = 0;
    let mut first = BTreeSet::new();
    for sent in join_all(sends).await {
        match sent.unwrap() {
            requests::Submission::Stored => new += 1,
            requests::Submission::Before(before) => {
                first.insert(before.id);
            }
        }
    }
    assert_eq!((new, first.len()), (1, 1));
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [1, 1, 1, 0]);
}

async fn many_people_at_once_all_get_in(kept: Kept) {
    let store = kept.db.council("demo");
    let sends = (1..=120).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.submit(request(number)).await.unwrap() })
    });
    for sent in join_all(sends).await {
        assert!(matches!(sent.unwrap(), requests::Submission::Stored));
    }
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [120, 120, 120, 0]);
}

async fn a_taken_reference_is_told(kept: Kept) {
    let store = kept.db.council("demo");
    stored(&store, request(1)).await;
    let same = NewRequest { submitted: request(1).submitted, ..request(2) };
    assert!(matches!(store.submit(same).await, Err(StoreError::ReferenceTaken)));
    assert_eq!(kept.rows("request").await, 1);
    // Also when it is a part's: then there is no whole either.
    let whole = passed_on(2, &[3, 1]);
    assert!(matches!(store.submit(whole).await, Err(StoreError::ReferenceTaken)));
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [1, 1, 1, 0]);
}

async fn what_is_passed_on_is_stored_with_its_parts(kept: Kept) {
    let store = kept.db.council("demo");
    stored(&store, passed_on(1, &[2, 3])).await;
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [3, 3, 1, 0]);
    let (whole, part) = (read(&store, 1).await, read(&store, 2).await);
    assert_eq!(whole.parts.len(), 2);
    assert_eq!(part.submission.part_of, Some(linked(1)));
    assert_eq!(store.remembered(&reference(2), "sam@example.org").await.unwrap().id, id(2));
    // What happens to a part is told to the whole, in the same transaction; what does not move it is not.
    append(&store, 2, event(11, priya(), Event::Taken)).await.unwrap();
    append(&store, 2, message(12, "Hello")).await.unwrap();
    append(&store, 2, event(11, priya(), Event::Taken)).await.unwrap();
    let whole = read(&store, 1).await;
    assert_eq!((whole.parts[0].status, whole.parts[1].status), (Status::LookedAt, Status::Received));
    assert_eq!((whole.history.len(), whole.status), (1, Status::InProgress));
    let later = Event::PromiseMoved { to: day(20), reason: "Many move".into() };
    append(&store, 2, event(13, priya(), later)).await.unwrap();
    assert_eq!(read(&store, 1).await.complete_by, day(20).into());
    let closing = done("Everybody knows.");
    append(&store, 2, event(15, priya(), Event::Closed(closing))).await.unwrap();
    append(&store, 3, event(16, Actor::Resident, Event::Withdrawn { reason: String::new() })).await.unwrap();
    let whole = read(&store, 1).await;
    assert_eq!(whole.status, Status::Closed(Outcome::Done), "what was withdrawn does not count");
    assert_eq!(Case::fold(&store.events(id(1)).await.unwrap()).unwrap(), whole);
    assert!(
        store
            .queue(&member("street-scene"), (&QueueFilter::of(Show::Open), day(7)), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn who_withdraws_the_whole_withdraws_its_open_parts(kept: Kept) {
    let store = kept.db.council("demo");
    stored(&store, passed_on(1, &[2, 3])).await;
    append(&store, 2, event(11, priya(), Event::Taken)).await.unwrap();
    let closing = done("Done.");
    append(&store, 2, event(12, priya(), Event::Closed(closing))).await.unwrap();
    let withdrawn = Event::Withdrawn { reason: "We stay".into() };
    let (_, happened) =
        store.append(id(1), event(13, Actor::Resident, withdrawn.clone()), one_job()).await.unwrap();
    let who: Vec<_> = happened.iter().map(|happened| (happened.request, happened.follows)).collect();
    assert_eq!(who, [(id(1), false), (id(3), true)]);
    assert_eq!(read(&store, 2).await.status, Status::Closed(Outcome::Done));
    assert_eq!(read(&store, 3).await.status, Status::Closed(Outcome::Withdrawn));
    let whole = read(&store, 1).await;
    assert_eq!(whole.parts[1].status, Status::Closed(Outcome::Withdrawn));
    assert_eq!(Case::fold(&store.events(id(1)).await.unwrap()).unwrap(), whole);
}

async fn departments_that_act_at_once_do_not_wait_for_each_other_in_a_circle(kept: Kept) {
    let store = kept.db.council("demo");
    let parts: Vec<u32> = (2..=8).collect();
    stored(&store, passed_on(1, &parts)).await;
    let takes = parts.iter().map(|number| (*number, event(100 + number, priya(), Event::Taken)));
    let withdrawn = Event::Withdrawn { reason: String::new() };
    let all = takes.chain([(1, event(99, Actor::Resident, withdrawn))]).map(|(number, new)| {
        let store = store.clone();
        tokio::spawn(async move { append(&store, number, new).await })
    });
    for done in join_all(all).await {
        // Withdrawn first, there is nothing left to take.
        assert!(matches!(done.unwrap(), Ok(_) | Err(StoreError::Refused(Refused::Closed))));
    }
    let whole = read(&store, 1).await;
    assert!(!whole.status.is_open() && whole.parts.iter().all(|part| !part.status.is_open()));
    assert_eq!(Case::fold(&store.events(id(1)).await.unwrap()).unwrap(), whole);
}

async fn a_photo_is_taken_once(kept: Kept) {
    let store = kept.db.council("demo");
    store.add_photo(id(9), 10, 10, now()).await.unwrap();
    let sends = (1..=8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.submit(with_photos(number, &[id(9)])).await })
    });
    let sent: Vec<_> = join_all(sends).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(sent.iter().filter(|sent| matches!(sent, Ok(requests::Submission::Stored))).count(), 1);
    assert_eq!(sent.iter().filter(|sent| matches!(sent, Err(StoreError::UploadGone(_)))).count(), 7);
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [1, 1, 1, 1]);
    let mut owners = 0;
    for number in 1..=8 {
        owners += usize::from(store.upload_of(id(number), id(9), false).await.is_ok());
    }
    assert_eq!(owners, 1);
}

async fn events_are_appended_and_folded(kept: Kept) {
    let store = kept.db.council("demo");
    stored(&store, request(1)).await;
    let closing = done("Removed this morning.");
    let happened = [
        event(11, priya(), Event::Taken),
        message(12, "It is by the steps"),
        event(13, priya(), Event::PromiseMoved { to: day(16), reason: "Rain".into() }),
        event(14, priya(), Event::Closed(closing)),
        event(
            15,
            Actor::Resident,
            Event::Feedback(Feedback { score: 5, reason: "Quick".into(), ..Feedback::default() }),
        ),
    ];
    for (new, seq) in happened.into_iter().zip(2..) {
        let case = append(&store, 1, new).await.unwrap();
        assert_eq!(case, read(&store, 1).await);
        let events = store.events(id(1)).await.unwrap();
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=seq).collect::<Vec<u32>>());
        assert_eq!(Case::fold(&events).unwrap(), case, "the state is the fold of its events");
        assert_eq!(store.latest_seq(id(1)).await.unwrap(), seq);
    }
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [1, 6, 6, 0]);
    assert!(
        store
            .queue(&member("street-scene"), (&QueueFilter::of(Show::Open), day(7)), 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        store.queue(&member("street-scene"), (&QueueFilter::of(Show::Closed), day(7)), 10).await.unwrap()[0]
            .case
            .complete_by,
        day(16).into()
    );
}

async fn the_same_event_twice_changes_nothing(kept: Kept) {
    let store = kept.db.council("demo");
    stored(&store, request(1)).await;
    let once = append(&store, 1, message(11, "Hello")).await.unwrap();
    let twice = append(&store, 1, message(11, "Hello")).await.unwrap();
    assert_eq!(once, twice);
    let at_once = (0..10).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { append(&store, 1, message(12, "Again")).await.unwrap() })
    });
    for case in join_all(at_once).await {
        assert_eq!(case.unwrap().next_seq(), 4);
    }
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [1, 3, 3, 0]);
}

async fn events_at_the_same_time_each_get_a_number(kept: Kept) {
    let store = kept.db.council("demo");
    stored(&store, request(1)).await;
    let at_once = (0..24).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { append(&store, 1, message(100 + number, "Hello")).await.unwrap() })
    });
    let seqs: BTreeSet<u32> =
        join_all(at_once).await.into_iter().map(|case| case.unwrap().next_seq() - 1).collect();
    assert_eq!(seqs, (2..=25).collect());
    let events = store.events(id(1)).await.unwrap();
    assert_eq!(Case::fold(&events).unwrap(), read(&store, 1).await);
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [1, 25, 25, 0]);
}

async fn what_is_refused_changes_nothing(kept: Kept) {
    let store = kept.db.council("demo");
    stored(&store, request(1)).await;
    let before = read(&store, 1).await;
    let closing = done("Done");
    for (new, why) in [
        (event(11, priya(), Event::Message { text: "Hello".into() }), Refused::NotOwner),
        (event(12, priya(), Event::Closed(closing)), Refused::NotOwner),
        (
            event(
                13,
                Actor::Resident,
                Event::Feedback(Feedback { score: 5, reason: String::new(), ..Feedback::default() }),
            ),
            Refused::StillOpen,
        ),
        (event(14, Actor::Resident, Event::Taken), Refused::NotAllowed),
    ] {
        assert!(
            matches!(append(&store, 1, new).await, Err(StoreError::Refused(refused)) if refused == why),
            "{why:?}"
        );
    }
    assert!(matches!(append(&store, 2, message(15, "Hello")).await, Err(StoreError::NotFound)));
    assert_eq!(read(&store, 1).await, before);
    assert_eq!(kept.all_rows(OF_A_REQUEST).await, [1, 1, 1, 0]);
}

async fn two_councils_never_see_each_others_requests(kept: Kept) {
    let (north, south) = (kept.db.council("north"), kept.db.council("south"));
    north.add_photo(id(9), 10, 10, now()).await.unwrap();
    stored(&north, with_photos(1, &[id(9)])).await;
    // A stranger's keys, references and identifiers open nothing.
    let hidden = [
        south.followed(&request(1).follow_hash).await.err(),
        south.remembered(&reference(1), "sam@example.org").await.err(),
        south.for_staff(&member("street-scene"), id(1)).await.err(),
        south.latest_seq(id(1)).await.err(),
        south.upload_of(id(1), id(9), false).await.err(),
        append(&south, 1, message(11, "Hello")).await.err(),
    ];
    for error in hidden {
        assert!(matches!(error, Some(StoreError::NotFound)), "{error:?}");
    }
    for open in [true, false] {
        assert!(
            south
                .queue(
                    &member("street-scene"),
                    (&QueueFilter::of(if open { Show::Open } else { Show::Closed }), day(7)),
                    10
                )
                .await
                .unwrap()
                .is_empty()
        );
    }
    assert!(south.events(id(1)).await.unwrap().is_empty());
    // The same key, reference, address and follow hash in both are two requests.
    let same = NewRequest { id: id(2), event_id: id(1002), jobs: Vec::new(), ..request(1) };
    stored(&south, same).await;
    assert_eq!(kept.rows("request").await, 2);
    assert_eq!(north.remembered(&reference(1), "sam@example.org").await.unwrap().id, id(1));
    assert_eq!(south.remembered(&reference(1), "sam@example.org").await.unwrap().id, id(2));
    assert_eq!(south.followed(&request(1).follow_hash).await.unwrap().id, id(2));
    let requests::Submission::Before(before) = submit(&south, request(1)).await else {
        panic!("stored twice")
    };
    assert_eq!(before.id, id(2));
    // A photo that waits in one council can't be taken in the other.
    north.add_photo(id(8), 10, 10, now()).await.unwrap();
    assert_eq!(south.loose_photos().await.unwrap(), 0);
    assert!(matches!(south.submit(with_photos(3, &[id(8)])).await, Err(StoreError::UploadGone(_))));
    assert!(!kept.db.forget_photo("south".into(), id(8)).await.unwrap());
}

async fn two_councils_never_see_each_others_staff(kept: Kept) {
    let (north, south) = (kept.db.council("north"), kept.db.council("south"));
    north.put_staff(id(71), "Priya Shah", "priya@example.org", "waste", Role::Officer).await.unwrap();
    assert!(south.staff_by_email("priya@example.org").await.unwrap().is_none());
    south.put_staff(id(72), "Priya Smith", "priya@example.org", "housing", Role::Officer).await.unwrap();
    let (in_north, in_south) = (
        north.staff_by_email("Priya@example.org").await.unwrap().unwrap(),
        south.staff_by_email("Priya@example.org").await.unwrap().unwrap(),
    );
    assert_eq!((in_north.name.as_str(), in_south.name.as_str()), ("Priya Shah", "Priya Smith"));
    // A code of one council is none in the other, even for the same person.
    let ends = now() + TimeDelta::minutes(15);
    north.new_code((id(1), id(71)), vec![1], (now(), ends), Some((id(2), mail("1")))).await.unwrap();
    assert!(!south.use_code(vec![1], session(5)).await.unwrap());
    assert!(north.use_code(vec![1], session(5)).await.unwrap());
    assert!(north.staff_session(&[5], now()).await.unwrap().is_some());
    assert!(south.staff_session(&[5], now()).await.unwrap().is_none());
    south.end_staff_sessions(&in_north, None, now()).await.unwrap();
    assert!(north.staff_session(&[5], now()).await.unwrap().is_some());
    // Tries are counted apart.
    for (store, within) in [(&north, true), (&north, false), (&south, true)] {
        assert_eq!(
            store.try_once("code:priya@example.org".into(), 1, TimeDelta::minutes(15), now()).await.unwrap(),
            within
        );
    }
}

async fn two_councils_may_have_rows_with_the_same_identifiers(kept: Kept) {
    // Nothing makes this likely; every key begins with the council all the same, and every query keeps to it.
    let (north, south) = (kept.db.council("north"), kept.db.council("south"));
    for store in [&north, &south] {
        store.add_photo(id(9), 10, 10, now()).await.unwrap();
        stored(store, with_photos(1, &[id(9)])).await;
    }
    append(&north, 1, message(11, "Hello")).await.unwrap();
    assert_eq!((north.latest_seq(id(1)).await.unwrap(), south.latest_seq(id(1)).await.unwrap()), (2, 1));
    append(&south, 1, message(11, "Hello")).await.unwrap();
    assert_eq!(south.events(id(1)).await.unwrap().len(), 2);
    let first = kept.db.claim_jobs(now() + TimeDelta::hours(2), 1).await.unwrap();
    assert_eq!(first.len(), 1);
    let others = kept.db.claim_jobs(now() + TimeDelta::hours(2), 10).await.unwrap();
    assert_eq!(others.len(), 3, "claiming one claims no namesake");
}

async fn jobs_are_claimed_once(kept: Kept) {
    let store = kept.db.council("demo");
    for number in 0..60 {
        store.add_job(now(), id(number), &mail("hello")).await.unwrap();
    }
    let runners = (0..6).map(|_| {
        let db = kept.db.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = db.claim_jobs(now(), 7).await.unwrap();
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(claimed.into_iter().map(|job| job.id));
            }
        })
    });
    let claimed: Vec<Uuid> = join_all(runners).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(claimed.len(), 60);
    assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 60, "none was claimed twice");
    assert_eq!(kept.rows("job").await, 60, "claimed jobs are kept until they are done");
    let first = kept.db.claim_jobs(now() + TimeDelta::hours(1), 100).await.unwrap();
    kept.db.finish_jobs(&first, &[], now()).await.unwrap();
    assert_eq!(kept.rows("job").await, 0);
}

async fn a_job_whose_runner_died_is_claimed_again(kept: Kept) {
    let store = kept.db.council("demo");
    store.add_job(now(), id(1), &mail("hello")).await.unwrap();
    assert!(
        kept.db.claim_jobs(now() - TimeDelta::seconds(1), 10).await.unwrap().is_empty(),
        "it is not due yet"
    );
    assert_eq!(kept.db.claim_jobs(now(), 10).await.unwrap()[0].attempts, 1);
    assert!(kept.db.claim_jobs(now() + TimeDelta::minutes(5), 10).await.unwrap().is_empty());
    let later = now() + TimeDelta::minutes(5) + TimeDelta::seconds(1);
    assert_eq!(kept.db.claim_jobs(later, 10).await.unwrap()[0].attempts, 2);
}

async fn a_job_that_failed_waits(kept: Kept) {
    let store = kept.db.council("demo");
    store.add_job(now(), id(1), &mail("hello")).await.unwrap();
    let [job] = kept.db.claim_jobs(now(), 10).await.unwrap().try_into().unwrap();
    let then = now() + TimeDelta::seconds(10);
    kept.db.retry_job(&job, then, "the mail server is away".into()).await.unwrap();
    assert!(kept.db.claim_jobs(then - TimeDelta::seconds(1), 10).await.unwrap().is_empty());
    let [job] = kept.db.claim_jobs(then, 10).await.unwrap().try_into().unwrap();
    assert_eq!(job.attempts, 2);
    kept.db.finish_jobs(&[job], &[], now()).await.unwrap();
    assert_eq!(kept.rows("job").await, 0);
}

/// A member of staff with a code; its hash is 1.
async fn with_code(kept: &Kept) -> Store {
    let store = kept.db.council("demo");
    store.put_staff(id(71), "Priya Shah", "priya@example.org", "waste", Role::Officer).await.unwrap();
    new_code(&store, 1).await;
    store
}

async fn new_code(store: &Store, number: u8) {
    let ends = now() + TimeDelta::minutes(15);
    let ids = (id(500 + u32::from(number)), id(71));
    store
        .new_code(ids, vec![number], (now(), ends), Some((id(600 + u32::from(number)), mail("1"))))
        .await
        .unwrap();
}

/// A session of hers that is to begin.
fn session(number: u8) -> NewSession {
    NewSession {
        id: id(700 + u32::from(number)),
        staff_id: id(71),
        token_hash: vec![number],
        before: None,
        device: "Firefox on Linux".into(),
        now: now(),
        proved_at: now(),
    }
}

async fn try_code(store: &Store, number: u8, at: DateTime<Utc>) -> bool {
    store.use_code(vec![number], NewSession { now: at, ..session(number) }).await.unwrap()
}

async fn a_code_bears_five_wrong_tries(kept: Kept) {
    let store = with_code(&kept).await;
    for _ in 0..4 {
        assert!(!try_code(&store, 99, now()).await);
    }
    new_code(&store, 2).await;
    for _ in 0..4 {
        assert!(!try_code(&store, 99, now()).await);
    }
    assert!(try_code(&store, 2, now()).await, "four wrong tries are forgiven");
    new_code(&store, 3).await;
    for _ in 0..5 {
        assert!(!try_code(&store, 99, now()).await);
    }
    assert!(!try_code(&store, 3, now()).await, "the right one comes too late");
    assert_eq!(kept.rows("staff_session").await, 1);
}

async fn wrong_codes_at_once_are_all_counted(kept: Kept) {
    let store = with_code(&kept).await;
    let guesses = (0..40).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { try_code(&store, 99, now()).await })
    });
    for right in join_all(guesses).await {
        assert!(!right.unwrap());
    }
    assert_eq!(
        kept.number("SELECT MAX(tries) AS n FROM sign_in_code").await,
        5,
        "the code is dead after five"
    );
    assert!(!try_code(&store, 1, now()).await);
}

async fn a_code_opens_one_session(kept: Kept) {
    let store = with_code(&kept).await;
    let tries = (0..10).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.use_code(vec![1], session(number)).await.unwrap() })
    });
    let right = join_all(tries).await.into_iter().filter(|right| *right.as_ref().unwrap()).count();
    assert_eq!((right, kept.rows("staff_session").await, kept.rows("sign_in_code").await), (1, 1, 0));
}

async fn an_old_code_no_longer_works(kept: Kept) {
    let store = with_code(&kept).await;
    assert!(!try_code(&store, 1, now() + TimeDelta::minutes(15)).await, "a quarter of an hour is over");
    new_code(&store, 2).await;
    assert!(!try_code(&store, 1, now()).await, "a newer one was sent");
    assert!(try_code(&store, 2, now()).await);
    assert_eq!(kept.rows("job").await, 2, "each code is sent");
}

async fn sessions_end(kept: Kept) {
    let store = with_code(&kept).await;
    assert!(try_code(&store, 1, now()).await);
    let minutes = TimeDelta::minutes;
    let (whose, _) = store.staff_session(&[1], now() + minutes(29)).await.unwrap().unwrap();
    assert_eq!((whose.name.as_str(), whose.department.as_str()), ("Priya Shah", "waste"));
    // Each use is half an hour more, and twelve hours are the most.
    assert!(store.staff_session(&[1], now() + minutes(58)).await.unwrap().is_some());
    assert!(store.staff_session(&[1], now() + minutes(88)).await.unwrap().is_none(), "nobody used it");
    for half_hours in 3..25 {
        let at = now() + minutes(29 * half_hours - 1);
        assert!(store.staff_session(&[1], at).await.unwrap().is_some(), "{half_hours}");
    }
    assert!(store.staff_session(&[1], now() + TimeDelta::hours(12)).await.unwrap().is_none());
    assert!(store.staff_session(&[8], now()).await.unwrap().is_none());
    store.begin_staff_session(NewSession { before: Some(vec![1]), ..session(3) }).await.unwrap();
    assert!(store.staff_session(&[1], now()).await.unwrap().is_none(), "a new one took its place");
    store.begin_staff_session(session(4)).await.unwrap();
    assert_eq!(store.staff_sessions(id(71), now()).await.unwrap().len(), 2);
    store.end_staff_sessions(&whose, Some(id(704)), now()).await.unwrap();
    assert!(store.staff_session(&[4], now()).await.unwrap().is_none());
    assert!(store.staff_session(&[3], now()).await.unwrap().is_some());
    store.end_staff_sessions(&whose, None, now()).await.unwrap();
    assert_eq!(kept.rows("staff_session").await, 0);
    // Who is put again keeps their identifier, so that what they own stays theirs.
    store.put_staff(id(72), "Priya Shah-Lee", "PRIYA@example.org", "housing", Role::Officer).await.unwrap();
    let priya = store.staff_by_email("priya@example.org").await.unwrap().unwrap();
    assert_eq!(
        (priya.id, priya.name.as_str(), priya.department.as_str()),
        (id(71), "Priya Shah-Lee", "housing")
    );
}

async fn tries_are_counted_for_a_while(kept: Kept) {
    let store = kept.db.council("demo");
    let span = TimeDelta::minutes(15);
    for number in 1..=12 {
        let within = store
            .try_once("find:7K3M9PQ4".into(), 10, span, now() + TimeDelta::minutes(number))
            .await
            .unwrap();
        assert_eq!(within, number <= 10, "try {number}");
    }
    assert!(store.try_once("find:other".into(), 10, span, now()).await.unwrap());
    let later = now() + TimeDelta::minutes(1) + span;
    assert!(
        store.try_once("find:7K3M9PQ4".into(), 10, span, later).await.unwrap(),
        "counted from the first try"
    );
}

async fn tries_at_once_are_all_counted(kept: Kept) {
    let store = kept.db.council("demo");
    let tries = (0..40).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            store.try_once("find:7K3M9PQ4".into(), 10, TimeDelta::minutes(15), now()).await.unwrap()
        })
    });
    let within = join_all(tries).await.into_iter().filter(|within| *within.as_ref().unwrap()).count();
    assert_eq!(within, 10);
}

async fn clearing_up_forgets_abandoned_photos_only(kept: Kept) {
    let store = kept.db.council("demo");
    let hour = TimeDelta::hours(1);
    for (number, at) in [(1, now() - hour), (2, now() - hour), (3, now() + hour)] {
        store.add_photo(id(number), 10, 10, at).await.unwrap();
    }
    stored(&store, with_photos(1, &[id(2)])).await;
    assert_eq!(kept.db.abandoned_photos(now()).await.unwrap(), [("demo".to_owned(), id(1))]);
    assert!(kept.db.forget_photo("demo".into(), id(1)).await.unwrap());
    assert!(!kept.db.forget_photo("demo".into(), id(1)).await.unwrap(), "only once");
    assert!(!kept.db.forget_photo("demo".into(), id(2)).await.unwrap(), "a request has it");
    store.upload_of(id(1), id(2), false).await.unwrap();
    assert_eq!((kept.rows("photo").await, store.loose_photos().await.unwrap()), (2, 1));
}

async fn clearing_up_forgets_what_ended(kept: Kept) {
    let store = with_code(&kept).await;
    assert!(try_code(&store, 1, now()).await);
    new_code(&store, 2).await;
    store.try_once("find:7K3M9PQ4".into(), 10, TimeDelta::minutes(15), now()).await.unwrap();
    let ended = ["sign_in_code", "staff_session", "attempt"];
    kept.db.forget_codes(now() + TimeDelta::minutes(1)).await.unwrap();
    kept.db.forget_staff_sessions(now() + TimeDelta::minutes(29)).await.unwrap();
    kept.db.forget_attempts(now()).await.unwrap();
    assert_eq!(kept.all_rows(ended).await, [1, 1, 1]);
    kept.db.forget_codes(now() + TimeDelta::hours(1)).await.unwrap();
    assert_eq!(kept.all_rows(ended).await, [0, 1, 1]);
    kept.db.forget_staff_sessions(now() + TimeDelta::minutes(30)).await.unwrap();
    kept.db.forget_attempts(now() + TimeDelta::hours(1)).await.unwrap();
    assert_eq!(kept.all_rows(ended).await, [0, 0, 0]);
}

async fn somebody_is_always_left_who_gives_roles(kept: Kept) {
    let store = kept.db.council("demo");
    let role = async |number| store.member(id(number)).await.unwrap().unwrap().role().unwrap();
    store.put_staff(id(71), "Priya Shah", "priya@example.org", "waste", Role::Officer).await.unwrap();
    // As long as nobody is an admin, what the council's document says holds.
    store.put_staff(id(72), "Priya Shah", "priya@example.org", "waste", Role::Manager).await.unwrap();
    assert_eq!(role(71).await, Role::Manager);
    store.put_staff(id(73), "Omar Farouk", "omar@example.org", "waste", Role::Admin).await.unwrap();
    let omar = store.member(id(73)).await.unwrap().unwrap();
    store.put_staff(id(71), "Priya Shah", "priya@example.org", "housing", Role::Officer).await.unwrap();
    assert_eq!(role(71).await, Role::Manager, "it is the admin's to say");
    assert_eq!(store.member(id(71)).await.unwrap().unwrap().department, "housing");
    assert!(matches!(
        store.change_role((&omar, id(73)), Role::Officer, (now(), id(900))).await,
        Err(StoreError::LastAdmin)
    ));
    assert!(matches!(
        store.change_role((&omar, id(79)), Role::Officer, (now(), id(900))).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        kept.db.council("other").change_role((&omar, id(71)), Role::Admin, (now(), id(900))).await,
        Err(StoreError::NotFound)
    ));
    store.change_role((&omar, id(73)), Role::Admin, (now(), id(900))).await.unwrap();
    store.change_role((&omar, id(71)), Role::Admin, (now(), id(901))).await.unwrap();
    // Both take the role from the other at the same moment: one of them keeps it.
    let both = [71, 73].map(|number| {
        let (store, omar) = (store.clone(), omar.clone());
        tokio::spawn(
            async move { store.change_role((&omar, id(number)), Role::Officer, (now(), id(900))).await },
        )
    });
    let done = join_all(both).await.into_iter().filter(|done| done.as_ref().unwrap().is_ok()).count();
    assert_eq!(done, 1);
    assert_eq!(kept.number("SELECT COUNT(*) AS n FROM staff WHERE role = 'admin'").await, 1);
}

async fn the_queue_is_in_the_order_of_its_promises(kept: Kept) {
    let store = kept.db.council("demo");
    for (number, complete_by) in [(1, 16), (2, 11), (3, 14), (4, 11)] {
        let mut new = request(number);
        let Event::Submitted(submission) = &mut new.submitted.event else { panic!("a submission") };
        submission.complete_by = day(complete_by).into();
        if number == 4 {
            submission.department = "waste".into();
        }
        stored(&store, new).await;
    }
    let ids = async |department, open, most| -> Vec<Uuid> {
        store
            .queue(
                &member(department),
                (&QueueFilter::of(if open { Show::Open } else { Show::Closed }), day(7)),
                most,
            )
            .await
            .unwrap()
            .into_iter()
            .map(|stored| stored.id)
            .collect()
    };
    assert_eq!(ids("street-scene", true, 10).await, [id(2), id(3), id(1)]);
    assert_eq!(ids("street-scene", true, 2).await, [id(2), id(3)]);
    assert_eq!(ids("waste", true, 10).await, [id(4)]);
    append(&store, 3, event(11, Actor::Resident, Event::Withdrawn { reason: String::new() })).await.unwrap();
    assert_eq!(ids("street-scene", true, 10).await, [id(2), id(1)]);
    assert_eq!(ids("street-scene", false, 10).await, [id(3)]);
    // Of one day, what is promised in hours comes first.
    for (number, complete_by) in
        [(5, "2026-12-11"), (6, "2026-12-11T15:00+00:00"), (7, "2026-12-11T09:30+00:00")]
    {
        let mut new = request(number);
        let Event::Submitted(submission) = &mut new.submitted.event else { panic!("a submission") };
        submission.complete_by = domain::by::By::read(complete_by).unwrap();
        submission.department = "parking".into();
        stored(&store, new).await;
    }
    assert_eq!(ids("parking", true, 10).await, [id(7), id(6), id(5)]);
}

async fn migrations_can_be_repeated(kept: Kept) {
    let store = kept.db.council("demo");
    stored(&store, request(1)).await;
    kept.db.migrate().await.unwrap();
    let again = server::store::Database::connect(&kept.url, crate::support::secret()).await.unwrap();
    again.migrate().await.unwrap();
    assert_eq!(
        again.council("demo").for_staff(&member("street-scene"), id(1)).await.unwrap().case,
        read(&store, 1).await
    );
}

async fn an_idle_database_answers(kept: Kept) {
    kept.db.ping().await.unwrap();
    assert!(kept.db.claim_jobs(now(), 10).await.unwrap().is_empty());
    kept.db.finish_jobs(&[], &[], now()).await.unwrap();
    let postgres = kept.url.starts_with("postgres");
    assert_eq!(kept.db.backend() == sea_orm::DbBackend::Postgres, postgres);
}
