//! What was proven of residents: who they are, until when, and by what.

use chrono::{DateTime, TimeDelta, Utc};
use domain::api::identity::DocumentKind;
use domain::identity::{Detail, Known, Level, Proof};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use super::{Store, StoreError};

/// What is proven anew each time is noted once in this time.
const A_DAY: TimeDelta = TimeDelta::days(1);

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
}

/// A level that this version does not know proves nothing.
fn kept(row: proof::Model) -> Option<KeptProof> {
    let proof =
        Proof { level: Level::parse(&row.level)?, proven_at: row.proven_at, expires_at: row.expires_at };
    Some(KeptProof { proof, name: row.name })
}
