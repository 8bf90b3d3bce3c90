//! What remains of requests that were erased, and codes that prove that it is the resident who asks.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, date, integer, string, text_null, timestamp_with_time_zone, uuid};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0011_privacy"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tombstone = vec![
            string("reference"),
            binary("follow_hash"),
            string("service"),
            date("received"),
            date("closed"),
            date("gone"),
            text_null("figures"),
        ];
        let proof = vec![
            uuid("session_id"),
            string("purpose"),
            uuid("resident_id"),
            string("email"),
            binary("hash"),
            timestamp_with_time_zone("expires_at"),
            integer("tries"),
        ];
        manager.create_table(table("tombstone", &["reference"], tombstone)).await?;
        manager.create_table(table("resident_proof", &["session_id", "purpose"], proof)).await?;
        manager
            .create_index(index("tombstone", "tombstone_follow", &["follow_hash"]).unique().to_owned())
            .await?;
        for index in [
            index("request", "request_retention", &["open", "service", "created_at"]),
            index("watcher", "watcher_email", &["email_key"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
