//! The routes about live sessions.

use serde_json::{Value, json};

use super::{
    Answer,
    payload::{self, existing},
    place,
    stored::{CREATE, DELETE, LIST, ONE, SYNC_ACCOUNT, SYNC_SESSION, UPDATE},
};
use crate::http::doors::{
    Desk, Members,
    asked::{Asked, unfit},
    outcome::{Declined, Reply},
};

const ID: [&str; 1] = ["id"];
const TO_SYNC: [&str; 3] = ["id", "liveSessionId", "sessionId"];

pub(super) async fn create(desk: Desk, asked: Asked) -> Answer {
    let account = place::account(&desk, &asked).await?;
    let mut input = changes(&asked, &["sessionName", "campaignId", "campaignBudget"], &account);
    input.insert("shopeeAccountId".to_owned(), account["id"].clone());
    input.insert("sessionId".to_owned(), asked.required(&["sessionId"])?.into());
    let mut created = desk.run(CREATE, json!({ "input": input })).await?;
    let payload = payload::of(&mut created, "createLiveSession")?;
    Ok(Reply::created(row(payload["liveSession"].clone())))
}

pub(super) async fn list(desk: Desk, asked: Asked) -> Answer {
    if asked.number(&["page"])?.is_some_and(|page| page != 1) {
        return Err(unfit(
            &["page"],
            "cannot be used: go on with `cursor`, which is `pagination.end_cursor` of the page before",
        ));
    }
    let variables = json!({
        "filter": filter(&asked)?,
        "orderBy": order(&asked)?,
        "first": asked.number(&["limit", "pageSize", "first"])?,
        "after": asked.text(&["cursor", "after"])?,
    });
    let mut listed = desk.run(LIST, variables).await?;
    let mut page = listed.at(&["liveSessions"])?;
    let rows = page["nodes"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let pagination = json!({
        "total": page["totalCount"],
        "hasNextPage": page["pageInfo"]["hasNextPage"],
        "endCursor": page["pageInfo"]["endCursor"],
    });
    Ok(Reply::ok(rows.into_iter().map(row).collect()).with("pagination", pagination).with_errors(&listed.errors))
}

fn filter(asked: &Asked) -> Result<Value, Declined> {
    Ok(json!({
        "studioId": asked.text(&["studioId"])?,
        "shopeeAccountId": asked.text(&["shopeeAccountId", "accountId"])?,
        "region": asked.word(&["region"])?,
        "status": asked.words(&["status"])?,
        "nameContains": asked.text(&["nameContains", "name", "search"])?,
        "startedFrom": asked.text(&["startedFrom"])?,
        "startedBefore": asked.text(&["startedBefore"])?,
    }))
}

fn order(asked: &Asked) -> Result<Value, Declined> {
    let (field, direction) = (asked.word(&["orderBy", "sortBy"])?, asked.word(&["direction", "order"])?);
    let field = field.or_else(|| direction.as_ref().map(|_| "STARTED_AT".to_owned()));
    let direction = direction.unwrap_or_else(|| "DESC".to_owned());
    Ok(field.map_or(Value::Null, |field| json!({ "field": field, "direction": direction })))
}

pub(super) async fn one(desk: Desk, asked: Asked) -> Answer {
    let mut found = desk.run(ONE, place::naming(&asked, &ID)?).await?;
    let mut session = existing(found.at(&["liveSession"])?, "live session")?;
    session["items"] = session["items"]["nodes"].take();
    Ok(Reply::ok(row(session)).with_errors(&found.errors))
}

/// Changes what is sent, and overwrites nobody's change unseen if `updated_at` is among it.
pub(super) async fn update(desk: Desk, asked: Asked) -> Answer {
    let session = place::session(&desk, &asked, &ID).await?;
    let names = ["sessionName", "campaignId", "campaignBudget", "campaignSpent"];
    let mut input = changes(&asked, &names, &session["shopeeAccount"]);
    let seen = asked.text(&["updatedAt"])?.map_or_else(|| session["updatedAt"].clone(), Value::from);
    input.insert("id".to_owned(), session["id"].clone());
    input.insert("updatedAt".to_owned(), seen);
    let mut updated = desk.run(UPDATE, json!({ "input": input })).await?;
    let payload = payload::of(&mut updated, "updateLiveSession")?;
    Ok(Reply::ok(row(payload["liveSession"].clone())))
}

pub(super) async fn delete(desk: Desk, asked: Asked) -> Answer {
    let session = place::session(&desk, &asked, &ID).await?;
    let mut deleted = desk.run(DELETE, json!({ "id": session["id"] })).await?;
    let payload = payload::of(&mut deleted, "deleteLiveSession")?;
    Ok(Reply::ok(json!({ "id": payload["deletedLiveSessionId"] })))
}

/// One session if one is named, or else all of an account.
pub(super) async fn sync(desk: Desk, asked: Asked) -> Answer {
    if asked.value(&TO_SYNC).is_none() {
        let account = place::account_id(&desk, &asked).await?;
        let input = json!({ "shopeeAccountId": account, "since": asked.text(&["since"])? });
        let mut synced = desk.run(SYNC_ACCOUNT, json!({ "input": input })).await?;
        let payload = payload::of(&mut synced, "syncShopeeAccount")?;
        return Ok(Reply::ok(json!({ "job": payload["job"] })));
    }
    let session = place::session(&desk, &asked, &TO_SYNC).await?;
    let mut synced = desk.run(SYNC_SESSION, json!({ "id": session["id"] })).await?;
    let mut payload = payload::of(&mut synced, "syncLiveSession")?;
    let session = row(payload["liveSession"].take());
    Ok(Reply::ok(json!({
        "session": session,
        "changedFields": payload["changedFields"],
        "itemsAdded": payload["itemsAdded"],
        "itemsChanged": payload["itemsChanged"],
    })))
}

/// What is to be changed, null included; money without a currency is in that of the account.
fn changes(asked: &Asked, names: &[&str], account: &Value) -> Members {
    let given = names.iter().filter_map(|name| Some(((*name).to_owned(), asked.given(&[*name])?.clone())));
    given
        .map(|(name, value)| {
            let plain =
                name.starts_with("campaign") && name != "campaignId" && (value.is_number() || value.is_string());
            (name, if plain { money(&value, account) } else { value })
        })
        .collect()
}

fn money(amount: &Value, account: &Value) -> Value {
    let amount = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
    json!({ "amount": amount, "currencyCode": account["currencyCode"] })
}

/// A session as a row, with the ids of what it belongs to.
fn row(mut session: Value) -> Value {
    if let Value::Object(members) = &mut session {
        for (object, id) in [("studio", "studioId"), ("shopeeAccount", "shopeeAccountId")] {
            let of = members.remove(object).unwrap_or_default();
            members.insert(id.to_owned(), of["id"].clone());
        }
    }
    session
}
