//! What an operator runs: each command prints what it did, and fails with a sentence that says what to do.
#![expect(clippy::print_stdout, reason = "answering on standard output is what commands are for")]

use std::{io::Read as _, time::Duration};

use chrono_tz::Tz;
use clap::Subcommand;
use secrecy::{ExposeSecret as _, SecretString};
use shopee::{Credential, Region};

use crate::{
    account::{connect, scope::Scope, store, token},
    api,
    app::App,
    config::Config,
    error::Error,
    serve,
    session::sync::{self, Reach},
    telemetry,
};

/// What went wrong, in words for the operator.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

#[derive(Subcommand)]
pub enum Command {
    /// Serve GraphQL, GraphiQL and the probes until told to stop.
    Serve,
    /// Bring the database up to date, and say what was done.
    Migrate,
    /// Print the schema (SDL).
    Schema,
    /// Print a bearer token for a user.
    Token {
        /// The user's e-mail address.
        #[arg(long)]
        email: String,
        /// How long the token is good for, in hours.
        #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=8760))]
        hours: u64,
    },
    /// Connect a Shopee account: reads the browser's Cookie header from standard input, asks Shopee whose it is, and stores
    /// the account with all its sessions. Makes the user and the studio if they are not there.
    Connect {
        /// The studio's name.
        #[arg(long)]
        studio: String,
        /// E-mail address of the studio's owner.
        #[arg(long)]
        owner: String,
        /// The account's Shopee region: ID, VN, TH, MY, SG, PH, TW or BR.
        #[arg(long)]
        region: Region,
        /// The studio's IANA time zone, such as Asia/Jakarta; by default that of the region.
        #[arg(long)]
        time_zone: Option<Tz>,
    },
}

/// Runs one command.
pub async fn run(command: Command) -> Outcome {
    if let Command::Schema = command {
        print!("{}", api::sdl());
        return Ok(());
    }
    let config = Config::from_env()?;
    telemetry::install(&config.log, config.log_format);
    match command {
        Command::Serve => Ok(serve::serve(config).await?),
        Command::Migrate => migrate(&config).await,
        Command::Token { email, hours } => mint(config, &email, hours).await,
        Command::Connect { studio, owner, region, time_zone } => {
            connect_account(config, &studio, &owner, region, time_zone).await
        }
        Command::Schema => Ok(()),
    }
}

async fn migrate(config: &Config) -> Outcome {
    let applied = migration::migrate(config.database_url.expose_secret()).await?;
    match applied.as_slice() {
        [] => println!("the database was up to date"),
        names => println!("applied {}: {}", names.len(), names.join(", ")),
    }
    Ok(())
}

async fn mint(config: Config, email: &str, hours: u64) -> Outcome {
    let app = App::build(config).await?;
    let token = token_for(&app, email, Duration::from_secs(hours * 3600)).await?;
    println!("{}", token.expose_secret());
    Ok(())
}

/// A token for the user with this e-mail address.
pub async fn token_for(
    app: &App,
    email: &str,
    lifetime: Duration,
) -> Result<SecretString, Box<dyn std::error::Error + Send + Sync>> {
    let statements = app.database.read(std::sync::Arc::default());
    let user = store::user_by_email(&Scope::job_runner(), &statements, email).await.map_err(sentence)?;
    let user = user.ok_or("there is no user with this e-mail address; `live-gateway connect` makes one")?;
    let token = token::mint(&app.config.token_secret, user.id, app.clock.now(), lifetime).map_err(sentence)?;
    Ok(SecretString::from(token))
}

async fn connect_account(config: Config, studio: &str, owner: &str, region: Region, time_zone: Option<Tz>) -> Outcome {
    migrate(&config).await?;
    let mut cookies = String::new();
    std::io::stdin().read_to_string(&mut cookies)?;
    let credential = Credential::from_cookie_header(cookies.trim())
        .map_err(|_| "standard input holds no Cookie header; copy it from a browser that is signed in to Shopee")?;
    let app = App::build(config).await?;
    let studio_id = ensure_studio(&app, studio, owner, time_zone.unwrap_or(zone_of(region))).await.map_err(sentence)?;
    let account_id =
        connect::connect(&app, &Scope::job_runner(), studio_id, region, &credential).await.map_err(sentence)?;
    let listed = sync::sync_account(&app, account_id, Reach::All).await.map_err(sentence)?;
    println!("connected; {listed} sessions stored. Next: live-gateway token --email {owner}");
    Ok(())
}

/// The studio of this name and owner, both made if they are not there.
pub async fn ensure_studio(app: &App, name: &str, owner: &str, time_zone: Tz) -> Result<i64, Error> {
    let (scope, now) = (Scope::job_runner(), app.clock.now());
    let transaction = app.database.write().await?;
    let user_id = store::ensure_user(&scope, &transaction, owner, now).await?;
    let studio_id = store::ensure_studio(&scope, &transaction, user_id, name, time_zone, now).await?;
    transaction.commit().await?;
    Ok(studio_id)
}

fn zone_of(region: Region) -> Tz {
    region.time_zone().parse().unwrap_or(Tz::UTC)
}

/// The operator is one of us: the cause is told, not masked.
fn sentence(error: Error) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        Error::Client(error) => error.to_string().into(),
        Error::Internal(cause) => cause.to_string().into(),
    }
}
