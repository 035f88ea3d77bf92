//! What the database holds of secrets: nothing that anybody can read, move or change.

use std::fs;

use entity::{
    shopee_account::{self, SealedCredential},
    shopee_login::Status,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait as _, DatabaseConnection, DbBackend, Statement,
};
use serde_json::json;
use testing::{Database, on_both};

use super::{account_rows, login_becomes, started, world_without_accounts};
use crate::support::{
    answer,
    world::{Start, World},
};

on_both!(no_column_holds_a_secret_in_clear, a_credential_opens_only_where_it_belongs_and_as_it_was);

/// Every column of PostgreSQL as a query for its content; bytes keep what is text in them.
const COLUMNS: &str = "SELECT format('SELECT coalesce(string_agg(%s, '' ''), '''') AS dump FROM %I',
    CASE data_type WHEN 'bytea' THEN format('encode(%I, ''escape'')', column_name)
    ELSE format('%I::text', column_name) END, table_name) AS dump
    FROM information_schema.columns WHERE table_schema = 'public'";

async fn no_column_holds_a_secret_in_clear(database: Database) {
    let world = world_without_accounts(&database).await;
    let (_, code) = started(&world).await;
    let open = dump(&database).await;
    assert!(open.contains("First Studio") && open.contains("SHOPEE_LOGIN_STARTED"), "what is in clear is seen");
    world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
    login_becomes(&database, Status::Confirmed).await;
    let over = dump(&database).await;
    let cookie = world.first_account().cookie;
    let values = cookie.split("; ").map(|pair| pair.split_once('=').unwrap().1).filter(|value| value.len() >= 16);
    let canaries = values.chain([code.as_str(), "SPC_ST", "qrcode-login", "iVBORw0KGgo"]);
    let told: Vec<&str> = canaries.filter(|canary| open.contains(canary) || over.contains(canary)).collect();
    assert_eq!(told, [] as [&str; 0]);
    world.stop().await;
}

async fn a_credential_opens_only_where_it_belongs_and_as_it_was(database: Database) {
    let world = World::start_with(&database, Start { accounts: 2, ..Start::default() }).await;
    let rows = account_rows(&database).await;
    let connection = database.connect().await;
    let put = async |bytes: Vec<u8>| {
        let mut row: shopee_account::ActiveModel = rows[0].clone().into();
        row.credential = Set(Some(SealedCredential(bytes)));
        row.update(&connection).await.unwrap();
    };
    let bytes = |row: &shopee_account::Model| row.credential.clone().unwrap().0;
    let mut tampered = bytes(&rows[0]);
    *tampered.last_mut().unwrap() ^= 1;
    let query =
        "query($id: ID!) { liveSession(sessionId: $id) { shopeeAccount { username remoteSessions { total } } } }";
    let session = json!({ "id": world.on_air().session_id.to_string() });
    for wrong in [bytes(&rows[1]), tampered, Vec::new()] {
        put(wrong).await;
        let masked = world.ask(query, session.clone()).await;
        assert_eq!((answer::code(&masked), masked["errors"].as_array().unwrap().len()), ("INTERNAL", 1));
        assert!(masked["data"]["liveSession"]["shopeeAccount"]["username"].is_string());
        assert!(!masked.to_string().contains("CREDENTIAL_KEY") && !masked.to_string().contains("opened"), "{masked}");
    }
    assert_eq!(world.shopee().calls_by_name(), [].into());
    put(bytes(&rows[0])).await;
    assert!(world.data(query, session).await["liveSession"]["shopeeAccount"]["remoteSessions"].is_object());
    connection.close().await.unwrap();
    world.stop().await;
}

/// All that the database holds, as far as it is text.
async fn dump(database: &Database) -> String {
    if let Some(path) = database.url.strip_prefix("sqlite://").and_then(|url| url.split('?').next()) {
        let files = [path.to_owned(), format!("{path}-wal")];
        let bytes: Vec<u8> = files.iter().flat_map(|file| fs::read(file).unwrap_or_default()).collect();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let connection = database.connect().await;
    let mut text = String::new();
    for query in texts(&connection, COLUMNS).await {
        text += &texts(&connection, &query).await.concat();
    }
    connection.close().await.unwrap();
    text
}

async fn texts(connection: &DatabaseConnection, query: &str) -> Vec<String> {
    let statement = Statement::from_string(DbBackend::Postgres, query);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get("", "dump").unwrap()).collect()
}
