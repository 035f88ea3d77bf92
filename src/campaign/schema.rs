//! What clients see of the campaign room: what to do about each promotion, a studio's rule, and what that would have done.

mod campaign_rule;
mod dry_run;
mod judgement;
mod mutation;
mod query;

pub use judgement::{PromotionJudgement, judged};
pub use mutation::CampaignMutation;
pub use query::CampaignQuery;
