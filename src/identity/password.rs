//! Passwords: what one has to be, and how it is kept. Argon2id with the parameters that OWASP recommends; a hash made with
//! others is replaced when its user signs in.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc},
};
use entity::user::PasswordHash;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;

use super::names::Email;
use crate::error::{ClientError, Error, Result};

const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// 19 MiB, two passes, one lane.
const PARAMETERS: Params = Params::DEFAULT;
/// Hashes at once: their memory, 76 MiB, is the price of the room.
const PLACES: usize = 4;
/// Callers that may wait for a place; about as many hashes as a slow machine makes in two seconds.
const WAITING: usize = 40;
const COME_AGAIN: Duration = Duration::from_secs(2);

/// What is typed takes a few bytes a character, and a few more while accents stand by themselves.
const MOST_BYTES: usize = 16 * LONGEST;

/// A password as it was typed, in the one form that keyboards' different ways of writing a letter have in common.
pub struct Password(SecretString);

impl Password {
    /// A text that is far too long is not even looked at: it becomes one that is nobody's.
    pub fn typed(text: &str) -> Self {
        let text = if text.len() > MOST_BYTES { "" } else { text };
        Self(SecretString::from(text.nfkc().collect::<String>()))
    }

    /// Whether it may become somebody's password: long enough, and not what everybody knows of them. Nothing is asked of its
    /// letters, which would only make it easier to guess.
    pub fn check(&self, email: &Email) -> Result<(), &'static str> {
        let text = self.0.expose_secret();
        if !(SHORTEST..=LONGEST).contains(&text.chars().count()) {
            return Err("a password has 12 to 128 characters, whichever they are");
        }
        match text.trim().to_lowercase() == email.as_str() {
            true => Err("a password is not the e-mail address"),
            false => Ok(()),
        }
    }

    fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// What came of comparing a password with a hash.
pub enum Verdict {
    Wrong,
    Right,
    /// Right, and this hash is to take the place of the old one, which was made with other parameters.
    Outdated(PasswordHash),
}

/// Where passwords are hashed: so many at a time that memory stays bounded, beside the threads that answer requests.
#[derive(Clone)]
pub struct Passwords {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES)), queue: Arc::new(Semaphore::new(PLACES + WAITING)) }
    }
}

impl Passwords {
    /// Compares a password with a user's hash. Without one, for somebody who is not there or has none, it does the same work.
    pub async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verdict> {
        self.run(move || match hash {
            Some(hash) => verify(&password, &hash),
            None => hash_with_salt(&password, &[0; 16]).map(|_| Verdict::Wrong),
        })
        .await
    }

    /// A hash to keep.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash> {
        self.run(move || hash(&password)).await
    }

    /// The place belongs to the work, not to who waits for it: they may leave, it goes on.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let place = self.place().await?;
        let work = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }

    async fn place(&self) -> Result<[OwnedSemaphorePermit; 2]> {
        let full = |_| Error::from(ClientError::Overloaded { retry_after: COME_AGAIN });
        let waiting = self.queue.clone().try_acquire_owned().map_err(full)?;
        let place = self.places.clone().acquire_owned().await.map_err(Error::internal)?;
        Ok([waiting, place])
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMETERS)
}

fn hash(password: &Password) -> Result<PasswordHash> {
    let hash = argon2().hash_password(password.bytes()).map_err(Error::internal)?;
    Ok(PasswordHash(hash.to_string()))
}

fn hash_with_salt(password: &Password, salt: &[u8]) -> Result<PasswordHash> {
    let hash = argon2().hash_password_with_salt(password.bytes(), salt).map_err(Error::internal)?;
    Ok(PasswordHash(hash.to_string()))
}

fn verify(password: &Password, kept: &PasswordHash) -> Result<Verdict> {
    let kept = phc::PasswordHash::new(&kept.0).map_err(Error::internal)?;
    match argon2().verify_password(password.bytes(), &kept) {
        Ok(()) if is_outdated(&kept) => hash(password).map(Verdict::Outdated),
        Ok(()) => Ok(Verdict::Right),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(Error::internal(error)),
    }
}

fn is_outdated(kept: &phc::PasswordHash) -> bool {
    let costs = |parameters: &Params| (parameters.m_cost(), parameters.t_cost(), parameters.p_cost());
    let same_costs = Params::try_from(kept).is_ok_and(|parameters| costs(&parameters) == costs(&PARAMETERS));
    let same_kind = kept.algorithm.as_str() == "argon2id" && kept.version == Some(Version::V0x13.into());
    !(same_costs && same_kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Password {
        Password::typed(text)
    }

    #[test]
    fn a_password_is_long_enough_and_no_address() {
        let email: Email = "someone@example.com".parse().unwrap();
        for fine in ["twelve chars", "ô".repeat(128).as_str(), "            ", "mật khẩu dài"] {
            assert!(typed(fine).check(&email).is_ok(), "{fine}");
        }
        for wrong in ["eleven char", "ô".repeat(129).as_str(), "Someone@Example.com", ""] {
            assert!(typed(wrong).check(&email).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_hash_knows_its_password_however_it_is_typed() {
        let composed = hash(&typed("mật khẩu dài")).unwrap();
        let decomposed: String = "mật khẩu dài".nfd().collect();
        assert!(matches!(verify(&typed(&decomposed), &composed), Ok(Verdict::Right)));
        assert!(matches!(verify(&typed("mat khau dai"), &composed), Ok(Verdict::Wrong)));
        assert!(composed.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", composed.0);
        assert_ne!(composed.0, hash(&typed("mật khẩu dài")).unwrap().0, "a salt of its own");
    }

    #[test]
    fn a_hash_of_other_parameters_is_replaced() {
        let weaker = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let old = PasswordHash(weaker.hash_password(b"correct horse").unwrap().to_string());
        let Ok(Verdict::Outdated(new)) = verify(&typed("correct horse"), &old) else { panic!("kept") };
        assert!(matches!(verify(&typed("correct horse"), &new), Ok(Verdict::Right)));
        assert!(matches!(verify(&typed("another horse"), &old), Ok(Verdict::Wrong)));
    }

    #[tokio::test]
    async fn who_finds_no_place_to_wait_is_told_so() {
        let passwords = Passwords::default();
        let held = passwords.queue.clone().try_acquire_many_owned((PLACES + WAITING) as u32).unwrap();
        let refused = passwords.hash(typed("correct horse")).await;
        assert!(matches!(refused, Err(Error::Client(ClientError::Overloaded { .. }))));
        drop(held);
        assert!(passwords.hash(typed("correct horse")).await.is_ok());
    }
}
