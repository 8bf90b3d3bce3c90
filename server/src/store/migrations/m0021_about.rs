//! Which request another one is about: a complaint, something asked for anew, or what staff saw beside it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

use super::{index, no_way_back};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0021_about"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let about = Table::alter().table("request").add_column(uuid_null("about_id")).to_owned();
        manager.alter_table(about).await?;
        manager.create_index(index("request", "request_about", &["about_id"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
