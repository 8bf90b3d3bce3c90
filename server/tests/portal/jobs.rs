//! What is done besides writing down: mails are sent, later if they can't be sent now, and once.

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Portal, Setup, graffiti, graffiti_but};
use chrono::TimeDelta;
use serde_json::json;
use server::jobs::Job;
use server::jobs::account_notice::{AccountNotice, Told};
use server::jobs::alert::{self, Alert};
use server::jobs::runner::run_due;

on_both_engines![
    a_mail_that_can_not_be_sent_in_time_is_dropped,
    no_mail_to_an_account_is_left_when_it_is_closed
];

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

/// A code is worthless after its minutes, and news of an account after some days: nobody keeps the address for them.
async fn a_mail_that_can_not_be_sent_in_time_is_dropped(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, "sam@example.org").await;
    sam.post("/api/account/email", &json!({ "email": "new@example.org" })).await.is(204);
    let mail = portal.mails_to("new@example.org").await.pop().unwrap();
    let right = json!({ "code": mail.subject.split(' ').next().unwrap() });
    std::fs::rename(portal.path("mailbox"), portal.path("elsewhere")).unwrap();
    std::fs::write(portal.path("mailbox"), "").unwrap();
    // The old address is told, and three codes wait.
    sam.post("/api/account/email/confirm", &right).await.is(204);
    sam.post("/api/account/close/code", &json!({})).await.is(204);
    portal.visitor().post("/api/account/code", &json!({ "email": "ann@example.org" })).await.is(204);
    let priya = json!({ "email": "priya@saltmarsh.example" });
    portal.visitor().post("/api/staff/sign-in", &priya).await.is(204);
    let left_after = async |wait: TimeDelta| {
        portal.turn(wait);
        while run_due(&portal.state).await.unwrap() > 0 {}
        kept.rows("job").await
    };
    assert_eq!(left_after(TimeDelta::zero()).await, 4);
    assert_eq!(left_after(TimeDelta::minutes(9)).await, 4);
    assert_eq!(left_after(TimeDelta::minutes(2)).await, 2, "residents' codes are gone, staff's is not");
    assert_eq!(left_after(TimeDelta::minutes(20)).await, 1);
    // Later than it works, no code leaves, whatever has become of the mail server.
    portal.visitor().post("/api/account/code", &json!({ "email": "bob@example.org" })).await.is(204);
    portal.turn(TimeDelta::minutes(10));
    std::fs::remove_file(portal.path("mailbox")).unwrap();
    std::fs::rename(portal.path("elsewhere"), portal.path("mailbox")).unwrap();
    assert!(portal.mails_to("bob@example.org").await.is_empty());
    portal.turn(TimeDelta::days(2));
    assert_eq!(portal.mails_to("sam@example.org").await.len(), 1, "news of two days");
    // A week later they are none.
    portal.mails().await;
    std::fs::rename(portal.path("mailbox"), portal.path("elsewhere")).unwrap();
    std::fs::write(portal.path("mailbox"), "").unwrap();
    let store = portal.state.db.council("demo");
    let told = AccountNotice { email: "sam@example.org".into(), told: Told::Closed };
    store.add_job(portal.state.now(), portal.state.new_id(), &Job::AccountNotice(told)).await.unwrap();
    assert_eq!(left_after(TimeDelta::days(6)).await, 1);
    assert_eq!(left_after(TimeDelta::days(1)).await, 0);
}

/// Who closes an account leaves no mail behind that could not be sent: not to the account, and not about what was watched.
async fn no_mail_to_an_account_is_left_when_it_is_closed(kept: Kept) {
    const SAM: &str = "sam@example.org";
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (mut sam, mut ann) = (Browser::of(&portal), Browser::of(&portal));
    sam.sign_in(&portal, SAM).await;
    ann.sign_in(&portal, "ann@example.org").await;
    sam.post("/api/account/close/code", &json!({})).await.is(204);
    let code = portal.code(SAM).await;
    std::fs::remove_dir_all(portal.path("mailbox")).unwrap();
    std::fs::write(portal.path("mailbox"), "").unwrap();
    for (who, email) in [(&mut sam, "SAM@Example.org"), (&mut ann, "ann@example.org")] {
        who.post("/api/account/code", &json!({ "email": email })).await.is(204);
        who.post("/api/account/email", &json!({ "email": email })).await.is(204);
    }
    let store = portal.state.db.council("demo");
    let watched = Alert {
        name: String::new(),
        email: SAM.into(),
        reference: "ABCD-EFGH".into(),
        title: "Report graffiti".into(),
        link: "https://portico.example/".into(),
        told: alert::Told::WatchedTaken,
        reader: alert::Reader::default(),
        instead_of: String::new(),
    };
    store.add_job(portal.state.now(), portal.state.new_id(), &Job::Alert(watched.into())).await.unwrap();
    // What says how to follow a request is not the account's.
    sam.visitor.submit(1, &graffiti()).await.is(201);
    assert_eq!(kept.rows("job").await, 6);
    sam.post("/api/account/close", &json!({ "code": code })).await.is(204);
    assert_eq!(kept.rows("job").await, 4);
    let to_sam = "SELECT COUNT(*) AS n FROM job WHERE LOWER(payload) LIKE '%sam@example.org%'";
    assert_eq!(kept.number(to_sam).await, 2, "how to follow it, and the farewell");
    std::fs::remove_file(portal.path("mailbox")).unwrap();
    portal.turn(TimeDelta::minutes(1));
    let told: Vec<_> = portal.mails_to(SAM).await.into_iter().map(|mail| mail.subject).collect();
    assert!(told.len() == 2 && told.iter().any(|subject| subject.ends_with("account is closed")), "{told:?}");
}

#[tokio::test]
async fn runners_side_by_side_send_each_mail_once() {
    let portal = Portal::open().await;
    for key in 1..=12 {
        let email = format!("sam{key}@example.org");
        portal.visitor().submit(key, &graffiti_but(&json!({ "you.email": email }))).await.is(201);
    }
    let runners = futures::future::join_all((0..4).map(|_| run_due(&portal.state))).await;
    // One runner's jobs may be another's messages.
    assert!(runners.into_iter().map(Result::unwrap).sum::<usize>() >= 12);
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
