//! Photos and documents: which there are, and which request took them. Their bytes are in the blob store.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use super::drafts::is_named;
use super::entities::photo;
use super::{Database, Store, StoreError};

impl Store {
    /// Notes an uploaded photo that no request has taken yet.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn add_photo(
        &self,
        id: Uuid,
        width: u32,
        height: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let row = photo::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(id),
            request_id: Set(None),
            width: Set(i32::try_from(width).unwrap_or(i32::MAX)),
            height: Set(i32::try_from(height).unwrap_or(i32::MAX)),
            created_at: Set(now),
            document: Set(false),
            public: Set(false),
        };
        self.add(row).await
    }

    /// Notes an uploaded document that no request has taken yet.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn add_document(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.add(photo::ActiveModel {
            council_id: Set(self.council.to_string()),
            id: Set(id),
            request_id: Set(None),
            width: Set(0),
            height: Set(0),
            created_at: Set(now),
            document: Set(true),
            public: Set(false),
        })
        .await
    }

    pub(super) async fn add(&self, row: photo::ActiveModel) -> Result<(), StoreError> {
        self.db
            .write(move |transaction| {
                let row = row.clone();
                Box::pin(async move {
                    photo::Entity::insert(row).exec_without_returning(transaction).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Whether a request has this photo, or this document.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it has not; the database's errors.
    pub async fn upload_of(&self, request: Uuid, id: Uuid, document: bool) -> Result<(), StoreError> {
        let found = photo::Entity::find_by_id((self.council.to_string(), id))
            .filter(photo::Column::RequestId.eq(request))
            .filter(photo::Column::Document.eq(document))
            .one(self.db.reader())
            .await?;
        found.map(|_| ()).ok_or(StoreError::NotFound)
    }

    /// Whether there is this photo, and no request has taken it yet.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not so; the database's errors.
    pub async fn loose_photo(&self, id: Uuid) -> Result<(), StoreError> {
        if self.is_loose(id, false).await? { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// Whether there is this photo, or this document, and no request has taken it yet.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn is_loose(&self, id: Uuid, document: bool) -> Result<bool, StoreError> {
        let found = photo::Entity::find_by_id((self.council.to_string(), id))
            .filter(photo::Column::RequestId.is_null())
            .filter(photo::Column::Document.eq(document));
        Ok(found.one(self.db.reader()).await?.is_some())
    }

    /// The photos of a request that others may see.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn public_photos(&self, request: Uuid) -> Result<Vec<Uuid>, StoreError> {
        Ok(photo::Entity::find()
            .select_only()
            .column(photo::Column::Id)
            .filter(photo::Column::CouncilId.eq(&*self.council))
            .filter(photo::Column::RequestId.eq(request))
            .filter(photo::Column::Public.eq(true))
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// Lets others see a photo of a request, or no longer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the request has no such photo; the database's errors.
    pub async fn publish_photo(&self, request: Uuid, id: Uuid, public: bool) -> Result<(), StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let council = council.clone();
                Box::pin(async move {
                    let changed = photo::Entity::update_many()
                        .set(photo::ActiveModel { public: Set(public), ..Default::default() })
                        .filter(photo::Column::CouncilId.eq(council))
                        .filter(photo::Column::Id.eq(id))
                        .filter(photo::Column::RequestId.eq(request))
                        .filter(photo::Column::Document.eq(false))
                        .exec(transaction)
                        .await?;
                    if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::NotFound) }
                })
            })
            .await
    }

    /// Photos and documents that no request has taken yet, and no draft in an account names: those are as many as their
    /// resident's forms take.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn loose_photos(&self) -> Result<u64, StoreError> {
        Ok(photo::Entity::find()
            .filter(photo::Column::CouncilId.eq(&*self.council))
            .filter(photo::Column::RequestId.is_null())
            .filter(is_named(true).not())
            .count(self.db.reader())
            .await?)
    }
}

impl Database {
    /// Photos, of any council, that came before this moment, that nobody took and no draft names: council and
    /// identifier.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn abandoned_photos(&self, before: DateTime<Utc>) -> Result<Vec<(String, Uuid)>, StoreError> {
        let rows = photo::Entity::find()
            .filter(photo::Column::RequestId.is_null())
            .filter(photo::Column::CreatedAt.lt(before))
            .filter(is_named(false).not())
            .limit(1000)
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.council_id, row.id)).collect())
    }

    /// Forgets an abandoned photo, unless a request took it meanwhile or a draft names it; says whether it was forgotten.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_photo(&self, council: String, id: Uuid) -> Result<bool, StoreError> {
        self.write(move |transaction| {
            let council = council.clone();
            Box::pin(async move {
                let gone = photo::Entity::delete_many()
                    .filter(photo::Column::CouncilId.eq(council))
                    .filter(photo::Column::Id.eq(id))
                    .filter(photo::Column::RequestId.is_null())
                    .filter(is_named(false).not())
                    .exec(transaction)
                    .await?;
                Ok(gone.rows_affected == 1)
            })
        })
        .await
    }
}
