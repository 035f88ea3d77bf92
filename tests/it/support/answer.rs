//! Reading answers.

use serde_json::Value;

/// The code of the answer's first error.
pub(crate) fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error with a code: {answer:#}"))
}

/// The argument that the answer's first error complains of.
pub(crate) fn argument(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["argument"].as_str().unwrap_or_else(|| panic!("no argument: {answer:#}"))
}

/// One field of every node of a connection, as text.
pub(crate) fn texts(connection: &Value, field: &str) -> Vec<String> {
    let nodes = connection["nodes"].as_array().unwrap_or_else(|| panic!("no nodes: {connection:#}"));
    nodes.iter().map(|node| node[field].as_str().unwrap().to_owned()).collect()
}

/// The global ids of a connection's nodes.
pub(crate) fn ids(connection: &Value) -> Vec<String> {
    texts(connection, "id")
}

/// SQL statements that the answer says it cost.
pub(crate) fn statements(answer: &Value) -> u64 {
    cost(answer, "statements")
}

/// Calls to Shopee that the answer says it cost.
pub(crate) fn shopee_calls(answer: &Value) -> u64 {
    cost(answer, "shopeeCalls")
}

/// Answers of Shopee that were taken from the cache or shared.
pub(crate) fn cache_hits(answer: &Value) -> u64 {
    cost(answer, "cacheHits")
}

fn cost(answer: &Value, part: &str) -> u64 {
    answer["extensions"]["cost"][part].as_u64().unwrap_or_else(|| panic!("no cost: {answer:#}"))
}

/// Where an answer has nothing: paths of what is null, and of lists that are empty.
pub(crate) fn gaps(answer: &Value) -> Vec<String> {
    match answer {
        Value::Null => vec![String::new()],
        Value::Array(elements) if elements.is_empty() => vec![String::new()],
        Value::Array(elements) => elements.iter().flat_map(gaps).collect(),
        Value::Object(members) => {
            let below = |(name, member): (&String, &Value)| {
                let name = name.clone();
                gaps(member).into_iter().map(move |gap| format!(".{name}{gap}"))
            };
            members.iter().flat_map(below).collect()
        }
        _ => Vec::new(),
    }
}

/// The text of an answer without what differs from request to request.
pub(crate) fn without_request_ids(text: &str) -> String {
    const MARK: &str = r#""requestId":""#;
    let mut pieces = text.split(MARK);
    let mut same = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        same += MARK;
        same += piece.split_once('"').map_or("", |(_, rest)| rest);
    }
    same
}
