//! Calls to Shopee, what their pace costs, and what is answered without one.

use std::time::Duration;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{Labels, histogram::seconds};

#[derive(Debug)]
pub struct Shopee {
    calls: Family<Labels<3>, Counter>,
    seconds: Family<Labels<1>, Histogram>,
    repeated: Counter,
    turns: Histogram,
    turns_refused: Counter,
    answers: Family<Labels<1>, Counter>,
}

impl Shopee {
    pub(super) fn in_registry(registry: &mut Registry) -> Self {
        let shopee = Self {
            calls: Family::default(),
            seconds: Family::new_with_constructor(seconds as fn() -> Histogram),
            repeated: Counter::default(),
            turns: seconds(),
            turns_refused: Counter::default(),
            answers: Family::default(),
        };
        for source in ["shopee", "cache"] {
            drop(shopee.answers.get_or_create(&[("source", source)]));
        }
        let help = "Calls to Shopee, by their name, region and outcome";
        registry.register("shopee_calls", help, shopee.calls.clone());
        let help = "How long calls to Shopee took, with their waits and repetitions";
        registry.register_with_unit("shopee_call_duration", help, Unit::Seconds, shopee.seconds.clone());
        let help = "Attempts that were made again, since Shopee could not be reached";
        registry.register("shopee_repeats", help, shopee.repeated.clone());
        let help = "How long calls waited for their turn within SHOPEE_CALLS_PER_SECOND";
        registry.register_with_unit("shopee_turn_wait", help, Unit::Seconds, shopee.turns.clone());
        let help = "Calls that were refused here, since their turn would have come too late";
        registry.register("shopee_turns_refused", help, shopee.turns_refused.clone());
        let help = "What operations wanted of Shopee: asked of it, or had from the cache or from a call in flight";
        registry.register("shopee_answers", help, shopee.answers.clone());
        shopee
    }

    pub fn called(&self, call: &'static str, region: &'static str, outcome: &'static str, took: Duration) {
        self.calls.get_or_create(&[("call", call), ("region", region), ("outcome", outcome)]).inc();
        self.seconds.get_or_create(&[("call", call)]).observe(took.as_secs_f64());
    }

    pub fn repeated(&self) {
        self.repeated.inc();
    }

    pub fn waited(&self, time: Duration, had_its_turn: bool) {
        if had_its_turn {
            self.turns.observe(time.as_secs_f64());
        } else {
            self.turns_refused.inc();
        }
    }

    /// What an operation had of Shopee.
    pub fn answered(&self, by_shopee: u64, from_the_cache: u64) {
        self.answers.get_or_create(&[("source", "shopee")]).inc_by(by_shopee);
        self.answers.get_or_create(&[("source", "cache")]).inc_by(from_the_cache);
    }
}
