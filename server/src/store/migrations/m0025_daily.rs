//! What goes out once a day, with everything else of that day.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::boolean;

use super::no_way_back;

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0025_daily"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let daily = boolean("daily").default(false).to_owned();
        manager.alter_table(Table::alter().table("delivery").add_column(daily).to_owned()).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
