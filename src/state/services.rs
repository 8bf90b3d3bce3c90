//! Service documents: the one in the first page, and those fetched since.

use std::sync::Arc;

use domain::api::services::{ServiceSummary, ServiceView};
use leptos::prelude::*;

use crate::api::{self, ApiProblem};

/// A service's document, or why it can't be had.
pub type Loaded = Result<Arc<ServiceView>, ApiProblem>;

/// The documents read so far.
#[derive(Clone, Copy)]
struct Shelf(StoredValue<Vec<Arc<ServiceView>>>);

/// Puts the shelf into the contexts, with the document the first page brought.
pub fn provide(first: Option<ServiceView>) {
    provide_context(Shelf(StoredValue::new(first.into_iter().map(Arc::new).collect())));
}

/// The document of a service, fetched if need be.
#[must_use]
pub fn use_service(id: Memo<String>) -> LocalResource<Loaded> {
    let Shelf(shelf) = expect_context();
    LocalResource::new(move || {
        let id = id.get();
        async move {
            let known =
                shelf.try_with_value(|shelf| shelf.iter().find(|known| known.service.id == id).cloned());
            if let Some(Some(known)) = known {
                return Ok(known);
            }
            let fetched = Arc::new(api::services::get(&id).await?);
            shelf.try_update_value(|shelf| shelf.push(Arc::clone(&fetched)));
            Ok(fetched)
        }
    })
}

/// Forgets a document, because the server has a newer one.
pub fn forget(id: &str) {
    if let Some(Shelf(shelf)) = use_context() {
        shelf.try_update_value(|shelf| shelf.retain(|known| known.service.id != id));
    }
}

/// Every service in one line each.
#[must_use]
pub fn use_list() -> LocalResource<Result<Vec<ServiceSummary>, ApiProblem>> {
    LocalResource::new(api::services::list)
}
