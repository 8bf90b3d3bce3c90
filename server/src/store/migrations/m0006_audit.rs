//! The audit log: a chain of rows for each council, and how far it has got.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, binary, string, string_null, text, timestamp_with_time_zone, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0006_audit"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let audit = vec![
            big_integer("seq"),
            timestamp_with_time_zone("at"),
            string("role"),
            uuid_null("who"),
            string_null("department"),
            string("deed"),
            uuid_null("person"),
            string("object"),
            text("detail"),
            binary("link"),
        ];
        manager.create_table(table("audit", &["seq"], audit)).await?;
        let head = vec![big_integer("seq"), binary("link")];
        manager.create_table(table("audit_head", &[], head)).await?;
        for index in [
            index("audit", "audit_person", &["person", "seq"]),
            index("audit", "audit_object", &["object", "seq"]),
            index("audit", "audit_who", &["who", "object", "seq"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
