//! Adds `extensions.cost` to answers: what the operation cost, or this event of a subscription if it cost anything.

use std::sync::Arc;

use async_graphql::{
    Response, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    indexmap::IndexMap,
};

use tracing::Instrument as _;

use super::context::Operation;
use crate::{app::App, cost::CostReport, telemetry::traces};

/// The extension that reports costs.
pub struct ReportCost;

impl ExtensionFactory for ReportCost {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for ReportCost {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let response = next.run(ctx, operation_name).instrument(traces::event()).await;
        match ctx.data_opt::<Operation>().and_then(|operation| operation.cost.report()) {
            Some(cost) => {
                if let Some(app) = ctx.data_opt::<App>() {
                    app.metrics.shopee.answered(cost.shopee_calls, cost.cache_hits);
                }
                response.extension("cost", object(cost))
            }
            None => response,
        }
    }
}

fn object(cost: CostReport) -> Value {
    let entry = |name, count: u64| (async_graphql::Name::new(name), Value::from(count));
    Value::Object(IndexMap::from([
        entry("statements", cost.statements),
        entry("shopeeCalls", cost.shopee_calls),
        entry("cacheHits", cost.cache_hits),
    ]))
}
