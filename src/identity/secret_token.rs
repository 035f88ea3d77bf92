//! Tokens that somebody keeps and shows once: 256 random bits. The database has their SHA-256, which is of no use to whoever
//! reads it; a slower hash would add nothing, since nobody guesses 256 bits.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRngCore as _, rngs::OsRng};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

const BYTES: usize = 32;

/// A token as its holder has it.
#[derive(Clone, Debug)]
pub struct SecretToken(SecretString);

impl SecretToken {
    /// A new one.
    pub fn generate() -> Result<Self> {
        let mut bytes = [0; BYTES];
        OsRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
        Ok(Self(SecretString::from(URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// What a client sent, whatever it is.
    pub fn sent(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// What stands for it in the database.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.expose_secret().as_bytes()).to_vec()
    }

    /// For its holder.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}
