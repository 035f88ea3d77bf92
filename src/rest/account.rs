//! The routes that ask Shopee about an account.

use serde_json::{Value, json};

use super::{
    Answer,
    payload::existing,
    place,
    stored::{ADS, CREATOR, EXPENSE, ITEMS, PROMOTIONS, REMOTE_SESSIONS},
};
use crate::http::doors::{
    Desk,
    asked::Asked,
    outcome::{Declined, Reply},
};

const PAGE_SIZE: [&str; 2] = ["pageSize", "limit"];

pub(super) async fn creator(desk: Desk, asked: Asked) -> Answer {
    ask(&desk, &asked, (CREATOR, "creator"), json!({})).await
}

pub(super) async fn sessions(desk: Desk, asked: Asked) -> Answer {
    let field = asked.word(&["orderBy", "sortBy"])?;
    let order =
        field.map(|field| json!({ "field": field, "ascending": asked.value(&["ascending"]) == Some(&true.into()) }));
    let variables = json!({
        "page": asked.number(&["page"])?,
        "pageSize": asked.number(&PAGE_SIZE)?,
        "name": asked.text(&["name"])?,
        "orderBy": order,
    });
    ask(&desk, &asked, (REMOTE_SESSIONS, "remoteSessions"), variables).await
}

pub(super) async fn promotions(desk: Desk, asked: Asked) -> Answer {
    let variables = json!({
        "page": asked.number(&["page"])?,
        "pageSize": asked.number(&PAGE_SIZE)?,
        "name": asked.text(&["name"])?,
        "state": asked.word(&["state"])?,
    });
    ask(&desk, &asked, (PROMOTIONS, "promotionsToday"), variables).await
}

pub(super) async fn expense(desk: Desk, asked: Asked) -> Answer {
    ask(&desk, &asked, (EXPENSE, "campaignExpenseToday"), json!({})).await
}

pub(super) async fn ads(desk: Desk, asked: Asked) -> Answer {
    ask(&desk, &asked, (ADS, "ads"), json!({})).await
}

pub(super) async fn items(desk: Desk, asked: Asked) -> Answer {
    let variables = json!({
        "page": asked.number(&["page"])?,
        "pageSize": asked.number(&PAGE_SIZE)?,
        "keyword": asked.text(&["keyword"])?,
    });
    ask(&desk, &asked, (ITEMS, "itemPromotions"), variables).await
}

/// One field of an account; null when Shopee has nothing.
async fn ask(
    desk: &Desk,
    asked: &Asked,
    (document, field): (&'static str, &str),
    mut variables: Value,
) -> Result<Reply, Declined> {
    variables["id"] = place::account_id(desk, asked).await?.into();
    // What is not asked for keeps the default that the schema has for it.
    if let Value::Object(members) = &mut variables {
        members.retain(|_, value| !value.is_null());
    }
    let mut told = desk.run(document, variables).await?;
    let is_account = told.data["node"].get(field).is_some();
    if !is_account && told.errors.is_empty() {
        existing(Value::Null, "Shopee account")?;
    }
    Ok(Reply::ok(told.at(&["node", field])?).with_errors(&told.errors))
}
