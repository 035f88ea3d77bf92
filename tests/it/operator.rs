//! What an operator relies on: a gateway that ends when it is told to, and does not sign in the network. What the program says
//! is tested in `process`.

use std::time::Duration;

use live_gateway::serve::{Gateway, StartError};
use sandbox::{Fault, FaultKind, Options, Sandbox};
use serde_json::json;
use tokio::time::timeout;

use crate::support::{
    PATIENCE, eventually,
    world::{Start, World, config},
};

#[tokio::test]
async fn a_stop_ends_in_time_whatever_hangs() {
    testing::on_sqlite(async |database| {
        let forever = || "60000".to_owned();
        let variables = vec![("SHOPEE_TIMEOUT_MS", forever()), ("OPERATION_TIMEOUT_MS", forever())];
        let world = World::start_with(&database, Start { accounts: 1, variables }).await;
        world.shopee().inject(Fault::new(FaultKind::Hang));
        let query = json!({ "query": "{ liveSessions(first: 1) { nodes { overview { currentViewers } } } }" });
        let client = crate::support::client();
        let request = client.post(format!("{}/graphql", world.gateway.url()));
        let request = tokio::spawn(request.bearer_auth(&world.token).json(&query).send());
        eventually("Shopee is asked", async || world.shopee().calls("overview") > 0).await;
        let _held = world.gateway.app.database.write().await.unwrap();

        // All of the second is used, since nothing here ends by itself.
        timeout(PATIENCE, world.gateway.stop_within(Duration::from_secs(1))).await.expect("a bounded stop");
        assert_eq!(request.await.unwrap().unwrap().status(), 503, "let go, not cut off");
    })
    .await;
}

#[tokio::test]
async fn a_token_is_not_given_to_the_network() {
    testing::on_sqlite(async |database| {
        let sandbox = Sandbox::start(Options { frozen: true, seed: 7, ..Options::default() }).await.unwrap();
        let mut config = config(&database, &sandbox, &[("LISTEN_ADDR", "0.0.0.0:0".to_owned())]);
        config.graphiql_token = Some("canary".into());
        assert!(matches!(Gateway::start(config).await, Err(StartError::TokenGivenAway)));
        sandbox.stop().await;
    })
    .await;
}
