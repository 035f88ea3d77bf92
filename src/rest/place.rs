//! Which session, account and studio is meant. The system before this one had one of each of the latter, so they may be left out by
//! those who have no more than one.

use serde_json::{Value, json};

use super::{
    payload::existing,
    stored::{FIND_ACCOUNT, FIND_PLACE, FIND_SESSION},
};
use crate::http::doors::{
    Desk,
    asked::{Asked, unfit},
    outcome::Declined,
};

const STUDIO: [&str; 1] = ["studioId"];
const ACCOUNT: [&str; 2] = ["shopeeAccountId", "accountId"];

/// How GraphQL names the session that is meant: Shopee's ids are numbers, and ours are not.
pub(super) fn naming(asked: &Asked, names: &[&str]) -> Result<Value, Declined> {
    let id = asked.required(names)?;
    if id.bytes().all(|letter| letter.is_ascii_digit()) {
        return Ok(json!({ "sessionId": id, "region": asked.word(&["region"])? }));
    }
    Ok(json!({ "id": id }))
}

/// The session that is meant: its id, when it was changed last, and its account's currency.
pub(super) async fn session(desk: &Desk, asked: &Asked, names: &[&str]) -> Result<Value, Declined> {
    let mut found = desk.run(FIND_SESSION, naming(asked, names)?).await?;
    existing(found.at(&["liveSession"])?, "live session")
}

/// The id of the studio that is meant.
pub(super) async fn studio(desk: &Desk, asked: &Asked) -> Result<String, Declined> {
    if let Some(id) = asked.text(&STUDIO)? {
        return Ok(id);
    }
    let studios = studios(desk).await?;
    only(studios.as_slice(), &STUDIO, "studio").map(|studio| text(&studio["id"]))
}

/// The id of the account that is meant.
pub(super) async fn account_id(desk: &Desk, asked: &Asked) -> Result<String, Declined> {
    match asked.text(&ACCOUNT)? {
        Some(id) => Ok(id),
        None => only_account(desk).await.map(|account| text(&account["id"])),
    }
}

/// The account that is meant: its id, region and currency.
pub(super) async fn account(desk: &Desk, asked: &Asked) -> Result<Value, Declined> {
    let Some(id) = asked.text(&ACCOUNT)? else { return only_account(desk).await };
    let mut found = desk.run(FIND_ACCOUNT, json!({ "id": id })).await?;
    let account = found.at(&["node"])?;
    // Something else may have this id.
    let account = if account.get("id").is_some() { account } else { Value::Null };
    existing(account, "Shopee account")
}

/// The only account of the caller's, whatever studio it is in.
async fn only_account(desk: &Desk) -> Result<Value, Declined> {
    let studios = studios(desk).await?;
    let accounts = studios.iter().filter_map(|studio| studio["shopeeAccounts"]["nodes"].as_array());
    let accounts: Vec<Value> = accounts.flatten().cloned().collect();
    only(&accounts, &ACCOUNT, "Shopee account").cloned()
}

async fn studios(desk: &Desk) -> Result<Vec<Value>, Declined> {
    let mut found = desk.run(FIND_PLACE, json!({})).await?;
    let memberships = found.at(&["viewer", "memberships"])?;
    let studios = memberships.as_array().into_iter().flatten().map(|membership| membership["studio"].clone());
    Ok(studios.collect())
}

/// What is meant when nothing is said, if that is clear.
fn only<'a>(those: &'a [Value], names: &[&str], what: &str) -> Result<&'a Value, Declined> {
    match those {
        [one] => Ok(one),
        [] => Err(unfit(names, &format!("is missing, and you have no {what}"))),
        _ => Err(unfit(names, &format!("is missing, and you have more than one {what}"))),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
