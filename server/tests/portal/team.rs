//! How the work of a department goes, for who answers for it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::jobs::clock;

use crate::support::database::Kept;
use crate::support::{Portal, Setup, Visitor, closing, graffiti};

const PRIYA: &str = "priya@saltmarsh.example";
const TOM: &str = "tom@saltmarsh.example";
const HANNAH: &str = "hannah@saltmarsh.example";
const SAM: &str = "sam@example.org";

on_both_engines![the_figures_are_those_of_the_requests, a_manager_hands_over_what_somebody_has_who_is_away,];

async fn ids(staff: &Visitor) -> Vec<String> {
    let queue = staff.get("/api/staff/requests?order=oldest").await.is(200).json();
    let each = queue["requests"].as_array().unwrap().iter();
    each.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn act(staff: &Visitor, id: &str, verb: &str, body: &Value) {
    staff.post(&format!("/api/staff/requests/{id}/{verb}"), body).await.is(200);
}

fn of<'v>(view: &'v Value, name: &str) -> &'v Value {
    let officers = view["officers"].as_array().unwrap();
    officers.iter().find(|officer| officer["name"] == name).unwrap_or(&Value::Null)
}

/// How many requests a part of the queue has: the number that leads to it must be the same.
async fn many(staff: &Visitor, query: &str) -> usize {
    let queue = staff.get(&format!("/api/staff/requests?{query}")).await.is(200).json();
    queue["requests"].as_array().unwrap().len()
}

async fn the_figures_are_those_of_the_requests(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut keys = Vec::new();
    for number in 1..=5 {
        // One after the other: they stand in the queue in this order.
        portal.turn(TimeDelta::seconds(1));
        keys.push(portal.visitor().submit(number, &graffiti()).await.is(201).text("key"));
    }
    let (tom, priya) = (portal.staff(TOM).await, portal.staff(PRIYA).await);
    let ids = ids(&priya).await;
    for id in &ids[..4] {
        act(&priya, id, "take", &json!({})).await;
    }
    for id in &ids[..3] {
        act(&priya, id, "close", &closing("done", "Removed.")).await;
    }
    let say = async |key: &str, score: u8, reason: &str| {
        let body = json!({ "score": score, "reason": reason });
        portal.visitor().post(&format!("/api/follow/{key}/feedback"), &body).await.is(200);
    };
    say(&keys[0], 5, "").await;
    say(&keys[1], 2, "It is still there").await;
    let body = json!({ "reason": "It is still there" });
    portal.visitor().post(&format!("/api/follow/{}/reopen", keys[2]), &body).await.is(200);

    let view = tom.get("/api/staff/team").await.is(200).json();
    let hers = &of(&view, "Priya Shah")["work"];
    for (field, number) in [
        ("open", 2),
        ("ended", 2),
        ("kept", 2),
        ("missed", 0),
        ("reopened", 1),
        ("closings", 3),
        ("satisfied", 1),
        ("dissatisfied", 1),
    ] {
        assert_eq!(hers[field], number, "{field}: {hers}");
    }
    assert_eq!((&hers["oldest"], &hers["median"]), (&json!(0), &json!(0)));
    assert_eq!(of(&view, "Nobody yet")["work"]["open"], 1);
    assert_eq!(of(&view, "Tom Okafor")["work"]["open"], 0, "who has nothing is there, too");
    assert_eq!((&view["all"]["open"], &view["all"]["ended"]), (&json!(3), &json!(2)));
    assert_eq!(view["teams"].as_array().unwrap().len(), 1);
    let said = &view["services"][0];
    assert_eq!(
        (&said["service"], &said["channel"], &said["satisfied"], &said["dissatisfied"]),
        (&json!("report-graffiti"), &json!("web"), &json!(1), &json!(1))
    );
    let reasons = view["reasons"].as_array().unwrap();
    assert_eq!((reasons.len(), &reasons[0]["reason"]), (1, &json!("It is still there")));

    // Behind each number are as many requests.
    let owner = format!("owner={}", of(&view, "Priya Shah")["id"].as_str().unwrap());
    for (query, number) in [
        (owner.clone(), 2),
        ("show=unowned".to_owned(), 1),
        (format!("show=closed&only=ended&{owner}"), 2),
        (format!("show=closed&only=kept&{owner}"), 2),
        (format!("show=closed&only=reopened&{owner}"), 1),
        (format!("show=closed&only=satisfied&{owner}"), 1),
        (format!("show=closed&only=dissatisfied&{owner}"), 1),
    ] {
        assert_eq!(many(&tom, &query).await, number, "{query}");
    }

    // A promise is missed; what is not taken goes up.
    portal.turn_to("2026-12-15T10:00:00Z");
    while clock::run_due(&portal.state).await.unwrap() > 0 {}
    let tom = portal.staff_now(TOM).await;
    let all = tom.get("/api/staff/team").await.is(200).json()["all"].clone();
    assert_eq!((&all["overdue"], &all["oldest"]), (&json!(3), &json!(8)), "{all}");
    assert_eq!(many(&tom, "show=overdue").await, 3);
    assert_eq!(
        usize::try_from(all["escalated"].as_u64().unwrap()).unwrap(),
        many(&tom, "show=escalated").await
    );

    // After the period, only what is open is left.
    portal.turn(TimeDelta::days(120));
    let tom = portal.staff_now(TOM).await;
    let all = tom.get("/api/staff/team").await.is(200).json()["all"].clone();
    assert_eq!((&all["open"], &all["ended"], &all["reopened"]), (&json!(3), &json!(0), &json!(0)));
}

async fn a_manager_hands_over_what_somebody_has_who_is_away(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let mut keys = Vec::new();
    for number in 1..=3 {
        // One after the other: they stand in the queue in this order.
        portal.turn(TimeDelta::seconds(1));
        keys.push(portal.visitor().submit(number, &graffiti()).await.is(201).text("key"));
    }
    let (tom, priya) = (portal.staff(TOM).await, portal.staff(PRIYA).await);
    let ids = ids(&priya).await;
    for id in &ids {
        act(&priya, id, "take", &json!({})).await;
    }
    let me = priya.get("/api/staff/me").await.json()["id"].clone();
    let days = json!({ "who": me, "days": { "from": "2026-12-07", "until": "2026-12-18" } });
    priya.post("/api/staff/leave", &days).await.is(200);
    portal.mails().await;
    let view = tom.get("/api/staff/team").await.is(200).json();
    assert_eq!(of(&view, "Priya Shah")["away_until"], "2026-12-18");
    assert_eq!(of(&view, "Tom Okafor")["away_until"], Value::Null);
    assert_eq!(tom.get("/api/staff/desk").await.json()["away"], json!([me]));

    // To a colleague: at once, whoever is away.
    let hannah = of(&view, "Hannah Reid")["id"].clone();
    let many = "/api/staff/requests/hand-over";
    let given = tom.post(many, &json!({ "requests": &ids[..1], "to": hannah })).await.is(200).json();
    assert_eq!(given["changed"], 1);
    assert_eq!(portal.visitor().follow(&keys[0]).await["owner"], "Hannah Reid");
    assert_eq!(portal.mails_to(HANNAH).await.len(), 1);
    portal.mails().await;

    // To the team: nobody's, and who leads its work answers for them; the resident knows.
    let team = json!({ "requests": ids, "to_team": true });
    let given = tom.post(many, &team).await.is(200).json();
    assert_eq!(given["changed"], 3);
    assert_eq!(tom.post(many, &team).await.is(200).json()["changed"], 0, "they are with the team already");
    let request = portal.visitor().follow(&keys[1]).await;
    assert_eq!((&request["owner"], &request["status"]), (&Value::Null, &json!("looked_at")));
    let last = request["timeline"].as_array().unwrap().last().unwrap()["what"].clone();
    assert_eq!(last, json!({ "handed_back": { "lead": "Tom Okafor" } }));
    let mails = portal.mails_to(SAM).await;
    let told: Vec<&str> = mails.iter().map(|mail| mail.subject.split(':').next().unwrap()).collect();
    assert_eq!(told, ["Your request is with the team again"; 3]);
    let view = tom.get("/api/staff/team").await.is(200).json();
    assert_eq!(of(&view, "Nobody yet")["work"]["open"], 3);
    assert_eq!(of(&view, "Priya Shah")["work"]["open"], 0);

    // One or the other, and nothing by mistake.
    for wrong in [json!({}), json!({ "to": hannah, "to_team": true }), json!({ "to_team": false })] {
        let mut body = wrong;
        body["requests"] = json!(ids);
        tom.post(many, &body).await.wrong(&[("to", "missing", 0)]);
    }
    priya.get("/api/staff/team").await.refused(403, "not_your_role");
    priya.post(many, &team).await.refused(403, "not_your_role");
}

#[tokio::test]
async fn the_figures_are_to_be_had_as_a_file() {
    let portal = Portal::open().await;
    portal.visitor().submit(1, &graffiti()).await.is(201);
    let priya = portal.staff(PRIYA).await;
    let id = ids(&priya).await.remove(0);
    act(&priya, &id, "take", &json!({})).await;
    // A name that a spreadsheet would calculate.
    let store = portal.state.db.council("demo");
    let member = store.staff_by_email(PRIYA).await.unwrap().unwrap();
    let role = member.role().unwrap();
    store.put_staff(member.id, "=1+1", PRIYA, "street-scene", role).await.unwrap();
    let tom = portal.staff(TOM).await;
    let file = tom.get("/api/staff/team/export").await.is(200);
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"team-2026-12-07.csv\"");
    let text = String::from_utf8(file.body.to_vec()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("\"Of\",\"Name\",\"Open\",\"Overdue\""), "{text}");
    assert!(lines[1].starts_with("\"Department\",\"Street scene\",\"1\",\"0\""), "{text}");
    assert!(text.contains("\"Officer\",\"'=1+1\",\"1\""), "{text}");
    assert!(!text.contains("Mill Lane"), "no request is in it");
    let log = store.audit_log(None, 1).await.unwrap().pop().unwrap().entry;
    assert_eq!((log.deed.id(), log.object.as_str()), ("exported", "figures of street-scene"));
    priya.get("/api/staff/team/export").await.refused(403, "not_your_role");
    portal.turn(TimeDelta::minutes(5));
    tom.get("/api/staff/team/export").await.refused(403, "prove_again");
}
