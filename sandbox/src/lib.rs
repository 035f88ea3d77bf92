//! A local Shopee over real HTTP: a simulator with its own clock and seed, for tests and the demo.
//!
//! It speaks the auth, creator, live, items, coins and ads families of the wire, every host role and region under a path prefix of one
//! listener, and has a control panel in process and over HTTP. It shares no types with any client. It keeps nothing, opens
//! no connection, and is no part of a deployment. What it assumes about the real thing stands in the README.
//!
//! Always true: totals of a session never fall, peak ≥ current viewers, viewers ≥ peak, sales are the exact sum of the
//! orders, and two reads at one instant agree whichever call they come through.
//!
//! Reading order: `panel` is what users see; `world` is the simulation; `http` writes it in Shopee's words.

mod clock;
mod dice;
mod faults;
mod http;
mod ledger;
mod panel;
mod region;
mod world;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use crate::{
    faults::{Fault, FaultKind},
    ledger::CallRecord,
    panel::{
        AccountView, CampaignView, ClockView, CoinOfferView, CoinView, EditView, Panel, PanelError, ProductView,
        QrView, SessionView,
    },
    region::Region,
};

const GRACE: Duration = Duration::from_secs(2);

/// How a sandbox starts. The default listens on a free port of the loopback, seed 1, real time.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The same seed and the same steps of the clock give the same world.
    pub seed: u64,
    /// Simulated seconds in a real one, 0 to 10,000.
    pub speed: f64,
    /// Simulated time at the start; None means the real time.
    pub starts_at: Option<DateTime<Utc>>,
    /// Whether simulated time stands still until stepped or resumed.
    pub frozen: bool,
    /// How requests without good cookies are answered.
    pub signed_out: SignedOut,
}

/// How creator and seller hosts answer a request without good cookies; all of these have been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignedOut {
    /// 401 for cookies that have expired, empty data for none or unknown ones.
    #[default]
    Mixed,
    /// 200, code 0 and `data: null`.
    EmptyData,
    /// HTTP 401.
    Unauthorized,
    /// HTTP 403.
    Forbidden,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            speed: 1.0,
            starts_at: None,
            frozen: false,
            signed_out: SignedOut::Mixed,
        }
    }
}

/// A running sandbox; it stops when dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    panel: Panel,
    server: JoinHandle<()>,
}

impl Sandbox {
    /// Builds the world and listens. Fails only if the address cannot be had.
    pub fn start(options: Options) -> BoxFuture<'static, io::Result<Self>> {
        Self::started(options).boxed()
    }

    async fn started(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let panel = Panel::new(&options, stop.clone());
        let serve = axum::serve(listener, http::router(panel.clone())).with_graceful_shutdown(stop.cancelled_owned());
        let server = tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "the sandbox stopped serving");
            }
        });
        Ok(Self { address, panel, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of every host, with `{region}` (small letters) and `{role}` (mall, live, creator, seller, …) to fill in.
    pub fn base_url_template(&self) -> String {
        format!("http://{}/{{region}}/{{role}}", self.address)
    }

    /// The control panel's page.
    pub fn panel_url(&self) -> String {
        format!("http://{}/panel", self.address)
    }

    /// The control panel in process.
    pub fn panel(&self) -> &Panel {
        &self.panel
    }

    /// Stops listening and ends every connection; what hangs is let go.
    pub async fn stop(mut self) {
        self.panel.stop().cancel();
        if tokio::time::timeout(GRACE, &mut self.server).await.is_err() {
            self.server.abort();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.panel.stop().cancel();
    }
}
