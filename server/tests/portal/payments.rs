//! Paying by card: whatever happens on the way, each request is paid once, and nothing is shown as paid before the card
//! service says so. Numbers name the rows of the list of bad inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Method, header};
use chrono::{DateTime, TimeDelta, Utc};
use domain::case::{Case, Event};
use domain::fee::Register;
use domain::money;
use domain::payment::{Bill, Codes, Item, MOST, Purpose, State};
use domain::refund::{RefundState, gone};
use http_body_util::BodyExt as _;
use pay_stand_in::ledger::Status;
use pay_stand_in::{Call, Fault, Hooks, Message, Planned, SIGNATURE, Settings, StandIn, card, good_card};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use server::adapters::payments::{Forged, NewPayment, PayError, PaymentProvider};
use server::jobs::retention::Retaining;
use server::jobs::{clock, paying};
use server::operations::paying::Till;
use server::secret;
use server::store::payments::Payment;
use server::store::refunds::Refund;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{PUBLIC_URL, Portal, Reply, Setup};

on_both_engines!(
    a_request_is_paid_once,
    who_does_not_pay_can_try_again,
    lost_replies_cost_nobody_anything,
    messages_are_only_reasons_to_ask,
    another_price_takes_the_place_of_the_first,
    it_is_received_once_it_is_paid,
    it_lapses_and_money_is_never_turned_away,
    what_it_costs_now_is_asked_again,
    staff_help_somebody_to_pay,
    what_somebody_is_led_to_is_not_taken_back_unseen,
    who_was_led_comes_back_and_what_has_ended_is_taken_back,
);

const KEY: &str = "api_test_portal";
const HOOK: &str = "a-signing-secret";
pub(crate) const SAM: &str = "sam@example.org";
const WEBHOOK: &str = "/api/payments/webhook";

/// A portal whose council takes payments by the stand-in.
pub struct Shop {
    pub portal: Portal,
    pub pay: StandIn,
}

/// A request with a fee, as its resident has it.
pub(crate) struct Fee {
    pub key: String,
    pub id: Uuid,
}

impl Shop {
    pub async fn open(setup: Setup) -> Self {
        Self::open_with(setup, "").await
    }

    /// With this in the council's `[payments]`.
    pub async fn open_with(setup: Setup, more: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let settings = format!("[payments]\nservice = \"govuk_pay\"\napi = \"{base}\"\n{more}");
        let portal = setup.with_sign_in(&settings).open().await;
        std::fs::create_dir_all(portal.path("payments")).unwrap();
        std::fs::write(portal.path("payments/demo.key"), format!("{KEY}\n")).unwrap();
        std::fs::write(portal.path("payments/demo.webhook"), HOOK).unwrap();
        let pay = StandIn::new(Settings {
            api_key: KEY.to_owned(),
            base,
            hooks: Some(Hooks { url: format!("{PUBLIC_URL}{WEBHOOK}"), secret: HOOK.to_owned() }),
            clock: portal.state.clock.clone(),
            seed: [5; 32],
        });
        pay.hold(true);
        let router = pay.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { portal, pay }
    }

    /// Two bins for the month that is left of the season: £7.66.
    pub async fn garden_waste(&self, number: u128) -> Fee {
        let sent = self.portal.visitor().submit_to("garden-waste", number, &two_bins()).await.is(201);
        let key = sent.text("key");
        let store = self.portal.state.db.council("demo");
        let id = store.followed(&secret::hash(key.as_bytes())).await.unwrap().id;
        Fee { key, id }
    }

    pub async fn rows(&self, fee: &Fee) -> Vec<Payment> {
        self.portal.state.db.council("demo").payments_for(Purpose::Request(fee.id)).await.unwrap()
    }

    async fn states(&self, fee: &Fee) -> Vec<State> {
        self.rows(fee).await.iter().map(|payment| payment.state).collect()
    }

    /// How often the card service took the money for a request.
    pub async fn charges(&self, fee: &Fee) -> usize {
        let references: BTreeSet<String> =
            self.rows(fee).await.into_iter().map(|payment| payment.reference).collect();
        let is_charge = |payment: &&pay_stand_in::ledger::Payment| {
            payment.status == Status::Success && references.contains(&payment.asked.reference)
        };
        self.pay.payments().iter().filter(is_charge).count()
    }

    /// The refunds of a payment.
    pub async fn refunds(&self, payment: &Payment) -> Vec<Refund> {
        self.portal.state.db.council("demo").refunds_of(&[payment.id]).await.unwrap()
    }

    /// Ten minutes go by, and it is asked about what is under way.
    pub async fn mop_up(&self) -> usize {
        self.portal.turn(TimeDelta::minutes(10));
        paying::settle_due(&self.portal.state).await.unwrap();
        paying::run_due(&self.portal.state).await.unwrap()
    }

    async fn tell(&self, body: &str, signature: Option<&str>) -> Reply {
        let visitor = self.portal.visitor();
        let mut request = axum::http::Request::post(WEBHOOK)
            .header(header::HOST, "portico.example")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(signature) = signature {
            request = request.header(SIGNATURE, signature);
        }
        visitor.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub async fn tell_message(&self, message: &Message) {
        self.tell(&message.body, Some(&message.signature)).await.is(204);
    }
}

fn two_bins() -> serde_json::Value {
    json!({
        "bin": "have", "more-bins": "1", "address.line1": "1 Mill Lane", "address.town": "Saltmarsh",
        "support": "no", "you.name": "Sam", "you.email": SAM,
    })
}

/// Presses "Pay" for a request; the address of the card page, if there is one.
pub(crate) async fn press(browser: &mut Browser, fee: &Fee) -> Result<String, u16> {
    let reply = browser.post_form(&format!("/follow/{}/pay", fee.key), "").await;
    let go = reply.header("refresh").strip_prefix("0; url=").map(str::to_owned);
    go.ok_or(reply.status.as_u16())
}

/// The address to which somebody comes back.
pub fn back_of(shop: &Shop) -> String {
    let last = shop.pay.payments().pop().unwrap();
    last.asked.return_url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

async fn a_request_is_paid_once(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let fee = shop.garden_waste(1).await;
    assert!(shop.portal.mails().await.is_empty(), "nothing is received");
    let shown = shop.portal.visitor().follow(&fee.key).await["payment"].clone();
    let until = "Monday 14 December 2026 at 5:00pm";
    assert_eq!(shown, json!({ "pence": 766, "may_pay": true, "until": until }));
    let mut sam = Browser::of(&shop.portal);
    let next = press(&mut sam, &fee).await.unwrap();
    // In two tabs it is one payment.
    let other = press(&mut sam, &fee).await.unwrap();
    assert_ne!(next, other);
    assert_eq!(shop.pay.payments().len(), 1);
    let asked = shop.pay.payments()[0].asked.clone();
    assert_eq!((asked.amount, asked.email.as_deref()), (766, Some(SAM)));
    assert!(asked.description.contains("garden waste"), "{}", asked.description);
    let line = asked.metadata["line_1"].as_str().unwrap();
    assert!(line.starts_with("pence=433 ") && line.contains("account="), "{line}");
    // It can't be taken back now: what is sent in its place would cost as much again.
    sam.post_form(&format!("/follow/{}/undo", fee.key), "").await.is(409);
    assert_eq!(sam.visitor.follow(&fee.key).await["undo"], json!(null));
    // 40: what the address says counts for nothing, before and after.
    let back = back_of(&shop);
    let home = format!("/follow/{}/sent", fee.key);
    let claimed = format!("{back}?status=success");
    assert_eq!(sam.get(&claimed).await.is(303).header("location"), home);
    assert_eq!(shop.states(&fee).await, [State::Open]);
    shop.pay.pay(&next, &good_card()).unwrap();
    assert_eq!(shop.states(&fee).await, [State::Open], "nobody has asked yet");
    let shown = sam.visitor.follow(&fee.key).await["payment"].clone();
    assert_eq!(shown, json!({ "pence": 766, "state": "open", "may_pay": true, "until": until }));
    // Another person meets nothing there; five returns of the one who paid are one payment.
    Browser::of(&shop.portal).get(&back).await.is(404);
    for _ in 0..5 {
        assert_eq!(sam.get(&back).await.is(303).header("location"), home);
    }
    assert_eq!(shop.states(&fee).await, [State::Paid]);
    let shown = sam.visitor.follow(&fee.key).await["payment"].clone();
    let reference = &shop.rows(&fee).await[0].reference;
    assert_eq!(
        shown,
        json!({ "pence": 766, "state": "paid", "reference": reference, "on": "7 December 2026" })
    );
    // The back button, and the other tab.
    shop.pay.pay(&other, &good_card()).unwrap();
    assert_eq!(press(&mut sam, &fee).await, Err(303));
    assert_eq!((shop.charges(&fee).await, shop.pay.payments().len()), (1, 1));
    assert_eq!(shop.mop_up().await, 0, "nothing is left to ask about");
    let mails = shop.portal.mails_to(SAM).await;
    let of = |what: &str| mails.iter().filter(|mail| mail.subject.starts_with(what)).collect::<Vec<_>>();
    let (receipts, received) = (of("Receipt: "), of("We have your request: "));
    let ([receipt], [_]) = (receipts.as_slice(), received.as_slice()) else { panic!("{mails:?}") };
    assert_eq!(receipt.subject, "Receipt: you paid £7.66 for “Sign up for garden waste”");
    for said in ["First bin: £4.33", "Each further bin: £3.33", "7 December 2026"] {
        assert!(receipt.text.contains(said), "{}", receipt.text);
    }
    assert_eq!(receipt.follow_key(), fee.key);
    // What costs nothing can't be paid, and nobody pays with a key that opens nothing.
    let costless = shop.portal.visitor().submit(9, &crate::support::graffiti()).await.is(201).text("key");
    sam.post_form(&format!("/follow/{costless}/pay"), "").await.is(409);
    sam.post_form("/follow/aaaaaaaaaaaaaaaaaaaaaaaaaa/pay", "").await.is(404);
    sam.get("/payments/aaaaaaaaaaaaaaaaaaaaaaaaaa").await.is(404);
    assert_eq!(kept.rows("payment").await, 1);
    // Staff see what is paid.
    let grace = shop.portal.staff("grace@saltmarsh.example").await;
    let case = grace.get(&format!("/api/staff/requests/{}", fee.id)).await.is(200).json();
    assert_eq!(case["request"]["payment"]["state"], "paid");
    // What was withdrawn costs nothing any more.
    let fee = shop.garden_waste(10).await;
    sam.post(&format!("/api/follow/{}/withdraw", fee.key), &json!({ "reason": "" })).await.is(200);
    assert_eq!(press(&mut sam, &fee).await, Err(409));
    assert!(shop.rows(&fee).await.is_empty());
}

/// What is sent is kept and nobody's until it is paid; then it is received, with the clock from that moment.
async fn it_is_received_once_it_is_paid(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let queued = async || {
        let grace = shop.portal.staff("grace@saltmarsh.example").await;
        grace.get("/api/staff/requests").await.is(200).json()["requests"].as_array().unwrap().len()
    };
    let before = (queued().await, kept.rows("tally").await);
    let sent = shop.portal.visitor().submit_to("garden-waste", 1, &two_bins()).await.is(201).json();
    assert_eq!(sent["to_pay"], true);
    // Sent again after a lost reply it is the same.
    let again = shop.portal.visitor().submit_to("garden-waste", 1, &two_bins()).await.is(200).json();
    assert_eq!(again, sent);
    let key = sent["key"].as_str().unwrap().to_owned();
    let store = shop.portal.state.db.council("demo");
    let stored = store.followed(&secret::hash(key.as_bytes())).await.unwrap();
    let fee = Fee { key, id: stored.id };
    let page = format!("/api/staff/requests/{}", fee.id);
    shop.portal.staff("grace@saltmarsh.example").await.get(&page).await.is(404);
    assert_eq!(
        (queued().await, kept.rows("tally").await),
        before,
        "nobody sees it, and it counts for nothing"
    );
    let view = shop.portal.visitor().follow(&fee.key).await;
    assert_eq!((&view["status"], &view["unreceived"]), (&json!("to_pay"), &json!(true)));
    assert_eq!((&view["department"], &view["timeline"][0]["what"]), (&json!(""), &json!("sent")));
    for (what, body) in [
        ("messages", json!({ "id": Uuid::from_u128(5), "text": "Hello" })),
        ("feedback", json!({ "score": 5 })),
    ] {
        shop.portal.visitor().post(&format!("/api/follow/{}/{what}", fee.key), &body).await.is(409);
    }
    assert!(shop.portal.mails_to(SAM).await.is_empty());
    // A day later.
    shop.portal.turn(TimeDelta::days(1));
    let mut sam = Browser::of(&shop.portal);
    let next = press(&mut sam, &fee).await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    for _ in 0..3 {
        sam.get(&back_of(&shop)).await.is(303);
    }
    shop.mop_up().await;
    let view = shop.portal.visitor().follow(&fee.key).await;
    assert_eq!((&view["status"], &view["unreceived"]), (&json!("received"), &json!(null)));
    assert_eq!(view["first_complete_by"], "2026-12-22", "ten working days from the day on which it was paid");
    assert_eq!(view["complete_by"], view["first_complete_by"]);
    let titles: Vec<&str> =
        view["timeline"].as_array().unwrap().iter().filter_map(|entry| entry["what"].as_str()).collect();
    assert_eq!(titles, ["received"]);
    assert_eq!(view["timeline"][1]["what"], json!({ "paid": { "pence": 766 } }));
    assert_eq!(queued().await, before.0 + 1);
    let grace = shop.portal.staff("grace@saltmarsh.example").await;
    let case = grace.get(&page).await.is(200).json();
    assert_eq!(case["request"]["department"], "Waste and recycling");
    let subjects: Vec<String> =
        shop.portal.mails_to(SAM).await.into_iter().map(|mail| mail.subject).collect();
    let many = |what: &str| subjects.iter().filter(|subject| subject.starts_with(what)).count();
    assert_eq!((many("We have your request"), many("Receipt"), subjects.len()), (1, 1, 2), "{subjects:?}");
    // What costs nothing is received at once, as where no payments are taken.
    let one_bin = json!({
        "bin": "have", "more-bins": "0", "address.line1": "1 Mill Lane", "address.town": "Saltmarsh",
        "support": "no", "you.name": "Sam", "you.email": SAM,
    });
    let elsewhere = Portal::open().await;
    let sent = elsewhere.visitor().submit_to("garden-waste", 2, &one_bin).await.is(201).json();
    assert_eq!(sent["to_pay"], json!(null));
    let status = elsewhere.visitor().follow(sent["key"].as_str().unwrap()).await["status"].clone();
    assert_eq!(status, "received");
    let costless = shop.portal.visitor().submit(3, &crate::support::graffiti()).await.is(201).json();
    assert_eq!(costless["to_pay"], json!(null));
    // A document may say that it is received before.
    let bay = shop.portal.state.councils.by_id("demo").unwrap();
    assert_eq!(bay.service("suspend-bay").unwrap().fee.as_ref().unwrap().register, Register::BeforePayment);
}

/// Who does not pay is reminded once; after a week it lapses, a month later it goes. Money that comes all the same counts.
async fn it_lapses_and_money_is_never_turned_away(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let (lapsed, left, withdrawn) =
        (shop.garden_waste(1).await, shop.garden_waste(2).await, shop.garden_waste(3).await);
    let mut sam = Browser::of(&shop.portal);
    // One stands on its card page, and may still be paid: nobody is told that it is not.
    press(&mut sam, &left).await.unwrap();
    let of_withdrawn = press(&mut sam, &withdrawn).await.unwrap();
    let withdraw = format!("/api/follow/{}/withdraw", withdrawn.key);
    sam.post(&withdraw, &json!({ "reason": "" })).await.is(200);
    shop.portal.turn(TimeDelta::minutes(61));
    clock::run_due(&shop.portal.state).await.unwrap();
    let subjects: Vec<String> =
        shop.portal.mails_to(SAM).await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects.len(), 1, "{subjects:?}");
    assert!(subjects[0].starts_with("Not paid yet: Sign up for garden waste ("), "{subjects:?}");
    clock::run_due(&shop.portal.state).await.unwrap();
    assert!(shop.portal.mails_to(SAM).await.is_empty(), "once");
    // What was withdrawn, and is paid all the same, lies with the department, which is told.
    shop.pay.pay(&of_withdrawn, &good_card()).unwrap();
    shop.mop_up().await;
    let told = shop.portal.mails_to("grace@saltmarsh.example").await;
    assert!(told.iter().any(|mail| mail.subject.starts_with("Paid after it had ended")), "{told:?}");
    let grace = shop.portal.staff("grace@saltmarsh.example").await;
    let case = grace.get(&format!("/api/staff/requests/{}", withdrawn.id)).await.is(200).json();
    assert_eq!(case["request"]["payment"]["state"], "paid");
    shop.portal.turn(TimeDelta::days(8));
    for _ in 0..2 {
        shop.mop_up().await;
        clock::run_due(&shop.portal.state).await.unwrap();
    }
    for fee in [&lapsed, &left] {
        let view = sam.visitor.follow(&fee.key).await;
        assert_eq!(view["status"], json!({ "closed": "not_paid" }));
        assert_eq!(
            (&view["may_reopen"], &view["followed_by"]),
            (&json!(null), &json!({ "again": true, "complaint": false }))
        );
        assert_eq!(press(&mut sam, fee).await, Err(409), "it is over");
    }
    assert_eq!(shop.states(&left).await, [State::Expired]);
    let subjects: Vec<String> =
        shop.portal.mails_to(SAM).await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects.iter().filter(|subject| subject.starts_with("Not received, because")).count(), 2);
    // The card service finds after all that one was paid: it is received now.
    let row = shop.rows(&left).await.remove(0);
    let store = shop.portal.state.db.council("demo");
    let served = shop.portal.state.councils.by_id("demo").unwrap();
    let till = Till { state: &shop.portal.state, served: &served, store: &store };
    shop.pay.settle(row.provider_ref.as_deref().unwrap());
    till.ask(row).await.unwrap();
    assert_eq!(sam.visitor.follow(&left.key).await["status"], "received");
    let grace = shop.portal.staff("grace@saltmarsh.example").await;
    grace.get(&format!("/api/staff/requests/{}", left.id)).await.is(200);
    // The other one goes, and who follows it is told so.
    let gone = async || {
        let state = &shop.portal.state;
        let (db, blobs, now) = (&state.db, &state.blobs, state.now());
        let retaining = Retaining { db, blobs, served: &served, now, is_dry: false };
        retaining.run().await.unwrap().services.values().map(|gone| gone.requests).sum::<u64>()
    };
    assert_eq!(gone().await, 0);
    shop.portal.turn(TimeDelta::days(31));
    assert_eq!(gone().await, 1);
    sam.get(&format!("/api/follow/{}", lapsed.key)).await.is(410);
    assert_eq!(sam.visitor.follow(&left.key).await["status"], "received");
}

/// 39: whatever the form says it costs, and whenever it was opened: nothing else is asked for than what was shown.
async fn what_it_costs_now_is_asked_again(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let service = shop.portal.visitor().get("/api/services/garden-waste").await.is(200).json();
    assert_eq!(service["prices"][0], "First bin: £4.33 if you pay today, for the month that is left");
    let post = |number: u128, quoted: serde_json::Value| {
        let body = json!({
            "service": "garden-waste", "version": service["service"]["version"], "answers": two_bins(), "quoted": quoted,
        });
        let visitor = shop.portal.visitor();
        async move { visitor.submit_text(number, body.to_string()).await }
    };
    for quoted in [0, 1, 765, 767, -766, i64::MAX, i64::MIN] {
        post(1, json!(quoted)).await.refused(409, "changed");
    }
    for quoted in [json!("766"), json!(7.66), json!([766])] {
        post(1, quoted).await.is(422);
    }
    assert_eq!(kept.rows("request").await, 0);
    let sent = post(1, json!(766)).await.is(201).json();
    // Another month, another price: the form is shown anew, and what was sent stays at what was agreed.
    shop.portal.turn_to("2027-01-05T10:00:00Z");
    post(2, json!(766)).await.refused(409, "changed");
    let fee = shop.garden_waste(3).await;
    assert_eq!(shop.portal.visitor().follow(&fee.key).await["payment"]["pence"], 9_200);
    assert_eq!(post(1, json!(766)).await.is(200).json(), sent, "sent again it is the same");
}

/// At the desk on a page that shows nothing but what is paid, or by a link that works for a day.
async fn staff_help_somebody_to_pay(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    // Received before it is paid.
    let badge = json!({
        "what": "lost", "for": "me", "holder-address.line1": "1 Mill Lane", "holder-address.town": "Saltmarsh",
        "true": "yes", "you.name": "Sam", "you.email": SAM,
    });
    let sent = shop.portal.visitor().submit_to("blue-badge", 1, &badge).await.is(201).json();
    assert_eq!(sent["to_pay"], json!(null));
    let store = shop.portal.state.db.council("demo");
    let id = store.followed(&secret::hash(sent["key"].as_str().unwrap().as_bytes())).await.unwrap().id;
    let kofi = shop.portal.staff("kofi@saltmarsh.example").await;
    let grace = shop.portal.staff("grace@saltmarsh.example").await;
    for way in ["payment", "payment/link"] {
        let way = format!("/api/staff/requests/{id}/{way}");
        grace.post(&way, &json!({})).await.is(404);
        shop.portal.visitor().post(&way, &json!({})).await.is(401);
    }
    let path = kofi.post(&format!("/api/staff/requests/{id}/payment"), &json!({})).await.is(200).text("path");
    // It says what is paid for, and nothing of whose it is.
    let mut desk = Browser::of(&shop.portal);
    let page = String::from_utf8(desk.get(&path).await.is(200).body.to_vec()).unwrap();
    assert!(
        page.contains("Pay £10.00 by card") && !page.contains("Sam") && !page.contains("/follow/"),
        "{page}"
    );
    let go = async |browser: &mut Browser, path: &str| {
        let reply = browser.post_form(path, "").await.is(200);
        reply.header("refresh").strip_prefix("0; url=").unwrap().to_owned()
    };
    let next = go(&mut desk, &path).await;
    shop.pay.pay(&next, &card("4000000000000002")).unwrap();
    assert_eq!(desk.get(&back_of(&shop)).await.is(303).header("location"), path, "and back to it");
    let page = String::from_utf8(desk.get(&path).await.is(200).body.to_vec()).unwrap();
    assert!(page.contains("The card was declined. No money was taken"), "{page}");
    // Half an hour later it opens nothing, nor does one that was changed.
    shop.portal.turn(TimeDelta::minutes(31));
    assert_eq!(desk.get(&path).await.status, 410);
    assert_eq!(desk.post_form(&path, "").await.status, 410);
    for wrong in ["/pay/a", "/pay/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        desk.get(wrong).await.is(404);
    }
    let mut changed = path.clone().into_bytes();
    let last = changed.len() - 30;
    changed[last] = if changed[last] == b'a' { b'b' } else { b'a' };
    desk.get(&String::from_utf8(changed).unwrap()).await.is(404);
    // By mail, for a day.
    let kofi = shop.portal.staff("kofi@saltmarsh.example").await;
    shop.portal.mails().await;
    kofi.post(&format!("/api/staff/requests/{id}/payment/link"), &json!({})).await.is(200);
    let mails = shop.portal.mails_to(SAM).await;
    let mail = mails.iter().rfind(|mail| mail.subject.starts_with("Your link to pay £10.00")).unwrap();
    let link = mail.link();
    let path = link.strip_prefix(PUBLIC_URL).unwrap();
    shop.portal.turn(TimeDelta::hours(23));
    let mut sam = Browser::of(&shop.portal);
    let next = go(&mut sam, path).await;
    shop.pay.pay(&next, &good_card()).unwrap();
    assert_eq!(sam.get(&back_of(&shop)).await.is(303).header("location"), path);
    // Where the browser has the link no longer, it is told how it went and is led nowhere: the request is not theirs.
    sam.forget("__Host-pay");
    let page = String::from_utf8(sam.get(&back_of(&shop)).await.is(200).body.to_vec()).unwrap();
    assert!(page.contains("Thank you: £10.00 is paid") && !page.contains("/follow/"), "{page}");
    let page = String::from_utf8(sam.get(path).await.is(200).body.to_vec()).unwrap();
    assert!(page.contains("Thank you: £10.00 is paid") && !page.contains("Pay £10.00 by card"), "{page}");
    let kofi = shop.portal.staff("kofi@saltmarsh.example").await;
    let case = kofi.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    assert_eq!(case["request"]["payment"]["state"], "paid");
    for way in ["payment", "payment/link"] {
        kofi.post(&format!("/api/staff/requests/{id}/{way}"), &json!({}))
            .await
            .refused(409, "nothing_to_pay");
    }
    shop.portal.turn(TimeDelta::hours(2));
    assert_eq!(sam.get(path).await.status, 410);
}

async fn who_does_not_pay_can_try_again(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let fee = shop.garden_waste(1).await;
    let mut sam = Browser::of(&shop.portal);
    // Declined, stopped, and left in a closed tab until it was too late.
    let next = press(&mut sam, &fee).await.unwrap();
    shop.pay.pay(&next, &card("4000000000000002")).unwrap();
    let next = press(&mut sam, &fee).await.unwrap();
    shop.pay.stop(&next);
    sam.get(&back_of(&shop)).await.is(303);
    let next = press(&mut sam, &fee).await.unwrap();
    let known = [State::Declined, State::Stopped];
    assert_eq!(shop.states(&fee).await, [&known[..], &[State::Open]].concat());
    for _ in 0..9 {
        assert_eq!(shop.mop_up().await, 1, "it is asked about every ten minutes");
    }
    assert_eq!(shop.mop_up().await, 0, "until it ended");
    assert_eq!(shop.states(&fee).await, [&known[..], &[State::Expired]].concat());
    shop.pay.pay(&next, &good_card()).unwrap();
    assert_eq!(shop.charges(&fee).await, 0, "a late card pays nothing");
    // Paid, and the tab closed before the way back: it is found out all the same.
    let next = press(&mut sam, &fee).await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    assert_eq!(shop.mop_up().await, 1);
    assert_eq!(shop.states(&fee).await.last(), Some(&State::Paid));
    assert_eq!((shop.charges(&fee).await, shop.rows(&fee).await.len()), (1, 4));
}

async fn lost_replies_cost_nobody_anything(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let mut sam = Browser::of(&shop.portal);
    let on = Some(Call::Create);
    for (number, fault) in [(1, Fault::LostReply), (2, Fault::ErrorAfter)] {
        let fee = shop.garden_waste(number).await;
        let before = shop.pay.payments().len();
        shop.pay.plan([Planned { on, fault }]);
        assert_eq!(press(&mut sam, &fee).await, Err(409), "we could not check");
        assert_eq!(shop.states(&fee).await, [State::Asked]);
        // It is there, and found by its reference.
        let next = press(&mut sam, &fee).await.unwrap();
        assert_eq!(shop.pay.payments().len(), before + 1);
        shop.pay.pay(&next, &good_card()).unwrap();
        sam.get(&back_of(&shop)).await.is(303);
        assert_eq!((shop.states(&fee).await, shop.charges(&fee).await), (vec![State::Paid], 1));
    }
    // It is not found yet: another one is made, and nobody learns where the first is paid.
    let fee = shop.garden_waste(3).await;
    shop.pay.lag(TimeDelta::minutes(5));
    shop.pay.plan([Planned { on, fault: Fault::LostReply }]);
    assert_eq!(press(&mut sam, &fee).await, Err(409));
    let next = press(&mut sam, &fee).await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    for _ in 0..10 {
        shop.mop_up().await;
    }
    assert_eq!((shop.states(&fee).await, shop.charges(&fee).await), (vec![State::Paid], 1));
    // Nothing was made, and nobody came again: it is looked for for three hours, and then it is over.
    shop.pay.lag(TimeDelta::zero());
    let fee = shop.garden_waste(4).await;
    shop.pay.plan([Planned { on, fault: Fault::ServerError }]);
    assert_eq!(press(&mut sam, &fee).await, Err(409));
    let mut asked = 0;
    while shop.states(&fee).await == [State::Asked] {
        asked += shop.mop_up().await;
    }
    assert_eq!((asked, shop.states(&fee).await), (18, vec![State::Broken]));
    // While the card service is down, nothing is known, and nothing is said to have failed.
    let fee = shop.garden_waste(5).await;
    let next = press(&mut sam, &fee).await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    shop.pay.plan([Planned { on: Some(Call::Get), fault: Fault::ServerError }]);
    let said = sam.get(&back_of(&shop)).await.is(409).body;
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.contains("We could not check with the card service") && !said.contains("not paid"),
        "{said}"
    );
    assert_eq!(shop.states(&fee).await, [State::Open]);
    shop.mop_up().await;
    assert_eq!(shop.states(&fee).await, [State::Paid]);
    // Without a key nobody pays, and nothing is written down.
    let fee = shop.garden_waste(6).await;
    std::fs::remove_file(shop.portal.path("payments/demo.key")).unwrap();
    assert_eq!(press(&mut sam, &fee).await, Err(409));
    assert!(shop.rows(&fee).await.is_empty());
}

/// 41: forged, written anew, repeated, in any order, ten megabytes, about nothing that is known.
async fn messages_are_only_reasons_to_ask(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let fee = shop.garden_waste(1).await;
    let mut sam = Browser::of(&shop.portal);
    let next = press(&mut sam, &fee).await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    let messages = shop.pay.take_messages();
    assert_eq!(messages.len(), 3);
    let Message { body, signature } = messages.last().unwrap();
    let mut claims: serde_json::Value = serde_json::from_str(body).unwrap();
    let anew = serde_json::to_string_pretty(&claims).unwrap();
    claims["resource"]["amount"] = json!(1);
    let changed = claims.to_string();
    let theirs = Message::new(body.clone(), "another secret").signature;
    let half = signature.get(..32);
    for (body, signature) in [
        (body.as_str(), None),
        (body, Some("")),
        (body, half),
        (body, Some("nothing hexadecimal")),
        (body, Some(theirs.as_str())),
        (anew.as_str(), Some(signature.as_str())),
        (changed.as_str(), Some(signature.as_str())),
    ] {
        shop.tell(body, signature).await.refused(401, "not_signed_in");
    }
    let huge = "x".repeat(10 * 1024 * 1024);
    shop.tell(&huge, Some(signature.as_str())).await.refused(413, "too_large");
    let no_json = Message::new("{".to_owned(), HOOK);
    shop.tell(&no_json.body, Some(&no_json.signature)).await.refused(400, "bad_request");
    assert_eq!(kept.rows("payment_hint").await, 0);
    assert_eq!(paying::run_due(&shop.portal.state).await.unwrap(), 0);
    assert_eq!(shop.states(&fee).await, [State::Open]);
    // What it says besides is not believed: the card service is asked. Told twice, and the last first, it is asked once.
    for message in messages.iter().rev().chain(&messages) {
        shop.tell_message(message).await;
    }
    assert_eq!(shop.states(&fee).await, [State::Open], "the reply comes before anybody asks");
    assert_eq!(kept.rows("payment_hint").await, 3);
    assert_eq!(paying::run_due(&shop.portal.state).await.unwrap(), 1);
    assert_eq!(shop.states(&fee).await, [State::Paid]);
    for message in &messages {
        shop.tell_message(message).await;
    }
    assert_eq!(paying::run_due(&shop.portal.state).await.unwrap(), 0);
    // About a payment of another system, and about something that is no payment.
    let unknown = json!({ "webhook_message_id": "m1", "resource_id": "unknown", "resource_type": "payment" });
    let refund =
        json!({ "webhook_message_id": "m2", "resource_id": "r1", "resource_type": "refund", "new": 1 });
    for body in [unknown, refund] {
        shop.tell_message(&Message::new(body.to_string(), HOOK)).await;
    }
    assert_eq!(shop.charges(&fee).await, 1);
    assert_eq!(
        shop.portal.mails_to(SAM).await.iter().filter(|mail| mail.subject.contains("Receipt")).count(),
        1
    );
    // A message's number is remembered for thirty days.
    shop.portal.turn(TimeDelta::days(31));
    server::jobs::sweep::sweep(&shop.portal.state).await.unwrap();
    assert_eq!(kept.rows("payment_hint").await, 0);
    // A council that takes no payments hears nothing.
    let deaf = Portal::open().await;
    let request = deaf.visitor().request(Method::POST, WEBHOOK).header(SIGNATURE, signature);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    deaf.visitor().send(request.body(Body::from(body.clone())).unwrap()).await.refused(401, "not_signed_in");
}

fn bill(pence: i64) -> Bill {
    let item = Item { label: "A line".into(), pence, codes: Codes::default(), account: "A1".into() };
    vec![item].try_into().unwrap()
}

/// Somebody wants to pay, in a browser of their own.
fn attempt(
    number: u128,
    purpose: Purpose,
    pence: i64,
    at: DateTime<Utc>,
) -> server::store::payments::NewPayment {
    server::store::payments::NewPayment {
        id: Uuid::from_u128(number),
        purpose,
        round: 0,
        receipt_to: Some(format!("{number}@example.org")),
        reference: format!("R{number}"),
        service: domain::payment::Service::GovukPay,
        bill: bill(pence),
        key_hash: vec![u8::try_from(number).unwrap(); 32],
        browser_hash: vec![u8::try_from(number).unwrap(); 32],
        place: None,
        at,
    }
}

/// Two people with two prices in mind, at one moment: who holds that nobody was led to a card page looks again.
async fn what_somebody_is_led_to_is_not_taken_back_unseen(kept: Kept) {
    use server::store::payments::{Begun, Said};
    let store = kept.db.council("demo");
    let at = crate::support::moment("2026-12-07T10:00:00Z");
    let purpose = Purpose::Request(Uuid::from_u128(7));
    let Begun::Pay(first) = store.begin_payment(attempt(1, purpose, 100, at)).await.unwrap() else {
        panic!()
    };
    let Begun::TakeBack(seen) = store.begin_payment(attempt(2, purpose, 200, at)).await.unwrap() else {
        panic!()
    };
    assert_eq!(seen.provider_ref, None);
    store.payment_is(first.id, "p1".to_owned()).await.unwrap();
    let said =
        |knew: Option<&str>| Said { knew: knew.map(Into::into), state: State::TakenBack, refunded: 0, at };
    let (there, _) = store.payment_said(seen.id, said(None), None).await.unwrap();
    assert_eq!((there.state, there.provider_ref.as_deref()), (State::Open, Some("p1")));
    let again = store.begin_payment(attempt(2, purpose, 200, at)).await.unwrap();
    assert!(
        matches!(again, Begun::TakeBack(there) if there.provider_ref.is_some()),
        "it is cancelled there first"
    );
    let (there, _) = store.payment_said(seen.id, said(Some("p1")), None).await.unwrap();
    assert_eq!(there.state, State::TakenBack);
    // All who are at one card page come back from it, and each has the receipt.
    for number in [3, 4, 4] {
        store.begin_payment(attempt(number, purpose, 300, at)).await.unwrap();
    }
    let payment = store.payments_for(purpose).await.unwrap().pop().unwrap();
    assert_eq!(payment.browsers, [vec![3; 32], vec![4; 32]]);
    assert_eq!(payment.receipts_to, ["3@example.org", "4@example.org"]);
}

/// Whoever was led to the card page comes back to their own page, and what ends meanwhile is not paid any more.
async fn who_was_led_comes_back_and_what_has_ended_is_taken_back(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let fee = shop.garden_waste(1).await;
    let (mut sam, mut ann) = (Browser::of(&shop.portal), Browser::of(&shop.portal));
    let pay = format!("/follow/{}/pay", fee.key);
    let mut led = Vec::new();
    for browser in [&mut sam, &mut ann] {
        led.push(browser.post_form(&pay, "").await.is(200).header("refresh").to_owned());
    }
    assert_eq!(shop.rows(&fee).await.len(), 1, "it is one payment");
    shop.pay.pay(led[1].strip_prefix("0; url=").unwrap(), &good_card()).unwrap();
    for browser in [&mut sam, &mut ann] {
        let home = browser.get(&back_of(&shop)).await.is(303).header("location").to_owned();
        assert_eq!(home, format!("/follow/{}/sent", fee.key));
    }
    Browser::of(&shop.portal).get(&back_of(&shop)).await.is(404);

    let fee = shop.garden_waste(2).await;
    let next =
        sam.post_form(&format!("/follow/{}/pay", fee.key), "").await.is(200).header("refresh").to_owned();
    shop.portal
        .visitor()
        .post(&format!("/api/follow/{}/withdraw", fee.key), &json!({ "reason": "" }))
        .await
        .is(200);
    shop.mop_up().await;
    assert_eq!(shop.states(&fee).await, [State::TakenBack]);
    // The card page takes nothing any more.
    let _ = shop.pay.pay(next.strip_prefix("0; url=").unwrap(), &good_card());
    shop.mop_up().await;
    assert_eq!(shop.states(&fee).await, [State::TakenBack]);
    let page = sam.get(&format!("/follow/{}/sent", fee.key)).await;
    assert!(!String::from_utf8_lossy(&page.body).contains("We have your request"));
}

/// At no time can two payments of one purpose be made, whatever either costs.
async fn another_price_takes_the_place_of_the_first(kept: Kept) {
    use server::store::payments::{Begun, Said};
    let store = kept.db.council("demo");
    let at = crate::support::moment("2026-12-07T10:00:00Z");
    let begin = |number: u128, pence: i64| {
        let (store, new) = (store.clone(), attempt(number, Purpose::Request(Uuid::from_u128(7)), pence, at));
        async move { store.begin_payment(new).await.unwrap() }
    };
    let said = |number: u128, state| {
        let store = store.clone();
        async move {
            let said = Said { knew: Some("there".into()), state, refunded: 0, at };
            store.payment_said(Uuid::from_u128(number), said, None).await.unwrap().0.state
        }
    };
    // Eight at once: one begins, and all go on with it.
    let all = futures::future::join_all((1..=8).map(|number| begin(number, 100))).await;
    let ids: BTreeSet<Uuid> = all
        .into_iter()
        .map(|begun| match begun {
            Begun::Pay(payment) => payment.id,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((ids.len(), kept.rows("payment").await), (1, 1));
    let first = ids.first().unwrap().as_u128();
    let Begun::TakeBack(before) = begin(20, 200).await else { panic!() };
    assert_eq!(before.id.as_u128(), first);
    // What the card service knows it by is kept once.
    let id = Uuid::from_u128(first);
    assert_eq!(store.payment_is(id, "p1".to_owned()).await.unwrap().as_deref(), Some("p1"));
    assert_eq!(store.payment_is(id, "p2".to_owned()).await.unwrap().as_deref(), Some("p1"));
    assert_eq!(said(first, State::TakenBack).await, State::TakenBack);
    assert_eq!(said(first, State::Open).await, State::TakenBack);
    let Begun::Pay(second) = begin(20, 200).await else { panic!() };
    assert_eq!((second.id.as_u128(), second.bill.total()), (20, 200));
    assert_eq!(said(20, State::TakenBack).await, State::TakenBack);
    assert_eq!(store.payment_is(Uuid::from_u128(20), "p3".to_owned()).await.unwrap(), None, "it is over");
    begin(21, 200).await;
    assert_eq!(said(21, State::Paid).await, State::Paid);
    for state in State::ALL {
        assert_eq!(said(21, state).await, State::Paid);
    }
    assert!(matches!(begin(22, 300).await, Begun::Paid(paid) if paid.id.as_u128() == 21));
    assert_eq!(kept.rows("payment").await, 3);
}

/// What may happen while somebody pays.
#[derive(Clone, Debug)]
enum Doing {
    Press(usize),
    /// The server stops while somebody presses: after so many steps.
    Crash(usize, usize),
    Card(usize, &'static str),
    Stop(usize),
    Back(usize),
    Tell {
        reversed: bool,
        times: usize,
    },
    LoseMessages,
    MopUp,
    /// Time does what it does by itself.
    Tick,
    Withdraw,
    Wait(i64),
    Fault(Option<Call>, Fault),
    Lag(i64),
    /// Staff want so much to go back, by one of two presses; the server may stop after so many steps.
    Refund {
        press: u128,
        pence: i64,
        steps: usize,
    },
    /// Somebody else agrees with what waits.
    Agree,
    /// Somebody sends money back in the card service's own pages.
    RefundThere(i64),
}

fn doing() -> impl Strategy<Value = Doing> {
    let call = prop::sample::select(vec![
        None,
        Some(Call::Create),
        Some(Call::Get),
        Some(Call::Search),
        Some(Call::Cancel),
        Some(Call::Refund),
    ]);
    let fault = prop::sample::select(vec![
        Fault::ServerError,
        Fault::ErrorAfter,
        Fault::LostReply,
        Fault::TooMany,
        Fault::Delay(1),
    ]);
    prop_oneof![
        5 => (0_usize..2).prop_map(Doing::Press),
        2 => (0_usize..2, 0_usize..60).prop_map(|(tab, steps)| Doing::Crash(tab, steps)),
        4 => (0_usize..2, prop::sample::select(vec!["4444333322221111", "4000000000000002", "4000000000000119"]))
            .prop_map(|(tab, number)| Doing::Card(tab, number)),
        1 => (0_usize..2).prop_map(Doing::Stop),
        2 => (0_usize..2).prop_map(Doing::Back),
        2 => (any::<bool>(), 1_usize..3).prop_map(|(reversed, times)| Doing::Tell { reversed, times }),
        1 => Just(Doing::LoseMessages),
        2 => Just(Doing::MopUp),
        1 => Just(Doing::Tick),
        1 => Just(Doing::Withdraw),
        1 => prop_oneof![3 => 1_i64..100, 1 => Just(8 * 24 * 60)].prop_map(Doing::Wait),
        3 => (call, fault).prop_map(|(call, fault)| Doing::Fault(call, fault)),
        1 => (0_i64..20).prop_map(Doing::Lag),
        5 => (0_u128..4, 1_i64..600, 0_usize..80)
            .prop_map(|(press, pence, steps)| Doing::Refund { press, pence, steps }),
        1 => Just(Doing::Agree),
        1 => (1_i64..300).prop_map(Doing::RefundThere),
    ]
}

/// Somebody's two tabs, and where each could pay.
struct Somebody {
    tabs: [Browser; 2],
    next: [Option<String>; 2],
    fee: Fee,
}

impl Somebody {
    async fn does(&mut self, shop: &Shop, doing: &Doing) {
        match doing {
            Doing::Press(tab) => {
                if let Ok(next) = press(&mut self.tabs[*tab], &self.fee).await {
                    self.next[*tab] = Some(next);
                }
            }
            Doing::Crash(tab, steps) => {
                let pressed = press(&mut self.tabs[*tab], &self.fee);
                let crash = async {
                    for _ in 0..*steps {
                        tokio::task::yield_now().await;
                    }
                };
                tokio::select! { _ = pressed => {}, () = crash => {} }
            }
            Doing::Card(tab, number) => {
                if let Some(next) = &self.next[*tab] {
                    // The address works once, and a payment that ended takes no card.
                    let _ = shop.pay.pay(next, &card(number));
                }
            }
            Doing::Stop(tab) => {
                if let Some(next) = &self.next[*tab] {
                    shop.pay.stop(next);
                }
            }
            Doing::Back(tab) => {
                if !shop.pay.payments().is_empty() {
                    self.tabs[*tab].get(&back_of(shop)).await;
                }
            }
            Doing::Tell { reversed, times } => {
                let mut messages = shop.pay.take_messages();
                if *reversed {
                    messages.reverse();
                }
                for message in messages.iter().flat_map(|message| std::iter::repeat_n(message, *times)) {
                    shop.tell_message(message).await;
                }
                paying::run_due(&shop.portal.state).await.unwrap();
            }
            Doing::LoseMessages => drop(shop.pay.take_messages()),
            Doing::MopUp => {
                shop.mop_up().await;
            }
            Doing::Tick => {
                clock::run_due(&shop.portal.state).await.unwrap();
            }
            Doing::Withdraw => {
                let withdraw = format!("/api/follow/{}/withdraw", self.fee.key);
                self.tabs[0].post(&withdraw, &json!({ "reason": "" })).await;
            }
            Doing::Wait(minutes) => shop.portal.turn(TimeDelta::minutes(*minutes)),
            Doing::Fault(on, fault) => shop.pay.plan([Planned { on: *on, fault: *fault }]),
            Doing::Lag(minutes) => shop.pay.lag(TimeDelta::minutes(*minutes)),
            Doing::Refund { press, pence, steps } => {
                let grace = shop.portal.staff_now("grace@saltmarsh.example").await;
                // Two presses of one form have one identifier, whatever else they say.
                let id = Uuid::from_u128(self.fee.id.as_u128() ^ press);
                let amount = money::show(*pence);
                let wish = json!({ "id": id, "amount": amount, "reason": "One bin was never brought." });
                let path = format!("/api/staff/requests/{}/refunds", self.fee.id);
                let crash = async {
                    for _ in 0..*steps {
                        tokio::task::yield_now().await;
                    }
                };
                tokio::select! { _ = grace.post(&path, &wish) => {}, () = crash => {} }
            }
            Doing::Agree => {
                let farah = shop.portal.staff_now("farah@saltmarsh.example").await;
                let waits = farah.get("/api/staff/refunds").await.is(200).json();
                for row in waits["waiting"].as_array().unwrap() {
                    let id = row["refund"]["id"].as_str().unwrap();
                    let path = format!("/api/staff/refunds/{id}/answer");
                    farah.post(&path, &json!({ "agree": true })).await.is(200);
                }
            }
            Doing::RefundThere(pence) => {
                if let Some(paid) = shop.pay.payments().iter().rev().find(|paid| paid.refundable() >= *pence)
                {
                    shop.pay.refund_elsewhere(&paid.id, *pence);
                }
            }
        }
    }
}

/// Nothing is shown as paid that is not, and nothing is paid twice.
async fn is_sound(shop: &Shop, fee: &Fee) {
    assert!(shop.charges(fee).await <= 1, "paid twice");
    let charged: BTreeMap<String, i64> = books(shop);
    for payment in shop.rows(fee).await {
        if payment.state == State::Paid {
            assert_eq!(charged.get(&payment.reference), Some(&payment.bill.total()), "shown as paid");
        }
        // Nothing is said to have gone back that did not, and each refund went back once at most.
        let there =
            shop.pay.payments().into_iter().find(|there| Some(&there.id) == payment.provider_ref.as_ref());
        let there = there.map_or(0, |there| there.refunded());
        assert!(there <= payment.bill.total(), "more went back than was paid");
        assert!(done(&shop.refunds(&payment).await) <= there, "shown as gone back");
    }
    // It is received when it is paid, neither sooner nor later, and once.
    let (events, is_paid) = loop {
        let before = shop.states(fee).await;
        let events = shop.portal.state.db.council("demo").events(fee.id).await.unwrap();
        // What goes on behind a press that was broken off may have written in between.
        if shop.states(fee).await == before {
            break (events, before.contains(&State::Paid));
        }
    };
    let paid = events.iter().filter(|past| matches!(past.event, Event::Paid(_))).count();
    assert_eq!(paid, usize::from(is_paid));
    assert_eq!(Case::fold(&events).unwrap().is_received(), is_paid);
}

/// Pence that went back.
fn done(refunds: &[Refund]) -> i64 {
    refunds.iter().filter(|refund| refund.state == RefundState::Done).map(|refund| refund.pence).sum()
}

/// What the card service took, by our references.
fn books(shop: &Shop) -> BTreeMap<String, i64> {
    let mut books = BTreeMap::new();
    for payment in shop.pay.payments().into_iter().filter(|payment| payment.status == Status::Success) {
        *books.entry(payment.asked.reference).or_default() += payment.asked.amount;
    }
    books
}

/// All that is under way ends by itself, and then our books are those of the card service.
async fn the_books_balance(shop: &Shop, fees: &[Fee]) {
    drop(shop.pay.take_messages());
    let mut rounds = 0;
    loop {
        shop.mop_up().await;
        let mut is_over = true;
        for fee in fees {
            is_over &= shop.states(fee).await.iter().all(|state| !state.is_under_way());
            for payment in shop.rows(fee).await {
                let waits =
                    |refund: &Refund| refund.state.is_under_way() && refund.state != RefundState::Waiting;
                is_over &= !shop.refunds(&payment).await.iter().any(waits);
            }
        }
        if is_over {
            break;
        }
        rounds += 1;
        assert!(rounds < 60, "something never ends");
    }
    let mut ours = BTreeMap::new();
    for fee in fees {
        for payment in shop.rows(fee).await.into_iter().filter(|payment| payment.state == State::Paid) {
            ours.insert(payment.reference.clone(), payment.bill.total());
        }
    }
    let mut theirs = books(shop);
    theirs.retain(|reference, _| ours.contains_key(reference) || fees.len() > 1);
    assert_eq!(ours, theirs);
    // What went back, too, but for what was sent back there in the card service's own pages and is not asked about yet.
    for fee in fees {
        for payment in shop.rows(fee).await.iter().filter(|payment| payment.state == State::Paid) {
            let till = shop.portal.state.councils.by_id("demo").unwrap();
            let store = shop.portal.state.db.council("demo");
            let till = Till { state: &shop.portal.state, served: &till, store: &store };
            till.settle(payment).await.unwrap();
            let there = shop.pay.payments().into_iter();
            let there: Vec<_> =
                there.filter(|there| Some(&there.id) == payment.provider_ref.as_ref()).collect();
            let refunds = shop.refunds(payment).await;
            assert_eq!(done(&refunds), there[0].refunded(), "{refunds:?}");
            let own = refunds.iter().filter(|refund| refund.provider_ref.is_some()).count();
            assert_eq!(own, there[0].refunds.len(), "each refund went back once");
            assert_eq!(shop.rows(fee).await.iter().map(|row| row.refunded).max(), Some(there[0].refunded()));
        }
    }
}

/// Against the card service's own state machine: whatever is done in whatever order, with whatever faults, there is at most
/// one charge, and in the end the books balance.
#[test]
fn any_order_of_things_is_one_charge() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shop = runtime.block_on(Shop::open_with(Setup::default(), "agree_above = \"£4\""));
    let number = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let run = runner.run(&prop::collection::vec(doing(), 1..30), |doings| {
        runtime.block_on(async {
            number.set(number.get() + 1);
            // Another day: what waits for its time has had it, and the first form is open.
            shop.portal.turn_to("2026-12-07T10:00:00Z");
            let fee = shop.garden_waste(number.get()).await;
            let tabs = [Browser::of(&shop.portal), Browser::of(&shop.portal)];
            let mut somebody = Somebody { tabs, next: [None, None], fee };
            for doing in &doings {
                somebody.does(&shop, doing).await;
                is_sound(&shop, &somebody.fee).await;
            }
            shop.pay.forget_faults();
            shop.pay.lag(TimeDelta::zero());
            let fees = [somebody.fee];
            the_books_balance(&shop, &fees).await;
            is_sound(&shop, &fees[0]).await;
            assert_eq!(
                shop.charges(&fees[0]).await,
                shop.states(&fees[0]).await.iter().filter(|state| **state == State::Paid).count(),
                "what was charged is known"
            );
        });
        Ok(())
    });
    run.unwrap();
}

/// Many payments while one call in five goes wrong. `PORTICO_TEST_PAYMENTS` says how many.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how it went is for who runs it")]
async fn one_call_in_five_goes_wrong() {
    let many = std::env::var("PORTICO_TEST_PAYMENTS").ok().and_then(|many| many.parse().ok()).unwrap_or(40);
    let shop = Shop::open(Setup::default()).await;
    shop.pay.go_wrong(20);
    let mut fees = Vec::new();
    for number in 1..=many {
        let fee = shop.garden_waste(number).await;
        let mut sam = Browser::of(&shop.portal);
        for _ in 0..4 {
            if let Ok(next) = press(&mut sam, &fee).await {
                // One in seven is declined, and tries again.
                let number = if number % 7 == 0 { "4000000000000002" } else { "4444333322221111" };
                shop.pay.pay(&next, &card(number)).unwrap();
                let back = sam.get(&back_of(&shop)).await.status.as_u16();
                assert!(matches!(back, 303 | 409), "{back}");
            }
        }
        let mut messages = shop.pay.take_messages();
        messages.reverse();
        for message in messages.iter().chain(messages.first()) {
            shop.tell_message(message).await;
        }
        assert!(shop.charges(&fee).await <= 1);
        fees.push(fee);
    }
    shop.pay.go_wrong(0);
    the_books_balance(&shop, &fees).await;
    let (mut charges, mut paid) = (0, 0);
    for fee in &fees {
        charges += shop.charges(fee).await;
        paid += shop.states(fee).await.iter().filter(|state| **state == State::Paid).count();
    }
    println!(
        "{many} requests, one call in five went wrong: {paid} paid, {charges} charges, none twice, none unresolved"
    );
    assert_eq!(paid, charges);
    assert!(paid > 0);
}

fn new_payment(number: u128, reference: &str) -> NewPayment {
    NewPayment {
        id: Uuid::from_u128(number),
        reference: reference.to_owned(),
        description: "Bins <& \"more\"> | see https://example.org".to_owned(),
        bill: bill(5_000),
        return_url: format!("{PUBLIC_URL}/payments/x"),
        email: Some(SAM.to_owned()),
    }
}

/// What every card service has to do. With `paid`, somebody can pay there in the test.
async fn keeps_the_contract(
    provider: &dyn PaymentProvider,
    (reference, now): (&str, DateTime<Utc>),
    paid: impl AsyncFn(&str),
) {
    let new = new_payment(1, reference);
    let started = provider.create(&new).await.unwrap();
    assert!(started.next_url.starts_with("http"));
    let standing = provider.query(&started.provider_ref).await.unwrap();
    assert_eq!((standing.state, standing.pence, standing.refunded), (State::Open, 5_000, 0));
    assert_eq!(standing.reference, reference);
    assert!(standing.next_url.is_some());
    // A lost reply is found again.
    let found = provider.recover(&new).await.unwrap();
    assert!(found.is_none_or(|found| found.provider_ref == started.provider_ref));
    paid(&standing.next_url.unwrap()).await;
    let standing = provider.query(&started.provider_ref).await.unwrap();
    if standing.state == State::Paid {
        provider.refund(&started.provider_ref, Uuid::from_u128(7), 2_000, 5_000).await.unwrap();
        assert_eq!(provider.query(&started.provider_ref).await.unwrap().refunded, 2_000);
        // The same again, because its reply was lost: nothing more goes back.
        let _ = provider.refund(&started.provider_ref, Uuid::from_u128(7), 2_000, 5_000).await;
        assert_eq!(provider.query(&started.provider_ref).await.unwrap().refunded, 2_000);
        provider.refund(&started.provider_ref, Uuid::from_u128(8), 3_000, 3_000).await.unwrap();
        let after = provider.query(&started.provider_ref).await.unwrap();
        assert_eq!((after.state, after.refunded), (State::Paid, 5_000));
        // Each is listed once, of the payment and of the day.
        let of_it = provider.refunds(&started.provider_ref).await.unwrap();
        let mut sums: Vec<i64> = of_it.iter().map(|told| told.pence).collect();
        sums.sort_unstable();
        assert_eq!(sums, [2_000, 3_000]);
        assert_eq!(gone(&of_it), 5_000);
        let at = of_it.iter().map(|told| told.at).max().unwrap();
        let span = (at - TimeDelta::hours(1), at + TimeDelta::hours(1));
        let day = provider.list_refunds(span).await.unwrap();
        assert!(of_it.iter().all(|told| day.iter().any(|other| other.provider_ref == told.provider_ref)));
        let before = (span.0 - TimeDelta::days(1), span.0);
        let day = provider.list_refunds(before).await.unwrap();
        assert!(!of_it.iter().any(|told| day.iter().any(|other| other.provider_ref == told.provider_ref)));
        assert!(
            provider.refund(&started.provider_ref, Uuid::from_u128(9), 1, 0).await.is_err(),
            "nothing is left"
        );
    }
    // It is on the list of its day.
    let listed = provider.list((now - TimeDelta::hours(1), now + TimeDelta::hours(1))).await.unwrap();
    let listed = listed.iter().find(|one| one.provider_ref == started.provider_ref).unwrap();
    let standing = provider.query(&started.provider_ref).await.unwrap();
    assert_eq!((&*listed.reference, listed.pence, listed.state), (reference, 5_000, standing.state));
    let listed = provider.list((now - TimeDelta::days(2), now - TimeDelta::days(1))).await.unwrap();
    assert!(listed.iter().all(|one| one.provider_ref != started.provider_ref));
    // One that nobody wants any more.
    let started = provider.create(&new_payment(2, &format!("{reference}-2"))).await.unwrap();
    provider.cancel(&started.provider_ref).await.unwrap();
    let standing = provider.query(&started.provider_ref).await.unwrap();
    assert!(standing.state.is_unpaid(), "{standing:?}");
    assert!(matches!(provider.cancel(&started.provider_ref).await, Err(PayError::Refused(_))));
    // Too much, and nothing that is known.
    let mut dear = new_payment(3, &format!("{reference}-3"));
    dear.bill = bill(MOST);
    provider.create(&dear).await.unwrap();
    for unknown in ["unknown", "", "../refunds", "a b"] {
        assert_eq!(provider.query(unknown).await, Err(PayError::Unknown), "{unknown}");
    }
}

/// The present moment, where a real card service is asked.
#[expect(clippy::disallowed_methods, reason = "a real card service has the real time")]
fn today() -> DateTime<Utc> {
    Utc::now()
}

#[tokio::test]
async fn govuk_pay_keeps_the_contract() {
    let shop = Shop::open(Setup::default()).await;
    let council = shop.portal.state.councils.by_id("demo").unwrap();
    let provider = shop.portal.state.payments.of(&council.council).await.unwrap();
    let now = shop.portal.state.now();
    let pays = async |next: &str| shop.pay.pay(next, &good_card()).unwrap();
    keeps_the_contract(&*provider, ("ABCD-1234", now), pays).await;
    for (fault, on) in
        [(Fault::TooMany, Call::Get), (Fault::LostReply, Call::Get), (Fault::ServerError, Call::Get)]
    {
        shop.pay.plan([Planned { on: Some(on), fault }]);
        let id = shop.pay.payments()[0].id.clone();
        assert!(matches!(provider.query(&id).await, Err(PayError::CouldNotCheck(_))), "{fault:?}");
        assert!(provider.query(&id).await.is_ok());
    }
    // Of a real test account, where there is a key: nobody pays there, the rest must hold.
    if let Ok(key) = std::env::var("PORTICO_TEST_GOVUK_PAY_KEY") {
        let portal = Setup::default().with_sign_in("[payments]\nservice = \"govuk_pay\"").open().await;
        std::fs::create_dir_all(portal.path("payments")).unwrap();
        std::fs::write(portal.path("payments/demo.key"), key).unwrap();
        let council = portal.state.councils.by_id("demo").unwrap();
        let provider = portal.state.payments.of(&council.council).await.unwrap();
        let reference = format!("portico-{}", today().timestamp());
        keeps_the_contract(&*provider, (&reference, today()), async |_: &str| ()).await;
    }
}

/// What stands in for Stripe: sessions and refunds, with its idempotency keys.
#[derive(Clone, Default)]
struct Stripe(Arc<Mutex<StripeBook>>);

#[derive(Default)]
struct StripeBook {
    /// Session, whether it is open, paid or expired, what went back.
    sessions: Vec<(serde_json::Value, i64)>,
    /// What went back, one by one.
    refunds: Vec<serde_json::Value>,
    /// The present moment.
    now: i64,
    /// What was answered under a key.
    answered: BTreeMap<String, (u16, serde_json::Value)>,
}

impl Stripe {
    async fn open(&self) -> String {
        let app = axum::Router::new().fallback(axum::routing::any(Self::answer)).with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        format!("http://{address}")
    }

    async fn answer(
        axum::extract::State(stripe): axum::extract::State<Self>,
        request: axum::extract::Request,
    ) -> (axum::http::StatusCode, axum::Json<serde_json::Value>) {
        assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer sk_test_portal");
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let query = request.uri().query().unwrap_or_default().to_owned();
        let once = request.headers().get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body = if body.is_empty() { query.into_bytes() } else { body.to_vec() };
        let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
        let mut book = stripe.0.lock().unwrap();
        let before = once.as_ref().and_then(|once| book.answered.get(once).cloned());
        let (status, told) = before.unwrap_or_else(|| book.answer(&method, &path, &form));
        if let Some(once) = once {
            book.answered.insert(once, (status, told.clone()));
        }
        (axum::http::StatusCode::from_u16(status).unwrap(), axum::Json(told))
    }

    fn pay(&self, next_url: &str) {
        let mut book = self.0.lock().unwrap();
        let (session, _) = book.sessions.iter_mut().find(|(session, _)| session["url"] == next_url).unwrap();
        (session["status"], session["payment_status"]) = (json!("complete"), json!("paid"));
        session["url"] = serde_json::Value::Null;
    }
}

impl StripeBook {
    fn answer(
        &mut self,
        method: &Method,
        path: &str,
        form: &BTreeMap<String, String>,
    ) -> (u16, serde_json::Value) {
        let refused = |status: u16, code: &str| {
            (status, json!({ "error": { "type": "invalid_request_error", "code": code } }))
        };
        let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            ("POST", ["checkout", "sessions"]) => {
                let field = |name: &str| form.get(name).unwrap_or_else(|| panic!("{name}: {form:?}"));
                assert_eq!(field("line_items[0][price_data][currency]"), "gbp");
                assert_eq!(field("mode"), "payment");
                assert_eq!(field("line_items[0][price_data][product_data][name]"), "Bins & more see");
                assert!(field("payment_intent_data[metadata][line_1]").contains("account=A1"));
                assert_eq!(field("success_url"), field("cancel_url"));
                let number = self.sessions.len();
                let session = json!({
                    "id": format!("cs_test_{number}"), "object": "checkout.session", "currency": "gbp",
                    "status": "open", "payment_status": "unpaid", "url": format!("https://checkout.example/{number}"),
                    "amount_total": field("line_items[0][price_data][unit_amount]").parse::<i64>().unwrap(),
                    "client_reference_id": field("client_reference_id"), "created": self.now,
                    "payment_intent": { "id": format!("pi_{number}"), "latest_charge": null },
                });
                self.sessions.push((session.clone(), 0));
                (200, session)
            }
            ("GET", ["checkout", "sessions"]) => {
                let all = self.sessions.iter().map(|(session, _)| session.clone()).collect();
                (200, page(all, form))
            }
            ("GET", ["refunds"]) => (200, page(self.refunds.clone(), form)),
            ("GET" | "POST", ["checkout", "sessions", id, ..]) => {
                let found = self.sessions.iter_mut().find(|(session, _)| session["id"] == *id);
                let Some((session, refunded)) = found else { return refused(404, "resource_missing") };
                if method == Method::POST {
                    if session["status"] != "open" {
                        return refused(400, "checkout_session_not_open");
                    }
                    session["status"] = json!("expired");
                    session["url"] = serde_json::Value::Null;
                }
                if session["payment_status"] == "paid" {
                    session["payment_intent"]["latest_charge"] = json!({ "amount_refunded": *refunded });
                }
                (200, session.clone())
            }
            ("POST", ["refunds"]) => {
                let pence: i64 = form["amount"].parse().unwrap();
                let found = self
                    .sessions
                    .iter_mut()
                    .find(|(session, _)| session["payment_intent"]["id"] == form["payment_intent"]);
                let Some((session, refunded)) = found else { return refused(404, "resource_missing") };
                if *refunded + pence > session["amount_total"].as_i64().unwrap() {
                    return refused(400, "charge_already_refunded");
                }
                *refunded += pence;
                let refund = json!({
                    "id": format!("re_{}", self.refunds.len() + 1), "status": "succeeded", "amount": pence,
                    "created": self.now, "payment_intent": form["payment_intent"],
                    "metadata": { "refund": form["metadata[refund]"] },
                });
                self.refunds.push(refund.clone());
                (200, refund)
            }
            _ => panic!("{method} {path}"),
        }
    }
}

/// One of its pages, which have one thing each, the newest first.
fn page(mut all: Vec<serde_json::Value>, form: &BTreeMap<String, String>) -> serde_json::Value {
    all.reverse();
    all.retain(|one| {
        let at = one["created"].as_i64().unwrap();
        let is = |name: &str| form.get(name).is_none_or(|asked| one[name] == asked.as_str());
        let bound = |name: &str| form.get(name).map(|bound| bound.parse::<i64>().unwrap());
        is("payment_intent")
            && bound("created[gte]").is_none_or(|from| from <= at)
            && bound("created[lt]").is_none_or(|until| at < until)
    });
    if let Some(last) = form.get("starting_after") {
        let at = all.iter().position(|one| one["id"] == last.as_str()).unwrap();
        all.drain(..=at);
    }
    let has_more = all.len() > 1;
    all.truncate(1);
    json!({ "object": "list", "data": all, "has_more": has_more })
}

#[tokio::test]
async fn stripe_keeps_the_contract() {
    let stripe = Stripe::default();
    stripe.0.lock().unwrap().now = crate::support::moment("2026-12-07T10:00:00Z").timestamp();
    let settings = format!("[payments]\nservice = \"stripe\"\napi = \"{}\"", stripe.open().await);
    let portal = Setup::default().with_sign_in(&settings).open().await;
    std::fs::create_dir_all(portal.path("payments")).unwrap();
    std::fs::write(portal.path("payments/demo.key"), "sk_test_portal").unwrap();
    std::fs::write(portal.path("payments/demo.webhook"), "whsec_x").unwrap();
    let council = portal.state.councils.by_id("demo").unwrap();
    let provider = portal.state.payments.of(&council.council).await.unwrap();
    let now = portal.state.now();
    keeps_the_contract(&*provider, ("ABCD-1234", now), async |next: &str| stripe.pay(next)).await;
    assert_eq!(stripe.0.lock().unwrap().sessions.len(), 3, "asked again it makes no other");
    // Of a real test account, where there is a key.
    if let Ok(key) = std::env::var("PORTICO_TEST_STRIPE_KEY") {
        let portal = Setup::default().with_sign_in("[payments]\nservice = \"stripe\"").open().await;
        std::fs::create_dir_all(portal.path("payments")).unwrap();
        std::fs::write(portal.path("payments/demo.key"), key).unwrap();
        let council = portal.state.councils.by_id("demo").unwrap();
        let provider = portal.state.payments.of(&council.council).await.unwrap();
        let reference = format!("portico-{}", today().timestamp());
        let nobody = async |_: &str| ();
        keeps_the_contract(&*provider, (&reference, today()), nobody).await;
    }

    // Its webhooks: signed over the time and the bytes, and worth nothing five minutes later.
    let body = json!({ "id": "evt_1", "type": "checkout.session.completed", "data": { "object": { "id": "cs_test_0", "object": "checkout.session" } } });
    let body = body.to_string();
    let now = portal.state.now().timestamp();
    let signed = |at: i64, body: &str| Message::new(format!("{at}.{body}"), "whsec_x").signature;
    let hint = |header: String, body: &str| {
        let mut headers = axum::http::HeaderMap::new();
        headers.insert("stripe-signature", header.parse().unwrap());
        provider.verify(&headers, body.as_bytes())
    };
    let good = hint(format!("t={now},v0=00,v1={}", signed(now, &body)), &body).unwrap();
    assert_eq!((good.message.as_str(), good.provider_ref.as_deref()), ("evt_1", Some("cs_test_0")));
    // While a secret is changed, there are two.
    hint(format!("t={now},v1={},v1={}", "0".repeat(64), signed(now, &body)), &body).unwrap();
    for header in [
        String::new(),
        format!("t={now}"),
        format!("v1={}", signed(now, &body)),
        format!("t={now},v0={}", signed(now, &body)),
        format!("t={},v1={}", now + 1, signed(now, &body)),
        format!("t={old},v1={}", signed(now - 301, &body), old = now - 301),
        format!("t={late},v1={}", signed(now + 301, &body), late = now + 301),
    ] {
        assert_eq!(hint(header.clone(), &body), Err(Forged::Signature), "{header}");
    }
    let other =
        json!({ "id": "evt_2", "data": { "object": { "id": "cus_1", "object": "customer" } } }).to_string();
    assert_eq!(hint(format!("t={now},v1={}", signed(now, &other)), &other).unwrap().provider_ref, None);
    assert_eq!(hint(format!("t={now},v1={}", signed(now, "{")), "{"), Err(Forged::Unreadable));
}
