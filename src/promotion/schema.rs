//! What clients see of the promotion room: an account's promotions and ads.

mod account_ads;
mod ads_balance;
mod asked;
mod budget_limits;
mod campaign_expense;
mod edit_mutation;
mod promotion;
mod promotion_edit;
mod promotion_figures;
mod promotion_page;
mod promotion_settings;
mod query;
mod streamer;
mod undo_mutation;

pub use account_ads::AccountAds;
pub use ads_balance::AdsBalance;
pub use budget_limits::BudgetLimits;
pub use campaign_expense::CampaignExpenseToday;
pub use edit_mutation::PromotionMutation;
pub use promotion::{Promotion, PromotionState};
pub use promotion_edit::{PromotionAction, PromotionEdit, edits_of_studio};
pub use promotion_figures::PromotionFigures;
pub use promotion_page::{PromotionListState, PromotionPage};
pub use promotion_settings::{PromotionObjective, PromotionSettings};
pub use query::PromotionQuery;
pub use streamer::StreamerList;
