//! One step of a login: Shopee is asked how far it is, and what follows from the answer is done.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use entity::shopee_login;
use sea_orm::DatabaseTransaction;
use secrecy::SecretString;
use shopee::{Credential, QrState, QrStatus};

use super::{
    End, Failure,
    code::{Code, Place},
    is_open, store,
};
use crate::{
    account::{connect, connect::Identified},
    app::App,
    error::{Error, Result},
    identity::{actor::Actor, scope::Scope, store::member},
};

/// What a claim lasts beyond the two calls that are made under it: time for the database.
const CLAIM_MARGIN: Duration = Duration::from_secs(10);

/// Takes a login's next step, and returns the login as it stands then; `None` when there is none.
pub(super) async fn step(app: &App, login_id: i64) -> Result<Option<shopee_login::Model>> {
    let Some(login) = read(app, login_id).await?.filter(|login| is_open(login.status)) else {
        return read(app, login_id).await;
    };
    let outcome = advance(app, &login).await;
    // Only now: a login that nobody could see to for a while, or whose code does not open, ends here too.
    if login.expires_at <= app.clock.now() {
        finish(app, login_id, End::Expired, None).await?;
    }
    match read(app, login_id).await? {
        Some(login) if is_open(login.status) => outcome.map(|()| Some(login)),
        login => Ok(login),
    }
}

async fn read(app: &App, login_id: i64) -> Result<Option<shopee_login::Model>> {
    store::login(&Scope::job_runner(), &app.database.read(Arc::default()), login_id).await
}

async fn advance(app: &App, login: &shopee_login::Model) -> Result<()> {
    if login.claimed_until.is_some_and(|until| until > app.clock.now()) {
        return Ok(());
    }
    let (keys, place) = (&app.config.credential_keys, Place::of(login)?);
    let code = Code::open(keys, login)?.ok_or_else(|| Error::internal("a login that is open has no code"))?;
    if let Some(credential) = code.credential()? {
        return claimed(app, login, async |claim| Turn { app, login, claim }.take(&credential).await).await;
    }
    match app.shopee.patient().qrcode_status(place.region, &code.id).await {
        Ok(QrStatus { state: QrState::Confirmed, token: Some(token) }) => {
            claimed(app, login, async |claim| Turn { app, login, claim }.redeem(code, place, &token).await).await
        }
        Ok(status) => follow(app, login, &status.state).await,
        Err(error) => match failure(&error, Failure::CodeRefused) {
            Some(failure) => finish(app, login.id, End::Failed(failure), None).await,
            None => Err(Error::from(&error)),
        },
    }
}

async fn follow(app: &App, login: &shopee_login::Model, state: &QrState) -> Result<()> {
    match state {
        QrState::Scanned => {
            let transaction = app.database.write().await?;
            store::mark_scanned(&Scope::job_runner(), &transaction, login.id, app.clock.now()).await?;
            Ok(transaction.commit().await?)
        }
        QrState::Expired => finish(app, login.id, End::Expired, None).await,
        QrState::Canceled => finish(app, login.id, End::Canceled, None).await,
        QrState::New | QrState::Confirmed | QrState::Unknown(_) => Ok(()),
    }
}

/// What Shopee's refusal means for a login; `None` if the same call may work later.
fn failure(error: &shopee::Error, refused: Failure) -> Option<Failure> {
    match error {
        shopee::Error::Refused { .. } | shopee::Error::NoPermission { .. } | shopee::Error::SignedOut { .. } => {
            Some(refused)
        }
        shopee::Error::RiskControl { .. } => Some(Failure::RiskControl),
        _ => None,
    }
}

async fn finish(app: &App, login_id: i64, end: End, claim: Option<DateTime<Utc>>) -> Result<()> {
    let transaction = app.database.write().await?;
    store::finish(&Scope::job_runner(), &transaction, login_id, end, claim, app.clock.now()).await?;
    Ok(transaction.commit().await?)
}

/// Does something that only one instance may do. If this one dies over it, another one does it when the claim has run out; if it
/// fails, the claim is given back.
async fn claimed(
    app: &App,
    login: &shopee_login::Model,
    turn: impl AsyncFnOnce(DateTime<Utc>) -> Result<()>,
) -> Result<()> {
    let (scope, now) = (Scope::job_runner(), app.clock.now());
    let lasts = TimeDelta::from_std(app.config.shopee_timeout * 2 + CLAIM_MARGIN).map_err(Error::internal)?;
    let claim = now + lasts;
    let transaction = app.database.write().await?;
    let is_ours = store::claim(&scope, &transaction, login.id, now, claim).await?;
    transaction.commit().await?;
    if !is_ours {
        return Ok(());
    }
    let outcome = turn(claim).await;
    if outcome.is_err() {
        let transaction = app.database.write().await?;
        store::release(&scope, &transaction, login.id, claim).await?;
        transaction.commit().await?;
    }
    outcome
}

/// What is done under a claim.
struct Turn<'a> {
    app: &'a App,
    login: &'a shopee_login::Model,
    claim: DateTime<Utc>,
}

impl Turn<'_> {
    /// Turns a confirmed code into a credential, and keeps it at once: the code is spent by then.
    async fn redeem(&self, code: Code, place: Place, token: &SecretString) -> Result<()> {
        let credential = match self.app.shopee.qrcode_login(place.region, token).await {
            Ok(credential) => credential,
            Err(error) => return self.refused(&error, Failure::CodeRefused).await,
        };
        let sealed = code.redeemed(&credential).seal(&self.app.config.credential_keys, place)?;
        let transaction = self.app.database.write().await?;
        let (scope, former) = (Scope::job_runner(), self.login.sealed_code.as_ref());
        store::replace_code(&scope, &transaction, self.login.id, former, sealed).await?;
        transaction.commit().await?;
        self.take(&credential).await
    }

    /// Finds out whose the credential is, and connects the account.
    async fn take(&self, credential: &Credential) -> Result<()> {
        let region = Place::of(self.login)?.region;
        match connect::identify(&self.app.shopee.patient(), region, credential).await {
            Ok(identified) => self.connect(&identified).await,
            Err(error) => self.refused(&error, Failure::AccountRefused).await,
        }
    }

    async fn refused(&self, error: &shopee::Error, refused: Failure) -> Result<()> {
        match failure(error, refused) {
            Some(failure) => finish(self.app, self.login.id, End::Failed(failure), Some(self.claim)).await,
            None => Err(Error::from(error)),
        }
    }

    /// The account, the end of the login and the audit entry: all of them, or none if the login is no longer ours.
    async fn connect(&self, identified: &Identified<'_>) -> Result<()> {
        let (app, scope) = (self.app, Scope::job_runner());
        let transaction = app.database.write().await?;
        let end = self.end_with(&scope, &transaction, identified).await?;
        if store::finish(&scope, &transaction, self.login.id, end, Some(self.claim), app.clock.now()).await? {
            transaction.commit().await?;
            if let End::Confirmed { account_id } = end {
                app.connected.tell(account_id);
            }
        }
        Ok(())
    }

    /// Whoever was put out of the studio, or lowered, since they started the login connects nothing any more.
    async fn end_with(
        &self,
        scope: &Scope,
        transaction: &DatabaseTransaction,
        identified: &Identified<'_>,
    ) -> Result<End> {
        let (studio_id, started_by) = (self.login.studio_id, self.login.started_by);
        if !member::owns(scope, transaction, studio_id, started_by).await? {
            return Ok(End::Failed(Failure::NoLongerAllowed));
        }
        let actor = Actor { user_id: started_by, ..Actor::gateway() };
        let stored = identified.store(self.app, scope, &actor, transaction, studio_id).await?;
        let taken = End::Failed(Failure::AccountOfAnotherStudio);
        Ok(stored.map_or(taken, |account_id| End::Confirmed { account_id }))
    }
}
