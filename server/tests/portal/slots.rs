//! Days that are booked: never more than there are places, held while they are paid, changed and given back in time.

use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::case::{Actor, Event};
use domain::slots::Booked;
use futures::future::join_all;
use pay_stand_in::good_card;
use serde_json::{Value, json};
use server::jobs::clock;
use server::secret;
use server::store::StoreError;
use server::store::requests::NewEvent;
use uuid::Uuid;

use crate::payments::{Shop, back_of};
use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{NOT_BUILT, Portal, Reply, Setup, Visitor, answer, closing};

on_both_engines![
    many_at_once_never_take_more_than_there_are,
    without_the_app_what_is_taken_meanwhile_is_asked_again,
    two_that_change_places_wait_for_nobody,
    a_place_is_held_while_it_is_paid,
    nobody_pays_for_a_day_that_is_over,
    who_cancels_in_time_is_paid_back,
    money_that_comes_too_late_is_kept_and_another_day_is_chosen,
    another_day_until_the_day_before,
    what_ends_without_being_done_gives_its_place_back,
    staff_book_another_day,
];

const SAM: &str = "sam@example.org";
const GRACE: &str = "grace@saltmarsh.example";
const RUTH: &str = "ruth@saltmarsh.example";

/// A visit about rats, at a time.
fn rats(visit: &str) -> Value {
    json!({
        "pest": "rats", "home": "own", "where": "garden", "visit": visit, "support": "no",
        "address.line1": "1 Mill Lane", "address.town": "Saltmarsh", "you.name": "Sam", "you.email": SAM,
    })
}

/// A sofa that is collected on a day.
fn sofa(day: &str) -> Value {
    json!({
        "business": "no", "special": "no", "items.1.what": "A sofa", "items.1.heavy": "yes", "fridges": "0",
        "address.line1": "1 Mill Lane", "address.town": "Saltmarsh", "spot": "Front garden", "day": day,
        "support": "no", "you.name": "Sam", "you.email": SAM,
    })
}

const MORNING: &str = "2026-12-09 morning";

/// What is free, by its values, each with what is said below it.
async fn free(who: &Visitor, slots: &str) -> Vec<(String, Option<String>)> {
    let reply = who.get(&format!("/api/slots/{slots}")).await.is(200);
    assert_eq!(reply.header("cache-control"), "public, max-age=5");
    let free = reply.json();
    // Headings have no value.
    let options = free["options"].as_array().unwrap().iter().filter(|option| option["value"] != "");
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    options.map(|option| (text(&option["value"]).unwrap(), text(&option["hint"]))).collect()
}

async fn left(who: &Visitor, slots: &str, value: &str) -> Option<Option<String>> {
    free(who, slots).await.into_iter().find(|(known, _)| known == value).map(|(_, hint)| hint)
}

async fn id_of(portal: &Portal, key: &str) -> Uuid {
    let store = portal.state.db.council("demo");
    store.followed(&secret::hash(key.as_bytes())).await.unwrap().id
}

/// Presses “Book this day instead”.
async fn rebook(browser: &mut Browser, key: &str, id: u128, slot: &str) -> Reply {
    let slot = slot.replace(' ', "+");
    browser
        .post_form(&format!("/follow/{key}/slot"), &format!("id={}&slot={slot}", Uuid::from_u128(id)))
        .await
}

async fn booked(who: &Visitor, key: &str) -> Value {
    who.follow(key).await["slot"].clone()
}

async fn many_at_once_never_take_more_than_there_are(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let visitor = portal.visitor();
    assert_eq!(left(&visitor, "pest-control", MORNING).await, Some(Some("3 places left".to_owned())));
    let answers = rats(MORNING);
    let send = |number: u128| visitor.submit_to("pest-control", number, &answers);
    let all = join_all((1..=12).map(send)).await;
    let taken: Vec<usize> = (0..12).filter(|at| all[*at].status == StatusCode::CREATED).collect();
    assert_eq!(taken.len(), 3, "there are three places");
    let (mut taken, mut refused) = (Vec::new(), 0);
    for (number, reply) in (1_u128..).zip(all) {
        if reply.status == StatusCode::CREATED {
            taken.push((number, reply.text("key")));
        } else {
            reply.wrong(&[("visit", "slot_taken", 0)]);
            refused += 1;
        }
    }
    assert_eq!((refused, kept.rows("slot_place").await, kept.rows("request").await), (9, 3, 3));
    assert_eq!(left(&visitor, "pest-control", MORNING).await, None, "it is not offered any more");
    // Sent again after a lost reply, it is the same and takes no second place, also when the day is over.
    for (number, key) in &taken {
        assert_eq!(
            &visitor.submit_to("pest-control", *number, &rats(MORNING)).await.is(200).text("key"),
            key
        );
    }
    portal.turn(TimeDelta::days(3));
    visitor.submit_to("pest-control", taken[0].0, &rats(MORNING)).await.is(200);
    assert_eq!(kept.rows("slot_place").await, 3);
    // What can't be booked, whoever says so.
    for (raw, code) in [
        (MORNING, "not_a_slot"),
        ("2026-12-10 morning", "not_a_slot"),
        ("2026-12-12 morning", "not_a_slot"),
        ("2026-12-25 morning", "not_a_slot"),
        ("2026-12-18 afternoon", "not_a_slot"),
        ("2026-12-14", "not_a_slot"),
        ("2026-12-14 night", "not_a_slot"),
        ("2027-03-01 morning", "not_a_slot"),
        ("soon", "not_a_slot"),
        ("", "missing"),
    ] {
        visitor.submit_to("pest-control", 50, &rats(raw)).await.wrong(&[("visit", code, 0)]);
    }
    visitor.get("/api/slots/nothing").await.is(404);
    // What is answered names nobody, and the day that was booked is on its page.
    let view = visitor.follow(&taken[0].1).await;
    assert_eq!(answer(&view, "visit")["slot"]["day"], "2026-12-09");
}

/// The page, as it is drawn; nothing where the app has not been built.
async fn page(browser: &mut Browser, path: &str) -> Option<String> {
    let reply = browser.get(path).await;
    let html = String::from_utf8_lossy(&reply.body).into_owned();
    (html != NOT_BUILT).then_some(html)
}

async fn without_the_app_what_is_taken_meanwhile_is_asked_again(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    let form = "/services/pest-control";
    let next = sam.post_form(&format!("{form}/pest"), "pest=rats&home=own&where=garden").await.is(303);
    assert_eq!(next.header("location"), format!("{form}/address"));
    if let Some(html) = page(&mut sam, &format!("{form}/address")).await {
        for shown in [
            "value=\"2026-12-09 morning\"",
            "3 places left",
            "Wednesday 9 December: Morning, 8am to noon",
            "Week of Monday 21 December",
        ] {
            assert!(html.contains(shown), "{shown}: {html}");
        }
    }
    let details = "address.line1=1+Mill+Lane&address.town=Saltmarsh&support=no&you.name=Sam&you.email=sam%40example.org";
    // Nothing chosen is asked for, and all else stays.
    let again = sam.post_form(&format!("{form}/address"), details).await.is(303);
    assert_eq!(again.header("location"), format!("{form}/address"));
    if let Some(html) = page(&mut sam, &format!("{form}/address")).await {
        assert!(html.contains("Choose") && html.contains("1 Mill Lane"), "{html}");
    }
    let chosen = format!("{details}&visit=2026-12-09+morning");
    let next = sam.post_form(&format!("{form}/address"), &chosen).await.is(303);
    assert_eq!(next.header("location"), format!("{form}/check"));
    // Meanwhile others were quicker.
    for number in 1..=3 {
        portal.visitor().submit_to("pest-control", number, &rats(MORNING)).await.is(201);
    }
    let next = sam.post_form(&format!("{form}/check"), "").await.is(303);
    assert_eq!(next.header("location"), format!("{form}/address"));
    assert_eq!(kept.rows("request").await, 3);
    // What is taken is not offered any more, and everything else is as it was typed.
    if let Some(html) = page(&mut sam, &format!("{form}/address")).await {
        assert!(html.contains("Choose one of the answers to “When can our officer"), "{html}");
        assert!(!html.contains("value=\"2026-12-09 morning\"") && html.contains("1 Mill Lane"), "{html}");
    }
    let chosen = format!("{details}&visit=2026-12-09+afternoon");
    sam.post_form(&format!("{form}/address"), &chosen).await.is(303);
    let sent = sam.post_form(&format!("{form}/check"), "").await.is(303);
    assert!(sent.header("location").ends_with("/sent"), "{}", sent.header("location"));
    assert_eq!((kept.rows("request").await, kept.rows("slot_place").await), (4, 4));
}

async fn two_that_change_places_wait_for_nobody(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let visitor = portal.visitor();
    let days = ["2026-12-09 morning", "2026-12-10 morning"];
    let mut keys = Vec::new();
    for (number, day) in (1_u128..=2).zip(days) {
        keys.push(visitor.submit_to("pest-control", number, &rats(day)).await.is(201).text("key"));
    }
    let store = portal.state.db.council("demo");
    let mut moves = Vec::new();
    for (number, key) in (0_u128..).zip(&keys) {
        let stored = store.followed(&secret::hash(key.as_bytes())).await.unwrap();
        let before = stored.case.booked().unwrap().clone();
        let other = if before.day.to_string() == "2026-12-09" { "2026-12-10" } else { "2026-12-09" };
        let to = Booked { day: other.parse().unwrap(), ..before.clone() };
        let event = Event::Rebooked { before, to };
        let at = portal.state.now();
        let new = NewEvent { id: Uuid::from_u128(900 + number), at, by: Actor::Resident, event };
        let served = portal.state.councils.by_id("demo").unwrap();
        let follows = server::operations::act::after(&portal.state, &served);
        moves.push(store.append(stored.id, new, follows));
    }
    for moved in join_all(moves).await {
        moved.map_err(|error: StoreError| error.to_string()).unwrap();
    }
    assert_eq!(kept.rows("slot_place").await, 2);
    assert_eq!(left(&visitor, "pest-control", days[0]).await, Some(Some("2 places left".to_owned())));
    assert_eq!(left(&visitor, "pest-control", days[1]).await, Some(Some("2 places left".to_owned())));
}

/// Goes to the card page.
async fn press(browser: &mut Browser, key: &str) -> Result<String, u16> {
    let reply = browser.post_form(&format!("/follow/{key}/pay"), "").await;
    let go = reply.header("refresh").strip_prefix("0; url=").map(str::to_owned);
    go.ok_or(reply.status.as_u16())
}

async fn a_place_is_held_while_it_is_paid(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let visitor = shop.portal.visitor();
    let mut keys = Vec::new();
    for number in 1..=3 {
        let sent = visitor.submit_to("pest-control", number, &rats(MORNING)).await.is(201).json();
        assert_eq!(sent["to_pay"], true);
        keys.push(sent["key"].as_str().unwrap().to_owned());
    }
    visitor.submit_to("pest-control", 4, &rats(MORNING)).await.wrong(&[("visit", "slot_taken", 0)]);
    let slot = booked(&visitor, &keys[0]).await;
    assert_eq!((&slot["held"], &slot["lost"]), (&json!("10:15am"), &json!(null)));
    assert_eq!(slot["day"], "Wednesday 9 December 2026: Morning, 8am to noon");
    // One pays in time, and keeps it.
    let mut sam = Browser::of(&shop.portal);
    let next = press(&mut sam, &keys[0]).await.unwrap();
    shop.portal.turn(TimeDelta::minutes(14));
    visitor.submit_to("pest-control", 5, &rats(MORNING)).await.wrong(&[("visit", "slot_taken", 0)]);
    shop.pay.pay(&next, &good_card()).unwrap();
    sam.get(&back_of(&shop)).await.is(303);
    let slot = booked(&visitor, &keys[0]).await;
    assert_eq!((&slot["held"], &slot["until"]), (&json!(null), &json!("Tuesday 8 December")));
    // The others had their time: what they don't pay is anybody's.
    shop.portal.turn(TimeDelta::minutes(2));
    assert_eq!(left(&visitor, "pest-control", MORNING).await, Some(Some("2 places left".to_owned())));
    let slot = booked(&visitor, &keys[1]).await;
    assert_eq!((&slot["held"], &slot["lost"]), (&json!(null), &json!(null)), "it is free still");
    for number in 6..=7 {
        visitor.submit_to("pest-control", number, &rats(MORNING)).await.is(201);
    }
    visitor.submit_to("pest-control", 8, &rats(MORNING)).await.wrong(&[("visit", "slot_taken", 0)]);
    // Nobody is led to pay for what others have: they choose another day first, and nothing else is lost.
    assert_eq!(booked(&visitor, &keys[1]).await["lost"], true);
    assert_eq!(press(&mut sam, &keys[1]).await, Err(409));
    rebook(&mut sam, &keys[1], 20, "2026-12-10 morning").await.is(303);
    let slot = booked(&visitor, &keys[1]).await;
    assert_eq!((&slot["held"], &slot["lost"]), (&json!("10:31am"), &json!(null)));
    let next = press(&mut sam, &keys[1]).await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    sam.get(&back_of(&shop)).await.is(303);
    let view = visitor.follow(&keys[1]).await;
    assert_eq!(view["status"], "received");
    assert_eq!(answer(&view, "visit")["slot"]["day"], "2026-12-10");
    // Who takes a request back, or never pays, gives the place back.
    let before = kept.rows("slot_place").await;
    sam.post_form(&format!("/follow/{}/undo", keys[2]), "").await;
    shop.portal.turn(TimeDelta::days(8));
    clock::run_due(&shop.portal.state).await.unwrap();
    assert!(kept.rows("slot_place").await < before);
    assert_eq!(visitor.follow(&keys[2]).await["status"], json!({ "closed": "not_paid" }));
}

async fn nobody_pays_for_a_day_that_is_over(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let visitor = shop.portal.visitor();
    let mut keys = Vec::new();
    for number in 1..=2 {
        keys.push(visitor.submit_to("pest-control", number, &rats(MORNING)).await.is(201).text("key"));
    }
    let mut sam = Browser::of(&shop.portal);
    let next = press(&mut sam, &keys[0]).await.unwrap();
    // It is paid in time, and for days nobody hears of it.
    shop.pay.pay(&next, &good_card()).unwrap();
    shop.portal.turn(TimeDelta::days(2));
    // It is free, and too late for it.
    assert_eq!(booked(&visitor, &keys[1]).await["lost"], true);
    assert_eq!(press(&mut sam, &keys[1]).await, Err(409));
    shop.portal.turn(TimeDelta::days(1));
    assert_eq!(press(&mut sam, &keys[1]).await, Err(409));
    // The money is kept, and another day is chosen.
    shop.mop_up().await;
    let view = visitor.follow(&keys[0]).await;
    assert_eq!((&view["payment"]["state"], &view["slot"]["lost"]), (&json!("paid"), &json!(true)));
}

async fn who_cancels_in_time_is_paid_back(kept: Kept) {
    let shop = Shop::open_with(Setup::default().in_database(&kept.url), "agree_above = \"£100\"").await;
    let visitor = shop.portal.visitor();
    let key = visitor.submit_to("pest-control", 1, &rats(MORNING)).await.is(201).text("key");
    let mut sam = Browser::of(&shop.portal);
    let next = press(&mut sam, &key).await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    sam.get(&back_of(&shop)).await.is(303);
    for _ in 0..2 {
        visitor.post(&format!("/api/follow/{key}/withdraw"), &json!({ "reason": "" })).await.is(200);
    }
    let went: Vec<i64> =
        shop.pay.payments().into_iter().flat_map(|paid| paid.refunds).map(|back| back.amount).collect();
    let view = visitor.follow(&key).await;
    assert_eq!(went, [view["payment"]["pence"].as_i64().unwrap()], "all of it, once");
    assert_eq!(view["payment"]["refunds"][0]["pence"], went[0]);
    assert_eq!((&view["status"], kept.rows("slot_place").await), (&json!({ "closed": "withdrawn" }), 0));
}

async fn money_that_comes_too_late_is_kept_and_another_day_is_chosen(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let visitor = shop.portal.visitor();
    let key = visitor.submit_to("pest-control", 1, &rats(MORNING)).await.is(201).text("key");
    let lucky = visitor.submit_to("pest-control", 2, &rats(MORNING)).await.is(201).text("key");
    let (mut sam, mut ann) = (Browser::of(&shop.portal), Browser::of(&shop.portal));
    let next = press(&mut sam, &key).await.unwrap();
    let of_lucky = press(&mut ann, &lucky).await.unwrap();
    // The card page stays open for long. Meanwhile others book, and one place of the three is left.
    shop.portal.turn(TimeDelta::minutes(20));
    for number in 3..=4 {
        visitor.submit_to("pest-control", number, &rats(MORNING)).await.is(201);
    }
    shop.pay.pay(&of_lucky, &good_card()).unwrap();
    ann.get(&back_of(&shop)).await.is(303);
    assert_eq!(booked(&visitor, &lucky).await["lost"], json!(null), "it still was free");
    shop.pay.pay(&next, &good_card()).unwrap();
    shop.mop_up().await;
    let view = visitor.follow(&key).await;
    assert_eq!((&view["status"], &view["payment"]["state"]), (&json!("received"), &json!("paid")));
    assert_eq!(view["slot"]["lost"], true);
    let titles: Vec<Value> =
        view["timeline"].as_array().unwrap().iter().map(|entry| entry["what"].clone()).collect();
    assert_eq!(titles[1..], [json!({ "paid": { "pence": 6_600 } }), json!("place_lost")]);
    let mails = shop.portal.mails_to(SAM).await;
    let told = mails.iter().filter(|mail| mail.subject.starts_with("Choose another day: "));
    let [told] = told.collect::<Vec<_>>()[..] else { panic!("{mails:?}") };
    assert!(told.text.contains("Wednesday 9 December, was taken by others"), "{}", told.text);
    // Staff see it, too.
    let page = format!("/api/staff/requests/{}", id_of(&shop.portal, &key).await);
    let staff = shop.portal.staff(RUTH).await;
    assert_eq!(staff.get(&page).await.is(200).json()["request"]["slot"]["lost"], true);
    // Each has one place, or none.
    assert_eq!(kept.rows("slot_place").await, 3);
    // Taken meanwhile is said again, and what is free is taken.
    rebook(&mut sam, &key, 20, MORNING).await.is(303);
    assert_eq!(booked(&visitor, &key).await["lost"], true);
    rebook(&mut sam, &key, 21, "2026-12-10 afternoon").await.is(303);
    let slot = booked(&visitor, &key).await;
    assert_eq!((&slot["lost"], &slot["until"]), (&json!(null), &json!("Wednesday 9 December")));
    assert_eq!(kept.rows("slot_place").await, 4);
    // Asked about again, nothing more happens.
    let before = visitor.follow(&key).await["seq"].clone();
    shop.mop_up().await;
    assert_eq!(visitor.follow(&key).await["seq"], before);
}

async fn another_day_until_the_day_before(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let visitor = portal.visitor();
    let key = visitor.submit_to("bulky-collection", 1, &sofa("2026-12-10")).await.is(201).text("key");
    let slot = booked(&visitor, &key).await;
    assert_eq!(
        (&slot["day"], &slot["until"]),
        (&json!("Thursday 10 December 2026"), &json!("Wednesday 9 December"))
    );
    assert!(slot["free"]["options"].as_array().is_some_and(|options| !options.is_empty()));
    let mut sam = Browser::of(&portal);
    let day = async |key: &str| answer(&visitor.follow(key).await, "day")["slot"]["day"].clone();
    for (id, wrong) in [(1, "2026-12-10"), (2, "2026-12-12"), (3, ""), (4, "soon"), (5, "2026-12-11 morning")]
    {
        rebook(&mut sam, &key, id, wrong).await.is(303);
        assert_eq!(day(&key).await, "2026-12-10", "{wrong}");
    }
    let _ = portal.mails().await;
    // Sent twice it is one change.
    for _ in 0..2 {
        rebook(&mut sam, &key, 9, "2027-01-04").await.is(303);
    }
    let view = visitor.follow(&key).await;
    let last = view["timeline"].as_array().unwrap().last().unwrap()["what"].clone();
    assert_eq!(
        last,
        json!({ "rebooked": { "before": "Thursday 10 December 2026", "now": "Monday 4 January 2027" } })
    );
    assert_eq!(view["timeline"].as_array().unwrap().len(), 2);
    assert_eq!(view["complete_by"], "2027-01-04", "nothing is promised before it");
    assert_eq!(kept.rows("slot_place").await, 1);
    let mails = portal.mails().await;
    let subject = |to: &str, what: &str| {
        mails.iter().filter(|mail| mail.to == to && mail.subject.starts_with(what)).count()
    };
    assert_eq!((subject(SAM, "Your new day: "), subject(GRACE, "Another day: ")), (1, 1), "{mails:?}");
    rebook(&mut sam, &key, 10, "2026-12-10").await.is(303);
    // Another's key opens nothing.
    rebook(&mut sam, "aaaaaaaaaaaaaaaaaaaaaaaaaa", 11, "2026-12-11").await.is(404);
    // The last second of the day before, by the council's clock.
    portal.turn_to("2026-12-09T23:59:58Z");
    rebook(&mut sam, &key, 12, "2026-12-14").await.is(303);
    assert_eq!(day(&key).await, "2026-12-14");
    portal.turn_to("2026-12-14T00:00:00Z");
    let slot = booked(&visitor, &key).await;
    assert_eq!(
        (&slot["fixed"], &slot["free"], &slot["until"]),
        (&json!(true), &json!(null), &json!("Sunday 13 December"))
    );
    rebook(&mut sam, &key, 13, "2026-12-18").await.is(303);
    assert_eq!(day(&key).await, "2026-12-14", "it is too late");
    let withdraw = format!("/api/follow/{key}/withdraw");
    visitor.post(&withdraw, &json!({ "reason": "" })).await.refused(409, "too_late");
    assert_eq!(kept.rows("slot_place").await, 1);
    // Once the day is over, nobody is on the way.
    portal.turn_to("2026-12-15T09:00:00Z");
    visitor.post(&withdraw, &json!({ "reason": "" })).await.is(200);
    assert_eq!(kept.rows("slot_place").await, 0);
}

async fn what_ends_without_being_done_gives_its_place_back(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let visitor = portal.visitor();
    let mut keys = Vec::new();
    for number in 1..=3 {
        keys.push(
            visitor.submit_to("bulky-collection", number, &sofa("2026-12-10")).await.is(201).text("key"),
        );
    }
    assert_eq!(kept.rows("slot_place").await, 3);
    // Taken back, withdrawn and done; a place is kept of what was done.
    let mut sam = Browser::of(&portal);
    sam.post_form(&format!("/follow/{}/undo", keys[0]), "").await.is(303);
    assert_eq!(kept.rows("slot_place").await, 2);
    visitor.post(&format!("/api/follow/{}/withdraw", keys[1]), &json!({ "reason": "" })).await.is(200);
    assert_eq!(kept.rows("slot_place").await, 1);
    let grace = portal.staff(GRACE).await;
    let page = format!("/api/staff/requests/{}", id_of(&portal, &keys[2]).await);
    grace.post(&format!("{page}/take"), &json!({})).await.is(200);
    grace.post(&format!("{page}/close"), &closing("done", "Taken.")).await.is(200);
    assert_eq!(kept.rows("slot_place").await, 1);
    // Opened again, what was withdrawn has no place: its resident chooses anew.
    let reopen = json!({ "reason": "I need it after all" });
    visitor.post(&format!("/api/follow/{}/reopen", keys[1]), &reopen).await.is(200);
    assert_eq!(booked(&visitor, &keys[1]).await["lost"], true);
    rebook(&mut sam, &keys[1], 30, "2026-12-10").await.is(303);
    assert_eq!(
        (booked(&visitor, &keys[1]).await["lost"].clone(), kept.rows("slot_place").await),
        (json!(null), 2)
    );
}

async fn staff_book_another_day(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let visitor = portal.visitor();
    let key = visitor.submit_to("bulky-collection", 1, &sofa("2026-12-10")).await.is(201).text("key");
    let page = format!("/api/staff/requests/{}", id_of(&portal, &key).await);
    let grace = portal.staff(GRACE).await;
    let to = |number: u128, slot: &str| json!({ "id": Uuid::from_u128(number), "slot": slot });
    let rebook = format!("{page}/slot");
    grace.post(&rebook, &to(1, "2026-12-11")).await.refused(409, "not_owner");
    grace.post(&format!("{page}/take"), &json!({})).await.is(200);
    grace.post(&rebook, &to(2, "2026-12-12")).await.wrong(&[("slot", "not_a_slot", 0)]);
    grace.post(&rebook, &to(3, "2026-12-10")).await.refused(409, "same_date");
    grace.post(&rebook, &json!({ "id": Uuid::from_u128(4), "slot": "2026-12-11", "price": 0 })).await.is(422);
    for _ in 0..2 {
        let case = grace.post(&rebook, &to(5, "2026-12-11")).await.is(200).json();
        assert_eq!(case["request"]["slot"]["day"], "Friday 11 December 2026");
        assert_eq!(case["request"]["slot"]["free"], json!(null), "that is asked when it is changed");
    }
    let mails = portal.mails_to(SAM).await;
    let told = mails.iter().filter(|mail| mail.subject.starts_with("Your new day: ")).count();
    assert_eq!(told, 1, "{mails:?}");
    // Also after its resident could.
    portal.turn_to("2026-12-11T09:00:00Z");
    let grace = portal.staff(GRACE).await;
    grace.post(&rebook, &to(6, "2026-12-15")).await.is(200);
    assert_eq!(kept.rows("slot_place").await, 1);
    // What books nothing has no day to change.
    let other = visitor.submit(9, &crate::support::graffiti()).await.is(201).text("key");
    let priya = portal.staff("priya@saltmarsh.example").await;
    let other = format!("/api/staff/requests/{}/slot", id_of(&portal, &other).await);
    priya.post(&other, &to(7, "2026-12-15")).await.refused(409, "not_allowed");
    grace.post(&other, &to(8, "2026-12-15")).await.is(404);
}
