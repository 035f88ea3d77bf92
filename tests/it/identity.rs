//! Users, studios and their members, through the front door.

mod audit;
mod invitations;
mod members;
mod people;
mod sockets;
mod studios;

use entity::audit_entry;
use sea_orm::{EntityTrait as _, QueryOrder as _};
use testing::Database;

/// The audit log as it stands: action, subject's kind, who did it.
async fn audit_log(database: &Database) -> Vec<audit_entry::Model> {
    let query = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Id);
    query.all(&database.connect().await).await.unwrap()
}
