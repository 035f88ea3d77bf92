use async_graphql::{Name, indexmap::IndexMap};

use super::*;

const TEXT: &str = "{ hello }";

fn documents(only_trusted: bool, persisted: bool) -> Documents {
    let trusted = Trusted::of([("greeting".to_owned(), TEXT.to_owned())]);
    Documents::new(watch::channel(Arc::new(trusted)).1, only_trusted, persisted)
}

fn named(json: &str) -> Parameters {
    Parameters::from_json(json.as_bytes()).unwrap()
}

fn with_hash(text: Option<&str>, hash: &str) -> Parameters {
    let body = serde_json::json!({
        "query": text, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } },
    });
    named(&body.to_string())
}

/// The document that comes of it, or the code of the refusal; what is to be kept is.
async fn outcome(documents: &Documents, mut parameters: Parameters) -> Result<String, &'static str> {
    match documents.resolve(&mut parameters).await {
        Ok(unkept) => {
            if let Some(unkept) = unkept {
                documents.keep(unkept).await;
            }
            Ok(parameters.query.unwrap_or_default())
        }
        Err(refusal) => Err(refusal.code),
    }
}

#[tokio::test]
async fn a_hash_is_kept_only_for_its_own_document() {
    let (documents, text) = (documents(false, true), "{ other }");
    let digits = hash(text);
    assert_eq!(outcome(&documents, with_hash(None, &digits)).await, Err("PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(outcome(&documents, with_hash(Some("{ forged }"), &digits)).await, Err("PERSISTED_QUERY_MISMATCH"));
    assert_eq!(outcome(&documents, with_hash(None, &digits)).await, Err("PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(outcome(&documents, with_hash(Some(text), &digits)).await.as_deref(), Ok(text));
    assert_eq!(outcome(&documents, with_hash(None, &digits.to_uppercase())).await.as_deref(), Ok(text));
    let by_id = named(&format!(r#"{{"documentId":"sha256:{digits}"}}"#));
    assert_eq!(outcome(&documents, by_id).await.as_deref(), Ok(text));
}

#[tokio::test]
async fn what_clients_leave_is_bounded() {
    let documents = documents(false, true);
    let long = |number: usize| format!("{{ a{number} }} #{}", "x".repeat(500_000));
    for number in 0..60 {
        outcome(&documents, with_hash(Some(&long(number)), &hash(&long(number)))).await.unwrap();
    }
    let persisted = documents.persisted.as_ref().unwrap();
    persisted.run_pending_tasks().await;
    assert!(persisted.weighted_size() <= KEPT_BYTES && persisted.entry_count() < 40, "{}", persisted.weighted_size());
    let newest = outcome(&documents, with_hash(None, &hash(&long(59)))).await;
    assert_eq!(newest.as_deref(), Ok(long(59).as_str()));
    assert_eq!(outcome(&documents, with_hash(None, &hash(&long(0)))).await, Err("PERSISTED_QUERY_NOT_FOUND"));
}

#[tokio::test]
async fn nothing_is_kept_where_it_is_switched_off() {
    let documents = documents(false, false);
    let digits = hash("{ other }");
    assert_eq!(outcome(&documents, with_hash(Some("{ other }"), &digits)).await.as_deref(), Ok("{ other }"));
    assert_eq!(outcome(&documents, with_hash(None, &digits)).await, Err("PERSISTED_QUERY_NOT_SUPPORTED"));
}

#[tokio::test]
async fn a_trusted_document_is_found_by_id_and_known_by_its_text() {
    for (only, persisted) in [(false, false), (false, true), (true, true)] {
        let documents = documents(only, persisted);
        for id in ["greeting", "sha256:greeting"] {
            let by_id = named(&format!(r#"{{"documentId":"{id}"}}"#));
            assert_eq!(outcome(&documents, by_id).await.as_deref(), Ok(TEXT));
        }
        assert_eq!(outcome(&documents, named(r#"{"query":"{ hello }"}"#)).await.as_deref(), Ok(TEXT));
        let unknown = outcome(&documents, named(r#"{"documentId":"farewell"}"#)).await;
        let other = outcome(&documents, named(r#"{"query":"{ other }"}"#)).await;
        let hashed = outcome(&documents, with_hash(Some("{ other }"), &hash("{ other }"))).await;
        if only {
            let refused = Err("DOCUMENT_NOT_TRUSTED");
            assert_eq!((unknown, other, hashed), (refused.clone(), refused.clone(), refused));
        } else {
            assert_eq!(unknown, Err("PERSISTED_QUERY_NOT_FOUND"));
            assert_eq!((other.as_deref(), hashed.as_deref()), (Ok("{ other }"), Ok("{ other }")));
        }
    }
}

#[tokio::test]
async fn names_that_make_no_sense_are_malformed() {
    let documents = documents(false, true);
    for body in [
        r#"{"documentId":"greeting","query":"{ hello }"}"#.to_owned(),
        r#"{"extensions":{"persistedQuery":{}}}"#.to_owned(),
        r#"{"extensions":{"persistedQuery":7}}"#.to_owned(),
        r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"short"}}}"#.to_owned(),
        format!(r#"{{"extensions":{{"persistedQuery":{{"version":2,"sha256Hash":"{}"}}}}}}"#, hash(TEXT)),
    ] {
        assert_eq!(outcome(&documents, named(&body)).await, Err("BAD_REQUEST"), "{body}");
    }
    assert_eq!(outcome(&documents, named(r#"{"query":""}"#)).await.as_deref(), Ok(""), "for the parser to refuse");
}

#[tokio::test]
async fn what_named_the_document_is_not_handed_on() {
    let documents = documents(false, true);
    let mut parameters = with_hash(Some(TEXT), &hash(TEXT));
    documents.resolve(&mut parameters).await.unwrap();
    let request = parameters.into_request().unwrap();
    assert!(request.extensions.0.is_empty(), "two who ask for the same in other ways share an execution");
    let version = Value::Object(IndexMap::from([(Name::new("version"), Value::from(1))]));
    assert!(persisted_hash(version).is_err());
}
