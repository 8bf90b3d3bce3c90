//! Accounts of residents: codes, sessions, and the browsers that are known.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, integer, string, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0005_accounts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = uuid_null("resident_id");
        manager.alter_table(Table::alter().table("request").add_column(column.take()).to_owned()).await?;
        let resident = vec![
            uuid("id"),
            string("email"),
            string("email_key"),
            timestamp_with_time_zone("created_at"),
            timestamp_with_time_zone_null("left_out_until"),
        ];
        let code = vec![
            binary("browser_hash"),
            string("email"),
            binary("hash"),
            timestamp_with_time_zone("expires_at"),
            integer("tries"),
        ];
        let session = vec![
            binary("token_hash"),
            uuid("id"),
            uuid("resident_id"),
            string("device"),
            timestamp_with_time_zone("begun_at"),
            timestamp_with_time_zone("seen_at"),
            timestamp_with_time_zone("ends_at"),
        ];
        let browser = vec![binary("browser_hash"), uuid("resident_id"), timestamp_with_time_zone("seen_at")];
        manager.create_table(table("resident", &["id"], resident)).await?;
        manager.create_table(table("resident_code", &["browser_hash"], code)).await?;
        manager.create_table(table("resident_session", &["token_hash"], session)).await?;
        manager.create_table(table("resident_browser", &["browser_hash", "resident_id"], browser)).await?;
        manager.create_index(index("resident", "resident_email", &["email_key"]).unique().to_owned()).await?;
        for index in [
            index("request", "request_resident", &["resident_id", "id"]),
            index("request", "request_email", &["email_key", "resident_id"]),
            index("resident_session", "resident_session_resident", &["resident_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
