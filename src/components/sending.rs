//! A small form that is sent: once, however often its button is pressed, and with nothing lost when it fails.

use std::{pin::Pin, rc::Rc};

use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;

use super::error_summary::{Problem, problem_at};
use super::handlers::{Submitted, submitted};
use crate::api::ApiProblem;
use crate::state::boot;
use crate::{a11y, words};

/// A question to the server: its answer, or why it can't be had.
pub type Call<T> = Pin<Box<dyn Future<Output = Result<T, ApiProblem>>>>;
/// What to do when it has arrived.
type Arrived = Box<dyn FnOnce()>;

/// The state of a small form.
#[derive(Clone, Copy, Debug)]
pub struct Sending {
    /// It is on its way.
    pub busy: RwSignal<bool>,
    /// What is wrong.
    pub problems: RwSignal<Vec<Problem>>,
    field: &'static str,
    takes_focus: bool,
    refused: fn(&ApiProblem) -> &'static str,
}

impl Sending {
    /// A form whose failures are told at this field. When anything is wrong, the field takes the focus.
    #[must_use]
    pub fn new(field: &'static str) -> Self {
        Self {
            busy: RwSignal::new(false),
            problems: RwSignal::new(boot::take_problems()),
            field,
            takes_focus: true,
            refused: words::call_failed,
        }
    }

    /// With an error summary above it, which takes the focus.
    #[must_use]
    pub fn with_summary(self) -> Self {
        Self { takes_focus: false, ..self }
    }

    /// Telling what is wrong where the page knows of it.
    #[must_use]
    pub fn among(self, problems: RwSignal<Vec<Problem>>) -> Self {
        Self { problems, ..self }
    }

    /// With words of its own for a refusal.
    #[must_use]
    pub fn refused(self, refused: fn(&ApiProblem) -> &'static str) -> Self {
        Self { refused, ..self }
    }

    /// The words beside a field.
    #[must_use]
    pub fn at(self, id: &str) -> Signal<Option<String>> {
        problem_at(self.problems, id)
    }

    /// What stands before the title while something is wrong.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        if self.problems.with(Vec::is_empty) { "" } else { "Error: " }
    }

    /// A problem with the form's own field.
    #[must_use]
    pub fn problem(self, words: &str) -> Vec<Problem> {
        vec![Problem { id: self.field.to_owned(), words: words.to_owned() }]
    }

    /// What the form does: `send` looks at what was typed and sends it; `arrived` is called with the answer, if
    /// the page is still there.
    pub fn form<T: 'static>(
        self,
        send: impl Fn() -> Result<Call<T>, Vec<Problem>> + Send + 'static,
        arrived: impl Fn(T) + Send + 'static,
    ) -> Submitted {
        self.answered(Box::new(send), Rc::new(arrived))
    }

    fn answered<T: 'static>(
        self,
        send: Box<dyn Fn() -> Result<Call<T>, Vec<Problem>> + Send>,
        arrived: Rc<dyn Fn(T)>,
    ) -> Submitted {
        let arrived = SendWrapper::new(arrived);
        self.submitted(Box::new(move || {
            let (coming, arrived) = (send()?, Rc::clone(&arrived));
            Ok(Box::pin(async move {
                let answer = coming.await?;
                Ok(Box::new(move || arrived(answer)) as Arrived)
            }))
        }))
    }

    fn submitted(self, send: Box<dyn Fn() -> Result<Call<Arrived>, Vec<Problem>> + Send>) -> Submitted {
        submitted(move || {
            if self.busy.get_untracked() {
                return;
            }
            match send() {
                Err(found) => self.fail(found),
                Ok(coming) => {
                    self.busy.set(true);
                    self.problems.set(Vec::new());
                    spawn_local(async move {
                        let reply = coming.await;
                        // The page may be gone by now; then nobody waits for the answer.
                        if self.busy.try_set(false).is_some() {
                            return;
                        }
                        match reply {
                            Ok(arrived) => arrived(),
                            Err(problem) => self.fail(self.problem((self.refused)(&problem))),
                        }
                    });
                }
            }
        })
    }

    fn fail(self, found: Vec<Problem>) {
        self.problems.set(found);
        if self.takes_focus {
            a11y::focus_id(self.field);
        }
    }
}
