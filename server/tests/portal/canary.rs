//! What people type is in no log, whatever happens to it. Every field of every service gets words that are nowhere else,
//! and people do everything that can be done with them, mistakes included; then none of these words stands in what
//! was logged, at the finest level there is, nor in an address that a reply leads to, or in a title.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use crate::support::browser::Browser;
use crate::support::{PDF, Portal, Reply, closing};
use axum::body::Body;
use axum::http::{Method, header};
use chrono::TimeDelta;
use domain::answers::Answers;
use domain::catalogue::Service;
use domain::field::Kind;
use domain::journey;
use picture::samples;
use serde_json::{Value, json};
use server::adapters::mail::Mailer;
use server::gazetteer::demo;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use uuid::Uuid;

/// In every word that is looked for.
const MARK: &str = "qxcanary";
/// The email address of whoever types.
const EMAIL: &str = "qxcanary-mail@example.org";
/// Numbers have no room for it.
const NUMBERS: [&str; 3] = ["07700900471", "07700 900471", "QX71 CNR"];

static LINES: Mutex<u64> = Mutex::new(0);
static FOUND: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);

/// Looks at each line that is logged, and keeps those with a mark.
#[derive(Clone, Copy)]
struct Watch;

impl io::Write for Watch {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        *LINES.lock().unwrap() += 1;
        let text = String::from_utf8_lossy(line);
        if is_marked(&text) {
            FOUND.lock().unwrap().insert(text.into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Watch {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        *self
    }
}

fn is_marked(text: &str) -> bool {
    let small = text.to_lowercase();
    small.contains(MARK) || NUMBERS.iter().any(|number| small.contains(&number.to_lowercase()))
}

/// The log of this whole program, for it has one: other tests' lines hold no marks.
fn watch_the_log() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let filter = EnvFilter::new("debug,server=trace,portico_app=trace,domain=trace,picture=trace");
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Watch).init();
    });
}

/// What a mail server says that names who the mail is for: for good, for now, and in no words that mail servers have.
const ANSWERS: [&str; 3] = [
    "550 5.1.1 <qxcanary-mail@example.org>: qxcanary is unknown here\r\n",
    "451 4.3.0 <qxcanary-mail@example.org>: qxcanary has no room\r\n",
    "qxcanary-mail@example.org: qxcanary is unknown here\r\n",
];

/// A mail server that takes no mail, and says for whom.
async fn mail_server(listener: TcpListener, said: Arc<Mutex<[u32; ANSWERS.len()]>>) {
    for turn in 0.. {
        let (stream, _) = listener.accept().await.unwrap();
        let said = Arc::clone(&said);
        tokio::spawn(async move {
            let (reading, mut writing) = stream.into_split();
            let mut lines = BufReader::new(reading).lines();
            let mut reply = "220 mail.example ready\r\n";
            while writing.write_all(reply.as_bytes()).await.is_ok() {
                let Ok(Some(line)) = lines.next_line().await else { return };
                reply = if line.starts_with("RCPT") {
                    said.lock().unwrap()[turn % ANSWERS.len()] += 1;
                    ANSWERS[turn % ANSWERS.len()]
                } else {
                    "250 mail.example\r\n"
                };
            }
        });
    }
}

/// Mails wait, and a server says of each that it does not take it, and from whom.
async fn refused_by_a_mail_server(portal: &Portal) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let said = Arc::new(Mutex::new([0; ANSWERS.len()]));
    let server = tokio::spawn(mail_server(listener, Arc::clone(&said)));
    portal.turn(TimeDelta::minutes(1));
    for _ in 0..ANSWERS.len() {
        let state = portal.that_mails(Mailer::smtp(&url).unwrap());
        assert!(server::jobs::runner::run_due(&state).await.unwrap() > 0);
        portal.turn(TimeDelta::minutes(1));
    }
    server.abort();
    let said = *said.lock().unwrap();
    assert!(said.iter().all(|times| *times > 0), "{said:?}");
}

fn title(page: &str) -> Option<&str> {
    Some(page.split_once("<title>")?.1.split_once("</title>")?.0)
}

/// No reply leads to an address with a mark, or has one in its title.
fn looked_at(reply: Reply) -> Reply {
    for name in ["location", "content-location", "link", "refresh", "content-disposition"] {
        assert!(!is_marked(reply.header(name)), "{name}: {}", reply.header(name));
    }
    let body = String::from_utf8_lossy(&reply.body);
    if let Some(title) = title(&body) {
        assert!(!is_marked(title), "{title}");
    }
    for address in body.split("href=\"").chain(body.split("action=\"")).skip(1) {
        let address = address.split('"').next().unwrap();
        assert!(address.starts_with("mailto:") || !is_marked(address), "{address}");
    }
    reply
}

/// A sample of a question's answer, with marks wherever there is room for one.
fn mark(kind: &Kind, question: &str, portal: &Portal, answers: &mut Answers) {
    let mut sample = Answers::default();
    let today = portal.state.now().date_naive();
    match kind {
        Kind::Group(group) => {
            for inner in &group.questions {
                mark(&inner.kind, &format!("{question}.1.{}", inner.id), portal, &mut sample);
            }
        }
        kind => kind.sample(question, today, &mut sample),
    }
    let text = |path: &str| format!("{MARK} {}", path.replace('.', " "));
    for (path, raw) in sample.iter() {
        let part = path.strip_prefix(question).unwrap_or_default().trim_start_matches('.');
        let marked = match (kind, part) {
            (Kind::Name(_) | Kind::Text(_) | Kind::LongText(_), _)
            | (Kind::Address(_), "line1" | "line2" | "town")
            | (Kind::Place(_), "street" | "words")
            | (Kind::Contact(_), "name") => text(path),
            (Kind::Email(_), _) | (Kind::Contact(_), "email") => EMAIL.to_owned(),
            (Kind::Phone(_), _) | (Kind::Contact(_), "phone") => NUMBERS[1].to_owned(),
            (Kind::Vehicle, _) => NUMBERS[2].to_owned(),
            _ => raw.to_owned(),
        };
        answers.set(path, &marked);
    }
    if matches!(kind, Kind::Place(_)) {
        answers.set(&format!("{question}.asset"), MARK);
    }
}

/// A whole form with marks.
async fn filled(portal: &Portal, who: &Browser, service: &Service) -> Answers {
    let mut answers = Answers::default();
    let mut done = BTreeSet::new();
    loop {
        let asked: Vec<_> = journey::asked(service, &answers)
            .into_iter()
            .filter(|question| !done.contains(&question.id))
            .cloned()
            .collect();
        if asked.is_empty() {
            let Some(stop) = journey::stop(service, &answers) else { return answers };
            // A stop hangs on its last question: another answer there leads past it.
            let question = journey::stop_question(service, stop).unwrap();
            let values = service.question(question).unwrap().kind.values().unwrap_or_default();
            let leads_past = |value: &&str| {
                let mut tried = answers.clone();
                tried.set(question, *value);
                journey::stop_at(service, question, &tried, &journey::asked(service, &tried)).is_none()
            };
            let Some(other) = values.into_iter().find(leads_past).map(ToOwned::to_owned) else {
                return answers;
            };
            answers.set(question, &other);
            continue;
        }
        for question in asked {
            match &question.kind {
                Kind::Photos(_) => {
                    let photo = who.visitor.upload(samples::png(8, 8)).await.is(201).text("id");
                    answers.set(&format!("{}.1", question.id), &photo);
                    answers.set(&format!("{}.1.alt", question.id), MARK);
                }
                Kind::Documents(_) => {
                    let document = who.visitor.upload_document(PDF).await.is(201).text("id");
                    answers.set(&format!("{}.1", question.id), &document);
                    answers.set(&format!("{}.1.name", question.id), format!("{MARK}.pdf"));
                }
                kind => mark(kind, &question.id, portal, &mut answers),
            }
            done.insert(question.id);
        }
    }
}

async fn get(who: &Browser, path: &str) -> Reply {
    looked_at(who.visitor.get(path).await)
}

async fn post(who: &mut Browser, path: &str, body: &Value) -> Reply {
    looked_at(who.post(path, body).await)
}

/// Every service: kept as a draft, posted page by page, sent, and sent with mistakes.
async fn every_service(portal: &Portal, who: &mut Browser) -> (Vec<String>, Vec<String>) {
    let served = portal.state.councils.by_id("demo").unwrap();
    let (mut keys, mut refused) = (Vec::new(), Vec::new());
    for (number, service) in (1..).zip(served.catalogue.values()) {
        let answers = filled(portal, who, service).await;
        let draft = json!({ "key": Uuid::from_u128(number), "answers": answers, "seen": [], "turn": 0 });
        post(who, &format!("/api/drafts/{}", service.id), &draft).await;
        get(who, &format!("/services/{}", service.id)).await;
        let fields: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(answers.iter()).finish();
        looked_at(who.post_form(&format!("/services/{}", service.id), &fields).await);
        looked_at(who.post_form(&format!("/services/{}/check", service.id), &fields).await);
        get(who, &format!("/services/{}/check", service.id)).await;
        let wrong = json!({ "service": service.id, "version": service.version, "answers": { MARK: MARK, "you.email": MARK } });
        looked_at(who.visitor.submit_text(10_000 + number, wrong.to_string()).await);
        let whole = json!({ "service": service.id, "version": service.version, "answers": answers });
        let sent = looked_at(who.visitor.submit_text(number, whole.to_string()).await);
        // Posted page by page, it may have been sent already.
        if sent.status.is_success() {
            keys.push(sent.text("key"));
            // The same key with other answers.
            let other = json!({ "service": service.id, "version": service.version, "answers": filled(portal, who, service).await });
            looked_at(who.visitor.submit_text(number, other.to_string()).await);
        } else {
            refused.push(format!("{}: {}", service.id, sent.json()));
        }
    }
    (keys, refused)
}

/// What can't be read, and addresses that lead nowhere.
async fn mistakes(portal: &Portal, who: &mut Browser) {
    for path in [
        format!("/{MARK}"),
        format!("/services/{MARK}"),
        format!("/services/report-graffiti/{MARK}?{MARK}={EMAIL}"),
        format!("/follow/{MARK}"),
        format!("/account/{MARK}"),
        format!("/api/{MARK}"),
        format!("/api/follow/{MARK}?q={EMAIL}"),
        format!("/api/follow/{MARK}/erased"),
        format!("/api/places?q={MARK}"),
        format!("/api/addresses?postcode={MARK}"),
        format!("/api/photos/{MARK}"),
        format!("/api/staff/requests/{MARK}"),
        format!("/{MARK}.js"),
    ] {
        get(who, &path).await;
    }
    for path in
        ["/api/requests", "/api/account/code", "/api/follow", "/api/account/email", "/api/services/suggest"]
    {
        for body in [
            format!("{{\"{MARK}\": \"{EMAIL}\"}}"),
            MARK.to_owned(),
            format!("[\"{EMAIL}\", {{"),
            format!(
                "{{\"email\": \"{MARK}\", \"code\": \"{MARK}\", \"text\": \"{MARK}\", \"reference\": \"{MARK}\"}}"
            ),
            format!("{{\"text\": \"I want {MARK}\"}}"),
            format!("{{\"email\": 7, \"text\": {{ \"{MARK}\": 1 }}}}"),
        ] {
            looked_at(who.visitor.post_text(path, body).await);
        }
    }
    looked_at(who.visitor.upload(MARK.as_bytes().to_vec()).await);
    looked_at(who.visitor.upload_document(format!("%PDF-{MARK}")).await);
    // Another site, another council, another method.
    let visitor = portal.visitor();
    let other = visitor.request(Method::POST, &format!("/follow/{MARK}"));
    let other = other
        .header("sec-fetch-site", "cross-site")
        .header(header::REFERER, format!("https://{MARK}.example/"));
    looked_at(visitor.send(other.body(Body::from(MARK)).unwrap()).await);
    let elsewhere = portal.visitor_at(&format!("{MARK}.example"));
    looked_at(elsewhere.get("/").await);
    let removed = visitor.request(Method::DELETE, &format!("/api/follow/{MARK}")).header("x-portico", "1");
    looked_at(visitor.send(removed.body(Body::empty()).unwrap()).await);
    for (form, path) in [
        (format!("email={MARK}"), "/account"),
        (format!("code={MARK}"), "/account/code"),
        (format!("email={MARK}"), "/account/email"),
        (format!("code={MARK}"), "/account/close-code"),
        (format!("reference={MARK}&email={EMAIL}"), "/follow"),
    ] {
        looked_at(who.post_form(path, &form).await);
        get(who, path).await;
    }
}

/// What residents tell of themselves, and staff at a desk.
async fn told_once(portal: &Portal, who: &mut Browser) {
    let store = portal.state.db.council("demo");
    store.replace_roll(Arc::new(|| Ok(Box::new(demo::electors().into_iter().map(Ok))))).await.unwrap();
    let details = json!({ "answers": {
        "name": MARK, "phone": NUMBERS[1], "address.line1": MARK, "address.postcode": "NE1 8QH", "reach": "phone,letter",
    } });
    post(who, "/api/account/profile", &details).await.is(200);
    post(who, "/api/account/profile", &json!({ "answers": { "name": MARK, MARK: MARK, "phone": MARK } }))
        .await;
    looked_at(who.post_form("/account/details", &format!("name={MARK}&phone={MARK}&{MARK}={MARK}")).await);
    let helper = json!({ "name": MARK, "email": format!("help-{EMAIL}"), "services": ["report-graffiti"], "until": "2026-12-20" });
    post(who, "/api/account/helpers", &helper).await.is(200);
    looked_at(
        who.post_form("/account/helpers", &format!("do=name&name={MARK}&email={EMAIL}&until={MARK}")).await,
    );
    let view = get(who, "/api/account/identity").await.is(200).json();
    let wording = &view["roll"]["wording"];
    let agreed = json!({
        "wording": wording["id"], "version": wording["version"], "language": wording["language"], "hash": view["roll"]["hash"],
    });
    for postcode in ["NE1 8QH", MARK] {
        let asked =
            json!({ "name": MARK, "line1": MARK, "line2": MARK, "postcode": postcode, "agreed": agreed });
        let asked = post(who, "/api/account/identity/roll", &asked).await;
        assert_eq!(asked.status == 200, postcode != MARK);
    }
    let document = who.visitor.upload_document(PDF).await.is(201).text("id");
    let shown = json!({ "document": document, "kind": "passport", "name": MARK });
    post(who, "/api/account/identity/documents", &shown).await.is(200);
    let code =
        post(who, "/api/account/identity/desk-code", &json!({})).await.is(200).json()["desk"]["code"].clone();
    let dan = portal.staff("dan@saltmarsh.example").await;
    for code in [json!(MARK), code] {
        let desk = json!({ "email": EMAIL, "code": code, "kind": "passport", "name": MARK });
        looked_at(dan.post("/api/staff/identity/desk", &desk).await);
    }
    let waiting = dan.get("/api/staff/identity").await.is(200).json();
    for document in waiting["documents"].as_array().unwrap() {
        let at = format!("/api/staff/identity/{}/decide", document["id"].as_str().unwrap());
        looked_at(dan.post(&at, &json!({ "seen": false, "reason": MARK })).await.is(200));
    }
    for page in ["details", "helpers", "identity", "sharing", "who-looked"] {
        get(who, &format!("/account/{page}")).await;
    }
    // What a resident looks for in their account.
    who.post_form("/account", &format!("do=find&q={MARK}")).await.is(303);
    get(who, "/account").await;
    // Somebody signs in with a code that is wrong, and staff with an address that is none of theirs.
    let mut other = Browser::of(portal);
    post(&mut other, "/api/account/code", &json!({ "email": format!("other-{EMAIL}") })).await.is(204);
    post(&mut other, "/api/account/sign-in", &json!({ "code": "000000" })).await;
    looked_at(other.visitor.post("/api/staff/sign-in", &json!({ "email": EMAIL })).await);
    looked_at(other.visitor.post("/api/staff/sign-in/code", &json!({ "email": EMAIL, "code": MARK })).await);
}

/// What happens to requests that were sent, by their resident and by staff.
async fn lives(portal: &Portal, who: &mut Browser, keys: &[String]) {
    for (number, key) in (1_u128..).zip(keys) {
        let follow = format!("/api/follow/{key}");
        let message = json!({ "id": Uuid::from_u128(number), "text": format!("{MARK} {EMAIL}") });
        post(who, &format!("{follow}/messages"), &message).await;
        get(who, &follow).await;
        get(who, &format!("/follow/{key}")).await;
        if number % 3 == 0 {
            post(who, &format!("{follow}/withdraw"), &json!({ "reason": MARK })).await;
            looked_at(who.post_form(&format!("/follow/{key}"), &format!("score=4&reason={MARK}")).await);
        }
    }
    for email in ["priya@saltmarsh.example", "grace@saltmarsh.example"] {
        let staff = portal.staff(email).await;
        let queue = staff.get("/api/staff/requests").await.is(200).json();
        for item in queue["requests"].as_array().unwrap() {
            let at = format!("/api/staff/requests/{}", item["id"].as_str().unwrap());
            staff.post(&format!("{at}/take"), &json!({})).await.is(200);
            let message = json!({ "id": Uuid::now_v7(), "text": MARK });
            staff.post(&format!("{at}/messages"), &message).await;
            staff.post(&format!("{at}/promise"), &json!({ "to": "2026-12-31", "reason": MARK })).await;
            staff.post(&format!("{at}/close"), &closing("done", MARK)).await;
            staff.get(&at).await.is(200);
        }
    }
    contacts(portal).await;
    for key in keys {
        post(who, &format!("/api/follow/{key}/feedback"), &json!({ "score": 2, "reason": MARK })).await;
    }
}

/// What staff write down of calls, and what a manager did about them; mistakes, too.
async fn contacts(portal: &Portal) {
    let (priya, tom) =
        (portal.staff("priya@saltmarsh.example").await, portal.staff("tom@saltmarsh.example").await);
    for person in [EMAIL, NUMBERS[1], EMAIL, EMAIL, MARK] {
        let call = json!({
            "id": Uuid::now_v7(), "channel": "phone", "service": "report-graffiti", "person": person, "reason": "other",
            "answers": { "chasing": true, "again": false, "unclear": false }, "note": format!("{MARK} {EMAIL}"),
        });
        looked_at(priya.post("/api/staff/contacts", &call).await);
    }
    for body in [
        format!("{{\"{MARK}\": 1}}"),
        MARK.to_owned(),
        format!("{{\"id\": \"{MARK}\", \"reference\": \"{EMAIL}\"}}"),
    ] {
        looked_at(priya.post_text("/api/staff/contacts", body).await);
    }
    looked_at(priya.get(&format!("/api/staff/contacts?before={MARK}&show={MARK}")).await);
    looked_at(priya.post(&format!("/api/staff/contacts/{MARK}/undo"), &json!({})).await);
    let waiting = tom.get("/api/staff/contacts/repeats").await.is(200).json();
    let at =
        format!("/api/staff/contacts/repeats/{}/looked-into", waiting["repeats"][0]["id"].as_str().unwrap());
    looked_at(tom.post(&at, &json!({ "done": MARK })).await.is(204));
    portal.turn(TimeDelta::minutes(10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_type_is_in_no_log() {
    watch_the_log();
    let portal = Portal::open().await.with_town().await;
    let mut who = Browser::of(&portal);
    mistakes(&portal, &mut who).await;
    who.sign_in(&portal, EMAIL).await;
    told_once(&portal, &mut who).await;
    let (keys, refused) = every_service(&portal, &mut who).await;
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    // Mails that can't be sent are logged, too.
    let mailbox = portal.path("mailbox");
    std::fs::remove_dir_all(&mailbox).unwrap();
    std::fs::write(&mailbox, "").unwrap();
    while server::jobs::runner::run_due(&portal.state).await.unwrap() > 0 {}
    std::fs::remove_file(&mailbox).unwrap();
    refused_by_a_mail_server(&portal).await;
    lives(&portal, &mut who, &keys).await;
    mistakes(&portal, &mut who).await;
    get(&who, "/account").await;
    for page in ["privacy", "email", "close"] {
        get(&who, &format!("/account/{page}")).await;
    }
    get(&who, "/api/account/download").await.is(200);
    portal.mails().await;
    post(&mut who, "/api/account/close/code", &json!({})).await.is(204);
    let code = portal.code(EMAIL).await;
    post(&mut who, "/api/account/close", &json!({ "code": code })).await.is(204);
    portal.turn_to("2034-01-10T02:00:00Z");
    let served = portal.state.councils.by_id("demo").unwrap();
    let (db, blobs, now) = (&portal.state.db, &portal.state.blobs, portal.state.now());
    let gone = server::jobs::retention::Retaining { db, blobs, served: &served, now, is_dry: false };
    assert!(!gone.run().await.unwrap().services.is_empty());
    // The log was there, and a mark in it would have been found.
    assert!(*LINES.lock().unwrap() > 1000);
    let found: Vec<String> = FOUND.lock().unwrap().iter().cloned().collect();
    assert_eq!(found, Vec::<String>::new());
    tracing::error!(mark = MARK, "found");
    assert_eq!(FOUND.lock().unwrap().len(), 1);
}
