//! Sending a form: once, however often the button is pressed, and with nothing lost when it fails.

use domain::api::staff::StaffCase;
use domain::field::FieldError;
use leptos::{prelude::*, task::spawn_local};
use portico_app::api::ApiProblem;
use portico_app::components::error_summary::{Problem, problem_at};
use uuid::Uuid;

use crate::handle::Handle;
use crate::{api, words};

/// The state of a form that is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sending {
    /// Something is on its way.
    pub busy: RwSignal<bool>,
    /// What is wrong.
    pub problems: RwSignal<Vec<Problem>>,
}

impl Sending {
    /// Begins, unless something is on its way already.
    #[must_use]
    pub fn begin(self) -> bool {
        let free = !self.busy.get_untracked();
        if free {
            self.problems.set(Vec::new());
        }
        free
    }

    /// Says what is wrong, and moves the focus there. `true` when nothing is.
    #[must_use]
    pub fn all_well(self, problems: Vec<Problem>) -> bool {
        let well = problems.is_empty();
        if !well {
            self.problems.set(problems);
        }
        well
    }

    /// One problem that belongs to this field.
    pub fn fail(self, id: &str, words: impl Into<String>) {
        self.problems.try_set(vec![Problem { id: id.to_owned(), words: words.into() }]);
    }

    /// The words beside a field.
    #[must_use]
    pub fn at(self, id: &'static str) -> Signal<Option<String>> {
        problem_at(self.problems, id)
    }

    /// What stands before the title while something is wrong.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        if self.problems.with(Vec::is_empty) { "" } else { "Error: " }
    }
}

/// Faults of fields in words.
#[must_use]
pub fn problems(faults: &[FieldError]) -> Vec<Problem> {
    faults.iter().map(|fault| Problem { id: field_id(&fault.path), words: words::field(fault) }).collect()
}

/// The id of the input that a field path belongs to.
fn field_id(path: &str) -> String {
    if matches!(path, "to" | "on" | "until") { format!("{path}-day") } else { path.to_owned() }
}

/// What is to be done with a request.
pub struct Action<C, D, L, F> {
    /// The field that errors without a field of their own lead to.
    pub field: &'static str,
    /// Sends it.
    pub call: C,
    /// What is said when it is done.
    pub done: &'static str,
    /// Called once it has arrived: the draft can go.
    pub erase: D,
    /// Whether a state of the request shows that this very thing has arrived.
    pub landed: L,
    /// An earlier try may have arrived although its reply did not: looks before it tries again.
    pub look_first: bool,
    /// Called when it is not known whether this try arrived (`true`), or known that it did not.
    pub unsure: F,
}

/// Does something with the request that is open and goes to its page.
pub fn act<C, D, L, F>(handle: Handle, sending: Sending, before: &StaffCase, action: Action<C, D, L, F>)
where
    C: Future<Output = Result<StaffCase, ApiProblem>> + 'static,
    D: FnOnce() + 'static,
    L: Fn(&StaffCase) -> bool + 'static,
    F: FnOnce(bool) + 'static,
{
    let (id, owner) = (before.id, before.request.owner.clone());
    sending.busy.set(true);
    // Not bound to the page: what was sent was meant, wherever the person goes meanwhile.
    spawn_local(async move {
        let Action { field, call, done, erase, landed, look_first, unsure } = action;
        let reply = attempt(id, call, landed, look_first).await;
        // Gives the value back when the page has been left.
        let here = sending.busy.try_set(false).is_none();
        match handle.session.pass(reply) {
            // The draft is kept: after signing in again, the page is as it was.
            None => {}
            Some(Ok(case)) => {
                erase();
                handle.set(case);
                if here {
                    handle.notify(done);
                    handle.show(id);
                }
            }
            Some(Err(problem)) => {
                unsure(problem.is_unconfirmed());
                if problem.status == 409 {
                    handle.refresh();
                }
                let faults = problems(&problem.fields);
                if faults.is_empty() {
                    sending.fail(field, words::refused(&problem, owner.as_deref()));
                } else {
                    sending.problems.try_set(faults);
                }
            }
        }
    });
}

/// Tries once. A browser may itself send a second time what it got no reply to: then the refusal of the
/// second hides that the first arrived.
async fn attempt<C, L>(id: Uuid, call: C, landed: L, look_first: bool) -> Result<StaffCase, ApiProblem>
where
    C: Future<Output = Result<StaffCase, ApiProblem>>,
    L: Fn(&StaffCase) -> bool,
{
    if look_first {
        let now = api::request(id).await?;
        if landed(&now) {
            return Ok(now);
        }
    }
    let reply = call.await;
    if reply.as_ref().is_err_and(|problem| [409, 422].contains(&problem.status))
        && let Ok(now) = api::request(id).await
        && landed(&now)
    {
        return Ok(now);
    }
    reply
}
