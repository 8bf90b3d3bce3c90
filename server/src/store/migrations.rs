//! The tables, step by step; the same steps on both engines.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, boolean, date, integer, string, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

pub(super) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(First)]
    }
}

struct First;

impl MigrationName for First {
    fn name(&self) -> &'static str {
        "m0001_first"
    }
}

/// A table whose primary key is the council and then these columns.
fn table(name: &'static str, key: &[&'static str], columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut primary = Index::create();
    primary.col("council_id");
    for column in key {
        primary.col(*column);
    }
    let mut table = Table::create();
    table.table(name).if_not_exists().col(string("council_id"));
    for column in columns {
        table.col(column);
    }
    table.primary_key(&mut primary);
    table
}

/// An index that begins with the council.
fn index(table: &'static str, name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table).if_not_exists().col("council_id");
    for column in columns {
        index.col(*column);
    }
    index
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    #[expect(clippy::too_many_lines, reason = "a list of tables, one after the other")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            table(
                "request",
                &["id"],
                vec![
                    uuid("id"),
                    string("reference"),
                    binary("follow_hash"),
                    uuid("idempotency_key"),
                    binary("body_hash"),
                    string("service"),
                    string("department"),
                    boolean("open"),
                    date("complete_by"),
                    text_null("email_key"),
                    integer("seq"),
                    text("state"),
                    timestamp_with_time_zone("created_at"),
                ],
            ),
            table(
                "event",
                &["request_id", "seq"],
                vec![
                    uuid("request_id"),
                    integer("seq"),
                    uuid("id"),
                    timestamp_with_time_zone("at"),
                    text("body"),
                ],
            ),
            table(
                "job",
                &["id"],
                vec![
                    uuid("id"),
                    text("payload"),
                    timestamp_with_time_zone("run_at"),
                    integer("attempts"),
                    timestamp_with_time_zone_null("locked_until"),
                    text_null("last_error"),
                ],
            ),
            table(
                "photo",
                &["id"],
                vec![
                    uuid("id"),
                    uuid_null("request_id"),
                    integer("width"),
                    integer("height"),
                    timestamp_with_time_zone("created_at"),
                ],
            ),
            table(
                "staff",
                &["id"],
                vec![uuid("id"), string("name"), string("email"), string("email_key"), string("department")],
            ),
            table(
                "sign_in_code",
                &["id"],
                vec![
                    uuid("id"),
                    uuid("staff_id"),
                    binary("hash"),
                    timestamp_with_time_zone("expires_at"),
                    integer("tries"),
                ],
            ),
            table(
                "session",
                &["token_hash"],
                vec![binary("token_hash"), uuid("staff_id"), timestamp_with_time_zone("expires_at")],
            ),
            table(
                "attempt",
                &["subject"],
                vec![string("subject"), timestamp_with_time_zone("since"), integer("count")],
            ),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let unique = [
            index("request", "request_reference", &["reference"]),
            index("request", "request_follow", &["follow_hash"]),
            index("request", "request_idempotency", &["idempotency_key"]),
            index("event", "event_id", &["request_id", "id"]),
            index("staff", "staff_email", &["email_key"]),
        ];
        for mut index in unique {
            manager.create_index(index.unique().to_owned()).await?;
        }
        let plain = [
            index("request", "request_queue", &["department", "open", "complete_by"]),
            index("photo", "photo_request", &["request_id"]),
            index("sign_in_code", "code_staff", &["staff_id"]),
        ];
        for index in plain {
            manager.create_index(index).await?;
        }
        // The runner looks across councils for what is due.
        manager
            .create_index(
                Index::create().if_not_exists().name("job_due").table("job").col("run_at").to_owned(),
            )
            .await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("there is no way back from the first step".into()))
    }
}
