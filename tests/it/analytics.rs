//! Figures against oracles: what the same rows add up to, what Shopee itself knows, and what reading it all costs.

mod cost;
mod plans;
mod rows;
mod truth;
