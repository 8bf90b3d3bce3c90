//! What who answers for a department sees of it: what has been open for long, and what needs their agreement.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{small_integer_null, string_null, uuid_null};

use super::{index, no_way_back};
use crate::store::requests;

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0026_ladder"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [small_integer_null("aged"), string_null("sign_off"), uuid_null("proposed_by")] {
            manager.alter_table(Table::alter().table("request").add_column(column).to_owned()).await?;
        }
        requests::fill_columns(manager.get_connection(), requests::rise)
            .await
            .map_err(|error| DbErr::Migration(error.to_string()))?;
        // Few are so: the rest is in neither.
        for (name, column) in [("request_aged", "aged"), ("request_sign_off", "sign_off")] {
            let some = index("request", name, &["department", column, "open", "id"])
                .and_where(Expr::col(column).is_not_null())
                .to_owned();
            manager.create_index(some).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
