//! Signing in with a provider of `OpenID` Connect: one that stands here, signs real tokens, and says whatever a test wants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Json;
use axum::routing::{get, post};
use bytes::Bytes;
use chrono::TimeDelta;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use domain::identity::Level;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use server::store::proofs::known;
use sha2::{Digest as _, Sha256};

use crate::support::browser::Browser;
use crate::support::{Portal, Reply, Setup};

const CLIENT: &str = "portico";
const SECRET: &str = "a secret that both know";

/// What a code is worth.
#[derive(Clone)]
struct Grant {
    challenge: String,
    claims: Value,
}

struct Inner {
    url: String,
    keys: Mutex<Vec<EcdsaKeyPair>>,
    grants: Mutex<HashMap<String, Grant>>,
    asked: Mutex<Vec<String>>,
    info: Mutex<Value>,
}

/// A provider.
#[derive(Clone)]
struct Issuer(Arc<Inner>);

fn fresh_key() -> (String, EcdsaKeyPair) {
    let chance = SystemRandom::new();
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &chance).unwrap();
    let pem = BASE64.encode(der.as_ref());
    (format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n"), pair)
}

impl Issuer {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner {
            url,
            keys: Mutex::new(vec![fresh_key().1]),
            grants: Mutex::default(),
            asked: Mutex::default(),
            info: Mutex::new(json!({})),
        };
        let issuer = Self(Arc::new(inner));
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        issuer
    }

    /// What the council's document says of it.
    fn document(&self, more: &str) -> String {
        format!(
            "[[sign_in]]\nid = \"town\"\nname = \"Town account\"\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\n{more}\n",
            self.0.url
        )
    }

    /// A portal that knows it.
    async fn portal(&self, more: &str) -> Portal {
        let portal = Setup::default().with_sign_in(&self.document(more)).open().await;
        std::fs::create_dir_all(portal.path("sign-in/demo")).unwrap();
        std::fs::write(portal.path("sign-in/demo/town.secret"), SECRET).unwrap();
        portal
    }

    /// Claims that are all right, for somebody who was led here.
    fn claims(&self, portal: &Portal, leaving: &Leaving, subject: &str, email: &str) -> Value {
        let now = portal.state.now().timestamp();
        json!({
            "iss": self.0.url, "aud": CLIENT, "sub": subject, "nonce": leaving.nonce,
            "iat": now, "exp": now + 300, "email": email, "email_verified": true,
        })
    }

    /// A code for these claims.
    fn grant(&self, leaving: &Leaving, claims: Value) -> String {
        let mut grants = self.0.grants.lock().unwrap();
        let code = format!("code-{}", grants.len());
        grants.insert(code.clone(), Grant { challenge: leaving.challenge.clone(), claims });
        code
    }

    fn sign(&self, claims: &Value) -> String {
        let keys = self.0.keys.lock().unwrap();
        let kid = format!("key-{}", keys.len());
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(&json!({ "alg": "ES256", "kid": kid })), part(claims));
        let signature = keys.last().unwrap().sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }
}

async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    let url = &issuer.0.url;
    Json(json!({
        "issuer": url, "authorization_endpoint": format!("{url}/auth"), "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"), "userinfo_endpoint": format!("{url}/userinfo"),
        "end_session_endpoint": format!("{url}/end"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256"],
    }))
}

async fn jwks(State(issuer): State<Issuer>) -> Json<Value> {
    let keys = issuer.0.keys.lock().unwrap();
    let public = keys.last().unwrap().public_key().as_ref().to_vec();
    let part = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": format!("key-{}", keys.len()),
        "x": part(&public[1..33]), "y": part(&public[33..65]),
    }] }))
}

async fn user_info(State(issuer): State<Issuer>) -> Json<Value> {
    Json(issuer.0.info.lock().unwrap().clone())
}

async fn token(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    body: Bytes,
) -> (axum::http::StatusCode, Json<Value>) {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let agent = headers.get("user-agent").map_or("", |agent| agent.to_str().unwrap());
    assert!(agent.starts_with("portico/"), "{agent}");
    let basic = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    issuer.0.asked.lock().unwrap().push(form.get("client_assertion").cloned().or(basic).unwrap_or_default());
    let refused = (axum::http::StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })));
    // A code works once.
    let Some(grant) = issuer.0.grants.lock().unwrap().remove(&form["code"]) else { return refused };
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(form["code_verifier"].as_bytes()));
    if challenge != grant.challenge {
        return refused;
    }
    let id_token = match grant.claims.get("raw") {
        Some(raw) => raw.as_str().unwrap().to_owned(),
        None => issuer.sign(&grant.claims),
    };
    let reply = json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": id_token });
    (axum::http::StatusCode::OK, Json(reply))
}

/// Where somebody was led.
struct Leaving {
    state: String,
    nonce: String,
    challenge: String,
    query: HashMap<String, String>,
}

impl Leaving {
    fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 303, "{reply:?}");
        let (_, query) = reply.header("location").split_once('?').unwrap();
        let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self {
            state: query["state"].clone(),
            nonce: query["nonce"].clone(),
            challenge: query["code_challenge"].clone(),
            query,
        }
    }

    fn back(&self, code: &str) -> String {
        format!("/api/sign-in/town/back?state={}&code={code}", self.state)
    }
}

const RESIDENTS: &str = "auth = \"client_secret\"\nfor = [\"residents\"]";
const STAFF: &str = "auth = \"client_secret\"\nfor = [\"staff\"]";
const START: &str = "/api/sign-in/town";

/// To the provider and back with claims that are all right but for what a test changes.
async fn there_and_back(
    issuer: &Issuer,
    portal: &Portal,
    browser: &mut Browser,
    start: &str,
    change: impl FnOnce(&mut Value),
) -> Reply {
    let leaving = Leaving::of(&browser.get(start).await);
    let mut claims = issuer.claims(portal, &leaving, "sam-1", "sam@example.org");
    change(&mut claims);
    let code = issuer.grant(&leaving, claims);
    browser.get(&leaving.back(&code)).await.is(303)
}

#[tokio::test]
async fn a_resident_reads_a_mail_the_first_time_and_never_again() {
    let issuer = Issuer::start().await;
    let more = format!("{RESIDENTS}\nacr_values = [\"high\"]\nlevels = {{ high = \"provider\" }}");
    let portal = issuer.portal(&more).await;
    let mut sam = Browser::of(&portal);
    let ways = sam.visitor.get("/api/account/ways").await.is(200).json();
    assert_eq!(ways["providers"], json!([{ "id": "town", "name": "Town account" }]));

    let leaving = Leaving::of(&sam.get(START).await);
    assert_eq!(leaving.query["redirect_uri"], "https://portico.example/api/sign-in/town/back");
    assert_eq!(
        (leaving.query["code_challenge_method"].as_str(), leaving.query["scope"].as_str()),
        ("S256", "openid email")
    );
    let mut claims = issuer.claims(&portal, &leaving, "sam-1", "sam@example.org");
    claims["acr"] = json!("high");
    let code = issuer.grant(&leaving, claims);
    let reply = sam.get(&leaving.back(&code)).await.is(303);
    assert_eq!(reply.header("location"), "/account/code");
    sam.visitor.get("/api/account").await.refused(401, "not_signed_in");
    // A secret is sent as the provider takes it by default.
    let basic = BASE64.encode(format!("{CLIENT}:a+secret+that+both+know").as_bytes());
    assert_eq!(*issuer.0.asked.lock().unwrap(), [format!("Basic {basic}")]);
    let code = portal.code("sam@example.org").await;
    sam.post("/api/account/sign-in", &json!({ "code": code })).await.is(204);
    let security = sam.visitor.get("/api/account/security").await.is(200).json();
    assert_eq!((&security["links"][0]["name"], &security["others"]), (&json!("Town account"), &json!([])));
    let resident = portal.state.db.council("demo");
    let link = resident.link(&issuer.0.url, "sam-1").await.unwrap().unwrap();
    let known = known(&resident.proofs(link.resident_id).await.unwrap(), portal.state.now());
    assert_eq!(known.level, Level::Provider);

    // From now on: there and back, with drafts, on a page of ours.
    let mut desk = Browser::of(&portal);
    let start = format!("{START}?for=account&next=/account/security");
    let reply = there_and_back(&issuer, &portal, &mut desk, &start, |claims| {
        claims["acr"] = json!("high");
        // Even if the address is another by now, or not confirmed.
        claims["email"] = json!("other@example.org");
        claims["email_verified"] = json!(false);
    })
    .await;
    assert_eq!(reply.header("location"), "/account/security");
    assert_eq!(desk.account().await["email"], "sam@example.org");
    // Less sure than asked.
    let mut low = Browser::of(&portal);
    let reply =
        there_and_back(&issuer, &portal, &mut low, START, |claims| claims["acr"] = json!("low")).await;
    assert_eq!(reply.header("location"), "/account?problem=provider-refused");

    // After signing out there is the way out of the provider.
    desk.post("/api/account/sign-out", &json!({})).await.is(204);
    let ways = desk.visitor.get("/api/account/ways").await.json();
    assert_eq!(ways["leave"]["id"], "town");
    let out = desk.get("/api/sign-in/town/out").await.is(303);
    assert!(out.header("location").starts_with(&format!("{}/end?client_id=portico&post", issuer.0.url)));
    assert!(desk.visitor.get("/api/account/ways").await.json()["leave"].is_null());

    // Removed, it opens nothing; a stranger can't remove it.
    let id = security["links"][0]["id"].as_str().unwrap();
    let mut ann = Browser::of(&portal);
    ann.sign_in(&portal, "ann@example.org").await;
    ann.post(&format!("/api/account/links/{id}/remove"), &json!({})).await.refused(404, "not_found");
    sam.post(&format!("/api/account/links/{id}/remove"), &json!({})).await.is(200);
    let mut again = Browser::of(&portal);
    let reply =
        there_and_back(&issuer, &portal, &mut again, START, |claims| claims["acr"] = json!("high")).await;
    assert_eq!(reply.header("location"), "/account/code");
    let log = resident.audit_log(None, 100).await.unwrap();
    let said: Vec<&str> = log.iter().map(|row| row.entry.detail.as_str()).collect();
    for detail in [
        "With Town account",
        "With a code from an email",
        "Signs in with Town account from now on",
        "No longer signs in with Town account",
    ] {
        assert!(said.contains(&detail), "{said:?}");
    }
}

/// Nobody takes an account over by an address that is not theirs.
#[tokio::test]
async fn an_address_that_nobody_confirmed_opens_nothing() {
    let issuer = Issuer::start().await;
    let portal = issuer.portal(RESIDENTS).await;
    let mut sam = Browser::of(&portal);
    sam.sign_in(&portal, "sam@example.org").await;
    let mut thief = Browser::of(&portal);
    for unconfirmed in [json!(false), Value::Null] {
        let reply = there_and_back(&issuer, &portal, &mut thief, START, |claims| {
            claims["email_verified"] = unconfirmed;
        })
        .await;
        assert_eq!(reply.header("location"), "/account?problem=provider-no-email");
    }
    // Confirmed by the provider, but the mail goes to who reads it, and another code in his browser links nothing.
    let reply = there_and_back(&issuer, &portal, &mut thief, START, |_| ()).await;
    assert_eq!(reply.header("location"), "/account/code");
    thief.post("/api/account/sign-in", &json!({ "code": "000000" })).await;
    thief.sign_in(&portal, "thief@example.org").await;
    assert_eq!(thief.visitor.get("/api/account/security").await.json()["links"], json!([]));

    // Whoever is signed in connects it themselves; then it is nobody else's.
    let start = format!("{START}?for=link");
    let reply = there_and_back(&issuer, &portal, &mut sam, &start, |claims| {
        claims["email_verified"] = json!(false);
    })
    .await;
    assert_eq!(reply.header("location"), "/account/security");
    let reply = there_and_back(&issuer, &portal, &mut thief, &start, |_| ()).await;
    assert_eq!(reply.header("location"), "/account/security?problem=provider-taken");
    // Who is not signed in connects nothing.
    let mut nobody = Browser::of(&portal);
    assert_eq!(nobody.get(&start).await.is(303).header("location"), "/account");
}

#[tokio::test]
async fn what_is_not_to_be_believed_is_not_believed() {
    let issuer = Issuer::start().await;
    let portal = issuer.portal(RESIDENTS).await;
    let mut sam = Browser::of(&portal);
    let now = portal.state.now().timestamp();
    let changes: [(&str, Value); 8] = [
        ("nonce", json!("another")),
        ("nonce", Value::Null),
        ("aud", json!("another")),
        ("aud", json!([CLIENT, "another"])),
        ("iss", json!("https://another.example")),
        ("exp", json!(now - 1)),
        ("sub", Value::Null),
        // Signed with a secret that both know, or not at all.
        ("raw", json!("eyJhbGciOiJub25lIn0.e30.")),
    ];
    for (name, value) in changes {
        let reply = there_and_back(&issuer, &portal, &mut sam, START, |claims| {
            claims[name] = value.clone();
        })
        .await;
        assert_eq!(reply.header("location"), "/account?problem=provider-refused", "{name} {value}");
    }
    // Signed by somebody else.
    let other = Issuer::start().await;
    let leaving = Leaving::of(&sam.get(START).await);
    let forged = other.sign(&issuer.claims(&portal, &leaving, "sam-1", "sam@example.org"));
    let code = issuer.grant(&leaving, json!({ "raw": forged }));
    let reply = sam.get(&leaving.back(&code)).await;
    assert_eq!(reply.header("location"), "/account?problem=provider-refused");
    // Of another issuer, as the reply itself says.
    let leaving = Leaving::of(&sam.get(START).await);
    let code = issuer.grant(&leaving, issuer.claims(&portal, &leaving, "sam-1", "sam@example.org"));
    let reply = sam.get(&format!("{}&iss=https://another.example", leaving.back(&code))).await;
    assert_eq!(reply.header("location"), "/account?problem=provider-refused");
    assert!(portal.mails().await.is_empty());
    let log = portal.state.db.council("demo").audit_log(None, 100).await.unwrap();
    assert!(log.iter().all(|row| row.entry.deed == domain::audit::Deed::SignInFailed), "{log:?}");
    assert_eq!(log.len(), 10);
    // The provider has a new key: it is asked for it.
    portal.turn(TimeDelta::minutes(2));
    issuer.0.keys.lock().unwrap().push(fresh_key().1);
    let reply = there_and_back(&issuer, &portal, &mut sam, START, |_| ()).await;
    assert_eq!(reply.header("location"), "/account/code");
}

#[tokio::test]
async fn it_goes_on_once_in_time_and_in_the_browser_that_began() {
    let issuer = Issuer::start().await;
    let portal = issuer.portal(RESIDENTS).await;
    let mut sam = Browser::of(&portal);
    let mut thief = Browser::of(&portal);
    let expired = "/account?problem=provider-expired";
    let leaving = Leaving::of(&sam.get(START).await);
    let grant = || issuer.grant(&leaving, issuer.claims(&portal, &leaving, "sam-1", "sam@example.org"));
    // Another browser, with and without something under way of its own; it takes nothing away.
    let code = grant();
    assert_eq!(thief.get(&leaving.back(&code)).await.is(303).header("location"), expired);
    thief.get(START).await.is(303);
    assert_eq!(thief.get(&leaving.back(&code)).await.is(303).header("location"), expired);
    assert_eq!(sam.get(&leaving.back(&code)).await.is(303).header("location"), "/account/code");
    // Twice.
    let code = grant();
    assert_eq!(sam.get(&leaving.back(&code)).await.is(303).header("location"), expired);
    // Late, and never begun.
    let leaving = Leaving::of(&sam.get(START).await);
    let code = issuer.grant(&leaving, issuer.claims(&portal, &leaving, "sam-1", "sam@example.org"));
    portal.turn(TimeDelta::minutes(10));
    assert_eq!(sam.get(&leaving.back(&code)).await.is(303).header("location"), expired);
    assert_eq!(sam.get("/api/sign-in/town/back").await.is(303).header("location"), expired);
    server::jobs::sweep::sweep(&portal.state).await.unwrap();
    // Said no there.
    let leaving = Leaving::of(&sam.get(START).await);
    let no = format!("/api/sign-in/town/back?state={}&error=access_denied", leaving.state);
    assert_eq!(sam.get(&no).await.is(303).header("location"), "/account?problem=provider-cancelled");
    // Sent here by a page of somebody else, or to a provider that is not there, or not for these people.
    let from_elsewhere = sam.visitor.request(axum::http::Method::GET, START);
    let mut from_elsewhere = from_elsewhere.body(axum::body::Body::empty()).unwrap();
    from_elsewhere.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(sam.visitor.send(from_elsewhere).await.is(303).header("location"), "/account");
    sam.get("/api/sign-in/nowhere").await.refused(404, "not_found");
    sam.get("/api/sign-in/town?for=staff").await.refused(404, "not_found");
    // Row 42: the way on leads to our own pages.
    for next in
        ["//evil.example", "/%5Cevil.example", "https:evil.example", "%252F%252Fevil", "@evil.example"]
    {
        let mut ann = Browser::of(&portal);
        ann.sign_in(&portal, "ann@example.org").await;
        let start = format!("{START}?for=link");
        there_and_back(&issuer, &portal, &mut ann, &start, |claims| claims["sub"] = json!("ann")).await;
        let start = format!("{START}?next={next}");
        let reply =
            there_and_back(&issuer, &portal, &mut ann, &start, |claims| claims["sub"] = json!("ann")).await;
        assert_eq!(reply.header("location"), "/account", "{next}");
        portal.turn(TimeDelta::minutes(16));
    }
}

#[tokio::test]
async fn staff_are_whom_the_provider_confirms_and_the_council_knows() {
    let issuer = Issuer::start().await;
    let portal = issuer.portal(STAFF).await;
    let mut priya = Browser::of(&portal);
    let start = format!("{START}?for=staff&next=/staff%3Fshow=mine");
    let email = |email: &'static str| move |claims: &mut Value| claims["email"] = json!(email);
    let reply = there_and_back(&issuer, &portal, &mut priya, &start, email("Priya@saltmarsh.example")).await;
    assert_eq!(reply.header("location"), "/staff?show=mine");
    assert_eq!(priya.visitor.get("/api/staff/me").await.is(200).json()["name"], "Priya Shah");
    let mut other = Browser::of(&portal);
    let reply = there_and_back(&issuer, &portal, &mut other, &start, email("nobody@saltmarsh.example")).await;
    assert_eq!(reply.header("location"), "/staff/sign-in?problem=provider-not-staff");
    let reply = there_and_back(&issuer, &portal, &mut other, &start, |claims| {
        claims["email"] = json!("priya@saltmarsh.example");
        claims["email_verified"] = json!(false);
    })
    .await;
    assert_eq!(reply.header("location"), "/staff/sign-in?problem=provider-no-email");
    other.visitor.get("/api/staff/me").await.refused(401, "not_signed_in");
    // Coming back proves nothing anew, unless they showed there who they are, just now.
    let proved =
        async |browser: &Browser| browser.visitor.get("/api/staff/me").await.json()["proved"].clone();
    assert_eq!(proved(&priya).await, false);
    let prove = format!("{START}?for=prove&next=/staff/export");
    let leaving = Leaving::of(&priya.get(&prove).await);
    let asked = |name: &str| leaving.query.get(name).cloned().unwrap_or_default();
    assert_eq!((asked("prompt"), asked("max_age")), ("login".to_owned(), "0".to_owned()));
    let now = portal.state.now();
    for (minutes, is_proof) in [(6, false), (1, true), (-600, true)] {
        let reply = there_and_back(&issuer, &portal, &mut priya, &prove, |claims| {
            claims["email"] = json!("priya@saltmarsh.example");
            claims["auth_time"] = json!((now - TimeDelta::minutes(minutes)).timestamp());
        })
        .await;
        assert_eq!(reply.header("location"), "/staff/export");
        assert_eq!(proved(&priya).await, is_proof, "{minutes}");
    }
    portal.turn(TimeDelta::minutes(6));
    assert_eq!(proved(&priya).await, false);
    // No way into an account of a resident.
    other.get(START).await.refused(404, "not_found");
    let log = portal.state.db.council("demo").audit_log(None, 100).await.unwrap();
    let first = log.last().unwrap();
    assert_eq!((log.len(), first.entry.detail.as_str()), (6, "With Town account"));
    assert_eq!(first.entry.department.as_deref(), Some("street-scene"));
}

/// A directory that does not say that it has confirmed an address, in a claim of another name; the portal proves itself
/// by a key.
#[tokio::test]
async fn a_directory_of_the_council_and_a_key() {
    let issuer = Issuer::start().await;
    let more = "auth = \"private_key_jwt\"\nfor = [\"staff\"]\nemail_claim = \"upn\"\ntrusts_email = true\nkey_id = \"one\"\nvtr = [\"Cl.Cm\"]";
    let portal = issuer.portal(more).await;
    let (pem, pair) = fresh_key();
    let start = format!("{START}?for=staff");
    let mut priya = Browser::of(&portal);
    let change = |claims: &mut Value| {
        claims["upn"] = json!("priya@saltmarsh.example");
        claims["email"] = Value::Null;
        claims["email_verified"] = Value::Null;
        claims["vot"] = json!("Cl.Cm");
    };
    // Without the key the portal is not set up; the page says what else to do.
    let reply = there_and_back(&issuer, &portal, &mut priya, &start, change).await;
    assert_eq!(reply.header("location"), "/staff/sign-in?problem=provider-down");
    std::fs::write(portal.path("sign-in/demo/town.pem"), pem).unwrap();
    assert_eq!(Leaving::of(&priya.get(&start).await).query["vtr"], "[\"Cl.Cm\"]");
    let reply = there_and_back(&issuer, &portal, &mut priya, &start, change).await;
    assert_eq!(reply.header("location"), "/staff");
    let assertion = issuer.0.asked.lock().unwrap().last().unwrap().clone();
    let (message, signature) = assertion.rsplit_once('.').unwrap();
    let public = ring::signature::UnparsedPublicKey::new(
        &ring::signature::ECDSA_P256_SHA256_FIXED,
        pair.public_key().as_ref(),
    );
    public.verify(message.as_bytes(), &BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap()).unwrap();
    let claims = BASE64URL_NOPAD.decode(message.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["aud"], format!("{}/token", issuer.0.url));
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!(CLIENT), &json!(CLIENT)));
    // Not as sure as asked.
    let reply = there_and_back(&issuer, &portal, &mut priya, &start, |claims| {
        change(claims);
        claims["vot"] = json!("Cl");
    })
    .await;
    assert_eq!(reply.header("location"), "/staff/sign-in?problem=provider-refused");
}

/// The address stands where the token does not say it: One Login tells it when asked.
#[tokio::test]
async fn the_address_may_have_to_be_asked_for() {
    let issuer = Issuer::start().await;
    let portal = issuer.portal(RESIDENTS).await;
    let mut sam = Browser::of(&portal);
    let without = |claims: &mut Value| {
        claims.as_object_mut().unwrap().remove("email");
        claims.as_object_mut().unwrap().remove("email_verified");
    };
    *issuer.0.info.lock().unwrap() =
        json!({ "sub": "sam-1", "email": "sam@example.org", "email_verified": true });
    let reply = there_and_back(&issuer, &portal, &mut sam, START, without).await;
    assert_eq!(reply.header("location"), "/account/code");
    // Somebody else's.
    *issuer.0.info.lock().unwrap() =
        json!({ "sub": "ann-1", "email": "ann@example.org", "email_verified": true });
    let reply = there_and_back(&issuer, &portal, &mut sam, START, without).await;
    assert_eq!(reply.header("location"), "/account?problem=provider-refused");
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_nobody_from_signing_in() {
    let gone = "[[sign_in]]\nid = \"town\"\nname = \"Town account\"\nissuer = \"http://127.0.0.1:9\"\nclient_id = \"portico\"\nauth = \"client_secret\"\nfor = [\"residents\", \"staff\"]";
    let portal = Setup::default().with_sign_in(gone).open().await;
    let mut sam = Browser::of(&portal);
    for (start, page) in [("", "/account"), ("?for=staff", "/staff/sign-in")] {
        let reply = sam.get(&format!("{START}{start}")).await.is(303);
        assert_eq!(reply.header("location"), format!("{page}?problem=provider-down"));
    }
    let page = sam.visitor.get("/account?problem=provider-down").await;
    if page.status == 200 {
        let html = String::from_utf8_lossy(&page.body).into_owned();
        assert!(html.contains("sign in another way") && html.contains("Send me a code"), "{html}");
        assert!(html.contains("/api/sign-in/town?for=account"), "{html}");
    }
    sam.sign_in(&portal, "sam@example.org").await;
}
