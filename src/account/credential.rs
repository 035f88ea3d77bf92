//! Shopee credentials at rest: sealed, and bound to the account they belong to.

use entity::shopee_account::SealedCredential;
use shopee::{Credential, Region};

use super::sealing::{self, Sealed};
use crate::{config::CredentialKeys, error::Result};

/// The account a credential is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub studio_id: i64,
    pub region: Region,
    pub shopee_user_id: i64,
}

impl Owner {
    fn name(self) -> String {
        format!("{}/{}/{}", self.studio_id, self.region, self.shopee_user_id)
    }
}

/// Encrypts a credential for its owner's row.
pub fn seal(keys: &CredentialKeys, owner: Owner, credential: &Credential) -> Result<Sealed> {
    sealing::seal(keys, &owner.name(), credential.expose_cookie_header().as_bytes())
}

/// Opens a credential from its owner's row.
pub fn open(keys: &CredentialKeys, owner: Owner, sealed: &SealedCredential, key_id: &str) -> Result<Credential> {
    let opened = sealing::open(keys, &owner.name(), &sealed.0, key_id)?;
    Credential::from_cookie_header(sealing::text(&opened)?).map_err(|_| sealing::unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CredentialKey;

    #[test]
    fn opens_for_its_owner_alone() {
        let keys = CredentialKeys { sealing: CredentialKey([7; 32]), read_only: Vec::new() };
        let owner = Owner { studio_id: 1, region: Region::Id, shopee_user_id: 2 };
        let credential = Credential::from_cookie_header("SPC_ST=canary").unwrap();
        let Sealed { bytes, key_id } = seal(&keys, owner, &credential).unwrap();
        let sealed = SealedCredential(bytes);

        assert_eq!(open(&keys, owner, &sealed, &key_id).unwrap().expose_cookie_header(), "SPC_ST=canary");
        for other in [
            Owner { studio_id: 9, ..owner },
            Owner { region: Region::Vn, ..owner },
            Owner { shopee_user_id: 9, ..owner },
        ] {
            assert!(open(&keys, other, &sealed, &key_id).is_err());
        }
    }
}
