//! The documents in `services/`, and what is said of wrong ones.
#![cfg(feature = "documents")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use domain::answers::Answers;
use domain::catalogue::{Service, StopKind};
use domain::document::{read, read_all};
use domain::explain::explain;
use domain::field::{ErrorCode, Kind};
use domain::identity::{Level, NeedsIdentity};
use domain::journey::{self, Next};
use domain::retention::{After, Period, Retention, Then};
use domain::validate;
use proptest::prelude::*;
use support::{FILE, catalogue, council, files, lead_through, lead_to, uploads};

fn today() -> NaiveDate {
    "2026-11-25".parse().unwrap()
}

/// Answers with a file where one is needed.
fn whole(service: &Service) -> Answers {
    let mut answers = lead_through(service, today());
    for question in uploads(service, &answers) {
        answers.set(&format!("{question}.1"), FILE);
    }
    answers
}

#[test]
fn our_documents_are_sound_and_can_be_filled_in() {
    let all = catalogue();
    assert!(all.len() >= 45, "{}", all.len());
    assert_eq!(all.values().filter(|service| service.top).count(), 10);
    for service in all.values() {
        let answers = whole(service);
        assert_eq!(journey::stop(service, &answers), None, "{}", service.id);
        assert_eq!(journey::first_open(service, &answers, today()), Next::Check, "{}", service.id);
        let read = validate::form(service, &answers, today());
        assert!(read.is_ok(), "{}: {read:?}", service.id);
    }
}

#[test]
fn every_stop_is_reached_and_says_what_to_do() {
    for service in catalogue().values() {
        for stop in service.stops.iter().filter(|stop| stop.when.is_some()) {
            let answers = lead_to(service, stop, today());
            assert_eq!(
                journey::stop(service, &answers).map(|found| &found.id),
                Some(&stop.id),
                "{}",
                service.id
            );
            if stop.kind == StopKind::Emergency {
                let words = stop.text.join(" ") + stop.instead.as_deref().unwrap_or_default();
                assert!(
                    words.contains(|c: char| c.is_ascii_digit()),
                    "{}: {} names no number",
                    service.id,
                    stop.id
                );
            }
        }
    }
}

/// The journey of each service in words, kept beside the documents: a change is seen for what it does.
#[test]
fn journeys_are_as_they_were_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explained");
    let write = std::env::var("EXPLAIN").is_ok_and(|value| value == "write");
    let mut changed = Vec::new();
    for (id, service) in catalogue() {
        let file = folder.join(format!("{id}.txt"));
        let now = explain(&service, &council()).unwrap();
        if write {
            std::fs::write(&file, &now).unwrap();
        } else if std::fs::read_to_string(&file).ok().as_deref() != Some(now.as_str()) {
            changed.push(id);
        }
    }
    assert!(
        changed.is_empty(),
        "the journeys of {changed:?} have changed. Write them anew and look at what changed:\n\
         EXPLAIN=write cargo test -p domain --features documents --test documents && git diff domain/tests/explained"
    );
}

const BASE: &str = r#"
id = "bench"
version = 1
title = "Report a bench"
summary = "Tell us about a bench."
topic = "streets"
department = "street-scene"
keywords = ["bench"]
nearby = 30
next = ["We mend it."]

[standard]
acknowledge = "1 working day"
complete = "5 working days"

[[standards]]
when = { question = "danger", equals = "yes" }
acknowledge = "4 working hours"
complete = "24 hours"

[[routes]]
when = { question = "what", one_of = ["wood", "metal"] }
department = "highways"
team = "Bench team"

[fee]
rules = "No refunds."
register = "before_payment"
[[fee.lines]]
label = "A bench"
price = "£12.50"
each = "many"

[[policies]]
id = "own"
name = "Bench policy"
version = "1"
date = "2026-04-01"
text = "Ours only."
instead = "Ask the owner."

[[questions]]
id = "danger"
kind = "yes_no"
label = "Is it dangerous?"

[[questions]]
id = "what"
kind = "choice"
label = "What is it made of?"
options = [{ value = "wood", label = "Wood" }, { value = "metal", label = "Metal" }, { value = "other", label = "Other" }]

[[questions]]
id = "many"
kind = "number"
label = "How many?"
max = 9

[[questions]]
id = "when"
kind = "date"
label = "Since when?"
latest = "today"
show_if = { all = [{ question = "danger", equals = "yes" }, { not = { question = "many", greater = 3 } }] }

[[questions]]
id = "place"
kind = "place"
label = "Where is it?"

[[questions]]
id = "benches"
kind = "group"
label = "Which benches?"
item = "bench"
max = 3
required = false
questions = [{ id = "colour", kind = "text", label = "Colour" }]

[[questions]]
include = "contact"

[[stops]]
id = "private"
when = { question = "what", equals = "other" }
kind = "policy"
title = "Not ours"
text = ["We don't mend these."]
policy = "own"

[[stops]]
id = "holidays"
kind = "closed"
from = "2026-12-24"
until = "2027-01-03"
title = "Closed"
text = ["Back in January."]
"#;

const CONTACT: &str =
    "[[questions]]\nid = \"you\"\nkind = \"contact\"\nlabel = \"Who are you?\"\nname = \"required\"\n";
const TWO: &str = "[[questions]]\nid = \"a\"\nkind = \"yes_no\"\nlabel = \"A?\"\n[[questions]]\nid = \"danger\"\nkind = \"yes_no\"\nlabel = \"B?\"\n";

fn said_of(text: &str) -> Vec<String> {
    let files = [("bench.toml", text), ("sets/contact.toml", CONTACT), ("sets/two.toml", TWO)];
    let faults = read_all(files, &council(), "en").err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

fn bench() -> Service {
    let files = [("bench.toml", BASE), ("sets/contact.toml", CONTACT)];
    read_all(files, &council(), "en").unwrap().catalogue.remove("bench").unwrap()
}

#[test]
fn what_is_ticked_is_passed_on_with_the_answers_that_are_needed() {
    let catalogue = catalogue();
    let service = &catalogue["change-details"];
    let mut answers = Answers::default();
    for (path, raw) in [("what", "address"), ("services", "parking,adult-care")] {
        answers.set(path, raw);
    }
    // Blanks between them do not matter, as they do not in reading the answer.
    answers.set("services", " parking , adult-care");
    let passed = service.passed_to(&answers);
    let departments: Vec<&str> = passed.iter().map(|(to, _)| to.department.as_str()).collect();
    assert_eq!(departments, ["parking", "adult-care"]);
    let sees = |at: usize, question: &str| passed[at].1.iter().any(|id| id == question);
    assert!(sees(0, "vehicle") && !sees(1, "vehicle"));
    for at in 0..2 {
        assert!(sees(at, "address") && sees(at, "you"));
        assert!(!sees(at, "services"), "nobody sees who else is told");
    }
    assert!(bench().passed_to(&answers).is_empty());
}

const TERMS: &str = r#"
[needs_identity]
level = "electoral_roll"
why = "We pay money back to you."

[retention]
keep = "6 years"
after = "received"
then = "erase"

[standard]
"#;

#[test]
fn identity_and_retention_are_read_and_their_mistakes_named() {
    let text = BASE.replacen("[standard]\n", TERMS, 1);
    assert_eq!(said_of(&text), Vec::<String>::new());
    let files = [("bench.toml", text.as_str()), ("sets/contact.toml", CONTACT)];
    let service = read_all(files, &council(), "en").unwrap().catalogue.remove("bench").unwrap();
    let why = "We pay money back to you.".to_owned();
    assert_eq!(service.needs_identity, Some(NeedsIdentity { level: Level::ElectoralRoll, why }));
    let kept = Retention { keep: Period::Years(6), after: After::Received, then: Then::Erase };
    assert_eq!(service.retention, kept);
    let explained = explain(&service, &council()).unwrap();
    assert!(
        explained.contains("on the electoral roll at your address. We pay money back to you.\n"),
        "{explained}"
    );
    assert!(
        explained.contains("\nWe keep it for 6 years after we got it. Then we erase it.\n"),
        "{explained}"
    );
    for (from, to, expected) in [
        ("\"electoral_roll\"", "\"roll\"", "“level” is one of said_so, email_confirmed, electoral_roll"),
        ("\"electoral_roll\"", "\"said_so\"", "take out [needs_identity]"),
        ("level = \"electoral_roll\"\n", "", "[needs_identity] has no “level”"),
        ("why = \"We pay money back to you.\"\n", "", "[needs_identity] has no “why”"),
        ("why = \"We pay", "reason = \"We pay", "[needs_identity] has no setting “reason”"),
        (
            "\"6 years\"",
            "\"for ever\"",
            "bench.toml:18: “keep” can't be read: a period is written like “24 months”",
        ),
        ("keep = \"6 years\"\n", "", "[retention] has no “keep”"),
        ("\"received\"", "\"opened\"", "“after” is one of closed, received; “opened” is none"),
        ("\"erase\"", "\"sell\"", "“then” is one of anonymise, erase; “sell” is none"),
        ("then = \"erase\"", "finally = \"erase\"", "[retention] has no setting “finally”"),
        (
            "[retention]\nkeep = \"6 years\"\nafter = \"received\"\nthen = \"erase\"",
            "[[retention]]",
            "must be written as a [retention] table",
        ),
    ] {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        let said = said_of(&text.replacen(from, to, 1));
        assert!(said.iter().any(|line| line.contains(expected)), "{expected}: {said:?}");
    }
}

#[test]
fn what_a_document_does_not_say_is_the_councils() {
    assert_eq!(bench().needs_identity, None);
    assert_eq!(bench().retention, council().retention.of(bench().topic));
    for service in catalogue().values() {
        assert_eq!(service.retention, council().retention.of(service.topic), "{}", service.id);
    }
    assert_eq!(catalogue()["council-tax-bill"].retention.keep, Period::Years(6));
}

const PASS_ON: &str = r#"
[pass_on]
question = "who"
answers = ["danger", "what", "when", "place", "benches", "you"]

[[pass_on.to]]
choice = "roads"
department = "highways"
answers = ["many"]

[[pass_on.to]]
choice = "bins"
department = "waste"

[[questions]]
id = "who"
kind = "choices"
label = "Who should know?"
options = [{ value = "roads", label = "Roads" }, { value = "bins", label = "Bins" }]

[[stops]]
id = "private"
"#;

#[test]
fn mistakes_in_passing_on_are_named() {
    let text = BASE.replacen("[[stops]]\nid = \"private\"\n", PASS_ON.trim_start(), 1);
    assert_eq!(said_of(&text), Vec::<String>::new());
    for (from, to, expected) in [
        (
            "question = \"who\"",
            "question = \"what\"",
            "“question” must name a question for any of several choices",
        ),
        (", \"you\"]", "]", "“answers” needs “you”"),
        ("[\"danger\", \"what\"", "[\"danger\", \"whatever\"", "there is no question “whatever”"),
        ("[\"danger\", \"what\"", "[\"danger\"", "nobody sees the answers to what"),
        ("[\"danger\", \"what\"", "[\"who\", \"danger\", \"what\"", "whom else the resident told"),
        ("department = \"waste\"", "department = \"highways\"", "“highways” is there already"),
        ("answers = [\"many\"]", "answers = [\"money\"]", "there is no question “money”"),
        ("department = \"waste\"", "department = \"bins\"", "there is no department “bins”"),
        ("choice = \"bins\"", "choice = \"roads\"", "“roads” is no choice of “who”, or it is there twice"),
        (
            "[[pass_on.to]]\nchoice = \"bins\"\ndepartment = \"waste\"\n",
            "",
            "nobody is told when these are ticked: bins",
        ),
    ] {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        let said = said_of(&text.replacen(from, to, 1));
        assert!(said.iter().any(|line| line.contains(expected)), "{expected}: {said:?}");
    }
}

/// Whose agreement an outcome needs.
#[test]
fn who_agrees_is_read_and_mistakes_are_named() {
    let with = |sign_off: &str| {
        BASE.replacen("keywords = [\"bench\"]", &format!("sign_off = {sign_off}\nkeywords = [\"bench\"]"), 1)
    };
    let both = "[\"not_ours\", { outcome = \"declined_by_policy\", by = \"director\" }]";
    assert_eq!(said_of(&with(both)), Vec::<String>::new());
    for (sign_off, expected) in [
        ("\"not_ours\"", "bench.toml:8: “sign_off” must be a list of outcomes"),
        ("[\"closed\"]", "bench.toml:8: “sign_off” lists outcomes: done"),
        ("[\"done\", \"done\"]", "this outcome stands in “sign_off” twice"),
        (
            "[{ outcome = \"done\", by = \"mayor\" }]",
            "“by” is one of lead, deputy, head, director; “mayor” is none",
        ),
        ("[{ outcome = \"closed\", by = \"head\" }]", "“outcome” is one of done"),
        ("[{ outcome = \"done\" }]", "an outcome of “sign_off” has no “by”"),
        ("[{ outcome = \"done\", by = \"head\", whom = \"x\" }]", "has no setting “whom”"),
    ] {
        let said = said_of(&with(sign_off));
        assert!(said.iter().any(|line| line.contains(expected)), "{expected}: {said:?}");
    }
    // It names somebody whom the department has: that of a route, too.
    let mut council = council();
    let highways = council.departments.iter_mut().find(|department| department.id == "highways").unwrap();
    (highways.head, highways.director) = (None, None);
    let text = with("[{ outcome = \"done\", by = \"head\" }]");
    let faults = read_all([("bench.toml", text.as_str())], &council, "en").unwrap_err();
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|line| line.contains("Highways names nobody as its head or above")), "{said:?}");
}

/// What a condition looks at may itself be asked only sometimes.
#[test]
fn conditions_that_always_or_never_hold_are_named() {
    let with = |more: &str| {
        said_of(&BASE.replacen(
            "[[stops]]\nid = \"private\"",
            &format!("{more}\n[[stops]]\nid = \"private\""),
            1,
        ))
    };
    let choices = |none: &str, show_if: &str| {
        with(&format!(
            "[[questions]]\nid = \"signs\"\nkind = \"choices\"\nlabel = \"Signs?\"\n{none}\
             options = [{{ value = \"a\", label = \"A\" }}, {{ value = \"b\", label = \"B\" }}, {{ value = \"c\", label = \"C\" }}]\n\
             show_if = {{ question = \"danger\", equals = \"yes\" }}\n\
             [[questions]]\nid = \"more\"\nkind = \"text\"\nlabel = \"More?\"\nshow_if = {show_if}\n"
        ))
    };
    let both =
        "{ all = [{ question = \"signs\", equals = \"a\" }, { question = \"signs\", equals = \"c\" }] }";
    let never = |said: &[String]| said.iter().any(|line| line.contains("no answers make"));
    assert_eq!(choices("", both), Vec::<String>::new(), "several can be ticked");
    assert!(never(&choices("none = \"c\"\n", both)), "but not with the one that says none");
    assert!(never(&choices("most = 1\n", both)));
    assert!(choices("none = \"d\"\n", both).iter().any(|line| line.contains("there is no option “d”")));
    // Asked only when it is dangerous.
    let elsewhere =
        "{ all = [{ question = \"signs\", equals = \"a\" }, { question = \"danger\", equals = \"no\" }] }";
    assert!(never(&choices("", elsewhere)));
    let always = "{ any = [{ question = \"signs\", one_of = [\"a\", \"b\", \"c\"] }, { question = \"danger\", equals = \"no\" }] }";
    assert!(choices("", always).iter().any(|line| line.contains("all answers make")));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list")]
fn every_mistake_is_named_with_its_line() {
    assert_eq!(said_of(BASE), Vec::<String>::new());
    let mut unsaid = Vec::new();
    for (from, to, expected) in [
        (
            "kind = \"yes_no\"",
            "kind = \"maybe\"",
            "bench.toml:44: there is no kind of question called “maybe”",
        ),
        (
            "equals = \"yes\" }\nack",
            "equals = \"perhaps\" }\nack",
            "“danger” has no answer “perhaps”; it has yes, no",
        ),
        (
            "all = [{ question = \"danger\"",
            "all = [{ question = \"dangr\"",
            "the question “dangr” does not exist",
        ),
        (
            "all = [{ question = \"danger\", equals = \"yes\"",
            "all = [{ question = \"place\", equals = \"yes\"",
            "comes later; a condition can only look back",
        ),
        (
            "question = \"many\", greater",
            "question = \"what\", greater",
            "is not a question for a number or money",
        ),
        (
            "{ question = \"danger\", equals = \"yes\" }, { not",
            "{ question = \"many\", equals = \"1\" }, { not",
            "is not a choice or yes/no question",
        ),
        ("{ not = {", "{ nor = {", "has no setting “nor”"),
        ("show_if = { all = [", "show_if = { any = [], all = [", "has no setting “any”"),
        (
            "when = { question = \"what\", equals = \"other\" }",
            "when = { all = [{ question = \"what\", equals = \"other\" }, { question = \"what\", equals = \"wood\" }] }",
            "no answers make this condition",
        ),
        (
            "when = { question = \"what\", equals = \"other\" }",
            "when = { any = [{ question = \"danger\", equals = \"yes\" }, { question = \"danger\", equals = \"no\" }] }",
            "all answers make this condition",
        ),
        ("greater = 3", "greater = 9", "no answers make"),
        ("id = \"place\"", "id = \"what\"", "the id “what” is used twice"),
        ("id = \"place\"", "id = \"main\"", "our pages use that word themselves"),
        ("latest = \"today\"", "latest = \"today\"\nearliest = \"today + 2 days\"", "no day would fit"),
        ("latest = \"today\"", "latest = 2026-11-01\nearliest = 2026-12-01", "no day would fit"),
        ("label = \"Metal\"", "label = \"Wood\"", "two options are called “Wood”"),
        (
            "kind = \"number\"\nlabel = \"How many?\"\nmax = 9",
            "kind = \"money\"\nlabel = \"How many?\"\nmin = \"£5.00\"\nmax = \"£1.00\"",
            "no amount would fit",
        ),
        (
            "[standard]\nacknowledge = \"1 working day\"\ncomplete = \"5 working days\"\n",
            "",
            "the document has no [standard]",
        ),
        (
            "complete = \"5 working days\"",
            "complete = \"soon\"",
            "“complete” must be written like “5 working days”",
        ),
        (
            "department = \"street-scene\"",
            "department = \"streets\"",
            "bench.toml:7: there is no department “streets”",
        ),
        ("department = \"highways\"", "department = \"roads\"", "there is no department “roads”"),
        ("topic = \"streets\"", "topic = \"roads\"", "there is no topic “roads”"),
        ("topic = \"streets\"\n", "", "has no “topic”"),
        ("nearby = 30", "nearby = 0", "“nearby” must be a whole number from 5 to 1000"),
        ("kind = \"place\"", "kind = \"text\"", "“nearby” needs a question of the kind “place”"),
        ("policy = \"own\"", "policy = \"theirs\"", "there is no policy “theirs”"),
        ("policy = \"own\"\n", "", "is a policy stop and must name its “policy”"),
        ("max = 9", "max = 10000000", "“max” must be a whole number from 0 to 1000000"),
        ("max = 9", "maximum = 9", "has no setting “maximum”"),
        ("label = \"Where is it?\"\n", "", "question “place” has no “label”"),
        ("label = \"Where is it?\"", "label = \"\"", "“label” is empty"),
        ("id = \"bench\"", "id = \"seat\"", "the file must be called seat.toml"),
        ("id = \"danger\"", "id = \"check\"", "a question can't be called “check”"),
        ("id = \"danger\"", "id = \"The Danger\"", "must be lower-case letters"),
        ("date = \"2026-04-01\"", "date = \"April\"", "“date” must be a day written 2026-04-01"),
        (
            "latest = \"today\"",
            "latest = \"tomorrow\"",
            "“latest” must be a day written 2026-04-01, or “today”",
        ),
        ("version = 1\n", "version = \"one\"\n", "“version” must be a whole number"),
        ("keywords = [", "keywords = [[", "this is not TOML"),
        ("kind = \"policy\"", "kind = \"refusal\"", "a stop's kind is"),
        ("{ value = \"metal\"", "{ value = \"wood\"", "the option “wood” is there twice"),
        ("{ value = \"metal\"", "{ value = \"me,tal\"", "can't have a comma"),
        ("price = \"£12.50\"", "price = \"cheap\"", "“price” must be money"),
        (
            "price = \"£12.50\"",
            "percent = 10\nprice = \"£1\"",
            "has one of “price”, “price_from” and “percent”",
        ),
        ("each = \"many\"", "each = \"what\"", "“each” must name a question for a number"),
        ("each = \"many\"", "each = \"what\"\nseason = \"may\"", "“each” must name a question for a number"),
        ("each = \"many\"", "season = \"spring\"", "“season” is one of january, february"),
        ("price = \"£12.50\"", "percent = 10\nseason = \"may\"", "“season” needs a “price”"),
        (
            "register = \"before_payment\"",
            "register = \"never\"",
            "“register” is one of on_payment, before_payment",
        ),
        ("register = \"before_payment\"\n", "", "add register = \"before_payment\" to [fee]"),
        (
            "rules = \"No refunds.\"",
            "rules = \"No refunds.\"\ncodes = { fund = \"G|1\" }",
            "“fund” has up to 16 letters",
        ),
        ("rules = \"No refunds.\"", "rules = \"No refunds.\"\ncodes = { found = \"G1\" }", "found"),
        (
            "[[fee.lines]]\nlabel = \"A bench\"\nprice = \"£12.50\"\neach = \"many\"\n",
            "",
            "[fee] has no [[fee.lines]]",
        ),
        (
            "when = { question = \"what\", one_of = [\"wood\", \"metal\"] }\n",
            "",
            "a route needs “when”, “wards” or both",
        ),
        (
            "include = \"contact\"",
            "include = \"people\"",
            "there is no set of questions called “people”; there are contact, two",
        ),
        (
            "include = \"contact\"",
            "include = \"two\"\nlabel = \"X\"",
            "has several questions, so “label” would be for none of them",
        ),
        ("include = \"contact\"", "include = \"two\"", "the id “danger” is used twice"),
        (
            "kind = \"text\", label = \"Colour\" }",
            "kind = \"photos\", label = \"Colour\" }",
            "a group can't hold a question of this kind",
        ),
        (
            "questions = [{ id = \"colour\", kind = \"text\", label = \"Colour\" }]",
            "questions = []",
            "has no “questions”",
        ),
        ("item = \"bench\"\n", "", "has no “item”"),
        ("from = \"2026-12-24\"", "from = \"2027-12-24\"", "“until” is before “from”"),
        ("from = \"2026-12-24\"\n", "", "has no “from”"),
        (
            "kind = \"closed\"\n",
            "kind = \"closed\"\nwhen = { question = \"danger\", equals = \"yes\" }\n",
            "has “from” and “until” and no “when”",
        ),
        (
            "kind = \"policy\"\ntitle",
            "kind = \"policy\"\nuntil = \"2027-01-01\"\ntitle",
            "“until” is only for a stop of kind \"closed\"",
        ),
        ("title = \"Report a bench\"", "title = { cy = \"Mainc\" }", "“title” has no text in English"),
        (
            "title = \"Report a bench\"",
            "title = { en = \"Bench\", welsh = \"Mainc\" }",
            "a language has two letters",
        ),
        (
            "kind = \"place\"\nlabel = \"Where is it?\"",
            "kind = \"place\"\nlabel = \"Where is it?\"\n[[questions]]\nid = \"p\"\nkind = \"phone\"\nlabel = \"Phone\"",
            "a phone number can't be required",
        ),
    ] {
        assert!(BASE.contains(from), "{from}");
        let faults = said_of(&BASE.replacen(from, to, 1));
        if !faults.iter().any(|fault| fault.contains(expected)) {
            unsaid.push(format!("{to}: not “{expected}” but {faults:#?}"));
        }
    }
    assert!(unsaid.is_empty(), "{}", unsaid.join("\n"));
}

/// The income system's codes are the server's: what browsers get of a document does not hold them.
#[test]
fn a_fee_says_where_it_is_booked() {
    let codes = "rules = \"No refunds.\"\ncodes = { fund = \"G1\", cost = \"4711/02\", vat = \"S\" }";
    let text = BASE.replacen("rules = \"No refunds.\"", codes, 1);
    let files = [("bench.toml", text.as_str()), ("sets/contact.toml", CONTACT)];
    let service = read_all(files, &council(), "en").unwrap().catalogue.remove("bench").unwrap();
    let read = &service.fee.as_ref().unwrap().codes;
    assert_eq!((read.fund.as_str(), read.cost.as_str(), read.vat.as_str()), ("G1", "4711/02", "S"));
    assert!(!serde_json::to_string(&service).unwrap().contains("4711/02"));
    assert!(explain(&service, &council()).unwrap().contains("Booked under cost code 4711/02"));
}

#[test]
fn all_mistakes_of_a_file_come_at_once_in_order() {
    let text = BASE
        .replacen("5 working days", "soon", 1)
        .replacen("kind = \"date\"", "kind = \"day\"", 1)
        .replacen("max = 9", "max = -1", 1);
    let files = [("bench.toml", text.as_str()), ("sets/contact.toml", CONTACT)];
    let faults = read_all(files, &council(), "en").unwrap_err();
    assert!(faults.len() >= 3, "{faults:?}");
    assert!(faults.is_sorted_by_key(|fault| fault.line));
}

#[test]
fn there_are_ten_top_tasks_at_most() {
    let all: BTreeMap<String, String> = (0..11)
        .map(|number| {
            let id = format!("bench{number}");
            (format!("{id}.toml"), BASE.replacen("id = \"bench\"", &format!("id = \"{id}\"\ntop = true"), 1))
        })
        .collect();
    let files =
        all.iter().map(|(name, text)| (name.as_str(), text.as_str())).chain([("sets/contact.toml", CONTACT)]);
    let faults = read_all(files, &council(), "en").unwrap_err();
    assert!(faults[0].message.contains("10 top tasks already"), "{faults:?}");
}

#[test]
fn texts_in_another_language_are_taken_and_missing_ones_listed() {
    let text =
        BASE.replacen("title = \"Report a bench\"", "title = { en = \"Report a bench\", cy = \"Mainc\" }", 1);
    let files = [("bench.toml", text.as_str()), ("sets/contact.toml", CONTACT)];
    let welsh = read_all(files, &council(), "cy").unwrap();
    assert_eq!(welsh.catalogue["bench"].title, "Mainc");
    assert_eq!(welsh.catalogue["bench"].summary, "Tell us about a bench.");
    let missing: Vec<String> = welsh.untranslated.iter().map(ToString::to_string).collect();
    assert!(
        missing.iter().any(|fault| fault == "bench.toml:5: “summary” is not there in “cy”"),
        "{missing:#?}"
    );
    assert!(
        !missing.iter().any(|fault| fault.contains("“title” is not there") && fault.contains(":4:")),
        "{missing:#?}"
    );
    assert!(missing.iter().any(|fault| fault.starts_with("sets/contact.toml:4:")), "{missing:#?}");
    let english = read_all(files, &council(), "en").unwrap();
    assert!(english.untranslated.is_empty());
    assert_eq!(
        english.catalogue["bench"].questions[0].stamp, welsh.catalogue["bench"].questions[0].stamp,
        "the same question"
    );
}

#[test]
fn conditions_look_back_at_what_is_asked() {
    let service = bench();
    let asked = |pairs: &[(&str, &str)]| -> Vec<String> {
        let answers: Answers = pairs.iter().copied().collect();
        journey::asked(&service, &answers).iter().map(|question| question.id.clone()).collect()
    };
    assert!(!asked(&[]).contains(&"when".to_owned()));
    assert!(asked(&[("danger", "yes")]).contains(&"when".to_owned()), "no number is not greater than three");
    assert!(asked(&[("danger", "yes"), ("many", "3")]).contains(&"when".to_owned()));
    assert!(!asked(&[("danger", "yes"), ("many", "4")]).contains(&"when".to_owned()));
    assert!(!asked(&[("danger", "no"), ("many", "1")]).contains(&"when".to_owned()));
    let mut answers: Answers = [("danger", "yes"), ("when.day", "1 11 2026")].into_iter().collect();
    assert!(validate::form(&service, &answers, today()).is_err());
    answers.set("danger", "no");
    let errors = validate::form(&service, &answers, today()).unwrap_err();
    assert!(!errors.iter().any(|error| error.path.starts_with("when")), "what is not asked is not wrong");
}

#[test]
fn what_is_promised_where_it_goes_and_what_it_costs_hang_on_the_answers() {
    let service = bench();
    let with = |pairs: &[(&str, &str)]| pairs.iter().copied().collect::<Answers>();
    assert_eq!(service.standard_for(&with(&[])).complete.show(), "5 working days");
    assert_eq!(service.standard_for(&with(&[("danger", "yes")])).complete.show(), "24 hours");
    assert_eq!(service.goes_to(&with(&[]), None), ("street-scene".to_owned(), None));
    assert_eq!(
        service.goes_to(&with(&[("what", "wood")]), None),
        ("highways".to_owned(), Some("Bench team".to_owned()))
    );
    let answers = with(&[("many", "3")]);
    let due = service.fee.as_ref().unwrap().due(&answers, &journey::asked(&service, &answers), today());
    assert_eq!(due.iter().map(|due| due.pence).collect::<Vec<_>>(), [3_750]);
    assert!(service.closed_on("2026-12-24".parse().unwrap()).is_some());
    assert!(service.closed_on("2027-01-04".parse().unwrap()).is_none());
    let graffiti = &catalogue()["report-graffiti"];
    assert_eq!(graffiti.goes_to(&with(&[]), Some("castle")).1.as_deref(), Some("North team"));
    assert_eq!(graffiti.goes_to(&with(&[]), None).1, None);
}

/// Half the price for who shows that they study: the document is asked of them, and without it nothing is sent.
#[test]
fn a_discount_can_need_a_proof() {
    const HALF: &str = "each = \"many\"\n[[fee.lines]]\nlabel = \"Half price for students\"\npercent = -50\nwhen = { question = \"student\", equals = \"yes\" }\n";
    const ASKED: &str = "[[questions]]\nid = \"student\"\nkind = \"yes_no\"\nlabel = \"Do you study?\"\n[[questions]]\nid = \"card\"\nkind = \"documents\"\nlabel = \"Add a picture of your student card\"\nshow_if = { question = \"student\", equals = \"yes\" }\n[[questions]]\nid = \"danger\"";
    let text =
        BASE.replacen("each = \"many\"\n", HALF, 1).replacen("[[questions]]\nid = \"danger\"", ASKED, 1);
    assert_eq!(said_of(&text), Vec::<String>::new());
    let files = [("bench.toml", text.as_str()), ("sets/contact.toml", CONTACT)];
    let service = read_all(files, &council(), "en").unwrap().catalogue.remove("bench").unwrap();
    let costs = |answers: &Answers| {
        let due = service.fee.as_ref().unwrap().due(answers, &journey::asked(&service, answers), today());
        domain::fee::total(&due)
    };
    let is_missing = |answers: &Answers| {
        let errors = validate::form(&service, answers, today()).err().unwrap_or_default();
        errors.iter().any(|error| error.path == "card")
    };
    let mut answers: Answers = [("many", "3"), ("student", "no")].into_iter().collect();
    assert_eq!((costs(&answers), is_missing(&answers)), (3_750, false));
    answers.set("student", "yes");
    assert_eq!((costs(&answers), is_missing(&answers)), (1_875, true));
    answers.set("card.1", "00000000-0000-0000-0000-000000000007");
    answers.set("card.1.name", "card.png");
    assert_eq!(costs(&answers), 1_875);
}

#[test]
fn a_short_form_is_one_page_and_a_long_one_a_question_each() {
    let all = catalogue();
    for service in all.values() {
        let pages = journey::pages(service);
        let many: usize = pages.iter().map(|page| page.len()).sum();
        assert_eq!(many, service.questions.len(), "{}: every question is on one page", service.id);
        if service.questions.iter().all(|question| question.page.is_none()) {
            let expected =
                if service.questions.len() > journey::ONE_PAGE { service.questions.len() } else { 1 };
            assert_eq!(pages.len(), expected, "{}", service.id);
        }
        for page in pages {
            let first = page[0].id.as_str();
            assert!(page.iter().all(|question| journey::page_of(service, &question.id) == Some(first)));
        }
    }
    assert_eq!(journey::pages(&all["report-graffiti"]).len(), 1, "six questions are one page");
}

#[test]
fn a_policy_stop_comes_before_anything_else_need_be_typed() {
    let service = &catalogue()["report-graffiti"];
    let answers: Answers = [("surface", "private")].into_iter().collect();
    let Next::Stop(stop) = journey::first_open(service, &answers, today()) else { panic!("a stop") };
    assert_eq!((stop.kind, journey::stop_question(service, stop)), (StopKind::Policy, Some("surface")));
    let policy = service.policy(stop.policy.as_deref().unwrap()).unwrap();
    assert_eq!((policy.version.as_str(), policy.date), ("3.1", "2026-04-01".parse().unwrap()));
}

#[test]
fn fields_the_document_does_not_know_are_refused() {
    let service = &catalogue()["report-graffiti"];
    for path in ["status", "role", "place.lat", "you.id", "surface.x", "photos.6"] {
        let mut answers = whole(service);
        answers.set(path, "admin");
        let errors = validate::form(service, &answers, today()).unwrap_err();
        assert_eq!((errors[0].path.as_str(), errors[0].code), (path, ErrorCode::UnknownField));
    }
    let errors = validate::form(service, &Answers::default(), today()).unwrap_err();
    let missing: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(missing, ["surface", "offensive", "place.street", "you.name", "you.email"]);
}

#[test]
fn a_message_goes_to_the_department_chosen() {
    let service = &catalogue()["ask-us"];
    let Some(Kind::Choice(choices)) = service.question("department").map(|question| &question.kind) else {
        panic!("a choice")
    };
    assert_eq!(choices.options.len(), council().departments.len());
    let answers: Answers = [("department", "housing")].into_iter().collect();
    assert_eq!(service.goes_to(&answers, None).0, "housing");
    assert_eq!(service.goes_to(&Answers::default(), None).0, "customer-services");
}

#[test]
fn a_councils_own_document_takes_the_place_of_ours() {
    let theirs = BASE.replace("Report a bench", "A bench of ours");
    let files = [("bench.toml", BASE), ("bench.toml", theirs.as_str()), ("sets/contact.toml", CONTACT)];
    assert_eq!(read_all(files, &council(), "en").unwrap().catalogue["bench"].title, "A bench of ours");
    assert!(read("bench.toml", BASE, &council(), &BTreeMap::new()).is_err(), "its set is not there");
}

/// Somebody who comes back goes on where something is missing; what changed since is asked again.
#[test]
fn a_form_goes_on_at_the_first_question_that_was_not_passed() {
    let service = &catalogue()["council-tax-move"];
    let answers = whole(service);
    assert_eq!(journey::resume(service, &answers, today(), |_| true), Next::Check);
    let steps = journey::steps(service, &answers);
    assert!(steps.len() > 2);
    let passed = |question: &domain::catalogue::Question| {
        steps[..2].iter().any(|step| step.questions.iter().any(|known| known.id == question.id))
    };
    assert_eq!(journey::resume(service, &answers, today(), passed), Next::Step(steps[2].slug));
    assert_eq!(journey::before(service, &answers, steps[2].slug), Some(steps[1].slug));
    assert_eq!(journey::after(service, &answers, steps[1].slug, today()), Next::Step(steps[2].slug));
}

#[test]
fn a_stamp_changes_with_its_question_and_with_no_other() {
    let stamps = |text: &str| -> Vec<u32> {
        let files = [("bench.toml", text), ("sets/contact.toml", CONTACT)];
        let service = read_all(files, &council(), "en").unwrap().catalogue.remove("bench").unwrap();
        service.questions.iter().map(|question| question.stamp).collect()
    };
    let before = stamps(BASE);
    assert_eq!(stamps(&BASE.replacen("version = 1", "version = 2", 1)), before);
    for (from, to, at) in [
        ("label = \"Where is it?\"", "label = \"Where?\"", 4),
        ("max = 9", "max = 8", 2),
        ("greater = 3", "greater = 4", 3),
        ("label = \"Wood\"", "label = \"Oak\"", 1),
        ("label = \"Colour\"", "label = \"Paint\"", 5),
    ] {
        let after = stamps(&BASE.replacen(from, to, 1));
        let changed: Vec<usize> = (0..before.len()).filter(|at| before[*at] != after[*at]).collect();
        assert_eq!(changed, [at], "{to}");
    }
}

/// Old files of ours are not left behind: each explained journey belongs to a service.
#[test]
fn every_explained_journey_is_of_a_service() {
    let all = catalogue();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explained")).unwrap() {
        let path = entry.unwrap().path();
        assert!(all.contains_key(path.file_stem().unwrap().to_str().unwrap()), "{}", path.display());
    }
    assert!(files().iter().any(|(name, _)| name == "sets/contact.toml"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_answers_lead_astray(texts in proptest::collection::vec("yes|no|[a-z-]{0,10}|[0-9]{1,4}|£[0-9]{1,3}|\\PC{0,8}", 40)) {
        for service in catalogue().values() {
            let mut answers = Answers::default();
            for (at, question) in service.questions.iter().enumerate() {
                let raw = &texts[at % texts.len()];
                let values = question.kind.values().unwrap_or_default();
                let value = values.get(raw.len() % values.len().max(1)).map_or(raw.as_str(), |value| value);
                let part = question.kind.first_part();
                answers.set(&if part.is_empty() { question.id.clone() } else { format!("{}.{part}", question.id) }, value);
            }
            let asked: Vec<String> =
                journey::asked(service, &answers).iter().map(|question| question.id.clone()).collect();
            let _ = (journey::first_open(service, &answers, today()), journey::stop(service, &answers));
            if let Ok(read) = validate::form(service, &answers, today()) {
                prop_assert!(read.iter().all(|answer| asked.contains(&answer.question)), "{}", service.id);
            }
        }
    }
}

/// What staff begin from is there for each service: how it ends, by its policies too, and what they write before that; all of
/// it in a tone that needs no advice.
#[test]
fn every_service_has_standard_replies() {
    use domain::case::Outcome;
    use domain::catalogue::{Reply, Writing};
    let catalogue = catalogue();
    let general = council().replies;
    for reply in catalogue.values().flat_map(|service| &service.replies).chain(&general) {
        for text in [&reply.text, &reply.next, &reply.name] {
            assert_eq!(domain::tone::check(text), [], "{}: {text}", reply.name);
            assert!(text.chars().count() <= 400, "short: {text}");
        }
        assert_eq!(reply.fault(), None);
        let needs_next =
            matches!(reply.outcome, Some(Outcome::Done | Outcome::PartDone | Outcome::NothingFound));
        assert!(!needs_next || !reply.next.is_empty(), "what next: {}", reply.name);
    }
    for (id, service) in &catalogue {
        let has = |fits: &dyn Fn(&Reply) -> bool| service.replies.iter().any(fits);
        let ends = |outcome| has(&|reply: &Reply| reply.outcome == Some(outcome));
        assert!(ends(Outcome::Done), "{id}");
        assert_eq!(ends(Outcome::DeclinedByPolicy), !service.policies.is_empty(), "{id}");
        for to in [Writing::Message, Writing::Question] {
            assert!(has(&|reply| reply.to == Some(to)), "{id}: {to:?}");
        }
        let names: std::collections::BTreeSet<_> = service
            .replies
            .iter()
            .map(|reply| (reply.name.as_str(), format!("{:?}", reply.outcome)))
            .collect();
        assert_eq!(names.len(), service.replies.len(), "{id}: told apart by their names");
    }
}
