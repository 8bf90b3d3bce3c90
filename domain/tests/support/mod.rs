//! The documents in `services/`, as the demonstration council offers them.

#![allow(dead_code, clippy::unwrap_used, reason = "each user has its own part of this; tests")]

use std::path::Path;

use chrono::NaiveDate;
use domain::answers::Answers;
use domain::catalogue::{Service, Stop};
use domain::council::Council;
use domain::document::{Catalogue, read_all};
use domain::field::Kind;
use domain::journey;

/// The demonstration council.
pub fn council() -> Council {
    toml::from_str(include_str!("../../../councils/demo/council.toml")).unwrap()
}

/// Every file of `services/`, by its name there.
pub fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services");
    let mut files = Vec::new();
    for (within, prefix) in [(folder.clone(), ""), (folder.join("sets"), "sets/")] {
        for entry in std::fs::read_dir(within).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                files.push((format!("{prefix}{name}"), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// All services.
pub fn catalogue() -> Catalogue {
    let files = files();
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    match read_all(files, &council(), "en") {
        Ok(documents) => documents.catalogue,
        Err(faults) => panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// What a question that needs a file is answered with where there is none.
pub const FILE: &str = "0193f2c4-5a5e-7cc3-9f1e-0d6b2a1c4e5f";

/// The questions of a service that need a file.
pub fn uploads(service: &Service, answers: &Answers) -> Vec<String> {
    let asked = journey::asked(service, answers);
    let needs = asked.into_iter().filter(|question| {
        question.required && matches!(question.kind, Kind::Photos(_) | Kind::Documents(_))
    });
    needs.map(|question| question.id.clone()).collect()
}

/// Typical answers that lead to the end of a form: other options are tried where the first ones end it.
pub fn lead_through(service: &Service, today: NaiveDate) -> Answers {
    let mut answers = Answers::default();
    for question in &service.questions {
        question.kind.sample(&question.id, today, &mut answers);
    }
    // A stop hangs on its last question: another answer there leads past it.
    for _ in 0..50 {
        let Some(stop) = journey::stop(service, &answers) else { break };
        let question = journey::stop_question(service, stop).unwrap();
        let values = service.question(question).unwrap().kind.values().unwrap_or_default();
        let other = values.into_iter().map(str::to_owned).find(|value| {
            let mut tried = answers.clone();
            tried.set(question, value.clone());
            let asked = journey::asked(service, &tried);
            journey::stop_at(service, question, &tried, &asked).is_none()
        });
        answers
            .set(question, other.unwrap_or_else(|| panic!("{}: nothing leads past {}", service.id, stop.id)));
    }
    answers.only(|id| journey::asked(service, &answers).iter().any(|question| question.id == id))
}

/// Answers that lead to a stop: those before its question lead through, and the ones it looks at make it hold.
pub fn lead_to(service: &Service, stop: &Stop, today: NaiveDate) -> Answers {
    let mut looked_at = Vec::new();
    stop.when.as_ref().unwrap().each_question(&mut |question| looked_at.push(question.to_owned()));
    let through = lead_through(service, today);
    let last = journey::stop_question(service, stop).unwrap();
    let choices: Vec<(String, Vec<String>)> = service
        .questions
        .iter()
        .take_while(|question| question.id != last)
        .chain(service.question(last))
        .filter(|question| looked_at.contains(&question.id) || question.kind.values().is_some())
        .filter_map(|question| {
            let values = question.kind.values()?;
            Some((question.id.clone(), values.into_iter().map(str::to_owned).collect()))
        })
        .collect();
    try_all(service, stop, &choices, &through)
        .unwrap_or_else(|| panic!("{}: nothing leads to {}", service.id, stop.id))
}

fn try_all(
    service: &Service,
    stop: &Stop,
    choices: &[(String, Vec<String>)],
    answers: &Answers,
) -> Option<Answers> {
    if journey::stop(service, answers).is_some_and(|found| found.id == stop.id) {
        let last = journey::stop_question(service, stop).unwrap();
        let upto = service.questions.iter().position(|question| question.id == last).unwrap();
        let asked: Vec<String> =
            journey::asked(service, answers).iter().map(|question| question.id.clone()).collect();
        let kept = |id: &str| {
            asked.iter().any(|known| known == id)
                && service.questions.iter().position(|question| question.id == id).unwrap() <= upto
        };
        return Some(answers.only(kept));
    }
    let ((question, values), rest) = choices.split_last()?;
    for value in values {
        let mut tried = answers.clone();
        tried.set(question, value.clone());
        // What a new answer opens is answered as usual.
        for asked in journey::asked(service, &tried.clone()) {
            if tried.parts(&asked.id).names().next().is_none() {
                asked.kind.sample(&asked.id, "2026-11-25".parse().unwrap(), &mut tried);
            }
        }
        if let Some(found) = try_all(service, stop, rest, &tried) {
            return Some(found);
        }
    }
    None
}
