//! Taking in the council's ledgers: whole or not at all, whatever stands in the file.

use std::fmt::Write as _;
use std::io::Cursor;

use axum::body::Body;
use axum::http::Method;
use chrono::TimeDelta;
use domain::api::ledgers::ImportState;
use domain::ledger::Ledger;
use serde_json::Value;
use server::ledgers::import::{NotTaken, take_in};
use server::ledgers::{CouncilTax as _, PenaltyCharges as _, demo};
use server::store::StoreError;
use server::store::ledgers::{Count, NewImport};

use crate::support::database::Kept;
use crate::support::{Portal, Reply, Setup, Visitor};

on_both_engines![
    a_file_takes_the_place_of_the_one_before,
    nothing_is_half_taken_in,
    staff_see_how_it_goes,
    a_zone_is_found_by_address_or_street,
];

const TAX: &str = "account,name,postcode,balance\n";

/// Takes in a file.
pub async fn bring(portal: &Portal, ledger: Ledger, text: impl Into<Vec<u8>>) -> Result<Count, NotTaken> {
    let store = portal.state.db.council("demo");
    let (id, text) = (portal.state.new_id(), text.into());
    let new = NewImport { id, ledger, size: text.len() as u64, staff: None, at: portal.state.now() };
    store.begin_import(new).await?;
    let count = take_in(&store, (id, ledger), Cursor::new(text), &portal.state.clock).await?;
    store.forget_ledger_rows(portal.state.now()).await?;
    Ok(count)
}

async fn balance(portal: &Portal, number: &str) -> Option<i64> {
    let store = portal.state.db.council("demo");
    store.account(number).await.unwrap().map(|(account, _)| account.balance)
}

async fn a_file_takes_the_place_of_the_one_before(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    assert_eq!(balance(&portal, "80000001").await, None, "there is no ledger yet");
    let mut many = TAX.to_owned();
    for number in 1..=12_345 {
        let _ = writeln!(many, "8{number:07},Ms Sam Lee,ZE9 1AB,£{}.50", number % 900);
    }
    let count = bring(&portal, Ledger::CouncilTax, many).await.unwrap();
    assert_eq!((count.rows, count.left_out), (12_345, 0));
    assert_eq!(kept.rows("ledger_row").await, 12_345);
    assert_eq!(balance(&portal, "80000001").await, Some(150));
    portal.turn(TimeDelta::days(1));
    // Bad lines are named; each ends with itself.
    let long = "9".repeat(10 * 1024 * 1024);
    let mut next = format!(
        "{TAX}80000001,Ms Sam Lee,ZE9 1AB,\"1,120.00\"\n\
         80000002,Ms Sam Lee,ZE9 1AB,-12.50\n\
         80000001,Ms Sam Lee,ZE9 1AB,1\n\
         80000003,Ms Sam Lee,ZE9 1AB,=SUM(A1)\n\
         80000004,=cmd|calc,ZE9 1AB,1\n\
         80000005,Ms Sam Lee,nowhere,1\n\
         {long},Ms Sam Lee,ZE9 1AB,1\n\
         80000006,\"Ms Sam Lee,ZE9 1AB,1\n\
         80000007,Ms Sam Lee,ZE9 1AB\n"
    )
    .into_bytes();
    next.extend(b"80000008,Zo\xeb Lee,ZE9 1AB,1\n");
    for number in 10..20 {
        next.extend(format!("800000{number},Ms Sam Lee,ZE9 1AB,1\n").into_bytes());
    }
    let count = bring(&portal, Ledger::CouncilTax, next).await.unwrap();
    let lines: Vec<u64> = count.named.iter().map(|named| named.line).collect();
    assert_eq!((count.rows, count.left_out, lines), (12, 8, (4..=11).collect()), "{:?}", count.named);
    for (named, words) in count
        .named
        .iter()
        .zip(["twice", "amount", "formula", "postcode", "longer", "closed", "cells", "UTF-8"])
    {
        assert!(named.why.contains(words), "{named:?}");
        assert!(!named.why.contains("Lee"), "it says nothing of what stands there");
    }
    assert_eq!(balance(&portal, "80000001").await, Some(112_000));
    assert_eq!(balance(&portal, "80000002").await, Some(-1_250), "the council owes it");
    assert_eq!(balance(&portal, "80000003").await, None, "what is in it no more is gone");
    assert_eq!(kept.rows("ledger_row").await, 12, "the version before is deleted");
}

async fn nothing_is_half_taken_in(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let today = portal.state.now().date_naive();
    bring(&portal, Ledger::PenaltyCharges, demo::csv(Ledger::PenaltyCharges, today)).await.unwrap();
    let store = portal.state.db.council("demo");
    let known = async || store.notice("SM10000001").await.unwrap().is_some();
    assert!(known().await);
    for (text, words) in [
        ("", "empty"),
        ("number,registration\n", "no column “contravention”"),
        ("number,registration,contravention,place,at,served,how,stage,full\n", "no row"),
        ("number,registration,contravention,place,at,served,how,stage,full\n1,2,3,4,5,6,7,8,9\n", "no row"),
        (
            "number,registration,contravention,place,at,served,how,stage,full\n\
             SM10000099,AB12 CDE,Parked,Mill Lane,2026-12-01 10:00,2026-12-01,vehicle,notice,70\n\
             SM10000098,AB12 CDE,Parked,Mill Lane,2026-12-01 10:00,2026-12-01,vehicle,notice,-70\n\
             SM10000097,AB12 CDE,Parked,Mill Lane,2026-12-02 10:00,2026-12-01,vehicle,notice,70\n",
            "More lines",
        ),
    ] {
        let error = bring(&portal, Ledger::PenaltyCharges, text).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert!(known().await, "{words}");
    }
    portal.turn(TimeDelta::minutes(1));
    // Another one while one is being read; and one that stopped in the middle, as by kill -9.
    let (ledger, now) = (Ledger::PenaltyCharges, portal.state.now());
    let begin = |at| NewImport { id: portal.state.new_id(), ledger, size: 1, staff: None, at };
    let stopped = begin(now);
    store.begin_import(stopped.clone()).await.unwrap();
    let half = vec![("SM99000096".to_owned(), "{}".to_owned())];
    store.import_goes_on(stopped.id, half.clone(), Count::default(), now).await.unwrap();
    assert!(matches!(store.begin_import(begin(now)).await, Err(StoreError::TooMany)));
    portal.turn(TimeDelta::minutes(3));
    let now = portal.state.now();
    assert_eq!(store.imports(ledger, now).await.unwrap()[0].state, ImportState::Stopped);
    store.forget_ledger_rows(now).await.unwrap();
    assert_eq!(kept.rows("ledger_row").await, 199, "what is left is the ledger");
    // It wakes up again: it counts no more.
    assert!(matches!(
        store.import_goes_on(stopped.id, half, Count::default(), now).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        store.end_import(stopped.id, &Count::default(), None, now).await,
        Err(StoreError::NotFound)
    ));
    assert!(known().await && store.notice("SM99000096").await.unwrap().is_none());
    store.begin_import(begin(now)).await.unwrap();
}

async fn send(visitor: &Visitor, ledger: &str, text: impl Into<Body>) -> Reply {
    let request = visitor.request(Method::POST, &format!("/api/staff/ledgers/{ledger}"));
    let request = request.header("content-type", "application/octet-stream");
    visitor.send(request.body(text.into()).unwrap()).await
}

async fn staff_see_how_it_goes(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let omar = portal.staff_now("omar@saltmarsh.example").await;
    let list = async || omar.get("/api/staff/ledgers").await.is(200).json()["ledgers"].clone();
    assert_eq!(list().await.as_array().unwrap().len(), 3);
    let id =
        send(&omar, "council-tax", format!("{TAX}80000001,Lee,ZE9 1AB,1\n80000002,Lee,ZE9 1AB,x\n")).await;
    let id = id.is(202).text("id");
    let mut import = Value::Null;
    for _ in 0..200 {
        import = list().await[1]["imports"][0].clone();
        if import["state"] != "reading" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(import["id"], id);
    assert_eq!(
        (&import["state"], &import["rows"], &import["left_out"]),
        (&"taken".into(), &1.into(), &1.into())
    );
    assert_eq!((&import["is_current"], &import["percent"]), (&true.into(), &100.into()));
    assert_eq!(import["named"][0]["line"], 3);
    assert_eq!(balance(&portal, "80000001").await, Some(100));
    assert_eq!(kept.rows("audit").await, 2, "that he signed in, and this");
    // Who looks after requests does not look after ledgers.
    let grace = portal.staff_now("grace@saltmarsh.example").await;
    send(&grace, "council-tax", "").await.refused(403, "not_your_role");
    send(&omar, "nothing", "").await.refused(404, "not_found");
    assert_eq!(kept.rows("ledger_import").await, 1);
}

async fn a_zone_is_found_by_address_or_street(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await.with_town().await;
    let text = "uprn,street,locality,zone\n10002603,,,C2\n,Mill Lane,Northgate,N1\n";
    bring(&portal, Ledger::PermitZones, text).await.unwrap();
    let look = async |postcode: &str| {
        let page = portal.visitor().get(&format!("/permit-zone?postcode={postcode}")).await.is(200);
        String::from_utf8_lossy(&page.body).into_owned()
    };
    // An address before its street; the street of the others.
    let page = look("ze9+2dh").await;
    for (home, zone) in [("3 Mill Lane", "Zone C2"), ("4 Mill Lane", "Zone N1")] {
        let row = page.split(&format!("<bdi>{home}</bdi>")).nth(1).expect(home);
        assert!(row.split("</dd>").next().unwrap().contains(zone), "{row}");
    }
    let none = look("ZE9+1AA").await;
    assert!(
        none.contains("In no zone") && none.contains("There are no permits for a home that is in no zone"),
        "{none}"
    );
    assert!(look("ZE9+9ZZ").await.contains("We know of no home"));
    for wrong in ["", "x", "%3Cb%3E", "ZE9"] {
        assert!(look(wrong).await.contains("Enter a full postcode"), "{wrong}");
    }
}
