//! Acting as a Shopee account: the one place where a credential is opened.

use std::sync::Arc;

use entity::shopee_account::{SealedCredential, Status};
use shopee::{Account, Credential, Region};

use super::{
    credential::{self, Owner},
    store::AccountRow,
};
use crate::{
    config::CredentialKeys,
    database::sparse::Read as _,
    error::{ClientError, Error, Result, ShopeeFault, ShopeeFaultKind},
};

/// What it takes to call Shopee as one account.
pub struct Access {
    pub account_id: i64,
    pub region: Region,
    credential: Credential,
    /// The credential as it was read, to tell whether it has been replaced since.
    pub sealed: SealedCredential,
}

impl Access {
    /// Opens the credential of a row read with [`store::accesses`](super::store::accesses), unless Shopee refused it before.
    pub fn open(keys: &CredentialKeys, row: &AccountRow) -> Result<Arc<Self>> {
        if *row.status.read()? == Status::SignedOut {
            return Err(not_connected());
        }
        Self::of_any(keys, row)?.map(Arc::new).ok_or_else(not_connected)
    }

    /// The same also for an account that is signed out: somebody wants to know whether that still holds. `None` without a
    /// credential.
    pub fn of_any(keys: &CredentialKeys, row: &AccountRow) -> Result<Option<Self>> {
        let (Some(sealed), Some(key_id)) = (row.credential.read()?, row.credential_key_id.read()?) else {
            return Ok(None);
        };
        let owner = owner(row)?;
        let credential = credential::open(keys, owner, sealed, key_id)?;
        let (account_id, region) = (*row.id.read()?, owner.region);
        Ok(Some(Self { account_id, region, credential, sealed: sealed.clone() }))
    }

    /// The account as the Shopee client wants it.
    pub fn account(&self) -> Account<'_> {
        Account { key: self.account_id, region: self.region, credential: &self.credential }
    }
}

/// The account that a row's credential is bound to.
pub fn owner(row: &AccountRow) -> Result<Owner> {
    let region = region(row.region.read()?)?;
    Ok(Owner { studio_id: *row.studio_id.read()?, region, shopee_user_id: *row.shopee_user_id.read()? })
}

/// A region as it stands in a row.
pub fn region(text: &str) -> Result<Region> {
    text.parse().map_err(|_| Error::internal(format!("a row names the unknown region {text:?}")))
}

/// An account without a credential answers like one whose credential Shopee refused: the remedy is the same.
fn not_connected() -> Error {
    let fault = ShopeeFault { call: "connect", kind: ShopeeFaultKind::SignedOut, retryable: false, retry_after: None };
    ClientError::Shopee(fault).into()
}
