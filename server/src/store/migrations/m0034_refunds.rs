//! Money that goes back, and days whose books were compared.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, date, integer, string, string_null, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0034_refunds"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let refund = vec![
            uuid("id"),
            uuid("payment_id"),
            big_integer("pence"),
            text("reason"),
            string("state"),
            uuid_null("asked_by"),
            string("asked_name"),
            timestamp_with_time_zone("asked_at"),
            uuid_null("answered_by"),
            string_null("answered_name"),
            text_null("answer"),
            text_null("seen"),
            big_integer_null("available"),
            string_null("provider_ref"),
            timestamp_with_time_zone_null("ask_at"),
            timestamp_with_time_zone_null("ended_at"),
        ];
        manager.create_table(table("refund", &["id"], refund)).await?;
        let mut once = index("refund", "refund_provider", &["payment_id", "provider_ref"]);
        manager.create_index(once.unique().to_owned()).await?;
        manager.create_index(index("refund", "refund_known", &["provider_ref"])).await?;
        manager.create_index(index("refund", "refund_ask", &["ask_at"])).await?;
        manager.create_index(index("refund", "refund_state", &["state", "asked_at"])).await?;
        manager.create_index(index("refund", "refund_ended", &["ended_at"])).await?;
        // The books of a day, and what is begun on it.
        manager.create_index(index("payment", "payment_ended", &["ended_at"])).await?;
        manager.create_index(index("payment", "payment_made", &["made_at"])).await?;
        let reconciled = vec![date("day"), timestamp_with_time_zone("at"), integer("red")];
        manager.create_table(table("reconciled", &["day"], reconciled)).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
