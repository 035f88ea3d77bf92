//! What an operator runs: each command prints what it did, and fails with a sentence that says what to do.

mod documents;
mod health;
pub mod set_password;
pub mod sync;

use std::{
    io::{self, IsTerminal as _, Read as _, Write as _},
    path::PathBuf,
    time::Duration,
};

use chrono_tz::Tz;
use clap::Subcommand;
use futures_util::{FutureExt as _, future::BoxFuture};
use sea_orm::{ConnectOptions, DatabaseTransaction};
use secrecy::{ExposeSecret as _, SecretString};
use shopee::{Credential, Region};

use crate::{
    account::{connect, rotation},
    api,
    app::App,
    config::{Config, reference},
    cryptography,
    error::{ClientError, Error, ShopeeFaultKind, chain},
    identity::{
        actor::Actor,
        names::{Email, StudioName},
        scope::Scope,
        sign_in, store, token,
    },
    serve,
    session::sync::{Reach, sync_account},
    telemetry,
};

/// What went wrong, in words for the operator.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Longer than any browser's cookies for one site.
const LONGEST_INPUT: u64 = 64 * 1024;
/// Whoever types a command waits for it.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

#[derive(Subcommand)]
pub enum Command {
    /// Serve GraphQL, GraphiQL and the probes until told to stop
    ///
    /// Stops within ten seconds of SIGINT or SIGTERM and DRAIN_DELAY_MS: websockets are told to connect elsewhere, requests and jobs finish.
    Serve,
    /// Bring the database up to date, and say what was done
    Migrate,
    /// Print the schema (SDL); needs no configuration
    Schema,
    /// Print a manifest of the documents in a folder, for TRUSTED_DOCUMENTS; needs no configuration
    ///
    /// Each operation of the folder's .graphql files becomes a document, with the fragments that it needs. Fails, and says where, if
    /// the schema does not have what one of them asks for.
    Documents {
        /// The folder, or a manifest that is to be checked
        folder: PathBuf,
    },
    /// Print what every environment variable means, as Markdown; needs no configuration
    Configuration,
    /// Print a bearer token for a user
    Token {
        /// The user's e-mail address
        #[arg(long)]
        email: Email,
        /// How long the token is good for, in hours, 1 to 8760
        #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=8760))]
        hours: u64,
    },
    /// Give a user a password, which they sign in with
    ///
    /// Reads the password from standard input, one line of 12 to 128 characters. Makes the user if there is none, and ends all
    /// their sign-ins. This is how the first user gets in. Brings the database up to date before.
    SetPassword {
        /// The user's e-mail address
        #[arg(long)]
        email: Email,
    },
    /// Connect a Shopee account, and store its sessions
    ///
    /// Reads a browser's Cookie header from standard input and asks Shopee whose it is. If Shopee accepts it, the account is
    /// stored, with the user and the studio if they are not there yet. Brings the database up to date before.
    Connect {
        /// The studio's name
        #[arg(long)]
        studio: StudioName,
        /// E-mail address of the studio's owner
        #[arg(long)]
        owner: Email,
        /// The account's Shopee region: ID, VN, TH, MY, SG, PH, TW or BR
        #[arg(long)]
        region: Region,
        /// The IANA time zone of a studio that is made, such as Asia/Jakarta; by default that of the region
        #[arg(long)]
        time_zone: Option<Tz>,
    },
    /// Store the sessions of connected accounts now, and show how far it is
    ///
    /// Stores what Shopee lists: sessions, their figures and products. Goes on where a run was that was interrupted, and shares the work
    /// with gateways that run. Fails if an account could not be stored whole; run it again for what is left.
    Sync {
        /// The account's name on Shopee; may be repeated. By default all accounts
        #[arg(long = "account", value_name = "NAME")]
        accounts: Vec<String>,
        /// Leave out sessions that began before this day or instant (UTC)
        #[arg(long)]
        since: Option<sync::Since>,
    },
    /// Encrypt all Shopee credentials with CREDENTIAL_KEY
    ///
    /// Opens what other keys of CREDENTIAL_KEYS_READ_ONLY have encrypted, and encrypts it anew. Safe while gateways run, and to be
    /// repeated. Fails if there is something that none of the keys opens.
    RotateKey,
    /// Ask the gateway on LISTEN_ADDR of this machine whether it is ready
    ///
    /// For a container's health check. Fails with what `/readyz` says, or when nothing answers within two seconds.
    Health,
}

/// Runs one command.
pub fn run(command: Command) -> BoxFuture<'static, Result<(), Failure>> {
    run_to_the_end(command).boxed()
}

async fn run_to_the_end(command: Command) -> Result<(), Failure> {
    match &command {
        Command::Schema => return say(api::sdl().trim_end()),
        Command::Configuration => return say(reference::markdown().trim_end()),
        Command::Documents { folder } => return documents::run(folder).await,
        _ => {}
    }
    let config = Config::from_env()?;
    cryptography::install();
    // Whoever types a command sees what it does.
    let traces = config.traces.as_ref().filter(|_| matches!(command, Command::Serve));
    let exported = telemetry::install(&config.log, config.log_format, traces);
    let outcome = carry_out(command, config).await;
    exported.finish().await;
    outcome
}

async fn carry_out(command: Command, config: Config) -> Result<(), Failure> {
    match command {
        Command::Serve => Ok(serve::serve(config).await?),
        Command::Migrate => migrate(&config).await,
        Command::Token { email, hours } => print_token(config, &email, hours).await,
        Command::SetPassword { email } => set_password::run(config, &email).await,
        Command::Connect { studio, owner, region, time_zone } => {
            let time_zone = time_zone.unwrap_or(zone_of(region));
            connect_account(config, region, &Place { studio, owner, time_zone }).await
        }
        Command::Sync { accounts, since } => sync::run(config, &accounts, since).await,
        Command::RotateKey => rotate_key(config).await,
        Command::Health => health::run(config.listen_addr).await,
        Command::Schema | Command::Configuration | Command::Documents { .. } => Ok(()),
    }
}

/// The operator is one of us: the cause is told, not masked.
pub fn sentence(error: Error) -> Failure {
    match error {
        Error::Client(error) => error.to_string().into(),
        Error::Internal(cause) | Error::Unavailable(cause) => chain(&*cause).into(),
    }
}

/// Not by `println!`, which panics when nobody reads any more.
fn say(text: &str) -> Result<(), Failure> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

async fn migrate(config: &Config) -> Result<(), Failure> {
    let applied = migration::migrate(config.database_url.expose_secret()).await?;
    match applied.as_slice() {
        [] => say("the database was up to date"),
        names => say(&format!("applied {}: {}", names.len(), names.join(", "))),
    }
}

async fn print_token(config: Config, email: &Email, hours: u64) -> Result<(), Failure> {
    require_migrated(&config).await?;
    let app = App::build(config).await?;
    let token = token_for(&app, email.as_str(), Duration::from_secs(hours * 3600)).await;
    app.database.clone().close().await;
    say(token?.expose_secret())
}

/// Fails unless there is a database that is up to date. Makes neither a file nor a table.
async fn require_migrated(config: &Config) -> Result<(), Failure> {
    let mut options = ConnectOptions::new(config.database_url.expose_secret());
    options.max_connections(1).acquire_timeout(ANSWER_WITHIN).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.create_if_missing(false));
    let connection = sea_orm::Database::connect(options).await.map_err(|error| {
        let cause = chain(&error);
        format!("the database cannot be opened (if it is new, run `live-gateway migrate`): {cause}")
    })?;
    let pending = migration::pending(&connection).await;
    connection.close().await?;
    match pending? {
        0 => Ok(()),
        count => Err(format!("the database lacks {count} migrations; run `live-gateway migrate`").into()),
    }
}

async fn rotate_key(config: Config) -> Result<(), Failure> {
    require_migrated(&config).await?;
    let app = App::build(config).await?;
    let rotated = rotation::rotate(&app).await;
    app.database.clone().close().await;
    let rotation = rotated.map_err(sentence)?;
    let left = rotation.accounts_left.len() + rotation.logins_left.len();
    let (anew, current) = (rotation.encrypted_anew, rotation.already_current);
    say(&format!("{anew} encrypted anew, {current} were current, {left} cannot be opened"))?;
    if left == 0 {
        return Ok(());
    }
    let (accounts, logins) = (rotation.accounts_left, rotation.logins_left);
    Err(format!("no key given here opens what these rows hold: accounts {accounts:?}, logins {logins:?}").into())
}

/// A token for the user with this e-mail address.
pub async fn token_for(app: &App, email: &str, lifetime: Duration) -> Result<SecretString, Failure> {
    let token = token_of(app, email, lifetime).await.map_err(sentence)?;
    let missing = "there is no user with this e-mail address; `live-gateway connect` and `set-password` make one";
    token.map(SecretString::from).ok_or_else(|| missing.into())
}

async fn token_of(app: &App, email: &str, lifetime: Duration) -> Result<Option<String>, Error> {
    let (scope, transaction, now) = (Scope::job_runner(), app.database.write().await?, app.clock.now());
    let Some(user) = store::user_by_email(&scope, &transaction, email).await? else { return Ok(None) };
    let sign_in_id = sign_in::by_operator(&scope, &transaction, user.id, now).await?;
    transaction.commit().await?;
    token::mint(&app.config.token_secret, user.id, sign_in_id, now, lifetime).map(Some)
}

/// Where an account goes: a studio and its owner, both made if they are not there.
struct Place {
    studio: StudioName,
    owner: Email,
    time_zone: Tz,
}

async fn connect_account(config: Config, region: Region, place: &Place) -> Result<(), Failure> {
    let credential = read_credential()?;
    migrate(&config).await?;
    let app = App::build(config).await?;
    let connected = connect_and_sync(&app, region, &credential, place).await;
    app.database.clone().close().await;
    let (listed, owner) = (connected?, place.owner.as_str());
    say(&format!("connected; {listed} sessions stored. Next: live-gateway token --email {owner}"))
}

async fn connect_and_sync(app: &App, region: Region, credential: &Credential, place: &Place) -> Result<u64, Failure> {
    let account_id = connect_in(app, region, credential, place).await?;
    sync_account(app, account_id, Reach::All).await.map_err(|error| {
        let cause = sentence(error);
        format!("connected, but not all sessions are stored; `live-gateway serve` stores the newest: {cause}").into()
    })
}

fn read_credential() -> Result<Credential, Failure> {
    if io::stdin().is_terminal() {
        writeln!(
            io::stderr(),
            "Paste the Cookie header of a browser that is signed in to Shopee, then Enter and Ctrl-D:"
        )?;
    }
    let mut cookies = Vec::new();
    io::stdin().take(LONGEST_INPUT).read_to_end(&mut cookies)?;
    let credential = String::from_utf8(cookies).ok().and_then(|text| Credential::from_cookie_header(text.trim()).ok());
    let missing = "standard input holds no Cookie header; copy it from a browser that is signed in to Shopee";
    credential.ok_or_else(|| missing.into())
}

/// Asks Shopee first, so that a credential it does not accept leaves nothing behind.
async fn connect_in(app: &App, region: Region, credential: &Credential, place: &Place) -> Result<i64, Failure> {
    let account = connect::identify(&app.shopee, region, credential).await;
    let account = account.map_err(|error| refused(Error::from(&error), region))?;
    let connected = async {
        let transaction = app.database.write().await?;
        let studio_id = studio_in(app, &transaction, place).await?;
        let stored = account.store(app, &Scope::job_runner(), &Actor::gateway(), &transaction, studio_id).await?;
        let account_id = stored.ok_or_else(connect::of_another_studio)?;
        transaction.commit().await?;
        Ok(account_id)
    };
    connected.await.map_err(sentence)
}

/// What Shopee has against a credential, for somebody who is about to connect it.
fn refused(error: Error, region: Region) -> Failure {
    match error {
        Error::Client(ClientError::Shopee(fault)) if fault.kind == ShopeeFaultKind::SignedOut => format!(
            "Shopee does not accept this Cookie header in region {region}; sign in again in the browser and copy it anew"
        )
        .into(),
        error => sentence(error),
    }
}

/// The studio of this name and owner, both made if they are not there.
pub async fn ensure_studio(app: &App, name: &str, owner: &str, time_zone: Tz) -> Result<i64, Error> {
    let studio = name.parse().map_err(|reason| Error::invalid_input("name", reason))?;
    let owner = owner.parse().map_err(|reason| Error::invalid_input("owner", reason))?;
    let transaction = app.database.write().await?;
    let studio_id = studio_in(app, &transaction, &Place { studio, owner, time_zone }).await?;
    transaction.commit().await?;
    Ok(studio_id)
}

async fn studio_in(app: &App, transaction: &DatabaseTransaction, place: &Place) -> Result<i64, Error> {
    let (scope, now) = (Scope::job_runner(), app.clock.now());
    let user_id = store::ensure_user(&scope, transaction, place.owner.as_str(), now).await?;
    store::ensure_studio(&scope, transaction, user_id, place.studio.as_str(), place.time_zone, now).await
}

fn zone_of(region: Region) -> Tz {
    region.time_zone().parse().unwrap_or(Tz::UTC)
}
