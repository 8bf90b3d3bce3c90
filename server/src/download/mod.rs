//! A copy of everything about one resident, for them to take away: a page to read, the same as JSON, and their photos
//! and documents, in one ZIP file. It says what the resident could see on our pages and no more: nobody else's
//! data, and nothing that staff write for each other.

mod pack;
mod page;
mod sections;

use futures::future::BoxFuture;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::adapters::blobs::Size;
use crate::error::ApiError;
use crate::extract::{At, SignedIn};
use crate::state::AppState;

/// Whose copy it is.
struct Asked<'a> {
    state: &'a AppState,
    at: &'a At,
    who: &'a SignedIn,
}

/// A part of the copy.
struct Section {
    /// Its name in the JSON.
    key: &'static str,
    /// Its heading on the page.
    title: &'static str,
    /// What the page says.
    blocks: Vec<Block>,
    /// The same as data.
    data: Value,
}

/// A piece of the page.
enum Block {
    /// A paragraph.
    Text(String),
    /// A heading within the section.
    Heading(String),
    /// Names and what they are.
    Facts(Vec<(String, String)>),
    /// What happened, or what there is, in order.
    List(Vec<String>),
    /// A photo or document.
    File(File),
}

/// A photo or document.
#[derive(Clone)]
struct File {
    id: Uuid,
    size: Size,
    /// Its folder and name in the ZIP, without the ending.
    path: String,
    /// What it is, in words.
    label: String,
}

/// Makes one section. A noun that keeps something about residents adds itself to the list below.
type Make = for<'a> fn(&'a Asked<'a>) -> BoxFuture<'a, Result<Section, ApiError>>;

/// The sections, in the order of the page.
const SECTIONS: [Make; 14] = [
    |asked| Box::pin(sections::account(asked)),
    |asked| Box::pin(sections::profile(asked)),
    |asked| Box::pin(sections::requests(asked)),
    |asked| Box::pin(sections::alerts(asked)),
    |asked| Box::pin(sections::watching(asked)),
    |asked| Box::pin(sections::contacts(asked)),
    |asked| Box::pin(sections::begun(asked)),
    |asked| Box::pin(sections::helpers(asked)),
    |asked| Box::pin(sections::acting(asked)),
    |asked| Box::pin(sections::identity(asked)),
    |asked| Box::pin(sections::consent(asked)),
    |asked| Box::pin(sections::ways_in(asked)),
    |asked| Box::pin(sections::sessions(asked)),
    |asked| Box::pin(sections::looked(asked)),
];

/// A copy, ready to be sent but for its photos and documents.
pub struct Copy {
    council: (String, String),
    /// When it was made, in words.
    made: String,
    /// The day it was made.
    day: chrono::NaiveDate,
    sections: Vec<Section>,
}

/// Gathers what is known of the resident who is signed in.
///
/// # Errors
/// The database's.
pub async fn gather(state: &AppState, at: &At, who: &SignedIn) -> Result<Copy, ApiError> {
    let asked = Asked { state, at, who };
    let mut sections = Vec::with_capacity(SECTIONS.len());
    for make in SECTIONS {
        sections.push(make(&asked).await?);
    }
    let now = state.now();
    Ok(Copy {
        council: (at.served.council.id.clone(), at.served.council.name.clone()),
        made: at.served.say(now),
        day: at.served.local(now).date(),
        sections,
    })
}

impl Copy {
    /// What the file is called.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("my-data-{}.zip", self.day)
    }

    /// All of it as data, by the names of the sections.
    fn data(&self) -> Value {
        let made = [("council", &self.council.1), ("made", &self.made)];
        let made = made.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text.as_str())));
        let sections = self.sections.iter().map(|section| (section.key.to_owned(), section.data.clone()));
        Value::Object(made.chain(sections).collect::<Map<_, _>>())
    }

    fn files(&self) -> impl Iterator<Item = &File> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::File(file) => Some(file),
            _ => None,
        })
    }
}
