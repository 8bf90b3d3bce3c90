//! What was sent to somebody is found by what became of it: of all that one person was ever sent, little waits or failed.
//! And the queue is read in the order in which requests came without looking through those of other departments.

use sea_orm_migration::prelude::*;

use super::{index, no_way_back};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0024_recipients"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let to = index("delivery", "delivery_to", &["recipient", "channel", "fate"]);
        manager.create_index(to).await?;
        manager.create_index(index("delivery", "delivery_batch", &["batch_id"])).await?;
        let replaced = Index::drop().name("delivery_recipient").table("delivery").if_exists().to_owned();
        manager.drop_index(replaced).await?;
        manager.create_index(index("request", "request_came", &["department", "open", "id"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
