//! Campaign optimisation: how a studio's promotions do against their budgets, what to do about each, and a rule that does it.
//!
//! [`look`] asks now and then what every campaign has done today and notes it as a [`reading`], since Shopee tells of no course. A
//! [`course`] says how a return moves, a [`judgement`] what to do, both pure. [`rule`] is by what a studio has its campaigns judged;
//! where it is switched on, [`pause`] pauses what falls below it, through the ledger. [`dry_run`] goes through what was read and says
//! what a rule would have paused. `docs/campaigns.md` says what the figures mean.

pub mod course;
pub mod dry_run;
pub mod housekeeping;
pub mod judgement;
pub mod loader;
pub mod look;
pub mod pause;
pub mod reading;
pub mod rule;
pub mod schema;
pub mod store;
