//! Something of every kind, by the names that operations give to their variables.

use async_graphql::parser::{parse_query, types::DocumentOperations};
use entity::{live_session, live_session_item};
use live_gateway::graphql::id::{GlobalId, Kind};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Map, Value, json};
use testing::Database;

pub(super) struct Things(Map<String, Value>);

impl Things {
    /// A session on air of the first studio, and what belongs to it.
    pub(super) async fn of_the_first_studio(database: &Database) -> Self {
        let connection = database.connect().await;
        let on_air = live_session::Entity::find().filter(live_session::Column::Status.eq(live_session::Status::OnAir));
        let session = on_air.one(&connection).await.unwrap().unwrap();
        let items = live_session_item::Entity::find();
        let items = items.filter(live_session_item::Column::LiveSessionId.eq(session.id));
        let item = items.one(&connection).await.unwrap().unwrap();
        connection.close().await.unwrap();
        Self::new([session.studio_id, session.shopee_account_id, session.id, item.id], session.session_id)
    }

    /// Things that are not there.
    pub(super) fn nowhere() -> Self {
        Self::new([1_000_001, 1_000_002, 1_000_003, 1_000_004], 1)
    }

    fn new([studio, account, session, item]: [i64; 4], shopee_id: i64) -> Self {
        let id = |kind, key| json!(GlobalId::new(kind, key).encode().0);
        let things = [
            ("studio", id(Kind::Studio, studio)),
            ("account", id(Kind::ShopeeAccount, account)),
            ("session", id(Kind::LiveSession, session)),
            ("item", id(Kind::LiveSessionItem, item)),
            ("shopeeId", json!(shopee_id.to_string())),
        ];
        Self(things.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Those that a document has variables for.
    pub(super) fn variables_of(&self, document: &str) -> Value {
        let DocumentOperations::Single(operation) = parse_query(document).unwrap().operations else {
            panic!("one operation without a name: {document}")
        };
        let names = operation.node.variable_definitions.into_iter().map(|variable| variable.node.name.node);
        names.map(|name| (name.to_string(), self.0[name.as_str()].clone())).collect::<Map<_, _>>().into()
    }
}
