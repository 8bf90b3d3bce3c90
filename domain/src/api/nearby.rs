//! `GET /api/services/{id}/nearby` and what is done with it: somebody may have told us already. Nothing here
//! says who, or in which words.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// Open requests of the same service near a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Nearby {
    /// The requests, nearest first; at most five.
    pub requests: Vec<NearbyRequest>,
}

/// One of them, as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NearbyRequest {
    /// What to name it by here; it opens nothing.
    pub id: String,
    /// The service's title.
    pub title: String,
    /// How far it is, in metres; none when it is only known to be in the same street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
    /// The day it arrived.
    #[serde(with = "crate::day")]
    pub received: NaiveDate,
    /// By when it is promised, in words: forms carry no calendar.
    pub complete_by: String,
    /// There is a photo that staff have looked at: `GET /api/nearby/{id}/photo`.
    #[serde(default)]
    pub photo: bool,
}

/// `POST /api/services/{id}/nearby/{request}/watch`: tell me about it too. The reply is 204 whether or not the address watches already: the link to
/// follow it by goes to the mailbox only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WatchRequest {
    /// Where to tell it.
    #[validate(length(min = 1, max = 254))]
    pub email: String,
}
