//! The files that come with a page that is posted.

use std::cmp::Ordering;

use domain::api::drafts::Posted;
use domain::catalogue::{Question, Service};
use domain::field::Kind;
use domain::field::documents::{self, Document};
use domain::field::photos::{self, Photo};
use portico_app::components::error_summary::Problem;
use portico_app::pages::form as page_of_questions;

use super::form::{File, Form};
use crate::extract::At;
use crate::routes;
use crate::secret;
use crate::state::AppState;

/// The question that a file answers, and what became of it.
pub(super) type Came<'s> = (&'s Question, Result<Received, Problem>);

/// Whether a question takes files.
pub(super) fn takes(question: &Question) -> bool {
    matches!(question.kind, Kind::Photos(_) | Kind::Documents(_))
}

/// A file that came with a page.
#[derive(Clone)]
pub(super) struct Received {
    /// Of what is in it.
    hash: String,
    what: What,
}

/// What became of it.
#[derive(Clone)]
enum What {
    Photo(Photo),
    Document(Document),
    /// It had come before.
    Again,
}

fn too_many(question: &Question, most: u32) -> Problem {
    Problem { id: question.id.clone(), words: page_of_questions::too_many(most) }
}

/// Keeps a photo or document.
async fn receive_file(state: &AppState, at: &At, question: &Question, file: &File) -> Result<What, Problem> {
    let name = documents::name(&file.name, 1);
    let kept = if matches!(question.kind, Kind::Photos(_)) {
        let kept = routes::photos::keep(state, at, file.bytes.clone()).await;
        kept.map(|photo| What::Photo(Photo { id: photo.id, alt: String::new() }))
    } else {
        let kept = routes::documents::keep(state, at, file.bytes.clone()).await;
        kept.map(|document| What::Document(Document { id: document.id, name: name.clone() }))
    };
    kept.map_err(|error| Problem {
        id: question.id.clone(),
        words: page_of_questions::file_problem(error.code(), error.status().as_u16(), &name),
    })
}

/// Notes a file that was kept among the answers. One that was there before, and was taken out since, is to be picked
/// anew: then its hash is not known any more.
pub(super) fn note(question: &Question, file: Received, posted: &mut Posted) -> Result<(), Problem> {
    let id = question.id.as_str();
    let answers = &mut posted.answers;
    let stored = match (&question.kind, file.what) {
        (Kind::Photos(kind), What::Photo(photo)) => {
            let (mut photos, position) = photos::read(id, answers);
            if photos.len() >= kind.max as usize {
                return Err(too_many(question, kind.max));
            }
            let stored = photo.id.to_string();
            photos.push(photo);
            photos::write(id, &photos, position, answers);
            stored
        }
        (Kind::Documents(kind), What::Document(document)) => {
            let mut documents = documents::read(id, answers);
            if documents.len() >= kind.max as usize {
                return Err(too_many(question, kind.max));
            }
            let stored = document.id.to_string();
            documents.push(document);
            documents::write(id, &documents, answers);
            stored
        }
        _ => return Ok(()),
    };
    posted.files.push((format!("{id}:{}", file.hash), stored));
    Ok(())
}

/// Keeps the files that came with a page, but those that had come before. It takes a while, and so comes before the draft
/// is read: what is posted meanwhile is in it then.
pub(super) async fn receive<'s>(
    state: &AppState,
    at: &At,
    service: &'s Service,
    form: &Form,
    known: &[(String, String)],
) -> Vec<Came<'s>> {
    let mut received: Vec<Came<'_>> = Vec::new();
    for file in &form.files {
        let Some(question) = service.question(&file.question) else { continue };
        let before = received.iter().filter(|(known, _)| known.id == question.id).count();
        let most = match &question.kind {
            Kind::Photos(kind) => kind.max,
            Kind::Documents(kind) => kind.max,
            _ => continue,
        };
        match before.cmp(&(most as usize)) {
            Ordering::Less => {
                let hash = data_encoding::HEXLOWER.encode(&secret::hash(&file.bytes));
                // The browser sends it once more when somebody comes back to the page.
                if known.iter().any(|(other, _)| *other == format!("{}:{hash}", question.id)) {
                    received.push((question, Ok(Received { hash, what: What::Again })));
                    continue;
                }
                let kept = receive_file(state, at, question, file).await;
                received.push((question, kept.map(|what| Received { hash, what })));
            }
            // Of sixty files too many, it is said once.
            Ordering::Equal => received.push((question, Err(too_many(question, most)))),
            Ordering::Greater => {}
        }
    }
    received
}
