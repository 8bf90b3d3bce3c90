//! Documents that residents show to prove who they are: sent in, until somebody has looked at them, or at a desk.

use chrono::{DateTime, Utc};
use domain::api::identity::{DocumentKind, DocumentState};
use domain::audit::Entry;
use domain::identity::{Level, Proof};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::account_codes::{MakeMail, still_there};
use super::accounts::Resident;
use super::entities::{photo, resident};
use super::proofs::NewProof;
use super::{Database, Store, StoreError, audit, jobs};

pub use desk_code::Model as StoredDeskCode;
pub use identity_document::Model as StoredDocument;

/// The most documents that are listed.
pub const MOST_DOCUMENTS: u64 = 200;

/// Documents that residents sent to show who they are. What stands in them is in the blob store, until somebody has
/// looked at it.
pub mod identity_document {
    use sea_orm::entity::prelude::*;

    /// A row of `identity_document`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_document")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier: the upload's.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Whose.
        pub resident_id: Uuid,
        /// Which kind.
        pub kind: String,
        /// The name that should be on it.
        pub name: String,
        /// When it was sent.
        pub sent_at: DateTimeUtc,
        /// How far it is.
        pub state: String,
        /// Why it is not good enough.
        pub reason: Option<String>,
        /// The member of staff who looked at it.
        pub decided_by: Option<Uuid>,
        /// When.
        pub decided_at: Option<DateTimeUtc>,
        /// Its bytes are gone.
        pub erased: bool,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What the codes are made from that residents say at a desk.
pub mod desk_code {
    use sea_orm::entity::prelude::*;

    /// A row of `desk_code`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "desk_code")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resident_id: Uuid,
        /// Makes this code another than the one before.
        pub nonce: Uuid,
        /// Until when it works.
        pub ends_at: DateTimeUtc,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A document that is sent in to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDocument {
    /// The upload.
    pub id: Uuid,
    /// Whose.
    pub resident: Uuid,
    /// Which kind.
    pub kind: DocumentKind,
    /// The name that should be on it.
    pub name: String,
    /// The present moment.
    pub now: DateTime<Utc>,
}

/// What somebody said who looked at a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The document.
    pub document: Uuid,
    /// Identifier of the proof, if it becomes one.
    pub proof: Uuid,
    /// The member of staff.
    pub by: Uuid,
    /// Why it is not good enough; none when it is.
    pub refused: Option<String>,
    /// The present moment.
    pub now: DateTime<Utc>,
}

impl Store {
    /// Takes an upload as a document of a resident's, to be looked at.
    ///
    /// # Errors
    /// [`StoreError::UploadGone`] when it is not there to be taken, [`StoreError::NotFound`] when the account is closed;
    /// the database's errors.
    pub async fn show_document(&self, new: NewDocument, log: Entry) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new, log) = (store.clone(), new.clone(), log.clone());
                Box::pin(async move {
                    let council = store.council().to_owned();
                    still_there(transaction, &council, new.resident).await?;
                    let taken = photo::Entity::update_many()
                        // No request has its identifier: it is served to nobody but who looks at it.
                        .set(photo::ActiveModel { request_id: Set(Some(new.id)), ..Default::default() })
                        .filter(photo::Column::CouncilId.eq(&*council))
                        .filter(photo::Column::Id.eq(new.id))
                        .filter(photo::Column::RequestId.is_null())
                        .filter(photo::Column::Document.eq(true))
                        .exec(transaction)
                        .await?;
                    if taken.rows_affected != 1 {
                        return Err(StoreError::UploadGone(new.id));
                    }
                    let row = identity_document::ActiveModel {
                        council_id: Set(council),
                        id: Set(new.id),
                        resident_id: Set(new.resident),
                        kind: Set(new.kind.id().to_owned()),
                        name: Set(new.name),
                        sent_at: Set(new.now),
                        state: Set(DocumentState::Waiting.id().to_owned()),
                        reason: Set(None),
                        decided_by: Set(None),
                        decided_at: Set(None),
                        erased: Set(false),
                    };
                    identity_document::Entity::insert(row).exec_without_returning(transaction).await?;
                    audit::append(&store, transaction, log).await
                })
            })
            .await
    }

    /// The documents that a resident sent, the newest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn documents_of(&self, resident: Uuid) -> Result<Vec<StoredDocument>, StoreError> {
        Ok(identity_document::Entity::find()
            .filter(identity_document::Column::CouncilId.eq(&*self.council))
            .filter(identity_document::Column::ResidentId.eq(resident))
            .order_by_desc(identity_document::Column::SentAt)
            .limit(MOST_DOCUMENTS)
            .all(self.db.reader())
            .await?)
    }

    /// The documents that nobody has looked at yet, the oldest first.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn waiting_documents(&self) -> Result<Vec<StoredDocument>, StoreError> {
        Ok(identity_document::Entity::find()
            .filter(identity_document::Column::CouncilId.eq(&*self.council))
            .filter(identity_document::Column::State.eq(DocumentState::Waiting.id()))
            .order_by_asc(identity_document::Column::SentAt)
            .limit(MOST_DOCUMENTS)
            .all(self.db.reader())
            .await?)
    }

    /// A document that nobody has decided on yet.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn waiting_document(&self, id: Uuid) -> Result<StoredDocument, StoreError> {
        let found = identity_document::Entity::find_by_id((self.council.to_string(), id))
            .filter(identity_document::Column::State.eq(DocumentState::Waiting.id()))
            .one(self.db.reader())
            .await?;
        found.ok_or(StoreError::NotFound)
    }

    /// Decides on a document, and tells whose it is. From then on nobody can see it, and [`Database::unerased`] names it until its bytes are
    /// gone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when somebody else has decided; the database's errors.
    pub async fn decide_document(
        &self,
        decision: Decision,
        log: Entry,
        tell: MakeMail,
    ) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, decision, log) = (store.clone(), decision.clone(), log.clone());
                let tell = tell.clone();
                Box::pin(async move {
                    store.decide_document_within(transaction, decision, &tell).await?;
                    audit::append(&store, transaction, log).await
                })
            })
            .await
    }

    async fn decide_document_within(
        &self,
        on: &impl ConnectionTrait,
        decision: Decision,
        tell: &MakeMail,
    ) -> Result<(), StoreError> {
        let Decision { document, proof, by, refused, now } = decision;
        let row = identity_document::Entity::find_by_id((self.council.to_string(), document)).one(on).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let is_seen = refused.is_none();
        let state = if is_seen { DocumentState::Seen } else { DocumentState::Refused };
        let decided = identity_document::Entity::update_many()
            .set(identity_document::ActiveModel {
                state: Set(state.id().to_owned()),
                reason: Set(refused),
                decided_by: Set(Some(by)),
                decided_at: Set(Some(now)),
                ..Default::default()
            })
            .filter(identity_document::Column::CouncilId.eq(&*self.council))
            .filter(identity_document::Column::Id.eq(document))
            // Who decides second finds that it is decided.
            .filter(identity_document::Column::State.eq(DocumentState::Waiting.id()))
            .exec(on)
            .await?;
        if decided.rows_affected != 1 {
            return Err(StoreError::NotFound);
        }
        photo::Entity::delete_by_id((self.council.to_string(), document)).exec(on).await?;
        let whose = resident::Entity::find_by_id((self.council.to_string(), row.resident_id)).one(on).await?;
        if let Some(whose) = whose {
            jobs::insert(on, jobs::rows(&self.council, now, &[tell(whose.email)])?).await?;
        }
        if is_seen {
            let new = NewProof {
                id: proof,
                resident: row.resident_id,
                proof: Proof::new(Level::DocumentsSeen, now),
                name: Some(row.name),
                document: DocumentKind::parse(&row.kind),
                checked_by: Some(by),
            };
            self.append_proof(on, new).await?;
        }
        Ok(())
    }

    /// Makes a code for a resident to say at a desk, in place of the one before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account is closed; the database's errors.
    pub async fn new_desk_code(
        &self,
        resident: Uuid,
        nonce: Uuid,
        ends_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let council = council.clone();
                let row = desk_code::ActiveModel {
                    council_id: Set(council.clone()),
                    resident_id: Set(resident),
                    nonce: Set(nonce),
                    ends_at: Set(ends_at),
                };
                Box::pin(async move {
                    use desk_code::Column;
                    still_there(transaction, &council, resident).await?;
                    let again = OnConflict::columns([Column::CouncilId, Column::ResidentId])
                        .update_columns([Column::Nonce, Column::EndsAt])
                        .to_owned();
                    desk_code::Entity::insert(row)
                        .on_conflict(again)
                        .exec_without_returning(transaction)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// What a resident's code for a desk is made from, while it works.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn desk_code(
        &self,
        resident: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<StoredDeskCode>, StoreError> {
        let found = desk_code::Entity::find_by_id((self.council.to_string(), resident));
        Ok(found.one(self.db.reader()).await?.filter(|code| code.ends_at > now))
    }

    /// The resident with this address, and what their code for a desk is made from.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn at_desk(
        &self,
        email: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<(Resident, StoredDeskCode)>, StoreError> {
        let Some(resident) = self.resident_by_email(email).await? else { return Ok(None) };
        let code = self.desk_code(resident.id, now).await?;
        Ok(code.map(|code| (resident, code)))
    }

    /// Uses up a code for a desk, and keeps what was proven there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the code was used already; the database's errors.
    pub async fn shown_at_desk(
        &self,
        code: StoredDeskCode,
        proven: NewProof,
        log: Entry,
    ) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, code, proven, log) = (store.clone(), code.clone(), proven.clone(), log.clone());
                Box::pin(async move {
                    let used = desk_code::Entity::delete_many()
                        .filter(desk_code::Column::CouncilId.eq(code.council_id))
                        .filter(desk_code::Column::ResidentId.eq(code.resident_id))
                        .filter(desk_code::Column::Nonce.eq(code.nonce))
                        .exec(transaction)
                        .await?;
                    if used.rows_affected != 1 {
                        return Err(StoreError::NotFound);
                    }
                    store.append_proof(transaction, proven).await?;
                    audit::append(&store, transaction, log).await
                })
            })
            .await
    }
}

impl Database {
    /// Documents, of any council, that were decided on and whose bytes may still be there: council and identifier.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn unerased(&self) -> Result<Vec<(String, Uuid)>, StoreError> {
        Ok(identity_document::Entity::find()
            .select_only()
            .columns([identity_document::Column::CouncilId, identity_document::Column::Id])
            .filter(identity_document::Column::State.ne(DocumentState::Waiting.id()))
            .filter(identity_document::Column::Erased.eq(false))
            .limit(MOST_DOCUMENTS)
            .into_tuple()
            .all(self.reader())
            .await?)
    }

    /// Notes that the bytes of a document are gone.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn erased(&self, council: String, id: Uuid) -> Result<(), StoreError> {
        self.write(move |transaction| {
            let council = council.clone();
            Box::pin(async move {
                identity_document::Entity::update_many()
                    .set(identity_document::ActiveModel { erased: Set(true), ..Default::default() })
                    .filter(identity_document::Column::CouncilId.eq(council))
                    .filter(identity_document::Column::Id.eq(id))
                    .exec(transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
