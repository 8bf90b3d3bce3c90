//! Roles of staff, and sessions that end when nobody uses them. Sessions from before end: everybody signs in again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, string, timestamp_with_time_zone, uuid};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0007_access"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let role = string("role").default("officer").to_owned();
        manager.alter_table(Table::alter().table("staff").add_column(role).to_owned()).await?;
        manager.drop_table(Table::drop().table("session").to_owned()).await?;
        let session = vec![
            binary("token_hash"),
            uuid("id"),
            uuid("staff_id"),
            string("device"),
            timestamp_with_time_zone("begun_at"),
            timestamp_with_time_zone("seen_at"),
            timestamp_with_time_zone("proved_at"),
            timestamp_with_time_zone("ends_at"),
        ];
        manager.create_table(table("staff_session", &["token_hash"], session)).await?;
        manager.create_index(index("staff_session", "staff_session_staff", &["staff_id"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
