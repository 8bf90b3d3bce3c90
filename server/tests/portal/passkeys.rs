//! Passkeys of residents and of staff, with an authenticator that stands here and signs for real.

use axum::http::header;
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use domain::audit::Deed;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use server::store::passkeys::Owner;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::support::browser::Browser;
use crate::support::database::Kept;
use crate::support::{Portal, Setup};

on_both_engines![a_resident_adds_one_and_signs_in_with_nothing_typed, ceremonies_go_on_once];

const RESIDENT: &str = "/api/account/passkeys";
const STAFF: &str = "/api/staff/passkeys";
const ORIGIN: &str = "https://portico.example";

/// What a phone has: one key for this site, and whose it is.
struct Phone {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: String,
    counter: u32,
    origin: &'static str,
    /// The person has shown who they are.
    verified: bool,
}

fn part(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// CBOR of a text or bytes shorter than 64 kB.
fn cbor(major: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let mut out = match length {
        0..=23 => vec![major | u8::try_from(length).unwrap()],
        24..=255 => vec![major | 0x18, u8::try_from(length).unwrap()],
        _ => [&[major | 0x19][..], &length.to_be_bytes()].concat(),
    };
    out.extend_from_slice(bytes);
    out
}

impl Phone {
    fn new(id: u8) -> Self {
        let chance = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &chance).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der.as_ref(), &chance).unwrap();
        Self { key, id: vec![id; 32], user: String::new(), counter: 0, origin: ORIGIN, verified: true }
    }

    fn said(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        let said =
            json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false });
        said.to_string().into_bytes()
    }

    fn data(&mut self, more: u8, rest: &[u8]) -> Vec<u8> {
        self.counter += 1;
        let flags = 0x01 | more | if self.verified { 0x04 } else { 0 };
        let site = Sha256::digest(b"portico.example");
        [&site[..], &[flags], &self.counter.to_be_bytes(), rest].concat()
    }

    /// Makes a passkey.
    fn make(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        assert_eq!(options["rp"]["id"], "portico.example");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        options["user"]["id"].as_str().unwrap().clone_into(&mut self.user);
        let public = self.key.public_key().as_ref().to_vec();
        let key = [
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21][..],
            &cbor(0x40, &public[1..33]),
            &[0x22],
            &cbor(0x40, &public[33..65]),
        ]
        .concat();
        let rest = [&[0; 16][..], &[0, 32], &self.id, &key].concat();
        let data = self.data(0x40, &rest);
        let object = [
            &[0xa3][..],
            &cbor(0x60, b"fmt"),
            &cbor(0x60, b"none"),
            &cbor(0x60, b"attStmt"),
            &[0xa0],
            &cbor(0x60, b"authData"),
            &cbor(0x40, &data),
        ]
        .concat();
        json!({
            "id": part(&self.id), "rawId": part(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "attestationObject": part(&object), "transports": ["internal", "hybrid"],
                "clientDataJSON": part(&self.said("webauthn.create", &options["challenge"])),
            },
        })
    }

    /// Answers with it.
    fn answer(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        assert_eq!(options["allowCredentials"], json!([]), "nothing had to be typed");
        let said = self.said("webauthn.get", &options["challenge"]);
        let data = self.data(0, &[]);
        let signed = [&data[..], &Sha256::digest(&said)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": part(&self.id), "rawId": part(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "authenticatorData": part(&data), "clientDataJSON": part(&said),
                "signature": part(signature.as_ref()), "userHandle": self.user,
            },
        })
    }

    async fn add(&mut self, browser: &mut Browser, side: &str, name: &str) -> Value {
        let options = browser.post(&format!("{side}/start"), &Value::Null).await.is(200).json();
        let body = json!({ "name": name, "credential": self.make(&options) });
        browser.post(side, &body).await.is(200).json()
    }

    async fn sign_in(&mut self, browser: &mut Browser, side: &str) -> crate::support::Reply {
        let options = browser.post(&format!("{side}/sign-in/start"), &Value::Null).await.is(200).json();
        let body = json!({ "credential": self.answer(&options) });
        browser.post(&format!("{side}/sign-in"), &body).await
    }
}

async fn staff(portal: &Portal, email: &str) -> Browser {
    let mut browser = Browser::of(portal);
    browser.post("/api/staff/sign-in", &json!({ "email": email })).await.is(204);
    let code = portal.code(email).await;
    browser.post("/api/staff/sign-in/code", &json!({ "email": email, "code": code })).await.is(204);
    browser
}

async fn a_resident_adds_one_and_signs_in_with_nothing_typed(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.post(&format!("{RESIDENT}/start"), &Value::Null).await.refused(401, "not_signed_in");
    sam.sign_in(&portal, "sam@example.org").await;
    let mut phone = Phone::new(1);
    let view = phone.add(&mut sam, RESIDENT, "  My phone ").await;
    assert_eq!((&view["passkeys"][0]["name"], &view["possible"]), (&json!("My phone"), &json!(true)));
    assert!(view["passkeys"][0]["used"].is_null());
    // The same one again is none.
    let options = sam.post(&format!("{RESIDENT}/start"), &Value::Null).await.is(200).json();
    assert_eq!(options["publicKey"]["excludeCredentials"][0]["id"], part(&phone.id));
    let again = json!({ "name": "Again", "credential": phone.make(&options) });
    sam.post(RESIDENT, &again).await.refused(422, "passkey_refused");

    // On another device, with what was begun there.
    let mut desk = Browser::of(&portal);
    desk.post_form("/services/report-graffiti", "surface=public&offensive=no").await.is(303);
    portal.turn(TimeDelta::minutes(3));
    phone.sign_in(&mut desk, RESIDENT).await.is(204);
    let account = desk.account().await;
    assert_eq!(
        (&account["email"], &account["begun"][0]["service"]),
        (&json!("sam@example.org"), &json!("report-graffiti"))
    );
    assert_eq!(account["sessions"].as_array().unwrap().len(), 2);
    let view = desk.visitor.get("/api/account/security").await.is(200).json();
    assert_eq!(view["passkeys"][0]["used"], "Monday 7 December 2026 at 10:03am");
    // Signing in again takes the place of the session before.
    phone.sign_in(&mut desk, RESIDENT).await.is(204);
    assert_eq!(desk.account().await["sessions"].as_array().unwrap().len(), 2);
    // A copy that counts on its own is noticed.
    phone.counter = 1;
    phone.sign_in(&mut Browser::of(&portal), RESIDENT).await.refused(422, "passkey_refused");

    // Only its owner's: to be called something else, and removed.
    let id = view["passkeys"][0]["id"].as_str().unwrap().to_owned();
    let (rename, remove) = (format!("{RESIDENT}/{id}/rename"), format!("{RESIDENT}/{id}/remove"));
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    ann.post(&rename, &json!({ "name": "Mine" })).await.refused(404, "not_found");
    ann.post(&remove, &json!({})).await.refused(404, "not_found");
    let nothing = format!("{RESIDENT}/{}/remove", Uuid::nil());
    ann.post(&nothing, &json!({})).await.refused(404, "not_found");
    sam.post(&rename, &json!({ "name": "  " })).await.is(422);
    sam.post(&rename, &json!({ "name": "a".repeat(61) })).await.is(422);
    sam.post(&rename, &json!({ "name": "Phone", "id": 1 })).await.is(422);
    let view = sam.post(&rename, &json!({ "name": "Old phone" })).await.is(200).json();
    assert_eq!(view["passkeys"][0]["name"], "Old phone");
    let view = sam.post(&remove, &json!({})).await.is(200).json();
    assert_eq!(view["passkeys"], json!([]));
    phone.counter = 100;
    phone.sign_in(&mut Browser::of(&portal), RESIDENT).await.refused(422, "passkey_refused");
    let log = portal.state.db.council("demo").audit_log(None, 100).await.unwrap();
    let said: Vec<&str> = log.iter().map(|row| row.entry.detail.as_str()).collect();
    for detail in ["With a passkey", "Added a passkey", "Removed a passkey"] {
        assert!(said.contains(&detail), "{said:?}");
    }
}

/// What is under way is good once, for five minutes, in the browser that began, and for whom it was begun.
async fn ceremonies_go_on_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, "sam@example.org").await;
    let mut phone = Phone::new(1);
    let start = format!("{RESIDENT}/start");
    let options = sam.post(&start, &Value::Null).await.is(200).json();
    let body = json!({ "name": "Phone", "credential": phone.make(&options) });
    // Another account in another browser, and another account in the same one.
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    ann.post(RESIDENT, &body).await.refused(422, "passkey_refused");
    ann.post(&start, &Value::Null).await.is(200);
    ann.post(RESIDENT, &body).await.refused(422, "passkey_refused");
    portal.turn(TimeDelta::minutes(5));
    sam.post(RESIDENT, &body).await.refused(422, "passkey_refused");
    phone.add(&mut sam, RESIDENT, "Phone").await;
    let options = sam.post(&start, &Value::Null).await.is(200).json();
    sam.sign_in(&portal, "eve@example.org").await;
    let body = json!({ "name": "Phone", "credential": Phone::new(2).make(&options) });
    sam.post(RESIDENT, &body).await.refused(422, "passkey_refused");

    let sign_in = format!("{RESIDENT}/sign-in");
    let begin = format!("{RESIDENT}/sign-in/start");
    let mut desk = Browser::of(&portal);
    let mut thief = Browser::of(&portal);
    let options = desk.post(&begin, &Value::Null).await.is(200).json();
    let answer = json!({ "credential": phone.answer(&options) });
    thief.post(&sign_in, &answer).await.refused(422, "passkey_refused");
    thief.post(&begin, &Value::Null).await.is(200);
    thief.post(&sign_in, &answer).await.refused(422, "passkey_refused");
    // Not as staff with what was begun as a resident.
    desk.post(&format!("{STAFF}/sign-in"), &answer).await.refused(422, "passkey_refused");
    desk.post(&sign_in, &answer).await.is(204);
    desk.post(&sign_in, &answer).await.refused(422, "passkey_refused");
    portal.turn(TimeDelta::minutes(1));
    let options = desk.post(&begin, &Value::Null).await.is(200).json();
    let answer = json!({ "credential": phone.answer(&options) });
    portal.turn(TimeDelta::minutes(5));
    desk.post(&sign_in, &answer).await.refused(422, "passkey_refused");
    // At another address that looks like ours, and by who did not show who they are.
    phone.origin = "https://portico.example.evil.example";
    phone.sign_in(&mut desk, RESIDENT).await.refused(422, "passkey_refused");
    phone.origin = ORIGIN;
    phone.verified = false;
    phone.sign_in(&mut desk, RESIDENT).await.refused(422, "passkey_refused");
    phone.verified = true;
    // As somebody else.
    let own = std::mem::replace(&mut phone.user, part(Uuid::nil().as_bytes()));
    phone.sign_in(&mut desk, RESIDENT).await.refused(422, "passkey_refused");
    phone.user = own;
    phone.sign_in(&mut desk, RESIDENT).await.is(204);
    for body in
        [json!({}), json!([]), json!({ "credential": {} }), json!({ "credential": answer, "more": 1 })]
    {
        assert!([400, 422].contains(&desk.post(&sign_in, &body).await.status.as_u16()), "{body}");
    }
    server::jobs::sweep::sweep(&portal.state).await.unwrap();
}

#[tokio::test]
async fn staff_keep_a_way_in() {
    let portal = Setup::default().open().await;
    let mut priya = staff(&portal, "priya@saltmarsh.example").await;
    let mut key = Phone::new(7);
    portal.mails().await;
    let view = key.add(&mut priya, STAFF, "Blue key").await;
    let [told] = portal.mails().await.try_into().unwrap();
    assert_eq!(told.to, "priya@saltmarsh.example");
    assert!(told.subject.starts_with("A passkey was added to your"), "{told:?}");
    let mut desk = Browser::of(&portal);
    key.sign_in(&mut desk, STAFF).await.is(204);
    assert_eq!(desk.visitor.get("/api/staff/me").await.is(200).json()["name"], "Priya Shah");
    desk.visitor.get("/api/account").await.refused(401, "not_signed_in");
    // Whoever finds her screen open some time later can't make a key of their own, or take hers away.
    portal.turn(TimeDelta::minutes(6));
    for path in ["start", "", &format!("{}/remove", view["passkeys"][0]["id"].as_str().unwrap())] {
        let path = format!("{STAFF}/{path}");
        let reply = priya.post(path.trim_end_matches('/'), &json!({})).await;
        reply.refused(403, "prove_again");
    }
    priya.visitor.get("/api/staff/security").await.is(200);
    key.sign_in(&mut priya, STAFF).await.is(204);
    // A resident's door does not open with it.
    key.sign_in(&mut Browser::of(&portal), RESIDENT).await.refused(422, "passkey_refused");
    // Where nothing else does, the last one stays; in a demonstration a code does.
    let id = view["passkeys"][0]["id"].as_str().unwrap();
    let store = portal.state.db.council("demo");
    let member = store.staff_by_email("priya@saltmarsh.example").await.unwrap().unwrap();
    let entry = member.did(portal.state.now(), Deed::Changed, "staff".to_owned(), "Removed".to_owned());
    let (owner, which) = (Owner::Staff(member.id), id.parse().unwrap());
    assert!(!store.remove_passkey(owner, which, true, entry, None).await.unwrap());
    let mut tom = staff(&portal, "tom@saltmarsh.example").await;
    tom.post(&format!("{STAFF}/{id}/remove"), &json!({})).await.refused(404, "not_found");
    priya.post(&format!("{STAFF}/{id}/rename"), &json!({ "name": "Red key" })).await.is(200);
    portal.mails().await;
    priya.post(&format!("{STAFF}/{id}/remove"), &json!({})).await.is(200);
    let [told] = portal.mails().await.try_into().unwrap();
    assert!(told.subject.starts_with("A passkey was removed from your"), "{told:?}");
    key.sign_in(&mut Browser::of(&portal), STAFF).await.refused(422, "passkey_refused");
}

/// Without the app a passkey can be called something else and removed, and the page says whose it is.
#[tokio::test]
async fn the_page_works_without_the_app() {
    let portal = Portal::open().await;
    let mut sam = Browser::of(&portal);
    let page = "/account/security";
    assert_eq!(
        sam.post_form(page, "do=remove:1").await.is(303).header("location"),
        "/account?to=/account/security"
    );
    sam.sign_in(&portal, "sam@example.org").await;
    let view = Phone::new(1).add(&mut sam, RESIDENT, "My phone").await;
    let id = view["passkeys"][0]["id"].as_str().unwrap();
    let rename = |name: &str| format!("do=rename:{id}&name-{id}={name}");
    assert_eq!(sam.post_form(page, &rename("+")).await.is(303).header("location"), page);
    let drawn = sam.visitor.get(page).await;
    if drawn.status == 200 {
        let html = String::from_utf8_lossy(&drawn.body).into_owned();
        assert!(html.contains("My phone") && html.contains("Enter a name"), "{html}");
        assert_eq!(drawn.header(header::CACHE_CONTROL.as_str()), "no-store");
    }
    sam.post_form(page, &rename("Old+phone")).await.is(303);
    assert_eq!(sam.visitor.get("/api/account/security").await.json()["passkeys"][0]["name"], "Old phone");
    sam.post_form(page, &format!("do=remove:{id}")).await.is(303);
    assert_eq!(sam.visitor.get("/api/account/security").await.json()["passkeys"], json!([]));
    assert_eq!(sam.post_form(page, "do=remove:nonsense").await.status, 404);
    sam.post_form(page, "do=nonsense").await.is(303);
}

/// Browsers take no passkeys for an address that is a number.
#[tokio::test]
async fn there_are_none_where_browsers_take_none() {
    let portal = Setup::default().at("http://127.0.0.1:8080").open().await;
    let visitor = portal.visitor();
    assert_eq!(visitor.get("/api/account/ways").await.is(200).json()["passkeys"], false);
    visitor.post(&format!("{RESIDENT}/sign-in/start"), &Value::Null).await.refused(409, "no_passkeys_here");
}
