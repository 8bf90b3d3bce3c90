//! What requests give: who may have it, when it is given, what its holder does with it, and how it ends.

use chrono::{NaiveDate, TimeDelta};
use domain::ledger::Ledger;
use pay_stand_in::good_card;
use serde_json::{Value, json};
use server::gazetteer::demo;
use server::operations::granting::remind_due;
use server::secret;
use server::store::places::Address;

use crate::ledgers::bring;
use crate::payments::{Fee, SAM, Shop, back_of, press};
use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Setup, closing};

on_both_engines!(
    an_address_outside_every_zone_is_refused_at_its_question,
    a_permit_is_given_changed_and_given_back,
    who_is_not_known_has_it_once_it_is_checked,
    holders_are_reminded_once_and_renew,
    a_home_has_so_many_a_year,
    a_season_is_bought_with_its_bins,
);

const KOFI: &str = "kofi@saltmarsh.example";
const FARAH: &str = "farah@saltmarsh.example";

/// A home in a part of the town: only Castle and Harbour have zones.
fn home(locality: &str, nth: usize) -> Address {
    let (streets, addresses) = demo::addresses();
    let in_it = |address: &&Address| {
        let street = streets.iter().find(|street| street.id == address.street);
        street.and_then(|street| street.locality.as_deref()) == Some(locality)
    };
    addresses.iter().filter(in_it).nth(nth).unwrap().clone()
}

fn at_home(mut answers: Value, home: &Address) -> Value {
    answers["address.uprn"] = json!(home.uprn);
    answers["address.line1"] = json!(home.lines[0]);
    answers["address.postcode"] = json!(home.postcode);
    answers
}

/// A permit that costs £50, or £120 for a large engine.
fn permit(home: &Address, band: &str) -> Value {
    let answers = json!({
        "home": "street", "place": "first", "kind": "renew", "large": "no", "vehicle": "AB12 CDE", "band": band,
        "start.day": "14 December 2026", "true": "yes", "you.name": "Sam", "you.email": SAM,
    });
    at_home(answers, home)
}

fn vouchers(home: &Address, books: u32) -> Value {
    let answers = json!({
        "car-free": "no", "form": "online", "sorts": "hours", "hour-books": books.to_string(), "support": "no",
        "true": "yes", "you.name": "Sam", "you.email": SAM,
    });
    at_home(answers, home)
}

impl Shop {
    /// A shop in a town whose zones are known.
    async fn in_zones(kept: &Kept) -> Self {
        let shop = Self::open_with(Setup::default().in_database(&kept.url), "agree_above = \"£50\"").await;
        let Self { portal, pay } = shop;
        let portal = portal.with_town().await;
        let today = NaiveDate::from_ymd_opt(2026, 12, 7).unwrap();
        bring(&portal, Ledger::PermitZones, server::ledgers::demo::csv(Ledger::PermitZones, today))
            .await
            .unwrap();
        Self { portal, pay }
    }

    async fn sent(&self, service: &str, number: u128, answers: &Value) -> Fee {
        let key = self.portal.visitor().submit_to(service, number, answers).await.is(201).text("key");
        let store = self.portal.state.db.council("demo");
        let id = store.followed(&secret::hash(key.as_bytes())).await.unwrap().id;
        Fee { key, id }
    }

    /// Pays for it.
    async fn pays(&self, fee: &Fee) {
        let mut sam = Browser::of(&self.portal);
        let next = press(&mut sam, fee).await.unwrap();
        self.pay.pay(&next, &good_card()).unwrap();
        sam.get(&back_of(self)).await.is(303);
    }

    /// Staff close it as done.
    async fn granted(&self, fee: &Fee) {
        let kofi = self.portal.staff_now(KOFI).await;
        let path = format!("/api/staff/requests/{}", fee.id);
        kofi.post(&format!("{path}/take"), &json!({})).await.is(200);
        let mut done = closing("done", "Your permit begins.");
        done["on"] = json!(self.portal.state.now().date_naive());
        kofi.post(&format!("{path}/close"), &done).await.is(200);
    }

    async fn grant(&self, fee: &Fee) -> Value {
        self.portal.visitor().follow(&fee.key).await["grant"].clone()
    }

    fn went_back(&self) -> Vec<i64> {
        self.pay.payments().into_iter().flat_map(|there| there.refunds).map(|refund| refund.amount).collect()
    }
}

async fn page(browser: &mut Browser, path: &str) -> String {
    String::from_utf8(browser.get(path).await.is(200).body.to_vec()).unwrap()
}

async fn an_address_outside_every_zone_is_refused_at_its_question(kept: Kept) {
    let bare = Shop::open_with(Setup::default().in_database(&kept.url), "").await;
    // Where the council has no zones, nobody is refused, and staff see that it is not known.
    let outside = home("Northgate", 3);
    let fee = bare.sent("resident-permit", 1, &permit(&outside, "low")).await;
    bare.pays(&fee).await;
    let kofi = bare.portal.staff_now(KOFI).await;
    let case = kofi.get(&format!("/api/staff/requests/{}", fee.id)).await.is(200).json();
    assert!(case["zone"].as_str().unwrap().starts_with("not known"), "{case}");
    let Shop { portal, .. } = bare;
    let portal = portal.with_town().await;
    let today = NaiveDate::from_ymd_opt(2026, 12, 7).unwrap();
    bring(&portal, Ledger::PermitZones, server::ledgers::demo::csv(Ledger::PermitZones, today))
        .await
        .unwrap();
    // It was sent before there were zones: sent again, it is the same.
    portal.visitor().submit_to("resident-permit", 1, &permit(&outside, "low")).await.is(200);
    // Picked from the list, typed as it stands there, or not in the list where no home with its postcode is in a zone.
    let typed = |line: &str| {
        let mut answers = permit(&outside, "low");
        answers["address.uprn"] = json!("");
        answers["address.line1"] = json!(line);
        answers
    };
    let other = typed(&outside.lines[0].to_lowercase());
    for (number, answers) in [(2, permit(&outside, "low")), (3, other), (4, typed("The Old Shed"))] {
        let refused = portal.visitor().submit_to("resident-permit", number, &answers).await;
        let refused = refused.refused(422, "outside_zone").json();
        assert_eq!(refused["fields"][0]["path"], "address");
    }
    // What is not in the list, among homes of which one is in a zone, or elsewhere altogether, is for staff to look at.
    let inside = home("Castle", 2);
    let mut unknown = permit(&inside, "low");
    unknown["address.uprn"] = json!("");
    unknown["address.line1"] = json!("The New House");
    portal.visitor().submit_to("resident-permit", 5, &unknown).await.is(201);
    portal.visitor().submit_to("resident-permit", 6, &permit(&inside, "low")).await.is(201);
    // Without the app it is said on the page of the address, and nothing that was typed is lost.
    let mut sam = Browser::of(&portal);
    let fields = format!(
        "home=street&place=first&kind=new&address.line1={}&address.postcode={}",
        outside.lines[0].replace(' ', "+"),
        outside.postcode.replace(' ', "+"),
    );
    let here = "/services/resident-permit/home";
    let reply = sam.post_form(here, &fields).await.is(303);
    assert_eq!(reply.header("location").split('#').next(), Some(here));
    let html = page(&mut sam, here).await;
    assert!(html.contains("This address is in no permit zone. Where no signs stand"), "{html}");
    assert!(html.contains(&outside.lines[0]), "{html}");
    let fields = fields.replace(&outside.lines[0].replace(' ', "+"), &inside.lines[0].replace(' ', "+"));
    let fields = fields.replace(&outside.postcode.replace(' ', "+"), &inside.postcode.replace(' ', "+"));
    let on = sam.post_form(here, &fields).await.is(303);
    assert_eq!(on.header("location"), "/services/resident-permit/large");
}

async fn a_permit_is_given_changed_and_given_back(kept: Kept) {
    let shop = Shop::in_zones(&kept).await;
    let fee = shop.sent("resident-permit", 1, &permit(&home("Castle", 2), "low")).await;
    let mut sam = Browser::of(&shop.portal);
    sam.get(&format!("/follow/{}/permit", fee.key)).await.is(404);
    shop.pays(&fee).await;
    shop.granted(&fee).await;
    let said = "AB12 CDE, from 14 December 2026 to 13 December 2027";
    let grant = shop.grant(&fee).await;
    assert_eq!(grant, json!({ "name": "Resident parking permit", "said": said, "live": true }));
    let here = format!("/follow/{}/permit", fee.key);
    let html = page(&mut sam, &here).await;
    let reference = shop.portal.visitor().follow(&fee.key).await["reference"].as_str().unwrap().to_owned();
    for said in [&*reference, "C1", "AB12 CDE", "14 December 2026", "13 December 2027", "Begins on", "£50.00"]
    {
        assert!(html.contains(said), "{said}: {html}");
    }
    let pdf = sam.get(&format!("{here}.pdf")).await.is(200);
    assert!(pdf.body.starts_with(b"%PDF-"));
    sam.get("/follow/aaaaaaaaaaaaaaaaaaaaaaaaaa/permit").await.is(404);
    // What it gave is given back, and not withdrawn; its address stays what it was given for.
    let request = format!("/api/follow/{}", fee.key);
    shop.portal.visitor().post(&format!("{request}/withdraw"), &json!({ "reason": "" })).await.is(409);
    // Another vehicle, by the rules for registrations, and so often a year.
    sam.post_form(&format!("{here}/vehicle"), "vehicle=not+one!").await.is(303);
    let html = page(&mut sam, &here).await;
    assert!(html.contains("Enter a registration number") && html.contains("not one!"), "{html}");
    for vehicle in ["xy34+zab", "XY34+ZAB", "B2", "C3"] {
        sam.post_form(&format!("{here}/vehicle"), &format!("vehicle={vehicle}")).await.is(303);
    }
    sam.post_form(&format!("{here}/vehicle"), "vehicle=D4").await.is(303);
    let html = page(&mut sam, &here).await;
    assert!(html.contains("as often as it can be in twelve months"), "{html}");
    assert!(html.contains("XY34 ZAB, until 7 December 2026"), "{html}");
    assert!(shop.grant(&fee).await["said"].as_str().unwrap().starts_with("C3, "));
    let timeline = shop.portal.visitor().follow(&fee.key).await["timeline"].to_string();
    assert!(timeline.contains("It is for vehicle XY34 ZAB now. It was for AB12 CDE"), "{timeline}");
    // Given back in its third month: nine whole months of £50. What was shown is what goes back.
    shop.portal.turn_to("2027-03-01T10:00:00Z");
    assert!(page(&mut sam, &here).await.contains("£37.50"));
    sam.post_form(&format!("{here}/back"), "pence=5000").await.is(303);
    assert!(shop.grant(&fee).await["live"].as_bool().unwrap_or_default());
    for _ in 0..2 {
        sam.post_form(&format!("{here}/back"), "pence=3750").await.is(303);
    }
    assert_eq!((shop.went_back(), kept.rows("refund").await), (vec![3_750], 1));
    assert_eq!(shop.grant(&fee).await["live"], json!(null));
    assert!(page(&mut sam, &here).await.contains("Ended on 1 March 2027"));
    sam.post_form(&format!("{here}/vehicle"), "vehicle=E5").await.is(409);
    let mails = shop.portal.mails_to(SAM).await;
    let many = |what: &str| mails.iter().map(|mail| mail.text.matches(what).count()).sum::<usize>();
    let said = [
        "is yours from 14 December 2026",
        "for the vehicle XY34 ZAB from",
        "You gave it back. £37.50",
        "has sent £37.50",
    ];
    assert_eq!(said.map(many), [1, 1, 1, 1], "{mails:?}");
}

async fn who_is_not_known_has_it_once_it_is_checked(kept: Kept) {
    let shop = Shop::in_zones(&kept).await;
    let fee = shop.sent("resident-permit", 1, &permit(&home("Harbour", 5), "high")).await;
    shop.pays(&fee).await;
    assert!(shop.grant(&fee).await.is_null(), "somebody looks first");
    let kofi = shop.portal.staff_now(KOFI).await;
    let path = format!("/api/staff/requests/{}", fee.id);
    assert_eq!(kofi.get(&path).await.is(200).json()["zone"], "H1");
    kofi.post(&format!("{path}/grant/end"), &json!({ "reason": "It is not theirs." })).await.is(409);
    shop.granted(&fee).await;
    // Above the limit somebody else agrees before the money goes.
    let here = format!("/follow/{}/permit", fee.key);
    let mut sam = Browser::of(&shop.portal);
    sam.post_form(&format!("{here}/back"), "pence=12000").await.is(303);
    assert_eq!(shop.grant(&fee).await["live"], json!(null), "it has ended all the same");
    assert_eq!(shop.went_back(), Vec::<i64>::new());
    let farah = shop.portal.staff_now(FARAH).await;
    let waiting = farah.get("/api/staff/refunds").await.is(200).json()["waiting"][0].clone();
    assert_eq!(waiting["refund"]["pence"], 12_000);
    let answer = format!("/api/staff/refunds/{}/answer", waiting["refund"]["id"].as_str().unwrap());
    farah.post(&answer, &json!({ "agree": true, "reason": "" })).await.is(200);
    assert_eq!(shop.went_back(), [12_000]);
    // Staff end one with a reason that its holder reads; another department's is a missing one.
    let fee = shop.sent("resident-permit", 2, &permit(&home("Harbour", 6), "low")).await;
    shop.pays(&fee).await;
    shop.granted(&fee).await;
    let end = format!("/api/staff/requests/{}/grant/end", fee.id);
    let why = json!({ "reason": "The vehicle is not yours." });
    let grace = shop.portal.staff_now("grace@saltmarsh.example").await;
    grace.post(&end, &why).await.is(404);
    let kofi = shop.portal.staff_now(KOFI).await;
    kofi.post(&end, &json!({ "reason": " " })).await.is(422);
    kofi.post(&end, &why).await.is(200);
    kofi.post(&end, &why).await.refused(409, "not_allowed");
    let mails = shop.portal.mails_to(SAM).await;
    assert!(mails.iter().any(|mail| mail.text.contains("Why: The vehicle is not yours.")), "{mails:?}");
}

async fn holders_are_reminded_once_and_renew(kept: Kept) {
    let shop = Shop::in_zones(&kept).await;
    let fee = shop.sent("resident-permit", 1, &permit(&home("Castle", 2), "low")).await;
    shop.pays(&fee).await;
    shop.granted(&fee).await;
    shop.portal.mails().await;
    let reminded = async |at: &str| {
        shop.portal.turn_to(at);
        let many = remind_due(&shop.portal.state).await.unwrap();
        (many, remind_due(&shop.portal.state).await.unwrap())
    };
    // By the council's clock, from nine on, on the day and not before; each once.
    assert_eq!(reminded("2027-11-14T12:00:00Z").await, (0, 0));
    assert_eq!(reminded("2027-11-15T08:30:00Z").await, (0, 0));
    assert_eq!(reminded("2027-11-15T09:00:00Z").await, (1, 0));
    let mails = shop.portal.mails_to(SAM).await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(mail.subject.starts_with("Resident parking permit ends on 13 December 2027"), "{}", mail.subject);
    assert!(mail.text.contains(&format!("/follow/{}/permit", fee.key)), "{}", mail.text);
    assert_eq!(reminded("2027-12-05T12:00:00Z").await, (0, 0));
    assert_eq!(reminded("2027-12-06T09:00:00Z").await, (1, 0));
    assert_eq!(shop.portal.mails_to(SAM).await.len(), 1);
    // It is renewed with the earlier answers, and begins when the earlier one ends.
    let mut sam = Browser::of(&shop.portal);
    assert!(page(&mut sam, &format!("/follow/{}/permit", fee.key)).await.contains("Renew it"));
    let next = sam.post_form(&format!("/follow/{}/again", fee.key), "").await.is(303);
    let next = next.header("location").to_owned();
    assert!(next.contains("/services/resident-permit/"), "{next}");
    let fields = "start.day=6+December+2027&true=yes&you.name=Sam&you.email=sam%40example.org";
    let on = sam.post_form("/services/resident-permit/start", fields).await.is(303);
    assert_eq!(on.header("location"), "/services/resident-permit/check");
    let html = page(&mut sam, "/services/resident-permit/check").await;
    assert!(html.contains("AB12 CDE"), "{html}");
    sam.post_form("/services/resident-permit/check", "").await;
    let store = shop.portal.state.db.council("demo");
    let newest = kept_request(&shop, &fee).await;
    shop.pays(&newest).await;
    shop.granted(&newest).await;
    let said = shop.grant(&newest).await["said"].clone();
    assert_eq!(said, "AB12 CDE, from 14 December 2027 to 13 December 2028");
    assert!(store.granted(fee.id).await.unwrap().unwrap().renewed);
    assert!(!page(&mut sam, &format!("/follow/{}/permit", fee.key)).await.contains("Renew it"));
    assert_eq!(reminded("2027-12-13T12:00:00Z").await, (0, 0), "what is renewed needs no reminder");
}

/// The request that is about another.
async fn kept_request(shop: &Shop, earlier: &Fee) -> Fee {
    let store = shop.portal.state.db.council("demo");
    let related = store.related(earlier.id, 5).await.unwrap();
    let (_, other) = related.into_iter().next().expect("it is about the earlier one");
    Fee { key: shop.portal.state.secret.follow_key("demo", other.id), id: other.id }
}

async fn a_home_has_so_many_a_year(kept: Kept) {
    let shop = Shop::in_zones(&kept).await;
    let (elsewhere, home) = (home("Castle", 3), home("Castle", 2));
    let visitor = shop.portal.visitor();
    let first = shop.sent("visitor-vouchers", 1, &vouchers(&home, 6)).await;
    let refused =
        visitor.submit_to("visitor-vouchers", 2, &vouchers(&home, 5)).await.refused(422, "none_left");
    let field = refused.json()["fields"][0].clone();
    assert_eq!((&field["path"], &field["limit"]), (&json!("hour-books"), &json!(4)));
    // Sent again after a lost reply, it is the same and takes no more.
    visitor.submit_to("visitor-vouchers", 1, &vouchers(&home, 6)).await.is(200);
    // Typed by hand it is the same home; another one has its own.
    let mut typed = vouchers(&home, 5);
    typed["address.uprn"] = json!("");
    typed["address.line1"] = json!(home.lines[0].to_uppercase());
    visitor.submit_to("visitor-vouchers", 3, &typed).await.refused(422, "none_left");
    visitor.submit_to("visitor-vouchers", 4, &vouchers(&elsewhere, 10)).await.is(201);
    // Two at once never pass it.
    let (three, somebody) = (vouchers(&home, 3), shop.portal.visitor());
    let (one, other) = tokio::join!(
        visitor.submit_to("visitor-vouchers", 5, &three),
        somebody.submit_to("visitor-vouchers", 6, &three),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 422]);
    // What was not paid and is withdrawn counts no more.
    shop.pays(&first).await;
    assert_eq!(shop.grant(&first).await["name"], "Visitor vouchers");
    let html = page(&mut Browser::of(&shop.portal), &format!("/follow/{}/permit", first.key)).await;
    assert!(html.contains("Books of two-hour vouchers"), "{html}");
    let won = if one.status.as_u16() == 201 { one } else { other };
    let withdraw = format!("/api/follow/{}/withdraw", won.text("key"));
    visitor.post(&withdraw, &json!({ "reason": "" })).await.is(200);
    visitor.submit_to("visitor-vouchers", 7, &vouchers(&home, 5)).await.refused(422, "none_left");
    // The page of the question says how many are left, and the last page too.
    let mut sam = Browser::of(&shop.portal);
    let fields = format!(
        "car-free=no&address.line1={}&address.postcode={}",
        home.lines[0].replace(' ', "+"),
        home.postcode.replace(' ', "+")
    );
    sam.post_form("/services/visitor-vouchers/car-free", &fields).await.is(303);
    let here = "/services/visitor-vouchers/form";
    let books = |many: u32| format!("form=online&sorts=hours&hour-books={many}&support=no");
    sam.post_form(here, "form=online&sorts=hours").await.is(303);
    sam.post_form(here, &books(5)).await.is(303);
    let html = page(&mut sam, here).await;
    assert!(
        html.contains("Your home can have 10 books of two-hour vouchers a year, and 4 are left"),
        "{html}"
    );
    let on = sam.post_form(here, &books(4)).await.is(303);
    assert_eq!(on.header("location"), "/services/visitor-vouchers/true");
    // Next year there are as many again.
    shop.portal.turn(TimeDelta::days(30));
    visitor.submit_to("visitor-vouchers", 8, &vouchers(&home, 10)).await.is(201);
    visitor.submit_to("visitor-vouchers", 9, &vouchers(&home, 1)).await.refused(422, "none_left");
}

async fn a_season_is_bought_with_its_bins(kept: Kept) {
    let shop = Shop::in_zones(&kept).await;
    let fee = shop.garden_waste(1).await;
    shop.pays(&fee).await;
    let grant = shop.grant(&fee).await;
    assert_eq!(grant["said"], "from 7 December 2026 to 31 January 2027");
    let html = page(&mut Browser::of(&shop.portal), &format!("/follow/{}/permit", fee.key)).await;
    assert!(
        html.contains("Bins") && html.contains("Holds today") && !html.contains("Give it back"),
        "{html}"
    );
    shop.portal.turn_to("2027-01-04T10:00:00Z");
    assert_eq!(remind_due(&shop.portal.state).await.unwrap(), 1);
}
