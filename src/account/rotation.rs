//! Rotating the credential key: what other keys sealed is sealed anew with `CREDENTIAL_KEY`.
//!
//! Safe while gateways run, and to be repeated: a row is replaced only if it is still as it was read, and one that somebody
//! changed meanwhile is read again.

use std::sync::Arc;

use entity::{shopee_account::SealedCredential, shopee_login};

use super::{
    access, credential,
    login::{
        self,
        code::{Code, Place},
    },
    store::{self, AccountRow, change},
};
use crate::{
    app::App,
    database::{Statements, sparse::Read as _},
    error::Result,
    identity::scope::Scope,
};

/// Rows that are read at a time.
const BATCH: u64 = 100;
/// How often a row is tried that others keep changing.
const MOST_TRIES: usize = 5;

/// What a rotation found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    pub encrypted_anew: u64,
    pub already_current: u64,
    /// What none of the keys opens, or what others kept changing: accounts by their keys.
    pub accounts_left: Vec<i64>,
    /// The same of logins.
    pub logins_left: Vec<i64>,
}

/// What became of one row.
enum Outcome {
    EncryptedAnew,
    AlreadyCurrent,
    /// It is over, disconnected or gone.
    NothingToDo,
    Unreadable,
    /// Somebody else was faster.
    Changed,
}

/// Encrypts every credential and every open login's code with the sealing key.
pub async fn rotate(app: &App) -> Result<Rotation> {
    let mut rotation = Rotation::default();
    accounts(app, &mut rotation).await?;
    logins(app, &mut rotation).await?;
    Ok(rotation)
}

async fn accounts(app: &App, rotation: &mut Rotation) -> Result<()> {
    let mut after = 0;
    loop {
        let keys = store::with_credential(&Scope::job_runner(), &statements(app), after, BATCH).await?;
        let Some(last) = keys.last() else { return Ok(()) };
        after = *last;
        for account_id in keys {
            let outcome = Row::Account(account_id).settle(app).await?;
            rotation.count(outcome, |rotation| rotation.accounts_left.push(account_id));
        }
    }
}

async fn logins(app: &App, rotation: &mut Rotation) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = login::store::with_code(&Scope::job_runner(), &statements(app), after, BATCH).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        for row in rows {
            let outcome = Row::Login(row.id).settle(app).await?;
            rotation.count(outcome, |rotation| rotation.logins_left.push(row.id));
        }
    }
}

impl Rotation {
    fn count(&mut self, outcome: Outcome, leave: impl FnOnce(&mut Self)) {
        match outcome {
            Outcome::EncryptedAnew => self.encrypted_anew += 1,
            Outcome::AlreadyCurrent => self.already_current += 1,
            Outcome::NothingToDo => {}
            Outcome::Unreadable | Outcome::Changed => leave(self),
        }
    }
}

/// A row that holds something sealed, by its key.
#[derive(Clone, Copy)]
enum Row {
    Account(i64),
    Login(i64),
}

impl Row {
    /// Encrypts what is in it; again if somebody else was faster.
    async fn settle(self, app: &App) -> Result<Outcome> {
        for _ in 1..MOST_TRIES {
            match self.attempt(app).await? {
                Outcome::Changed => {}
                outcome => return Ok(outcome),
            }
        }
        self.attempt(app).await
    }

    async fn attempt(self, app: &App) -> Result<Outcome> {
        match self {
            Self::Account(account_id) => account(app, account_id).await,
            Self::Login(login_id) => login(app, login_id).await,
        }
    }
}

async fn account(app: &App, account_id: i64) -> Result<Outcome> {
    let scope = Scope::job_runner();
    let rows = store::accesses(&scope, &statements(app), &[account_id]).await?;
    let Some((row, former, key_id)) = rows.first().map(sealed_of).transpose()?.flatten() else {
        return Ok(Outcome::NothingToDo);
    };
    let (keys, owner) = (&app.config.credential_keys, access::owner(row)?);
    let Ok(credential) = credential::open(keys, owner, former, key_id) else { return Ok(Outcome::Unreadable) };
    if key_id == &keys.sealing.id() {
        return Ok(Outcome::AlreadyCurrent);
    }
    let sealed = credential::seal(keys, owner, &credential)?;
    let transaction = app.database.write().await?;
    let replaced = change::replace_sealed(&scope, &transaction, account_id, former, sealed).await?;
    transaction.commit().await?;
    Ok(if replaced { Outcome::EncryptedAnew } else { Outcome::Changed })
}

fn sealed_of(row: &AccountRow) -> Result<Option<(&AccountRow, &SealedCredential, &String)>> {
    let sealed = row.credential.read()?.as_ref().zip(row.credential_key_id.read()?.as_ref());
    Ok(sealed.map(|(sealed, key_id)| (row, sealed, key_id)))
}

async fn login(app: &App, login_id: i64) -> Result<Outcome> {
    let scope = Scope::job_runner();
    let row: Option<shopee_login::Model> = login::store::login(&scope, &statements(app), login_id).await?;
    let (Some(row), keys) = (row, &app.config.credential_keys) else { return Ok(Outcome::NothingToDo) };
    let Ok(opened) = Code::open(keys, &row) else { return Ok(Outcome::Unreadable) };
    let Some(code) = opened else { return Ok(Outcome::NothingToDo) };
    if row.sealed_key_id == Some(keys.sealing.id()) {
        return Ok(Outcome::AlreadyCurrent);
    }
    let (sealed, former) = (code.seal(keys, Place::of(&row)?)?, row.sealed_code.as_ref());
    let transaction = app.database.write().await?;
    let replaced = login::store::replace_code(&scope, &transaction, login_id, former, sealed).await?;
    transaction.commit().await?;
    Ok(if replaced { Outcome::EncryptedAnew } else { Outcome::Changed })
}

fn statements(app: &App) -> Statements {
    app.database.read(Arc::default())
}
