//! What residents decided about their details: the ledger, and beside it what holds now.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, integer, string, timestamp_with_time_zone, uuid, uuid_null};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0008_consent"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let consent = vec![
            uuid("resident_id"),
            integer("seq"),
            string("purpose"),
            string("department"),
            string("decision"),
            string("wording"),
            integer("version"),
            string("language"),
            binary("hash"),
            string("channel"),
            uuid_null("helper"),
            timestamp_with_time_zone("at"),
        ];
        let agreed = vec![uuid("resident_id"), string("purpose"), string("department")];
        manager.create_table(table("consent", &["resident_id", "seq"], consent)).await?;
        manager.create_table(table("agreed", &["resident_id", "purpose", "department"], agreed)).await?;
        // What is left out of the requests of one resident is found without reading the others.
        manager.create_index(index("request", "request_person", &["resident_id", "department", "id"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
