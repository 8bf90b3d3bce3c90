//! Other ways in than a code: passkeys, providers that accounts are linked to, and what is under way.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, string, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0010_ways_in"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let passkey = vec![
            uuid("id"),
            uuid_null("resident_id"),
            uuid_null("staff_id"),
            binary("credential"),
            string("name"),
            text("body"),
            timestamp_with_time_zone("added_at"),
            timestamp_with_time_zone_null("used_at"),
        ];
        let ceremony = vec![
            binary("key_hash"),
            string("kind"),
            binary("browser_hash"),
            text("body"),
            timestamp_with_time_zone("expires_at"),
        ];
        let link = vec![
            uuid("id"),
            uuid("resident_id"),
            string("issuer"),
            string("subject"),
            string("provider"),
            timestamp_with_time_zone("added_at"),
            timestamp_with_time_zone_null("used_at"),
        ];
        manager.create_table(table("passkey", &["id"], passkey)).await?;
        manager.create_table(table("ceremony", &["key_hash"], ceremony)).await?;
        manager.create_table(table("resident_link", &["id"], link)).await?;
        for unique in [
            index("passkey", "passkey_credential", &["credential"]),
            index("resident_link", "resident_link_subject", &["issuer", "subject"]),
        ] {
            manager.create_index(unique.clone().unique().to_owned()).await?;
        }
        for index in [
            index("passkey", "passkey_resident", &["resident_id"]),
            index("passkey", "passkey_staff", &["staff_id"]),
            index("resident_link", "resident_link_resident", &["resident_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
