//! Who residents are: proofs, documents that wait to be looked at, codes for a desk, and the electoral roll.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, integer, string, string_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0009_identity"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let proof = vec![
            uuid("id"),
            uuid("resident_id"),
            string("level"),
            text_null("name"),
            timestamp_with_time_zone("proven_at"),
            timestamp_with_time_zone_null("expires_at"),
            string_null("document"),
            uuid_null("checked_by"),
        ];
        let document = vec![
            uuid("id"),
            uuid("resident_id"),
            string("kind"),
            text("name"),
            timestamp_with_time_zone("sent_at"),
            string("state"),
            text_null("reason"),
            uuid_null("decided_by"),
            timestamp_with_time_zone_null("decided_at"),
            boolean("erased"),
        ];
        let desk = vec![uuid("resident_id"), uuid("nonce"), timestamp_with_time_zone("ends_at")];
        let elector =
            vec![integer("place"), string("postcode"), text("surname"), text("forenames"), text("lines")];
        manager.create_table(table("proof", &["id"], proof)).await?;
        manager.create_table(table("identity_document", &["id"], document)).await?;
        manager.create_table(table("desk_code", &["resident_id"], desk)).await?;
        manager.create_table(table("elector", &["place"], elector)).await?;
        for index in [
            index("proof", "proof_resident", &["resident_id"]),
            index("identity_document", "identity_document_resident", &["resident_id"]),
            index("identity_document", "identity_document_state", &["state", "sent_at"]),
            index("elector", "elector_keys", &["postcode", "surname"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
