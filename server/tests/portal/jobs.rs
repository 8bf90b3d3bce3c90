//! What is done besides writing down: mails are sent, later if they can't be sent now, and once.

use crate::support::{Portal, graffiti, graffiti_but};
use chrono::TimeDelta;
use serde_json::json;
use server::jobs::runner::run_due;

#[tokio::test]
async fn a_mail_that_can_not_be_sent_is_sent_later_and_once() {
    let portal = Portal::open().await;
    // Where the mailbox should be is something else.
    std::fs::write(portal.path("mailbox"), "").unwrap();
    portal.visitor().submit(1, &graffiti()).await.is(201);
    assert_eq!(run_due(&portal.state).await.unwrap(), 1);
    for wait in [10, 20, 40] {
        assert_eq!(run_due(&portal.state).await.unwrap(), 0, "it waits");
        portal.turn(TimeDelta::seconds(wait - 1));
        assert_eq!(run_due(&portal.state).await.unwrap(), 0, "and longer each time");
        portal.turn(TimeDelta::seconds(1));
        assert_eq!(run_due(&portal.state).await.unwrap(), 1);
    }
    std::fs::remove_file(portal.path("mailbox")).unwrap();
    portal.turn(TimeDelta::seconds(80));
    let [mail] = portal.mails().await.try_into().unwrap();
    assert_eq!(mail.to, "sam@example.org");
    portal.turn(TimeDelta::days(7));
    assert!(portal.mails().await.is_empty());
}

#[tokio::test]
async fn runners_side_by_side_send_each_mail_once() {
    let portal = Portal::open().await;
    for key in 1..=12 {
        let email = format!("sam{key}@example.org");
        portal.visitor().submit(key, &graffiti_but(&json!({ "you.email": email }))).await.is(201);
    }
    let runners = futures::future::join_all((0..4).map(|_| run_due(&portal.state))).await;
    assert_eq!(runners.into_iter().map(Result::unwrap).sum::<usize>(), 12);
    let mut to: Vec<String> = portal.mails().await.into_iter().map(|mail| mail.to).collect();
    assert_eq!(to.len(), 12);
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 12);
}

/// Rows 7 and 8: every address that a form takes, mail can be sent to.
#[tokio::test]
async fn every_address_that_is_taken_can_be_written_to() {
    let portal = Portal::open().await;
    let long = format!("{}@{}.{}.example.org", "a".repeat(64), "b".repeat(63), "c".repeat(60));
    for (key, email) in (1..).zip([
        "o'brien+bins@example.co.uk",
        "\"john doe\"@example.org",
        "\"a,b;c\"@example.org",
        "jo@bücher.example",
        "用户@例子.中国",
        "josé@example.org",
        "a!#$%&'*/=?^_`{|}~b@example.org",
        long.as_str(),
    ]) {
        portal.visitor().submit(key, &graffiti_but(&json!({ "you.email": email }))).await.is(201);
        let mails = portal.mails().await;
        assert_eq!(mails.len(), 1, "{email}");
    }
}
/// Row 8: a name that looks like another person's address is a name.
#[tokio::test]
async fn a_name_is_never_an_address() {
    let portal = Portal::open().await;
    for (key, name) in (1..).zip([
        "evil@example.net, Sam",
        "\"Sam\" <evil@example.net>",
        "Sam <evil@example.net>,",
        "evil@example.net>, <sam@example.org",
        "Sam; evil@example.net",
        "\\\" <evil@example.net>",
        "=?utf-8?q?Sam=0D=0ABcc:_evil@example.net?=",
        "undisclosed-recipients:;",
    ]) {
        portal.visitor().submit(key, &graffiti_but(&json!({ "you.name": name }))).await.is(201);
        let [mail] = portal.mails().await.try_into().unwrap();
        assert_eq!((mail.to.as_str(), mail.name.as_str()), ("sam@example.org", name), "{}", mail.raw);
    }
}
