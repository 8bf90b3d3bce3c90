//! What waits in a week: told on Monday at seven, once, to who has it, who answers for it and who holds its portfolio.

use chrono::TimeDelta;
use serde_json::json;
use server::jobs::digest;

use crate::support::database::Kept;
use crate::support::{Portal, Setup, graffiti};

const PRIYA: &str = "priya@saltmarsh.example";
const TOM: &str = "tom@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";
const AMY: &str = "amy.wood@saltmarsh.example";

on_both_engines![everybody_is_told_once_a_week, two_servers_tell_it_once,];

async fn with_two(portal: &Portal) {
    for number in 1..=2 {
        portal.visitor().submit(number, &graffiti()).await.is(201);
    }
    let priya = portal.staff(PRIYA).await;
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    let id = queue["requests"][0]["id"].as_str().unwrap().to_owned();
    priya.post(&format!("/api/staff/requests/{id}/take"), &json!({})).await.is(200);
    portal.mails().await;
}

async fn everybody_is_told_once_a_week(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    // Monday, before anything is there: nobody is told anything, and the week is done.
    assert_eq!(digest::run_due(&portal.state).await.unwrap(), 0);
    with_two(&portal).await;
    assert_eq!(digest::run_due(&portal.state).await.unwrap(), 0);

    // A minute before seven by the council's clock, and then.
    portal.turn_to("2026-12-14T06:59:00Z");
    assert_eq!(digest::run_due(&portal.state).await.unwrap(), 0);
    portal.turn_to("2026-12-14T07:00:00Z");
    // Priya, who has one; Tom, Hannah and Ivan, who answer for it; and Councillor Wood.
    assert_eq!(digest::run_due(&portal.state).await.unwrap(), 5);
    assert_eq!(digest::run_due(&portal.state).await.unwrap(), 0);
    let [mail] = portal.mails_to(PRIYA).await.try_into().unwrap();
    assert_eq!(mail.subject, "What waits this week: Saltmarsh Borough Council");
    assert!(mail.text.contains("the week that begins on 14 December 2026"), "{}", mail.text);
    assert!(mail.text.contains("Yours: 1 due this week."), "{}", mail.text);
    assert!(mail.text.contains("- Report graffiti ("), "{}", mail.text);
    assert!(mail.text.contains("promised by Monday 14 December"), "{}", mail.text);
    let [mail] = portal.mails_to(TOM).await.try_into().unwrap();
    assert!(
        mail.text.contains("Street scene: 2 due this week.") && !mail.text.contains("Yours"),
        "{}",
        mail.text
    );
    // Who has no account is told numbers, and nobody's request.
    let [mail] = portal.mails_to(AMY).await.try_into().unwrap();
    assert!(mail.text.contains("Street scene: 2 due this week."), "{}", mail.text);
    assert!(mail.text.contains("/performance") && !mail.text.contains("Report graffiti"), "{}", mail.text);
    assert!(portal.mails_to(GRACE).await.is_empty(), "who has nothing is told nothing");

    // Five weeks in which no server ran: one mail, of the week that it is.
    portal.mails().await;
    portal.turn_to("2027-01-20T12:00:00Z");
    assert!(digest::run_due(&portal.state).await.unwrap() > 0);
    assert_eq!(digest::run_due(&portal.state).await.unwrap(), 0);
    let [mail] = portal.mails_to(PRIYA).await.try_into().unwrap();
    assert!(mail.text.contains("Yours: 1 overdue.") && mail.text.contains("18 January"), "{}", mail.text);
    // When the next is near, the one before is worth nothing any more.
    portal.turn_to("2027-02-01T06:00:00Z");
    assert_eq!(digest::run_due(&portal.state).await.unwrap(), 0);
    portal.turn(TimeDelta::hours(1));
    assert!(digest::run_due(&portal.state).await.unwrap() > 0);
}

async fn two_servers_tell_it_once(kept: Kept) {
    let one = Setup::default().in_database(&kept.url).open().await;
    let other = Setup::default().in_database(&kept.url).open().await;
    with_two(&one).await;
    for portal in [&one, &other] {
        portal.turn_to("2026-12-14T07:00:00Z");
    }
    let all = futures::future::join_all((0..8).map(|turn| {
        let portal = if turn % 2 == 0 { &one } else { &other };
        digest::run_due(&portal.state)
    }));
    let told: usize = all.await.into_iter().map(Result::unwrap).sum();
    assert_eq!(told, 5);
    assert_eq!(one.mails_to(PRIYA).await.len() + other.mails_to(PRIYA).await.len(), 1);
}
