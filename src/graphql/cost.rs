//! Adds `extensions.cost` to answers: what the operation cost, or this event of a subscription if it cost anything, and what that came
//! to for whoever asked.

use std::sync::Arc;

use async_graphql::{
    Response, ServerError, ValidationResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextValidation},
    indexmap::IndexMap,
};

use tracing::Instrument as _;

use super::context::Operation;
use crate::{
    app::App,
    cost::{
        CostReport,
        bill::{Bill, Settlement},
    },
    telemetry::traces,
};

/// The bill of an operation, as its request carries it.
pub struct Billed {
    pub bill: Arc<Bill>,
    /// Whether its answer says what it came to: what many are told is no business of one of them.
    pub told: bool,
}

/// The extension that reports costs, and settles bills with them.
pub struct ReportCost;

impl ExtensionFactory for ReportCost {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for ReportCost {
    /// Nothing has been done for the operation yet, and all that is done for it comes after.
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        if let (Some(billed), Some(operation)) = (ctx.data_opt::<Billed>(), ctx.data_opt::<Operation>()) {
            billed.bill.meter(operation.cost.clone());
        }
        next.run(ctx).await
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let response = next.run(ctx, operation_name).instrument(traces::event()).await;
        let billed = ctx.data_opt::<Billed>();
        let settled = billed.and_then(|billed| billed.bill.settle(values(&response.data)).filter(|_| billed.told));
        match ctx.data_opt::<Operation>().and_then(|operation| operation.cost.report()) {
            Some(cost) => {
                if let Some(app) = ctx.data_opt::<App>() {
                    app.metrics.shopee.answered(cost.shopee_calls, cost.cache_hits);
                }
                response.extension("cost", object(cost, settled))
            }
            None => response,
        }
    }
}

/// The fields of all objects in an answer.
fn values(data: &Value) -> u64 {
    match data {
        Value::List(entries) => entries.iter().map(values).sum(),
        Value::Object(fields) => fields.len() as u64 + fields.values().map(values).sum::<u64>(),
        _ => 0,
    }
}

fn object(cost: CostReport, settled: Option<Settlement>) -> Value {
    let entry = |(name, count): (&str, u64)| (async_graphql::Name::new(name), Value::from(count));
    let counted = [("statements", cost.statements), ("shopeeCalls", cost.shopee_calls), ("cacheHits", cost.cache_hits)];
    let charged = settled.into_iter().flat_map(|settled| {
        [
            ("requested", settled.requested),
            ("actual", settled.actual),
            ("refunded", settled.refunded),
            ("available", settled.available),
            ("capacity", settled.budget.capacity),
            ("restoreRate", settled.budget.per_second),
        ]
    });
    Value::Object(counted.into_iter().chain(charged).map(entry).collect::<IndexMap<_, _>>())
}
