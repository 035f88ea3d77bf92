//! The name that a client gives to an intent.

use std::str::FromStr;

/// The most characters of a key.
const LONGEST: usize = 200;

/// Chosen by whoever wants something, once for each thing wanted: 1 to 200 printable ASCII characters without blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a rule calls an intent of its own. The blank in it keeps it apart from every key that a client can choose.
    pub fn of_rule(name: &str) -> Self {
        Self(format!("rule {name}"))
    }
}

impl FromStr for IdempotencyKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_graphic());
        let reason = "an idempotency key has 1 to 200 printable ASCII characters and no blank; a UUID does";
        fits.then(|| Self(text.to_owned())).ok_or(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_and_printable() {
        for text in ["a", "7f0e-11", &"k".repeat(200)] {
            assert!(text.parse::<IdempotencyKey>().is_ok(), "{text}");
        }
        for text in ["", " ", "a b", "a\n", "é", &"k".repeat(201)] {
            assert!(text.parse::<IdempotencyKey>().is_err(), "{text}");
        }
    }
}
