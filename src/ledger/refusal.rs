//! Why an intent was not carried out.

use async_graphql::{Enum, resolver_utils::EnumType as _};

use crate::error::ShopeeFaultKind;

/// Why nothing came of an intent. In every case nothing happened at Shopee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "IntentRefusal")]
pub enum Refusal {
    /// The session is not on air.
    NotOnAir,
    /// It would go beyond the coins that the studio allows in one session.
    SessionBudget,
    /// It would go beyond the coins that the studio allows on one day.
    DayBudget,
    /// Shopee knows no such campaign of this account.
    NoSuchCampaign,
    /// The campaign is over, for good.
    CampaignEnded,
    /// It is so already.
    AlreadySo,
    /// The budget is less than Shopee takes now; what has been spent today counts.
    BudgetTooSmall,
    /// The budget is more than Shopee takes.
    BudgetTooLarge,
    /// The budget is not a multiple of the step that Shopee asks for.
    BudgetNotAStep,
    /// Shopee lets this budget not be made smaller.
    BudgetMayNotDecrease,
    /// It was to be undone, and has been changed again since.
    ChangedSince,
    /// A rule wanted it that the studio has switched off or changed meanwhile.
    RuleChanged,
    /// Shopee understood and said no.
    RefusedByShopee,
    /// Shopee does not allow the account to do this.
    NoPermission,
    /// Shopee, or the gateway's own limit, has too many calls of this account just now.
    Throttled,
    /// The account's Shopee sign-in is no longer valid.
    SignedOut,
    /// Shopee's risk control wants to see a person first.
    RiskControl,
    /// Shopee could not be reached before the call was made.
    Unreachable,
    /// Shopee answered something unintelligible before the call was made.
    Garbled,
    /// The call did not reach Shopee, and it became too late to make it again.
    Expired,
    /// A person looked at Shopee and said that it had not happened.
    NotSeen,
}

impl Refusal {
    /// As it stands in the row, and in the schema.
    pub fn name(self) -> &'static str {
        Self::items().iter().find(|item| item.value == self).map_or("", |item| item.name)
    }

    /// The refusal of a row; `None` for one that another version of the gateway wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::items().iter().find(|item| item.name == name).map(|item| item.value)
    }

    /// For whoever asked.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotOnAir => "the session is not on air",
            Self::SessionBudget => "that is more coins than the studio allows in one session",
            Self::DayBudget => "that is more coins than the studio allows on one day",
            Self::NoSuchCampaign => "Shopee knows no such campaign of this account",
            Self::CampaignEnded => "the campaign is over",
            Self::AlreadySo => "the campaign is so already",
            Self::BudgetTooSmall => "the budget is less than Shopee takes now",
            Self::BudgetTooLarge => "the budget is more than Shopee takes",
            Self::BudgetNotAStep => "the budget is not a multiple of the step that Shopee asks for",
            Self::BudgetMayNotDecrease => "Shopee lets this budget not be made smaller",
            Self::ChangedSince => {
                "the campaign has been changed again since; undo the later change first, or make a new one"
            }
            Self::RuleChanged => "the studio's rule was switched off or changed meanwhile",
            Self::RefusedByShopee => "Shopee refused it",
            Self::NoPermission => "Shopee does not allow the account to do this",
            Self::Throttled => "there are too many calls of this account just now; nothing was done",
            Self::SignedOut => "the account's Shopee sign-in is no longer valid; connect the account again",
            Self::RiskControl => "Shopee's risk control stopped it; open the account in a browser and confirm it",
            Self::Unreachable => "Shopee could not be reached; nothing was done",
            Self::Garbled => "Shopee's answer could not be understood; nothing was done",
            Self::Expired => "the call did not reach Shopee, and it became too late to make it again",
            Self::NotSeen => "a person looked at Shopee and said that it had not happened",
        }
    }
}

impl From<&shopee::Error> for Refusal {
    fn from(error: &shopee::Error) -> Self {
        ShopeeFaultKind::from(error).into()
    }
}

impl From<ShopeeFaultKind> for Refusal {
    fn from(kind: ShopeeFaultKind) -> Self {
        match kind {
            ShopeeFaultKind::Refused => Self::RefusedByShopee,
            ShopeeFaultKind::NoPermission => Self::NoPermission,
            ShopeeFaultKind::Throttled => Self::Throttled,
            ShopeeFaultKind::SignedOut => Self::SignedOut,
            ShopeeFaultKind::RiskControl => Self::RiskControl,
            ShopeeFaultKind::Unreachable => Self::Unreachable,
            ShopeeFaultKind::Garbled => Self::Garbled,
        }
    }
}
