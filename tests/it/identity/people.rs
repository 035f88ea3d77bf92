//! The people of the first studio, beside its owner.

use entity::membership::{self, Role};
use live_gateway::graphql::id::{GlobalId, Kind};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use testing::Database;

use crate::support::world::World;

/// The first studio's key.
const FIRST: i64 = 1;

/// Somebody, and what they need to act.
pub(super) struct Person {
    pub(super) email: String,
    pub(super) token: String,
    /// Their membership's global id.
    pub(super) id: String,
}

/// Makes somebody a member of the first studio.
pub(super) async fn join(world: &World, database: &Database, email: &str, role: Role) -> Person {
    join_studio(world, database, FIRST, email, role).await
}

/// Makes somebody a member of a studio.
pub(super) async fn join_studio(world: &World, database: &Database, studio: i64, email: &str, role: Role) -> Person {
    let token = world.token_of(email).await;
    let connection = database.connect().await;
    let user = entity::user::Entity::find().filter(entity::user::Column::Email.eq(email));
    let user = user.one(&connection).await.unwrap().unwrap();
    let row = membership::ActiveModel {
        user_id: Set(user.id),
        studio_id: Set(studio),
        role: Set(role),
        created_at: Set(user.created_at),
        ..Default::default()
    };
    let id = GlobalId::new(Kind::Membership, row.insert(&connection).await.unwrap().id).encode().0;
    connection.close().await.unwrap();
    Person { email: email.to_owned(), token, id }
}

/// The first studio's global id.
pub(super) fn studio() -> String {
    GlobalId::new(Kind::Studio, FIRST).encode().0
}

/// Somebody's membership of the only studio they belong to.
pub(super) async fn place(world: &World, token: &str) -> String {
    let answer = world.ask_as(Some(token), "{ viewer { memberships { id } } }", json!({})).await;
    answer["data"]["viewer"]["memberships"][0]["id"].as_str().unwrap().to_owned()
}

/// Sends a mutation of one field as somebody; the field's payload, or the code of its error.
pub(super) async fn sends(world: &World, token: &str, mutation: &str, variables: Value) -> Result<Value, String> {
    let mut answer = world.ask_as(Some(token), mutation, variables).await;
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return Err(code.to_owned());
    }
    let data = answer["data"].as_object_mut().unwrap();
    Ok(data.values_mut().next().unwrap().take())
}

/// The code of the first thing there is to mend.
pub(super) fn user_error(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or_else(|| panic!("no user error: {payload:#}"))
}
