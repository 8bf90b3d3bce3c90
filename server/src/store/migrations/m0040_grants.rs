//! What requests give, and what homes have had of what is so many a year.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, boolean, date, date_null, integer, string, uuid};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0040_grants"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let granted = vec![
            uuid("request_id"),
            string("service"),
            date("from_day"),
            date("until_day"),
            date_null("remind_on"),
            boolean("ended"),
            boolean("renewed"),
        ];
        manager.create_table(table("granted", &["request_id"], granted)).await?;
        manager.create_index(index("granted", "granted_remind", &["remind_on"])).await?;
        let home = vec![binary("home"), integer("year")];
        manager.create_table(table("home", &["home", "year"], home)).await?;
        let allowance = vec![
            uuid("request_id"),
            string("question"),
            string("service"),
            binary("home"),
            integer("year"),
            integer("many"),
            boolean("counts"),
        ];
        manager.create_table(table("allowance", &["request_id", "question"], allowance)).await?;
        manager
            .create_index(index("allowance", "allowance_home", &["home", "year", "service", "question"]))
            .await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
