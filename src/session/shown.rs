//! What a session's row shows under the names of the schema's fields, and what differs between two states of it: for the audit log,
//! and for whoever asks what a sync has changed.

use entity::live_session;
use rust_decimal::Decimal;
use sea_orm::ActiveEnum as _;
use serde_json::{Map, Value, json};

use crate::{account::access, error::Result};

/// All that a row shows but when it was stored.
pub fn shown(session: &live_session::Model) -> Result<Map<String, Value>> {
    let currency = access::region(&session.region)?.currency();
    let money = |amount: Option<i64>| {
        let amount = amount.map(|amount| Decimal::new(amount, 5).normalize().to_string());
        amount.map_or(Value::Null, |amount| json!({ "amount": amount, "currencyCode": currency }))
    };
    let fields = [
        ("region", json!(session.region)),
        ("sessionId", json!(session.session_id.to_string())),
        ("sessionName", json!(session.edited_name.as_ref().unwrap_or(&session.session_name))),
        ("status", json!(session.status.to_value())),
        ("startedAt", json!(session.started_at)),
        ("endedAt", json!(session.ended_at)),
        ("totalViewers", json!(session.total_viewers)),
        ("peakViewers", json!(session.peak_viewers)),
        ("totalOrders", json!(session.total_orders)),
        ("totalRevenue", money(session.total_revenue)),
        ("confirmedOrders", json!(session.confirmed_orders)),
        ("confirmedRevenue", money(session.confirmed_revenue)),
        ("totalComments", json!(session.total_comments)),
        ("totalLikes", json!(session.total_likes)),
        ("totalShares", json!(session.total_shares)),
        ("productsCount", json!(session.products_count)),
        ("campaignId", json!(session.campaign_id.map(|id| id.to_string()))),
        ("campaignBudget", money(session.campaign_budget)),
        ("campaignSpent", money(session.campaign_spent)),
    ];
    Ok(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The fields that differ between two states of a session, as they were and as they are.
#[derive(Clone, Debug)]
pub struct Changes {
    pub before: Map<String, Value>,
    pub after: Map<String, Value>,
}

impl Changes {
    pub fn between(before: &live_session::Model, after: &live_session::Model) -> Result<Self> {
        let (mut before, mut after) = (shown(before)?, shown(after)?);
        before.retain(|name, value| after.get(name) != Some(value));
        after.retain(|name, _| before.contains_key(name));
        Ok(Self { before, after })
    }

    pub fn is_empty(&self) -> bool {
        self.after.is_empty()
    }

    /// The fields' names, in alphabetical order.
    pub fn fields(&self) -> Vec<String> {
        self.after.keys().cloned().collect()
    }
}
