//! Changing a campaign, and the budgets that it may be given.

use serde_json::{Value, json};

use super::{no_shop, unknown};
use crate::{
    http::{
        Asked,
        reply::{Reply, analytics},
    },
    world::{EditKind, Refusal, limits},
};

pub(super) fn budget_for_edit(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.sells(user_id) {
        return no_shop();
    }
    let now = asked.now;
    let Some(campaign) = asked.own_campaign(user_id, &asked.request.body["campaign_id_list"][0]) else {
        return unknown();
    };
    let (id, budget) = (campaign.id, campaign.phase(now).daily_budget);
    let spent = asked.world.today(user_id).get(&id).map_or(0, |today| today.cost);
    let limits = limits(asked.region);
    analytics(json!({ "daily_budget": {
        "budget_log_key": format!("log-{id}"),
        "min": limits.least(spent),
        "max": limits.max,
        "multiple": limits.step,
        "recommended": (budget * 3 / 2 / limits.step * limits.step).clamp(limits.least(spent), limits.max),
        "previous_expense": spent,
        "low_threshold": limits.usual / 2,
        "is_allow_decrease": true,
        "cps": { "min_budget": limits.min },
    } }))
}

pub(super) fn edit_live_stream(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.sells(user_id) {
        return no_shop();
    }
    let Some(id) = asked.own_campaign(user_id, &asked.request.body["campaign_id"]).map(|campaign| campaign.id) else {
        return unknown();
    };
    let kind = match kind(asked, user_id, id) {
        Ok(kind) => kind,
        Err(refusal) => return refusal,
    };
    match asked.world.ads.edit(id, kind, asked.now) {
        Ok(()) => analytics(json!({ "campaign_id": id })),
        Err(Refusal::Unknown) => unknown(),
        Err(Refusal::Ended) => Reply::ok(json!({ "code": 100_409, "msg": "the campaign has ended" })),
    }
}

fn kind(asked: &mut Asked<'_>, user_id: i64, id: i64) -> Result<EditKind, Reply> {
    let request = asked.request;
    match request.body["type"].as_str() {
        Some("pause") => Ok(EditKind::Pause),
        Some("resume") => Ok(EditKind::Resume),
        Some("stop") => Ok(EditKind::Stop),
        Some("change_budget") => {
            let budget = request.body["change_budget"]["daily_budget"].as_i64();
            let budget = budget.ok_or_else(|| invalid("daily_budget", "daily_budget is not a number"))?;
            let spent = asked.world.today(user_id).get(&id).map_or(0, |today| today.cost);
            match limits(asked.region).objection(budget, spent) {
                Some(objection) => Err(invalid("daily_budget", objection)),
                None => Ok(EditKind::ChangeBudget(budget)),
            }
        }
        _ => Err(invalid("type", "type is unknown")),
    }
}

fn invalid(field: &str, message: &str) -> Reply {
    let errors: [Value; 1] = [json!({ "field": field, "msg": message })];
    Reply::ok(json!({ "code": 100_400, "msg": message, "validation_error_list": errors }))
}
