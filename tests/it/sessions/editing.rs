use entity::live_session;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, DatabaseConnection, IntoActiveModel as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{answer, audited, done, ended, refusals, row, stored, sync};
use crate::support::{
    answer::{argument, code},
    world::World,
};

on_both!(
    a_name_survives_every_sync_until_it_is_given_back,
    what_is_left_out_stays_and_what_is_null_goes,
    what_cannot_be_entered_is_said,
    nobody_overwrites_a_change_unseen,
    what_a_sync_changes_is_no_persons_change,
    of_two_editors_exactly_one_wins,
);

const UPDATE: &str = "updateLiveSession";
const ROUNDS: usize = 50;

/// Edits a session as it is stored now.
async fn edit(world: &World, connection: &DatabaseConnection, session_id: i64, changes: Value) -> Value {
    let row = row(connection, session_id).await.unwrap();
    let mut input = json!({ "id": super::id(super::Kind::LiveSession, row.id), "updatedAt": row.updated_at });
    input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    done(world, UPDATE, input).await
}

async fn names_found(world: &World, text: &str) -> Vec<String> {
    let query = "query ($text: String!) { liveSessions(filter: { nameContains: $text }) { nodes { sessionName } } }";
    let found = world.data(query, json!({ "text": text })).await;
    crate::support::answer::texts(&found["liveSessions"], "sessionName")
}

async fn a_name_survives_every_sync_until_it_is_given_back(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session = world.on_air();
    let namesakes = names_found(&world, &session.title).await.len();
    let edited = edit(&world, &connection, session.session_id, json!({ "sessionName": "  Payday 50% night " })).await;
    assert_eq!((&edited["liveSession"]["sessionName"], refusals(&edited)), (&json!("Payday 50% night"), vec![]));

    let before = row(&connection, session.session_id).await.unwrap();
    let renamed = live_session::ActiveModel {
        session_name: Set("what Shopee called it once".to_owned()),
        ..before.clone().into_active_model()
    };
    renamed.update(&connection).await.unwrap();
    sync(&world, &connection).await;
    let after = row(&connection, session.session_id).await.unwrap();
    assert!(after.synced_at > before.synced_at);
    assert_eq!((after.session_name.as_str(), &after.edited_name), (session.title.as_str(), &before.edited_name));
    assert_eq!(after.edited_at, before.edited_at);
    assert_eq!(names_found(&world, "payday 50% n").await, ["Payday 50% night"]);
    assert_eq!(
        names_found(&world, &session.title).await.len(),
        namesakes - 1,
        "the name that counts is looked through"
    );

    let back = edit(&world, &connection, session.session_id, json!({ "sessionName": null })).await;
    assert_eq!(back["liveSession"]["sessionName"], session.title);
    assert_eq!(names_found(&world, &session.title).await.len(), namesakes);
    let entries = audited(&connection, "LIVE_SESSION_UPDATED").await;
    let (old, new) = (json!({ "sessionName": session.title }), json!({ "sessionName": "Payday 50% night" }));
    assert_eq!(entries, [(old.clone(), new.clone()), (new, old)]);
    world.stop().await;
}

async fn what_is_left_out_stays_and_what_is_null_goes(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session_id = ended(&world).session_id;
    let idr = |amount: &str| json!({ "amount": amount, "currencyCode": "IDR" });
    let whole = json!({ "sessionName": "One", "campaignId": "5", "campaignBudget": idr("92233720368547.75807"),
        "campaignSpent": idr("0.00001") });
    let campaign = |payload: &Value| {
        let session = &payload["liveSession"];
        json!([session["sessionName"], session["campaignId"], session["campaignBudget"], session["campaignSpent"]])
    };
    let first = edit(&world, &connection, session_id, whole.clone()).await;
    let expected = json!(["One", "5", idr("92233720368547.75807"), idr("0.00001")]);
    assert_eq!(campaign(&first), expected);
    let second = edit(&world, &connection, session_id, json!({ "campaignSpent": idr("7.50") })).await;
    assert_eq!(campaign(&second), json!(["One", "5", expected[2], idr("7.5")]));
    let third = edit(&world, &connection, session_id, json!({ "campaignBudget": null, "campaignId": null })).await;
    assert_eq!(campaign(&third), json!(["One", null, null, idr("7.5")]));

    // What is so already is no change: the others need not look again.
    let before = row(&connection, session_id).await.unwrap();
    let fourth = edit(&world, &connection, session_id, json!({ "sessionName": "One", "campaignId": null })).await;
    assert_eq!((refusals(&fourth), campaign(&fourth)), (vec![], campaign(&third)));
    assert_eq!(row(&connection, session_id).await.unwrap(), before);
    assert_eq!(audited(&connection, "LIVE_SESSION_UPDATED").await.len(), 3);
    world.stop().await;
}

async fn what_cannot_be_entered_is_said(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session_id = ended(&world).session_id;
    let before = row(&connection, session_id).await.unwrap();
    let money = |amount: &str, currency: &str| json!({ "amount": amount, "currencyCode": currency });
    for (changes, fields) in [
        (json!({}), vec![None]),
        (json!({ "sessionName": "" }), vec![Some("sessionName")]),
        (json!({ "sessionName": " \t " }), vec![Some("sessionName")]),
        (json!({ "sessionName": "a\u{7}b" }), vec![Some("sessionName")]),
        (json!({ "sessionName": "a\u{0}b" }), vec![Some("sessionName")]),
        (json!({ "sessionName": "é".repeat(201) }), vec![Some("sessionName")]),
        (json!({ "campaignId": "0" }), vec![Some("campaignId")]),
        (json!({ "campaignId": "1.5" }), vec![Some("campaignId")]),
        (json!({ "campaignBudget": money("-0.00001", "IDR") }), vec![Some("campaignBudget")]),
        (json!({ "campaignBudget": money("1.000001", "IDR") }), vec![Some("campaignBudget")]),
        (json!({ "campaignBudget": money("92233720368547.75808", "IDR") }), vec![Some("campaignBudget")]),
        (json!({ "campaignSpent": money("1", "THB") }), vec![Some("campaignSpent")]),
        (
            json!({ "sessionName": "", "campaignId": "x", "campaignBudget": money("-1", "IDR"), "campaignSpent": null }),
            vec![Some("sessionName"), Some("campaignId"), Some("campaignBudget")],
        ),
    ] {
        let payload = edit(&world, &connection, session_id, changes.clone()).await;
        let expected: Vec<_> = fields.into_iter().map(|field| ("INVALID", field)).collect();
        assert_eq!((refusals(&payload), &payload["liveSession"]), (expected, &Value::Null), "{changes}");
    }
    assert_eq!(row(&connection, session_id).await.unwrap(), before);

    let id = super::id(super::Kind::LiveSession, before.id);
    let ask = async |more: Value| {
        let mut input = json!({ "id": id, "updatedAt": before.updated_at });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        answer(&world, Some(&world.token), UPDATE, input).await
    };
    for amount in [json!(0.1), json!("1e3"), json!("12,5"), json!("0.00000000000000000000000000001")] {
        let money = json!({ "campaignBudget": { "amount": amount, "currencyCode": "IDR" } });
        assert_eq!(code(&ask(money).await), "BAD_USER_INPUT", "{amount}");
    }
    let answer = ask(json!({ "updatedAt": "+10000-01-01T00:00:00Z", "sessionName": "x" })).await;
    assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
    let answer = ask(json!({ "id": super::id(super::Kind::Studio, 1), "sessionName": "x" })).await;
    assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", "input.id"));
    assert_eq!(row(&connection, session_id).await.unwrap(), before);
    world.stop().await;
}

async fn nobody_overwrites_a_change_unseen(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (before, id) = stored(&connection, &ended(&world)).await;
    let rename = async |name: &str, seen: Value| {
        done(&world, UPDATE, json!({ "id": id, "updatedAt": seen, "sessionName": name })).await
    };
    let first = rename("First", json!(before.updated_at)).await;
    let late = rename("Second", json!(before.updated_at)).await;
    assert_eq!(refusals(&late), [("STALE", Some("updatedAt"))]);
    assert_eq!(late["liveSession"], first["liveSession"], "as it is now, to decide again");
    assert_eq!(audited(&connection, "LIVE_SESSION_UPDATED").await.len(), 1);

    let again = rename("Second", late["liveSession"]["updatedAt"].clone()).await;
    assert_eq!((refusals(&again), &again["liveSession"]["sessionName"]), (vec![], &json!("Second")));
    assert!(again["liveSession"]["updatedAt"].as_str() > first["liveSession"]["updatedAt"].as_str());

    // An instance whose clock is an hour ahead has changed it: the next change is later still.
    let row = row(&connection, before.session_id).await.unwrap();
    let ahead = row.updated_at + chrono::TimeDelta::hours(1);
    let row =
        live_session::ActiveModel { updated_at: Set(ahead), edited_at: Set(Some(ahead)), ..row.into_active_model() };
    row.update(&connection).await.unwrap();
    assert_eq!(refusals(&rename("Third", again["liveSession"]["updatedAt"].clone()).await)[0].0, "STALE");
    assert_eq!(refusals(&rename("Third", json!(ahead)).await), []);
    let third = super::row(&connection, before.session_id).await.unwrap();
    assert_eq!(third.updated_at, ahead + chrono::TimeDelta::milliseconds(1));
    assert_eq!(third.edited_at, Some(third.updated_at));

    // Nor does a sync turn it back, or the next person could not say what they have seen.
    let numbers = live_session::ActiveModel { total_likes: Set(Some(0)), ..third.clone().into_active_model() };
    numbers.update(&connection).await.unwrap();
    sync(&world, &connection).await;
    let synced = super::row(&connection, before.session_id).await.unwrap();
    assert!(synced.total_likes > Some(0));
    assert_eq!(synced.updated_at, third.updated_at);
    world.stop().await;
}

async fn what_a_sync_changes_is_no_persons_change(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (before, id) = stored(&connection, &world.on_air()).await;
    world.shopee().step(std::time::Duration::from_secs(1_200));
    sync(&world, &connection).await;
    let synced = row(&connection, before.session_id).await.unwrap();
    assert!(synced.updated_at > before.updated_at && synced.total_likes > before.total_likes);
    let input = json!({ "id": id, "updatedAt": before.updated_at, "sessionName": "Mine" });
    assert_eq!(refusals(&done(&world, UPDATE, input).await), []);
    let edited = row(&connection, before.session_id).await.unwrap();
    assert_eq!((edited.edited_name.as_deref(), edited.total_likes), (Some("Mine"), synced.total_likes));
    world.stop().await;
}

async fn of_two_editors_exactly_one_wins(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (row, id) = stored(&connection, &ended(&world)).await;
    let mut seen = json!(row.updated_at);
    for round in 0..ROUNDS {
        let rename = async |name: String| {
            done(&world, UPDATE, json!({ "id": id, "updatedAt": seen, "sessionName": name })).await
        };
        let (one, other) = tokio::join!(rename(format!("one {round}")), rename(format!("other {round}")));
        let (winner, loser) = if refusals(&one).is_empty() { (one, other) } else { (other, one) };
        assert_eq!(refusals(&winner), [], "round {round}");
        assert_eq!(refusals(&loser), [("STALE", Some("updatedAt"))], "round {round}");
        assert_eq!(loser["liveSession"], winner["liveSession"], "round {round}");
        seen = winner["liveSession"]["updatedAt"].clone();
    }
    assert_eq!(audited(&connection, "LIVE_SESSION_UPDATED").await.len(), ROUNDS);
    world.stop().await;
}
