//! Names for questions about budgets.

/// A new UUID, as Shopee wants a question about budgets to be named.
pub fn reference_id() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_about_budgets_has_a_name_of_its_own() {
        let [one, other] = [reference_id(), reference_id()];
        assert_ne!(one, other);
        assert_eq!((one.len(), &one[14..15]), (36, "4"), "a random UUID: {one}");
    }
}
