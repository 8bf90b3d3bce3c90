//! The way through a form: which step comes next, and where it ends early.

use crate::answers::Answers;
use crate::catalogue::{Question, Service, Stop};
use crate::validate;

/// One page of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<'a> {
    /// Its place in the address: the identifier of its first question.
    pub slug: &'a str,
    /// The questions on it.
    pub questions: Vec<&'a Question>,
}

/// What comes after a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Next<'a> {
    /// Another step.
    Step(&'a str),
    /// The form ends here, and this says why.
    Stop(&'a Stop),
    /// All is said: check your answers.
    Check,
}

/// The questions these answers lead to, in order.
pub fn asked<'a>(service: &'a Service, answers: &Answers) -> impl Iterator<Item = &'a Question> {
    service.questions.iter().filter(move |question| is_asked(service, question, answers))
}

/// Whether a question is asked: its condition holds, and so does that of the question it hangs on.
fn is_asked(service: &Service, question: &Question, answers: &Answers) -> bool {
    match &question.show_if {
        None => true,
        Some(condition) => {
            condition.holds(answers)
                && service
                    .questions
                    .iter()
                    // Only what stands earlier: a document that is wrong here ends all the same.
                    .take_while(|earlier| earlier.id != question.id)
                    .find(|earlier| earlier.id == condition.question)
                    .is_some_and(|earlier| is_asked(service, earlier, answers))
        }
    }
}

/// The steps these answers lead to. One question a page.
#[must_use]
pub fn steps<'a>(service: &'a Service, answers: &Answers) -> Vec<Step<'a>> {
    asked(service, answers).map(|question| Step { slug: &question.id, questions: vec![question] }).collect()
}

/// The first stop these answers run into, in the order of the questions.
#[must_use]
pub fn stop<'a>(service: &'a Service, answers: &Answers) -> Option<&'a Stop> {
    asked(service, answers).find_map(|question| stop_at(service, &question.id, answers))
}

fn stop_at<'a>(service: &'a Service, question: &str, answers: &Answers) -> Option<&'a Stop> {
    service.stops.iter().find(|stop| stop.when.question == question && stop.when.holds(answers))
}

/// What comes after a step, given the answers so far.
#[must_use]
pub fn after<'a>(service: &'a Service, answers: &Answers, slug: &str) -> Next<'a> {
    let steps = steps(service, answers);
    let at = steps.iter().position(|step| step.slug == slug);
    if let Some(stop) = at.and_then(|at| {
        steps[at].questions.iter().find_map(|question| stop_at(service, &question.id, answers))
    }) {
        return Next::Stop(stop);
    }
    match at.map(|at| steps.get(at + 1)) {
        Some(Some(next)) => Next::Step(next.slug),
        Some(None) => Next::Check,
        // A step that is not asked (any more): go on with what is missing.
        None => first_open(service, answers),
    }
}

/// The step before this one, if there is one.
#[must_use]
pub fn before<'a>(service: &'a Service, answers: &Answers, slug: &str) -> Option<&'a str> {
    let steps = steps(service, answers);
    let at = steps.iter().position(|step| step.slug == slug)?;
    at.checked_sub(1).map(|before| steps[before].slug)
}

/// The first step that still has something missing or wrong, or that stops the form.
#[must_use]
pub fn first_open<'a>(service: &'a Service, answers: &Answers) -> Next<'a> {
    resume(service, answers, |_| true)
}

/// Where a person goes on: the first step that has something missing or wrong, that stops the form, or that
/// they have not passed yet. An optional question has no answer to tell that it was seen.
#[must_use]
pub fn resume<'a>(service: &'a Service, answers: &Answers, passed: impl Fn(&str) -> bool) -> Next<'a> {
    for step in steps(service, answers) {
        if !step.questions.iter().all(|question| passed(&question.id))
            || validate::questions(&step.questions, answers).is_err()
        {
            return Next::Step(step.slug);
        }
        if let Some(stop) = step.questions.iter().find_map(|question| stop_at(service, &question.id, answers))
        {
            return Next::Stop(stop);
        }
    }
    Next::Check
}
