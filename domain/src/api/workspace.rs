//! The staff's queue: which part of it is looked at, parts that are kept under a name, and what is done to many
//! requests at once.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use super::staff::{CloseRequest, Show};
use crate::by::By;
use crate::case::Owner;
use crate::catalogue::Reply;

/// Days back in which closed requests are looked for, and in which a team's work is counted.
pub const PERIOD_DAYS: u64 = 90;

/// Filters that a member of staff may keep.
pub const SAVED_FILTERS: usize = 20;

/// The order of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Open ones by the earliest promise, closed ones by the latest arrival.
    #[default]
    Usual,
    /// The oldest first.
    Oldest,
    /// The newest first.
    Newest,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Usual, Self::Oldest, Self::Newest];

    /// As it stands in addresses.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Oldest => "oldest",
            Self::Newest => "newest",
        }
    }

    /// Reads what stands in an address.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.id() == id)
    }
}

/// Which of the requests that are counted for a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Only {
    /// Ended in the period.
    Ended,
    /// Of those, in time.
    Kept,
    /// Of those, late.
    Missed,
    /// Opened again in the period, whether they have ended since or not.
    Reopened,
    /// Ended in the period, and their residents were satisfied.
    Satisfied,
    /// Ended in the period, and their residents were not satisfied.
    Dissatisfied,
}

impl Only {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Ended, Self::Kept, Self::Missed, Self::Reopened, Self::Satisfied, Self::Dissatisfied];

    /// As it stands in addresses.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Kept => "kept",
            Self::Missed => "missed",
            Self::Reopened => "reopened",
            Self::Satisfied => "satisfied",
            Self::Dissatisfied => "dissatisfied",
        }
    }

    /// Reads what stands in an address.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|only| only.id() == id)
    }
}

/// Part of the queue. Where nothing is said, nothing is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct QueueFilter {
    /// Which part.
    pub show: Show,
    /// Of this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 100))]
    pub service: Option<String>,
    /// In this ward, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 200))]
    pub ward: Option<String>,
    /// Of this team; empty for those of none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 200))]
    pub team: Option<String>,
    /// Of this member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Uuid>,
    /// These words stand in the reference, the title, or what it is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[validate(length(max = 100))]
    pub text: String,
    /// In this order.
    #[serde(skip_serializing_if = "is_usual")]
    pub order: Order,
    /// Only those that are counted so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<Only>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_usual(order: &Order) -> bool {
    *order == Order::Usual
}

impl QueueFilter {
    /// A whole part of the queue.
    #[must_use]
    pub fn of(show: Show) -> Self {
        Self { show, ..Self::default() }
    }

    /// Reads it from an address, by the names of [`Self::pairs`]. What an address says that can't be is left out.
    #[must_use]
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        // No database keeps one.
        let get = |name: &str| get(name).filter(|said| !said.contains('\0'));
        let said = |name: &str| get(name).filter(|said| !said.is_empty());
        Self {
            show: Show::read(get("show").as_deref()),
            service: said("service"),
            ward: said("ward"),
            team: get("team"),
            owner: get("owner").and_then(|owner| Uuid::try_parse(&owner).ok()),
            text: get("text").unwrap_or_default().trim().to_owned(),
            order: get("order").and_then(|order| Order::parse(&order)).unwrap_or_default(),
            only: get("only").and_then(|only| Only::parse(&only)),
        }
    }

    /// As it stands in addresses, by name and value, not yet encoded.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let Self { show, service, ward, team, owner, text, order, only } = self;
        let text = Some(text).filter(|text| !text.is_empty());
        [
            ("show", (*show != Show::Open).then(|| show.id().to_owned())),
            ("service", service.clone()),
            ("ward", ward.clone()),
            ("team", team.clone()),
            ("owner", owner.map(|owner| owner.to_string())),
            ("text", text.cloned()),
            ("order", (!is_usual(order)).then(|| order.id().to_owned())),
            ("only", only.map(|only| only.id().to_owned())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// Whether something of its part is left out.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        let whole = Self { order: self.order, ..Self::of(self.show) };
        *self != whole
    }
}

/// A part of the queue that is kept under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedFilter {
    /// Identifier.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Which part.
    pub filter: QueueFilter,
}

/// `POST /api/staff/filters`: keeps a part of the queue; under a name that is there already, in place of that one.
/// 409 `too_many` when twenty are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SaveFilterRequest {
    /// Name.
    #[validate(length(min = 1, max = 60))]
    pub name: String,
    /// Which part.
    #[validate(nested)]
    pub filter: QueueFilter,
}

/// `POST /api/staff/filters/forget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ForgetFilterRequest {
    /// Which.
    pub id: Uuid,
}

/// `POST /api/staff/shortcuts`: whether I want keyboard shortcuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ShortcutsRequest {
    /// I do.
    pub on: bool,
}

/// `GET /api/staff/desk`: what a member of staff works with besides the requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Desk {
    /// What they keep, by name.
    pub filters: Vec<SavedFilter>,
    /// The services, by title: identifier and title.
    pub services: Vec<(String, String)>,
    /// The wards, by name.
    pub wards: Vec<String>,
    /// Who in the department can have a request.
    pub colleagues: Vec<Owner>,
    /// Those of them who are away today.
    pub away: Vec<Uuid>,
    /// The other departments: identifier and name.
    pub departments: Vec<(String, String)>,
    /// What is written most often at the end.
    pub replies: Vec<Reply>,
    /// What a resident can do who does not agree.
    pub object: String,
    /// Today.
    #[serde(with = "crate::day")]
    pub today: NaiveDate,
}

/// What is done to each of many requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BatchAct {
    /// I take it.
    Take,
    /// Work is planned for a day.
    Plan {
        /// The day: today or later, and not after the promised one.
        #[serde(with = "crate::day")]
        on: NaiveDate,
    },
    /// A note that only staff read.
    Note {
        /// The words.
        text: String,
    },
    /// I ask somebody else to take it.
    Offer {
        /// A colleague; or
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Uuid>,
        /// another department.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        department: Option<String>,
        /// Why.
        reason: String,
    },
    /// I close it, and its resident is told so.
    Close(Box<CloseRequest>),
}

impl BatchAct {
    /// Whether it can be taken back for some minutes: nothing is, that a resident was told.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        match self {
            Self::Take | Self::Plan { .. } | Self::Offer { .. } => true,
            Self::Note { .. } | Self::Close(_) => false,
        }
    }
}

/// `POST /api/staff/batches`, and `…/preview`, which changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
    /// Made by the sender: what is sent twice is done once.
    pub id: Uuid,
    /// The requests; at most 200.
    #[validate(length(min = 1, max = 200))]
    pub requests: Vec<Uuid>,
    /// What is done to each.
    pub act: BatchAct,
}

/// `POST /api/staff/batches/undo`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UndoRequest {
    /// The batch.
    pub id: Uuid,
    /// Its requests that are to be as they were.
    #[validate(length(min = 1, max = 200))]
    pub requests: Vec<Uuid>,
}

/// What becomes, or became, of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchView {
    /// In the order in which they were asked for.
    pub lines: Vec<BatchLine>,
    /// The moment until which those that changed can be put back (UTC), if they can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_until: Option<String>,
}

/// What becomes, or became, of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchLine {
    /// Identifier.
    pub id: Uuid,
    /// Why it can't be, by the code that doing it alone would be refused with; none where it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The request; nothing where it is not there, or another department's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<BatchItem>,
}

/// A request in a batch, as it stands before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchItem {
    /// Reference, as shown.
    pub reference: String,
    /// The service's title.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The day that work is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::day::optional")]
    pub planned: Option<NaiveDate>,
    /// By when it is promised.
    pub complete_by: By,
    /// It only ends when somebody agrees who answers for the department.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_word: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_from_its_address() {
        let all = QueueFilter {
            show: Show::Closed,
            service: Some("pothole".into()),
            ward: Some("Quay & Harbour".into()),
            team: Some(String::new()),
            owner: Some(Uuid::from_u128(7)),
            text: "mill lane".into(),
            order: Order::Newest,
            only: Some(Only::Missed),
        };
        for filter in [all, QueueFilter::default(), QueueFilter::of(Show::Mine)] {
            let pairs = filter.pairs();
            let get =
                |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
            assert_eq!(QueueFilter::read(get), filter);
        }
        let nonsense = QueueFilter::read(|_| Some("nonsense".into()));
        assert_eq!(
            (nonsense.show, nonsense.owner, nonsense.order, nonsense.only),
            (Show::Open, None, Order::Usual, None)
        );
    }

    #[test]
    fn a_filter_says_only_what_it_leaves_out() {
        let all = QueueFilter::default();
        assert!(!all.is_narrow() && !QueueFilter { order: Order::Newest, ..all.clone() }.is_narrow());
        assert_eq!(serde_json::to_string(&all).unwrap(), r#"{"show":"open"}"#);
        let mine = QueueFilter { text: "mill".into(), order: Order::Oldest, ..QueueFilter::of(Show::Mine) };
        assert!(mine.is_narrow());
        let text = serde_json::to_string(&mine).unwrap();
        assert_eq!(text, r#"{"show":"mine","text":"mill","order":"oldest"}"#);
        assert_eq!(serde_json::from_str::<QueueFilter>(&text).unwrap(), mine);
        assert!(serde_json::from_str::<QueueFilter>(r#"{"shows":"mine"}"#).is_err());
    }
}
