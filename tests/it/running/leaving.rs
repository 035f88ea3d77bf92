//! A gateway that is told to stop and has time for it: it says that it leaves, and is as useful as ever until whoever sends requests has noticed.

use serde_json::json;
use testing::{Database, on_sqlite};

use crate::{
    process::Machine,
    support::{client, eventually, stream::Stream, world::OWNER},
};

#[tokio::test]
async fn a_gateway_that_leaves_serves_on_for_a_while() {
    on_sqlite(async |database: Database| {
        let mut machine = Machine::with(&database).await;
        assert_eq!(machine.connect("First Studio", OWNER, &machine.account().cookie).await.code, Some(0));
        let token = machine.succeed(&["token", "--email", OWNER]).await.trim().to_owned();
        machine.set("DRAIN_DELAY_MS", "3000");
        let serving = machine.serve().await;
        let account = machine.account().user_id;
        let on_air = machine.shopee.panel().on_air().into_iter().find(|session| session.user_id == account);
        let watch =
            format!(r#"subscription {{ viewerCount(sessionId: "{}") {{ viewers }} }}"#, on_air.unwrap().session_id);

        serving.running.signal("TERM").await;
        eventually("it says that it leaves", async || serving.get("/readyz").await.0 == 503).await;
        assert_eq!(serving.get("/readyz").await.1, "stopping\n");
        let asked = client().post(format!("{}/graphql", serving.url)).bearer_auth(&token);
        let answer = asked.json(&json!({ "query": "{ viewer { email } }" })).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["connection"]), (200, &"close".parse().unwrap()));
        let mut late = Stream::open(&serving.url, Some(&token), &watch, json!({})).await;
        late.data().await;
        assert_eq!(late.closed().await, 1012);
        assert_eq!(serving.running.ended().await.code, Some(0));
    })
    .await;
}
