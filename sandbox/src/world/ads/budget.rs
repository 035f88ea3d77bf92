//! Which daily budgets a campaign may have in each region.

use crate::{region::Region, world::MONEY_SCALE};

/// All in 1/100000 of the currency unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) min: i64,
    pub(crate) max: i64,
    /// A budget has to be a multiple of this.
    pub(crate) step: i64,
    /// What sellers give a campaign, more or less.
    pub(crate) usual: i64,
}

pub(crate) fn limits(region: Region) -> Limits {
    let (min, max, step, usual) = match region {
        Region::Id => (25_000, 100_000_000, 1_000, 6_000_000),
        Region::Vn => (20_000, 100_000_000, 1_000, 5_000_000),
        _ => (30, 100_000, 1, 6_000),
    };
    Limits { min: min * MONEY_SCALE, max: max * MONEY_SCALE, step: step * MONEY_SCALE, usual: usual * MONEY_SCALE }
}

impl Limits {
    /// The least budget for a campaign that has spent this much today.
    pub(crate) fn least(self, spent: i64) -> i64 {
        let steps = spent / self.step + i64::from(spent % self.step > 0);
        self.min.max(steps * self.step)
    }

    /// What is wrong with a budget, if anything is.
    pub(crate) fn objection(self, budget: i64, spent: i64) -> Option<&'static str> {
        match budget {
            budget if budget < self.least(spent) => Some("daily_budget is too small"),
            budget if budget > self.max => Some("daily_budget is too large"),
            budget if budget % self.step != 0 => Some("daily_budget is not a multiple of the step"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_have_a_floor_a_ceiling_and_a_step() {
        let limits = limits(Region::Id);
        assert_eq!(limits.objection(limits.min, 0), None);
        assert_eq!(limits.objection(limits.max, 0), None);
        for (budget, spent) in [
            (0, 0),
            (limits.min - limits.step, 0),
            (limits.max + limits.step, 0),
            (limits.min + 1, 0),
            (limits.min, limits.min + 1),
        ] {
            assert!(limits.objection(budget, spent).is_some(), "{budget} after {spent}");
        }
        assert_eq!(limits.least(limits.min + 1), limits.min + limits.step);
    }
}
