//! Devices that notifications go to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, boolean, string, text, timestamp_with_time_zone, uuid, uuid_null};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0028_devices"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let device = vec![
            uuid("id"),
            uuid("resident_id"),
            text("endpoint"),
            binary("endpoint_hash"),
            binary("public_key"),
            binary("auth"),
            string("name"),
            boolean("says_what"),
            boolean("until_sign_out"),
            timestamp_with_time_zone("added_at"),
            uuid_null("told"),
        ];
        manager.create_table(table("device", &["id"], device)).await?;
        let mut endpoint = index("device", "device_endpoint", &["endpoint_hash"]);
        manager.create_index(endpoint.unique().to_owned()).await?;
        manager.create_index(index("device", "device_resident", &["resident_id"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
