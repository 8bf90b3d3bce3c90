//! How residents want to be told, what they were told in the portal, and what became of what was sent.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, integer, string, string_null, text, timestamp_with_time_zone, timestamp_with_time_zone_null,
    uuid, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0017_alerts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let wishes = vec![uuid("resident_id"), text("preferences")];
        let notice = vec![
            uuid("request_id"),
            integer("seq"),
            string("matter"),
            text("words"),
            timestamp_with_time_zone("at"),
            timestamp_with_time_zone_null("read_at"),
        ];
        let delivery = vec![
            uuid("id"),
            uuid("alert_id"),
            string("channel"),
            string_null("instead_of"),
            uuid_null("request_id"),
            string("audience"),
            text("recipient"),
            text("address"),
            text("headline"),
            text("alert"),
            string("fate"),
            timestamp_with_time_zone("since"),
            string("why"),
            boolean("stuck"),
            timestamp_with_time_zone("created_at"),
            timestamp_with_time_zone("due_at"),
            integer("attempts"),
            timestamp_with_time_zone_null("locked_until"),
            uuid_null("batch_id"),
        ];
        manager.create_table(table("alert_wish", &["resident_id"], wishes)).await?;
        manager.create_table(table("notice", &["request_id", "seq"], notice)).await?;
        manager.create_table(table("delivery", &["id"], delivery)).await?;
        let once = index("delivery", "delivery_once", &["alert_id", "channel"]).unique().to_owned();
        manager.create_index(once).await?;
        manager.create_index(index("delivery", "delivery_request", &["request_id"])).await?;
        manager.create_index(index("delivery", "delivery_recipient", &["recipient", "channel"])).await?;
        // What is due is looked for in all councils at once.
        let due = Index::create()
            .name("delivery_due")
            .table("delivery")
            .if_not_exists()
            .col("fate")
            .col("due_at")
            .to_owned();
        manager.create_index(due).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
