//! The routes about a studio's figures.

use serde_json::json;

use super::{
    Answer, place,
    stored::{DAYS, SUMMARY},
};
use crate::http::doors::{Desk, asked::Asked, outcome::Reply};

const FROM: [&str; 2] = ["from", "startDate"];
const TO: [&str; 2] = ["to", "endDate"];
/// How many days a summary is of when nothing is said.
const USUAL_DAYS: i64 = 30;

pub(super) async fn days(desk: Desk, asked: Asked) -> Answer {
    let (from, to) = (asked.required(&FROM)?, asked.required(&TO)?);
    let studio = place::studio(&desk, &asked).await?;
    let mut told = desk.run(DAYS, json!({ "studioId": studio, "from": from, "to": to })).await?;
    Ok(Reply::ok(told.at(&["liveAnalytics"])?))
}

pub(super) async fn summary(desk: Desk, asked: Asked) -> Answer {
    let (days, from, to) = (asked.number(&["days"])?, asked.text(&FROM)?, asked.text(&TO)?);
    let usual = days.is_none() && from.is_none() && to.is_none();
    let days = if usual { Some(USUAL_DAYS) } else { days };
    let studio = place::studio(&desk, &asked).await?;
    let mut told = desk.run(SUMMARY, json!({ "studioId": studio, "days": days, "from": from, "to": to })).await?;
    Ok(Reply::ok(told.at(&["analyticsSummary"])?))
}
