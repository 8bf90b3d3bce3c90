//! The way through a form: which pages it has, which comes next, and where it ends early.

use chrono::NaiveDate;

use crate::answers::Answers;
use crate::catalogue::{Question, Service, Stop};
use crate::validate;

/// A form with up to so many questions is one page, unless its document says where pages begin.
pub const ONE_PAGE: usize = 6;

/// One page of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<'a> {
    /// Its place in the address: the identifier of the first question on it, asked or not.
    pub slug: &'a str,
    /// Its title, where the document gives one.
    pub title: Option<&'a str>,
    /// The questions on it that are asked.
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

/// The questions these answers lead to, in order: those whose condition holds, given the ones before.
#[must_use]
pub fn asked<'a>(service: &'a Service, answers: &Answers) -> Vec<&'a Question> {
    let mut asked: Vec<&Question> = Vec::with_capacity(service.questions.len());
    for question in &service.questions {
        if question.show_if.as_ref().is_none_or(|condition| condition.holds(answers, &asked)) {
            asked.push(question);
        }
    }
    asked
}

/// All pages of a form, with every question on them, asked or not.
#[must_use]
pub fn pages(service: &Service) -> Vec<&[Question]> {
    let questions = service.questions.as_slice();
    let has_pages = questions.iter().any(|question| question.page.is_some());
    if !has_pages && questions.len() > ONE_PAGE {
        return questions.chunks(1).collect();
    }
    let mut pages = Vec::new();
    let mut begin = 0;
    for (at, question) in questions.iter().enumerate().skip(1) {
        if question.page.is_some() {
            pages.push(&questions[begin..at]);
            begin = at;
        }
    }
    if begin < questions.len() {
        pages.push(&questions[begin..]);
    }
    pages
}

/// The page a question is on: its place in the address.
#[must_use]
pub fn page_of<'a>(service: &'a Service, question: &str) -> Option<&'a str> {
    let page = pages(service).into_iter().find(|page| page.iter().any(|known| known.id == question))?;
    page.first().map(|first| first.id.as_str())
}

/// The steps these answers lead to: the pages on which something is asked.
#[must_use]
pub fn steps<'a>(service: &'a Service, answers: &Answers) -> Vec<Step<'a>> {
    let asked = asked(service, answers);
    let step = |page: &'a [Question]| {
        let first = page.first()?;
        let questions: Vec<&Question> =
            page.iter().filter(|question| asked.iter().any(|known| known.id == question.id)).collect();
        let title = first.page.as_deref();
        (!questions.is_empty()).then_some(Step { slug: &first.id, title, questions })
    };
    pages(service).into_iter().filter_map(step).collect()
}

/// The stop that a question's answer leads to, if it does. A stop hangs on the last question that its
/// condition looks at.
#[must_use]
pub fn stop_at<'a>(
    service: &'a Service,
    question: &str,
    answers: &Answers,
    asked: &[&Question],
) -> Option<&'a Stop> {
    service.stops.iter().find(|stop| {
        stop_question(service, stop) == Some(question)
            && stop.when.as_ref().is_some_and(|when| when.holds(answers, asked))
    })
}

/// The question that a stop hangs on: the last one that its condition looks at.
#[must_use]
pub fn stop_question<'a>(service: &'a Service, stop: &Stop) -> Option<&'a str> {
    let mut last = None;
    stop.when.as_ref()?.each_question(&mut |looked_at| {
        let at = service.questions.iter().position(|question| question.id == looked_at);
        last = last.max(at);
    });
    last.and_then(|at| service.questions.get(at)).map(|question| question.id.as_str())
}

/// The first stop these answers run into, in the order of the questions.
#[must_use]
pub fn stop<'a>(service: &'a Service, answers: &Answers) -> Option<&'a Stop> {
    let asked = asked(service, answers);
    asked.iter().find_map(|question| stop_at(service, &question.id, answers, &asked))
}

/// What comes after a step, given the answers so far.
#[must_use]
pub fn after<'a>(service: &'a Service, answers: &Answers, slug: &str, today: NaiveDate) -> Next<'a> {
    let asked = asked(service, answers);
    let steps = steps(service, answers);
    let at = steps.iter().position(|step| step.slug == slug);
    if let Some(stop) = at.and_then(|at| {
        steps[at].questions.iter().find_map(|question| stop_at(service, &question.id, answers, &asked))
    }) {
        return Next::Stop(stop);
    }
    match at.map(|at| steps.get(at + 1)) {
        Some(Some(next)) => Next::Step(next.slug),
        Some(None) => Next::Check,
        // A step that is not asked (any more): go on with what is missing.
        None => first_open(service, answers, today),
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
pub fn first_open<'a>(service: &'a Service, answers: &Answers, today: NaiveDate) -> Next<'a> {
    resume(service, answers, today, |_| true)
}

/// Where a person goes on: the first step that has something missing or wrong, that stops the form, or that
/// they have not passed yet. An optional question has no answer to tell that it was seen.
#[must_use]
pub fn resume<'a>(
    service: &'a Service,
    answers: &Answers,
    today: NaiveDate,
    passed: impl Fn(&Question) -> bool,
) -> Next<'a> {
    let asked = asked(service, answers);
    for step in steps(service, answers) {
        let stop = step.questions.iter().find_map(|question| stop_at(service, &question.id, answers, &asked));
        // What comes after the answer that ends the form need not be answered.
        if let Some(stop) = stop {
            return Next::Stop(stop);
        }
        if !step.questions.iter().all(|question| passed(question))
            || validate::questions(&step.questions, answers, today).is_err()
        {
            return Next::Step(step.slug);
        }
    }
    Next::Check
}
