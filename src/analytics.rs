//! What the numbers say: totals and ratios over a studio's stored sessions, by day or for a whole period.
//!
//! What always holds: sums are exact and never cross currencies; a ratio is of sums, over the sessions that reported both sides of
//! it, never an average of ratios; what nobody reported is null, and so is a ratio whose divisor is zero.

pub mod figures;
pub mod period;
pub mod rebuild;
pub mod schema;
pub mod series;
pub mod store;
