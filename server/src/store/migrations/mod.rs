//! The tables, step by step; the same steps on both engines. A step is one file and a line in the list.

mod m0005_accounts;
mod m0006_audit;
mod m0007_access;
mod m0008_consent;
mod m0009_identity;
mod m0010_ways_in;
mod m0011_privacy;
mod m0012_profile;
mod m0013_retention;
mod m0014_draft_uploads;
mod m0015_figures;
mod m0016_contacts;
mod m0017_alerts;
mod m0018_clock;
mod m0019_contracts;
mod m0021_about;
mod m0023_workspace;
mod m0024_recipients;
mod m0025_daily;
mod m0026_ladder;
mod m0027_hours;
mod m0028_devices;
mod m0030_payments;
mod m0034_refunds;
mod m0037_ledgers;
mod m0038_slots;
mod m0040_grants;
mod m0043_terminals;

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, boolean, date, double, double_null, integer, string, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

pub(super) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(First),
            Box::new(Places),
            Box::new(Sharing),
            Box::new(Drafts),
            Box::new(m0005_accounts::Step),
            Box::new(m0006_audit::Step),
            Box::new(m0007_access::Step),
            Box::new(m0008_consent::Step),
            Box::new(m0009_identity::Step),
            Box::new(m0012_profile::Step),
            Box::new(m0010_ways_in::Step),
            Box::new(m0011_privacy::Step),
            Box::new(m0013_retention::Step),
            Box::new(m0014_draft_uploads::Step),
            Box::new(m0016_contacts::Step),
            Box::new(m0017_alerts::Step),
            Box::new(m0018_clock::Step),
            Box::new(m0025_daily::Step),
            Box::new(m0015_figures::Step),
            Box::new(m0019_contracts::Step),
            Box::new(m0021_about::Step),
            Box::new(m0023_workspace::Step),
            Box::new(m0024_recipients::Step),
            Box::new(m0026_ladder::Step),
            Box::new(m0027_hours::Step),
            Box::new(m0028_devices::Step),
            Box::new(m0030_payments::Step),
            Box::new(m0034_refunds::Step),
            Box::new(m0037_ledgers::Step),
            Box::new(m0038_slots::Step),
            Box::new(m0040_grants::Step),
            Box::new(m0043_terminals::Step),
        ]
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

/// Streets, addresses and wards.
struct Places;

impl MigrationName for Places {
    fn name(&self) -> &'static str {
        "m0002_places"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Places {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let street = vec![
            string("id"),
            string("name"),
            text_null("locality"),
            text("search_key"),
            double("lat"),
            double("lon"),
            text("path"),
        ];
        let address = vec![
            string("uprn"),
            string("line1"),
            text_null("line2"),
            text_null("town"),
            string("postcode"),
            string("postcode_key"),
            integer("place"),
            string("street_id"),
            double("lat"),
            double("lon"),
        ];
        let ward = vec![
            string("id"),
            string("name"),
            boolean("own"),
            text("rings"),
            double("south"),
            double("west"),
            double("north"),
            double("east"),
        ];
        manager.create_table(table("street", &["id"], street)).await?;
        manager.create_table(table("address", &["uprn"], address)).await?;
        manager.create_table(table("ward", &["id"], ward)).await?;
        for index in [
            index("street", "street_position", &["lat"]),
            index("address", "address_postcode", &["postcode_key", "place"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}

/// Documents beside photos, and requests that others may see and watch.
struct Sharing;

impl MigrationName for Sharing {
    fn name(&self) -> &'static str {
        "m0003_sharing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sharing {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in [boolean("document"), boolean("public")] {
            let column = column.default(false).to_owned();
            manager.alter_table(Table::alter().table("photo").add_column(column).to_owned()).await?;
        }
        let spot = vec![
            uuid("request_id"),
            string("public_id"),
            string("service"),
            double_null("lat"),
            double_null("lon"),
            text_null("street_id"),
            boolean("open"),
        ];
        let watcher = vec![
            uuid("id"),
            uuid("request_id"),
            string("email"),
            string("email_key"),
            binary("follow_hash"),
            timestamp_with_time_zone("created_at"),
        ];
        manager.create_table(table("spot", &["request_id"], spot)).await?;
        manager.create_table(table("watcher", &["id"], watcher)).await?;
        for mut index in [
            index("spot", "spot_public", &["public_id"]),
            index("watcher", "watcher_once", &["request_id", "email_key"]),
            index("watcher", "watcher_follow", &["follow_hash"]),
        ] {
            manager.create_index(index.unique().to_owned()).await?;
        }
        for index in [
            index("spot", "spot_position", &["service", "open", "lat"]),
            index("spot", "spot_street", &["service", "open", "street_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}

/// What the migrations say when somebody wants back.
fn no_way_back() -> DbErr {
    DbErr::Migration("there is no way back from this step".into())
}

/// What people fill in without the app.
struct Drafts;

impl MigrationName for Drafts {
    fn name(&self) -> &'static str {
        "m0004_drafts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Drafts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let draft = vec![
            binary("token_hash"),
            string("service"),
            text("body"),
            timestamp_with_time_zone("expires_at"),
        ];
        manager.create_table(table("draft", &["token_hash", "service"], draft)).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
