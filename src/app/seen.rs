//! What the Shopee client does, counted and put into traces.

use std::time::Duration;

use opentelemetry::KeyValue;
use shopee::{Called, Observer};

use crate::{metrics::Metrics, telemetry::traces};

#[derive(Debug)]
pub(super) struct ShopeeCalls(pub(super) Metrics);

impl Observer for ShopeeCalls {
    fn called(&self, called: &Called) {
        let Called { call, region, error, took } = *called;
        self.0.shopee.called(call, region.code(), error.unwrap_or("OK"), took);
        traces::past(took, error, || {
            let attributes = [("shopee.call", call), ("shopee.region", region.code())];
            (format!("shopee {call}"), attributes.map(|(name, value)| KeyValue::new(name, value)).into())
        });
    }

    fn repeats(&self, _: &'static str) {
        self.0.shopee.repeated();
    }

    fn waited(&self, time: Duration, had: bool) {
        self.0.shopee.waited(time, had);
    }
}
