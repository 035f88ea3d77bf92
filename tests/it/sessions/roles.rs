use entity::{live_session, membership, membership::Role, user};
use sandbox::{Fault, FaultKind};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, prelude::Expr,
};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{account, answer, document, ended, id, refusals, stored};
use crate::support::{
    answer::{code, without_request_ids},
    eventually,
    world::{OWNER, STRANGER, World},
};

on_both!(
    those_who_only_look_change_nothing,
    what_is_not_yours_is_not_there,
    who_loses_the_role_while_shopee_is_asked_changes_nothing,
);

/// The studio that a user owns.
pub(super) async fn studio_of(connection: &DatabaseConnection, email: &str) -> i64 {
    let query = membership::Entity::find().filter(membership::Column::UserId.eq(user(connection, email).await));
    query.filter(membership::Column::Role.eq(Role::Owner)).one(connection).await.unwrap().unwrap().studio_id
}

async fn user(connection: &DatabaseConnection, email: &str) -> i64 {
    user::Entity::find().filter(user::Column::Email.eq(email)).one(connection).await.unwrap().unwrap().id
}

/// Makes a user a member of the first studio.
async fn join(connection: &DatabaseConnection, user_id: i64, role: Role) {
    let now = live_gateway::clock::Clock.now();
    let studio_id = Set(studio_of(connection, OWNER).await);
    let row = membership::ActiveModel {
        user_id: Set(user_id),
        studio_id,
        role: Set(role),
        created_at: Set(now),
        ..Default::default()
    };
    row.insert(connection).await.unwrap();
}

/// Every mutation with an input that would do something to this session of this account.
fn inputs(account: &str, session: &str, session_id: i64) -> [(&'static str, Value); 4] {
    let create = json!({ "shopeeAccountId": account, "sessionId": session_id.to_string() });
    let update = json!({ "id": session, "updatedAt": "2100-01-01T00:00:00Z", "sessionName": "Mine" });
    [
        ("createLiveSession", create),
        ("updateLiveSession", update),
        ("syncLiveSession", json!({ "id": session })),
        ("deleteLiveSession", json!({ "id": session })),
    ]
}

async fn rows(connection: &DatabaseConnection) -> Vec<live_session::Model> {
    live_session::Entity::find().order_by_asc(live_session::Column::Id).all(connection).await.unwrap()
}

async fn those_who_only_look_change_nothing(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (account, before) = (account(&connection).await.1, rows(&connection).await);
    let (_, session) = stored(&connection, &ended(&world)).await;
    let fresh = world.shopee().start_session(world.first_account().user_id, "Fresh").unwrap();
    let analyst = world.token_with_role(Role::Analyst).await;
    let operator = world.token_with_role(Role::Operator).await;
    // An owner elsewhere, so that the guard lets them pass.
    join(&connection, user(&connection, STRANGER).await, Role::Analyst).await;
    for (token, code_of_it) in
        [(None, "UNAUTHENTICATED"), (Some(&analyst), "FORBIDDEN"), (Some(&world.stranger_token), "FORBIDDEN")]
    {
        for (mutation, input) in inputs(&account, &session, fresh) {
            let answer = answer(&world, token.map(String::as_str), mutation, input).await;
            assert_eq!((code(&answer), &answer["data"][mutation]), (code_of_it, &Value::Null), "{mutation}");
        }
    }
    assert_eq!(rows(&connection).await, before);
    assert!(world.shopee().calls_by_name().is_empty());
    for (mutation, input) in inputs(&account, &session, fresh) {
        let mut answer = answer(&world, Some(&operator), mutation, input).await;
        assert_eq!(refusals(&answer["data"][mutation].take()), [], "{mutation}: {answer}");
    }
    world.stop().await;
}

async fn what_is_not_yours_is_not_there(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (account, before) = (account(&connection).await.1, rows(&connection).await);
    let (row, session) = stored(&connection, &ended(&world)).await;
    let foreign = inputs(&account, &session, row.session_id);
    let absent =
        inputs(&id(super::Kind::ShopeeAccount, 1_000_001), &id(super::Kind::LiveSession, 1_000_002), row.session_id);
    for ((mutation, foreign), (_, absent)) in foreign.into_iter().zip(absent) {
        let ask = async |input: Value| {
            let token = Some(world.stranger_token.as_str());
            let response = world.post(token, &document(mutation), json!({ "input": input })).await;
            without_request_ids(&response.text().await.unwrap())
        };
        let [foreign, absent] = [ask(foreign).await, ask(absent).await];
        assert_eq!(foreign, absent, "{mutation}");
        assert!(foreign.contains("NOT_FOUND"), "{mutation}: {foreign}");
    }
    assert_eq!(rows(&connection).await, before);
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}

/// The role counts at the moment of the change, not at that of the request.
async fn who_loses_the_role_while_shopee_is_asked_changes_nothing(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (account, before) = (account(&connection).await.1, rows(&connection).await);
    let operator = world.token_with_role(Role::Operator).await;
    let fresh = world.shopee().start_session(world.first_account().user_id, "Fresh").unwrap();
    let input = json!({ "shopeeAccountId": account, "sessionId": fresh.to_string() });

    world.shopee().inject(Fault::new(FaultKind::Hang).on("overview"));
    let shopee = world.shopee();
    let lowered = async {
        eventually("Shopee is asked", async || shopee.calls("overview") > 0).await;
        let operators = membership::Entity::update_many().filter(membership::Column::Role.eq(Role::Operator));
        let lowered = operators.col_expr(membership::Column::Role, Expr::value(Role::Analyst)).exec(&connection).await;
        assert_eq!(lowered.unwrap().rows_affected, 1);
        shopee.clear_faults();
    };
    let (answer, ()) = tokio::join!(answer(&world, Some(&operator), "createLiveSession", input), lowered);
    assert_eq!(code(&answer), "FORBIDDEN", "{answer}");
    assert_eq!(rows(&connection).await, before);
    world.stop().await;
}
