//! The stream of a studio's alerts, and who has seen to them.

use entity::{audit_entry, membership::Role, shopee_account};
use live_gateway::graphql::id::{GlobalId, Kind};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{alerts, look, open};
use crate::support::{
    answer::code,
    stream::Stream,
    world::{OPERATOR, OWNER, World},
};

on_both!(watchers_of_any_gateway_hear_of_each_change, an_alert_is_acknowledged_by_whoever_was_first);

const CHANGES: &str = "subscription ($id: ID!, $after: Long) { alerts(studioId: $id, after: $after) {
    sequence alert { id kind clearedAt acknowledgedBy { email } about { id ... on ShopeeAccount { username } } } } }";
const ACKNOWLEDGE: &str = "mutation ($id: ID!) { acknowledgeAlert(input: { alertId: $id }) {
    alert { id acknowledgedAt acknowledgedBy { email } about { __typename } } userErrors { code } } }";

/// The only account signs out, or is back.
async fn account_is(database: &Database, world: &World, status: shopee_account::Status) {
    let row = shopee_account::ActiveModel { id: Set(1), status: Set(status), ..Default::default() };
    row.update(&database.connect().await).await.unwrap();
    look(world).await;
}

fn told(mut data: Value) -> (i64, Value) {
    let sequence = data["alerts"]["sequence"].as_i64().unwrap();
    (sequence, data["alerts"]["alert"].take())
}

async fn watchers_of_any_gateway_hear_of_each_change(database: Database) {
    let world = World::start(&database).await;
    let other = world.another_gateway(&database, &[]).await;
    let (studio, token) = (world.studio_id().await, Some(world.token.as_str()));
    account_is(&database, &world, shopee_account::Status::SignedOut).await;
    let watch = async |url: &str, after: Option<i64>| {
        Stream::open(url, token, CHANGES, json!({ "id": studio, "after": after })).await
    };
    let mut streams = [watch(&world.gateway.url(), None).await, watch(&other.url(), None).await];
    let mut last = 0;
    for stream in &mut streams {
        let (sequence, alert) = told(stream.data().await);
        assert_eq!((&alert["kind"], &alert["clearedAt"]), (&json!("ACCOUNT_SIGNED_OUT"), &json!(null)));
        assert_eq!(alert["about"]["username"], world.first_account().username);
        last = sequence;
    }
    let key = open(&world, "ACCOUNT_SIGNED_OUT").await[0]["id"].clone();
    world.data(ACKNOWLEDGE, json!({ "id": key })).await;
    for stream in &mut streams {
        let (sequence, alert) = told(stream.data().await);
        assert!(sequence > last && alert["acknowledgedBy"]["email"] == OWNER && alert["clearedAt"].is_null());
    }
    account_is(&database, &world, shopee_account::Status::Active).await;
    for stream in &mut streams {
        let (sequence, alert) = told(stream.data().await);
        assert!(sequence > last && alert["id"] == key && alert["clearedAt"].is_string());
    }
    // Whoever comes back hears what was cleared meanwhile; whoever comes anew, nothing that is over.
    let mut back = watch(&other.url(), Some(last)).await;
    assert!(told(back.data().await).1["clearedAt"].is_string());
    let mut anew = watch(&world.gateway.url(), None).await;
    account_is(&database, &world, shopee_account::Status::SignedOut).await;
    assert_ne!(told(anew.data().await).1["id"], key);
    drop((streams, back, anew));
    other.stop().await;
    world.stop().await;
}

async fn an_alert_is_acknowledged_by_whoever_was_first(database: Database) {
    let world = World::start(&database).await;
    let [operator, analyst] = [world.token_with_role(Role::Operator).await, world.token_with_role(Role::Analyst).await];
    account_is(&database, &world, shopee_account::Status::SignedOut).await;
    let key = json!({ "id": open(&world, "ACCOUNT_SIGNED_OUT").await[0]["id"] });
    let refused = world.ask_as(Some(&analyst), ACKNOWLEDGE, key.clone()).await;
    assert_eq!(code(&refused), "FORBIDDEN");

    let first = world.ask_as(Some(&operator), ACKNOWLEDGE, key.clone()).await["data"]["acknowledgeAlert"].take();
    assert_eq!((&first["alert"]["acknowledgedBy"]["email"], &first["userErrors"]), (&json!(OPERATOR), &json!([])));
    assert_eq!(first["alert"]["about"]["__typename"], "ShopeeAccount");
    let again = world.data(ACKNOWLEDGE, key.clone()).await["acknowledgeAlert"].take();
    assert_eq!(again, first, "who was first stays");
    let log = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("ALERT_ACKNOWLEDGED"));
    let log = log.all(&database.connect().await).await.unwrap();
    let of_alert = GlobalId::decode(key["id"].as_str().unwrap()).unwrap();
    assert_eq!(of_alert.kind, Kind::Alert);
    assert_eq!((log.len(), log[0].subject_id.clone().unwrap()), (1, of_alert.key.to_string()));

    // It is not over by that, and is not raised again.
    look(&world).await;
    assert_eq!(alerts(&world, json!({ "kind": "ACCOUNT_SIGNED_OUT" })).await.len(), 1);
    assert_eq!(open(&world, "ACCOUNT_SIGNED_OUT").await.len(), 1);
    world.stop().await;
}
