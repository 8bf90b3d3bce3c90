//! Mails that come back hours later: each names the mail that it is about, and what that said goes out in another way, once.

use std::process::Stdio;

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};
use server::jobs::bounced::{self, Bounced, Unknown};
use server::jobs::runner::run_due;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use uuid::Uuid;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Portal, SECRET, Setup, Visitor, graffiti, secret};

on_both_engines![what_comes_back_goes_out_in_another_way_once, what_comes_back_too_late_is_shown_to_staff];

const SAM: &str = "sam@example.org";
const PRIYA: &str = "priya@saltmarsh.example";
const WITH_ADDRESS: &str = "[alerts]\nwait = 0\nbounces = \"bounces@saltmarsh.example\"";

/// As Postfix sends them, with the mail that did not get through.
const POSTFIX: &str = "Return-Path: <>\r\nDelivered-To: {to}\r\nReceived: by mail.example.org (Postfix)\r\n\tid 4C0; Mon,  7 Dec 2026 12:00:00 +0000 (GMT)\r\nDate: Mon,  7 Dec 2026 12:00:00 +0000 (GMT)\r\nFrom: MAILER-DAEMON@mail.example.org (Mail Delivery System)\r\nSubject: Undelivered Mail Returned to Sender\r\nTo: {to}\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"4C0.1765108800/mail.example.org\"\r\n\r\nThis is a MIME-encapsulated message.\r\n\r\n--4C0.1765108800/mail.example.org\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry to have to inform you that your message could not\r\nbe delivered to one or more recipients.\r\n\r\n--4C0.1765108800/mail.example.org\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.org\r\nX-Postfix-Queue-ID: 4C0\r\nArrival-Date: Mon,  7 Dec 2026 10:00:00 +0000 (GMT)\r\n\r\nFinal-Recipient: rfc822; sam@example.org\r\nOriginal-Recipient: rfc822;sam@example.org\r\nAction: {action}\r\nStatus: {status}\r\nRemote-MTA: dns; mx.example.org\r\nDiagnostic-Code: smtp; 550 5.1.1 <sam@example.org>: Recipient address rejected:\r\n    User unknown in virtual mailbox table\r\n\r\n--4C0.1765108800/mail.example.org\r\nContent-Description: Undelivered Message\r\nContent-Type: message/rfc822\r\n\r\nReturn-Path: <{to}>\r\nFrom: Saltmarsh Borough Council <hello@saltmarsh.example>\r\nTo: Sam <sam@example.org>\r\nSubject: We have your request\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nAction: delivered\r\n\r\n--x--\r\n\r\n--4C0.1765108800/mail.example.org--\r\n";

/// As Exchange Online sends them: words in HTML first, folded fields, other spellings.
const EXCHANGE: &str = "From: <postmaster@example.onmicrosoft.com>\r\nTo: <{to}>\r\nDate: Mon, 7 Dec 2026 12:00:00 +0000\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"9B095B5ADSN=_01D8\"\r\nX-MS-Exchange-Message-Is-Ndr:\r\nSubject: Undeliverable: We have your request\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\r\nThis is a multi-part message in MIME format.\r\n\r\n--9B095B5ADSN=_01D8\r\nContent-Type: multipart/alternative; differences=Content-Type;\r\n\tboundary=\"inner\"\r\n\r\n--inner\r\nContent-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: base64\r\n\r\nWW91ciBtZXNzYWdlIGNvdWxkbid0IGJlIGRlbGl2ZXJlZC4=\r\n--inner\r\nContent-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Action: delivered=20</p>\r\n--inner--\r\n\r\n--9B095B5ADSN=_01D8\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;LO2P265MB0001.GBRP265.PROD.OUTLOOK.COM\r\nReceived-From-MTA: dns;mail.saltmarsh.example\r\nArrival-Date: Mon, 7 Dec 2026 11:59:58 +0000\r\n\r\nFinal-Recipient: rfc822;sam@example.org\r\nAction: failed\r\nStatus: 5.1.10\r\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by\r\n SMTP address lookup\r\n\r\n\r\n--9B095B5ADSN=_01D8\r\nContent-Type: message/rfc822-headers\r\n\r\nFrom: Saltmarsh Borough Council <hello@saltmarsh.example>\r\nTo: Sam <sam@example.org>\r\n\r\n--9B095B5ADSN=_01D8--\r\n";

/// As Exim sends them, with line feeds alone.
const EXIM: &str = "X-Failed-Recipients: sam@example.org\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.example.org>\nTo: {to}\nReferences: <x@saltmarsh.example>\nContent-Type: multipart/report; report-type=delivery-status; boundary=1765108800-eximdsn-1\nMIME-Version: 1.0\nSubject: Mail delivery failed: returning message to sender\nMessage-Id: <E1@mx.example.org>\nDate: Mon, 07 Dec 2026 12:00:00 +0000\n\n--1765108800-eximdsn-1\nContent-type: text/plain; charset=us-ascii\n\nThis message was created automatically by mail delivery software.\n\n  sam@example.org\n    retry timeout exceeded\n\n--1765108800-eximdsn-1\nContent-type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\nAction: failed\nFinal-Recipient: rfc822;sam@example.org\nStatus: 5.0.0\n\n--1765108800-eximdsn-1\nContent-type: message/rfc822\n\nReturn-path: <{to}>\nFrom: hello@saltmarsh.example\nTo: sam@example.org\n\nHello\n\n--1765108800-eximdsn-1--\n";

/// As Exim sent them of old: a text, and a header.
const EXIM_OF_OLD: &str = "X-Failed-Recipients: sam@example.org\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.example.org>\nTo: {to}\nSubject: Mail delivery failed: returning message to sender\n\nA message that you sent could not be delivered.\n";

/// Somebody is away.
const AWAY: &str = "From: Sam <sam@example.org>\r\nTo: {to}\r\nSubject: Automatic reply: We have your request\r\nAuto-Submitted: auto-replied\r\nContent-Type: text/plain\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\nI am away until Monday.\r\n";

/// Somebody passes on what somebody else got.
const PASSED_ON: &str = "From: Sam <sam@example.org>\r\nTo: {to}\r\nSubject: Fwd: failed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"y\"\r\n\r\n--y\r\nContent-Type: text/plain\r\n\r\nLook\r\n--y\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--y--\r\n";

fn postfix(action: &str, status: &str) -> String {
    POSTFIX.replace("{action}", action).replace("{status}", status)
}

/// What is read of a message that came back to the address of a mail.
fn read(portal: &Portal, message: &str, to: &str) -> Result<Option<String>, Unknown> {
    let message = message.replace("{to}", to);
    let read = bounced::read(&secret(), &portal.state.councils.all(), message.as_bytes(), None);
    read.map(|found| found.map(|(council, Bounced { why, .. })| format!("{council}: {why}")))
}

#[tokio::test]
async fn what_mail_servers_say_is_understood() {
    let portal = Setup::default().with_alerts(WITH_ADDRESS).open().await;
    let council = portal.state.councils.by_id("demo").unwrap().council.clone();
    let id = Uuid::from_u128(0x0198_7654_3210_7abc_8def_0123_4567_89ab);
    let to = bounced::sender(&secret(), &council, id).unwrap();
    assert!(to.starts_with("bounces+") && to.ends_with("@saltmarsh.example"), "{to}");
    assert!(to.split('@').next().unwrap().len() <= 64, "{to}");
    let none = "demo: a mail server sent it back (5.1.1: there is no such mailbox)";
    for (message, says) in [
        (postfix("failed", "5.1.1"), Some(none)),
        (
            postfix("failed (after a week)", "4.4.1"),
            Some("demo: a mail server sent it back (4.4.1: the mail server could not be reached for days)"),
        ),
        (postfix("delayed", "4.4.1"), None),
        (postfix("delivered", "2.0.0"), None),
        (postfix("relayed", "2.1.5"), None),
        (postfix("expanded", "2.0.0"), None),
        (postfix("", ""), None),
        (postfix("failed", ""), Some("demo: a mail server sent it back")),
        // What it says is not repeated.
        (postfix("failed", "5.<b>sam@example.org"), Some("demo: a mail server sent it back (5.)")),
        (EXCHANGE.to_owned(), Some("demo: a mail server sent it back (5.1.10: there is no such mailbox)")),
        (EXIM.to_owned(), Some("demo: a mail server sent it back (5.0.0)")),
        (EXIM_OF_OLD.to_owned(), Some("demo: a mail server sent it back")),
        (AWAY.to_owned(), None),
        (PASSED_ON.to_owned(), None),
    ] {
        assert_eq!(read(&portal, &message, &to), Ok(says.map(ToOwned::to_owned)), "{message}");
    }
    // One of several who did not get it.
    let group = "\r\n\r\nFinal-Recipient: rfc822; a@example.org\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient: rfc822; sam@";
    let several = postfix("failed", "5.1.1").replace("\r\n\r\nFinal-Recipient: rfc822; sam@", group);
    assert_eq!(read(&portal, &several, &to), Ok(Some(none.to_owned())));
    // In the letters of a country, and not in UTF-8.
    let mut latin = postfix("failed", "5.2.2").replace("{to}", &to).into_bytes();
    let at = latin.windows(9).position(|window| window == b"I'm sorry").unwrap();
    latin.splice(at..at, b"Gru\xdf aus M\xfcnchen \xff\xfe ".iter().copied());
    let at = latin.windows(9).position(|window| window == b"Recipient").unwrap();
    latin.splice(at..at, b"Empf\xe4nger ".iter().copied());
    let councils = portal.state.councils.all();
    let (_, bounced) = bounced::read(&secret(), &councils, &latin, None).unwrap().unwrap();
    assert_eq!(
        bounced,
        Bounced { batch: id, why: "a mail server sent it back (5.2.2: the mailbox is full)".to_owned() }
    );

    // Mail servers may write an address as they like.
    for same in [to.to_uppercase(), format!(" <{to}> ")] {
        let read = bounced::read(&secret(), &councils, postfix("failed", "5.1.1").as_bytes(), Some(&same));
        assert_eq!(read.unwrap().unwrap().1.batch, id);
    }
    // Nobody makes one up, and one of another mail opens no other.
    let other = bounced::sender(&secret(), &council, Uuid::from_u128(1)).unwrap();
    let mixed = format!("{}.{}", to.split('.').next().unwrap(), other.split_once('.').unwrap().1);
    for (wrong, why) in [
        (mixed.as_str(), Unknown::Forged),
        ("bounces+@saltmarsh.example", Unknown::Forged),
        ("bounces+a.b@saltmarsh.example", Unknown::Forged),
        ("bounces@saltmarsh.example", Unknown::Elsewhere),
        ("hello@saltmarsh.example", Unknown::Elsewhere),
        (&to.replace("saltmarsh", "elsewhere"), Unknown::Elsewhere),
    ] {
        assert_eq!(read(&portal, &postfix("failed", "5.1.1"), wrong), Err(why), "{wrong}");
    }
    let long = vec![b'x'; bounced::LONGEST + 1];
    assert_eq!(bounced::read(&secret(), &councils, &long, Some(&to)), Err(Unknown::Unreadable));
    let without = Portal::open().await;
    assert_eq!(read(&without, &postfix("failed", "5.1.1"), &to), Err(Unknown::Elsewhere));
    // Whatever comes, it is read or refused.
    proptest!(|(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0_usize..2000)| {
        let _ = bounced::read(&secret(), &councils, &bytes, Some(&to));
        let whole = EXCHANGE.replace("{to}", &to);
        let _ = bounced::read(&secret(), &councils, &whole.as_bytes()[..cut.min(whole.len())], None);
    });
}

/// Gives a message to the command, as a mail server does, and says how that ended.
async fn pipe(portal: &Portal, url: &str, message: &str) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_portico"))
        .arg("--data-dir")
        .arg(portal.path("data"))
        .args(["--database-url", url, "--secret", SECRET])
        .arg("--councils-dir")
        .arg(portal.path("councils"))
        .arg("bounced")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(message.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// Where mail servers say what becomes of the newest mail to an address.
async fn return_path(portal: &Portal, to: &str) -> String {
    while run_due(&portal.state).await.unwrap() > 0 {}
    let mut found = Vec::new();
    for file in std::fs::read_dir(portal.path("mailbox/demo")).unwrap().flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap_or_default();
        if let Some(path) = text.strip_prefix("Return-Path: <").filter(|_| text.contains(to)) {
            found.push((file.path(), path.split('>').next().unwrap().to_owned()));
        }
    }
    found.sort();
    found.pop().unwrap().1
}

async fn by(priya: &Visitor, id: &str) -> Vec<String> {
    let all = priya.get(&format!("/api/staff/requests/{id}/deliveries")).await.is(200).json();
    let told = |one: &Value| format!("{} {} {}", one["by"], one["fate"], one["stuck"]).replace('"', "");
    let mut told: Vec<String> = all["deliveries"].as_array().unwrap().iter().map(told).collect();
    told.sort();
    told
}

async fn newest(priya: &Visitor) -> String {
    let queue = priya.get("/api/staff/requests").await.is(200).json();
    queue["requests"][0]["id"].as_str().unwrap().to_owned()
}

async fn what_comes_back_goes_out_in_another_way_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).with_alerts(WITH_ADDRESS).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, SAM).await;
    sam.post("/api/account/profile", &json!({ "answers": { "phone": "07700 900123" } })).await.is(200);
    sam.visitor.submit(1, &graffiti()).await.is(201);
    let to = return_path(&portal, SAM).await;
    let priya = portal.staff(PRIYA).await;
    let id = newest(&priya).await;
    assert_eq!(by(&priya, &id).await, ["email sent false"]);
    // That it takes longer changes nothing, and neither does what somebody makes up.
    let (code, said) = pipe(&portal, &kept.url, &postfix("delayed", "4.4.1").replace("{to}", &to)).await;
    assert_eq!((code, said.as_str()), (Some(0), "This says of no mail that it did not get through.\n"));
    let forged = to.replace("@saltmarsh", "x@saltmarsh");
    let (code, said) = pipe(&portal, &kept.url, &postfix("failed", "5.1.1").replace("{to}", &forged)).await;
    assert_eq!((code, said.as_str()), (Some(1), "this was sent to an address that we have not made\n"));
    assert_eq!(run_due(&portal.state).await.unwrap(), 0);
    assert_eq!(by(&priya, &id).await, ["email sent false"]);
    // Hours later it comes back, and again.
    portal.turn(TimeDelta::hours(3));
    for _ in 0..2 {
        let (code, said) = pipe(&portal, &kept.url, &postfix("failed", "5.1.1").replace("{to}", &to)).await;
        assert_eq!((code, said.as_str()), (Some(0), "A mail did not get through: it is noted.\n"));
        while run_due(&portal.state).await.unwrap() > 0 {}
        let priya = portal.staff(PRIYA).await;
        assert_eq!(by(&priya, &id).await, ["email failed false", "sms sent false"]);
    }
    let texts = std::fs::read_dir(portal.path("mailbox/demo")).unwrap().flatten();
    assert_eq!(texts.filter(|file| file.path().extension().is_some_and(|ending| ending == "txt")).count(), 1);
    let priya = portal.staff(PRIYA).await;
    let all = priya.get(&format!("/api/staff/requests/{id}/deliveries")).await.json();
    let failed = all["deliveries"].as_array().unwrap().iter().find(|one| one["fate"] == "failed").unwrap();
    assert_eq!(failed["why"], "a mail server sent it back (5.1.1: there is no such mailbox)");
    // What could not be noted is to be tried again later.
    let nowhere = "sqlite:///nowhere/at/all.db";
    assert_eq!(pipe(&portal, nowhere, &postfix("failed", "5.1.1").replace("{to}", &to)).await.0, Some(75));
}

async fn what_comes_back_too_late_is_shown_to_staff(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).with_alerts(WITH_ADDRESS).open().await;
    portal.visitor().submit(1, &graffiti()).await.is(201);
    let to = return_path(&portal, SAM).await;
    let priya = portal.staff(PRIYA).await;
    let id = newest(&priya).await;
    // Nothing else is known of them: staff see that nobody was told. So late that what was said is forgotten, too.
    portal.turn(TimeDelta::days(8));
    portal.state.db.forget_deliveries(portal.state.now()).await.unwrap();
    pipe(&portal, &kept.url, &EXIM.replace("{to}", &to)).await;
    while run_due(&portal.state).await.unwrap() > 0 {}
    let priya = portal.staff(PRIYA).await;
    assert_eq!(by(&priya, &id).await, ["email failed true"]);
}
