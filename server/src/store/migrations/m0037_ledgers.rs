//! The council's ledgers as they were taken in, who looks at a bill, and which requests challenge a penalty charge.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, binary, date, string, string_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0037_ledgers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let import = vec![
            uuid("id"),
            string("ledger"),
            string("state"),
            big_integer("rows"),
            big_integer("left_out"),
            text("named"),
            text_null("why"),
            big_integer("read"),
            big_integer("size"),
            uuid_null("staff_id"),
            timestamp_with_time_zone("begun_at"),
            timestamp_with_time_zone("at"),
            timestamp_with_time_zone_null("taken_at"),
        ];
        manager.create_table(table("ledger_import", &["id"], import)).await?;
        manager.create_index(index("ledger_import", "ledger_import_taken", &["ledger", "taken_at"])).await?;
        let row = vec![uuid("import_id"), string("key"), text("body")];
        manager.create_table(table("ledger_row", &["import_id", "key"], row)).await?;
        let visit = vec![
            binary("key_hash"),
            string("ledger"),
            string("number"),
            binary("browser_hash"),
            timestamp_with_time_zone("expires_at"),
        ];
        manager.create_table(table("bill_visit", &["key_hash"], visit)).await?;
        manager.create_index(index("bill_visit", "bill_visit_expires", &["expires_at"])).await?;
        let challenge = vec![uuid("request_id"), string("number"), date("day")];
        manager.create_table(table("challenge", &["request_id"], challenge)).await?;
        manager.create_index(index("challenge", "challenge_number", &["number"])).await?;
        let receipt = Table::alter().table("payment").add_column(string_null("receipt_to")).to_owned();
        manager.alter_table(receipt).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
