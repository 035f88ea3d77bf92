//! Secrets at rest: sealed with XChaCha20-Poly1305 and bound to the row they belong to, so that one copied into another row does
//! not open. Beside each stands the name of the key that sealed it.

use chacha20poly1305::{
    AeadCore as _, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, OsRng, Payload},
};
use secrecy::{ExposeSecret as _, SecretSlice};

use crate::{
    config::{CredentialKey, CredentialKeys},
    error::{Error, Result},
};

const NONCE_LENGTH: usize = 24;

/// The name in rows from before keys had names of their own: any key may have sealed them.
const UNNAMED_KEY: &str = "1";

/// A sealed secret and the name of its key, as they stand in a row.
pub struct Sealed {
    pub bytes: Vec<u8>,
    pub key_id: String,
}

/// Encrypts a secret for the row that `owner` names.
pub fn seal(keys: &CredentialKeys, owner: &str, secret: &[u8]) -> Result<Sealed> {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let payload = Payload { msg: secret, aad: owner.as_bytes() };
    let sealed = cipher(&keys.sealing).encrypt(&nonce, payload);
    let sealed = sealed.map_err(|_| Error::internal("a secret could not be sealed"))?;
    Ok(Sealed { bytes: [nonce.as_slice(), &sealed].concat(), key_id: keys.sealing.id() })
}

/// Decrypts a secret from the row that `owner` names.
pub fn open(keys: &CredentialKeys, owner: &str, bytes: &[u8], key_id: &str) -> Result<SecretSlice<u8>> {
    let (nonce, sealed) = bytes.split_at_checked(NONCE_LENGTH).ok_or_else(unreadable)?;
    let candidates = keys.iter().filter(|key| key_id == UNNAMED_KEY || key.id() == key_id);
    let opened = candidates.into_iter().find_map(|key| {
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        cipher(key).decrypt(XNonce::from_slice(nonce), payload).ok()
    });
    Ok(SecretSlice::from(opened.ok_or_else(unreadable)?))
}

/// What was opened, as text.
pub fn text(opened: &SecretSlice<u8>) -> Result<&str> {
    std::str::from_utf8(opened.expose_secret()).map_err(|_| unreadable())
}

/// The answer for whatever does not open; it does not tell why, since nobody can know.
pub fn unreadable() -> Error {
    Error::internal("a secret could not be opened: another CREDENTIAL_KEY, or a changed row")
}

fn cipher(key: &CredentialKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(sealing: u8, read_only: &[u8]) -> CredentialKeys {
        let key = |byte| CredentialKey([byte; 32]);
        CredentialKeys { sealing: key(sealing), read_only: read_only.iter().copied().map(key).collect() }
    }

    #[test]
    fn opens_with_its_key_for_its_owner_and_in_no_other_way() {
        let sealed = seal(&keys(7, &[8]), "row/1", b"canary").unwrap();
        let opens = |keys: CredentialKeys, owner: &str, key_id: &str| {
            open(&keys, owner, &sealed.bytes, key_id).is_ok_and(|opened| opened.expose_secret() == b"canary")
        };
        assert!(opens(keys(7, &[]), "row/1", &sealed.key_id));
        assert!(opens(keys(8, &[7]), "row/1", &sealed.key_id), "a key that only opens");
        assert!(opens(keys(8, &[7]), "row/1", UNNAMED_KEY), "a row from before keys had names");
        assert!(!opens(keys(8, &[]), "row/1", &sealed.key_id));
        assert!(!opens(keys(8, &[]), "row/1", UNNAMED_KEY));
        assert!(!opens(keys(7, &[]), "row/2", &sealed.key_id));
        assert!(!opens(keys(7, &[8]), "row/1", &CredentialKey([8; 32]).id()), "the name of another key");
        assert!(!String::from_utf8_lossy(&sealed.bytes).contains("canary"));
    }

    #[test]
    fn one_changed_bit_and_nothing_opens() {
        let sealed = seal(&keys(7, &[]), "row/1", b"canary").unwrap();
        for at in 0..sealed.bytes.len() {
            let mut bytes = sealed.bytes.clone();
            bytes[at] ^= 1;
            assert!(open(&keys(7, &[]), "row/1", &bytes, &sealed.key_id).is_err(), "byte {at}");
        }
        assert!(open(&keys(7, &[]), "row/1", &sealed.bytes[..10], &sealed.key_id).is_err());
    }

    #[test]
    fn keys_have_names_that_tell_them_apart() {
        let [seven, eight] = [7, 8].map(|byte| CredentialKey([byte; 32]).id());
        assert!(seven != eight && seven.len() == 8 && seven.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
