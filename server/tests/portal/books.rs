//! The council's books: money that goes back, receipts, what was paid on a day, and whether the card service says the same.

use chrono::TimeDelta;
use domain::payment::State;
use domain::refund::RefundState;
use pay_stand_in::ledger::Goes;
use pay_stand_in::{Call, Fault, Planned, good_card};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::payments::{Fee, SAM, Shop, back_of, press};
use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Reply, Setup, Visitor};

on_both_engines!(
    money_goes_back_once,
    two_pairs_of_eyes,
    what_went_back_elsewhere_is_in_the_books,
    a_bank_may_take_its_time,
    a_receipt_says_what_was_paid,
    what_was_paid_is_in_the_account,
    the_income_of_a_day_balances,
    every_difference_is_explained_or_red,
    finance_is_told_in_the_morning,
);

/// An officer of the department whose request it is, and one of another.
const KOFI: &str = "kofi@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";
/// A manager of another department, finance, and who reads the log.
const TOM: &str = "tom@saltmarsh.example";
const FARAH: &str = "farah@saltmarsh.example";
const NIA: &str = "nia@saltmarsh.example";

impl Shop {
    /// A shop whose staff send up to £50 back by themselves.
    async fn opens(kept: &Kept) -> Self {
        Self::open_with(Setup::default().in_database(&kept.url), "agree_above = \"£50\"").await
    }

    /// A bay that is suspended for a move, £65: it is received before it is paid.
    async fn bay(&self, number: u128) -> Fee {
        let answers = json!({
            "reason": "move", "place.words": "Mill Lane, 1 to 3", "bays": "1", "days.from.day": "11 January 2027",
            "days.to.day": "12 January 2027", "you.name": "Sam", "you.email": SAM,
        });
        let key = self.portal.visitor().submit_to("suspend-bay", number, &answers).await.is(201).text("key");
        let store = self.portal.state.db.council("demo");
        let id = store.followed(&server::secret::hash(key.as_bytes())).await.unwrap().id;
        Fee { key, id }
    }

    /// One that is paid.
    async fn paid(&self, number: u128) -> Fee {
        let fee = self.bay(number).await;
        let mut sam = Browser::of(&self.portal);
        let next = press(&mut sam, &fee).await.unwrap();
        self.pay.pay(&next, &good_card()).unwrap();
        sam.get(&back_of(self)).await.is(303);
        assert_eq!(self.rows(&fee).await.last().unwrap().state, State::Paid);
        self.portal.mails().await;
        fee
    }

    /// What went back of the money for a request, at the card service.
    async fn back(&self, fee: &Fee) -> Vec<i64> {
        let rows = self.rows(fee).await;
        let of_it = |there: &pay_stand_in::ledger::Payment| {
            rows.iter().any(|row| row.provider_ref.as_ref() == Some(&there.id))
        };
        let there = self.pay.payments().into_iter().filter(of_it);
        there.flat_map(|there| there.refunds.into_iter().map(|refund| refund.amount)).collect()
    }

    async fn refund_states(&self, fee: &Fee) -> Vec<RefundState> {
        let paid = self.rows(fee).await.pop().unwrap();
        self.refunds(&paid).await.into_iter().map(|refund| refund.state).collect()
    }
}

async fn wish(member: &Visitor, fee: &Fee, id: u128, amount: &str) -> Reply {
    let wish = json!({ "id": Uuid::from_u128(id), "amount": amount, "reason": "The sign never came." });
    member.post(&format!("/api/staff/requests/{}/refunds", fee.id), &wish).await
}

async fn answers(member: &Visitor, id: u128, agree: bool, reason: &str) -> Reply {
    let path = format!("/api/staff/refunds/{}/answer", Uuid::from_u128(id));
    member.post(&path, &json!({ "agree": agree, "reason": reason })).await
}

async fn money_goes_back_once(kept: Kept) {
    let shop = Shop::opens(&kept).await;
    let (fee, unpaid) = (shop.paid(1).await, shop.bay(2).await);
    let kofi = shop.portal.staff_now(KOFI).await;
    let path = format!("/api/staff/requests/{}", fee.id);
    let shown = kofi.get(&path).await.is(200).json()["refunds"].clone();
    assert_eq!(
        (&shown["paid"], &shown["left"], &shown["alone"]),
        (&json!(6_500), &json!(6_500), &json!(5_000))
    );
    // Not more than was paid, not nothing, and nothing of what is not paid.
    for (amount, code) in [
        ("65.01", "too_much_money"),
        ("0", "not_money"),
        ("-1", "not_money"),
        ("ten", "not_money"),
        ("999999999", "too_much_money"),
    ] {
        let refused = wish(&kofi, &fee, 9, amount).await.is(422).json();
        assert_eq!(refused["fields"][0]["code"], code, "{amount}");
    }
    wish(&kofi, &unpaid, 9, "1").await.refused(409, "nothing_to_refund");
    // Not by who has nothing to do with it, nor by finance alone.
    wish(&shop.portal.staff_now(GRACE).await, &fee, 9, "1").await.is(404);
    wish(&shop.portal.staff_now(FARAH).await, &fee, 9, "1").await.refused(403, "not_your_role");
    shop.portal.visitor().post(&format!("{path}/refunds"), &json!({})).await.is(401);
    assert_eq!(kept.rows("refund").await, 0);
    // Pressed twice it is one, and another under its identifier is none.
    let case = wish(&kofi, &fee, 1, "£40").await.is(200).json();
    wish(&kofi, &fee, 1, "£40").await.is(200);
    wish(&kofi, &fee, 1, "£5").await.refused(409, "not_allowed");
    assert_eq!((shop.back(&fee).await, kept.rows("refund").await), (vec![4_000], 1));
    let refund = &case["refunds"]["refunds"][0];
    assert_eq!((&refund["state"], &refund["asked_by"]), (&json!("done"), &json!("Kofi Mensah")));
    assert_eq!((&case["refunds"]["left"], &case["refunds"]["alone"]), (&json!(2_500), &json!(1_000)));
    // Its resident reads it, and is told once.
    let shown = shop.portal.visitor().follow(&fee.key).await["payment"]["refunds"].clone();
    let said =
        json!([{ "pence": 4_000, "on": "7 December 2026", "done": true, "reason": "The sign never came." }]);
    assert_eq!(shown, said);
    let mut mails = shop.portal.mails_to(SAM).await;
    mails.retain(|mail| mail.subject.starts_with("Refund"));
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.subject, "Refund: £40.00 goes back to your card for “Ask us to suspend a parking bay”");
    assert!(
        mail.text.contains("£40.00 of the £65.00") && mail.text.contains("The sign never came."),
        "{}",
        mail.text
    );
    // A reply that is lost: it is there or not, and is asked about until that is known. Nothing goes back twice.
    let mut done = vec![4_000];
    for (id, fault) in
        [(2, Fault::LostReply), (3, Fault::ErrorAfter), (4, Fault::ServerError), (5, Fault::TooMany)]
    {
        shop.pay.plan([Planned { on: Some(Call::Refund), fault }]);
        wish(&kofi, &fee, id, "1.00").await.is(200);
        done.push(100);
        shop.mop_up().await;
        assert_eq!(shop.back(&fee).await, done, "{fault:?}");
        assert_eq!(shop.refund_states(&fee).await, vec![RefundState::Done; done.len()]);
    }
    // Other money went back meanwhile, in the card service's own pages: that is known, and this goes back besides.
    let there = shop.pay.payments().remove(0);
    shop.pay.plan([Planned { on: Some(Call::Refund), fault: Fault::ServerError }]);
    wish(&kofi, &fee, 6, "2.00").await.is(200);
    assert_eq!(shop.refund_states(&fee).await.last(), Some(&RefundState::Sent));
    shop.pay.refund_elsewhere(&there.id, 300);
    shop.mop_up().await;
    done.extend([300, 200]);
    assert_eq!(shop.back(&fee).await, done);
    assert!(shop.refund_states(&fee).await.iter().all(|state| *state == RefundState::Done));
    // What is left there is less than what was promised here: the card service says no, and staff read it.
    shop.pay.plan([Planned { on: Some(Call::Refund), fault: Fault::ServerError }]);
    wish(&kofi, &fee, 7, "1.00").await.is(200);
    let left = shop.pay.payments()[0].refundable();
    shop.pay.refund_elsewhere(&there.id, left);
    shop.mop_up().await;
    assert!(shop.refund_states(&fee).await.contains(&RefundState::Failed));
    let view = kofi.get(&path).await.is(200).json()["refunds"].clone();
    assert_eq!(view["left"], 0);
    assert_eq!(shop.back(&fee).await.iter().sum::<i64>(), 6_500);
    wish(&kofi, &fee, 8, "0.01").await.is(422);
    // What was done is in the log.
    let log = shop.portal.staff_now(NIA).await.get("/api/staff/audit").await.is(200).json();
    let entry = |row: &&Value| row["detail"].as_str().unwrap().contains("Asked for a refund of £40.00");
    assert_eq!(log["rows"].as_array().unwrap().iter().filter(entry).count(), 1);
}

async fn two_pairs_of_eyes(kept: Kept) {
    let shop = Shop::opens(&kept).await;
    let fee = shop.paid(1).await;
    let (kofi, tom) = (shop.portal.staff_now(KOFI).await, shop.portal.staff_now(TOM).await);
    wish(&kofi, &fee, 1, "50").await.is(200);
    // In many small sums it is as much.
    let case = wish(&kofi, &fee, 2, "10").await.is(200).json();
    assert_eq!(case["refunds"]["refunds"][1]["state"], "waiting");
    assert_eq!((shop.back(&fee).await, &case["refunds"]["left"]), (vec![5_000], &json!(500)));
    let shown = shop.portal.visitor().follow(&fee.key).await["payment"]["refunds"].clone();
    assert_eq!(shown.as_array().unwrap().len(), 1, "what waits is nothing yet");
    // Not who asked for it: an officer may not, and as a manager neither.
    answers(&kofi, 2, true, "").await.refused(403, "not_your_role");
    let id = shop.portal.state.db.council("demo").staff_by_email(KOFI).await.unwrap().unwrap().id;
    let omar = shop.portal.staff_now("omar@saltmarsh.example").await;
    omar.post(&format!("/api/staff/members/{id}/role"), &json!({ "role": "manager" })).await.is(204);
    let row = kofi.get("/api/staff/refunds").await.is(200).json()["waiting"][0].clone();
    assert_eq!((&row["own"], &row["request"]), (&json!(true), &json!(fee.id)));
    answers(&kofi, 2, true, "").await.refused(409, "own_proposal");
    // Who has nothing to do with the request finds nothing, and finance finds it without the request.
    assert_eq!(tom.get("/api/staff/refunds").await.is(200).json()["waiting"], json!([]));
    answers(&tom, 2, true, "").await.is(404);
    let farah = shop.portal.staff_now(FARAH).await;
    let row = farah.get("/api/staff/refunds").await.is(200).json()["waiting"][0].clone();
    assert!(
        row["request"].is_null()
            && row["paid_for"].as_str().unwrap().starts_with("Ask us to suspend a parking bay")
    );
    farah.get(&format!("/api/staff/requests/{}", fee.id)).await.refused(403, "not_your_role");
    // Why not has to be said; then its money can go back another time.
    answers(&farah, 2, false, " ").await.is(422);
    answers(&farah, 2, false, "The crew says it came.").await.is(200);
    answers(&farah, 2, true, "").await.refused(409, "not_allowed");
    let case = kofi.get(&format!("/api/staff/requests/{}", fee.id)).await.is(200).json();
    let refused = &case["refunds"]["refunds"][1];
    assert_eq!((&refused["state"], &refused["answered_by"]), (&json!("refused"), &json!("Farah Aziz")));
    assert_eq!(
        (&refused["answer"], &case["refunds"]["left"]),
        (&json!("The crew says it came."), &json!(1_500))
    );
    wish(&kofi, &fee, 3, "15").await.is(200);
    // A desk that was left open is no second pair of eyes.
    shop.portal.turn(TimeDelta::minutes(6));
    answers(&farah, 3, true, "").await.refused(403, "prove_again");
    let farah = shop.portal.staff_now(FARAH).await;
    let left = answers(&farah, 3, true, "").await.is(200).json();
    assert_eq!((&left["waiting"], shop.back(&fee).await), (&json!([]), vec![5_000, 1_500]));
    answers(&farah, 3, true, "").await.refused(409, "not_allowed");
    answers(&farah, 99, true, "").await.is(404);
    assert_eq!(shop.back(&fee).await.len(), 2);
    let log = shop.portal.staff_now(NIA).await.get("/api/staff/audit").await.is(200).json();
    for said in ["Agreed to a refund of £15.00", "Did not agree to a refund of £10.00"] {
        let rows = log["rows"].as_array().unwrap();
        assert!(rows.iter().any(|row| row["detail"].as_str().unwrap().contains(said)), "{said}");
    }
}

async fn what_went_back_elsewhere_is_in_the_books(kept: Kept) {
    let shop = Shop::opens(&kept).await;
    let fee = shop.paid(1).await;
    drop(shop.pay.take_messages());
    let id = shop.pay.payments()[0].id.clone();
    shop.pay.refund_elsewhere(&id, 1_200);
    for message in shop.pay.take_messages() {
        shop.tell_message(&message).await;
    }
    server::jobs::paying::run_due(&shop.portal.state).await.unwrap();
    assert_eq!(shop.refund_states(&fee).await, [RefundState::Done]);
    let case = shop.portal.staff_now(KOFI).await.get(&format!("/api/staff/requests/{}", fee.id)).await.json();
    assert_eq!(
        (&case["refunds"]["left"], &case["refunds"]["refunds"][0]["asked_by"]),
        (&json!(5_300), &json!(null))
    );
    let mails = shop.portal.mails_to(SAM).await;
    assert_eq!(mails.iter().filter(|mail| mail.subject.starts_with("Refund: £12.00")).count(), 1);
    assert_eq!(shop.mop_up().await, 0, "nothing is left to ask about");
}

async fn a_bank_may_take_its_time(kept: Kept) {
    let shop = Shop::opens(&kept).await;
    let fee = shop.paid(1).await;
    let kofi = shop.portal.staff_now(KOFI).await;
    shop.pay.refunds_go(Goes::Submitted);
    wish(&kofi, &fee, 1, "20").await.is(200);
    assert_eq!(shop.refund_states(&fee).await, [RefundState::Submitted]);
    let shown = shop.portal.visitor().follow(&fee.key).await["payment"]["refunds"].clone();
    assert_eq!(shown[0]["done"], json!(null), "it is on its way");
    assert!(shop.portal.mails_to(SAM).await.is_empty(), "nobody is told before it went");
    shop.portal.turn(TimeDelta::hours(2));
    shop.mop_up().await;
    assert_eq!(shop.refund_states(&fee).await, [RefundState::Submitted]);
    shop.pay.settle_refunds(Goes::Error);
    shop.portal.turn(TimeDelta::hours(2));
    shop.mop_up().await;
    assert_eq!(shop.refund_states(&fee).await, [RefundState::Failed]);
    assert!(shop.portal.mails_to(SAM).await.is_empty());
    // It is on the list of who looks after refunds, and can be sent again.
    let farah = shop.portal.staff_now(FARAH).await;
    assert_eq!(farah.get("/api/staff/refunds").await.is(200).json()["failed"][0]["refund"]["pence"], 2_000);
    shop.pay.refunds_go(Goes::Success);
    let kofi = shop.portal.staff_now(KOFI).await;
    wish(&kofi, &fee, 2, "20").await.is(200);
    assert_eq!(shop.refund_states(&fee).await, [RefundState::Failed, RefundState::Done]);
}

async fn a_receipt_says_what_was_paid(kept: Kept) {
    let shop = Shop::opens(&kept).await;
    let (fee, unpaid) = (shop.paid(1).await, shop.bay(2).await);
    let mut sam = Browser::of(&shop.portal);
    sam.get(&format!("/follow/{}/receipt", unpaid.key)).await.is(404);
    sam.get("/follow/aaaaaaaaaaaaaaaaaaaaaaaaaa/receipt").await.is(404);
    wish(&shop.portal.staff_now(KOFI).await, &fee, 1, "40").await.is(200);
    let path = format!("/follow/{}/receipt", fee.key);
    let page = sam.get(&path).await.is(200);
    assert_eq!(page.header("cache-control"), "no-store");
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    let reference = shop.rows(&fee).await[0].reference.clone();
    let codes = shop.rows(&fee).await[0].bill.items()[0].codes.clone();
    for said in [
        "Saltmarsh Borough Council, Town Hall",
        "Each bay of 5 metres, for up to 7 days",
        "£45.00",
        "£65.00",
        &reference,
        "7 December 2026",
        "£40.00 went back to the card that paid",
        "The sign never came.",
        "£25.00",
        &format!("VAT code {}", codes.vat),
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let pdf = sam.get(&format!("{path}.pdf")).await.is(200);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert_eq!(
        pdf.header("content-disposition"),
        format!("attachment; filename=\"receipt-{reference}.pdf\"")
    );
    assert!(pdf.body.starts_with(b"%PDF-") && pdf.body.len() > 1_000);
    // The page of the request leads to it, once it is paid.
    for (fee, leads) in [(&fee, true), (&unpaid, false)] {
        let html = sam.get(&format!("/follow/{}", fee.key)).await.is(200).body.to_vec();
        let link = format!("href=\"/follow/{}/receipt\"", fee.key);
        assert_eq!(String::from_utf8(html).unwrap().contains(&link), leads);
    }
}

async fn what_was_paid_is_in_the_account(kept: Kept) {
    let shop = Shop::opens(&kept).await;
    let (paid, unpaid, begun) = (shop.paid(1).await, shop.bay(2).await, shop.bay(3).await);
    press(&mut Browser::of(&shop.portal), &begun).await.unwrap();
    wish(&shop.portal.staff_now(KOFI).await, &paid, 1, "40").await.is(200);
    shop.portal.visitor().get("/api/account/payments").await.is(401);
    let sam = shop.portal.resident(SAM).await;
    assert_eq!(sam.get("/api/account/payments").await.is(200).json(), json!({ "due": [], "paid": [] }));
    let account = sam.post("/api/account/collect", &json!({ "add": true })).await.is(200).json();
    // What is to be paid stands with what needs attention; what may be paid by now does not.
    let needs = |key: &str| {
        let all = account["requests"].as_array().unwrap();
        all.iter().find(|request| request["key"] == key).unwrap()["needs"].clone()
    };
    assert_eq!(
        [&paid, &unpaid, &begun].map(|fee| needs(&fee.key)),
        [json!(null), json!("payment"), json!(null)]
    );
    let view = sam.get("/api/account/payments").await.is(200).json();
    let [there] = view["paid"].as_array().unwrap().as_slice() else { panic!("{view}") };
    assert_eq!(
        (&there["key"], &there["pence"], &there["refunded"]),
        (&json!(paid.key), &json!(6_500), &json!(4_000))
    );
    assert_eq!(
        (&there["on"], &there["payment"]),
        (&json!("7 December 2026"), &json!(shop.rows(&paid).await[0].reference))
    );
    let due: Vec<(&Value, &Value)> =
        view["due"].as_array().unwrap().iter().map(|due| (&due["key"], &due["under_way"])).collect();
    assert_eq!(due, [(&json!(begun.key), &json!(true)), (&json!(unpaid.key), &json!(null))]);
    // Drawn by the server, too; and nobody else's.
    let html = sam.get("/account/payments").await.is(200).body.to_vec();
    let html = String::from_utf8(html).unwrap();
    for said in ["Your payments", "£65.00", "£40.00", &format!("/follow/{}/receipt", paid.key)] {
        assert!(html.contains(said), "{said}");
    }
    let other = shop.portal.resident("ann@example.org").await;
    assert_eq!(other.get("/api/account/payments").await.is(200).json(), json!({ "due": [], "paid": [] }));
}

/// The rows of the file of a day.
async fn file(farah: &Visitor, day: &str) -> Vec<csv::StringRecord> {
    let reply = farah.get(&format!("/api/staff/income/export?day={day}")).await.is(200);
    assert_eq!(reply.header("content-disposition"), format!("attachment; filename=\"income-{day}.csv\""));
    csv::Reader::from_reader(reply.body.as_ref()).records().map(Result::unwrap).collect()
}

async fn the_income_of_a_day_balances(kept: Kept) {
    let shop = Shop::opens(&kept).await;
    let (one, other) = (shop.paid(1).await, shop.paid(2).await);
    shop.bay(3).await;
    let kofi = shop.portal.staff_now(KOFI).await;
    wish(&kofi, &one, 1, "40.01").await.is(200);
    shop.portal.turn(TimeDelta::days(1));
    let kofi = shop.portal.staff_now(KOFI).await;
    wish(&kofi, &one, 2, "9.99").await.is(200);
    wish(&kofi, &other, 3, "0.01").await.is(200);
    let farah = shop.portal.staff_now(FARAH).await;
    for (day, payments, sum) in
        [("2026-12-07", 2, 13_000 - 4_001), ("2026-12-08", 0, -999 - 1), ("2026-12-06", 0, 0)]
    {
        let rows = file(&farah, day).await;
        let pence = |kind: &[&str]| -> i64 {
            let fits = |row: &&csv::StringRecord| kind.contains(&&row[2]);
            rows.iter().filter(fits).map(|row| row[12].parse::<i64>().unwrap()).sum()
        };
        assert_eq!(pence(&["payment", "refund"]), sum, "{day}");
        assert_eq!(pence(&["total paid", "total refunded"]), sum, "{day}");
        assert_eq!(pence(&["total"]), sum, "{day}");
        for row in &rows {
            let (pounds, pence) =
                (row[11].replace('.', "").parse::<i64>().unwrap(), row[12].parse::<i64>().unwrap());
            assert_eq!(pounds, pence, "{row:?}");
            assert_eq!(&row[0], day);
        }
        let of: std::collections::BTreeSet<&str> =
            rows.iter().filter(|row| &row[2] == "payment").map(|row| &row[3]).collect();
        assert_eq!(of.len(), payments);
        let view = farah.get(&format!("/api/staff/income?day={day}")).await.is(200).json();
        assert_eq!(
            (view["taken"].as_i64().unwrap() + view["returned"].as_i64().unwrap(), &view["payments"]),
            (sum, &json!(payments))
        );
    }
    // Each line says where it is booked, and what the ledger knows it by.
    let rows = file(&farah, "2026-12-07").await;
    let codes = shop.rows(&one).await[0].bill.items()[0].codes.clone();
    let row = rows.iter().find(|row| &row[2] == "refund").unwrap();
    assert_eq!((&row[8], &row[9], &row[10]), (&*codes.fund, &*codes.cost, &*codes.vat));
    assert!(row[11].starts_with('-') && !row[6].is_empty() && row[7].starts_with("Refund: "));
    // Not for others; not without a fresh proof; and no day that is to come.
    for email in [KOFI, TOM, NIA] {
        let visitor = shop.portal.staff_now(email).await;
        visitor.get("/api/staff/income").await.refused(403, "not_your_role");
        visitor.get("/api/staff/income/export").await.refused(403, "not_your_role");
    }
    for wrong in ["2026-12-09", "tomorrow", "2026-13-01"] {
        farah.get(&format!("/api/staff/income?day={wrong}")).await.is(400);
    }
    shop.portal.turn(TimeDelta::minutes(6));
    farah.get("/api/staff/income/export").await.refused(403, "prove_again");
    assert_eq!(farah.get("/api/staff/income").await.is(200).json()["day"], "2026-12-07", "yesterday");
}

impl Shop {
    /// What differs between the books of a day: what, our reference, ours and theirs.
    async fn differences(&self, day: &str) -> Vec<(String, Value, Value)> {
        let farah = self.portal.staff_now(FARAH).await;
        let view = farah.get(&format!("/api/staff/income?day={day}")).await.is(200).json();
        let all = view["check"]["done"]["differences"].as_array().unwrap_or_else(|| panic!("{view}"));
        let one = |one: &Value| {
            (one["what"].as_str().unwrap().to_owned(), one["ours"].clone(), one["theirs"].clone())
        };
        all.iter().map(one).collect()
    }
}

fn whats(found: &[(String, Value, Value)]) -> Vec<&str> {
    found.iter().map(|(what, ..)| what.as_str()).collect()
}

async fn every_difference_is_explained_or_red(kept: Kept) {
    let shop = Shop::opens(&kept).await;
    let day = "2026-12-07";
    let paid = shop.paid(1).await;
    let mut sam = Browser::of(&shop.portal);
    // Paid, and nobody has asked yet: looking at the day finds it out.
    let unasked = shop.bay(2).await;
    let next = press(&mut sam, &unasked).await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    assert!(shop.differences(day).await.is_empty());
    assert_eq!(shop.rows(&unasked).await[0].state, State::Paid);
    // Under way; made there twice because a reply was lost; of another system, and nobody paid it.
    let open = shop.bay(3).await;
    press(&mut sam, &open).await.unwrap();
    shop.pay.lag(TimeDelta::minutes(5));
    let twice = shop.bay(4).await;
    shop.pay.plan([Planned { on: Some(Call::Create), fault: Fault::LostReply }]);
    assert!(press(&mut sam, &twice).await.is_err());
    let next = press(&mut sam, &twice).await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    sam.get(&back_of(&shop)).await.is(303);
    shop.portal.turn(TimeDelta::minutes(6));
    let found = shop.differences(day).await;
    assert_eq!(whats(&found), ["under_way", "twin"]);
    shop.pay.lag(TimeDelta::zero());
    // Money went back there, here unknown: it is taken into the books, and explained.
    let there = |fee: &Fee| {
        let (shop, id) = (&shop, fee.id);
        async move {
            let fee = Fee { key: String::new(), id };
            shop.rows(&fee).await.pop().unwrap().provider_ref.unwrap()
        }
    };
    shop.pay.refund_elsewhere(&there(&paid).await, 1_000);
    let found = shop.differences(day).await;
    assert_eq!(whats(&found), ["under_way", "twin", "refunded_there"]);
    assert_eq!(shop.refund_states(&paid).await, [RefundState::Done]);
    // Red: paid there and not ours, another sum, not paid there any more, a refund that is gone there.
    shop.pay.made_elsewhere("ELSE-WHERE", 4_200);
    let id = there(&unasked).await;
    shop.pay.change(&id, |payment| payment.asked.amount = 6_501);
    let id = there(&twice).await;
    shop.pay.change(&id, |payment| payment.status = pay_stand_in::ledger::Status::Error);
    let id = there(&paid).await;
    shop.pay.change(&id, |payment| payment.refunds.clear());
    let found = shop.differences(day).await;
    assert_eq!(
        whats(&found),
        ["unknown_here", "paid_here", "other_sum", "refund_missing", "under_way", "twin"]
    );
    assert_eq!(found[0], ("unknown_here".into(), json!(null), json!(4_200)));
    assert_eq!(found[2], ("other_sum".into(), json!(6_500), json!(6_501)));
    assert_eq!(found[3], ("refund_missing".into(), json!(1_000), json!(null)));
    // While the card service is down, nothing is red and nothing is green.
    shop.pay.plan([Planned { on: Some(Call::Search), fault: Fault::ServerError }]);
    let farah = shop.portal.staff_now(FARAH).await;
    let view = farah.get(&format!("/api/staff/income?day={day}")).await.is(200).json();
    assert_eq!(view["check"], "could_not");
}

async fn finance_is_told_in_the_morning(kept: Kept) {
    let shop = Shop::opens(&kept).await;
    shop.paid(1).await;
    let run = async || server::jobs::reconcile::run_due(&shop.portal.state).await.unwrap();
    // The first time, the days before are looked at; they are green, and nobody is told.
    assert_eq!(run().await, 7);
    assert_eq!((run().await, shop.portal.mails_to(FARAH).await.len()), (0, 0));
    shop.pay.made_elsewhere("ELSE-WHERE", 4_200);
    // At half past five it is too early; while the card service is down it waits.
    shop.portal.turn_to("2026-12-08T05:30:00Z");
    assert_eq!(run().await, 0);
    shop.portal.turn_to("2026-12-08T06:10:00Z");
    shop.pay.plan([Planned { on: Some(Call::Search), fault: Fault::ServerError }]);
    assert_eq!(run().await, 0);
    assert_eq!(run().await, 1);
    assert_eq!(run().await, 0, "once");
    let mails = shop.portal.mails_to(FARAH).await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.subject, "The books of 7 December 2026: 1 difference");
    for said in ["ELSE-WHERE", "not ours", "£42.00", "/staff/income?day=2026-12-07"] {
        assert!(mail.text.contains(said), "{}", mail.text);
    }
    // A green day is silent.
    shop.portal.turn_to("2026-12-09T06:10:00Z");
    assert_eq!((run().await, shop.portal.mails_to(FARAH).await.len()), (1, 0));
    // A council that takes no payments has nothing to compare.
    let none = crate::support::Portal::open().await;
    assert_eq!(server::jobs::reconcile::run_due(&none.state).await.unwrap(), 0);
}
