//! What is published of requests: tallies, written with each event, and the figures that they are added up to. What
//! there is already is counted, too.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{date, integer_null, small_integer, string, text, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use super::{no_way_back, table};
use crate::store::figures;

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0015_figures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tally = vec![
            date("month"),
            string("service"),
            string("channel"),
            uuid("id"),
            string("what"),
            integer_null("days"),
            small_integer("more"),
        ];
        let mut tally = table("tally", &["month", "service", "channel", "id"], tally);
        if manager.get_database_backend() == DbBackend::Sqlite {
            // What is added up together lies together, and few pages change.
            tally.extra("WITHOUT ROWID");
        }
        manager.create_table(tally).await?;
        let figure = vec![date("month"), string("service"), text("channels")];
        manager.create_table(table("figure", &["month", "service"], figure)).await?;
        figures::count_all(manager.get_connection())
            .await
            .map_err(|error| DbErr::Migration(error.to_string()))
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
