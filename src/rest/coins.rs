//! The route that gives coins out.

use serde_json::json;

use super::{Answer, payload, place, stored::GIVE_OUT};
use crate::http::doors::{Desk, asked::Asked, outcome::Reply};

/// Happens once for each `Idempotency-Key`. The system before this one knew no keys: a request without one is a wish of its own.
pub(super) async fn give_out(desk: Desk, asked: Asked) -> Answer {
    let amount = asked.required_number(&["amount", "coins"])?;
    let recipients = asked.required_number(&["recipients", "quantity"])?;
    let key = asked.text(&["idempotencyKey"])?.unwrap_or_else(|| format!("{:032x}", rand::random::<u128>()));
    let session = place::session(&desk, &asked, &["id"]).await?;
    let input = json!({
        "idempotencyKey": key,
        "liveSessionId": session["id"],
        "amount": amount,
        "recipients": recipients,
    });
    let mut given = desk.run(GIVE_OUT, json!({ "input": input })).await?;
    let payload = payload::of(&mut given, "giveOutCoins")?;
    Ok(Reply::ok(payload["coinGiveout"].clone()))
}
