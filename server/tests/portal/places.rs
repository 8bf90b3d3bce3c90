//! The gazetteer: what is found in it, what a form makes of it, and where requests go because of it.

use std::sync::Arc;

use crate::support::database::Kept;
use crate::support::{Portal, Setup, answer, graffiti_but};
use domain::field::Position;
use serde_json::{Value, json};
use server::gazetteer::{addresses, demo, wards};
use server::store::places::Address;

on_both_engines![what_is_imported_is_found_and_replaced, a_large_town_is_imported_again];

async fn what_is_imported_is_found_and_replaced(kept: Kept) {
    let (north, south) = (kept.db.council("north"), kept.db.council("south"));
    let (streets, all) = demo::addresses();
    north.replace_addresses(streets.clone(), all.clone(), Arc::new(|_| {})).await.unwrap();
    north.replace_wards(demo::wards()).await.unwrap();
    assert_eq!(kept.all_rows(["street", "address", "ward"]).await, [80, 2_000, 8]);
    let found = north.addresses(&all[0].postcode.to_lowercase().replace(' ', "")).await.unwrap();
    assert_eq!(found.len(), 25);
    assert_eq!((found[1].lines[0].as_str(), found[9].lines[0].as_str()), ("2 Beacon Road", "10 Beacon Road"));
    let named = async |words: &[&str]| -> Vec<String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        north.streets_named(&words, 8).await.unwrap().into_iter().map(|street| street.name).collect()
    };
    assert_eq!(named(&["mill"]).await, ["Mill Lane"], "only beginnings of words");
    assert_eq!(named(&["lane", "mill"]).await, ["Mill Lane"]);
    assert_eq!(
        named(&["st"]).await.first().map(String::as_str),
        Some("St John’s Road"),
        "what begins so comes first"
    );
    assert!(named(&["zzz"]).await.is_empty() && named(&[]).await.is_empty());
    let here = streets.iter().find(|street| street.name == "Mill Lane").unwrap().middle;
    assert_eq!(north.street_at(here).await.unwrap().unwrap().name, "Mill Lane");
    assert_eq!(north.area_at(here).await.unwrap().unwrap().id, "northgate");
    let far = Position::new(53.05, 0.3).unwrap();
    assert_eq!(north.street_at(far).await.unwrap(), None);
    assert_eq!(north.area_at(far).await.unwrap().unwrap().name, "Northmere District Council");
    // Another council has its own.
    assert!(south.addresses(&all[0].postcode).await.unwrap().is_empty());
    assert_eq!((south.bounds().await.unwrap(), south.street(&streets[0].id).await.unwrap()), (None, None));
    // What is imported anew takes the place of what was there.
    let few = addresses::read(
        "uprn,line1,postcode,lat,lon,street\n7,1 New Road,ZE9 1AB,53.0,0.3,New Road\n".as_bytes(),
    )
    .unwrap();
    north.replace_addresses(few.streets, few.addresses, Arc::new(|_| {})).await.unwrap();
    assert_eq!(kept.all_rows(["street", "address", "ward"]).await, [1, 1, 8]);
    let square = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"All"},
        "geometry":{"type":"Polygon","coordinates":[[[0,52],[1,52],[1,54],[0,54],[0,52]]]}}]}"#;
    north.replace_wards(wards::read(square).unwrap()).await.unwrap();
    assert_eq!(kept.rows("ward").await, 1);
    assert_eq!(north.bounds().await.unwrap(), Some([52.0, 0.0, 54.0, 1.0]));
}

/// One write that changes thousands of pages of the database.
async fn a_large_town_is_imported_again(kept: Kept) {
    let store = kept.db.council("demo");
    let (streets, all) = demo::addresses();
    let as_many =
        |turn: u32| all.iter().map(move |one| Address { uprn: format!("{turn}{}", one.uprn), ..one.clone() });
    let many: Vec<Address> = (1..9).flat_map(as_many).collect();
    for _ in 0..2 {
        store.replace_addresses(streets.clone(), many.clone(), Arc::new(|_| {})).await.unwrap();
        assert_eq!(kept.rows("address").await, 16_000);
    }
}

async fn open() -> Portal {
    Portal::open().await.with_town().await
}

fn names(places: &Value) -> Vec<&str> {
    places["places"].as_array().unwrap().iter().map(|place| place["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn streets_by_name_and_by_postcode() {
    let portal = open().await;
    let visitor = portal.visitor();
    for (typed, expected) in [
        ("mill%20lane", vec!["Mill Lane"]),
        ("Mill%20ln", vec!["Mill Lane"]),
        ("kings%20rd", vec!["King’s Road"]),
        ("", vec![]),
        ("%25", vec![]),
        ("_", vec![]),
        ("%27%20OR%201=1--", vec![]),
    ] {
        let found = visitor.get(&format!("/api/places?q={typed}")).await.is(200).json();
        assert_eq!(names(&found), expected, "{typed}");
    }
    let castle = visitor.get("/api/places?q=castle%20st").await.is(200).json();
    assert_eq!(names(&castle).first(), Some(&"Castle Street"), "what begins so comes first");
    let postcode = demo::addresses().1[0].postcode.clone();
    let found = visitor.get(&format!("/api/places?q={}", postcode.replace(' ', "%20"))).await.is(200).json();
    assert_eq!(names(&found), ["Beacon Road"]);
    assert_eq!(found["places"][0]["locality"], "Hill Top");
}

/// Rows 11 and 12: however a postcode is typed; and a place that is somebody else's.
#[tokio::test]
async fn addresses_and_places_within_and_without() {
    let portal = open().await;
    let visitor = portal.visitor();
    let postcode = demo::addresses().1[0].postcode.clone();
    for typed in [
        postcode.replace(' ', ""),
        postcode.to_lowercase().replace(' ', "%20%20"),
        postcode.replace(' ', "-"),
    ] {
        let found = visitor.get(&format!("/api/addresses?postcode={typed}")).await.is(200).json();
        assert_eq!(found["addresses"].as_array().unwrap().len(), 25, "{typed}");
        assert_eq!(found["addresses"][9]["lines"], json!(["10 Beacon Road"]));
    }
    for typed in ["ZE9%209ZZ", "nowhere", ""] {
        let found = visitor.get(&format!("/api/addresses?postcode={typed}")).await.is(200).json();
        assert_eq!(found, json!({ "addresses": [] }));
    }
    let middle = demo::addresses().0.into_iter().find(|street| street.name == "Quay Road").unwrap().middle;
    let at = async |lat: f64, lon: f64| {
        visitor.get(&format!("/api/places/at?lat={lat}&lon={lon}")).await.is(200).json()
    };
    let within = at(middle.lat, middle.lon).await;
    assert_eq!(
        (&within["inside"], &within["ward"]["name"], &within["street"]["name"]),
        (&json!(true), &json!("Quayside"), &json!("Quay Road"))
    );
    let without = at(53.05, 0.3).await;
    assert_eq!(without, json!({ "inside": false, "neighbour": "Northmere District Council" }));
    assert_eq!(at(-40.0, 100.0).await, json!({ "inside": false }));
    for wrong in ["lat=91&lon=0", "lat=NaN&lon=0", "lat=1", "lat=a&lon=b", ""] {
        let status = visitor.get(&format!("/api/places/at?{wrong}")).await.status.as_u16();
        assert!(matches!(status, 400 | 422), "{wrong}: {status}");
    }
}

#[tokio::test]
async fn a_council_without_a_gazetteer_is_no_worse_off() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    assert_eq!(visitor.get("/api/places?q=mill").await.is(200).json(), json!({ "places": [] }));
    assert_eq!(visitor.get("/api/places/at?lat=53&lon=0.3").await.is(200).json(), json!({ "inside": true }));
    visitor.get("/api/map").await.refused(404, "not_found");
    let answers = graffiti_but(
        &json!({ "place.street_id": "mill-lane", "place.street": "Mill Lane", "place.position": "53.0,0.3" }),
    );
    let key = visitor.submit(1, &answers).await.is(201).text("key");
    let place = &answer(&visitor.follow(&key).await, "place")["place"].clone();
    assert_eq!(
        (&place["street"], &place["street_id"]),
        (&json!("Mill Lane"), &Value::Null),
        "kept as it was typed"
    );
}

#[tokio::test]
async fn the_map_is_drawn_from_what_there_is() {
    let portal = open().await;
    let map = portal.visitor().get("/api/map").await.is(200);
    assert_eq!(map.json()["tiles"], json!("plain"));
    assert!(map.header("cache-control").contains("max-age"));
    let plain = portal.visitor().get("/api/map/plain?lat=52.967&lon=0.29").await.is(200).json();
    assert!(
        plain["streets"].as_array().unwrap().len() > 20 && !plain["wards"].as_array().unwrap().is_empty()
    );
    portal.visitor().get("/map/tiles.pmtiles").await.is(404);
    // Only its own pages may be shown in one's page: no other host is named until a council names one.
    let policy = portal.visitor().get("/api/map").await.header("content-security-policy").to_owned();
    assert!(policy.contains("img-src 'self' data: blob:;"), "{policy}");
}

#[tokio::test]
async fn a_councils_own_tiles_are_read_in_parts() {
    let portal = Setup::default().with_council("north", "north.example").open().await.with_town().await;
    let folder = portal.path("councils/north");
    std::fs::write(folder.join("town.pmtiles"), b"PMTiles-and-more").unwrap();
    let council = std::fs::read_to_string(folder.join("council.toml")).unwrap();
    std::fs::write(
        folder.join("council.toml"),
        format!("{council}\n[map]\nfile = \"../../town.pmtiles\"\nattribution = \"us\"\n"),
    )
    .unwrap();
    assert_eq!(portal.state.councils.refresh(), Ok(true));
    let visitor = portal.visitor_at("north.example");
    let map = visitor.get("/api/map").await.is(200).json();
    assert_eq!(map["tiles"], json!({ "pmtiles": { "address": "/map/tiles.pmtiles", "attribution": "us" } }));
    let request = visitor.request(axum::http::Method::GET, "/map/tiles.pmtiles").header("range", "bytes=0-6");
    let reply = visitor.send(request.body(axum::body::Body::empty()).unwrap()).await.is(206);
    assert_eq!(&reply.body[..], b"PMTiles");
}

/// What was picked is looked up again: the gazetteer's words stand, unless it was typed over with another postcode.
#[tokio::test]
async fn a_picked_address_is_the_gazetteers() {
    let portal = open().await;
    let resident = portal.visitor();
    let known = demo::addresses().1[3].clone();
    let answers = json!({
        "when": "today", "tag": "no", "bin": "food", "address.uprn": known.uprn, "address.line1": "Somewhere else",
        "address.postcode": known.postcode, "you.name": "Sam", "you.email": "sam@example.org",
    });
    let key = resident.submit_to("missed-bin", 1, &answers).await.is(201).text("key");
    let address = answer(&resident.follow(&key).await, "address")["address"].clone();
    assert_eq!((&address["lines"], &address["postcode"]), (&json!([known.lines[0]]), &json!(known.postcode)));
    assert_eq!(address["uprn"], known.uprn);
    // One that nobody knows, and one that was typed over, is what was typed.
    for (key, part, other) in [(2, "address.uprn", "999999999999"), (3, "address.postcode", "NE1 8QH")] {
        let mut answers = answers.clone();
        answers[part] = json!(other);
        let key = resident.submit_to("missed-bin", key, &answers).await.is(201).text("key");
        let address = answer(&resident.follow(&key).await, "address")["address"].clone();
        assert_eq!(
            (&address["lines"], &address["uprn"]),
            (&json!(["Somewhere else"]), &Value::Null),
            "{part}"
        );
    }
}

/// By answers and by area: signs go to highways; the rest to the team of the ward.
#[tokio::test]
async fn requests_go_where_the_document_says() {
    let portal = open().await;
    let resident = portal.visitor();
    let position = |name: &str| {
        let street = demo::addresses().0.into_iter().find(|street| street.name == name).unwrap();
        street.middle.show()
    };
    let priya = portal.staff("priya@saltmarsh.example").await;
    let mut seen = Vec::new();
    for (key, street) in [(1, "Castle Street"), (2, "Quay Road"), (3, "Marsh Road")] {
        resident.submit(key, &graffiti_but(&json!({ "place.position": position(street) }))).await.is(201);
        let queue = priya.get("/api/staff/requests").await.json();
        let ids: Vec<String> = queue["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect();
        let new = ids.into_iter().find(|id| !seen.contains(id)).unwrap();
        let case = priya.get(&format!("/api/staff/requests/{new}")).await.is(200).json();
        assert_eq!(
            case["team"],
            if street == "Castle Street" { "North team" } else { "South team" },
            "{case}"
        );
        seen.push(new);
    }
    // Nobody's street, and so nobody's team.
    resident.submit(4, &graffiti_but(&json!({}))).await.is(201);
    let queue = priya.get("/api/staff/requests").await.json();
    assert_eq!(queue["requests"].as_array().unwrap().len(), 4);
    resident.submit(5, &graffiti_but(&json!({ "surface": "sign" }))).await.is(201);
    let queue = priya.get("/api/staff/requests").await.json();
    assert_eq!(queue["requests"].as_array().unwrap().len(), 4, "a sign is for highways");
}

/// A free message that names no department goes where its words belong, and staff are told why.
#[tokio::test]
async fn a_message_goes_where_its_words_belong() {
    let portal = open().await;
    let resident = portal.visitor();
    let priya = portal.staff("priya@saltmarsh.example").await;
    let message = json!({
        "urgent": "no", "message": "There is dog fouling and graffiti all over the path behind the school",
        "you.name": "Sam", "you.email": "sam@example.org",
    });
    resident.submit_to("ask-us", 1, &message).await.is(201);
    let queue = priya.get("/api/staff/requests").await.json();
    let id = queue["requests"][0]["id"].as_str().expect("it came to street scene").to_owned();
    let case = priya.get(&format!("/api/staff/requests/{id}")).await.json();
    assert!(case["routed"].as_str().unwrap().starts_with("By its words: "), "{case}");
    assert!(case["request"].get("routed").is_none(), "for staff only");
    let mut vague = message.clone();
    vague["message"] = json!("When does the town hall open?");
    let key = resident.submit_to("ask-us", 2, &vague).await.is(201).text("key");
    assert_eq!(resident.follow(&key).await["department"], "Customer services");
    let mut chosen = message;
    chosen["department"] = json!("housing");
    let key = resident.submit_to("ask-us", 3, &chosen).await.is(201).text("key");
    assert_eq!(resident.follow(&key).await["department"], "Housing");
}

/// People type the house number too.
#[tokio::test]
async fn a_street_is_found_with_a_house_number_before_it() {
    let portal = open().await;
    let found = portal.visitor().get("/api/places?q=12%20mill%20lane").await.is(200).json();
    assert_eq!(found["places"][0]["name"], "Mill Lane");
    let found = portal.visitor().get("/api/places?q=12").await.is(200).json();
    assert_eq!(found["places"], json!([]));
}
