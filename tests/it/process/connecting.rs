//! Connecting an account: who may, and what is left when it is refused.

use entity::{shopee_account, studio, user};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use testing::{Database, on_both};

use super::{Machine, last_words};
use crate::support::world::{OWNER, STRANGER};

on_both!(
    a_cookie_that_shopee_does_not_know_leaves_nothing_behind,
    an_account_belongs_to_one_studio,
    connecting_again_renews_the_credential,
);

/// Studios, users and accounts.
async fn stored(database: &Database) -> [u64; 3] {
    let connection = database.connect().await;
    let counts = [
        studio::Entity::find().count(&connection).await.unwrap(),
        user::Entity::find().count(&connection).await.unwrap(),
        shopee_account::Entity::find().count(&connection).await.unwrap(),
    ];
    connection.close().await.unwrap();
    counts
}

async fn a_cookie_that_shopee_does_not_know_leaves_nothing_behind(database: Database) {
    let machine = Machine::with(&database).await;
    machine.succeed(&["migrate"]).await;
    let words = last_words(machine.connect("First Studio", OWNER, "SPC_ST=nobody-has-this; SPC_U=1").await);
    assert!(words.contains("Shopee does not accept this Cookie header in region ID"), "{words}");
    for garbage in ["", "\n", "garbage"] {
        let words = last_words(machine.connect("First Studio", OWNER, garbage).await);
        assert!(words.contains("no Cookie header"), "{garbage:?}: {words}");
    }
    assert_eq!(stored(&database).await, [0, 0, 0]);
}

async fn an_account_belongs_to_one_studio(database: Database) {
    let machine = Machine::with(&database).await;
    let cookie = machine.account().cookie;
    let connected = machine.connect("First Studio", OWNER, &cookie).await;
    assert_eq!(connected.code, Some(0), "{connected:?}");
    let words = last_words(machine.connect("Second Studio", STRANGER, &cookie).await);
    assert!(words.contains("another studio has connected"), "{words}");
    assert_eq!(stored(&database).await, [1, 1, 1]);
}

async fn connecting_again_renews_the_credential(database: Database) {
    let machine = Machine::with(&database).await;
    let account = machine.account();
    for _ in 0..2 {
        let connected = machine.connect("First Studio", OWNER, &format!("{}\n", account.cookie)).await;
        assert_eq!(connected.code, Some(0), "{connected:?}");
        let listed =
            machine.shopee.panel().sessions().iter().filter(|session| session.user_id == account.user_id).count();
        assert!(connected.printed.contains(&format!("connected; {listed} sessions stored")), "{connected:?}");
    }
    assert_eq!(stored(&database).await, [1, 1, 1]);
}
