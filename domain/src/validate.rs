//! Reading all the answers to a form: the same code in the browser and on the server.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::answers::{Answers, question_of};
use crate::catalogue::{Question, Service};
use crate::field::{ErrorCode, FieldError, Value};
use crate::journey;

/// One answered question, complete in itself: it can be shown when the document is long gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// The question's identifier.
    pub question: String,
    /// The question in words, as it was asked.
    pub label: String,
    /// What was answered.
    pub value: Value,
}

/// Reads the answers to some questions. Limits such as "not before today" are counted from `today`.
///
/// # Errors
/// Every [`FieldError`] there is, in the order of the questions.
pub fn questions(
    questions: &[&Question],
    answers: &Answers,
    today: NaiveDate,
) -> Result<Vec<Answer>, Vec<FieldError>> {
    let mut read = Vec::new();
    let mut errors = Vec::new();
    for question in questions {
        match question.kind.parse(answers.parts(&question.id), question.required, today) {
            Ok(Some(value)) => {
                read.push(Answer { question: question.id.clone(), label: question.label.clone(), value });
            }
            Ok(None) => {}
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(read) } else { Err(errors) }
}

/// Reads a whole form: every question that these answers lead to. Answers to questions that are not asked
/// are left out; paths the document does not know are errors.
///
/// # Errors
/// Every [`FieldError`] there is, in the order of the questions, unknown fields last.
pub fn form(service: &Service, answers: &Answers, today: NaiveDate) -> Result<Vec<Answer>, Vec<FieldError>> {
    let asked = journey::asked(service, answers);
    let unknown = answers.iter().map(|(path, _)| path).filter(|path| !is_known(service, path));
    let unknown: Vec<FieldError> =
        unknown.map(|path| FieldError::new(path, ErrorCode::UnknownField)).collect();
    match questions(&asked, answers, today) {
        Ok(read) if unknown.is_empty() => Ok(read),
        Ok(_) => Err(unknown),
        Err(errors) => Err(errors.into_iter().chain(unknown).collect()),
    }
}

/// The first e-mail address in some answers: where alerts go.
#[must_use]
pub fn email_in(answers: &[Answer]) -> Option<&str> {
    answers.iter().find_map(|answer| match &answer.value {
        Value::Contact(person) => person.email.as_deref(),
        Value::Email(email) => Some(email),
        _ => None,
    })
}

fn is_known(service: &Service, path: &str) -> bool {
    let id = question_of(path);
    let part = path.strip_prefix(id).and_then(|rest| rest.strip_prefix('.')).unwrap_or("");
    service.question(id).is_some_and(|question| question.kind.has_part(part))
}
