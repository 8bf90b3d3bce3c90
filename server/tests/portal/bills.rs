//! Looking up what one owes, and paying it: both things that stand on a bill are needed, and each bill is paid once.

use chrono::TimeDelta;
use domain::ledger::Ledger;
use domain::payment::{Account, Purpose, State};
use pay_stand_in::ledger::Status;
use pay_stand_in::{Call, Fault, Planned, good_card};
use picture::samples;
use serde_json::json;
use server::ledgers::{demo, photo_id, photos_of};

use crate::ledgers::bring;
use crate::payments::{Shop, back_of};
use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Reply, Setup};

on_both_engines![
    a_penalty_charge_is_found_by_both_things_on_it,
    a_penalty_charge_is_paid_once,
    a_challenge_holds_the_half_price,
    council_tax_is_paid_once_each_time,
];

const HEAD: &str =
    "number,registration,contravention,place,at,served,how,stage,full,paid,challenged,offered_until,photos\n";
/// Day fourteen is 7 December 2026, today.
const NOTICE: &str = "SM10000001,AB12 CDE,Parked <b>here</b>,Mill Lane,2026-11-24 14:30,2026-11-24,vehicle,notice,£70.00,,,,one.jpg\n";
const FIND: &str = "number=sm+1000+0001&registration=ab12cde";

fn html(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).into_owned()
}

/// Looks something up; the address of its page.
async fn find(browser: &mut Browser, page: &str, typed: &str) -> String {
    let there = browser.post_form(page, typed).await.is(303).header("location").to_owned();
    assert!(there.starts_with(&format!("{page}/")), "{there}");
    there
}

/// Presses a button that leads to the card page; its address, if there is one.
async fn press(browser: &mut Browser, page: &str, typed: &str) -> Result<String, u16> {
    let reply = browser.post_form(&format!("{page}/pay"), typed).await;
    let go = reply.header("refresh").strip_prefix("0; url=").map(str::to_owned);
    go.ok_or(reply.status.as_u16())
}

async fn see(browser: &mut Browser, page: &str) -> String {
    html(&browser.get(page).await.is(200))
}

fn charges(shop: &Shop) -> usize {
    shop.pay.payments().iter().filter(|payment| payment.status == Status::Success).count()
}

async fn states(shop: &Shop, purpose: Purpose) -> Vec<State> {
    let store = shop.portal.state.db.council("demo");
    store.payments_for(purpose).await.unwrap().iter().map(|payment| payment.state).collect()
}

async fn a_penalty_charge_is_found_by_both_things_on_it(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    bring(&portal, Ledger::PenaltyCharges, format!("{HEAD}{NOTICE}")).await.unwrap();
    let photo = portal.state.photos.clean(samples::png(8, 6).into()).await.unwrap();
    let id = photo_id("SM10000001", "one.jpg");
    portal.state.blobs.put(&photos_of("demo"), id, photo.jpeg, photo.thumbnail).await.unwrap();
    let mut sam = Browser::of(&portal);
    assert!(see(&mut sam, "/penalty-charge").await.contains("Find your penalty charge"));
    // The service's page leads to it.
    for service in ["pay-penalty-charge", "challenge-penalty-charge"] {
        let start = html(&portal.visitor().get(&format!("/services/{service}")).await);
        assert!(start.contains("href=\"/penalty-charge\"") || start.contains("not been built"), "{start}");
    }
    // A wrong number, a wrong registration, and what is neither: the same is said, once.
    let mut said = Vec::new();
    for typed in ["number=SM10000002&registration=AB12CDE", "number=SM10000001&registration=AB12CDF"] {
        let back = sam.post_form("/penalty-charge", typed).await.is(303);
        assert_eq!(back.header("location"), "/penalty-charge");
        let page = see(&mut sam, "/penalty-charge").await;
        assert!(page.contains("can’t find a penalty charge"), "{page}");
        let number = if said.is_empty() { "SM10000002" } else { "SM10000001" };
        let registration = if said.is_empty() { "AB12CDE" } else { "AB12CDF" };
        said.push(page.replace(number, "").replace(registration, ""));
        assert!(
            !see(&mut sam, "/penalty-charge").await.contains("can’t find"),
            "the next person sees nothing of it"
        );
    }
    assert_eq!(said[0], said[1]);
    sam.post_form("/penalty-charge", "number=x&registration=").await.is(303);
    let page = see(&mut sam, "/penalty-charge").await;
    assert!(
        page.contains("Enter the penalty charge number") && page.contains("Enter the registration"),
        "{page}"
    );
    let there = find(&mut sam, "/penalty-charge", FIND).await;
    let page = see(&mut sam, &there).await;
    for words in [
        "£35.00 is due now",
        "up to the end of Monday 7 December",
        "After that it is £70.00",
        "Parked &lt;b&gt;here",
        "24 November 2026 at 14:30",
        "Notice to Owner",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Pay it"), "this council takes no payments");
    assert!(page.contains(&format!("{there}/photos/1?size=thumb")), "{page}");
    let jpeg = sam.get(&format!("{there}/photos/1")).await.is(200);
    assert_eq!(jpeg.header("content-type"), "image/jpeg");
    for other in ["0", "2", "-1", "x", "99999999999999999999"] {
        sam.get(&format!("{there}/photos/{other}")).await.is(404);
    }
    // Another browser meets the form, and no photo; and so does this one, after an hour.
    let mut other = Browser::of(&portal);
    assert_eq!(other.get(&there).await.is(303).header("location"), "/penalty-charge");
    other.get(&format!("{there}/photos/1")).await.is(404);
    other.post_form(&format!("{there}/pay"), "shown=3500").await.is(303);
    sam.get("/council-tax/".to_owned().as_str()).await;
    let key = there.rsplit('/').next().unwrap();
    assert_eq!(sam.get(&format!("/council-tax/{key}")).await.is(303).header("location"), "/council-tax");
    portal.turn(TimeDelta::minutes(61));
    assert_eq!(sam.get(&there).await.is(303).header("location"), "/penalty-charge");
    server::jobs::sweep::sweep(&portal.state).await.unwrap();
    assert_eq!(kept.rows("bill_visit").await, 0);
    // Ten tries at one number in an hour, right or wrong, and sixty at one registration.
    let guess = async |number: &str, registration: String| {
        let typed = format!("number={number}&registration={registration}");
        Browser::of(&portal).post_form("/penalty-charge", &typed).await.status.as_u16()
    };
    for try_ in 0..10 {
        assert_eq!(guess("SM77777777", format!("AB1{try_}CDE")).await, 303);
    }
    assert_eq!(guess("SM77777777", "AB12CDE".into()).await, 429);
    for number in 0..60 {
        assert_eq!(guess(&format!("SM888888{number:02}"), "XY99XYZ".into()).await, 303);
    }
    assert_eq!(guess("SM88888899", "XY99XYZ".into()).await, 429);
}

async fn a_penalty_charge_is_paid_once(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    bring(&shop.portal, Ledger::PenaltyCharges, format!("{HEAD}{NOTICE}")).await.unwrap();
    let purpose = Purpose::PenaltyCharge(Account::new("SM10000001").unwrap());
    let mut sam = Browser::of(&shop.portal);
    // The form, which does not know the ledger, takes no money for it.
    let form = shop.portal.visitor().get("/api/services/pay-penalty-charge").await.is(200).json();
    assert_eq!(form["service"]["stops"][0]["kind"], "look_up");
    let answers = json!({ "stage": "full", "level": "higher" });
    shop.portal.visitor().submit_to("pay-penalty-charge", 7, &answers).await.refused(409, "stopped");
    let there = find(&mut sam, "/penalty-charge", FIND).await;
    assert!(see(&mut sam, &there).await.contains("value=\"3500\""));
    // What was not on the page is not charged: less, nothing, less than nothing, too much, no number.
    for shown in
        ["shown=1", "shown=0", "shown=-3500", "shown=99999999999999999999", "shown=", "", "shown=35.00"]
    {
        assert_eq!(press(&mut sam, &there, shown).await, Err(303), "{shown}");
    }
    assert!(see(&mut sam, &there).await.contains("What is due has changed"));
    assert_eq!(press(&mut sam, &there, "shown=3500&email=nobody").await, Err(303));
    assert!(see(&mut sam, &there).await.contains("Enter an email address"));
    assert!(shop.pay.payments().is_empty());
    // Two tabs, and somebody else at home: one payment.
    let first = press(&mut sam, &there, "shown=3500&email=sam%40example.org").await.unwrap();
    let mut kim = Browser::of(&shop.portal);
    let at_home = find(&mut kim, "/penalty-charge", FIND).await;
    let second = press(&mut kim, &at_home, "shown=3500").await.unwrap();
    let third = press(&mut sam, &there, "shown=3500&email=sam%40example.org").await.unwrap();
    // In another tab they don't say again where the receipt goes.
    press(&mut sam, &there, "shown=3500").await.unwrap();
    assert_eq!(shop.pay.payments().len(), 1);
    let asked = shop.pay.payments()[0].asked.clone();
    assert_eq!((asked.amount, asked.description.as_str()), (3_500, "Penalty charge SM10000001"));
    let line = asked.metadata["line_1"].as_str().unwrap();
    assert!(line.contains("account=SM10000001") && line.contains("fund=PRK"), "{line}");
    assert!(see(&mut sam, &there).await.contains("A payment of £35.00 was begun here"));
    shop.pay.pay(&third, &good_card()).unwrap();
    shop.pay.pay(&first, &good_card()).unwrap();
    let _ = shop.pay.pay(&second, &good_card());
    // Whoever looks now is told, though nobody came back and the ledger does not know.
    assert!(see(&mut kim, &at_home).await.contains("£35.00 for penalty charge SM10000001"));
    assert_eq!(press(&mut kim, &at_home, "shown=3500").await, Err(303));
    let back = back_of(&shop);
    Browser::of(&shop.portal).get(&back).await.is(404);
    for _ in 0..2 {
        let home = sam.get(&format!("{back}?status=failed")).await.is(303).header("location").to_owned();
        let page = see(&mut sam, &home).await;
        for words in ["Paid", "Receipt", "£35.00", "7 December 2026", "The case is closed"] {
            assert!(page.contains(words), "{page}");
        }
        assert!(!page.contains("Pay it") && !page.contains("Challenge it"), "{page}");
    }
    assert_eq!((states(&shop, purpose).await, charges(&shop)), (vec![State::Paid], 1));
    let mails = shop.portal.mails_to("sam@example.org").await;
    let [receipt] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(receipt.subject, "Receipt: you paid £35.00 for “Penalty charge SM10000001”");
    assert!(
        receipt.text.contains("/penalty-charge") && !receipt.text.contains("request"),
        "{}",
        receipt.text
    );
    assert!(
        shop.portal.state.db.council("demo").payments_for(purpose).await.unwrap()[0].receipts_to.is_empty()
    );
    // The next day the ledger knows.
    shop.portal.turn(TimeDelta::days(1));
    let paid = NOTICE.replace("notice,£70.00,,", "paid,£70.00,35,");
    bring(&shop.portal, Ledger::PenaltyCharges, format!("{HEAD}{paid}")).await.unwrap();
    let there = find(&mut sam, "/penalty-charge", FIND).await;
    assert!(see(&mut sam, &there).await.contains("£35.00 for penalty charge"));
    the_price_changes_at_midnight(&shop).await;
}

/// A page that was opened before midnight, and a payment that was begun before and not made.
async fn the_price_changes_at_midnight(shop: &Shop) {
    let notice = NOTICE.replace("SM10000001", "SM20000001").replace("2026-11-24,", "2026-11-25,");
    bring(&shop.portal, Ledger::PenaltyCharges, format!("{HEAD}{notice}")).await.unwrap();
    let purpose = Purpose::PenaltyCharge(Account::new("SM20000001").unwrap());
    let mut sam = Browser::of(&shop.portal);
    shop.portal.turn_to("2026-12-08T23:50:00Z");
    let there = find(&mut sam, "/penalty-charge", "number=SM20000001&registration=AB12CDE").await;
    assert!(see(&mut sam, &there).await.contains("£35.00 is due now"));
    press(&mut sam, &there, "shown=3500").await.unwrap();
    shop.portal.turn_to("2026-12-09T00:10:00Z");
    assert_eq!(press(&mut sam, &there, "shown=3500").await, Err(303));
    let page = see(&mut sam, &there).await;
    assert!(
        page.contains("It is £70.00 now, and nothing was charged") && page.contains("value=\"7000\""),
        "{page}"
    );
    // A lost reply on the way, and pressed again.
    shop.pay.plan([Planned { on: Some(Call::Create), fault: Fault::LostReply }]);
    assert_eq!(press(&mut sam, &there, "shown=7000").await, Err(409));
    let next = press(&mut sam, &there, "shown=7000").await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    shop.mop_up().await;
    assert_eq!(states(shop, purpose).await, [State::TakenBack, State::Paid]);
    assert_eq!(charges(shop), 2);
}

async fn a_challenge_holds_the_half_price(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    bring(&portal, Ledger::PenaltyCharges, format!("{HEAD}{NOTICE}")).await.unwrap();
    let mut sam = Browser::of(&portal);
    let there = find(&mut sam, "/penalty-charge", FIND).await;
    // The form begins with what is known, and is asked the rest.
    let form = sam.post_form(&format!("{there}/challenge"), "").await.is(303).header("location").to_owned();
    assert!(form.starts_with("/services/challenge-penalty-charge/"), "{form}");
    let draft = kept.rows("draft").await;
    assert_eq!(draft, 1);
    let answers = json!({
        "stage": "ticket", "paid": "no", "pcn": "SM10000001", "vehicle": "AB12 CDE",
        "date.day": "24", "date.month": "11", "date.year": "2026",
        "reason": "signs", "statement": "There was no sign.", "you.name": "Sam", "you.email": "sam@example.org",
    });
    // Who knows the number alone stops nobody's clock.
    let mut of_another = answers.clone();
    of_another["vehicle"] = json!("XY34 ZAB");
    portal.visitor().submit_to("challenge-penalty-charge", 2, &of_another).await.is(201);
    assert_eq!(kept.rows("challenge").await, 0);
    let sent = portal.visitor().submit_to("challenge-penalty-charge", 1, &answers).await.is(201);
    let key = sent.text("key");
    assert_eq!(kept.rows("challenge").await, 1);
    portal.turn(TimeDelta::days(20));
    let mut look = async || {
        let there = find(&mut sam, "/penalty-charge", FIND).await;
        see(&mut sam, &there).await
    };
    let page = look().await;
    for words in ["It was challenged on 7 December 2026: the half price is held", "£35.00 is due at most"] {
        assert!(page.contains(words), "{page}");
    }
    // What is withdrawn holds nothing.
    portal.visitor().post(&format!("/api/follow/{key}/withdraw"), &json!({ "reason": "" })).await.is(200);
    assert!(look().await.contains("£70.00 is due now"));
}

async fn council_tax_is_paid_once_each_time(kept: Kept) {
    let shop = Shop::open(Setup::default().in_database(&kept.url)).await;
    let today = shop.portal.state.now().date_naive();
    bring(&shop.portal, Ledger::CouncilTax, demo::csv(Ledger::CouncilTax, today)).await.unwrap();
    let purpose = Purpose::CouncilTax(Account::new("80123456").unwrap());
    let mut sam = Browser::of(&shop.portal);
    for wrong in ["account=80123456&who=Smith", "account=80123459&who=Taylor", "account=80123456&who=ZE9+9ZZ"]
    {
        assert_eq!(sam.post_form("/council-tax", wrong).await.is(303).header("location"), "/council-tax");
        assert!(see(&mut sam, "/council-tax").await.contains("can’t find an account"));
    }
    let there = find(&mut sam, "/council-tax", "account=8012+3456&who=taylor").await;
    let page = see(&mut sam, &there).await;
    for words in [
        "is left to pay",
        "Payments made in the last 14 days may not show yet.",
        "Your next instalment is",
        "1 January 2027",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Taylor"), "it names nobody");
    for wrong in [
        "amount=0&round=0",
        "amount=0.99&round=0",
        "amount=-5&round=0",
        "amount=10000.01&round=0",
        "amount=100000000000&round=0",
        "amount=x&round=0",
        "amount=5&round=1",
        "amount=5&round=-1",
        "amount=5",
        "amount=%E2%82%AC5&round=0",
    ] {
        assert_eq!(press(&mut sam, &there, wrong).await, Err(303), "{wrong}");
    }
    assert!(shop.pay.payments().is_empty());
    // A double click, a lost reply, another tab: one payment.
    shop.pay.plan([Planned { on: Some(Call::Create), fault: Fault::LostReply }]);
    assert_eq!(press(&mut sam, &there, "amount=120&round=0").await, Err(409));
    let next = press(&mut sam, &there, "amount=120&round=0").await.unwrap();
    press(&mut sam, &there, "amount=%C2%A3120.00&round=0").await.unwrap();
    assert_eq!(shop.pay.payments().len(), 1);
    // Another amount takes its place.
    let other = press(&mut sam, &there, "amount=130&round=0").await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    shop.pay.pay(&other, &good_card()).unwrap();
    // The card service can't be asked: nobody is told anything that is not known, and nobody pays again meanwhile.
    shop.pay.plan([Planned { on: Some(Call::Get), fault: Fault::ServerError }]);
    let page = see(&mut sam, &there).await;
    assert!(page.contains("we could not check") && !page.contains("Pay by card"), "{page}");
    let page = see(&mut sam, &there).await;
    for words in ["Yours of 7 December 2026 (£130.00) is on its way", "value=\"1\"", "Receipt"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // The old tab: nothing is charged, and it says why.
    assert_eq!(press(&mut sam, &there, "amount=130&round=0").await, Err(303));
    assert!(see(&mut sam, &there).await.contains("A payment was made for this account since"));
    assert_eq!((charges(&shop), states(&shop, purpose).await), (1, vec![State::TakenBack, State::Paid]));
    // Tomorrow somebody pays the same amount again.
    shop.portal.turn(TimeDelta::days(1));
    let there = find(&mut sam, "/council-tax", "account=80123456&who=taylor").await;
    let next = press(&mut sam, &there, "amount=130&round=1").await.unwrap();
    shop.pay.stop(&next);
    let page = see(&mut sam, &there).await;
    assert!(
        page.contains("The payment was cancelled. No money was taken") && page.contains("value=\"130.00\""),
        "{page}"
    );
    let next = press(&mut sam, &there, "amount=130&round=1").await.unwrap();
    shop.pay.pay(&next, &good_card()).unwrap();
    let home = sam.get(&back_of(&shop)).await.is(303).header("location").to_owned();
    let page = see(&mut sam, &home).await;
    assert!(
        page.contains("Yours of 8 December 2026 (£130.00) and 7 December 2026 (£130.00) are on their way"),
        "{page}"
    );
    assert_eq!(charges(&shop), 2);
    // After fourteen days they show in the balance, or somebody asks.
    shop.portal.turn(TimeDelta::days(14));
    let there = find(&mut sam, "/council-tax", "account=80123456&who=taylor").await;
    assert!(!see(&mut sam, &there).await.contains("on its way"));
}
