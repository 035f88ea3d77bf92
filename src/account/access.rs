//! Acting as a Shopee account: the one place where a credential is opened.

use std::sync::Arc;

use entity::shopee_account::{SealedCredential, Status};
use shopee::{Account, Credential, Region};

use super::{
    credential::{self, Owner},
    store::AccountRow,
};
use crate::{
    config::CredentialKey,
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
    /// Opens the credential of a row read with [`store::accesses`](super::store::accesses).
    pub fn open(key: &CredentialKey, row: &AccountRow) -> Result<Arc<Self>> {
        if *row.status.read()? == Status::SignedOut {
            return Err(not_connected());
        }
        let region = region(row.region.read()?)?;
        let owner = Owner { studio_id: *row.studio_id.read()?, region, shopee_user_id: *row.shopee_user_id.read()? };
        let sealed = row.credential.read()?.as_ref().ok_or_else(not_connected)?;
        let credential = credential::open(key, owner, sealed)?;
        Ok(Arc::new(Self { account_id: *row.id.read()?, region, credential, sealed: sealed.clone() }))
    }

    /// The account as the Shopee client wants it.
    pub fn account(&self) -> Account<'_> {
        Account { key: self.account_id, region: self.region, credential: &self.credential }
    }
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
