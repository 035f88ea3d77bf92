//! The keys that encrypt what the gateway may act with: one that seals, and older or coming ones that only open.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Stands before the key in its fingerprint, so that the fingerprint is of no use for anything else.
const FINGERPRINT_LABEL: &[u8] = b"live-gateway credential key";
/// Enough to tell a handful of keys apart.
const FINGERPRINT_BYTES: usize = 4;

/// One key: 32 bytes.
#[derive(Clone)]
pub struct CredentialKey(pub [u8; 32]);

impl CredentialKey {
    /// Names the key beside what it sealed: 8 hexadecimal digits that tell nothing of the key itself.
    pub fn id(&self) -> String {
        let digest = Sha256::new().chain_update(FINGERPRINT_LABEL).chain_update(self.0).finalize();
        digest.iter().take(FINGERPRINT_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for CredentialKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialKey")
    }
}

/// All keys of a gateway.
#[derive(Clone, Debug)]
pub struct CredentialKeys {
    /// Seals, and opens what it sealed.
    pub sealing: CredentialKey,
    /// Open and never seal: before a rotation the coming key, after it the former one.
    pub read_only: Vec<CredentialKey>,
}

impl CredentialKeys {
    /// Every key, the sealing one first.
    pub fn iter(&self) -> impl Iterator<Item = &CredentialKey> {
        std::iter::once(&self.sealing).chain(&self.read_only)
    }
}
