//! The example operations look like GraphQL; whether the schema has their fields is for whoever owns the schema to test.

use web::{example_variables, examples};

/// The operation without comments.
fn code(operation: &str) -> String {
    operation.lines().map(|line| line.split('#').next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn there_is_a_query_and_a_subscription_in_the_order_of_their_names() {
    let names: Vec<&str> = examples().iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for kind in ["query ", "subscription "] {
        assert!(examples().iter().any(|(_, text)| code(text).trim_start().starts_with(kind)), "no {kind}");
    }
}

#[test]
fn every_example_is_one_named_operation_with_balanced_brackets() {
    for (name, text) in examples() {
        let code = code(text);
        let mut words = code.split_whitespace();
        assert!(["query", "mutation", "subscription"].contains(&words.next().expect(name)), "{name}");
        assert!(
            words.next().expect(name).starts_with(|letter: char| letter.is_ascii_uppercase()),
            "{name} has no name"
        );
        let mut open = Vec::new();
        for letter in code.chars() {
            match letter {
                '{' => open.push('}'),
                '(' => open.push(')'),
                '[' => open.push(']'),
                '}' | ')' | ']' => assert_eq!(open.pop(), Some(letter), "{name}"),
                _ => {}
            }
        }
        assert!(open.is_empty() && code.contains('{'), "{name}");
    }
}

#[test]
fn variables_are_given_for_what_an_example_declares() {
    for (name, text) in examples() {
        let code = code(text);
        let signature = code.split('{').next().expect(name);
        let variables = example_variables(name).map_or_else(|| Ok(serde_json::json!({})), serde_json::from_str);
        for variable in variables.expect(name).as_object().expect("an object").keys() {
            assert!(signature.contains(&format!("${variable}:")), "{name} does not declare ${variable}");
        }
        assert_eq!(signature.contains('$'), example_variables(name).is_some(), "{name}");
    }
}

#[test]
fn the_first_tab_welcomes_and_needs_no_variables() {
    let (name, text) = examples().first().expect("an example");
    assert!(text.starts_with("# Welcome"), "{text}");
    // GraphiQL leaves the Variables editor of the tab it opens first empty.
    assert_eq!(example_variables(name), None);
}

#[test]
fn every_file_of_the_folder_is_used() {
    for file in std::fs::read_dir("examples").expect("examples") {
        let file = file.expect("an entry").file_name().into_string().expect("a name");
        let used = match file.rsplit_once('.') {
            Some((name, "graphql")) => examples().iter().any(|(example, _)| *example == name),
            Some((name, "json")) => example_variables(name).is_some(),
            _ => false,
        };
        assert!(used, "{file}");
    }
}
