//! What residents tell once, what they have seen, and who may act for them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    date, integer, string, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0012_profile"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let profile = vec![uuid("resident_id"), text("answers"), timestamp_with_time_zone_null("not_before")];
        let seen = vec![uuid("resident_id"), uuid("request_id"), integer("seq")];
        let helper = vec![
            uuid("id"),
            uuid("resident_id"),
            string("name"),
            string("email"),
            string("email_key"),
            text("services"),
            date("until"),
            timestamp_with_time_zone("made_at"),
            uuid_null("helper_id"),
        ];
        manager.create_table(table("profile", &["resident_id"], profile)).await?;
        manager.create_table(table("seen", &["resident_id", "request_id"], seen)).await?;
        manager.create_table(table("helper", &["id"], helper)).await?;
        manager.create_index(index("helper", "helper_resident", &["resident_id"])).await?;
        manager.create_index(index("helper", "helper_email", &["email_key"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
