//! Who residents are: what was proven of them, the documents that prove it until somebody has looked at them, and the
//! electoral roll.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::api::identity::{DocumentKind, DocumentState};
use domain::audit::Entry;
use domain::consent::{COUNCIL, Channel, Purpose, WordingRef};
use domain::identity::roll::{Elector, Keys, TRIES_A_DAY};
use domain::identity::{Detail, Known, Level, Proof};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::account_codes::{MakeMail, still_there};
use super::accounts::Resident;
use super::consent::{Answered, Told};
use super::entities::{attempt, photo, resident};
use super::{Database, Store, StoreError, audit, jobs};

pub use desk_code::Model as StoredDeskCode;
pub use identity_document::Model as StoredDocument;

/// Rows that are written by one statement: SQLite takes 32,766 values in one.
const ROWS: usize = 2_000;
/// The time in which tries are counted.
const A_DAY: TimeDelta = TimeDelta::days(1);
/// The most people that one postcode and the surnames in one name are compared with.
const MOST_CANDIDATES: u64 = 1_000;
/// The most documents that are listed.
pub const MOST_DOCUMENTS: u64 = 200;

/// What was proven of residents.
pub mod proof {
    use sea_orm::entity::prelude::*;

    /// A row of `proof`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "proof")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Of whom.
        pub resident_id: Uuid,
        /// The level.
        pub level: String,
        /// The name it was proven for.
        pub name: Option<String>,
        /// When.
        pub proven_at: DateTimeUtc,
        /// From when on it is good no longer.
        pub expires_at: Option<DateTimeUtc>,
        /// Which kind of document was seen.
        pub document: Option<String>,
        /// The member of staff who saw it.
        pub checked_by: Option<Uuid>,
    }

    /// No relations: queries name their keys.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

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

/// The electoral roll: what matching needs of it, and nothing else.
pub mod elector {
    use sea_orm::entity::prelude::*;

    /// A row of `elector`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "elector")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Its place in the file.
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        /// Postcode, as it is looked for.
        pub postcode: String,
        /// Surname, as it is looked for.
        pub surname: String,
        /// First and middle names.
        pub forenames: String,
        /// The lines of the address, one below the other.
        pub lines: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Something to be kept as proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProof {
    /// Identifier.
    pub id: Uuid,
    /// Of whom.
    pub resident: Uuid,
    /// What, and until when.
    pub proof: Proof,
    /// The name it was proven for.
    pub name: Option<String>,
    /// Which kind of document was seen.
    pub document: Option<DocumentKind>,
    /// The member of staff who saw it.
    pub checked_by: Option<Uuid>,
}

/// A proof as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptProof {
    /// What, and until when.
    pub proof: Proof,
    /// The name it was proven for.
    pub name: Option<String>,
}

/// What is known of somebody at this moment, by the highest proof that holds.
#[must_use]
pub fn known(proofs: &[KeptProof], now: DateTime<Utc>) -> Known {
    let held = proofs.iter().filter(|kept| kept.proof.holds(now));
    let best = held.max_by_key(|kept| (kept.proof.level, kept.proof.proven_at));
    best.map_or(Known { level: Level::SaidSo, name: None }, |kept| Known {
        level: kept.proof.level,
        name: kept.name.clone(),
    })
}

/// Tries at the electoral roll: how many are left today, and when there are all of them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How many are left.
    pub left: u32,
    /// When there are five again; none while nothing was tried.
    pub again: Option<DateTime<Utc>>,
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

/// The rows of a roll, begun anew with each call: a transaction may be tried more than once.
pub type Rows =
    Arc<dyn Fn() -> Result<Box<dyn Iterator<Item = Result<Elector, String>> + Send>, String> + Send + Sync>;

impl Store {
    /// What was proven of a resident, in the order it was, also what holds no longer.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn proofs(&self, resident: Uuid) -> Result<Vec<KeptProof>, StoreError> {
        let rows = proof::Entity::find()
            .filter(proof::Column::CouncilId.eq(&*self.council))
            .filter(proof::Column::ResidentId.eq(resident))
            .order_by_asc(proof::Column::ProvenAt)
            .all(self.db.reader())
            .await?;
        Ok(rows.into_iter().filter_map(kept).collect())
    }

    /// Keeps something as proven.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn add_proof(&self, new: NewProof) -> Result<(), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, new) = (store.clone(), new.clone());
                Box::pin(async move { store.append_proof(transaction, new).await })
            })
            .await
    }

    /// The same, together with something else.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn append_proof(&self, on: &impl ConnectionTrait, new: NewProof) -> Result<(), StoreError> {
        let row = proof::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(new.id),
            resident_id: Set(new.resident),
            level: Set(new.proof.level.id().to_owned()),
            name: Set(new.name),
            proven_at: Set(new.proof.proven_at),
            expires_at: Set(new.proof.expires_at),
            document: Set(new.document.map(|kind| kind.id().to_owned())),
            checked_by: Set(new.checked_by),
        };
        proof::Entity::insert(row).exec_without_returning(on).await?;
        Ok(())
    }

    /// Notes what the way in which somebody signed in, or the mail they read, proves of them: once for as long as it holds, or at most once a day
    /// where it would end.
    pub(super) async fn proved_by_signing_in(
        &self,
        on: &impl ConnectionTrait,
        (id, resident): (Uuid, Uuid),
        level: Level,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let is_enough = |row: &proof::Model| {
            row.level == level.id() && (row.expires_at.is_none() || row.proven_at + A_DAY > now)
        };
        if self.held(on, resident, now).await?.iter().any(is_enough) {
            return Ok(());
        }
        let proof = Proof::new(level, now);
        let new = NewProof { id, resident, proof, name: None, document: None, checked_by: None };
        self.append_proof(on, new).await
    }

    async fn held(
        &self,
        on: &impl ConnectionTrait,
        resident: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<proof::Model>, StoreError> {
        let rows = proof::Entity::find()
            .filter(proof::Column::CouncilId.eq(&*self.council))
            .filter(proof::Column::ResidentId.eq(resident))
            .all(on)
            .await?;
        Ok(rows.into_iter().filter(|row| row.expires_at.is_none_or(|expires| now < expires)).collect())
    }

    /// Ends the proofs that rest on a detail, for it changed. To be called where it is changed, in the same
    /// transaction.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn detail_changed(
        &self,
        on: &impl ConnectionTrait,
        resident: Uuid,
        detail: Detail,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for row in self.held(on, resident, now).await? {
            let id = row.id;
            let Some(KeptProof { proof, .. }) = kept(row) else { continue };
            let after = proof.after_change(detail, now);
            if after != proof {
                proof::Entity::update_many()
                    .set(proof::ActiveModel { expires_at: Set(after.expires_at), ..Default::default() })
                    .filter(proof::Column::CouncilId.eq(&*self.council))
                    .filter(proof::Column::Id.eq(id))
                    .exec(on)
                    .await?;
            }
        }
        Ok(())
    }

    /// Tries at the electoral roll that a resident has left.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn roll_tries(&self, resident: Uuid, now: DateTime<Utc>) -> Result<Tries, StoreError> {
        let counted = attempt::Entity::find_by_id((self.council.to_string(), roll_subject(resident)))
            .one(self.db.reader())
            .await?
            .filter(|counted| counted.since + A_DAY > now);
        Ok(counted.map_or(Tries { left: TRIES_A_DAY, again: None }, |counted| Tries {
            left: TRIES_A_DAY.saturating_sub(u32::try_from(counted.count).unwrap_or(u32::MAX)),
            again: Some(counted.since + A_DAY),
        }))
    }

    /// Counts one try at the electoral roll, and says whether it may be made.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn try_roll(&self, resident: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let most = i32::try_from(TRIES_A_DAY).unwrap_or(i32::MAX);
        self.try_once(roll_subject(resident), most, A_DAY, now).await
    }

    /// Whether there is a roll to look at.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn has_roll(&self) -> Result<bool, StoreError> {
        let first = elector::Entity::find()
            .select_only()
            .column(elector::Column::Place)
            .filter(elector::Column::CouncilId.eq(&*self.council))
            .limit(1)
            .into_tuple::<i32>()
            .one(self.db.reader())
            .await?;
        Ok(first.is_some())
    }

    /// Those on the roll who may be meant. For matching alone: nothing of it leaves the server.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn electors(&self, keys: Keys) -> Result<Vec<Elector>, StoreError> {
        let rows = elector::Entity::find()
            .filter(elector::Column::CouncilId.eq(&*self.council))
            .filter(elector::Column::Postcode.eq(keys.postcode))
            .filter(elector::Column::Surname.is_in(keys.surnames))
            .limit(MOST_CANDIDATES)
            .all(self.db.reader())
            .await?;
        let read = |row: elector::Model| Elector {
            surname: row.surname,
            forenames: row.forenames,
            lines: row.lines.lines().map(str::to_owned).collect(),
            postcode: row.postcode,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Keeps that the roll was looked at: in the ledger what was agreed to, in the audit log each time, and what it
    /// proved.
    ///
    /// # Errors
    /// [`StoreError::Unsound`] for words that are none of ours; the database's errors.
    pub async fn roll_asked(
        &self,
        resident: Uuid,
        agreed: WordingRef,
        proven: Option<NewProof>,
        log: Entry,
    ) -> Result<(), StoreError> {
        let answer = Answered {
            purpose: Purpose::ElectoralRoll,
            department: COUNCIL.to_owned(),
            agrees: true,
            wording: agreed,
        };
        let told = Told { channel: Channel::Web, helper: None, at: log.at };
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, proven, log) = (store.clone(), proven.clone(), log.clone());
                let answers = vec![answer.clone()];
                Box::pin(async move {
                    store.decide_within(transaction, resident, answers, told).await?;
                    if let Some(proven) = proven {
                        store.append_proof(transaction, proven).await?;
                    }
                    audit::append(&store, transaction, log).await
                })
            })
            .await
    }

    /// Takes in a roll, in place of the one before, and says how many are on it.
    ///
    /// # Errors
    /// When nobody is on it, or it can't be read to its end; the database's errors. Then nothing has changed.
    pub async fn replace_roll(&self, rows: Rows) -> Result<u64, StoreError> {
        let council = self.council.clone();
        self.db
            .write(move |transaction| {
                let (council, rows) = (council.clone(), rows.clone());
                Box::pin(async move { replace_roll(transaction, &council, &rows).await })
            })
            .await
    }

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
                    let again =
                        sea_orm::sea_query::OnConflict::columns([Column::CouncilId, Column::ResidentId])
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

fn roll_subject(resident: Uuid) -> String {
    format!("roll:{resident}")
}

/// A level that this version does not know proves nothing.
fn kept(row: proof::Model) -> Option<KeptProof> {
    let proof =
        Proof { level: Level::parse(&row.level)?, proven_at: row.proven_at, expires_at: row.expires_at };
    Some(KeptProof { proof, name: row.name })
}

async fn replace_roll(
    transaction: &DatabaseTransaction,
    council: &str,
    rows: &Rows,
) -> Result<u64, StoreError> {
    let said = |why: String| StoreError::Database(DbErr::Custom(why));
    elector::Entity::delete_many().filter(elector::Column::CouncilId.eq(council)).exec(transaction).await?;
    let mut electors = (0_i32..).zip(rows().map_err(said)?);
    let mut many = 0;
    loop {
        let row = |(place, elector): (i32, Result<Elector, String>)| {
            let elector = elector?;
            Ok(elector::ActiveModel {
                council_id: Set(council.to_owned()),
                place: Set(place),
                surname: Set(elector.surname_key()),
                postcode: Set(elector.postcode),
                forenames: Set(elector.forenames),
                lines: Set(elector.lines.join("\n")),
            })
        };
        let some: Result<Vec<elector::ActiveModel>, String> = electors.by_ref().take(ROWS).map(row).collect();
        let some = some.map_err(said)?;
        if some.is_empty() {
            break;
        }
        many += some.len() as u64;
        elector::Entity::insert_many(some).exec_without_returning(transaction).await?;
    }
    if many == 0 {
        return Err(said("the file holds no row that can be read; nothing was changed".to_owned()));
    }
    Ok(many)
}
