use entity::{live_session, shopee_account};
use sandbox::{Fault, FaultKind, SignedOut};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{account, answer, audited, done, ended, refusals, row, stored, sync};
use crate::support::{
    answer::{code, shopee_calls},
    world::{STRANGER, Start, World},
};

on_both!(
    a_session_is_there_before_any_sync,
    what_cannot_be_taken_in_is_said,
    one_that_another_studio_has_is_as_unknown,
    what_shopee_does_not_answer_is_an_error,
);

const CREATE: &str = "createLiveSession";

async fn a_session_is_there_before_any_sync(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session_id = world.shopee().start_session(world.first_account().user_id, "Malam ini").unwrap();
    world.shopee().step(std::time::Duration::from_secs(600));
    let account = account(&connection).await.1;
    let budget = json!({ "amount": "12.5", "currencyCode": "IDR" });
    let input = json!({ "shopeeAccountId": account, "sessionId": session_id.to_string(), "sessionName": " Malam besar ",
        "campaignId": "77", "campaignBudget": budget });
    let answer = answer(&world, Some(&world.token), CREATE, input.clone()).await;
    assert_eq!(shopee_calls(&answer), 2);
    let made = &answer["data"][CREATE]["liveSession"];
    let truth = world.shopee().session(session_id).unwrap();
    assert_eq!(
        json!([made["sessionId"], made["sessionName"], made["status"], made["campaignId"], made["campaignBudget"]]),
        json!([session_id.to_string(), "Malam besar", "ON_AIR", "77", budget]),
    );
    assert_eq!((&made["totalLikes"], &made["endedAt"]), (&json!(truth.likes), &Value::Null));

    let (before, after) = audited(&connection, "LIVE_SESSION_CREATED").await.remove(0);
    assert_eq!(
        (before, &after["sessionName"], &after["campaignBudget"]),
        (Value::Null, &json!("Malam besar"), &budget)
    );
    assert_eq!(after["totalViewers"], truth.total_viewers);

    assert_eq!(refusals(&done(&world, CREATE, input).await), [("TAKEN", Some("sessionId"))]);
    let count = live_session::Entity::find().count(&connection).await.unwrap();
    sync(&world, &connection).await;
    assert_eq!(live_session::Entity::find().count(&connection).await.unwrap(), count);
    let synced = row(&connection, session_id).await.unwrap();
    assert_eq!((synced.session_name, synced.edited_name), ("Malam ini".to_owned(), Some("Malam besar".to_owned())));
    assert!(synced.products_count.is_some_and(|count| count > 0), "the sync takes care of the products");
    world.stop().await;
}

async fn what_cannot_be_taken_in_is_said(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let account = account(&connection).await.1;
    let other = world.shopee().accounts().remove(1);
    let theirs = world.shopee().start_session(other.user_id, "Not ours").unwrap().to_string();
    let fresh = world.shopee().start_session(world.first_account().user_id, "Ours").unwrap().to_string();
    let long = "x".repeat(201);
    let count = live_session::Entity::find().count(&connection).await.unwrap();
    let budget =
        |amount: &str, currency: &str| json!({ "campaignBudget": { "amount": amount, "currencyCode": currency } });
    for (session_id, more, refusal) in [
        ("1", json!({}), ("NOT_FOUND", "sessionId")),
        (&theirs, json!({}), ("NOT_FOUND", "sessionId")),
        ("abc", json!({}), ("INVALID", "sessionId")),
        ("-5", json!({}), ("INVALID", "sessionId")),
        ("99999999999999999999", json!({}), ("INVALID", "sessionId")),
        (&fresh, json!({ "sessionName": " " }), ("INVALID", "sessionName")),
        (&fresh, json!({ "sessionName": "a\nb" }), ("INVALID", "sessionName")),
        (&fresh, json!({ "sessionName": long }), ("INVALID", "sessionName")),
        (&fresh, json!({ "campaignId": "x" }), ("INVALID", "campaignId")),
        (&fresh, budget("1", "VND"), ("INVALID", "campaignBudget")),
        (&fresh, budget("-1", "IDR"), ("INVALID", "campaignBudget")),
        (&fresh, budget("0.000001", "IDR"), ("INVALID", "campaignBudget")),
    ] {
        let mut input = json!({ "shopeeAccountId": account, "sessionId": session_id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let payload = done(&world, CREATE, input.clone()).await;
        assert_eq!(refusals(&payload), [(refusal.0, Some(refusal.1))], "{input}");
        assert_eq!(payload["liveSession"], Value::Null, "{input}");
    }
    assert_eq!(live_session::Entity::find().count(&connection).await.unwrap(), count);
    assert_eq!(audited(&connection, "LIVE_SESSION_CREATED").await, []);

    let (_, id) = stored(&connection, &world.on_air()).await;
    world.shopee().reset_calls();
    let input = json!({ "shopeeAccountId": account, "sessionId": world.on_air().session_id.to_string() });
    let payload = done(&world, CREATE, input).await;
    assert_eq!((refusals(&payload), &payload["liveSession"]["id"]), (vec![("TAKEN", Some("sessionId"))], &json!(id)));
    assert!(world.shopee().calls_by_name().is_empty(), "Shopee need not be asked for that");
    world.stop().await;
}

/// Shopee knows the session as this account's, and the row is another studio's: not a word of that.
async fn one_that_another_studio_has_is_as_unknown(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (key, account_id) = account(&connection).await;
    let session = ended(&world);
    let (row, _) = stored(&connection, &session).await;
    let studio = super::roles::studio_of(&connection, STRANGER).await;
    let theirs = shopee_account::Entity::find_by_id(key).one(&connection).await.unwrap().unwrap();
    let theirs = shopee_account::ActiveModel {
        id: sea_orm::NotSet,
        studio_id: Set(studio),
        shopee_user_id: Set(1),
        ..theirs.into_active_model().reset_all()
    };
    let theirs = theirs.insert(&connection).await.unwrap();
    let row = live_session::ActiveModel {
        studio_id: Set(studio),
        shopee_account_id: Set(theirs.id),
        ..row.into_active_model()
    };
    let before = row.update(&connection).await.unwrap();

    let ask = async |session_id: i64| {
        let input = json!({ "shopeeAccountId": account_id, "sessionId": session_id.to_string() });
        done(&world, CREATE, input).await
    };
    let foreign = ask(session.session_id).await;
    assert_eq!(refusals(&foreign), [("NOT_FOUND", Some("sessionId"))]);
    assert_eq!(foreign, ask(1).await);
    assert_eq!(super::row(&connection, session.session_id).await.unwrap(), before);
    world.stop().await;
}

async fn what_shopee_does_not_answer_is_an_error(database: Database) {
    let variables = vec![("SHOPEE_TIMEOUT_MS", "1000".to_owned())];
    let world = World::start_with(&database, Start { accounts: 1, variables }).await;
    let connection = database.connect().await;
    let user_id = world.first_account().user_id;
    let session_id = world.shopee().start_session(user_id, "Malam ini").unwrap();
    let input = json!({ "shopeeAccountId": account(&connection).await.1, "sessionId": session_id.to_string() });
    for call in ["session_info", "overview"] {
        world.shopee().inject(Fault::new(FaultKind::Html).on(call));
        let answer = answer(&world, Some(&world.token), CREATE, input.clone()).await;
        assert_eq!((code(&answer), &answer["data"][CREATE]), ("SHOPEE_GARBLED", &Value::Null));
        assert_eq!(answer["errors"][0]["extensions"]["call"], call);
        world.shopee().clear_faults();
    }
    // A credential that counts no more can look as if there were no such session.
    world.shopee().set_signed_out(SignedOut::EmptyData);
    world.shopee().expire_cookie(user_id).unwrap();
    let answer = answer(&world, Some(&world.token), CREATE, input).await;
    assert_eq!(code(&answer), "SHOPEE_SIGNED_OUT");
    assert_eq!(row(&connection, session_id).await, None);
    world.stop().await;
}
