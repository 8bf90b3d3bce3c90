//! Reading all the answers to a form: the same code in the browser and on the server.

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

/// Reads the answers to some questions.
///
/// # Errors
/// Every [`FieldError`] there is, in the order of the questions.
pub fn questions(questions: &[&Question], answers: &Answers) -> Result<Vec<Answer>, Vec<FieldError>> {
    let mut read = Vec::new();
    let mut errors = Vec::new();
    for question in questions {
        match question.kind.parse(answers.parts(&question.id), question.required) {
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
pub fn form(service: &Service, answers: &Answers) -> Result<Vec<Answer>, Vec<FieldError>> {
    let asked: Vec<&Question> = journey::asked(service, answers).collect();
    let unknown = answers.iter().map(|(path, _)| path).filter(|path| !is_known(service, path));
    let unknown: Vec<FieldError> =
        unknown.map(|path| FieldError::new(path, ErrorCode::UnknownField)).collect();
    match questions(&asked, answers) {
        Ok(read) if unknown.is_empty() => Ok(read),
        Ok(_) => Err(unknown),
        Err(errors) => Err(errors.into_iter().chain(unknown).collect()),
    }
}

fn is_known(service: &Service, path: &str) -> bool {
    let id = question_of(path);
    let part = path.strip_prefix(id).and_then(|rest| rest.strip_prefix('.')).unwrap_or("");
    service.question(id).is_some_and(|question| question.kind.has_part(part))
}
