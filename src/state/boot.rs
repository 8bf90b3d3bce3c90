//! What every page needs to know, brought along in the first page.

use domain::api::council::{Boot, CouncilView};
use leptos::prelude::*;

use crate::{api, json};

/// Reads the data block of the page; where there is none, asks.
///
/// # Errors
/// [`api::ApiProblem`] when the council can't be had either way.
pub async fn load() -> Result<Boot, api::ApiProblem> {
    let block = document().get_element_by_id("boot").and_then(|block| block.text_content());
    match block.and_then(|text| json::read(&text)) {
        Some(boot) => Ok(boot),
        None => Ok(Boot { council: api::council::get().await?, service: None }),
    }
}

/// The council, wherever it is needed.
pub fn provide_council(council: CouncilView) {
    provide_context(StoredValue::new(council));
}

/// The council whose pages these are.
#[must_use]
pub fn use_council() -> StoredValue<CouncilView> {
    expect_context()
}
