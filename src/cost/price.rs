//! The currency that costs are counted in: calls to Shopee, SQL statements and values of the answer, added up to points.

use std::ops::AddAssign;

/// Values that make a point: each field of each object in the answer is one, so that a row of ten columns is ten.
const VALUES_OF_A_POINT: u64 = 100;
/// What a statement is worth, in values.
const STATEMENT: u64 = 5 * VALUES_OF_A_POINT;
/// What a call to Shopee is worth, in values: what is scarce are calls, some ten a second for an account.
const SHOPEE_CALL: u64 = 20 * VALUES_OF_A_POINT;

/// What something costs, part by part. Sums stop at the largest number instead of starting anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    pub values: u64,
    pub statements: u64,
    pub shopee_calls: u64,
}

impl Price {
    /// All of it in points, of which a part counts as a whole one.
    pub fn points(self) -> u64 {
        let statements = self.statements.saturating_mul(STATEMENT);
        let calls = self.shopee_calls.saturating_mul(SHOPEE_CALL);
        self.values.saturating_add(statements).saturating_add(calls).div_ceil(VALUES_OF_A_POINT)
    }
}

impl AddAssign for Price {
    fn add_assign(&mut self, more: Self) {
        self.values = self.values.saturating_add(more.values);
        self.statements = self.statements.saturating_add(more.statements);
        self.shopee_calls = self.shopee_calls.saturating_add(more.shopee_calls);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_point_is_a_point_and_nothing_overflows() {
        let points = |values, statements, shopee_calls| Price { values, statements, shopee_calls }.points();
        assert_eq!([points(0, 0, 0), points(1, 0, 0), points(100, 0, 0), points(101, 0, 0)], [0, 1, 1, 2]);
        assert_eq!((points(0, 3, 0), points(0, 0, 2), points(1, 1, 1)), (15, 40, 26));
        assert_eq!(points(u64::MAX, u64::MAX, u64::MAX), u64::MAX.div_ceil(100));
    }
}
