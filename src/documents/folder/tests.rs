use super::*;

fn documents(files: &[(&str, &str)]) -> Result<Vec<Found>, Vec<String>> {
    let mut definitions = Definitions::default();
    for (file, text) in files {
        definitions.add(file, text);
    }
    if definitions.problems.is_empty() { definitions.documents() } else { Err(definitions.problems) }
}

fn at(line: usize, column: usize) -> documents::Objection {
    documents::Objection { message: "m".to_owned(), at: Some(Pos { line, column }) }
}

#[test]
fn an_operation_takes_the_fragments_along_that_it_needs() {
    let found = documents(&[
        (
            "a.graphql",
            "# About A.\nquery A { ...One }\n\n# About B.\nmutation B { b }\nfragment Unused on Query { x }\n",
        ),
        ("b.graphql", "fragment Two on Query { y }\nfragment One on Query { ...Two x }"),
    ])
    .unwrap();
    let bodies: Vec<(&str, &str)> =
        found.iter().map(|found| (found.entry.kind.as_str(), found.entry.body.as_str())).collect();
    let with_fragments = "query A { ...One }\n\nfragment One on Query { ...Two x }\n\nfragment Two on Query { y }";
    assert_eq!(bodies, [("query", with_fragments), ("mutation", "mutation B { b }")]);
    assert_eq!(found[0].told(&at(1, 9)), "a.graphql:2:9: m");
    assert_eq!(found[0].told(&at(3, 5)), "b.graphql:2:5: m");
    assert_eq!(found[0].told(&at(5, 5)), "b.graphql:1:5: m");
}

#[test]
fn definitions_on_one_line_are_told_apart() {
    let found = documents(&[("a.graphql", "query A { a } query B { b }")]).unwrap();
    let bodies: Vec<&str> = found.iter().map(|found| found.entry.body.as_str()).collect();
    assert_eq!(bodies, ["query A { a }", "query B { b }"]);
    assert_eq!(found[1].told(&at(1, 11)), "a.graphql:1:25: m");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let problems = documents(&[
        ("a.graphql", "query A { a }"),
        ("b.graphql", "query A { b }"),
        ("c.graphql", "{ c }"),
        ("d.graphql", "query D {\n  d(\n}"),
        ("e.graphql", "fragment F on Query { f } fragment F on Query { g }"),
    ])
    .unwrap_err();
    let beginnings =
        ["b.graphql: operation A is also in a.graphql:1:1", "c.graphql:1:1: ", "d.graphql:", "e.graphql:1:"];
    assert_eq!(problems.len(), beginnings.len(), "{problems:#?}");
    for (problem, beginning) in problems.iter().zip(beginnings) {
        assert!(problem.starts_with(beginning), "{problem}");
    }
}
