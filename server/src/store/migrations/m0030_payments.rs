//! Payments by card, and the messages of card services about them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, binary, integer, string, string_null, text, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0030_payments"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let payment = vec![
            uuid("id"),
            string("purpose"),
            integer("attempt"),
            string("reference"),
            string("service"),
            string_null("provider_ref"),
            big_integer("pence"),
            text("bill"),
            string("state"),
            big_integer("refunded"),
            binary("key_hash"),
            binary("browser_hash"),
            timestamp_with_time_zone("made_at"),
            timestamp_with_time_zone_null("ask_at"),
            timestamp_with_time_zone_null("ended_at"),
        ];
        manager.create_table(table("payment", &["id"], payment)).await?;
        for mut unique in [
            index("payment", "payment_attempt", &["purpose", "attempt"]),
            index("payment", "payment_reference", &["reference"]),
            index("payment", "payment_key", &["key_hash"]),
        ] {
            manager.create_index(unique.unique().to_owned()).await?;
        }
        manager.create_index(index("payment", "payment_provider", &["service", "provider_ref"])).await?;
        manager.create_index(index("payment", "payment_ask", &["ask_at"])).await?;
        let hint = vec![string("service"), string("message"), timestamp_with_time_zone("at")];
        manager.create_table(table("payment_hint", &["service", "message"], hint)).await?;
        manager.create_index(index("payment_hint", "payment_hint_at", &["at"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
