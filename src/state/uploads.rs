//! Photos and documents on their way from the device to the server. They go on while the person turns to other
//! pages of the form; what has arrived is written into the draft.

use domain::field::Position;
use domain::field::documents::{self, Document, MAX_BYTES};
use domain::field::photos::{self, Photo};
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use uuid::Uuid;
use wasm_bindgen::JsCast as _;
use web_sys::{Event, File, HtmlInputElement};

use super::drafts::Draft;
use crate::a11y::{self, Announcer};
use crate::api::photos as photos_api;
use crate::photo::{self, ObjectUrl, PhotoProblem};

/// How far a photo has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is being made small.
    Preparing,
    /// This much of it is sent, in percent.
    Sending(u8),
    /// It can't be had.
    Failed(PhotoProblem),
}

/// What is picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Pictures, made small before they are sent.
    Photos,
    /// Files, sent as they are.
    Documents,
}

/// A service and one of its questions.
type Place = (String, String);

/// A photo that has not arrived yet.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Tells it from the others.
    pub number: u32,
    /// The service and the question it is for: forms of two services may call theirs alike.
    place: Place,
    /// The file's name, fit to be shown.
    pub name: String,
    /// How far it has come.
    pub stage: ArcRwSignal<Stage>,
    /// Ends the work when it is cleaned up.
    work: Owner,
}

/// A photo that arrived in this tab.
struct Picture {
    service: String,
    id: Uuid,
    address: ObjectUrl,
    position: Option<Position>,
}

/// The photos of this tab.
#[derive(Clone, Copy)]
pub struct Uploads {
    list: RwSignal<Vec<Upload>>,
    kept: StoredValue<Kept, LocalStorage>,
    /// The service whose form is not to know where the photos were taken.
    declined: RwSignal<String>,
    announcer: Announcer,
}

/// What nothing on a page follows.
struct Kept {
    /// How many were begun.
    count: u32,
    pictures: Vec<Picture>,
    owner: Owner,
}

/// Puts the photos into the contexts.
pub fn provide() {
    provide_context(Uploads {
        list: RwSignal::new(Vec::new()),
        kept: StoredValue::new_local(Kept {
            count: 0,
            pictures: Vec::new(),
            owner: Owner::current().unwrap_or_default(),
        }),
        declined: RwSignal::new(String::new()),
        announcer: a11y::use_announcer(),
    });
}

/// The photos of this tab.
#[must_use]
pub fn use_uploads() -> Uploads {
    expect_context()
}

/// What to say when a page is left while its photos are still on their way.
pub const UNFINISHED: &str =
    "Your files are still being sent. Wait a moment, or remove those you can do without";

impl Uploads {
    /// The photos of a question that have not arrived yet.
    #[must_use]
    pub fn waiting(self, question: &str, draft: Draft) -> Vec<Upload> {
        let place = place(question, draft);
        self.list.with(|list| list.iter().filter(|upload| upload.place == place).cloned().collect())
    }

    /// Whether photos of a question are still on their way.
    #[must_use]
    pub fn is_busy(self, question: &str, draft: Draft) -> bool {
        let mut waiting = self.waiting(question, draft).into_iter();
        waiting.any(|upload| !matches!(upload.stage.get(), Stage::Failed(_)))
    }

    /// The address of a photo, small: in this tab's memory if it was added here, else from the server.
    #[must_use]
    pub fn preview(self, id: Uuid) -> String {
        let here = self.kept.try_with_value(|kept| {
            let picture = kept.pictures.iter().find(|picture| picture.id == id)?;
            Some(picture.address.as_str().to_owned())
        });
        here.flatten().unwrap_or_else(|| photos_api::preview(id))
    }

    /// Takes the files that were picked, as many as there is room for, and says how many were left out.
    pub fn pick(self, event: &Event, sort: Sort, question: &str, max: u32, draft: Draft) -> usize {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return 0;
        };
        let files: Vec<File> = input
            .files()
            .map(|files| js_sys::Array::from(&files).iter().filter_map(|file| file.dyn_into().ok()).collect())
            .unwrap_or_default();
        // So that the same file can be picked again, and nobody after us finds it there.
        input.set_value("");
        let failed = |upload: &Upload| matches!(upload.stage.get_untracked(), Stage::Failed(_));
        let waiting = untrack(|| self.waiting(question, draft));
        let arrived = match sort {
            Sort::Photos => photos::read(question, &draft.now()).0.len(),
            Sort::Documents => documents::read(question, &draft.now()).len(),
        };
        let taken = arrived + waiting.iter().filter(|upload| !failed(upload)).count();
        let room = (max as usize).saturating_sub(taken);
        let left_out = files.len().saturating_sub(room);
        for file in files.into_iter().take(room) {
            self.begin(file, sort, question, draft);
        }
        left_out
    }

    fn begin(self, file: File, sort: Sort, question: &str, draft: Draft) {
        let stage = ArcRwSignal::new(Stage::Preparing);
        let begun = self.kept.try_update_value(|kept| {
            kept.count += 1;
            (kept.count, kept.owner.child())
        });
        let Some((number, work)) = begun else { return };
        let (name, question) = (photo::shown(&file.name()), question.to_owned());
        let upload = Upload {
            number,
            place: place(&question, draft),
            name: name.clone(),
            stage: stage.clone(),
            work: work.clone(),
        };
        self.list.update(|list| list.push(upload));
        let service = draft.service();
        work.with(|| {
            spawn_local_scoped_with_cancellation(async move {
                let full_name = file.name();
                let sent = match sort {
                    Sort::Photos => self.send_photo(file, &service, &stage).await,
                    Sort::Documents => send_document(file, &stage).await,
                };
                match sent {
                    Ok(id) => {
                        draft.update_of(&service, |answers| match sort {
                            Sort::Photos => {
                                let (mut photos, position) = photos::read(&question, answers);
                                photos.push(Photo { id, alt: String::new() });
                                photos::write(&question, &photos, position, answers);
                            }
                            Sort::Documents => {
                                let mut documents = documents::read(&question, answers);
                                documents.push(Document { id, name: documents::name(&full_name, number) });
                                documents::write(&question, &documents, answers);
                            }
                        });
                        self.announcer.say(format!("{name} was added"));
                        self.stop(number);
                    }
                    Err(problem) => {
                        stage.set(Stage::Failed(problem));
                        self.announcer.say(problem.words(&name));
                    }
                }
            });
        });
    }

    async fn send_photo(
        self,
        file: File,
        service: &str,
        stage: &ArcRwSignal<Stage>,
    ) -> Result<Uuid, PhotoProblem> {
        let prepared = photo::prepare(file).await?;
        stage.set(Stage::Sending(0));
        let progress = stage.clone();
        let id = photo::upload(photo::PHOTOS, prepared.blob, move |percent| {
            progress.set(Stage::Sending(percent));
        })
        .await?;
        let picture = Picture {
            service: service.to_owned(),
            id,
            address: prepared.object_url,
            position: prepared.position,
        };
        // What follows the answers looks for the picture, so it is there before they say so.
        self.kept.update_value(|kept| kept.pictures.push(picture));
        Ok(id)
    }

    /// Stops sending a photo, or takes a failed one off the list.
    pub fn stop(self, number: u32) {
        let stopped = self.list.try_update(|list| {
            let at = list.iter().position(|upload| upload.number == number)?;
            Some(list.remove(at))
        });
        if let Some(Some(upload)) = stopped {
            upload.work.cleanup();
        }
    }

    /// Takes a photo out of the answers.
    pub fn remove(self, question: &str, id: Uuid, draft: Draft) {
        let gone = self.position_of(&[id]);
        self.kept.update_value(|kept| kept.pictures.retain(|picture| picture.id != id));
        draft.update(|answers| {
            let (mut photos, position) = photos::read(question, answers);
            photos.retain(|photo| photo.id != id);
            let came_from = |gone: Position| position.is_some_and(|told| told.show() == gone.show());
            // A position without a photo says nothing, and what was agreed to for the photo that is gone is
            // agreed to no more.
            let position = position.filter(|_| !photos.is_empty() && !gone.is_some_and(came_from));
            photos::write(question, &photos, position, answers);
        });
    }

    /// Whether the resident is asked for the place where the photo was taken, and what they said:
    /// `yes`, `no`, or nothing yet.
    #[must_use]
    pub fn position_answer(self, question: &str, draft: Draft) -> Signal<Option<String>> {
        let question = question.to_owned();
        Signal::derive(move || {
            let (photos, told) = draft.answers().with(|answers| photos::read(&question, answers));
            let declined = self.declined.get() == draft.service();
            match (told, self.position_of(&ids(&photos))) {
                (Some(_), _) => Some("yes".to_owned()),
                (None, Some(_)) => Some(if declined { "no".to_owned() } else { String::new() }),
                (None, None) => None,
            }
        })
    }

    /// Uses the place where the photo was taken, or does not.
    pub fn use_position(self, question: &str, yes: bool, draft: Draft) {
        self.declined.set(if yes { String::new() } else { draft.service() });
        let position = self.position_of(&ids(&photos::read(question, &draft.now()).0));
        let position = position.filter(|_| yes).map(|position| position.show());
        draft.set(&format!("{question}.position"), position.unwrap_or_default());
    }

    /// Forgets everything of one service: its form was sent, or thrown away.
    pub fn clear(self, service: &str) {
        for upload in self.list.try_get_untracked().unwrap_or_default() {
            if upload.place.0 == service {
                self.stop(upload.number);
            }
        }
        self.kept.try_update_value(|kept| kept.pictures.retain(|picture| picture.service != service));
        self.declined.try_set(String::new());
    }

    /// Where the first of these photos that says so was taken. They are those of one form: another's photos
    /// say nothing here.
    fn position_of(self, ids: &[Uuid]) -> Option<Position> {
        let first = |kept: &Kept| {
            kept.pictures.iter().find_map(|picture| picture.position.filter(|_| ids.contains(&picture.id)))
        };
        self.kept.try_with_value(first).flatten()
    }
}

async fn send_document(file: File, stage: &ArcRwSignal<Stage>) -> Result<Uuid, PhotoProblem> {
    #[expect(clippy::cast_precision_loss, reason = "ten million is exact")]
    let most = MAX_BYTES as f64;
    if file.size() > most {
        return Err(PhotoProblem::DocumentTooLarge);
    }
    stage.set(Stage::Sending(0));
    let progress = stage.clone();
    photo::upload(photo::DOCUMENTS, file.unchecked_into(), move |percent| {
        progress.set(Stage::Sending(percent));
    })
    .await
}

fn place(question: &str, draft: Draft) -> Place {
    (draft.service(), question.to_owned())
}

fn ids(photos: &[Photo]) -> Vec<Uuid> {
    photos.iter().map(|photo| photo.id).collect()
}
