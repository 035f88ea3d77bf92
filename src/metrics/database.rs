//! Statements, and the pools they go through.

use std::time::Duration;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{Labels, histogram::seconds};

const VERBS: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

#[derive(Debug)]
pub struct Database {
    statements: Family<Labels<2>, Counter>,
    seconds: Family<Labels<1>, Histogram>,
    begins: Histogram,
    connections: Family<Labels<2>, Gauge>,
    limits: Family<Labels<1>, Gauge>,
    up: Gauge,
}

/// The connections of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    pub name: &'static str,
    pub open: u32,
    pub idle: u32,
    pub most: u32,
}

impl Database {
    pub(super) fn in_registry(registry: &mut Registry) -> Self {
        let database = Self {
            statements: Family::default(),
            seconds: Family::new_with_constructor(seconds as fn() -> Histogram),
            begins: seconds(),
            connections: Family::default(),
            limits: Family::default(),
            up: Gauge::default(),
        };
        for (verb, outcome) in VERBS.into_iter().flat_map(|verb| [(verb, "ok"), (verb, "failed")]) {
            drop(database.statements.get_or_create(&[("verb", verb), ("outcome", outcome)]));
            drop(database.seconds.get_or_create(&[("verb", verb)]));
        }
        let help = "Statements sent to the database, those of transactions among them";
        registry.register("database_statements", help, database.statements.clone());
        let help = "How long statements took, once they had a connection";
        registry.register_with_unit("database_statement_duration", help, Unit::Seconds, database.seconds.clone());
        let help = "How long it took to begin transactions, most of it the wait for a connection";
        registry.register_with_unit("database_begin_duration", help, Unit::Seconds, database.begins.clone());
        let help = "Connections of each pool: used, or idle";
        registry.register("database_connections", help, database.connections.clone());
        let help = "Connections that each pool may have";
        registry.register("database_connections_limit", help, database.limits.clone());
        let help = "1 if the database answered when the metrics were asked for, 0 if not";
        registry.register("database_up", help, database.up.clone());
        database
    }

    /// A statement was carried out.
    pub fn sent(&self, sql: &str, took: Duration, failed: bool) {
        let (verb, outcome) = (verb(sql), if failed { "failed" } else { "ok" });
        self.statements.get_or_create(&[("verb", verb), ("outcome", outcome)]).inc();
        self.seconds.get_or_create(&[("verb", verb)]).observe(took.as_secs_f64());
    }

    pub fn began(&self, took: Duration) {
        self.begins.observe(took.as_secs_f64());
    }

    /// How things stand.
    pub fn standing(&self, up: bool, pools: &[Pool]) {
        self.up.set(up.into());
        for pool in pools {
            let state = |state| self.connections.get_or_create_owned(&[("pool", pool.name), ("state", state)]);
            state("idle").set(pool.idle.into());
            state("used").set(pool.open.saturating_sub(pool.idle).into());
            self.limits.get_or_create(&[("pool", pool.name)]).set(pool.most.into());
        }
    }
}

/// What kind of statement it is, of a closed set.
fn verb(sql: &str) -> &'static str {
    let first = sql.trim_start().split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    VERBS.into_iter().find(|verb| first.eq_ignore_ascii_case(verb)).unwrap_or("OTHER")
}
