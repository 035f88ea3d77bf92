//! Every stored field, selected alone, answers as it does among all the others: a list reads only the columns that the selected
//! fields need, and this is what guards the way from a field to its column. The fields come from introspection, so a new one is
//! covered by itself.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait as _, ColumnType, DatabaseConnection, EntityTrait, Iterable as _, QueryFilter as _, Value as Stored,
    sea_query::Expr,
};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    introspection::{Introspection, list, text},
    world::World,
};

on_both!(a_field_alone_answers_as_among_all, a_field_answers_what_its_column_holds);

/// A type, and the ways to one and the same thing of it; `FIELDS` is what is selected.
const WAYS: &[(&str, &[&str])] = &[
    (
        "LiveSession",
        &[
            r#"{ node(id: "SESSION") { ... on LiveSession { FIELDS } } }"#,
            r#"{ liveSession(id: "SESSION") { FIELDS } }"#,
            r#"{ liveSessions(first: 1) { nodes { FIELDS } } }"#,
            r#"{ liveSessions(first: 1, orderBy: { field: STARTED_AT }) { edges { node { FIELDS } } } }"#,
        ],
    ),
    (
        "LiveSessionItem",
        &[
            r#"{ node(id: "ITEM") { ... on LiveSessionItem { FIELDS } } }"#,
            r#"{ liveSession(id: "SESSION") { items(first: 1) { nodes { FIELDS } } } }"#,
            r#"{ liveSessions(first: 1) { nodes { items(first: 1) { edges { node { FIELDS } } } } } }"#,
        ],
    ),
    (
        "ShopeeAccount",
        &[
            r#"{ node(id: "ACCOUNT") { ... on ShopeeAccount { FIELDS } } }"#,
            r#"{ liveSession(id: "SESSION") { shopeeAccount { FIELDS } } }"#,
            r#"{ studio(id: "STUDIO") { shopeeAccounts { nodes { FIELDS } } } }"#,
        ],
    ),
    (
        "Studio",
        &[
            r#"{ node(id: "STUDIO") { ... on Studio { FIELDS } } }"#,
            r#"{ studio(id: "STUDIO") { FIELDS } }"#,
            r#"{ liveSession(id: "SESSION") { studio { FIELDS } } }"#,
            r#"{ liveSession(id: "SESSION") { shopeeAccount { studio { FIELDS } } } }"#,
        ],
    ),
];

async fn a_field_alone_answers_as_among_all(database: Database) {
    let world = World::start(&database).await;
    fill(&database.connect().await).await;
    let schema = Introspection::of(&world).await;
    for (kind, ways) in WAYS {
        let selections = selections(&schema, kind);
        assert!(selections.len() > 5, "{kind}: {selections:?}");
        let ways = with_ids(&world, ways).await;
        let all = answer(&world, &ways[0], &selections.join(" ")).await;
        for selection in &selections {
            let field = selection.split(' ').next().unwrap();
            assert!(!all[field].is_null(), "{kind}.{field} should be filled in for this test");
            for way in &ways {
                let alone = answer(&world, way, selection).await;
                assert_eq!(alone[field], all[field], "{kind}.{field} through {way}");
            }
        }
    }
    world.stop().await;
}

async fn a_field_answers_what_its_column_holds(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    fill(&connection).await;
    let schema = Introspection::of(&world).await;
    for (kind, ways) in WAYS {
        let way = with_ids(&world, &ways[..1]).await.remove(0);
        let all = answer(&world, &way, &selections(&schema, kind).join(" ")).await;
        let row = row(&connection, kind, text(&all["id"])).await;
        let held = |field: &str| row.get(column_of(kind, field)).filter(|_| field != "id");
        let fields: Vec<&String> = all.as_object().unwrap().keys().filter(|field| held(field).is_some()).collect();
        assert!(fields.len() > 3, "{kind}: {fields:?}");
        for field in fields {
            assert_eq!(plain(&all[field]), plain(held(field).unwrap()), "{kind}.{field}");
        }
    }
    world.stop().await;
}

/// The row behind a global id.
async fn row(connection: &DatabaseConnection, kind: &str, id: &str) -> Value {
    let key = live_gateway::graphql::id::GlobalId::decode(id).unwrap().key;
    let row = match kind {
        "Studio" => entity::studio::Entity::find_by_id(key).into_json().one(connection).await,
        "ShopeeAccount" => entity::shopee_account::Entity::find_by_id(key).into_json().one(connection).await,
        "LiveSession" => entity::live_session::Entity::find_by_id(key).into_json().one(connection).await,
        _ => entity::live_session_item::Entity::find_by_id(key).into_json().one(connection).await,
    };
    row.unwrap().unwrap()
}

/// What the studio calls a session comes before what Shopee calls it.
fn column_of(kind: &str, field: &str) -> String {
    match (kind, field) {
        ("LiveSession", "sessionName") => "edited_name".to_owned(),
        _ => snake_case(field),
    }
}

fn snake_case(field: &str) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_uppercase() { format!("_{}", letter.to_ascii_lowercase()) } else { letter.into() }
    };
    field.chars().map(letter).collect()
}

/// A value without the differences between how a client and a database write it: money is a count of 1/100000, an id a number.
fn plain(value: &Value) -> String {
    if let Some(amount) = value["amount"].as_str() {
        let amount: Decimal = amount.parse().unwrap();
        return (amount * Decimal::from(100_000)).normalize().to_string();
    }
    let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    written.parse::<DateTime<Utc>>().map_or(written, |instant| instant.timestamp_micros().to_string())
}

/// The ways, with the ids of the newest session and of what belongs to it.
async fn with_ids(world: &World, ways: &[&str]) -> Vec<String> {
    let newest = "{ liveSessions(first: 1) { nodes { id studio { id } shopeeAccount { id } items(first: 1) { nodes { id } } } } }";
    let session = world.data(newest, json!({})).await["liveSessions"]["nodes"][0].take();
    let ids = [
        ("SESSION", &session["id"]),
        ("STUDIO", &session["studio"]["id"]),
        ("ACCOUNT", &session["shopeeAccount"]["id"]),
        ("ITEM", &session["items"]["nodes"][0]["id"]),
    ];
    let with_ids = |way: &&str| ids.iter().fold((*way).to_owned(), |query, (name, id)| query.replace(name, text(id)));
    ways.iter().map(with_ids).collect()
}

/// The object that a way leads to, with a selection of its fields.
async fn answer(world: &World, way: &str, fields: &str) -> Value {
    let data = world.data(&way.replace("FIELDS", &format!("{fields} mark: __typename")), json!({})).await;
    marked(data).expect("what was selected is there")
}

/// The object that was selected with a mark, wherever it is in the answer.
fn marked(value: Value) -> Option<Value> {
    match value {
        Value::Object(object) if object.contains_key("mark") => Some(Value::Object(object)),
        Value::Object(object) => object.into_iter().find_map(|(_, value)| marked(value)),
        Value::Array(values) => values.into_iter().find_map(marked),
        _ => None,
    }
}

/// How each field is selected that is answered from the database: those from Shopee say when it was asked.
fn selections(schema: &Introspection, kind: &str) -> Vec<String> {
    let fields = list(&schema.named(kind)["fields"]).iter();
    fields
        .filter_map(|field| Some(format!("{}{}", text(&field["name"]), below(schema, schema.type_of(field))?)))
        .collect()
}

/// What to select below a field of this type.
fn below(schema: &Introspection, kind: &Value) -> Option<String> {
    let fields = list(&kind["fields"]);
    let has = |name: &str| fields.iter().any(|field| field["name"] == name);
    match text(&kind["kind"]) {
        "SCALAR" | "ENUM" => Some(String::new()),
        _ if has("observedAt") => None,
        _ if has("id") => Some(" { id }".to_owned()),
        _ if has("nodes") => Some(" { nodes { __typename } }".to_owned()),
        _ => Some(format!(" {{ {} }}", selections(schema, text(&kind["name"])).join(" "))),
    }
}

/// Gives every column that is null a value of its own, so that no field's null can pass for another's.
async fn fill(connection: &DatabaseConnection) {
    fill_rows::<entity::studio::Entity>(connection).await;
    fill_rows::<entity::shopee_account::Entity>(connection).await;
    fill_rows::<entity::live_session::Entity>(connection).await;
    fill_rows::<entity::live_session_item::Entity>(connection).await;
}

async fn fill_rows<E: EntityTrait>(connection: &DatabaseConnection) {
    for (place, column) in (1_i64..).zip(E::Column::iter()) {
        let value: Stored = match column.def().get_column_type() {
            ColumnType::BigInteger => (1_234_567 * place).into(),
            ColumnType::Boolean => true.into(),
            ColumnType::Text => format!("text-{place}").into(),
            ColumnType::TimestampWithTimeZone => DateTime::from_timestamp(1_700_000_000 + place, 0).unwrap().into(),
            _ => continue,
        };
        let update = E::update_many().col_expr(column, Expr::value(value)).filter(column.is_null());
        update.exec(connection).await.unwrap();
    }
}
