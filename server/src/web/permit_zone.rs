//! Which permit zone a home is in. Zones and addresses are nobody's secret.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::field::place::postcode;
use portico_app::pages::permit_zone::Zones;
use portico_app::paths;
use serde::Deserialize;

use super::pages;
use super::visit::or_sorry;
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Query};
use crate::ledgers::PermitZones as _;
use crate::routes;
use crate::state::AppState;

/// The pages of this file.
pub fn router() -> Pages {
    Pages::new().open(paths::PERMIT_ZONE, get(page), "zones and addresses are published")
}

/// `?postcode=ZE9+1AB`.
#[derive(Deserialize)]
struct Asked {
    postcode: Option<String>,
}

/// The homes with a postcode, and their zones.
async fn page(State(state): State<AppState>, at: At, Query(asked): Query<Asked>) -> Response {
    let shown = async {
        if at.served.council.permit_zones.is_none() {
            return Err(ApiError::not_found());
        }
        let known = asked.postcode.as_deref().map(postcode);
        let mut zones = Zones { is_wrong: known == Some(None), asked: asked.postcode, homes: Vec::new() };
        if let Some(Some(postcode)) = known {
            let addresses = at.store.addresses(&postcode).await?;
            let each = at.store.zones(&addresses).await?;
            let home = |lines: &[String; 2]| {
                let lines = lines.iter().filter(|line| !line.is_empty()).map(String::as_str);
                lines.collect::<Vec<_>>().join(", ")
            };
            zones.homes = addresses.iter().map(|address| home(&address.lines)).zip(each).collect();
        }
        let council = routes::council::view(&state, &at.served);
        Ok(pages::of_person(&at, &portico_app::plain::permit_zone(council, zones)))
    };
    or_sorry(&state, &at, shown).await
}
