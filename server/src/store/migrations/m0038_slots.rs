//! Places that are taken of what can be booked.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{date, integer, string, timestamp_with_time_zone_null, uuid};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0038_slots"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let place = vec![
            string("slots"),
            date("day"),
            string("time"),
            integer("number"),
            uuid("request_id"),
            timestamp_with_time_zone_null("held_until"),
        ];
        manager.create_table(table("slot_place", &["slots", "day", "time", "number"], place)).await?;
        manager.create_index(index("slot_place", "slot_place_request", &["request_id"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
