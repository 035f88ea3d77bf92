//! Shopee credentials at rest: sealed with XChaCha20-Poly1305 and bound to the account they belong to, so that a sealed
//! credential copied into another row does not open.

use chacha20poly1305::{
    AeadCore as _, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, OsRng, Payload},
};
use entity::shopee_account::SealedCredential;
use shopee::{Credential, Region};

use crate::{
    config::CredentialKey,
    error::{Error, Result},
};

const NONCE_LENGTH: usize = 24;

/// Names the configured key in the row, for the day when there is a second one.
pub const KEY_ID: &str = "1";

/// The account a credential is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub studio_id: i64,
    pub region: Region,
    pub shopee_user_id: i64,
}

impl Owner {
    fn associated_data(self) -> String {
        format!("{}/{}/{}", self.studio_id, self.region, self.shopee_user_id)
    }
}

/// Encrypts a credential for its owner's row.
pub fn seal(key: &CredentialKey, owner: Owner, credential: &Credential) -> Result<SealedCredential> {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let associated = owner.associated_data();
    let payload = Payload { msg: credential.expose_cookie_header().as_bytes(), aad: associated.as_bytes() };
    let sealed =
        cipher(key).encrypt(&nonce, payload).map_err(|_| Error::internal("a credential could not be sealed"))?;
    Ok(SealedCredential([nonce.as_slice(), &sealed].concat()))
}

/// Opens a credential from its owner's row.
pub fn open(key: &CredentialKey, owner: Owner, sealed: &SealedCredential) -> Result<Credential> {
    let unreadable = || Error::internal("a credential could not be opened: another CREDENTIAL_KEY, or a changed row");
    let (nonce, sealed) = sealed.0.split_at_checked(NONCE_LENGTH).ok_or_else(unreadable)?;
    let associated = owner.associated_data();
    let payload = Payload { msg: sealed, aad: associated.as_bytes() };
    let opened = cipher(key).decrypt(XNonce::from_slice(nonce), payload).map_err(|_| unreadable())?;
    let text = String::from_utf8(opened).map_err(|_| unreadable())?;
    Credential::from_cookie_header(&text).map_err(|_| unreadable())
}

fn cipher(key: &CredentialKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_its_key_and_for_its_owner() {
        let key = CredentialKey([7; 32]);
        let owner = Owner { studio_id: 1, region: Region::Id, shopee_user_id: 2 };
        let credential = Credential::from_cookie_header("SPC_ST=canary").unwrap();
        let sealed = seal(&key, owner, &credential).unwrap();

        assert_eq!(open(&key, owner, &sealed).unwrap().expose_cookie_header(), "SPC_ST=canary");
        assert!(!String::from_utf8_lossy(&sealed.0).contains("canary"));
        assert!(open(&CredentialKey([8; 32]), owner, &sealed).is_err());
        for other in [
            Owner { studio_id: 9, ..owner },
            Owner { region: Region::Vn, ..owner },
            Owner { shopee_user_id: 9, ..owner },
        ] {
            assert!(open(&key, other, &sealed).is_err());
        }
        assert!(open(&key, owner, &SealedCredential(vec![1, 2, 3])).is_err());
    }
}
