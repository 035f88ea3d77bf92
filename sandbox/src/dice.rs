//! Chance without state: a draw is a pure function of the seed and of what it is drawn for, so that any instant can be
//! computed on its own and the same seed gives the same world in every version of every dependency.

/// A place in the tree of all draws. Follow it with `of` and `at`, then draw one value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// The branch for one purpose.
    pub(crate) fn of(self, purpose: &str) -> Self {
        // FNV-1a, and one round of mixing.
        Self(mix(purpose.bytes().fold(self.0, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))))
    }

    /// The branch for one number: a session, a minute, an order.
    pub(crate) fn at(self, number: u64) -> Self {
        Self(mix(self.0.rotate_left(17) ^ mix(number)))
    }

    /// All 64 bits.
    pub(crate) fn bits(self) -> u64 {
        mix(self.0)
    }

    /// In `0.0..1.0`.
    pub(crate) fn share(self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// In `low..=high`.
    pub(crate) fn between(self, low: u64, high: u64) -> u64 {
        low + self.bits() % (high.saturating_sub(low) + 1)
    }

    /// True in the given share of all cases.
    pub(crate) fn chance(self, share: f64) -> bool {
        self.share() < share
    }

    /// One of the two whole numbers around `expected`, so that the mean over many draws is `expected`.
    pub(crate) fn round(self, expected: f64) -> u64 {
        (expected + self.share()) as u64
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<T: Copy>(self, choices: &[T]) -> T {
        choices[self.between(0, choices.len() as u64 - 1) as usize]
    }

    /// `length` letters and digits.
    pub(crate) fn text(self, length: u64) -> String {
        const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|place| char::from(self.at(place).pick(SIGNS))).collect()
    }
}

/// The finalizer of SplitMix64.
fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_the_mean() {
        let dice = Dice::new(1).of("mean");
        let sum: u64 = (0..10_000).map(|i| dice.at(i).round(0.3)).sum();
        assert!((2_700..3_300).contains(&sum), "{sum}");
    }

    #[test]
    fn branches_differ_and_repeat() {
        assert_eq!(Dice::new(1).of("a").at(2).bits(), Dice::new(1).of("a").at(2).bits());
        assert_ne!(Dice::new(1).of("a").at(2).bits(), Dice::new(1).of("a").at(3).bits());
        assert_ne!(Dice::new(1).of("a").bits(), Dice::new(1).of("b").bits());
        assert_ne!(Dice::new(1).bits(), Dice::new(2).bits());
    }
}
