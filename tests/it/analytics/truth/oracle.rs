//! What a studio's figures have to be, from what the sandbox itself knows, in whole numbers and a division by hand.

use std::collections::BTreeMap;

use sandbox::{ProductView, SessionView};
use serde_json::{Value, json};

/// A session as Shopee has it, and what people have told the gateway beside that.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    pub(super) view: SessionView,
    pub(super) products: Vec<ProductView>,
    pub(super) streamer: String,
    pub(super) seconds: i64,
    pub(super) spend: Option<i64>,
}

pub(super) const FIGURES: &str = "totalSessions totalViewers averageViewers peakViewers totalOrders confirmedOrders conversionRate engagementRate
    totalComments totalLikes totalShares totalDurationSeconds byCurrency { currencyCode
        totalRevenue { amount currencyCode } confirmedRevenue { amount } averageOrderValue { amount } totalAdSpend { amount } totalCommission { amount }
        returnOnInvestment topProduct { itemId sessions quantitySold totalSales { amount } }
        topStreamer { streamerId streamerName sessions totalOrders totalRevenue { amount } } }";

/// All that `FIGURES` selects, of these sessions.
pub(super) fn figures(sessions: &[&Truth]) -> Value {
    let count = sessions.len() as i128;
    let viewers = sum(sessions, |session| session.view.total_viewers as i128);
    let orders = sum(sessions, |session| session.view.orders as i128);
    let done = |session: &Truth| (session.view.likes + session.view.comments + session.view.shares) as i128;
    let mut regions: BTreeMap<String, Vec<&Truth>> = BTreeMap::new();
    for session in sessions {
        regions.entry(session.view.region.to_string()).or_default().push(session);
    }
    json!({
        "totalSessions": count as i64,
        "totalViewers": whole(viewers),
        "averageViewers": quotient(viewers, Some(count), 2),
        "peakViewers": sessions.iter().map(|session| session.view.peak_viewers).max(),
        "totalOrders": whole(orders),
        "confirmedOrders": whole(sum(sessions, |session| session.view.confirmed_orders as i128)),
        "conversionRate": quotient(orders, viewers, 6),
        "engagementRate": quotient(sum(sessions, done), viewers, 6),
        "totalComments": whole(sum(sessions, |session| session.view.comments as i128)),
        "totalLikes": whole(sum(sessions, |session| session.view.likes as i128)),
        "totalShares": whole(sum(sessions, |session| session.view.shares as i128)),
        "totalDurationSeconds": whole(sum(sessions, |session| session.seconds as i128)),
        "byCurrency": regions.values().map(|sessions| takings(sessions)).collect::<Vec<_>>(),
    })
}

fn takings(sessions: &[&Truth]) -> Value {
    let revenue = sum(sessions, |session| session.view.sales as i128);
    let orders = sum(sessions, |session| session.view.orders as i128);
    let paid: Vec<&Truth> = sessions.iter().copied().filter(|session| session.spend.is_some()).collect();
    let spend = sum(&paid, |session| session.spend.unwrap() as i128);
    let gained = spend.and_then(|spend| Some(sum(&paid, |session| session.view.sales as i128)? - spend));
    let mut total = money(revenue);
    total["currencyCode"] = json!(sessions[0].view.currency);
    json!({
        "currencyCode": sessions[0].view.currency,
        "totalRevenue": total,
        "confirmedRevenue": money(sum(sessions, |session| session.view.confirmed_sales as i128)),
        "averageOrderValue": quotient_of_money(revenue, orders),
        "totalAdSpend": money(spend),
        "totalCommission": money(sum(sessions, commission)),
        "returnOnInvestment": quotient(gained, spend, 6),
        "topProduct": products(sessions).into_iter().next(),
        "topStreamer": streamers(sessions).into_iter().next(),
    })
}

/// Of what was confirmed of each product, its rate.
fn commission(session: &Truth) -> i128 {
    let of = |product: &ProductView| {
        divided(Some(product.confirmed_sales as i128 * product.commission_rate as i128), Some(100_000), 1).unwrap()
    };
    session.products.iter().map(of).sum()
}

/// What was sold of each product, the best first.
pub(super) fn products(sessions: &[&Truth]) -> Vec<Value> {
    let mut sold: BTreeMap<i64, (i64, u64, i64)> = BTreeMap::new();
    for product in sessions.iter().flat_map(|session| &session.products) {
        let (seen, items, sales) = sold.entry(product.item_id).or_default();
        (*seen, *items, *sales) = (*seen + 1, *items + product.items_sold, *sales + product.sales);
    }
    let mut sold: Vec<_> = sold.into_iter().filter(|(_, (_, _, sales))| *sales > 0).collect();
    sold.sort_by_key(|(item, (_, _, sales))| (-sales, *item));
    let shown = |(item, (seen, items, sales)): (i64, (i64, u64, i64))| json!({ "itemId": item.to_string(), "sessions": seen, "quantitySold": items, "totalSales": money(Some(sales as i128)) });
    sold.into_iter().map(shown).collect()
}

/// What each streamer's sessions brought in, the best first.
pub(super) fn streamers(sessions: &[&Truth]) -> Vec<Value> {
    let mut by_streamer: BTreeMap<i64, Vec<&Truth>> = BTreeMap::new();
    for session in sessions {
        by_streamer.entry(session.view.user_id).or_default().push(session);
    }
    let mut all: Vec<_> = by_streamer.into_values().collect();
    all.retain(|sessions| sessions.iter().any(|session| session.view.sales > 0));
    all.sort_by_key(|sessions| {
        (-sessions.iter().map(|session| session.view.sales).sum::<i64>(), sessions[0].view.user_id)
    });
    let shown = |sessions: Vec<&Truth>| {
        json!({
            "streamerId": sessions[0].view.user_id.to_string(),
            "streamerName": sessions[0].streamer,
            "sessions": sessions.len(),
            "totalOrders": whole(sum(&sessions, |session| session.view.orders as i128)),
            "totalRevenue": money(sum(&sessions, |session| session.view.sales as i128)),
        })
    };
    all.into_iter().map(shown).collect()
}

/// Nothing, when there is nobody to say.
fn sum(sessions: &[&Truth], figure: impl Fn(&Truth) -> i128) -> Option<i128> {
    sessions.iter().map(|session| figure(session)).reduce(|one, other| one + other)
}

fn whole(number: Option<i128>) -> Value {
    json!(number.map(|number| number as i64))
}

fn money(hundred_thousandths: Option<i128>) -> Value {
    hundred_thousandths.map_or(Value::Null, |amount| json!({ "amount": decimal(amount, 5) }))
}

fn quotient(above: Option<i128>, below: Option<i128>, places: u32) -> Value {
    divided(above, below, 10_i128.pow(places)).map_or(Value::Null, |number| json!(decimal(number, places as usize)))
}

fn quotient_of_money(above: Option<i128>, below: Option<i128>) -> Value {
    money(divided(above, below, 1))
}

/// By how much a figure has changed.
pub(super) fn change(is: Option<i128>, was: Option<i128>) -> Value {
    quotient(is.and_then(|is| Some(is - was?)), was, 6)
}

/// `scale * above / below`, halves to the even neighbour.
fn divided(above: Option<i128>, below: Option<i128>, scale: i128) -> Option<i128> {
    let (above, below) = (above? * scale, below.filter(|below| *below != 0)?);
    let (down, rest) = (above.div_euclid(below), above.rem_euclid(below));
    let up = match (rest * 2).cmp(&below) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => down.rem_euclid(2),
        std::cmp::Ordering::Greater => 1,
    };
    Some(down + up)
}

/// A number with so many places, without zeros at its end.
fn decimal(number: i128, places: usize) -> String {
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let part = part.trim_end_matches('0');
    let sign = if number < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}
