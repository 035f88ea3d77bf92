//! The parameters of a GraphQL request, as they stand in a body, in a query string or in a websocket message.

use async_graphql::{Extensions, Request, Value, Variables};
use serde::Deserialize;

use super::refusal::Refusal;

/// Longest piece of a JSON error that is handed on; it may quote what the client sent.
const LONGEST_QUOTE: usize = 200;

/// What a client asks for. JSON nested deeper than 128 levels is refused by the decoder, so whatever is here can be walked
/// and dropped without care for the stack.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    pub(super) query: Option<String>,
    pub(super) document_id: Option<String>,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<Variables>,
    #[serde(default)]
    extensions: Option<Extensions>,
}

/// One request, or several in an array.
pub(super) enum Body {
    Single(Parameters),
    Batch(Vec<Parameters>),
}

impl Body {
    /// Reads a POST body. `batch` is how many requests an array may hold; `None` refuses arrays.
    pub(super) fn from_json(bytes: &[u8], batch: Option<usize>) -> Result<Self, Refusal> {
        if bytes.trim_ascii_start().first() != Some(&b'[') {
            return Parameters::from_json(bytes).map(Self::Single);
        }
        let limit =
            batch.ok_or_else(|| Refusal::batch("Arrays of requests are not accepted; send them one by one."))?;
        let requests: Vec<Parameters> = serde_json::from_slice(bytes).map_err(|error| not_a_request(&error))?;
        match requests.len() {
            0 => Err(Refusal::batch("The array of requests is empty.")),
            count if count > limit => {
                Err(Refusal::batch(format!("The array holds {count} requests, more than the limit of {limit}.")))
            }
            _ => Ok(Self::Batch(requests)),
        }
    }
}

impl Parameters {
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(bytes).map_err(|error| not_a_request(&error))
    }

    /// Reads the query string of a GET. Names are as in the body; `variables` and `extensions` are JSON.
    pub(super) fn from_query_string(text: &str) -> Result<Self, Refusal> {
        let mut parameters = Self::default();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            match &*name {
                "query" => parameters.query = Some(value.into_owned()),
                "documentId" => parameters.document_id = Some(value.into_owned()),
                "operationName" => parameters.operation_name = Some(value.into_owned()).filter(|name| !name.is_empty()),
                "variables" => parameters.variables = from_json_text("variables", &value)?,
                "extensions" => parameters.extensions = from_json_text("extensions", &value)?,
                _ => {}
            }
        }
        Ok(parameters)
    }

    /// What runs a document of ours.
    pub(super) fn of(document: &str, variables: Variables) -> Self {
        Self { query: Some(document.to_owned()), variables: Some(variables), ..Self::default() }
    }

    /// Whether it has a document, or names one.
    pub(super) fn has_document(&self) -> bool {
        let extensions = self.extensions.as_ref();
        let hash = extensions.is_some_and(|extensions| extensions.0.contains_key("persistedQuery"));
        self.query.is_some() || self.document_id.is_some() || hash
    }

    /// What a client sent as this extension; null is as good as nothing.
    pub(super) fn take_extension(&mut self, name: &str) -> Option<Value> {
        self.extensions.as_mut()?.0.remove(name).filter(|value| *value != Value::Null)
    }

    pub(super) fn into_request(self) -> Result<Request, Refusal> {
        let query = self.query.ok_or_else(|| Refusal::malformed("The parameter `query` is missing."))?;
        let mut request = Request::new(query).variables(self.variables.unwrap_or_default());
        request.operation_name = self.operation_name;
        request.extensions = self.extensions.unwrap_or_default();
        Ok(request)
    }
}

fn from_json_text<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<Option<T>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text)
        .map_err(|error| Refusal::malformed(format!("The parameter `{name}` is no JSON object: {}", quote(&error))))
}

fn not_a_request(error: &serde_json::Error) -> Refusal {
    Refusal::malformed(format!("This is not a GraphQL request in JSON: {}", quote(error)))
}

/// What the decoder says, cut where it quotes too much.
pub(super) fn quote(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: &str) -> Option<Request> {
        Parameters::from_json(body.as_bytes()).and_then(Parameters::into_request).ok()
    }

    #[test]
    fn null_parameters_are_as_good_as_missing_ones() {
        let body = r#"{"query":"{a}","variables":null,"operationName":null,"extensions":null,"more":1}"#;
        let request = request(body).unwrap();
        assert_eq!((request.query.as_str(), request.operation_name), ("{a}", None));
        assert!(request.variables.is_empty() && request.extensions.0.is_empty());
    }

    #[test]
    fn parameters_of_another_type_are_refused() {
        for body in [
            r#"{}"#,
            r#"{"query":null}"#,
            r#"{"query":0}"#,
            r#"{"query":"{a}","variables":[]}"#,
            r#"{"query":"{a}","variables":"{}"}"#,
            r#"{"query":"{a}","operationName":1}"#,
            r#"{"query":"{a}","extensions":false}"#,
            r#""{a}""#,
            "7",
            "",
            "{",
            "\u{feff}{}",
        ] {
            assert!(request(body).is_none(), "{body}");
        }
        assert!(Parameters::from_json(b"{\"query\":\"\xff\"}").is_err());
    }

    #[test]
    fn a_query_string_names_its_parameters_as_a_body_does() {
        let text = "query=%7Ba%7D&operationName=A&variables=%7B%22n%22%3A1%7D&extensions=&other=1";
        let request = Parameters::from_query_string(text).and_then(Parameters::into_request).unwrap();
        assert_eq!((request.query.as_str(), request.operation_name.as_deref()), ("{a}", Some("A")));
        assert_eq!(request.variables.get("n").map(ToString::to_string).as_deref(), Some("1"));
        for wrong in ["query=%7Ba%7D&variables=7", "query=%7Ba%7D&variables=%7B", "", "variables=%7B%7D"] {
            assert!(Parameters::from_query_string(wrong).and_then(Parameters::into_request).is_err(), "{wrong}");
        }
    }

    #[test]
    fn arrays_are_taken_only_where_they_are_allowed_and_bounded() {
        let two = br#" [{"query":"{a}"},{"query":"{b}"}]"#;
        assert!(Body::from_json(two, None).is_err());
        assert!(Body::from_json(two, Some(1)).is_err());
        assert!(matches!(Body::from_json(two, Some(2)), Ok(Body::Batch(requests)) if requests.len() == 2));
        assert!(Body::from_json(b"[]", Some(2)).is_err());
    }

    #[test]
    fn deeply_nested_variables_are_refused_without_harm_to_the_stack() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
            assert!(request(&format!(r#"{{"query":"{{a}}","variables":{{"v":{nested}}}}}"#)).is_none());
        }
    }

    #[test]
    fn a_long_mistake_is_not_quoted_whole() {
        let body = format!(r#"{{"query":"{{a}}","variables":"{}"}}"#, "é".repeat(10_000));
        let refusal = Parameters::from_json(body.as_bytes()).err().unwrap();
        assert!(refusal.message.len() < 600, "{}", refusal.message.len());
    }
}
