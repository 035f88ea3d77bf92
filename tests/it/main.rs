//! Black-box tests: everything over real sockets on port 0, with deadlines instead of sleeps.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod alerts;
mod analytics;
mod browser;
mod campaigns;
mod configuration;
mod connecting;
mod contract;
mod corpus;
mod dashboard;
mod demo;
mod documents;
mod faults;
mod identity;
mod layering;
mod limits;
mod live;
mod mapping;
mod money;
mod operator;
mod permissions;
mod process;
mod promises;
mod protocol;
mod reading;
mod regions;
mod rest;
mod running;
mod schema;
mod seeing;
mod sessions;
mod stock_layer;
mod support;
mod sync;
mod tenancy;
mod upstream;
mod writing;
