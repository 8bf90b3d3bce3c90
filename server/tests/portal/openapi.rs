//! The description of the API, and that it is true.

use std::collections::BTreeSet;

use crate::support::Portal;
use axum::body::Body;
use serde_json::Value;

const OPERATIONS: [&str; 191] = [
    "get /api/account",
    "get /api/account/acting/{id}",
    "get /api/account/acting/{id}/{request}",
    "get /api/account/acting/{id}/{request}/photos/{photo}",
    "get /api/account/alerts",
    "get /api/account/close",
    "get /api/account/consent",
    "get /api/account/download",
    "get /api/account/helpers",
    "get /api/account/identity",
    "get /api/account/looked",
    "get /api/account/notices",
    "get /api/account/notices/events",
    "get /api/account/notices/unread",
    "get /api/account/payments",
    "get /api/account/profile",
    "get /api/account/security",
    "get /api/account/ways",
    "get /api/addresses",
    "get /api/consent",
    "get /api/council",
    "get /api/follow/{key}",
    "get /api/follow/{key}/documents/{document}",
    "get /api/follow/{key}/erased",
    "get /api/follow/{key}/events",
    "get /api/follow/{key}/photos/{photo}",
    "get /api/map",
    "get /api/map/plain",
    "get /api/nearby/{id}/photo",
    "get /api/performance",
    "get /api/photos/{id}",
    "get /api/places",
    "get /api/places/at",
    "get /api/services",
    "get /api/services/{id}",
    "get /api/services/{id}/nearby",
    "get /api/sign-in/{provider}",
    "get /api/sign-in/{provider}/back",
    "get /api/sign-in/{provider}/out",
    "get /api/slots/{id}",
    "get /api/staff/audit",
    "get /api/staff/audit/export",
    "get /api/staff/board",
    "get /api/staff/board/export",
    "get /api/staff/colleagues",
    "get /api/staff/contacts",
    "get /api/staff/contacts/figures",
    "get /api/staff/contacts/form",
    "get /api/staff/contacts/repeats",
    "get /api/staff/contractors",
    "get /api/staff/desk",
    "get /api/staff/export",
    "get /api/staff/identity",
    "get /api/staff/identity/{id}/document",
    "get /api/staff/income",
    "get /api/staff/income/export",
    "get /api/staff/leave",
    "get /api/staff/ledgers",
    "get /api/staff/letters",
    "get /api/staff/letters/{id}",
    "get /api/staff/me",
    "get /api/staff/members",
    "get /api/staff/queue/events",
    "get /api/staff/refunds",
    "get /api/staff/requests",
    "get /api/staff/requests/{id}",
    "get /api/staff/requests/{id}/contacts",
    "get /api/staff/requests/{id}/deliveries",
    "get /api/staff/requests/{id}/documents/{document}",
    "get /api/staff/requests/{id}/events",
    "get /api/staff/requests/{id}/near",
    "get /api/staff/requests/{id}/person",
    "get /api/staff/requests/{id}/photos/{photo}",
    "get /api/staff/requests/{id}/related",
    "get /api/staff/security",
    "get /api/staff/sessions",
    "get /api/staff/shared/{id}",
    "get /api/staff/shared/{id}/documents/{document}",
    "get /api/staff/shared/{id}/photos/{photo}",
    "get /api/staff/team",
    "get /api/staff/team/export",
    "get /api/staff/terminals",
    "get /api/staff/ways",
    "get /api/staff/wording",
    "get /api/staff/wording/{id}",
    "get /api/staff/wording/{id}/letter",
    "post /api/account/acting/{id}/{request}/messages",
    "post /api/account/acting/{id}/{request}/withdraw",
    "post /api/account/alerts",
    "post /api/account/close",
    "post /api/account/close/code",
    "post /api/account/code",
    "post /api/account/collect",
    "post /api/account/consent",
    "post /api/account/devices",
    "post /api/account/devices/{id}/remove",
    "post /api/account/earlier/{id}",
    "post /api/account/email",
    "post /api/account/email/confirm",
    "post /api/account/helpers",
    "post /api/account/helpers/{id}/accept",
    "post /api/account/helpers/{id}/end",
    "post /api/account/identity/desk-code",
    "post /api/account/identity/documents",
    "post /api/account/identity/roll",
    "post /api/account/links/{id}/remove",
    "post /api/account/notices/read",
    "post /api/account/passkeys",
    "post /api/account/passkeys/sign-in",
    "post /api/account/passkeys/sign-in/start",
    "post /api/account/passkeys/start",
    "post /api/account/passkeys/{id}/remove",
    "post /api/account/passkeys/{id}/rename",
    "post /api/account/profile",
    "post /api/account/profile/learn",
    "post /api/account/sign-in",
    "post /api/account/sign-out",
    "post /api/account/sign-out-everywhere",
    "post /api/account/stay",
    "post /api/documents",
    "post /api/drafts/{service}",
    "post /api/drafts/{service}/forget",
    "post /api/follow",
    "post /api/follow/{key}/feedback",
    "post /api/follow/{key}/messages",
    "post /api/follow/{key}/reopen",
    "post /api/follow/{key}/stop",
    "post /api/follow/{key}/withdraw",
    "post /api/photos",
    "post /api/requests",
    "post /api/services/suggest",
    "post /api/services/{id}/nearby/{request}/watch",
    "post /api/staff/batches",
    "post /api/staff/batches/preview",
    "post /api/staff/batches/undo",
    "post /api/staff/contacts",
    "post /api/staff/contacts/repeats/{id}/looked-into",
    "post /api/staff/contacts/{id}/undo",
    "post /api/staff/filters",
    "post /api/staff/filters/forget",
    "post /api/staff/identity/desk",
    "post /api/staff/identity/{id}/decide",
    "post /api/staff/leave",
    "post /api/staff/leave/end",
    "post /api/staff/ledgers/{ledger}",
    "post /api/staff/letters/{id}/posted",
    "post /api/staff/members/{id}/role",
    "post /api/staff/passkeys",
    "post /api/staff/passkeys/sign-in",
    "post /api/staff/passkeys/sign-in/start",
    "post /api/staff/passkeys/start",
    "post /api/staff/passkeys/{id}/remove",
    "post /api/staff/passkeys/{id}/rename",
    "post /api/staff/prove",
    "post /api/staff/prove/code",
    "post /api/staff/refunds/{id}/answer",
    "post /api/staff/requests/hand-over",
    "post /api/staff/requests/{id}/ask",
    "post /api/staff/requests/{id}/begin",
    "post /api/staff/requests/{id}/close",
    "post /api/staff/requests/{id}/contract",
    "post /api/staff/requests/{id}/contract/check",
    "post /api/staff/requests/{id}/contract/end",
    "post /api/staff/requests/{id}/contract/link",
    "post /api/staff/requests/{id}/decision",
    "post /api/staff/requests/{id}/grant/end",
    "post /api/staff/requests/{id}/hand-over",
    "post /api/staff/requests/{id}/messages",
    "post /api/staff/requests/{id}/notes",
    "post /api/staff/requests/{id}/offer",
    "post /api/staff/requests/{id}/offer/decline",
    "post /api/staff/requests/{id}/payment",
    "post /api/staff/requests/{id}/payment/link",
    "post /api/staff/requests/{id}/photos/{photo}/public",
    "post /api/staff/requests/{id}/plan",
    "post /api/staff/requests/{id}/promise",
    "post /api/staff/requests/{id}/proposal",
    "post /api/staff/requests/{id}/refunds",
    "post /api/staff/requests/{id}/seen",
    "post /api/staff/requests/{id}/slot",
    "post /api/staff/requests/{id}/take",
    "post /api/staff/shortcuts",
    "post /api/staff/sign-in",
    "post /api/staff/sign-in/code",
    "post /api/staff/sign-out",
    "post /api/staff/sign-out-everywhere",
    "post /api/staff/terminals",
    "post /api/staff/terminals/{id}/code",
    "post /api/staff/terminals/{id}/lock",
    "post /api/staff/terminals/{id}/remove",
    "post /api/staff/terminals/{id}/setup",
];

async fn document() -> Value {
    Portal::open().await.visitor().get("/api/openapi.json").await.is(200).json()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, verbs)| {
        verbs
            .as_object()
            .unwrap()
            .iter()
            .map(|(verb, operation)| (verb.clone(), path.clone(), operation.clone()))
    });
    each.collect()
}

#[tokio::test]
async fn it_lists_every_route() {
    let document = document().await;
    let listed: BTreeSet<String> =
        operations(&document).into_iter().map(|(verb, path, _)| format!("{verb} {path}")).collect();
    assert_eq!(listed.iter().map(String::as_str).collect::<Vec<_>>(), OPERATIONS);
    // Every route says what it is: none stands beside the list.
    let sources = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/routes")).unwrap();
    let described: usize = sources
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap().matches("#[utoipa::path(").count())
        .sum();
    assert_eq!(described, OPERATIONS.len());
}

#[tokio::test]
async fn it_is_sound() {
    let document = document().await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    assert!(document["info"]["title"] == "Portico" && document["info"]["version"].is_string());
    let mut ids = BTreeSet::new();
    for (verb, path, operation) in operations(&document) {
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap().to_owned()),
            "{verb} {path}: its operationId is used twice"
        );
        let summary = operation["summary"].as_str().or(operation["description"].as_str()).unwrap_or_default();
        assert!(!summary.is_empty(), "{verb} {path} says nothing of itself");
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with(['2', '3'])),
            "{verb} {path} never succeeds"
        );
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
            assert!(response["content"].as_object().is_some(), "{verb} {path} says nothing at {status}");
        }
        let needed: BTreeSet<&str> =
            path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let told: BTreeSet<&str> =
            parameters.filter(|it| it["in"] == "path").map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(told, needed, "{verb} {path}");
    }
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, references)),
        Value::Object(map) => {
            references.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| collect(value, references));
        }
        _ => {}
    }
}

/// What it lists is there: another method is refused by name, and the right one gets to its handler.
#[tokio::test]
async fn what_it_lists_is_there() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    for operation in OPERATIONS {
        let (verb, path) = operation.split_once(' ').unwrap();
        let wrong = visitor.request(axum::http::Method::DELETE, path).header("x-portico", "1");
        let reply = visitor.send(wrong.body(Body::empty()).unwrap()).await.refused(405, "method_not_allowed");
        assert!(
            reply.header("allow").to_lowercase().contains(verb),
            "{operation}: {}",
            reply.header("allow")
        );
    }
}

/// The command prints the same document.
#[tokio::test]
async fn the_command_prints_it() {
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_portico")).arg("openapi").output().unwrap();
    assert!(printed.status.success());
    assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).unwrap(), document().await);
}
