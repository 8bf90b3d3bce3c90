//! The parts of the queue that members of staff keep under a name, and the weeks for which they were told what waits.

use domain::api::workspace::{QueueFilter, SAVED_FILTERS, SavedFilter};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    ExprTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use super::{Store, StoreError};

/// Parts of the queue that are kept.
mod saved_filter {
    use sea_orm::entity::prelude::*;

    /// A row of `saved_filter`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "saved_filter")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub staff_id: Uuid,
        /// Identifier.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Name.
        pub name: String,
        /// The part, as JSON.
        pub filter: String,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Members of staff who want no keyboard shortcuts.
mod no_shortcuts {
    use sea_orm::entity::prelude::*;

    /// A row of `no_shortcuts`.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "no_shortcuts")]
    pub struct Model {
        /// Council.
        #[sea_orm(primary_key, auto_increment = false)]
        pub council_id: String,
        /// Who.
        #[sea_orm(primary_key, auto_increment = false)]
        pub staff_id: Uuid,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Forgets what a member of staff kept who has left.
pub(super) async fn forget_of(
    on: &impl ConnectionTrait,
    council: &str,
    staff: Uuid,
) -> Result<(), StoreError> {
    saved_filter::Entity::delete_many()
        .filter(saved_filter::Column::CouncilId.eq(council))
        .filter(saved_filter::Column::StaffId.eq(staff))
        .exec(on)
        .await?;
    no_shortcuts::Entity::delete_by_id((council.to_owned(), staff)).exec(on).await?;
    Ok(())
}

impl Store {
    /// Whether a member of staff wants keyboard shortcuts. All do who have not said otherwise.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn wants_shortcuts(&self, staff: Uuid) -> Result<bool, StoreError> {
        let key = (self.council.to_string(), staff);
        Ok(no_shortcuts::Entity::find_by_id(key).one(self.db.reader()).await?.is_none())
    }

    /// Keeps whether a member of staff wants keyboard shortcuts.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn want_shortcuts(&self, staff: Uuid, on: bool) -> Result<(), StoreError> {
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let council = council.clone();
                Box::pin(async move {
                    if on {
                        no_shortcuts::Entity::delete_by_id((council, staff)).exec(transaction).await?;
                        return Ok(());
                    }
                    let row = no_shortcuts::ActiveModel { council_id: Set(council), staff_id: Set(staff) };
                    let once = OnConflict::new().do_nothing().to_owned();
                    let insert = no_shortcuts::Entity::insert(row).on_conflict(once).try_insert();
                    insert.exec_without_returning(transaction).await?;
                    Ok(())
                })
            })
            .await
    }

    /// What a member of staff keeps, by name.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn filters_of(&self, staff: Uuid) -> Result<Vec<SavedFilter>, StoreError> {
        let rows = saved_filter::Entity::find()
            .filter(saved_filter::Column::CouncilId.eq(&*self.council))
            .filter(saved_filter::Column::StaffId.eq(staff))
            .order_by_asc(saved_filter::Column::Name)
            .all(self.db.reader())
            .await?;
        let read = |row: saved_filter::Model| {
            // What a newer version kept is not shown by this one.
            let filter = serde_json::from_str(&row.filter).ok()?;
            Some(SavedFilter { id: row.id, name: row.name, filter })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Keeps a part of the queue for a member of staff; under a name that they have already, in place of that one.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] when they keep twenty; the database's errors.
    pub async fn keep_filter(
        &self,
        staff: Uuid,
        (id, name): (Uuid, &str),
        filter: &QueueFilter,
    ) -> Result<(), StoreError> {
        use saved_filter::Column;
        let row = saved_filter::ActiveModel {
            council_id: Set(self.council.to_string()),
            staff_id: Set(staff),
            id: Set(id),
            name: Set(name.to_owned()),
            filter: Set(serde_json::to_string(filter)?),
        };
        let council = self.council.to_string();
        self.db
            .write(move |transaction| {
                let (row, council) = (row.clone(), council.clone());
                Box::pin(async move {
                    let own = Column::CouncilId.eq(council).and(Column::StaffId.eq(staff));
                    let kept = saved_filter::Entity::find().filter(own).all(transaction).await?;
                    if let Some(before) = kept.iter().find(|before| before.name == *row.name.as_ref()) {
                        let mut before: saved_filter::ActiveModel = before.clone().into();
                        before.filter = row.filter;
                        before.update(transaction).await?;
                        return Ok(());
                    }
                    if kept.len() >= SAVED_FILTERS {
                        return Err(StoreError::TooMany);
                    }
                    let once = OnConflict::new().do_nothing().to_owned();
                    let insert = saved_filter::Entity::insert(row).on_conflict(once).try_insert();
                    insert.exec_without_returning(transaction).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Forgets a part of the queue that a member of staff keeps, if they keep it.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn forget_filter(&self, staff: Uuid, id: Uuid) -> Result<(), StoreError> {
        let key = (self.council.to_string(), staff, id);
        self.db
            .write(move |transaction| {
                let key = key.clone();
                Box::pin(async move {
                    saved_filter::Entity::delete_by_id(key).exec(transaction).await?;
                    Ok(())
                })
            })
            .await
    }
}
