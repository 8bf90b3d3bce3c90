//! Who may call what: every route says it, and it holds for everybody, on what is theirs, on what is not, and on what
//! is not there. What is tried is read from the API's description, so that a new route is tried by itself. Numbers
//! name the rows of the list of bad inputs.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::{Portal, Reply, Setup, Visitor, closing, graffiti, graffiti_but};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::routing::get;
use axum::{Router, middleware};
use chrono::TimeDelta;
use domain::access::{Act, Role};
use http_body_util::BodyExt as _;
use picture::samples;
use serde_json::{Value, json};
use server::access::{self, Gate};
use server::routes::staff_sign_in::print_code;
use tower::ServiceExt as _;
use uuid::Uuid;

const PRIYA: &str = "priya@saltmarsh.example";
const TOM: &str = "tom@saltmarsh.example";
/// Stands on no ladder.
const UNA: &str = "una@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";
const FARAH: &str = "farah@saltmarsh.example";
const NIA: &str = "nia@saltmarsh.example";
const OMAR: &str = "omar@saltmarsh.example";

async fn document() -> Value {
    Portal::open().await.visitor().get("/api/openapi.json").await.is(200).json()
}

/// An operation of the API's description.
struct Operation {
    method: Method,
    path: String,
    told: Value,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The act it is, as it says.
    fn act(&self) -> Option<Act> {
        serde_json::from_value(self.told[access::ACT].clone()).ok()
    }

    fn roles(&self) -> Vec<Role> {
        serde_json::from_value(self.told[access::ROLES].clone()).unwrap()
    }

    fn is_open(&self) -> bool {
        self.told[access::ACT] == "open"
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, verbs)| {
        verbs.as_object().unwrap().iter().map(|(verb, told)| Operation {
            method: verb.to_uppercase().parse().unwrap(),
            path: path.clone(),
            told: told.clone(),
        })
    });
    each.collect()
}

/// The operations that do not say who may call them, or not in full.
fn undeclared(document: &Value) -> Vec<String> {
    let says = |operation: &Operation| {
        let told = &operation.told;
        let gives_why = told[access::WHY].as_str().is_some_and(|why| !why.is_empty());
        let staff: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_staff()).collect();
        match told[access::ACT].as_str() {
            Some("open") => gives_why && operation.roles().is_empty(),
            Some("staff") => gives_why && operation.roles() == staff,
            Some(_) => operation.act().is_some_and(|act| {
                operation.roles() == act.roles()
                    && (told[access::FRESH_PROOF] == true) == act.needs_fresh_proof()
            }),
            None => false,
        }
    };
    operations(document).iter().filter(|operation| !says(operation)).map(Operation::name).collect()
}

/// The paths of a router, as it writes itself down.
fn paths_of<S>(router: &Router<S>) -> BTreeSet<String> {
    let text = format!("{router:?}");
    let after = text.split("RouteId(").skip(1);
    let paths = after.filter_map(|rest| Some(rest.split_once("): \"")?.1.split('"').next()?.to_owned()));
    // What the fallback is kept under, which gives pages of the app to everybody.
    paths.filter(|path| path != "/" && !path.contains("__private__axum_fallback")).collect()
}

#[tokio::test]
async fn every_route_says_who_may_call_it() {
    let mut document = document().await;
    assert_eq!(undeclared(&document), Vec::<String>::new());
    let rules = server::app::rules();
    let declared: BTreeSet<String> = rules.paths().map(str::to_owned).collect();
    assert_eq!(paths_of(&Portal::open().await.app), declared);
    for known in ["/api/staff/requests/{id}/take", "/follow/{key}", "/health/live", "/api/openapi.json"] {
        assert!(declared.contains(known), "{known}");
    }
    // This can fail: by an operation that says nothing, one that says something else than holds, and a route that
    // is in no list.
    let of = |document: &mut Value, what: &str, value: Value| {
        document["paths"]["/api/staff/requests"]["get"][what] = value;
    };
    let mut silent = document.clone();
    silent["paths"]["/api/staff/requests"]["get"].as_object_mut().unwrap().remove(access::ACT);
    assert_eq!(undeclared(&silent), ["GET /api/staff/requests"]);
    for (what, value) in [
        (access::ACT, json!("no_such_act")),
        (access::ACT, json!("open")),
        (access::ROLES, json!(["officer", "manager", "admin"])),
        (access::FRESH_PROOF, json!(true)),
    ] {
        let mut wrong = document.clone();
        of(&mut wrong, what, value);
        assert_eq!(undeclared(&wrong), ["GET /api/staff/requests"], "{what}");
    }
    of(&mut document, access::ACT, json!("see_department"));
    assert_eq!(undeclared(&document), Vec::<String>::new());
    let more = Router::<()>::new().route("/more/{id}", get(async || "more"));
    assert_eq!(paths_of(&more), BTreeSet::from(["/more/{id}".to_owned()]));
}

#[tokio::test]
async fn a_route_that_says_nothing_is_closed() {
    let portal = Portal::open().await;
    let gate = Gate { state: portal.state.clone(), rules: Arc::new(server::app::rules()) };
    let router = Router::new()
        .route("/forgotten", get(async || "personal"))
        // Said for GET alone.
        .route("/api/staff/requests", get(async || "personal").put(async || "personal"))
        .route("/robots.txt", get(async || "for everybody"))
        .route_layer(middleware::from_fn_with_state(gate, access::keep));
    let status = async |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "portico.example");
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    };
    assert_eq!(status("GET", "/forgotten").await, StatusCode::NOT_FOUND);
    assert_eq!(status("PUT", "/api/staff/requests").await, StatusCode::NOT_FOUND);
    assert_eq!(status("GET", "/api/staff/requests").await, StatusCode::UNAUTHORIZED);
    assert_eq!(status("HEAD", "/api/staff/requests").await, StatusCode::UNAUTHORIZED);
    assert_eq!(status("GET", "/robots.txt").await, StatusCode::OK);
}

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    Resident,
    /// Of the department whose request it is.
    Officer,
    /// Of another.
    OfficerElsewhere,
    Manager,
    Finance,
    Auditor,
    Admin,
}

impl Who {
    const ALL: [Self; 8] = [
        Self::Nobody,
        Self::Resident,
        Self::Officer,
        Self::OfficerElsewhere,
        Self::Manager,
        Self::Finance,
        Self::Auditor,
        Self::Admin,
    ];

    fn role(self) -> Option<Role> {
        match self {
            Self::Nobody => None,
            Self::Resident => Some(Role::Resident),
            Self::Officer | Self::OfficerElsewhere => Some(Role::Officer),
            Self::Manager => Some(Role::Manager),
            Self::Finance => Some(Role::Finance),
            Self::Auditor => Some(Role::Auditor),
            Self::Admin => Some(Role::Admin),
        }
    }

    /// Whether one of these roles is theirs, if only on the records of who named them: a helper signs in as a resident.
    fn may(self, roles: &[Role]) -> bool {
        let own =
            |role: Role| roles.contains(&role) || role == Role::Resident && roles.contains(&Role::Helper);
        self.role().is_some_and(own)
    }

    /// Signed in this very moment. Every time anew: what was tried before may have signed them out.
    async fn signs_in(self, portal: &Portal) -> Visitor {
        match self {
            Self::Nobody => portal.visitor(),
            Self::Resident => portal.resident(&format!("{}@example.org", portal.state.new_id())).await,
            Self::Officer => portal.staff_now(UNA).await,
            Self::OfficerElsewhere => portal.staff_now(GRACE).await,
            Self::Manager => portal.staff_now(TOM).await,
            Self::Finance => portal.staff_now(FARAH).await,
            Self::Auditor => portal.staff_now(NIA).await,
            Self::Admin => portal.staff_now(OMAR).await,
        }
    }
}

/// Whose record it is that is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Own,
    Others,
    Missing,
}

/// A council with something in it for everybody.
struct Town {
    portal: Portal,
    document: Value,
    /// A request of street scene, with a photo.
    request: String,
    photo: String,
    /// A request of another department.
    elsewhere: String,
    /// A resident who had to come back, as it stands with the managers of street scene, and of the other department.
    repeats: Uuid,
    repeats_elsewhere: Uuid,
    /// A member of street scene, and one of another department.
    colleague: Uuid,
    stranger: Uuid,
    /// A public computer, and one that may be removed.
    terminals: [String; 2],
}

/// Somebody has to contact the council three times about a service; the last contact.
async fn come_back(portal: &Portal, officer: &str, service: &str) -> Uuid {
    let officer = portal.staff_now(officer).await;
    let mut last = Uuid::nil();
    for _ in 0..3 {
        last = portal.state.new_id();
        let call = json!({
            "id": last, "channel": "phone", "service": service, "person": "07700 900123", "reason": "progress",
            "answers": { "chasing": true, "again": false, "unclear": false },
        });
        officer.post("/api/staff/contacts", &call).await.is(200);
    }
    last
}

const MISSING: &str = "00000000-0000-7000-8000-000000000001";

impl Town {
    async fn found() -> Self {
        let portal = Portal::open().await.with_town().await;
        let photo = portal.visitor().upload(samples::png(8, 6)).await.is(201).text("id");
        portal.visitor().submit(1, &graffiti_but(&json!({ "photos.1": photo }))).await.is(201);
        let missed_bin = json!({ "when": "today", "tag": "no", "bin": "food", "address.line1": "1 Mill Lane", "address.town": "Saltmarsh", "you.name": "Sam", "you.email": "sam@example.org" });
        portal.visitor().submit_to("missed-bin", 2, &missed_bin).await.is(201);
        let first = async |email: &str| {
            let queue = portal.staff_now(email).await.get("/api/staff/requests").await.is(200).json();
            queue["requests"][0]["id"].as_str().unwrap().to_owned()
        };
        let (request, elsewhere) = (first(PRIYA).await, first(GRACE).await);
        let store = portal.state.db.council("demo");
        let una = portal.state.new_id();
        store.put_staff(una, "Una Bell", UNA, "street-scene", Role::Officer).await.unwrap();
        let id = async |email: &str| store.staff_by_email(email).await.unwrap().unwrap().id;
        let omar = portal.staff_now(OMAR).await;
        let setup = json!({ "name": "A", "place": "B", "idle": 3, "large": false, "printer": false });
        let setup = json!({ "setup": setup });
        let terminal = async || omar.post("/api/staff/terminals", &setup).await.is(200).text("id");
        let terminals = [terminal().await, terminal().await];
        let (colleague, stranger) = (id(PRIYA).await, id(GRACE).await);
        let repeats = come_back(&portal, PRIYA, "report-graffiti").await;
        let repeats_elsewhere = come_back(&portal, GRACE, "missed-bin").await;
        portal.mails().await;
        Self {
            document: document().await,
            portal,
            request,
            photo,
            elsewhere,
            repeats,
            repeats_elsewhere,
            terminals,
            colleague,
            stranger,
        }
    }

    /// The identifier that stands in a path; nothing where there is none of that kind.
    fn id(&self, path: &str, name: &str, who: Who, whose: Whose) -> Option<String> {
        let is_elsewhere = who == Who::OfficerElsewhere;
        let requests =
            if is_elsewhere { (&self.elsewhere, &self.request) } else { (&self.request, &self.elsewhere) };
        let within = |start: &str| path.starts_with(start);
        match (name, whose) {
            ("id", Whose::Own) if within("/api/staff/requests/") || within("/api/staff/shared/") => {
                Some(requests.0.clone())
            }
            ("id", Whose::Others) if within("/api/staff/requests/") || within("/api/staff/shared/") => {
                Some(requests.1.clone())
            }
            ("id", Whose::Own) if within("/api/staff/terminals/") => {
                let [stays, goes] = &self.terminals;
                Some(if path.ends_with("/remove") { goes } else { stays }.clone())
            }
            // They are the council's, too.
            ("id", Whose::Others) if within("/api/staff/terminals/") => None,
            ("id", Whose::Own) if within("/api/staff/members/") => Some(self.colleague.to_string()),
            // The members are the council's: nobody's are another's.
            ("id", Whose::Others) if within("/api/staff/members/") => None,
            // Only who answers for a department has these: of the other one that is who leads it.
            ("id", Whose::Own) if within("/api/staff/contacts/repeats/") && who == Who::Officer => None,
            ("id", Whose::Own) if within("/api/staff/contacts/repeats/") => {
                Some(if is_elsewhere { self.repeats_elsewhere } else { self.repeats }.to_string())
            }
            ("id", Whose::Others) if within("/api/staff/contacts/repeats/") => {
                Some(if is_elsewhere { self.repeats } else { self.repeats_elsewhere }.to_string())
            }
            // It is gone once it is taken back; `contacts.rs` does that.
            ("id", Whose::Own) if within("/api/staff/contacts/") => None,
            ("id", Whose::Others) if within("/api/staff/contacts/") => {
                Some(if is_elsewhere { self.repeats } else { self.repeats_elsewhere }.to_string())
            }
            // Messages are the portal's: nobody's are another's.
            ("id", Whose::Own) if within("/api/staff/wording/") => Some("received".to_owned()),
            ("id", Whose::Others) if within("/api/staff/wording/") => None,
            // A letter waits only for who chose letters; `alerts.rs` tries one.
            ("id", Whose::Own | Whose::Others) if within("/api/staff/letters/") => None,
            // A refund needs a payment; `books.rs` tries one.
            ("id", Whose::Own | Whose::Others) if within("/api/staff/refunds/") => None,
            // A document that is shown lies with whoever checks it, and is gone once it is checked.
            ("id", Whose::Own | Whose::Others) if within("/api/staff/identity/") => None,
            // Whoever has one that is there has the request that it belongs to.
            ("photo", Whose::Own) if within("/api/staff/") && !is_elsewhere => Some(self.photo.clone()),
            ("photo", Whose::Others) if within("/api/staff/") && is_elsewhere => Some(self.photo.clone()),
            ("photo" | "document", Whose::Own) | ("ledger", Whose::Others) => None,
            // Who acts for whom is tried in `helpers.rs` and `acting.rs`.
            ("id" | "request", Whose::Own) if within("/api/account/") => None,
            // Nobody here has any; `passkeys.rs` and `oidc.rs` try them as their owners and as others.
            ("id", Whose::Own | Whose::Others)
                if ["/passkeys/", "/links/", "/devices/"].iter().any(|part| path.contains(part)) =>
            {
                None
            }
            // They are the council's: nobody's are another's.
            ("ledger", Whose::Own) => Some("council-tax".to_owned()),
            // What is open to everybody asks nobody whose it is: a key or a public identifier is known, or is not.
            ("id" | "key" | "photo" | "document" | "service" | "request" | "provider" | "ledger", _) => {
                Some(MISSING.to_owned())
            }
            _ => panic!("{path}: tell this test what {name} is, for those it is theirs and for others"),
        }
    }

    fn path(&self, path: &str, who: Who, whose: Whose) -> Option<String> {
        let mut filled = path.to_owned();
        for part in path.split('{').skip(1) {
            let name = part.split('}').next().unwrap();
            filled = filled.replace(&format!("{{{name}}}"), &self.id(path, name, who, whose)?);
        }
        Some(filled)
    }

    /// A body that the operation takes.
    fn body(&self, operation: &Operation, who: Who, whose: Whose) -> Option<Value> {
        let schema = &operation.told["requestBody"]["content"]["application/json"]["schema"];
        let about = match (who, whose) {
            (_, Whose::Missing) => MISSING.to_owned(),
            (Who::OfficerElsewhere, Whose::Own) | (_, Whose::Others)
                if who != Who::OfficerElsewhere || whose == Whose::Own =>
            {
                self.elsewhere.clone()
            }
            _ => self.request.clone(),
        };
        (!schema.is_null()).then(|| self.sample(schema, "", &about, who))
    }

    /// Something that fits a schema.
    fn sample(&self, schema: &Value, name: &str, about: &str, who: Who) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let schema = self.document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
            return self.sample(schema, name, about, who);
        }
        for any in ["oneOf", "anyOf", "allOf"] {
            if let Some(first) = schema[any].as_array().and_then(|kinds| kinds.first()) {
                return self.sample(first, name, about, who);
            }
        }
        let kind = schema["type"].as_array().map_or(&schema["type"], |kinds| &kinds[0]);
        match (kind.as_str().unwrap_or("object"), name) {
            (_, "role") => json!("officer"),
            (_, "to") if schema["format"] == "uuid" => {
                json!(if who == Who::OfficerElsewhere { self.stranger } else { self.colleague })
            }
            (_, "requests") => json!([about]),
            (_, "email") => json!("sam@example.org"),
            (_, "code") => json!("123456"),
            ("string", _) if schema["enum"].is_array() => schema["enum"][0].clone(),
            ("string", _) if schema["format"] == "uuid" => json!(self.portal.state.new_id()),
            ("string", _) if schema["format"] == "date" => json!("2026-12-22"),
            ("string", _) => json!("Something"),
            ("integer" | "number", _) => json!(1),
            ("boolean", _) => json!(true),
            ("array", _) => json!([self.sample(&schema["items"], "", about, who)]),
            ("null", _) => Value::Null,
            _ => {
                let needed = schema["required"].as_array().into_iter().flatten();
                let needed = needed.map(|name| name.as_str().unwrap());
                let of = |name: &str| self.sample(&schema["properties"][name], name, about, who);
                needed.map(|name| (name.to_owned(), of(name))).collect()
            }
        }
    }

    /// Tries an operation. A stream is not read to its end, which does not come.
    async fn tries(&self, visitor: &Visitor, operation: &Operation, who: Who, whose: Whose) -> Option<Reply> {
        let path = self.path(&operation.path, who, whose)?;
        let request = visitor.request(operation.method.clone(), &path);
        let request = request.header("idempotency-key", self.portal.state.new_id().to_string());
        let request = match self.body(operation, who, whose) {
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
            }
            None => request.header("x-portico", "1").body(Body::empty()),
        };
        let response = self.portal.app.clone().oneshot(request.unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let is_stream =
            parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if is_stream { Body::empty() } else { body };
        let body = body.collect().await.unwrap().to_bytes();
        Some(Reply { status: parts.status, headers: parts.headers, body })
    }
}

#[track_caller]
fn same(one: &Reply, other: &Reply, what: &str) {
    assert_eq!((one.status, &one.headers, &one.body), (other.status, &other.headers, &other.body), "{what}");
}

/// Row 38: every route as everybody, on one's own, on another's and on what is not there.
#[tokio::test]
async fn everybody_tries_everything() {
    let town = Town::found().await;
    let mut tried = 0;
    for operation in operations(&town.document).iter().filter(|operation| !operation.is_open()) {
        for who in Who::ALL {
            let name = format!("{} as {who:?}", operation.name());
            let mut replies = Vec::new();
            for whose in [Whose::Own, Whose::Others, Whose::Missing] {
                let visitor = who.signs_in(&town.portal).await;
                let Some(reply) = town.tries(&visitor, operation, who, whose).await else { continue };
                replies.push((whose, reply));
                tried += 1;
            }
            let of = |whose| replies.iter().find(|(of, _)| *of == whose).map(|(_, reply)| reply);
            let missing = of(Whose::Missing).unwrap();
            let roles = operation.roles();
            // A resident is nobody to the workspace, and staff are nobody to an account.
            let is_known =
                who.role().is_some_and(|role| roles.iter().any(|known| known.is_staff() == role.is_staff()));
            let may = who.may(&roles);
            if !may {
                let refusal = if is_known { (403, "not_your_role") } else { (401, "not_signed_in") };
                for (whose, reply) in &replies {
                    assert_eq!(
                        (reply.status.as_u16(), reply.text("code").as_str()),
                        refusal,
                        "{name}, {whose:?}"
                    );
                    same(reply, missing, &name);
                }
                continue;
            }
            if let Some(own) = of(Whose::Own) {
                assert!(![401, 403, 404, 405].contains(&own.status.as_u16()), "{name}: {own:?}");
            }
            let names_a_record = operation.path.contains('{') || {
                let schema =
                    operation.told["requestBody"]["content"]["application/json"]["schema"].to_string();
                schema.contains("Many")
            };
            if names_a_record {
                assert_eq!(
                    (missing.status.as_u16(), missing.text("code").as_str()),
                    (404, "not_found"),
                    "{name}"
                );
                if let Some(others) = of(Whose::Others) {
                    same(others, missing, &name);
                }
            }
        }
    }
    assert!(tried > 300, "{tried}");
    let seq = town.portal.staff_now(GRACE).await;
    let elsewhere = seq.get(&format!("/api/staff/requests/{}", town.elsewhere)).await.is(200).json();
    let by_strangers = elsewhere["request"]["timeline"].as_array().unwrap().iter();
    for entry in by_strangers.filter(|entry| entry["staff"].is_string()) {
        assert_eq!(entry["staff"], "Grace Lin");
    }
}

/// What is open answers everybody alike, whoever they are.
#[tokio::test]
async fn what_is_open_is_open_to_everybody() {
    let town = Town::found().await;
    for operation in operations(&town.document).iter().filter(|operation| operation.is_open()) {
        let mut statuses = BTreeSet::new();
        for who in Who::ALL {
            let visitor = who.signs_in(&town.portal).await;
            let reply = town.tries(&visitor, operation, who, Whose::Missing).await.unwrap();
            assert!(![401, 403, 405].contains(&reply.status.as_u16()), "{} as {who:?}", operation.name());
            // Tries are counted.
            if reply.status != StatusCode::TOO_MANY_REQUESTS {
                statuses.insert(reply.status.as_u16());
            }
        }
        assert_eq!(statuses.len(), 1, "{}: {statuses:?}", operation.name());
    }
}

/// Row 38: a field that nobody asked for is refused by name, wherever it stands.
#[tokio::test]
async fn fields_that_nobody_knows_are_refused() {
    let town = Town::found().await;
    let mut tried = 0;
    for operation in operations(&town.document) {
        let who = Who::ALL.into_iter().find(|who| operation.is_open() || who.may(&operation.roles()));
        let who = who.expect("somebody may");
        let Some(body) = town.body(&operation, who, Whose::Own) else { continue };
        let schema = &operation.told["requestBody"]["content"]["application/json"]["schema"];
        for place in objects(&town.document, schema, &body, String::new()) {
            let mut more = body.clone();
            for (field, value) in [("user_id", json!(7)), ("is_admin", json!(true)), ("__proto__", json!({}))]
            {
                more.pointer_mut(&place).unwrap()[field] = value;
            }
            let visitor = who.signs_in(&town.portal).await;
            let path = town.path(&operation.path, who, Whose::Own).or(town.path(
                &operation.path,
                who,
                Whose::Missing,
            ));
            let request = visitor.request(operation.method.clone(), &path.unwrap());
            let request = request.header("idempotency-key", town.portal.state.new_id().to_string());
            let request = request.header(header::CONTENT_TYPE, "application/json");
            let reply = visitor.send(request.body(Body::from(more.to_string())).unwrap()).await;
            let reply = reply.refused(422, "invalid").json();
            assert_eq!(reply["fields"][0]["code"], "unknown_field", "{} at “{place}”", operation.name());
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

/// Where objects with named fields stand in a body, as JSON pointers.
fn objects(document: &Value, schema: &Value, body: &Value, at: String) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return objects(document, document.pointer(reference.strip_prefix('#').unwrap()).unwrap(), body, at);
    }
    match body {
        Value::Array(list) => {
            let each = list.iter().enumerate();
            each.flat_map(|(index, item)| objects(document, &schema["items"], item, format!("{at}/{index}")))
                .collect()
        }
        Value::Object(map) if schema["properties"].is_object() => {
            let inside = map.iter().flat_map(|(name, value)| {
                objects(document, &schema["properties"][name], value, format!("{at}/{name}"))
            });
            let mut all: Vec<String> = inside.collect();
            all.push(at);
            all
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    let portal = Portal::open().await;
    let priya = portal.staff(PRIYA).await;
    portal.turn(TimeDelta::minutes(29));
    priya.get("/api/staff/me").await.is(200);
    portal.turn(TimeDelta::minutes(29));
    priya.get("/api/staff/me").await.is(200);
    portal.turn(TimeDelta::minutes(30));
    priya.get("/api/staff/me").await.refused(401, "not_signed_in");
    // However busy somebody is, twelve hours are the most.
    let tom = portal.staff(TOM).await;
    for _ in 0..35 {
        portal.turn(TimeDelta::minutes(20));
        tom.get("/api/staff/me").await.is(200);
    }
    portal.turn(TimeDelta::minutes(20));
    tom.get("/api/staff/me").await.refused(401, "not_signed_in");
}

#[tokio::test]
async fn i_see_where_i_am_signed_in_and_sign_out_everywhere() {
    let portal = Portal::open().await;
    let (desk, phone, tom) = (portal.staff(PRIYA).await, portal.staff(PRIYA).await, portal.staff(TOM).await);
    let sessions = phone.get("/api/staff/sessions").await.is(200).json()["sessions"].clone();
    let here: Vec<bool> =
        sessions.as_array().unwrap().iter().map(|session| session["here"] == true).collect();
    assert_eq!(here, [true, false]);
    assert_eq!(sessions[0]["since"], "Monday 7 December 2026 at 10:00am");
    let out = phone.post("/api/staff/sign-out-everywhere", &json!({})).await.is(204);
    assert!(out.header("set-cookie").starts_with("__Host-session=; "), "{}", out.header("set-cookie"));
    for gone in [&desk, &phone] {
        gone.get("/api/staff/me").await.refused(401, "not_signed_in");
    }
    tom.get("/api/staff/me").await.is(200);
    // Who signs in where they were signed in has one session, not two.
    let mut again = tom.clone();
    again.post("/api/staff/sign-in", &json!({ "email": TOM })).await.is(204);
    let code = portal.code(TOM).await;
    let reply = again.post("/api/staff/sign-in/code", &json!({ "email": TOM, "code": code })).await.is(204);
    again.cookie = Some(reply.cookie());
    tom.get("/api/staff/me").await.refused(401, "not_signed_in");
    assert_eq!(again.get("/api/staff/sessions").await.json()["sessions"].as_array().unwrap().len(), 1);
}

/// What can do harm asks again who it is, every five minutes.
#[tokio::test]
async fn what_needs_a_fresh_proof_asks_for_it() {
    let town = Town::found().await;
    let portal = &town.portal;
    let needing: Vec<Operation> = operations(&town.document)
        .into_iter()
        .filter(|operation| operation.act().is_some_and(Act::needs_fresh_proof))
        .collect();
    assert_eq!(needing.len(), 19);
    for operation in &needing {
        let who = Who::ALL.into_iter().find(|who| who.may(&operation.roles()));
        let who = who.unwrap();
        let visitor = who.signs_in(portal).await;
        assert_eq!(visitor.get("/api/staff/me").await.json()["proved"], true);
        portal.turn(TimeDelta::minutes(5));
        assert_eq!(visitor.get("/api/staff/me").await.json()["proved"], false);
        let replies = [Whose::Own, Whose::Missing].map(|whose| town.tries(&visitor, operation, who, whose));
        for reply in replies {
            // Nobody here has a passkey of their own.
            let Some(reply) = reply.await else { continue };
            let reply = reply.refused(403, "prove_again");
            assert_eq!(reply.header("cache-control"), "no-store");
        }
        visitor.post("/api/staff/prove", &json!({})).await.is(204);
        let email = portal.state.db.council("demo").members().await.unwrap();
        let me = visitor.get("/api/staff/me").await.text("id");
        let email = &email.iter().find(|member| member.id.to_string() == me).unwrap().email;
        let code = portal.code(email).await;
        let wrong = if code == "000000" { "111111" } else { "000000" };
        let proves = async |code: &str| visitor.post("/api/staff/prove/code", &json!({ "code": code })).await;
        proves(wrong).await.refused(422, "wrong_code");
        town.tries(&visitor, operation, who, Whose::Missing).await.unwrap().refused(403, "prove_again");
        // Row 44: spaces, and what was pasted with it.
        proves(&format!(" {} {} is your code", &code[..3], &code[3..])).await.is(204);
        proves(&code).await.refused(422, "wrong_code");
        let reply = match town.tries(&visitor, operation, who, Whose::Own).await {
            Some(reply) => reply,
            None => town.tries(&visitor, operation, who, Whose::Missing).await.unwrap(),
        };
        assert!(reply.status != 403, "{}: {reply:?}", operation.name());
        portal.turn(TimeDelta::minutes(16));
    }
    // Somebody else's code proves nothing.
    let (tom, priya) = (portal.staff_now(TOM).await, portal.staff_now(PRIYA).await);
    portal.turn(TimeDelta::minutes(6));
    priya.post("/api/staff/prove", &json!({})).await.is(204);
    let code = portal.code(PRIYA).await;
    tom.post("/api/staff/prove/code", &json!({ "code": code })).await.refused(422, "wrong_code");
    tom.get("/api/staff/export").await.refused(403, "prove_again");
}

#[tokio::test]
async fn codes_are_for_demonstrations() {
    let portal = Setup::default().with_council("north", "north.example").in_earnest().open().await;
    let visitor = portal.visitor_at("north.example");
    visitor.post("/api/staff/sign-in", &json!({ "email": PRIYA })).await.refused(403, "no_codes_here");
    assert!(portal.mails().await.is_empty());
    assert_eq!(visitor.get("/api/staff/ways").await.json()["codes"], false);
    // Whoever looks after the portal can print one, which works once.
    let (store, state) = (portal.state.db.council("north"), &portal.state);
    let priya = store.staff_by_email(PRIYA).await.unwrap().unwrap();
    let code = print_code(&store, &state.secret, &state.dice, state.now(), &priya).await.unwrap();
    let body = json!({ "email": PRIYA, "code": code });
    visitor.post("/api/staff/sign-in/code", &body).await.is(204);
    visitor.post("/api/staff/sign-in/code", &body).await.refused(422, "wrong_code");
    let log = store.audit_log(None, 10).await.unwrap();
    assert!(log.iter().any(|row| row.entry.detail == "Printed a sign-in code"));
}

#[tokio::test]
async fn a_manager_takes_the_departments_requests_away_as_a_file() {
    let portal = Portal::open().await;
    // Row 17: what a spreadsheet would calculate. Row 4: what would turn the order of the letters.
    let formula = json!({ "place.words": "=HYPERLINK(\"https://evil.example\",\"Mill\u{202e} Lane\")", "place.postcode": null });
    portal.visitor().submit(1, &graffiti_but(&formula)).await.is(201);
    for number in 2..=4 {
        portal.visitor().submit(number, &graffiti()).await.is(201);
    }
    let missed_bin = json!({ "when": "today", "tag": "no", "bin": "food", "address.line1": "1 Mill Lane", "address.town": "Saltmarsh", "you.name": "Sam", "you.email": "sam@example.org" });
    let elsewhere = portal.visitor().submit_to("missed-bin", 5, &missed_bin).await.is(201).text("reference");
    let tom = portal.staff(TOM).await;
    let file = tom.get("/api/staff/export").await.is(200);
    assert!(file.header("content-type").starts_with("text/csv"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"requests-2026-12-07.csv\"");
    assert_eq!(file.header("cache-control"), "no-store");
    let text = String::from_utf8(file.body.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 5, "a head and four requests: {text}");
    assert!(!text.contains(&elsewhere));
    assert!(!text.contains(",\"=") && !text.contains('\u{202e}'), "{text}");
    assert!(text.contains("\"'=HYPERLINK("), "{text}");
    let log = portal.state.db.council("demo").audit_log(None, 1).await.unwrap().pop().unwrap().entry;
    assert_eq!((log.deed.id(), log.object.as_str()), ("exported", "requests of street-scene"));
}

#[tokio::test]
async fn a_manager_gives_requests_to_somebody() {
    let portal = Portal::open().await;
    for number in 1..=3 {
        portal.visitor().submit(number, &graffiti()).await.is(201);
    }
    let (tom, priya) = (portal.staff(TOM).await, portal.staff(PRIYA).await);
    let queue = priya.get("/api/staff/requests").await.json()["requests"].clone();
    let ids: Vec<&str> = (0..3).map(|index| queue[index]["id"].as_str().unwrap()).collect();
    let colleagues = tom.get("/api/staff/colleagues").await.is(200).json()["colleagues"].clone();
    let names: Vec<&str> =
        colleagues.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Hannah Reid", "Ivan Petrov", "Priya Shah", "Tom Okafor"]);
    let (her, him) = (&colleagues[2]["id"], &colleagues[3]["id"]);
    portal.mails().await;
    let one = format!("/api/staff/requests/{}/hand-over", ids[0]);
    let given = tom.post(&one, &json!({ "to": her })).await.is(200).json();
    assert_eq!((&given["request"]["owner"], &given["mine"]), (&json!("Priya Shah"), &json!(false)));
    tom.post(&one, &json!({ "to": her })).await.refused(409, "already_yours");
    let mails = portal.mails().await;
    let told: Vec<(&str, &str)> =
        mails.iter().map(|mail| (mail.to.as_str(), mail.subject.split(':').next().unwrap())).collect();
    assert!(told.contains(&("sam@example.org", "Somebody is working on your request")), "{told:?}");
    assert!(told.contains(&(PRIYA, "This request is yours now")), "{told:?}");
    // Nobody of another department, and nobody who is not there: answered alike.
    let grace = portal.state.db.council("demo").staff_by_email(GRACE).await.unwrap().unwrap().id;
    let stranger = tom.post(&one, &json!({ "to": grace })).await.wrong(&[("to", "not_an_option", 0)]);
    let nobody =
        tom.post(&one, &json!({ "to": Uuid::from_u128(1) })).await.wrong(&[("to", "not_an_option", 0)]);
    same(&stranger, &nobody, "another department's");

    let many = "/api/staff/requests/hand-over";
    tom.post(many, &json!({ "requests": [], "to": him })).await.refused(422, "invalid");
    // One that is not there: none changes.
    let with_missing = json!({ "requests": [ids[1], ids[2], Uuid::from_u128(1)], "to": him });
    tom.post(many, &with_missing).await.refused(404, "not_found");
    let owner = async |id: &str| {
        tom.get(&format!("/api/staff/requests/{id}")).await.json()["request"]["owner"].clone()
    };
    assert_eq!(owner(ids[1]).await, Value::Null);
    let all =
        tom.post(many, &json!({ "requests": [ids[0], ids[1], ids[2], ids[2]], "to": her })).await.is(200);
    assert_eq!(all.json()["changed"], 2, "one is hers already");
    let mine = tom.post(many, &json!({ "requests": ids, "to": him })).await.is(200);
    assert_eq!(mine.json()["changed"], 3);
    for id in &ids {
        assert_eq!(owner(id).await, "Tom Okafor");
    }
    tom.post(&format!("/api/staff/requests/{}/close", ids[1]), &closing("done", "Done")).await.is(200);
    tom.post(many, &json!({ "requests": ids, "to": her })).await.refused(409, "closed");
    assert_eq!(owner(ids[0]).await, "Tom Okafor", "all or none");
    let timeline =
        tom.get(&format!("/api/staff/requests/{}", ids[0])).await.json()["request"]["timeline"].clone();
    let owners: Vec<&Value> = timeline.as_array().unwrap().iter().map(|entry| &entry["staff"]).collect();
    assert_eq!(owners, [&Value::Null, &json!("Priya Shah"), &json!("Tom Okafor")]);
}

#[tokio::test]
async fn a_changed_role_holds_from_the_next_request() {
    let portal = Portal::open().await;
    let (omar, priya, nia) = (portal.staff(OMAR).await, portal.staff(PRIYA).await, portal.staff(NIA).await);
    nia.get("/api/staff/colleagues").await.refused(403, "not_your_role");
    let members = omar.get("/api/staff/members").await.is(200).json()["members"].clone();
    let member =
        |email: &str| members.as_array().unwrap().iter().find(|it| it["email"] == email).unwrap().clone();
    assert_eq!((&member(TOM)["role"], &member(PRIYA)["role"]), (&json!("manager"), &json!("officer")));
    let change = async |email: &str, role: &str| {
        let path = format!("/api/staff/members/{}/role", member(email)["id"].as_str().unwrap());
        omar.post(&path, &json!({ "role": role })).await
    };
    change(PRIYA, "manager").await.is(204);
    priya.get("/api/staff/colleagues").await.is(200);
    change(PRIYA, "auditor").await.is(204);
    priya.get("/api/staff/requests").await.refused(403, "not_your_role");
    for none in ["resident", "helper", "terminal"] {
        change(PRIYA, none).await.wrong(&[("role", "not_allowed", 0)]);
    }
    change(PRIYA, "root").await.refused(422, "invalid");
    change(OMAR, "officer").await.refused(409, "last_admin");
    change(PRIYA, "admin").await.is(204);
    change(OMAR, "officer").await.is(204);
    omar.get("/api/staff/members").await.refused(403, "not_your_role");
    change(OMAR, "admin").await.refused(403, "not_your_role");

    let log = nia.get("/api/staff/audit").await.is(200).json();
    let changed = log["rows"].as_array().unwrap().iter().filter(|row| row["deed"] == "changed");
    let changed: Vec<(&str, &str)> =
        changed.map(|row| (row["who"].as_str().unwrap(), row["detail"].as_str().unwrap())).collect();
    assert_eq!(changed[0], ("Omar Farouk", "role: admin to officer"));
    assert_eq!(changed[3], ("Omar Farouk", "role: officer to manager"));
    let signed_in = log["rows"].as_array().unwrap().iter().filter(|row| row["deed"] == "signed_in").count();
    assert_eq!(signed_in, 3);
}

#[tokio::test]
async fn an_auditor_reads_what_was_done_and_takes_it_away() {
    let portal = Portal::open().await;
    portal.visitor().post("/api/staff/sign-in", &json!({ "email": PRIYA })).await.is(204);
    let wrong = json!({ "email": PRIYA, "code": "999999999" });
    portal.visitor().post("/api/staff/sign-in/code", &wrong).await.refused(422, "wrong_code");
    for _ in 0..60 {
        portal.staff_now(TOM).await.post("/api/staff/sign-out", &json!({})).await.is(204);
    }
    let nia = portal.staff(NIA).await;
    let mut path = "/api/staff/audit".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = nia.get(&path).await.is(200).json();
        let rows = page["rows"].as_array().unwrap();
        assert!(rows.len() <= 50);
        seen.extend(
            rows.iter().map(|row| (row["seq"].as_u64().unwrap(), row["deed"].as_str().unwrap().to_owned())),
        );
        let Some(next) = page["next"].as_u64() else { break };
        path = format!("/api/staff/audit?before={next}");
    }
    let seqs: Vec<u64> = seen.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs, (1..=122).rev().collect::<Vec<u64>>());
    assert_eq!(seen[121].1, "sign_in_failed");
    let first = nia.get("/api/staff/audit?before=2").await.json()["rows"][0].clone();
    assert_eq!((&first["who"], &first["role"]), (&Value::Null, &json!("officer")));
    nia.get("/api/staff/audit?before=x").await.refused(400, "bad_request");

    let file = String::from_utf8(nia.get("/api/staff/audit/export").await.is(200).body.to_vec()).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 124);
    assert!(
        lines[1].starts_with("\"123\",") && lines[1].contains("\"exported\",\"\",\"audit\""),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains("\"Nia Evans\""), "{}", lines[2]);
}
