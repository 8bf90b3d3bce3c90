//! Links of contractors, duplicates that go on in other requests, and what is at the same place.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, date, string, string_null, uuid, uuid_null};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0019_contracts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [string_null("contract"), uuid_null("same_as")] {
            manager.alter_table(Table::alter().table("request").add_column(column).to_owned()).await?;
        }
        let link =
            vec![uuid("id"), uuid("request_id"), string("contractor"), binary("token_hash"), date("until")];
        manager.create_table(table("contract_link", &["id"], link)).await?;
        let mut token = index("contract_link", "contract_link_token", &["token_hash"]);
        manager.create_index(token.unique().to_owned()).await?;
        for index in [
            index("contract_link", "contract_link_request", &["request_id"]),
            index("request", "request_same", &["same_as"]),
            index("request", "request_contract", &["department", "contract"]),
            index("spot", "spot_lat", &["lat"]),
            index("spot", "spot_of_street", &["street_id", "request_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
