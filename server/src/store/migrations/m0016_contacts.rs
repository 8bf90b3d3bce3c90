//! The contact log, and what rises from it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, binary_null, boolean, integer, integer_null, string, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0016_contacts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let contact = vec![
            uuid("id"),
            binary("body_hash"),
            timestamp_with_time_zone("at"),
            string("channel"),
            string("department"),
            string("service"),
            uuid_null("request_id"),
            text_null("reference"),
            string("reason"),
            boolean("chasing"),
            boolean("again"),
            boolean("unclear"),
            integer_null("minutes"),
            text("note"),
            uuid_null("resident_id"),
            binary_null("email_hash"),
            binary_null("phone_hash"),
            integer("number"),
            uuid("recorded_by"),
            string("recorded_in"),
        ];
        let rise = vec![
            uuid("contact_id"),
            string("department"),
            timestamp_with_time_zone("at"),
            timestamp_with_time_zone_null("looked_at"),
            uuid_null("looked_by"),
            text_null("done"),
        ];
        manager.create_table(table("contact", &["id"], contact)).await?;
        let mut rise = table("contact_rise", &["contact_id"], rise);
        rise.foreign_key(
            ForeignKey::create()
                .from("contact_rise", ("council_id", "contact_id"))
                .to("contact", ("council_id", "id"))
                .on_delete(ForeignKeyAction::Cascade),
        );
        manager.create_table(rise).await?;
        for index in [
            index("contact", "contact_department", &["department", "at"]),
            index("contact", "contact_recorded", &["recorded_in", "at"]),
            index("contact", "contact_request", &["request_id", "at"]),
            index("contact", "contact_reference", &["reference"]),
            index("contact", "contact_at", &["at"]),
            index("contact", "contact_resident", &["resident_id"]),
            index("contact", "contact_email", &["email_hash"]),
            index("contact", "contact_phone", &["phone_hash"]),
            index("contact_rise", "contact_rise_open", &["department", "looked_at"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
