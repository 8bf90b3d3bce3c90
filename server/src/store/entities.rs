//! The tables. Every primary and unique key begins with the council.

/// Requests: where each stands now, read from its events.
pub mod request {
    use sea_orm::entity::prelude::*;

    /// A row of `request`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "request")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier (UUID v7).
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Reference without its dash.
        pub reference: String,
        /// SHA-256 of the key to follow it with.
        pub follow_hash: Vec<u8>,
        /// Sent by the browser with the submission.
        pub idempotency_key: Uuid,
        /// SHA-256 of what was submitted.
        pub body_hash: Vec<u8>,
        /// Service.
        pub service: String,
        /// Department.
        pub department: String,
        /// Still open.
        pub open: bool,
        /// The day promised now.
        pub complete_by: Date,
        /// The moment of it, where it is promised in hours.
        pub complete_at: Option<DateTimeUtc>,
        /// The resident's address in the form addresses are compared in.
        pub email_key: Option<String>,
        /// The account it is in.
        pub resident_id: Option<Uuid>,
        /// Number of the latest event.
        pub seq: i32,
        /// The folded case, as JSON.
        pub state: String,
        /// When it arrived.
        pub created_at: DateTimeUtc,
        /// When the clock looks at it next.
        pub wake_at: Option<DateTimeUtc>,
        /// Where it stands, as lists are made by.
        pub standing: String,
        /// Who took it.
        pub owner_id: Option<Uuid>,
        /// The department that it is offered to.
        pub offered_department: Option<String>,
        /// Who it is offered to, if it is not anybody there.
        pub offered_to: Option<Uuid>,
        /// Who it went up to.
        pub escalated_to: Option<Uuid>,
        /// It has been open for too long.
        pub on_board: bool,
        /// Promised days that were missed.
        pub missed: i32,
        /// How far a contractor's work is, where one does it.
        pub contract: Option<String>,
        /// Of a duplicate: the request in which it goes on.
        pub same_as: Option<Uuid>,
        /// The request that this one is about.
        pub about_id: Option<Uuid>,
        /// The team within the department.
        pub team: Option<String>,
        /// The ward it is about, by name.
        pub ward: Option<String>,
        /// By which way it came.
        pub channel: String,
        /// The day since which it has been open: it arrived, or was opened again.
        pub opened_on: Date,
        /// The day it ended.
        pub closed_on: Option<Date>,
        /// The day it was opened again.
        pub reopened_on: Option<Date>,
        /// It ended in the time that was promised at first, or did not.
        pub kept: Option<bool>,
        /// How it went, in the resident's view: 1 to 5.
        pub score: Option<i16>,
        /// What it is found by in the queue: in lower case, its reference, title, and what it is about.
        pub words: String,
        /// How long it has been open, as far as that was told: 1 long, 2 very long, 3 too long.
        pub aged: Option<i16>,
        /// The lowest rung that may agree to how it is to be closed, while somebody is asked to.
        pub sign_off: Option<String>,
        /// Who would close it so.
        pub proposed_by: Option<Uuid>,
    }

    /// No relations: queries name their keys.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Events: what happened, appended once.
pub mod event {
    use sea_orm::entity::prelude::*;

    /// A row of `event`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "event")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Request.
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        /// 1, 2, 3…
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i32,
        /// Identifier; a message's is its sender's, so that a repeat is seen.
        pub id: Uuid,
        /// When.
        pub at: DateTimeUtc,
        /// The recorded event, as JSON.
        pub body: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Jobs: what is still to be done because of an event, written with it.
pub mod job {
    use sea_orm::entity::prelude::*;

    /// A row of `job`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "job")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier (UUID v7).
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// What to do, as JSON.
        pub payload: String,
        /// Not before this.
        pub run_at: DateTimeUtc,
        /// Times it was begun.
        pub attempts: i32,
        /// Claimed until then; after it another runner may take it.
        pub locked_until: Option<DateTimeUtc>,
        /// Why it failed last.
        pub last_error: Option<String>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Photos: uploaded on their own, then taken by a request.
pub mod photo {
    use sea_orm::entity::prelude::*;

    /// A row of `photo`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "photo")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The request that took it.
        pub request_id: Option<Uuid>,
        /// Pixels.
        pub width: i32,
        /// Pixels.
        pub height: i32,
        /// When it was uploaded.
        pub created_at: DateTimeUtc,
        /// It is a document, not a photo.
        pub document: bool,
        /// Staff let others who report the same see it.
        pub public: bool,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Members of staff.
pub mod staff {
    use sea_orm::entity::prelude::*;

    /// A row of `staff`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Name, as residents read it.
        pub name: String,
        /// Address, as written.
        pub email: String,
        /// Address in the form addresses are compared in.
        pub email_key: String,
        /// Department.
        pub department: String,
        /// What they are, by the role's identifier.
        pub role: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Sign-in codes, hashed.
pub mod code {
    use sea_orm::entity::prelude::*;

    /// A row of `sign_in_code`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_in_code")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier (UUID v7).
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Whose.
        pub staff_id: Uuid,
        /// Keyed hash of the code.
        pub hash: Vec<u8>,
        /// Until when it works.
        pub expires_at: DateTimeUtc,
        /// Wrong tries.
        pub tries: i32,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Sessions of staff, by the hash of their token.
pub mod staff_session {
    use sea_orm::entity::prelude::*;

    /// A row of `staff_session`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff_session")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// SHA-256 of the token.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: Vec<u8>,
        /// Identifier, to be shown.
        pub id: Uuid,
        /// Whose.
        pub staff_id: Uuid,
        /// What the browser seems to be.
        pub device: String,
        /// Since when.
        pub begun_at: DateTimeUtc,
        /// When it was used last, to about a minute.
        pub seen_at: DateTimeUtc,
        /// When they last proved who they are.
        pub proved_at: DateTimeUtc,
        /// When it ends at the latest.
        pub ends_at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Tries that are counted, so that nobody guesses for long.
pub mod attempt {
    use sea_orm::entity::prelude::*;

    /// A row of `attempt`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attempt")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// What is tried: `find:REFERENCE`, `code:ADDRESS`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        /// Since when they are counted.
        pub since: DateTimeUtc,
        /// How many.
        pub count: i32,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What people fill in without the app, for a while.
pub mod draft {
    use sea_orm::entity::prelude::*;

    /// A row of `draft`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "draft")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// SHA-256 of the token in the person's cookie.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: Vec<u8>,
        /// The service; empty for small forms.
        #[sea_orm(primary_key, auto_increment = false)]
        pub service: String,
        /// What was posted, as JSON.
        pub body: String,
        /// Kept until then.
        pub expires_at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Streets of the gazetteer.
pub mod street {
    use sea_orm::entity::prelude::*;

    /// A row of `street`.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "street")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Name.
        pub name: String,
        /// Part of town.
        pub locality: Option<String>,
        /// Name and part of town in the form they are searched in.
        pub search_key: String,
        /// Degrees north of its middle.
        pub lat: f64,
        /// Degrees east of its middle.
        pub lon: f64,
        /// Its line, as JSON.
        pub path: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Addresses of the gazetteer.
pub mod address {
    use sea_orm::entity::prelude::*;

    /// A row of `address`.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "address")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Unique property reference number.
        #[sea_orm(primary_key, auto_increment = false)]
        pub uprn: String,
        /// First line.
        pub line1: String,
        /// Second line.
        pub line2: Option<String>,
        /// Town.
        pub town: Option<String>,
        /// Postcode as shown.
        pub postcode: String,
        /// Postcode in the form it is searched in.
        pub postcode_key: String,
        /// Its place among those of its postcode.
        pub place: i32,
        /// Street.
        pub street_id: String,
        /// Degrees north.
        pub lat: f64,
        /// Degrees east.
        pub lon: f64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Wards, and the areas of the councils around.
pub mod ward {
    use sea_orm::entity::prelude::*;

    /// A row of `ward`.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "ward")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The ward's name, or the other council's.
        pub name: String,
        /// A ward of this council.
        pub own: bool,
        /// Its outline, as JSON.
        pub rings: String,
        /// Its southernmost point.
        pub south: f64,
        /// Its westernmost point.
        pub west: f64,
        /// Its northernmost point.
        pub north: f64,
        /// Its easternmost point.
        pub east: f64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Where open requests are that others may be shown.
pub mod spot {
    use sea_orm::entity::prelude::*;

    /// A row of `spot`.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "spot")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Request.
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        /// What others name it by.
        pub public_id: String,
        /// Service.
        pub service: String,
        /// Degrees north.
        pub lat: Option<f64>,
        /// Degrees east.
        pub lon: Option<f64>,
        /// Street of the gazetteer.
        pub street_id: Option<String>,
        /// Still open.
        pub open: bool,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// People who are told what happens to somebody else's request.
pub mod watcher {
    use sea_orm::entity::prelude::*;

    /// A row of `watcher`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "watcher")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier (UUID v7).
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Request.
        pub request_id: Uuid,
        /// Where to tell it.
        pub email: String,
        /// The same in the form addresses are compared in.
        pub email_key: String,
        /// SHA-256 of the key to follow it with.
        pub follow_hash: Vec<u8>,
        /// Since when.
        pub created_at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Residents who have an account.
pub mod resident {
    use sea_orm::entity::prelude::*;

    /// A row of `resident`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "resident")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Address, as it was typed.
        pub email: String,
        /// The address in the form addresses are compared in.
        pub email_key: String,
        /// When the account was made.
        pub created_at: DateTimeUtc,
        /// Requests with this address that arrived before then are not to be offered.
        pub left_out_until: Option<DateTimeUtc>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Codes that residents sign in with: one for each browser that asked.
pub mod resident_code {
    use sea_orm::entity::prelude::*;

    /// A row of `resident_code`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "resident_code")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// SHA-256 of the token in the cookie of the browser that asked.
        #[sea_orm(primary_key, auto_increment = false)]
        pub browser_hash: Vec<u8>,
        /// Address.
        pub email: String,
        /// Keyed hash of the code.
        pub hash: Vec<u8>,
        /// It works until then.
        pub expires_at: DateTimeUtc,
        /// Wrong tries so far.
        pub tries: i32,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Where residents are signed in.
pub mod resident_session {
    use sea_orm::entity::prelude::*;

    /// A row of `resident_session`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "resident_session")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// SHA-256 of the token in the cookie.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: Vec<u8>,
        /// Identifier, for the list of sessions.
        pub id: Uuid,
        /// Whose.
        pub resident_id: Uuid,
        /// What the browser seems to be.
        pub device: String,
        /// Since when.
        pub begun_at: DateTimeUtc,
        /// When it was used last, to the minute.
        pub seen_at: DateTimeUtc,
        /// It ends then at the latest.
        pub ends_at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Browsers in which a resident has signed in before.
pub mod resident_browser {
    use sea_orm::entity::prelude::*;

    /// A row of `resident_browser`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "resident_browser")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// SHA-256 of the token in their cookie.
        #[sea_orm(primary_key, auto_increment = false)]
        pub browser_hash: Vec<u8>,
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        /// When they signed in there last.
        pub seen_at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The audit log: appended, never changed.
pub mod audit {
    use sea_orm::entity::prelude::*;

    /// A row of `audit`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Number, from 1 without a gap.
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        /// When.
        pub at: DateTimeUtc,
        /// What they were.
        pub role: String,
        /// Who.
        pub who: Option<Uuid>,
        /// Their department.
        pub department: Option<String>,
        /// What they did.
        pub deed: String,
        /// The resident whose record it was.
        pub person: Option<Uuid>,
        /// What it was done to.
        pub object: String,
        /// Why, or which fields.
        pub detail: String,
        /// Keyed hash over this row and the link of the one before.
        pub link: Vec<u8>,
    }

    /// No relations: queries name their keys.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// How far the audit log of a council has got.
pub mod audit_head {
    use sea_orm::entity::prelude::*;

    /// A row of `audit_head`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_head")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The last row.
        pub seq: i64,
        /// Its link.
        pub link: Vec<u8>,
    }

    /// No relations: queries name their keys.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
