//! The marketplaces, by the same codes as on Shopee's hosts.

use std::fmt;

use serde::Serialize;

/// One marketplace. All are served; the seeded world has accounts in ID, VN and TH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Region {
    /// Indonesia.
    Id,
    /// Vietnam.
    Vn,
    /// Thailand.
    Th,
    /// Malaysia.
    My,
    /// Singapore.
    Sg,
    /// The Philippines.
    Ph,
    /// Taiwan.
    Tw,
    /// Brazil.
    Br,
}

impl Region {
    /// Every region, in the order of the contract.
    pub const ALL: [Self; 8] = [Self::Id, Self::Vn, Self::Th, Self::My, Self::Sg, Self::Ph, Self::Tw, Self::Br];

    /// Two capital letters.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::Vn => "VN",
            Self::Th => "TH",
            Self::My => "MY",
            Self::Sg => "SG",
            Self::Ph => "PH",
            Self::Tw => "TW",
            Self::Br => "BR",
        }
    }

    /// The region of a code in capital or small letters.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.code().eq_ignore_ascii_case(code))
    }

    /// ISO 4217.
    pub const fn currency(self) -> &'static str {
        match self {
            Self::Id => "IDR",
            Self::Vn => "VND",
            Self::Th => "THB",
            Self::My => "MYR",
            Self::Sg => "SGD",
            Self::Ph => "PHP",
            Self::Tw => "TWD",
            Self::Br => "BRL",
        }
    }

    /// What follows `shopee.` in the host names that appear inside answers.
    pub const fn top_level_domain(self) -> &'static str {
        match self {
            Self::Id => "co.id",
            Self::Vn => "vn",
            Self::Th => "co.th",
            Self::My => "com.my",
            Self::Sg => "sg",
            Self::Ph => "ph",
            Self::Tw => "tw",
            Self::Br => "com.br",
        }
    }

    /// Hours ahead of UTC; none of these regions has summer time.
    pub const fn utc_offset_hours(self) -> i64 {
        match self {
            Self::Id | Self::Vn | Self::Th => 7,
            Self::My | Self::Sg | Self::Ph | Self::Tw => 8,
            Self::Br => -3,
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}
