//! `set-password`: how the first user gets in, and how one who has forgotten gets in again.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use secrecy::{ExposeSecret as _, SecretString};

use super::{Failure, migrate, say, sentence};
use crate::{
    app::App,
    config::Config,
    error::Error,
    identity::{
        names::Email,
        password::{Password, Passwords},
        scope::Scope,
        sign_out, store,
    },
};

/// A password has at most 128 characters; more than a line of this is not read.
const LONGEST_LINE: u64 = 4 * 1024;

pub(super) async fn run(config: Config, email: &Email) -> Result<(), Failure> {
    let typed = read_line()?;
    let password = Password::typed(typed.expose_secret());
    password.check(email)?;
    migrate(&config).await?;
    let app = App::build(config).await?;
    let ended = set(&app, email, password).await;
    app.database.clone().close().await;
    let (ended, email) = (ended.map_err(sentence)?, email.as_str());
    say(&format!("{email} has a new password; {ended} sign-ins ended. Next: live-gateway serve, and sign in with it"))
}

fn read_line() -> Result<SecretString, Failure> {
    if io::stdin().is_terminal() {
        writeln!(io::stderr(), "Type the password, which is shown, then Enter:")?;
    }
    let mut line = String::new();
    io::stdin().lock().take(LONGEST_LINE).read_line(&mut line)?;
    let password = SecretString::from(line.trim_end_matches(['\r', '\n']));
    if password.expose_secret().is_empty() { Err("standard input holds no password".into()) } else { Ok(password) }
}

/// Gives a user a password, and makes the user if there is none. How many sign-ins that ended.
pub async fn set(app: &App, email: &Email, password: Password) -> Result<u64, Error> {
    let hash = Passwords::default().hash(password).await?;
    let (scope, transaction, now) = (Scope::job_runner(), app.database.write().await?, app.clock.now());
    let user_id = store::ensure_user(&scope, &transaction, email.as_str(), now).await?;
    let ended = sign_out::set_password(&scope, &transaction, user_id, hash, now).await?;
    transaction.commit().await?;
    Ok(ended)
}
