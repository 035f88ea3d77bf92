//! The regions that Shopee serves, and what differs between them: domain, currency, time zone, what a coin is worth.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;

/// A country that Shopee serves under its own domain. An account, a session and an item belong to exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Region {
    /// Indonesia
    Id,
    /// Vietnam
    Vn,
    /// Thailand
    Th,
    /// Malaysia
    My,
    /// Singapore
    Sg,
    /// Philippines
    Ph,
    /// Taiwan
    Tw,
    /// Brazil
    Br,
}

struct Facts {
    code: &'static str,
    top_level_domain: &'static str,
    currency: &'static str,
    time_zone: &'static str,
    utc_offset: &'static str,
    coin_worth: Amount,
}

const fn facts(
    code: &'static str,
    top_level_domain: &'static str,
    currency: &'static str,
    time_zone: &'static str,
    utc_offset: &'static str,
    coin_worth: i64,
) -> Facts {
    Facts { code, top_level_domain, currency, time_zone, utc_offset, coin_worth: Amount(coin_worth) }
}

// What a coin is worth is inferred: no call tells it.
const ID: Facts = facts("ID", "co.id", "IDR", "Asia/Jakarta", "+0700", 100_000);
const VN: Facts = facts("VN", "vn", "VND", "Asia/Ho_Chi_Minh", "+0700", 100_000);
const TH: Facts = facts("TH", "co.th", "THB", "Asia/Bangkok", "+0700", 100_000);
const MY: Facts = facts("MY", "com.my", "MYR", "Asia/Kuala_Lumpur", "+0800", 1_000);
const SG: Facts = facts("SG", "sg", "SGD", "Asia/Singapore", "+0800", 1_000);
const PH: Facts = facts("PH", "ph", "PHP", "Asia/Manila", "+0800", 100_000);
const TW: Facts = facts("TW", "tw", "TWD", "Asia/Taipei", "+0800", 100_000);
const BR: Facts = facts("BR", "com.br", "BRL", "America/Sao_Paulo", "-0300", 1_000);

impl Region {
    /// Every region, in the order of the declaration.
    pub const ALL: [Region; 8] =
        [Region::Id, Region::Vn, Region::Th, Region::My, Region::Sg, Region::Ph, Region::Tw, Region::Br];

    /// Two capital letters: `ID`.
    pub fn code(self) -> &'static str {
        self.facts().code
    }

    /// What follows `shopee.` in the region's domain: `co.id`.
    pub fn top_level_domain(self) -> &'static str {
        self.facts().top_level_domain
    }

    /// ISO 4217 code of the money that every amount of the region is in: `IDR`.
    pub fn currency(self) -> &'static str {
        self.facts().currency
    }

    /// IANA name of the zone in which Shopee cuts the region's days: `Asia/Jakarta`.
    pub fn time_zone(self) -> &'static str {
        self.facts().time_zone
    }

    /// What a viewer can pay with one coin. Inferred: Shopee tells it in no answer.
    pub fn coin_worth(self) -> Amount {
        self.facts().coin_worth
    }

    /// The zone as the analytics host wants it in a header: `+0700`. None of the regions has summer time.
    pub(crate) fn utc_offset(self) -> &'static str {
        self.facts().utc_offset
    }

    fn facts(self) -> &'static Facts {
        match self {
            Region::Id => &ID,
            Region::Vn => &VN,
            Region::Th => &TH,
            Region::My => &MY,
            Region::Sg => &SG,
            Region::Ph => &PH,
            Region::Tw => &TW,
            Region::Br => &BR,
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text is not the code of a region that this client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the regions ID, VN, TH, MY, SG, PH, TW, BR")]
pub struct UnknownRegion;

impl FromStr for Region {
    type Err = UnknownRegion;

    /// Capitals and small letters alike.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|region| region.code().eq_ignore_ascii_case(text)).ok_or(UnknownRegion)
    }
}
