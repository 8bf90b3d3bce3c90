//! Photos and documents that drafts name: they stay for as long as the draft.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, boolean, string, uuid};

use super::{index, no_way_back, table};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        "m0014_draft_uploads"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = vec![binary("token_hash"), string("service"), uuid("upload_id"), boolean("in_account")];
        let mut upload = table("draft_upload", &["token_hash", "service", "upload_id"], columns);
        upload.foreign_key(
            ForeignKey::create()
                .from("draft_upload", ("council_id", "token_hash", "service"))
                .to("draft", ("council_id", "token_hash", "service"))
                .on_delete(ForeignKeyAction::Cascade),
        );
        manager.create_table(upload).await?;
        manager.create_index(index("draft_upload", "draft_upload_upload", &["upload_id"])).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(no_way_back())
    }
}
