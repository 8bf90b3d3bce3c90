//! The stand-in's replies fit the OpenAPI document that GOV.UK Pay publishes, and say nothing that it does not know; and it
//! does what their documentation says.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use chrono::{DateTime, TimeDelta};
use http_body_util::BodyExt as _;
use pay_stand_in::ledger::Goes;
use pay_stand_in::{Call, Fault, Hooks, Planned, Settings, StandIn, card, good_card};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// From <https://github.com/alphagov/pay-publicapi>, under the licence beside it.
const PUBLISHED: &str = include_str!("data/publicapi_spec.json");
const BASE: &str = "http://pay.example";
const KEY: &str = "api_test_key";

struct Pay {
    it: StandIn,
    document: Value,
}

struct Reply {
    status: StatusCode,
    body: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Nothing may be in a reply that the document does not name. What services send along is theirs to name.
fn closed(mut document: Value) -> Value {
    for (name, schema) in document["components"]["schemas"].as_object_mut().unwrap() {
        if schema.get("properties").is_some() && name != "ExternalMetadata" {
            schema["additionalProperties"] = json!(false);
        }
    }
    // As it is said there, metadata would be in an object of the same name; what is sent and told is the object itself.
    document["components"]["schemas"]["ExternalMetadata"] = json!({ "type": "object" });
    // The same with the fields of a form that is to be posted: they are texts.
    document["components"]["schemas"]["PostLink"]["properties"]["params"] =
        json!({ "type": "object", "additionalProperties": { "type": "string" } });
    document
}

impl Pay {
    fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(1_800_000_000));
        let it = StandIn::new(Settings {
            api_key: KEY.to_owned(),
            base: BASE.to_owned(),
            hooks: Some(Hooks { url: "http://127.0.0.1:9/".to_owned(), secret: "hook-secret".to_owned() }),
            clock: Arc::new(move || DateTime::from_timestamp(clock.load(Ordering::SeqCst), 0).unwrap()),
            seed: [3; 32],
        });
        it.hold(true);
        Self { it, document: closed(serde_json::from_str(PUBLISHED).unwrap()) }
    }

    async fn raw(&self, method: Method, path: &str, body: impl Into<Body>) -> Result<Reply, axum::Error> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
            .body(body.into());
        let response = self.it.router().oneshot(request.unwrap()).await.unwrap();
        let status = response.status();
        Ok(Reply { status, body: response.into_body().collect().await?.to_bytes().to_vec() })
    }

    /// Calls, and holds the reply against the document.
    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        (of, schema): (u16, &str),
    ) -> Value {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let reply = self.raw(method.clone(), path, body).await.unwrap();
        assert_eq!(reply.status.as_u16(), of, "{method} {path}: {}", String::from_utf8_lossy(&reply.body));
        let said = reply.json();
        self.fits(&said, schema);
        said
    }

    #[track_caller]
    fn fits(&self, said: &Value, schema: &str) {
        let mut whole = self.document.clone();
        whole["$ref"] = json!(format!("#/components/schemas/{schema}"));
        let rules = jsonschema::options().with_draft(jsonschema::Draft::Draft4).build(&whole).unwrap();
        let faults: Vec<String> =
            rules.iter_errors(said).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{schema}: {faults:?} in {said}");
    }

    async fn create(&self, changes: Value) -> Value {
        let asked = but(changes);
        self.call(Method::POST, "/v1/payments", Some(asked), (201, "CreatePaymentResult")).await
    }

    async fn get(&self, id: &str) -> Value {
        self.call(Method::GET, &format!("/v1/payments/{id}"), None, (200, "PaymentWithAllLinks")).await
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is made where it is said")]
fn but(changes: Value) -> Value {
    let mut asked = json!({
        "amount": 5_200,
        "reference": "ABCD-1234",
        "description": "Sign up for garden waste",
        "return_url": "https://portal.example/payments/xyz",
        "email": "sam@example.org",
        "metadata": { "fund": "G1", "lines": 2 },
    });
    for (name, value) in changes.as_object().unwrap() {
        asked[name] = value.clone();
    }
    asked
}

fn id(payment: &Value) -> String {
    payment["payment_id"].as_str().unwrap().to_owned()
}

fn next(payment: &Value) -> String {
    payment["_links"]["next_url"]["href"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_reply_fits_the_published_document() {
    let pay = Pay::new();
    let made = pay.create(json!({})).await;
    assert_eq!(made["state"], json!({ "status": "created", "finished": false }));
    assert_eq!(made["payment_id"].as_str().unwrap().len(), 26);
    assert_eq!(made["amount"], 5_200);
    assert_eq!(made["metadata"], json!({ "fund": "G1", "lines": 2 }));
    let id = id(&made);
    let again = pay.get(&id).await;
    assert_ne!(next(&again), next(&made), "each asking gives a new address");
    pay.it.pay(&next(&again), &good_card()).unwrap();
    let paid = pay.get(&id).await;
    assert_eq!(paid["state"], json!({ "status": "success", "finished": true }));
    assert_eq!(paid["refund_summary"]["status"], "available");
    assert_eq!(paid["card_details"]["last_digits_card_number"], "1111");
    assert!(paid["_links"].get("next_url").is_none() && paid["_links"].get("cancel").is_none());
    let path = format!("/v1/payments/{id}");
    let events = pay.call(Method::GET, &format!("{path}/events"), None, (200, "PaymentEvents")).await;
    let states: Vec<&str> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["state"]["status"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["created", "started", "success"]);

    let asked = json!({ "amount": 2_000, "refund_amount_available": 5_200 });
    let back = pay.call(Method::POST, &format!("{path}/refunds"), Some(asked.clone()), (202, "Refund")).await;
    let one = format!("{path}/refunds/{}", back["refund_id"].as_str().unwrap());
    assert_eq!(pay.call(Method::GET, &one, None, (200, "Refund")).await["status"], "success");
    let refused =
        pay.call(Method::POST, &format!("{path}/refunds"), Some(asked), (412, "RequestError")).await;
    assert_eq!(refused["code"], "P0604");
    let all = pay.call(Method::GET, &format!("{path}/refunds"), None, (200, "RefundForSearchResult")).await;
    assert_eq!(all["_embedded"]["refunds"].as_array().unwrap().len(), 1);
    assert_eq!(pay.get(&id).await["refund_summary"]["amount_available"], 3_200);
    let day = "/v1/refunds?from_date=2027-01-15T00:00:00Z&to_date=2027-01-16T00:00:00Z";
    let found = pay.call(Method::GET, day, None, (200, "RefundSearchResults")).await;
    assert_eq!((found["total"].as_i64(), found["results"][0]["amount"].as_i64()), (Some(1), Some(2_000)));
    let later = "/v1/refunds?from_date=2027-01-16T00:00:00Z";
    assert_eq!(pay.call(Method::GET, later, None, (200, "RefundSearchResults")).await["total"], 0);
    pay.it.refunds_go(Goes::Submitted);
    let waits = json!({ "amount": 100, "refund_amount_available": 3_200 });
    let back = pay.call(Method::POST, &format!("{path}/refunds"), Some(waits), (202, "Refund")).await;
    assert_eq!(back["status"], "submitted");
    let one = format!("{path}/refunds/{}", back["refund_id"].as_str().unwrap());
    pay.it.settle_refunds(Goes::Error);
    assert_eq!(pay.call(Method::GET, &one, None, (200, "Refund")).await["status"], "error");
    assert_eq!(pay.get(&id).await["refund_summary"]["amount_available"], 3_200, "it did not go back");
    pay.it.refunds_go(Goes::Success);
    let rest = json!({ "amount": 3_200, "refund_amount_available": 3_200 });
    pay.call(Method::POST, &format!("{path}/refunds"), Some(rest), (202, "Refund")).await;
    assert_eq!(pay.get(&id).await["refund_summary"]["status"], "full");

    for number in 0..5 {
        pay.create(json!({ "reference": format!("R-{}", number % 2) })).await;
    }
    let path = "/v1/payments?reference=R-0&display_size=2";
    let found = pay.call(Method::GET, path, None, (200, "PaymentSearchResults")).await;
    assert_eq!((found["total"].as_i64(), found["count"].as_i64()), (Some(3), Some(2)));
    assert!(found["_links"].get("next_page").is_some() && found["_links"].get("prev_page").is_none());
    let path = "/v1/payments?reference=R-0&display_size=2&page=2";
    assert_eq!(pay.call(Method::GET, path, None, (200, "PaymentSearchResults")).await["count"], 1);
    pay.call(Method::GET, "/v1/payments?page=0", None, (422, "RequestError")).await;
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let pay = Pay::new();
    let long = "a".repeat(256);
    for (changes, status, code) in [
        (json!({ "amount": null }), 400, "P0101"),
        (json!({ "amount": 0 }), 422, "P0102"),
        (json!({ "amount": -1 }), 422, "P0102"),
        (json!({ "amount": 10_000_001 }), 422, "P0102"),
        (json!({ "amount": 12.5 }), 422, "P0102"),
        (json!({ "amount": "100" }), 422, "P0102"),
        (json!({ "reference": "" }), 400, "P0101"),
        (json!({ "reference": long }), 422, "P0102"),
        (json!({ "reference": "see https://evil.example" }), 422, "P0102"),
        (json!({ "description": long }), 422, "P0102"),
        (json!({ "return_url": "javascript:1" }), 422, "P0102"),
        (json!({ "language": "fr" }), 422, "P0102"),
        (json!({ "metadata": { "a": long } }), 422, "P0102"),
        (json!({ "metadata": { "a": [1] } }), 422, "P0102"),
        (json!({ "description": "one | two" }), 400, "P0920"),
        (json!({ "metadata": { "a": "<b>" } }), 400, "P0920"),
    ] {
        let refused = pay
            .call(Method::POST, "/v1/payments", Some(but(changes.clone())), (status, "RequestError"))
            .await;
        assert_eq!(refused["code"], code, "{changes}");
    }
    let unreadable = pay.raw(Method::POST, "/v1/payments", "{").await.unwrap();
    assert_eq!((unreadable.status.as_u16(), unreadable.json()["code"].as_str()), (400, Some("P0197")));
    assert!(pay.it.payments().is_empty());
    pay.create(json!({ "amount": 1 })).await;
    pay.create(json!({ "amount": 10_000_000, "language": "cy" })).await;
    let unknown = "/v1/payments/abcdefghijklmnopqrstuvwxyz";
    assert_eq!(pay.call(Method::GET, unknown, None, (404, "RequestError")).await["code"], "P0200");
    let request = Request::get("/v1/payments").header(header::AUTHORIZATION, "Bearer other");
    let stranger = pay.it.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_payment_ends_once() {
    let pay = Pay::new();
    for (number, status, code) in [
        ("4000000000000002", "failed", "P0010"),
        ("4000000000000069", "failed", "P0010"),
        ("4000000000000127", "failed", "P0010"),
        ("4000000000000119", "error", "P0050"),
    ] {
        let made = pay.create(json!({})).await;
        pay.it.pay(&next(&made), &card(number)).unwrap();
        let state = &pay.get(&id(&made)).await["state"];
        assert_eq!((state["status"].as_str(), state["code"].as_str()), (Some(status), Some(code)));
    }
    for number in ["6759649826438453", "4111111111111111", ""] {
        let made = pay.create(json!({})).await;
        pay.it.pay(&next(&made), &card(number)).unwrap_err();
        assert_eq!(pay.get(&id(&made)).await["state"]["status"], "started", "it can be typed again");
    }
    // The address of the page works once.
    let made = pay.create(json!({})).await;
    pay.it.stop(&next(&made));
    pay.it.pay(&next(&made), &good_card()).unwrap_err();
    assert_eq!(pay.get(&id(&made)).await["state"]["code"], "P0030");
    let cancel = format!("/v1/payments/{}/cancel", id(&made));
    assert_eq!(pay.call(Method::POST, &cancel, None, (400, "RequestError")).await["code"], "P0501");
    let made = pay.create(json!({})).await;
    let cancel = format!("/v1/payments/{}/cancel", id(&made));
    assert_eq!(pay.raw(Method::POST, &cancel, "").await.unwrap().status, StatusCode::NO_CONTENT);
    pay.it.pay(&next(&made), &good_card()).unwrap();
    assert_eq!(pay.get(&id(&made)).await["state"]["code"], "P0040", "what was taken back can't be paid");
    // After an hour and a half it is too late.
    let made = pay.create(json!({})).await;
    pay.it.turn(TimeDelta::minutes(89));
    assert_eq!(pay.get(&id(&made)).await["state"]["finished"], false);
    pay.it.turn(TimeDelta::minutes(1));
    assert_eq!(pay.get(&id(&made)).await["state"]["code"], "P0020");
    // Money is taken only when the service says so.
    let made = pay.create(json!({ "delayed_capture": true })).await;
    pay.it.pay(&next(&made), &good_card()).unwrap();
    assert_eq!(pay.get(&id(&made)).await["state"]["status"], "capturable");
    let capture = format!("/v1/payments/{}/capture", id(&made));
    assert_eq!(pay.raw(Method::POST, &capture, "").await.unwrap().status, StatusCode::NO_CONTENT);
    assert_eq!(pay.get(&id(&made)).await["state"]["status"], "success");
}

#[tokio::test]
async fn webhooks_are_signed_over_their_bytes() {
    let pay = Pay::new();
    let made = pay.create(json!({})).await;
    pay.it.pay(&next(&made), &good_card()).unwrap();
    let messages = pay.it.take_messages();
    let events: Vec<Value> =
        messages.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["event_type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["card_payment_started", "card_payment_succeeded", "card_payment_captured"]);
    for (message, event) in messages.iter().zip(&events) {
        assert_eq!(event["resource_id"], made["payment_id"]);
        pay.fits(&event["resource"], "PaymentWithAllLinks");
        // `printf BODY | openssl dgst -sha256 -hmac hook-secret` says the same.
        assert_eq!(message.signature.len(), 64);
        assert_eq!(*message, pay_stand_in::Message::new(message.body.clone(), "hook-secret"));
        assert_ne!(*message, pay_stand_in::Message::new(format!("{} ", message.body), "hook-secret"));
    }
    // RFC 4231, case 2.
    let known = pay_stand_in::Message::new("what do ya want for nothing?".to_owned(), "Jefe");
    assert_eq!(known.signature, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

#[tokio::test]
async fn it_goes_wrong_as_it_is_told() {
    let pay = Pay::new();
    let on = Some(Call::Create);
    pay.it.plan([
        Planned { on, fault: Fault::ServerError },
        Planned { on, fault: Fault::ErrorAfter },
        Planned { on, fault: Fault::LostReply },
        Planned { on, fault: Fault::TooMany },
        Planned { on, fault: Fault::Delay(1) },
    ]);
    let body = || but(json!({})).to_string();
    let create = || pay.raw(Method::POST, "/v1/payments", body());
    assert_eq!((create().await.unwrap().status.as_u16(), pay.it.payments().len()), (500, 0));
    assert_eq!((create().await.unwrap().status.as_u16(), pay.it.payments().len()), (500, 1));
    assert!(create().await.is_err(), "the reply is lost");
    assert_eq!(pay.it.payments().len(), 2);
    assert_eq!(create().await.unwrap().status.as_u16(), 429);
    assert_eq!(create().await.unwrap().status.as_u16(), 201);
    // What is new is not found at once.
    pay.it.lag(TimeDelta::seconds(10));
    let search = "/v1/payments?reference=ABCD-1234";
    assert_eq!(pay.call(Method::GET, search, None, (200, "PaymentSearchResults")).await["total"], 0);
    pay.it.turn(TimeDelta::seconds(10));
    assert_eq!(pay.call(Method::GET, search, None, (200, "PaymentSearchResults")).await["total"], 3);
}

/// The page, as a browser without scripts meets it.
#[tokio::test]
async fn somebody_pays_on_the_page() {
    let pay = Pay::new();
    let made = pay.create(json!({ "description": "Bins & <more>".replace(['<', '>'], "") })).await;
    let path = next(&made).replace(BASE, "");
    let opened = pay.it.router().oneshot(Request::get(&path).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let there = opened.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let cookie = opened.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let used = pay.it.router().oneshot(Request::get(&path).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(used.status(), StatusCode::NOT_FOUND);
    let stranger = pay.it.router().oneshot(Request::get(&there).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
    let send = |method: Method, body: &'static str| {
        let request = Request::builder().method(method).uri(&there).header(header::COOKIE, &cookie);
        pay.it.router().oneshot(request.body(Body::from(body)).unwrap())
    };
    let shown = send(Method::GET, "").await.unwrap().into_body().collect().await.unwrap().to_bytes();
    let shown = String::from_utf8(shown.to_vec()).unwrap();
    assert!(shown.contains("Bins &amp; more") && shown.contains("£52.00"), "{shown}");
    let wrong =
        send(Method::POST, "cardNo=1&expiryMonth=13&expiryYear=30&cardholderName=&cvc=1").await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let paid = send(
        Method::POST,
        "cardNo=4444+3333+2222+1111&expiryMonth=1&expiryYear=2040&cardholderName=Sam&cvc=123",
    );
    let paid = paid.await.unwrap();
    assert_eq!(paid.headers()[header::LOCATION], "https://portal.example/payments/xyz");
    assert_eq!(pay.get(&id(&made)).await["state"]["status"], "success");
    // Going back and paying again changes nothing.
    let again = "cardNo=4000000000000002&expiryMonth=1&expiryYear=40&cardholderName=Sam&cvc=123";
    send(Method::POST, again).await.unwrap();
    assert_eq!(pay.get(&id(&made)).await["state"]["status"], "success");
}
