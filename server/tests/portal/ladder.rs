//! Who answers for a department, whatever department is their own: what has been open for too long, what needs their
//! agreement, who stands in, and what becomes of what somebody had who works on it no more.

use chrono::TimeDelta;
use domain::access::Role;
use serde_json::{Value, json};
use server::jobs::clock;
use server::store::StoreError;
use uuid::Uuid;

use crate::promise::{act, id_of, subjects};
use crate::support::database::Kept;
use crate::support::{Portal, Setup, Visitor, closing, graffiti};

const SAM: &str = "sam@example.org";
const PRIYA: &str = "priya@saltmarsh.example";
const TOM: &str = "tom@saltmarsh.example";
const HANNAH: &str = "hannah@saltmarsh.example";
const IVAN: &str = "ivan@saltmarsh.example";
const GRACE: &str = "grace@saltmarsh.example";
const MEGAN: &str = "megan@saltmarsh.example";
const MARTIN: &str = "martin@saltmarsh.example";
const DAN: &str = "dan@saltmarsh.example";
const VERA: &str = "vera@saltmarsh.example";
const VICTOR: &str = "victor@saltmarsh.example";
const RAJ: &str = "raj.patel@saltmarsh.example";
const OMAR: &str = "omar@saltmarsh.example";
const NIA: &str = "nia@saltmarsh.example";
const BOARD: &str = "/api/staff/board";
const REPEATS: &str = "/api/staff/contacts/repeats";

on_both_engines![
    what_is_open_too_long_is_decided_by_who_answers_for_it,
    a_complaint_is_declined_only_when_somebody_else_agrees,
    whoever_is_away_is_passed_by,
    what_somebody_had_who_left_goes_back_to_the_team,
    where_no_manager_is_who_leads_looks_into_repeats,
];

async fn look(portal: &Portal) {
    while clock::run_due(&portal.state).await.unwrap() > 0 {}
}

async fn at(portal: &Portal, moment: &str) {
    portal.turn_to(moment);
    look(portal).await;
}

/// A blocked drain, which is for highways. They have no manager.
async fn drain(portal: &Portal, key: u128) -> (String, String) {
    let answers = json!({
        "what": "blocked", "water": "none", "place.words": "By the bakery, Mill Lane", "parked": "no",
        "you.name": "Sam O’Brien", "you.email": SAM,
    });
    let reply = portal.visitor().submit_to("blocked-drain", key, &answers).await.is(201);
    (reply.text("key"), reply.text("reference"))
}

async fn complaint(portal: &Portal) -> (String, String) {
    let answers = json!({
        "stage": "first", "about": "other", "time": "recent", "what": "Nobody rang back.", "wish": "Ring me.",
        "for": "me", "you.name": "Sam O’Brien", "you.email": SAM,
    });
    let reply = portal.visitor().submit_to("complaint", 1, &answers).await.is(201);
    (reply.text("key"), reply.text("reference"))
}

async fn board(who: &Visitor) -> Vec<Value> {
    who.get(BOARD).await.is(200).json()["requests"].as_array().unwrap().clone()
}

async fn away(who: &Visitor, from: &str, until: &str) {
    let me = who.get("/api/staff/me").await.is(200).json()["id"].clone();
    let days = json!({ "who": me, "days": { "from": from, "until": until } });
    who.post("/api/staff/leave", &days).await.is(200);
}

async fn what_is_open_too_long_is_decided_by_who_answers_for_it(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (key, reference) = drain(&portal, 1).await;
    portal.visitor().submit(2, &graffiti()).await.is(201);
    let megan = portal.staff(MEGAN).await;
    let id = id_of(&megan, &reference).await;
    act(&megan, &id, "take", &json!({})).await.is(200);
    // Until it is open for long, it is nobody's but the department's.
    let page = format!("/api/staff/requests/{id}");
    for stranger in [HANNAH, IVAN, GRACE, VICTOR] {
        portal.staff_now(stranger).await.get(&page).await.refused(404, "not_found");
    }
    at(&portal, "2027-01-06T09:30:00Z").await;
    portal.staff_now(HANNAH).await.get(&page).await.is(200);
    portal.staff_now(VICTOR).await.get(&page).await.refused(404, "not_found");
    assert_eq!(board(&portal.staff_now(IVAN).await).await, Vec::<Value>::new(), "not yet");
    portal.mails().await;

    // After sixty days it is on the list, and head, director and portfolio holder are told.
    at(&portal, "2027-02-05T09:30:00Z").await;
    let on_list = |subject: &String| subject.starts_with("A request is on the board’s list");
    for told in [HANNAH, IVAN, RAJ] {
        let told = subjects(&portal, told).await;
        assert!(told.iter().any(on_list), "{told:?}");
    }
    let ivan = portal.staff_now(IVAN).await;
    let list = board(&ivan).await;
    assert_eq!(list.len(), 2, "of both departments: {list:?}");
    let drain = list.iter().find(|item| item["reference"] == *reference).unwrap();
    assert_eq!(
        [&drain["department"], &drain["days"], &drain["owner"], &drain["why"], &drain["may_decide"]],
        [&json!("Highways"), &json!(60), &json!("Megan Doyle"), &json!("longer"), &json!(true)],
        "{drain}"
    );
    assert!(drain["id"] == *id && drain["decided"].is_null() && !drain.to_string().contains("bakery"));

    // Others have lists of their own; who leads sees it and does not decide; an admin sees it and opens nothing.
    assert_eq!(board(&portal.staff_now(VICTOR).await).await, Vec::<Value>::new());
    let megan = portal.staff_now(MEGAN).await;
    let hers = board(&megan).await;
    assert_eq!((hers.len(), &hers[0]["may_decide"]), (1, &Value::Null));
    let omar = portal.staff_now(OMAR).await;
    let all = board(&omar).await;
    assert!(all.len() == 2 && all.iter().all(|item| item["id"].is_null() && item["may_decide"].is_null()));
    omar.get(&page).await.refused(403, "not_your_role");
    portal.staff_now(NIA).await.get(BOARD).await.refused(403, "not_your_role");
    let decision = json!({ "text": "We hire a second crew.", "to": "2027-02-19" });
    act(&megan, &id, "decision", &decision).await.refused(403, "not_your_role");
    let victor = portal.staff_now(VICTOR).await;
    act(&victor, &id, "decision", &decision).await.refused(404, "not_found");

    // As a file, by who has just proved who they are; what people wrote is no formula.
    act(&ivan, &id, "decision", &json!({ "text": "=1+1", "to": "2027-02-18" })).await.is(200);
    let file = ivan.get(&format!("{BOARD}/export")).await.is(200);
    let file = String::from_utf8(file.body.to_vec()).unwrap();
    assert!(
        file.starts_with("\"Reference\",") && file.contains("\"'=1+1\",\"Ivan Petrov\",\"2027-02-05\""),
        "{file}"
    );
    assert!(file.contains("\"Not decided\"") && file.lines().count() == 3, "{file}");
    assert_eq!(board(&ivan).await[1]["decided"]["by"], "Ivan Petrov", "what is decided comes last");
    let newest = portal.visitor().follow(&key).await["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(newest["what"]["decided"]["to"], "2027-02-18");
    // It does not stay decided in silence.
    at(&portal, "2027-02-12T09:30:00Z").await;
    let ivan = portal.staff_now(IVAN).await;
    let list = board(&ivan).await;
    assert!(list.iter().all(|item| item["decided"].is_null()), "{list:?}");
    portal.turn(TimeDelta::minutes(6));
    ivan.get(&format!("{BOARD}/export")).await.refused(403, "prove_again");

    // Closed, it is on no list.
    let megan = portal.staff_now(MEGAN).await;
    act(&megan, &id, "close", &closing("done", "Cleared.")).await.is(200);
    assert!(board(&ivan).await.iter().all(|item| item["reference"] != *reference));
}

async fn a_complaint_is_declined_only_when_somebody_else_agrees(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (key, reference) = complaint(&portal).await;
    let (martin, vera) = (portal.staff_now(MARTIN).await, portal.staff_now(VERA).await);
    let id = id_of(&martin, &reference).await;
    act(&martin, &id, "take", &json!({})).await.is(200);
    portal.mails().await;
    // Who leads the department has it: so the next one is asked, and not he himself.
    let seen = act(&martin, &id, "close", &closing("not_ours", "It is the county’s.")).await.is(200).json();
    assert_eq!((&seen["asked"], &seen["may_sign"]), (&json!("Dan Morris"), &Value::Null));
    assert_eq!(seen["request"]["status"], "looked_at");
    assert_eq!(subjects(&portal, DAN).await, ["Do you agree?"]);
    assert!(subjects(&portal, MARTIN).await.is_empty() && subjects(&portal, SAM).await.is_empty());
    act(&martin, &id, "proposal", &json!({ "agree": true })).await.refused(409, "own_proposal");

    // It waits for each who may agree, wherever they work, and for nobody else.
    let to_sign = async |who: &str| {
        let who = portal.staff_now(who).await;
        let queue = who.get("/api/staff/requests?show=to_sign").await.is(200).json();
        (queue["to_sign"].as_u64().unwrap(), queue["requests"].as_array().unwrap().len())
    };
    for may in [DAN, VERA, VICTOR] {
        assert_eq!(to_sign(may).await, (1, 1), "{may}");
    }
    for may_not in [MARTIN, TOM, GRACE] {
        assert_eq!(to_sign(may_not).await, (0, 0), "{may_not}");
    }
    let grace = portal.staff_now(GRACE).await;
    act(&grace, &id, "proposal", &json!({ "agree": true })).await.refused(404, "not_found");
    act(&vera, &id, "proposal", &json!({ "agree": false, "reason": "Ring them first." })).await.is(200);
    assert_eq!(subjects(&portal, MARTIN).await, ["Not agreed"]);
    assert_eq!(to_sign(DAN).await, (0, 0));

    // To decline it needs the head of service, the document says: a deputy or a manager is not enough.
    let mut declined = closing("declined_by_policy", "It is older than twelve months.");
    let policies = martin.get(&format!("/api/staff/requests/{id}")).await.json()["policies"].clone();
    declined["policy"] = policies[0]["id"].clone();
    act(&martin, &id, "close", &declined).await.is(200);
    assert_eq!((to_sign(VERA).await, to_sign(VICTOR).await), ((0, 0), (1, 1)));
    act(&vera, &id, "proposal", &json!({ "agree": true })).await.refused(403, "not_your_role");
    let victor = portal.staff_now(VICTOR).await;
    let page = victor.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
    assert_eq!((&page["may_sign"], &page["asked"]), (&json!(true), &json!("Victor Hale")));
    act(&victor, &id, "proposal", &json!({ "agree": true })).await.is(200);
    let status = portal.visitor().follow(&key).await["status"].clone();
    assert_eq!(status, json!({ "closed": "declined_by_policy" }));
}

async fn whoever_is_away_is_passed_by(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (key, reference) = drain(&portal, 1).await;
    for (who, until) in [(MEGAN, "2026-12-09"), (PRIYA, "2026-12-11")] {
        away(&portal.staff_now(who).await, "2026-12-07", until).await;
    }
    portal.mails().await;
    // Sam writes before somebody has it. Who leads and the deputy are away: the head of service is told, and can open it.
    let message = json!({ "id": Uuid::from_u128(5), "text": "It smells." });
    portal.visitor().post(&format!("/api/follow/{key}/messages"), &message).await.is(200);
    let [mail] = portal.mails_to(HANNAH).await.try_into().unwrap();
    assert!(
        mail.text.contains("You get this because Megan Doyle, who answers for it, is away."),
        "{}",
        mail.text
    );
    let hannah = portal.staff_now(HANNAH).await;
    let megan = portal.staff_now(MEGAN).await;
    let id = id_of(&megan, &reference).await;
    hannah.get(&format!("/api/staff/requests/{id}")).await.is(200);

    // Nobody takes it: it passes by who is away, and says so, to Sam too.
    let mut day = "2026-12-08T09:30:00Z";
    for next in ["2026-12-09T09:30:00Z", "2026-12-10T09:30:00Z", ""] {
        at(&portal, day).await;
        let timeline = portal.visitor().follow(&key).await["timeline"].clone();
        if timeline.to_string().contains("escalated") || next.is_empty() {
            break;
        }
        day = next;
    }
    let timeline = portal.visitor().follow(&key).await["timeline"].as_array().unwrap().clone();
    let up = timeline.iter().find_map(|entry| entry["what"].get("escalated")).expect("it went up");
    assert_eq!((&up["to"], &up["whom"]), (&json!("head"), &json!("Hannah Reid")), "{up}");
    assert!(up["away"].as_array().unwrap().contains(&json!("deputy")), "{up}");
    let mails = portal.mails().await;
    let to = |who: &str| mails.iter().filter(|mail| mail.to == who).collect::<Vec<_>>();
    assert!(to(HANNAH).iter().any(|mail| mail.text.contains("and the deputy is away")), "{mails:?}");
    assert!(to(SAM).iter().any(|mail| mail.text.contains("and the deputy is away")), "{mails:?}");
    assert!(to(PRIYA).is_empty(), "{mails:?}");
}

async fn what_somebody_had_who_left_goes_back_to_the_team(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let store = portal.state.db.council("demo");
    let (key, _) = drain(&portal, 1).await;
    let mut ids = Vec::new();
    for number in 2..=4 {
        let reference = portal.visitor().submit(number, &graffiti()).await.is(201).text("reference");
        ids.push(id_of(&portal.staff_now(TOM).await, &reference).await);
    }
    let priya = portal.staff_now(PRIYA).await;
    for id in &ids {
        act(&priya, id, "take", &json!({})).await.is(200);
    }
    act(&priya, &ids[2], "close", &closing("done", "Removed.")).await.is(200);
    portal.mails().await;
    let owner = async |id: &str| {
        let page = portal.staff_now(TOM).await.get(&format!("/api/staff/requests/{id}")).await.is(200).json();
        (page["request"]["owner"].clone(), page["lead"].clone())
    };

    // She becomes an auditor, who has no requests: what is open is with the team again, and who leads it is told.
    let omar = portal.staff_now(OMAR).await;
    let members = omar.get("/api/staff/members").await.is(200).json()["members"].clone();
    let of = |email: &str| {
        let all = members.as_array().unwrap();
        all.iter().find(|member| member["email"] == email).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let change = async |email: &str, role: &str| {
        let path = format!("/api/staff/members/{}/role", of(email));
        omar.post(&path, &json!({ "role": role })).await.is(204);
    };
    change(PRIYA, "manager").await;
    assert!(subjects(&portal, TOM).await.is_empty(), "she can still open them");
    change(PRIYA, "auditor").await;
    assert_eq!(subjects(&portal, TOM).await, ["Nobody has this request now", "Nobody has this request now"]);
    for id in &ids[..2] {
        assert_eq!(owner(id).await, (Value::Null, json!("Tom Okafor")));
    }
    assert_eq!(owner(&ids[2]).await.0, "Priya Shah", "what has ended stays as it was");

    // Who led a department leaves, and works here no more: whoever stands next answers for what nobody has.
    portal.mails().await;
    let megan = store.staff_by_email(MEGAN).await.unwrap().unwrap();
    let hers = portal.staff_now(MEGAN).await;
    store.remove_staff(MEGAN, (portal.state.now(), portal.state.new_id())).await.unwrap();
    hers.get("/api/staff/me").await.refused(401, "not_signed_in");
    let told = subjects(&portal, HANNAH).await;
    assert_eq!(told, ["Nobody has this request now"], "the deputy has no requests any more");
    let timeline = portal.visitor().follow(&key).await["timeline"].as_array().unwrap().clone();
    assert_eq!(timeline.last().unwrap()["what"], json!({ "handed_back": { "lead": "Hannah Reid" } }));
    assert!(store.member(megan.id).await.unwrap().is_none());
    let again = store.remove_staff(MEGAN, (portal.state.now(), portal.state.new_id())).await;
    assert!(matches!(again, Err(StoreError::NotFound)));
    let last = store.remove_staff(OMAR, (portal.state.now(), portal.state.new_id())).await;
    assert!(matches!(last, Err(StoreError::LastAdmin)));

    // Somebody moves to another department: theirs here go back, and nothing of what they can still open does.
    let tom = portal.staff_now(TOM).await;
    act(&tom, &ids[0], "take", &json!({})).await.is(200);
    let una = "una@saltmarsh.example";
    store.put_staff(portal.state.new_id(), "Una Bell", una, "street-scene", Role::Officer).await.unwrap();
    act(&portal.staff_now(una).await, &ids[1], "take", &json!({})).await.is(200);
    store.put_staff(portal.state.new_id(), "Una Bell", una, "waste", Role::Officer).await.unwrap();
    store.put_staff(portal.state.new_id(), "Tom Okafor", TOM, "street-scene", Role::Manager).await.unwrap();
    portal.mails().await;
    assert_eq!(owner(&ids[0]).await.0, "Tom Okafor");
    assert_eq!(owner(&ids[1]).await, (Value::Null, json!("Tom Okafor")));
}

async fn where_no_manager_is_who_leads_looks_into_repeats(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (megan, grace) = (portal.staff_now(MEGAN).await, portal.staff_now(GRACE).await);
    let record = async |id: u128| {
        let call = json!({
            "id": Uuid::from_u128(id), "channel": "phone", "service": "blocked-drain", "reason": "progress",
            "person": SAM, "answers": { "chasing": true, "again": false, "unclear": false },
        });
        grace.post("/api/staff/contacts", &call).await.is(200).json()["number"].clone()
    };
    record(1).await;
    record(2).await;
    let third = Uuid::from_u128(3);
    record(3).await;
    portal.turn(TimeDelta::minutes(11));
    let told = subjects(&portal, MEGAN).await;
    assert_eq!(told, ["Somebody had to contact us 3 times"]);
    let waiting = |reply: Value| reply["repeats"].as_array().unwrap().len();
    assert_eq!(
        waiting(grace.get(REPEATS).await.is(200).json()),
        0,
        "she recorded it, and answers for another"
    );
    for answers in [MEGAN, IVAN] {
        let answers = portal.staff_now(answers).await;
        assert_eq!(waiting(answers.get(REPEATS).await.is(200).json()), 1);
    }
    let looked = format!("{REPEATS}/{third}/looked-into");
    grace.post(&looked, &json!({ "done": "x" })).await.refused(404, "not_found");
    megan.post(&looked, &json!({ "done": "The gang comes on Friday." })).await.is(204);
    assert_eq!(waiting(megan.get(REPEATS).await.is(200).json()), 0);

    // Who leads is away: whoever stands next is told.
    away(&megan, "2026-12-07", "2026-12-11").await;
    record(4).await;
    portal.turn(TimeDelta::minutes(11));
    assert_eq!(subjects(&portal, PRIYA).await, ["Somebody had to contact us 4 times"]);
    assert!(subjects(&portal, MEGAN).await.is_empty());
}
