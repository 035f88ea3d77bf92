//! The gateway with a Shopee of its own, in one process: sandbox, SQLite in a temporary folder, four connected accounts (two
//! Indonesian, a Vietnamese, a Thai) with a month of history, three sessions on air, a ready sign-in. Nothing leaves this machine; everything is gone when it stops.
//!
//! `cargo run --release --example demo`, then open the printed address. `LISTEN_ADDR` chooses another one
//! of this machine: the demo's secrets are published, so it refuses to be reached from elsewhere. `ALLOWED_ORIGINS` lets pages of yours ask
//! it, such as `http://localhost:5173`.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a demo talks to whoever started it")]

use std::{error::Error, net::SocketAddr, path::Path, process::ExitCode, time::Duration};

use live_gateway::{
    account::connect,
    app::App,
    commands::{ensure_studio, sentence, set_password, token_for},
    config::Config,
    error::chain,
    identity::{password::Password, scope::Scope},
    serve::{Gateway, runtime, stop_signal},
    session::sync::{self, Reach},
    telemetry,
};
use sandbox::{AccountView, Options, Sandbox};
use secrecy::{ExposeSecret as _, SecretString};
use shopee::Credential;

const OWNER: &str = "owner@demo.example";
/// Published, as the demo's other secrets are.
const PASSWORD: &str = "a studio for a day";
const STUDIO: &str = "Demo Studio";
const A_DAY: Duration = Duration::from_secs(24 * 3600);

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    match runtime().map_err(Into::into).and_then(|runtime| runtime.block_on(run())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<()> {
    let listen = local_address()?;
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::start(Options::default()).await?;
    let mut config = config(listen, &sandbox, folder.path())?;
    telemetry::install(&config.log, config.log_format, None);

    let token = seed(&config, &sandbox).await?;
    config.graphiql_token = Some(token.clone());
    let gateway = Gateway::start(config).await?;
    announce(&gateway.url(), token.expose_secret(), &sandbox.panel_url());

    let outcome = gateway.run(stop_signal()).await;
    sandbox.stop().await;
    Ok(outcome?)
}

fn local_address() -> Outcome<SocketAddr> {
    let text = std::env::var("LISTEN_ADDR").unwrap_or_else(|_| "127.0.0.1:8000".to_owned());
    let address: SocketAddr =
        text.parse().map_err(|_| "LISTEN_ADDR is not an address and port such as 127.0.0.1:8000")?;
    if !address.ip().is_loopback() {
        return Err(
            "LISTEN_ADDR is no loopback address; the demo's secrets are published, so it serves this machine alone"
                .into(),
        );
    }
    Ok(address)
}

fn config(listen: SocketAddr, sandbox: &Sandbox, folder: &Path) -> Outcome<Config> {
    let chosen = |name, otherwise: &str| std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let variables = [
        ("LISTEN_ADDR", listen.to_string()),
        ("LOG", chosen("LOG", "warn")),
        ("ALLOWED_ORIGINS", chosen("ALLOWED_ORIGINS", "")),
        ("DATABASE_URL", format!("sqlite://{}", folder.join("demo.db").display())),
        ("TOKEN_SECRET", "only-for-the-demo-and-for-nothing-else".to_owned()),
        ("CREDENTIAL_KEY", "ZGVtbyBkZW1vIGRlbW8gZGVtbyBkZW1vIGRlbW8gISE=".to_owned()),
        ("SHOPEE_BASE_URL", sandbox.base_url_template()),
        ("SHOPEE_CALLS_PER_SECOND", "1000".to_owned()),
        ("SHOPEE_CALL_BURST", "1000".to_owned()),
        ("POLL_INTERVAL_MS", "1000".to_owned()),
        ("SYNC_INTERVAL_SECONDS", "15".to_owned()),
    ];
    Ok(Config::from_variables(variables.map(|(name, value)| (name.to_owned(), value)).into())?)
}

/// Connects the sandbox's accounts to one studio, as `live-gateway connect` would.
async fn seed(config: &Config, sandbox: &Sandbox) -> Outcome<SecretString> {
    migration::migrate(config.database_url.expose_secret()).await?;
    let app = App::build(config.clone()).await?;
    let studio = ensure_studio(&app, STUDIO, OWNER, chrono_tz::Asia::Jakarta).await.map_err(sentence)?;
    for account in sandbox.panel().accounts() {
        connect_account(&app, studio, &account).await?;
    }
    set_password::set(&app, &OWNER.parse()?, Password::typed(PASSWORD)).await.map_err(sentence)?;
    let token = token_for(&app, OWNER, A_DAY).await?;
    app.database.clone().close().await;
    Ok(token)
}

async fn connect_account(app: &App, studio: i64, account: &AccountView) -> Outcome<()> {
    let credential = Credential::from_cookie_header(&account.cookie)?;
    let region = account.region.to_string().parse()?;
    let connected = connect::connect(app, &Scope::job_runner(), studio, region, &credential).await;
    sync::sync_account(app, connected.map_err(sentence)?, Reach::All).await.map_err(sentence)?;
    Ok(())
}

fn announce(url: &str, token: &str, panel: &str) {
    println!(
        "live-gateway is running, with a Shopee of its own. Three things to try:

  1. Open {url} and run the second tab: a viewer count that moves.
  2. Open {panel} beside it: set the viewers of that session, or end it.
  3. Ask from a terminal:
     curl {url}/graphql -H 'authorization: Bearer {token}' \\
       -H 'content-type: application/json' \\
       -d '{{\"query\":\"{{ liveSessions(first: 3) {{ nodes {{ sessionName totalViewers }} }} }}\"}}'

Pages of yours may ask it once ALLOWED_ORIGINS names where they come from, such as http://localhost:5173. They sign in, as anybody, with
signIn: {OWNER}, password \"{PASSWORD}\". Stop it with Ctrl-C.
"
    );
    println!("ready url={url} token={token} panel={panel}");
}
