//! Names as GraphQL writes them and as REST interfaces do.

use serde_json::Value;

/// `started_at` as `startedAt`.
pub(super) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
    }
    text
}

/// `startedAt` as `started_at`.
pub(super) fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// A value with the names of all members written another way.
pub(super) fn renamed(value: Value, rename: fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (rename(&name), renamed(member, rename))).collect()
        }
        Value::Array(entries) => entries.into_iter().map(|entry| renamed(entry, rename)).collect(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for (camel, snake) in [("startedAt", "started_at"), ("id", "id"), ("returnOnAdSpend", "return_on_ad_spend")] {
            assert_eq!((snake_case(camel).as_str(), camel_case(snake).as_str()), (snake, camel));
        }
        assert_eq!(camel_case("startedAt"), "startedAt", "who writes as GraphQL does is understood too");
        let nested = json!({ "aB": [{ "cD": { "eF": "gH" } }] });
        assert_eq!(renamed(nested, snake_case), json!({ "a_b": [{ "c_d": { "e_f": "gH" } }] }));
    }
}
