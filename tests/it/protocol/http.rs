//! Media types, status codes and headers.

use serde_json::{Value, json};

use super::gateway::Gateway;

const NEW: &str = "application/graphql-response+json";
const OLD: &str = "application/json";

/// The status and the first error's code, for a body sent with each of the media types.
async fn statuses(gateway: &Gateway, body: &Value) -> [(u16, Option<String>); 2] {
    let mut found = Vec::new();
    for accept in [NEW, OLD] {
        let answer = gateway.post(body.to_string()).header("accept", accept).send().await.unwrap();
        let status = answer.status().as_u16();
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(content_type, format!("{accept}; charset=utf-8"));
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let answer: Value = answer.json().await.unwrap();
        let error = &answer["errors"][0];
        if !error.is_null() {
            assert_eq!(error["extensions"]["requestId"], json!(id), "{answer}");
            assert!(!error["message"].as_str().unwrap().is_empty());
        }
        found.push((status, error["extensions"]["code"].as_str().map(str::to_owned)));
    }
    found.try_into().unwrap()
}

#[tokio::test]
async fn each_outcome_has_its_status_in_each_media_type() {
    let gateway = Gateway::start().await;
    for (body, new, old, code) in [
        (json!({"query": "{hello}"}), 200, 200, None),
        (json!({"query": "{hello perhaps}"}), 200, 200, Some("NOT_TODAY")),
        (json!({"query": "{refused}"}), 200, 200, Some("NOT_TODAY")),
        (json!({"query": "{"}), 400, 200, Some("GRAPHQL_PARSE_FAILED")),
        (json!({"query": ""}), 400, 200, Some("GRAPHQL_PARSE_FAILED")),
        (json!({"query": "{unknown}"}), 400, 200, Some("GRAPHQL_VALIDATION_FAILED")),
        (json!({"query": "{echo}"}), 400, 200, Some("GRAPHQL_VALIDATION_FAILED")),
        (json!({"query": "{echo(value: \"a\")}"}), 400, 200, Some("BAD_USER_INPUT")),
        (json!({"query": "query($v:Int!){echo(value:$v)}"}), 400, 200, Some("BAD_USER_INPUT")),
        (
            json!({"query": "query($v:Int!){echo(value:$v)}", "variables": {"v": null}}),
            400,
            200,
            Some("BAD_USER_INPUT"),
        ),
        (json!({"query": "query($v:Int!){echo(value:$v)}", "variables": {"v": "a"}}), 400, 200, Some("BAD_USER_INPUT")),
        (json!({"query": "query($v:Int!=3){echo(value:$v)}"}), 200, 200, None),
        (json!({"query": "query A{hello} query B{hello}"}), 400, 200, Some("OPERATION_RESOLUTION_FAILURE")),
        (json!({"query": "{hello}", "operationName": "A"}), 400, 200, Some("OPERATION_RESOLUTION_FAILURE")),
        (
            json!({"query": "query A{hello} query B{hello}", "operationName": "C"}),
            400,
            200,
            Some("OPERATION_RESOLUTION_FAILURE"),
        ),
        (json!({"query": "query A{hello} query B{hello}", "operationName": "B"}), 200, 200, None),
        (json!({"query": "fragment F on Plain{hello}"}), 400, 200, Some("GRAPHQL_PARSE_FAILED")),
        (json!({"query": "{...F} fragment F on Query{...F}"}), 400, 200, Some("GRAPHQL_VALIDATION_FAILED")),
        (json!({"query": "subscription{count(to:1)}"}), 400, 400, Some("SUBSCRIPTION_NEEDS_WEBSOCKET")),
        (json!({"query": format!("{{{}}}", "hello ".repeat(21))}), 400, 400, Some("TOO_MANY_ROOT_FIELDS")),
        (json!({"query": "{complex}"}), 400, 400, Some("QUERY_TOO_COMPLEX")),
        (json!({"query": "query Throttled{hello}", "operationName": "Throttled"}), 429, 200, Some("THROTTLED")),
        (json!({"query": "{leak}"}), 200, 200, Some("INTERNAL")),
        (json!({"query": "{panic}"}), 500, 500, Some("INTERNAL")),
        (json!({"query": 7}), 400, 400, Some("BAD_REQUEST")),
        (json!({}), 400, 400, Some("BAD_REQUEST")),
        (json!({"query": "{hello}", "variables": "{}"}), 400, 400, Some("BAD_REQUEST")),
        (json!({"query": "{hello}", "extensions": []}), 400, 400, Some("BAD_REQUEST")),
        (json!([{"query": "{hello}"}]), 400, 400, Some("BATCH_REFUSED")),
    ] {
        let [(found_new, new_code), (found_old, old_code)] = statuses(&gateway, &body).await;
        assert_eq!((found_new, found_old), (new, old), "{body}");
        assert_eq!((new_code.as_deref(), old_code.as_deref()), (code, code), "{body}");
    }
    gateway.assert_alive().await;
}

#[tokio::test]
async fn whoever_has_to_wait_is_told_for_how_long() {
    let gateway = Gateway::start().await;
    let body = json!({"query": "query Throttled{hello}", "operationName": "Throttled"}).to_string();
    for (accept, status, media) in [
        ("application/graphql-response+json", 429, "application/graphql-response+json; charset=utf-8"),
        ("application/json", 200, "application/json; charset=utf-8"),
        ("text/event-stream", 429, "application/json; charset=utf-8"),
    ] {
        let answer = gateway.post(body.clone()).header("accept", accept).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (status, &"7".parse().unwrap()));
        assert_eq!(answer.headers()["content-type"], media);
        let answer: Value = answer.json().await.unwrap();
        let error = &answer["errors"][0]["extensions"];
        assert_eq!((&error["code"], &error["retryAfter"]), (&json!("THROTTLED"), &json!(7)), "{answer}");
        assert!(answer.get("data").is_none(), "{answer}");
    }
}

#[tokio::test]
async fn data_is_there_exactly_when_something_was_executed() {
    let gateway = Gateway::start().await;
    for (query, expected) in [
        ("{hello}", Some(json!({"hello": "world"}))),
        ("{a:hello perhaps}", Some(json!({"a": "world", "perhaps": null}))),
        ("{refused}", Some(Value::Null)),
        ("{unknown}", None),
        ("{", None),
    ] {
        let answer: Value = gateway.query(query).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer.get("data"), expected.as_ref(), "{answer}");
    }
}

#[tokio::test]
async fn keys_come_in_the_order_they_were_selected() {
    let gateway = Gateway::start().await;
    let text = gateway.query("{b:hello text(length:1) a:hello}").send().await.unwrap().text().await.unwrap();
    assert_eq!(text, r#"{"data":{"b":"world","text":"x","a":"world"}}"#);
}

#[tokio::test]
async fn errors_that_were_not_written_for_clients_stay_inside() {
    let gateway = Gateway::start().await;
    for query in ["{leak}", "{panic}"] {
        let text = gateway.query(query).send().await.unwrap().text().await.unwrap();
        assert!(
            text.contains("quote the request id") && !text.contains("secret") && !text.contains("mistake"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_media_type_is_negotiated() {
    let gateway = Gateway::start().await;
    for (accept, status, expected) in [
        (Some("*/*"), 200, OLD),
        (None, 200, OLD),
        (Some("application/graphql-response+json, application/json;q=0.9"), 200, NEW),
        (Some("text/html"), 406, OLD),
    ] {
        let mut request = gateway.query("{hello}");
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{accept:?}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(expected), "{accept:?}");
    }
}

#[tokio::test]
async fn get_serves_queries_only() {
    let gateway = Gateway::start().await;
    let get = |query: &[(&str, &str)]| {
        let query: Vec<_> = query.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let request = gateway.request("GET").header("accept", NEW).query(&query);
        async { request.send().await.unwrap() }
    };
    let answer = get(&[
        ("query", "query A($v:Int!){echo(value:$v)} query B{hello}"),
        ("operationName", "A"),
        ("variables", r#"{"v":3}"#),
        ("extensions", "{}"),
    ]);
    assert_eq!(answer.await.text().await.unwrap(), r#"{"data":{"echo":3}}"#);
    for (query, status) in [
        (vec![("query", "mutation{add}")], 405),
        (vec![("query", "query A{hello} mutation B{add}"), ("operationName", "B")], 405),
        (vec![("query", "subscription{count(to:1)}")], 400),
        (vec![("query", "{hello}"), ("variables", "7")], 400),
        (vec![], 400),
    ] {
        let answer = get(&query).await;
        assert_eq!(answer.status(), status, "{query:?}");
        assert_eq!(answer.headers().get("allow").is_some_and(|allow| allow == "POST"), status == 405);
    }
    assert_eq!(gateway.controls.alive(), 0, "no mutation was begun");
}

#[tokio::test]
async fn other_methods_are_refused() {
    let gateway = Gateway::start().await;
    for method in ["PUT", "DELETE", "PATCH"] {
        let answer = gateway.request(method).body(r#"{"query":"{hello}"}"#).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["allow"]), (405, &"GET, HEAD, POST".parse().unwrap()));
    }
}

#[tokio::test]
async fn a_token_decides_who_asks() {
    let gateway = Gateway::start().await;
    for (token, status, expected) in [
        (None, 200, json!("anonymous")),
        (Some("Bearer good"), 200, json!("good")),
        (Some("Bearer forged"), 401, json!("UNAUTHENTICATED")),
        (Some("Basic Z29vZA=="), 401, json!("UNAUTHENTICATED")),
        (Some("Bearer unavailable"), 503, json!("UNAVAILABLE")),
        (Some("Bearer panic"), 500, json!("INTERNAL")),
    ] {
        let mut request = gateway.query("{viewer}");
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{token:?}");
        assert_eq!(answer.headers().contains_key("www-authenticate"), status == 401);
        let answer: Value = answer.json().await.unwrap();
        let found = if status == 200 { &answer["data"]["viewer"] } else { &answer["errors"][0]["extensions"]["code"] };
        assert_eq!(*found, expected, "{token:?}");
    }
}

#[tokio::test]
async fn a_request_has_one_id_for_client_resolvers_and_log() {
    let gateway = Gateway::start().await;
    let longest = "a".repeat(64);
    let too_long = "a".repeat(65);
    for (sent, kept) in
        [("abc-123", true), (&*longest, true), (&*too_long, false), ("a b", false), ("a_b", false), ("", false)]
    {
        let answer = gateway.query("{requestId}").header("x-request-id", sent).send().await.unwrap();
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert_eq!(id == sent, kept, "{sent}");
        assert!((1..=64).contains(&id.len()));
        assert_eq!(answer.json::<Value>().await.unwrap()["data"]["requestId"], json!(id));
    }
}

#[tokio::test]
async fn every_answer_forbids_sniffing_and_storing() {
    let gateway = Gateway::start().await;
    for request in [gateway.query("{hello}"), gateway.request("DELETE"), gateway.query("{")] {
        let answer = request.send().await.unwrap();
        for (name, value) in
            [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"), ("cache-control", "no-store")]
        {
            assert_eq!(answer.headers()[name], value);
        }
    }
}

#[tokio::test]
async fn long_answers_are_compressed_if_the_client_likes() {
    let gateway = Gateway::start().await;
    let encoding = async |length: usize, accepted: &str| {
        let body = json!({"query": format!("{{text(length:{length})}}")}).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\naccept-encoding: {accepted}\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        gateway.raw(request.as_bytes()).await.contains("content-encoding: gzip")
    };
    assert!(encoding(2000, "gzip").await);
    assert!(!encoding(2000, "identity").await);
    assert!(!encoding(100, "gzip").await);
}

#[tokio::test]
async fn arrays_are_answered_in_order_where_they_are_allowed() {
    let gateway = Gateway::with(|limits| limits.batch = Some(3)).await;
    let batch = json!([{"query": "{hello}"}, {"query": "{"}, {"query": "{echo(value:2)}"}]);
    let answer = gateway.post(batch.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answers: Value = answer.json().await.unwrap();
    assert_eq!((&answers[0]["data"]["hello"], &answers[2]["data"]["echo"]), (&json!("world"), &json!(2)));
    assert_eq!(answers[1]["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED");
    for count in [0, 4] {
        let batch = vec![json!({"query": "{hello}"}); count];
        assert_eq!(gateway.post(json!(batch).to_string()).send().await.unwrap().status(), 400);
    }
}

#[tokio::test]
async fn listed_pages_may_read_answers_and_no_others() {
    let gateway = Gateway::start().await;
    for (origin, permitted) in [("https://studio.example", true), ("https://evil.example", false), ("null", false)] {
        let preflight = gateway
            .request("OPTIONS")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type");
        for request in [preflight, gateway.query("{hello}").header("origin", origin)] {
            let answer = request.send().await.unwrap();
            let permission = answer.headers().get("access-control-allow-origin");
            assert_eq!(permission.map(|origin| origin.to_str().unwrap()), permitted.then_some(origin));
            // There are no cookies to send along.
            assert!(!answer.headers().contains_key("access-control-allow-credentials"));
        }
    }
}
