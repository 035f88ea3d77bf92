//! No failure tells the password, neither in its message nor in any cause, nor does printing a row tell a secret.

use std::error::Error;

use entity::{
    shopee_account::{self, SealedCredential},
    shopee_login::{self, SealedQrCode},
    user::{self, PasswordHash},
};
use migration::{MigrateError, migrate};
use tokio::net::TcpListener;

use testing::{Database, on_postgres};

use crate::sample;

const PASSWORD: &str = "hunter2";

#[track_caller]
fn assert_silent(error: &MigrateError) {
    let mut told = format!("{error:?}");
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        told = format!("{told}\n{error}");
        cause = error.source();
    }
    assert!(!told.contains(PASSWORD), "{told}");
}

#[tokio::test]
async fn a_url_that_cannot_be_read() {
    for url in [
        "postgres://postgres:hunter2@127.0.0.1:notaport/live",
        "postgres://postgres:hunter2@[127.0.0.1/live",
        "postgres://postgres:hunter2%ff@127.0.0.1/live",
        "postgres://postgres:hunter2@127.0.0.1/live?sslmode=perhaps",
        "postgres://postgres:hunter2/@127.0.0.1/live",
    ] {
        let error = migrate(url).await.unwrap_err();
        assert!(matches!(error, MigrateError::Url(_)), "{url}: {error:?}");
        assert_silent(&error);
    }
    for url in ["mysql://root:hunter2@127.0.0.1/live", "hunter2", "", "POSTGRES//hunter2"] {
        let error = migrate(url).await.unwrap_err();
        assert!(matches!(error, MigrateError::Scheme), "{url}: {error:?}");
        assert_silent(&error);
    }
}

#[tokio::test]
async fn a_server_that_hangs_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let hang_up = tokio::spawn(async move {
        loop {
            drop(listener.accept().await.unwrap());
        }
    });
    let error = migrate(&format!("postgres://postgres:hunter2@127.0.0.1:{port}/live")).await.unwrap_err();
    hang_up.abort();
    assert!(matches!(error, MigrateError::Connect(_)), "{error:?}");
    assert_silent(&error);
}

#[tokio::test]
async fn a_database_that_is_not_there() {
    on_postgres(async |database: Database| {
        let mut url = url::Url::parse(&database.url).unwrap();
        url.set_password(Some(PASSWORD)).unwrap();
        url.set_path("no_such_database");
        let error = migrate(url.as_str()).await.unwrap_err();
        assert!(matches!(error, MigrateError::Connect(_)), "{error:?}");
        assert_silent(&error);
    })
    .await;
}

#[test]
fn a_sealed_credential_is_not_printed() {
    let credential = Some(SealedCredential(vec![104, 117, 110]));
    let printed = format!("{:?}", shopee_account::Model { credential, ..sample::shopee_account(1, 1) });
    assert!(printed.contains("SealedCredential(..)") && !printed.contains("104"), "{printed}");
}

#[test]
fn a_sealed_code_is_not_printed() {
    let sealed_code = Some(SealedQrCode(vec![104, 117, 110]));
    let printed = format!("{:?}", shopee_login::Model { sealed_code, ..sample::shopee_login(1, 1) });
    assert!(printed.contains("SealedQrCode(..)") && !printed.contains("104"), "{printed}");
}

#[test]
fn a_password_hash_is_not_printed() {
    let password_hash = Some(PasswordHash("$argon2id$v=19$hunter2".to_owned()));
    let printed = format!("{:?}", user::Model { password_hash, ..sample::user(1) });
    assert!(printed.contains("PasswordHash(..)") && !printed.contains("argon2id"), "{printed}");
}
