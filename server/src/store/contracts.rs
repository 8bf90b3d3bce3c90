//! Links by which contractors reach the one request that was given to them. Only hashes of their tokens are kept.

use chrono::NaiveDate;
use domain::audit::Entry;
use domain::case::Case;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::requests::{Follows, Happened, NewEvent, Stored};
use super::{Store, StoreError, audit, jobs};
use crate::jobs::Job;

/// Links of contractors.
pub mod contract_link {
    use sea_orm::entity::prelude::*;

    /// A row of `contract_link`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contract_link")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// The piece of work, by which the request knows the contractor.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The request.
        pub request_id: Uuid,
        /// The contractor, as the council's document names it.
        pub contractor: String,
        /// SHA-256 of the token.
        pub token_hash: Vec<u8>,
        /// The last day that it works.
        pub until: Date,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub use contract_link::Model as ContractLink;

/// A link for a piece of work; the one before works no more.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// The piece of work.
    pub id: Uuid,
    /// The contractor, as the council's document names it.
    pub contractor: String,
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// The last day that it works.
    pub until: NaiveDate,
}

/// What staff do with the work of a contractor.
#[derive(Clone, Debug)]
pub struct Dealing {
    /// Who does it.
    pub staff: Uuid,
    /// What happens to the request; nothing where only the link is sent again.
    pub event: Option<NewEvent>,
    /// The link that the contractor gets.
    pub link: Option<NewLink>,
    /// The mail to them.
    pub mail: Option<(Uuid, Job)>,
    /// What the log says of it.
    pub entry: Entry,
}

/// Who does a piece of work, as the council's document names them.
pub(super) async fn contractor_of(
    on: &impl ConnectionTrait,
    council: &str,
    work: Uuid,
) -> Result<Option<String>, StoreError> {
    let link = contract_link::Entity::find_by_id((council.to_owned(), work)).one(on).await?;
    Ok(link.map(|link| link.contractor))
}

impl Store {
    /// Does something with the work of a contractor: the event, the link, the mail and the log, all of it or nothing. A
    /// repeat of an event's identifier changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Refused`] by the rules of the case; the database's errors.
    pub async fn deal(
        &self,
        request: Uuid,
        dealing: Dealing,
        follows: Follows,
    ) -> Result<(Case, Vec<Happened>), StoreError> {
        let store = self.clone();
        self.db
            .write(move |transaction| {
                let (store, dealing, follows) = (store.clone(), dealing.clone(), follows.clone());
                Box::pin(async move {
                    let Dealing { staff, event, link, mail, entry } = dealing;
                    let now = entry.at;
                    let (case, happened) = if let Some(new) = event {
                        let (case, happened) =
                            store.append_within(transaction, request, new, &follows).await?;
                        if happened.is_empty() {
                            return Ok((case, happened));
                        }
                        (case, happened)
                    } else {
                        let (_, case) = store.locked(transaction, request).await?;
                        case.may_send_link(staff)?;
                        (case, Vec::new())
                    };
                    if let Some(link) = link {
                        let row = contract_link::ActiveModel {
                            council_id: Set(store.council.to_string()),
                            id: Set(link.id),
                            request_id: Set(request),
                            contractor: Set(link.contractor),
                            token_hash: Set(link.token_hash),
                            until: Set(link.until),
                        };
                        let again = OnConflict::columns([
                            contract_link::Column::CouncilId,
                            contract_link::Column::Id,
                        ])
                        .update_columns([contract_link::Column::TokenHash, contract_link::Column::Until])
                        .to_owned();
                        let insert = contract_link::Entity::insert(row).on_conflict(again);
                        insert.exec_without_returning(transaction).await?;
                    }
                    let rows = jobs::rows(&store.council, now, mail.as_slice())?;
                    jobs::insert(transaction, rows).await?;
                    audit::append(&store, transaction, entry).await?;
                    Ok((case, happened))
                })
            })
            .await
    }

    /// The link of a piece of work.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn contract_link(&self, work: Uuid) -> Result<Option<ContractLink>, StoreError> {
        let key = (self.council.to_string(), work);
        Ok(contract_link::Entity::find_by_id(key).one(self.db.reader()).await?)
    }

    /// What a token leads to, whether it still may or not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; the database's errors.
    pub async fn contracted(&self, token_hash: &[u8]) -> Result<(ContractLink, Stored), StoreError> {
        let link = contract_link::Entity::find()
            .filter(contract_link::Column::CouncilId.eq(&*self.council))
            .filter(contract_link::Column::TokenHash.eq(token_hash))
            .one(self.db.reader())
            .await?
            .ok_or(StoreError::NotFound)?;
        let stored = self.by_id(link.request_id).await?;
        Ok((link, stored))
    }
}
