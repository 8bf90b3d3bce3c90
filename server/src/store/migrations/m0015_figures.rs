//! What is published of requests: tallies, written with each event, and the figures that they are added up to. What
//! there is already is counted, too.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, date, integer_null, small_integer, string, text, uuid};

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
        let cell = || vec![date("month"), string("service"), string("channel")];
        let mut tally = cell();
        tally.extend([uuid("id"), string("what"), integer_null("days"), small_integer("more")]);
        // In the order in which they are added up.
        manager.create_table(table("tally", &["month", "service", "channel", "id"], tally)).await?;
        let mut figure = cell();
        figure.extend(
            [
                "received",
                "closed",
                "declined",
                "withdrawn",
                "kept",
                "missed",
                "reopened",
                "satisfied",
                "dissatisfied",
            ]
            .map(big_integer),
        );
        figure.push(text("days"));
        manager.create_table(table("figure", &["month", "service", "channel"], figure)).await?;
        figures::count_all(manager.get_connection())
            .await
            .map_err(|error| DbErr::Migration(error.to_string()))
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
