//! Service documents: the one in the first page, and those fetched since.

use std::{pin::Pin, sync::Arc};

use domain::api::services::ServiceView;
use leptos::prelude::*;

use crate::api::{self, ApiProblem};

/// A service's document, or why it can't be had.
pub type Loaded = Result<Arc<ServiceView>, ApiProblem>;

/// The documents read so far.
#[derive(Clone, Copy, Debug)]
pub struct Shelf(StoredValue<Vec<Arc<ServiceView>>>);

/// Puts the shelf into the contexts, with the document the first page brought.
pub fn provide(first: Option<ServiceView>) {
    provide_context(Shelf(StoredValue::new(first.into_iter().map(Arc::new).collect())));
}

/// Asks for the document of a service, which is fetched if need be.
pub fn use_service(id: String) -> impl Fn() -> Pin<Box<dyn Future<Output = Loaded>>> {
    let Shelf(shelf) = use_shelf();
    move || {
        let id = id.clone();
        Box::pin(async move {
            let known =
                shelf.try_with_value(|shelf| shelf.iter().find(|known| known.service.id == id).cloned());
            if let Some(Some(known)) = known {
                return Ok(known);
            }
            let fetched = Arc::new(api::services::get(&id).await?);
            shelf.try_update_value(|shelf| shelf.push(Arc::clone(&fetched)));
            Ok(fetched)
        })
    }
}

/// The shelf.
#[must_use]
pub fn use_shelf() -> Shelf {
    expect_context()
}

impl Shelf {
    /// Forgets a document, because the server has a newer one.
    pub fn forget(self, id: &str) {
        self.0.try_update_value(|shelf| shelf.retain(|known| known.service.id != id));
    }
}
