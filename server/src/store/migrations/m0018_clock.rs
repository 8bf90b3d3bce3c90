//! What time does to requests: when the clock looks at each next, who has it, and when staff are away.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, date, integer, string, string_null, timestamp_with_time_zone_null, uuid, uuid_null,
};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0018_clock"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            timestamp_with_time_zone_null("wake_at"),
            string("standing").default("received").to_owned(),
            uuid_null("owner_id"),
            string_null("offered_department"),
            uuid_null("offered_to"),
            uuid_null("escalated_to"),
            boolean("on_board").default(false).to_owned(),
            integer("missed").default(0).to_owned(),
        ];
        for column in columns {
            manager.alter_table(Table::alter().table("request").add_column(column).to_owned()).await?;
        }
        // The clock looks at what was there before, and with it the columns above are filled.
        let seen = Query::update()
            .table("request")
            .value("wake_at", Expr::col("created_at"))
            .and_where(Expr::col("open").eq(true))
            .to_owned();
        manager.execute(seen).await?;
        for (name, columns) in [
            ("request_wake", &["wake_at"][..]),
            ("request_owner", &["owner_id", "open"]),
            ("request_offered", &["offered_department"]),
            ("request_escalated", &["escalated_to"]),
        ] {
            manager.create_index(index("request", name, columns)).await?;
        }
        let leave = vec![uuid("id"), uuid("staff_id"), date("from"), date("until")];
        manager.create_table(table("leave", &["id"], leave)).await?;
        manager.create_index(index("leave", "leave_staff", &["staff_id", "until"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
