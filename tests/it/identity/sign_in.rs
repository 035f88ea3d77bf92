//! Coming in with a password, and staying in with refresh tokens.

use std::time::Instant;

use argon2::{Argon2, Params, password_hash::PasswordHasher as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    refresh_token, sign_in,
    user::{self, PasswordHash},
};
use futures_util::future::join_all;
use live_gateway::identity::housekeeping::tidy;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{
    PASSWORD, REFRESH, SIGN_IN, actions, audit_log, give_password, refresh, sign_in_as, status, tokens,
    world_with_password,
};
use crate::support::{
    eventually,
    world::{OWNER, STRANGER, World},
};

on_both!(
    a_password_signs_in,
    what_is_wrong_with_a_password_is_not_told,
    refusing_takes_as_long_whoever_it_is,
    a_refresh_token_is_good_for_one_use,
    of_many_at_once_one_refreshes,
    no_good_refresh_tokens_are_alike,
    an_old_hash_is_replaced,
    secrets_do_not_rest_in_the_database,
    who_signs_in_has_the_rest_of_the_operation,
    a_token_of_an_operator_has_a_sign_in,
    what_has_long_been_over_is_forgotten,
);

async fn a_password_signs_in(database: Database) {
    let world = World::start(&database).await;
    give_password(&world, OWNER, PASSWORD).await;
    assert_eq!(status(&world, &world.token).await, 401, "another password ends what there was");
    let before = world.gateway.app.clock.now();
    let payload = sign_in_as(&world, &OWNER.to_uppercase(), PASSWORD).await;
    let (access, refresh_token) = tokens(&payload);
    let seen = json!({ "email": OWNER, "memberships": [{ "studio": { "name": "First Studio" } }] });
    assert_eq!(payload["viewer"], seen);
    assert_eq!(status(&world, &access).await, 200);
    assert_eq!(refresh_token.len(), 43, "256 bits");

    let lasts = |name: &str| {
        let ends: DateTime<Utc> = payload[name].as_str().unwrap().parse().unwrap();
        (ends - before).num_seconds()
    };
    assert!((14 * 60..=16 * 60).contains(&lasts("accessTokenExpiresAt")));
    assert!((30 * 86_400 - 60..=30 * 86_400 + 60).contains(&lasts("refreshTokenExpiresAt")));
    let claims = access.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let rows = sign_in::Entity::find().all(&database.connect().await).await.unwrap();
    let row = rows.iter().find(|row| row.kind == sign_in::Kind::Password).unwrap();
    assert_eq!(claims["sid"], row.id.to_string());
    assert_eq!(row.remote_address.as_deref(), Some("127.0.0.1"));

    let log = audit_log(&database).await;
    let entry = log.last().unwrap();
    assert_eq!((entry.action.as_str(), entry.subject_kind.as_str()), ("SIGNED_IN", "User"));
    assert_eq!((entry.user_id, entry.subject_id.clone()), (Some(row.user_id), Some(row.user_id.to_string())));
    world.stop().await;
}

async fn what_is_wrong_with_a_password_is_not_told(database: Database) {
    let world = world_with_password(&database).await;
    let log = audit_log(&database).await.len();
    let mut answers = Vec::new();
    for (email, password) in
        [(OWNER, "another horse battery"), ("nobody@first.example", PASSWORD), (STRANGER, PASSWORD), (OWNER, "")]
    {
        answers.push(sign_in_as(&world, email, password).await);
    }
    assert_eq!(answers[0]["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    assert_eq!((&answers[0]["accessToken"], &answers[0]["viewer"]), (&Value::Null, &Value::Null));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    // Two with a wrong password, and one who has none; the fourth is nobody.
    eventually("refusals are written down", async || audit_log(&database).await.len() == log + 3).await;
    let written = audit_log(&database).await.split_off(log);
    assert!(written.iter().all(|entry| entry.action == "SIGN_IN_REFUSED" && entry.user_id.is_none()), "{written:?}");
    let nonsense = sign_in_as(&world, "nobody", PASSWORD).await;
    assert_eq!(nonsense["userErrors"][0]["field"], "email");
    world.stop().await;
}

/// Without the work for nothing, who is not there would be refused in a hundredth of the time.
async fn refusing_takes_as_long_whoever_it_is(database: Database) {
    let world = world_with_password(&database).await;
    let mut times = [(OWNER, Vec::new()), ("nobody@first.example", Vec::new()), (STRANGER, Vec::new())];
    for _ in 0..7 {
        for (email, taken) in &mut times {
            let begun = Instant::now();
            sign_in_as(&world, email, "another horse battery").await;
            taken.push(begun.elapsed());
        }
    }
    let medians = times.map(|(_, mut taken)| {
        taken.sort();
        taken[3]
    });
    let [shortest, longest] = [medians.iter().min().unwrap(), medians.iter().max().unwrap()];
    assert!(*longest < *shortest * 4, "{medians:?}");
    world.stop().await;
}

async fn a_refresh_token_is_good_for_one_use(database: Database) {
    let world = world_with_password(&database).await;
    let (first_access, first) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    let (second_access, second) = tokens(&refresh(&world, &first).await);
    assert_ne!(first, second);
    let (third_access, third) = tokens(&refresh(&world, &second).await);
    for access in [&first_access, &second_access, &third_access] {
        assert_eq!(status(&world, access).await, 200);
    }

    let refused = refresh(&world, &first).await;
    assert_eq!(refused["userErrors"][0]["code"], "INVALID_REFRESH_TOKEN");
    assert_eq!(actions(&database).await.last().unwrap(), "REFRESH_TOKEN_REUSED");
    for access in [&first_access, &second_access, &third_access] {
        assert_eq!(status(&world, access).await, 401, "the whole sign-in has ended");
    }
    assert_eq!(refresh(&world, &third).await, refused);
    assert_eq!(status(&world, &world.token).await, 200, "the user's other sign-in goes on");
    world.stop().await;
}

async fn of_many_at_once_one_refreshes(database: Database) {
    let world = world_with_password(&database).await;
    let (_, token) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    let answers = join_all((0..8).map(|_| refresh(&world, &token))).await;
    let winners: Vec<&Value> = answers.iter().filter(|answer| !answer["accessToken"].is_null()).collect();
    assert_eq!(winners.len(), 1, "{answers:#?}");
    let used = refresh_token::Entity::find().all(&database.connect().await).await.unwrap();
    let of_sign_in = used.iter().map(|row| row.sign_in_id).max().unwrap();
    assert_eq!(used.iter().filter(|row| row.sign_in_id == of_sign_in).count(), 2, "one was used, one was made");
    let refused = answers.iter().find(|answer| answer["accessToken"].is_null()).unwrap();
    assert_eq!(refused["userErrors"][0]["code"], "INVALID_REFRESH_TOKEN");
    let (access, _) = self::tokens(winners[0]);
    assert_eq!(status(&world, &access).await, 401, "somebody has a copy");
    world.stop().await;
}

async fn no_good_refresh_tokens_are_alike(database: Database) {
    let world = world_with_password(&database).await;
    let (access, _) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    let (_, expired) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    let (ended_access, ended) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    let connection = database.connect().await;
    let tokens = refresh_token::Entity::find().all(&connection).await.unwrap();
    let update = refresh_token::Entity::update_many();
    let update = update.col_expr(refresh_token::Column::ExpiresAt, Expr::value(tokens[0].created_at));
    update.filter(refresh_token::Column::SignInId.eq(tokens[2].sign_in_id)).exec(&connection).await.unwrap();
    world.ask_as(Some(&ended_access), "mutation { signOut { endedSignIns } }", json!({})).await;

    let unknown = "A".repeat(43);
    let mut answers = Vec::new();
    for token in [expired.as_str(), &ended, &unknown, "", "nonsense", &access] {
        answers.push(refresh(&world, token).await);
    }
    assert_eq!(answers[0]["userErrors"][0]["code"], "INVALID_REFRESH_TOKEN");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert!(!actions(&database).await.contains(&"REFRESH_TOKEN_REUSED".to_owned()));
    world.stop().await;
}

async fn an_old_hash_is_replaced(database: Database) {
    let world = world_with_password(&database).await;
    let connection = database.connect().await;
    let weak = Argon2::from(Params::new(64, 1, 1, None).unwrap()).hash_password(PASSWORD.as_bytes()).unwrap();
    let update = user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(PasswordHash(weak.to_string())))
        .filter(user::Column::Email.eq(OWNER));
    update.exec(&connection).await.unwrap();
    let kept = async || {
        let user = user::Entity::find().filter(user::Column::Email.eq(OWNER)).one(&connection).await.unwrap();
        user.unwrap().password_hash.unwrap().0
    };
    sign_in_as(&world, OWNER, "another horse battery").await;
    assert_eq!(kept().await, weak.to_string());
    tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    assert!(kept().await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept().await);
    tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    world.stop().await;
}

async fn secrets_do_not_rest_in_the_database(database: Database) {
    let world = world_with_password(&database).await;
    let (access, first) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    let (_, second) = tokens(&refresh(&world, &first).await);
    world.stop().await;
    let rest = at_rest(&database).await;
    let contains = |needle: &[u8]| rest.windows(needle.len()).any(|window| window == needle);
    assert!(contains(OWNER.as_bytes()), "what is looked through is the database");
    for secret in [PASSWORD, &first, &second, &access] {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!contains(secret.as_bytes()) && !contains(hex.as_bytes()), "{secret}");
    }
}

/// All there is: the bytes of the files, or each row of each table as text.
async fn at_rest(database: &Database) -> Vec<u8> {
    if let Some(path) = database.url.strip_prefix("sqlite://") {
        let path = path.split('?').next().unwrap();
        let files = [path.to_owned(), format!("{path}-wal")];
        return files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect();
    }
    let connection = database.connect().await;
    let rows = async |query: String| {
        let found =
            connection.query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, query)).await;
        found.unwrap().iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect::<Vec<_>>()
    };
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()";
    let mut rest = Vec::new();
    for table in rows(tables.to_owned()).await {
        rest.extend(rows(format!("SELECT CAST(t AS text) FROM {table} t")).await.concat().into_bytes());
    }
    rest
}

async fn who_signs_in_has_the_rest_of_the_operation(database: Database) {
    let world = world_with_password(&database).await;
    give_password(&world, STRANGER, PASSWORD).await;
    let query = SIGN_IN.replace(
        "mutation ($email: String!, $password: String!) {",
        r#"mutation ($email: String!, $password: String!) {
            before: createStudio(input: { name: "A", timeZone: "Asia/Jakarta" }) { studio { name } }"#,
    );
    let query = query.trim_end().trim_end_matches('}').to_owned()
        + r#" after: createStudio(input: { name: "B", timeZone: "Asia/Jakarta" }) { studio { name } } }"#;
    let variables = json!({ "email": STRANGER, "password": PASSWORD });
    let answer = world.ask_as(Some(&world.token), &query, variables).await;
    assert_eq!(answer["data"]["after"]["studio"]["name"], "B", "{answer:#}");
    let log = audit_log(&database).await;
    let makers: Vec<_> =
        log.iter().filter(|entry| entry.action == "STUDIO_CREATED").map(|entry| entry.user_id).collect();
    assert_eq!(makers, [Some(1), Some(2)], "each is written down to whom it was by then");
    world.stop().await;
}

async fn a_token_of_an_operator_has_a_sign_in(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let rows = sign_in::Entity::find().all(&connection).await.unwrap();
    assert!(rows.len() == 2 && rows.iter().all(|row| row.kind == sign_in::Kind::Operator), "{rows:?}");
    let written = actions(&database).await;
    assert_eq!(written.iter().filter(|action| *action == "SIGNED_IN").count(), 2, "{written:?}");
    world.ask(REFRESH, json!({ "token": world.token })).await;
    assert_eq!(status(&world, &world.token).await, 200);
    let answer = world.ask("mutation { signOut { endedSignIns } }", json!({})).await;
    assert_eq!(answer["data"]["signOut"]["endedSignIns"], 1);
    assert_eq!(status(&world, &world.token).await, 401);
    world.stop().await;
}

async fn what_has_long_been_over_is_forgotten(database: Database) {
    let world = World::start(&database).await;
    let (app, connection) = (&world.gateway.app, database.connect().await);
    // The token that an operator has made for the owner ends with this, the stranger's does not.
    give_password(&world, OWNER, PASSWORD).await;
    sign_in_as(&world, OWNER, PASSWORD).await;
    let now = app.clock.now();
    let tidied = async |days: i64| {
        let removed = tidy(app, now + TimeDelta::days(days)).await.unwrap();
        let left = sign_in::Entity::find().all(&connection).await.unwrap();
        (removed, left.into_iter().map(|row| row.kind).collect::<Vec<_>>())
    };
    let (_, before) = tidied(29).await;
    let count = before.len() as u64;
    let (removed, left) = tidied(31).await;
    assert!(removed > 0 && left.contains(&sign_in::Kind::Password), "what has ended goes: {before:?} {left:?}");
    assert_eq!((removed + left.len() as u64, tidied(59).await.0), (count, 0));
    assert_eq!(tidied(61).await.0, 1, "its refresh token held for 30 days");
    assert_eq!(refresh_token::Entity::find().all(&connection).await.unwrap(), []);
    let (removed, left) = tidied(4_000).await;
    assert!(removed == 0 && !left.is_empty() && left.iter().all(|kind| *kind == sign_in::Kind::Operator), "{left:?}");
    world.stop().await;
}
