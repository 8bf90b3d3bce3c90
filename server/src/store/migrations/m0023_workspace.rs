//! What staff find requests by and are counted by, the parts of the queue that they keep, and the weeks for which they were
//! told what waits.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean_null, date, date_null, small_integer_null, string, string_null, text, uuid,
};

use super::{index, no_way_back, table};
use crate::store::requests;

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0023_workspace"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            string_null("team"),
            string_null("ward"),
            string("channel").default("web").to_owned(),
            date("opened_on").default("1970-01-01").to_owned(),
            date_null("closed_on"),
            date_null("reopened_on"),
            boolean_null("kept"),
            small_integer_null("score"),
            text("words").default("").to_owned(),
        ];
        for column in columns {
            manager.alter_table(Table::alter().table("request").add_column(column).to_owned()).await?;
        }
        requests::fill_columns(manager.get_connection(), requests::tell)
            .await
            .map_err(|error| DbErr::Migration(error.to_string()))?;
        // Everything that a team is counted by: the rows themselves, which are large, are not read for it.
        let work = [
            "department",
            "open",
            "closed_on",
            "opened_on",
            "reopened_on",
            "owner_id",
            "team",
            "service",
            "channel",
            "complete_by",
            "missed",
            "escalated_to",
            "standing",
            "on_board",
            "kept",
            "score",
        ];
        manager.create_index(index("request", "request_work", &work)).await?;
        let reopened = index("request", "request_reopened", &["department", "reopened_on"])
            .and_where(Expr::col("reopened_on").is_not_null())
            .to_owned();
        manager.create_index(reopened).await?;
        let filter = vec![uuid("staff_id"), uuid("id"), string("name"), text("filter")];
        manager.create_table(table("saved_filter", &["staff_id", "id"], filter)).await?;
        let once = index("saved_filter", "saved_filter_name", &["staff_id", "name"]).unique().to_owned();
        manager.create_index(once).await?;
        manager.create_table(table("no_shortcuts", &["staff_id"], vec![uuid("staff_id")])).await?;
        let digest = vec![date("week"), string("told")];
        manager.create_table(table("digest", &["week", "told"], digest)).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
