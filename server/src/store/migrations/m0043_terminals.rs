//! Public computers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary_null, boolean, integer, string, text, timestamp_with_time_zone_null, uuid,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0043_terminals"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let terminal = vec![
            uuid("id"),
            text("setup"),
            binary_null("code_hash"),
            timestamp_with_time_zone_null("code_until"),
            integer("generation"),
            boolean("locked"),
            timestamp_with_time_zone_null("enrolled_at"),
            timestamp_with_time_zone_null("seen_at"),
            string("browser"),
            timestamp_with_time_zone_null("finished_at"),
        ];
        manager.create_table(table("terminal", &["id"], terminal)).await?;
        let mut code = index("terminal", "terminal_code", &["code_hash"]);
        manager.create_index(code.unique().to_owned()).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
