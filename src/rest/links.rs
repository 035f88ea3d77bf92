//! The routes that make links.

use serde_json::{Value, json};

use super::{
    Answer,
    payload::existing,
    place,
    stored::{PRODUCT, SHARE},
};
use crate::http::doors::{Desk, asked::Asked, outcome::Reply};

pub(super) async fn share(desk: Desk, asked: Asked) -> Answer {
    let mut variables = place::naming(&asked, &["id"])?;
    variables["shareUserId"] = asked.text(&["shareUserId"])?.into();
    let mut told = desk.run(SHARE, variables).await?;
    let session = existing(told.at(&["liveSession"])?, "live session")?;
    Ok(Reply::ok(session).with_errors(&told.errors))
}

pub(super) async fn product(desk: Desk, asked: Asked) -> Answer {
    let (shop, item) = (asked.required(&["shopId"])?, asked.required(&["itemId"])?);
    let region = match asked.word(&["region"])? {
        Some(region) => Value::from(region),
        None => place::account(&desk, &asked).await?["region"].take(),
    };
    let mut told = desk.run(PRODUCT, json!({ "shopId": shop, "itemId": item, "region": region })).await?;
    Ok(Reply::ok(json!({ "productUrl": told.at(&["productUrl"])? })))
}
