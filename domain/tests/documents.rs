//! The documents in `services/`, and what is said of wrong ones.
#![cfg(feature = "documents")]
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::answers::Answers;
use domain::catalogue::{Service, StopKind};
use domain::council::Council;
use domain::document::{Catalogue, read, read_all};
use domain::field::{ErrorCode, Kind};
use domain::journey::{self, Next};
use domain::validate;

fn council() -> Council {
    toml::from_str(include_str!("../../councils/demo/council.toml")).unwrap()
}

fn catalogue() -> Catalogue {
    let files = [
        ("report-graffiti.toml", include_str!("../../services/report-graffiti.toml")),
        ("missed-bin.toml", include_str!("../../services/missed-bin.toml")),
        ("ask-us.toml", include_str!("../../services/ask-us.toml")),
    ];
    match read_all(files, &council()) {
        Ok(catalogue) => catalogue,
        Err(faults) => panic!("{faults:#?}"),
    }
}

fn sample(service: &Service) -> Answers {
    let mut answers = Answers::default();
    for question in &service.questions {
        question.kind.sample(&question.id, &mut answers);
    }
    answers
}

fn edited(from: &str, to: &str) -> Vec<String> {
    let text = include_str!("../../services/report-graffiti.toml");
    assert!(text.contains(from), "{from}");
    let faults =
        read("report-graffiti.toml", &text.replacen(from, to, 1), &council()).err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn our_documents_are_sound_and_can_be_filled_in() {
    for service in catalogue().values() {
        let answers = sample(service);
        let stopped = journey::stop(service, &answers);
        assert_eq!(stopped, None, "{}: the first options lead through", service.id);
        assert_eq!(journey::first_open(service, &answers), Next::Check, "{}", service.id);
        assert!(validate::form(service, &answers).is_ok(), "{}", service.id);
    }
}

#[test]
fn every_mistake_is_named_with_its_line() {
    for (from, to, expected) in [
        (
            "kind = \"yes_no\"",
            "kind = \"maybe\"",
            "report-graffiti.toml:39: there is no kind of question called “maybe”",
        ),
        (
            "equals = \"yes\" }",
            "equals = \"perhaps\" }",
            "“offensive” has no answer “perhaps”; it has yes, no",
        ),
        (
            "show_if = { question = \"offensive\"",
            "show_if = { question = \"ofensive\"",
            "the question “ofensive” does not exist",
        ),
        (
            "show_if = { question = \"offensive\"",
            "show_if = { question = \"place\"",
            "comes later; a condition can only look back",
        ),
        ("id = \"details\"", "id = \"place\"", "the id “place” is used twice"),
        (
            "[standard]\nacknowledge = \"1 working day\"\ncomplete = \"5 working days\"",
            "",
            "the document has no [standard]",
        ),
        ("5 working days", "5 days", "“complete” must be written like “5 working days”"),
        (
            "department = \"street-scene\"",
            "department = \"streets\"",
            "report-graffiti.toml:6: there is no department “streets”",
        ),
        ("phone = \"optional\"", "phone = \"required\"", "a phone number can't be required"),
        (
            "policy = \"private-property\"",
            "policy = \"public-property\"",
            "there is no policy “public-property”",
        ),
        ("policy = \"private-property\"", "", "is a policy stop and must name its “policy”"),
        ("max = 1000", "max = 100000", "“max” must be a whole number from 1 to 10000"),
        ("max = 1000", "maximum = 1000", "has no setting “maximum”"),
        ("label = \"Where is it?\"", "", "question “place” has no “label”"),
        ("label = \"Where is it?\"", "label = \"\"", "“label” is empty"),
        ("id = \"report-graffiti\"", "id = \"graffiti\"", "the file must be called graffiti.toml"),
        ("id = \"surface\"", "id = \"check\"", "a question can't be called “check”"),
        ("id = \"surface\"", "id = \"The Surface\"", "must be lower-case letters"),
        ("date = \"2026-04-01\"", "date = \"April\"", "“date” must be a day written 2026-04-01"),
        ("version = 1\n", "version = \"one\"\n", "“version” must be a whole number"),
        ("keywords = [", "keywords = [[", "this is not TOML"),
        ("kind = \"policy\"", "kind = \"refusal\"", "a stop's kind is"),
        ("{ value = \"sign\", label", "{ value = \"public\", label", "the option “public” is there twice"),
    ] {
        let faults = edited(from, to);
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{to}: {faults:#?}");
    }
}

#[test]
fn all_mistakes_of_a_file_come_at_once() {
    let text = include_str!("../../services/report-graffiti.toml")
        .replace("5 working days", "soon")
        .replace("kind = \"place\"", "kind = \"map\"")
        .replace("max = 1000", "max = 0");
    let faults = read("report-graffiti.toml", &text, &council()).unwrap_err();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults.is_sorted_by_key(|fault| fault.line));
}

#[test]
fn a_policy_stop_comes_before_anything_else_need_be_typed() {
    let catalogue = catalogue();
    let service = &catalogue["report-graffiti"];
    let answers: Answers = [("surface", "private")].into_iter().collect();
    let Next::Stop(stop) = journey::after(service, &answers, "surface") else { panic!("a stop") };
    assert_eq!(stop.kind, StopKind::Policy);
    assert_eq!(
        service.policy(stop.policy.as_deref().unwrap()).map(|policy| policy.version.as_str()),
        Some("3.1")
    );
    assert!(journey::stop(service, &answers).is_some());
}

#[test]
fn a_condition_shows_and_hides_and_hidden_answers_are_left_out() {
    let catalogue = catalogue();
    let service = &catalogue["report-graffiti"];
    let mut answers = sample(service);
    answers.set("offensive", "yes");
    answers.set("words", "Racist words");
    assert_eq!(journey::after(service, &answers, "offensive"), Next::Step("words"));
    assert_eq!(journey::before(service, &answers, "place"), Some("words"));
    assert!(validate::form(service, &answers).unwrap().iter().any(|answer| answer.question == "words"));
    answers.set("offensive", "no");
    assert_eq!(journey::after(service, &answers, "offensive"), Next::Step("place"));
    assert!(!validate::form(service, &answers).unwrap().iter().any(|answer| answer.question == "words"));
}

#[test]
fn fields_the_document_does_not_know_are_refused() {
    let catalogue = catalogue();
    let service = &catalogue["report-graffiti"];
    for path in ["status", "role", "place.lat", "you.id", "surface.x", "photos.6"] {
        let mut answers = sample(service);
        answers.set(path, "admin");
        let errors = validate::form(service, &answers).unwrap_err();
        assert_eq!((errors[0].path.as_str(), errors[0].code), (path, ErrorCode::UnknownField));
    }
    let errors = validate::form(service, &Answers::default()).unwrap_err();
    let missing: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(missing, ["surface", "offensive", "place.words", "you.name", "you.email"]);
}

#[test]
fn a_message_goes_to_the_department_chosen() {
    let catalogue = catalogue();
    let service = &catalogue["ask-us"];
    let Some(Kind::Choice(choices)) = service.question("department").map(|question| &question.kind) else {
        panic!("a choice")
    };
    assert_eq!(choices.options.len(), council().departments.len());
    let answers: Answers = [("department", "housing")].into_iter().collect();
    assert_eq!(service.department_for(&answers), "housing");
    assert_eq!(service.department_for(&Answers::default()), "customer-services");
}

#[test]
fn a_councils_own_document_takes_the_place_of_ours() {
    let ours = include_str!("../../services/missed-bin.toml");
    let theirs = ours.replace("Report a missed bin collection", "We missed your bin");
    let catalogue =
        read_all([("missed-bin.toml", ours), ("missed-bin.toml", theirs.as_str())], &council()).unwrap();
    assert_eq!(catalogue["missed-bin"].title, "We missed your bin");
}

#[test]
fn a_form_goes_on_at_the_first_question_that_was_not_passed() {
    let catalogue = catalogue();
    let service = &catalogue["report-graffiti"];
    let mut answers = sample(service);
    let passed = ["surface", "offensive", "place"];
    assert_eq!(journey::resume(service, &answers, |id| passed.contains(&id)), Next::Step("photos"));
    // A changed answer opens a question that was never seen.
    answers.set("offensive", "yes");
    let but_words = |id: &str| id != "words";
    assert_eq!(journey::resume(service, &answers, but_words), Next::Step("words"));
    assert_eq!(journey::resume(service, &answers, |_| true), Next::Check);
}
