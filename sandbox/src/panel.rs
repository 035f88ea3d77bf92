//! The control surface in process: looks at the simulated marketplace and changes it. Cheap to clone, never blocks for
//! long, and sees the same world as the HTTP side at the same instant.

mod offers;
mod views;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::{
    offers::{CampaignView, CoinOfferView, CoinView, EditView},
    views::{AccountView, ClockView, ProductView, QrView, SessionView},
};
use crate::{
    Options, SignedOut,
    clock::Clock,
    faults::{Fault, Faults},
    ledger::{CallRecord, Ledger},
    world::{QrState, Session, World},
};

const MOST_VIEWERS: u64 = 10_000_000;

/// A handle on one sandbox.
#[derive(Debug, Clone)]
pub struct Panel {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    inside: Mutex<Inside>,
    /// Counts how often faults were cleared; what hangs waits for the next time.
    cleared: watch::Sender<u64>,
    stop: CancellationToken,
}

/// Everything that one lock guards, so that time, events and reads have one order.
#[derive(Debug)]
pub(crate) struct Inside {
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) ledger: Ledger,
    pub(crate) signed_out: SignedOut,
}

/// Why the panel did not do as told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelError {
    /// No session of this id.
    UnknownSession,
    /// The session is over.
    SessionEnded,
    /// No account of this user id.
    UnknownAccount,
    /// No QR code of this id.
    UnknownQrCode,
    /// The QR code has expired, is confirmed or canceled, or belongs to another region than the account.
    QrCodeNotOpen,
    /// Simulated time only goes forward, at most 400 days at once.
    TimeRefused,
}

impl Panel {
    pub(crate) fn new(options: &Options, stop: CancellationToken) -> Self {
        let clock = Clock::start(options.starts_at, options.speed, options.frozen);
        let inside = Inside {
            world: World::new(options.seed, clock),
            faults: Faults::default(),
            ledger: Ledger::default(),
            signed_out: options.signed_out,
        };
        Self { shared: Arc::new(Shared { inside: Mutex::new(inside), cleared: watch::Sender::new(0), stop }) }
    }

    /// Every account, in a fixed order; the first has two sessions on air at the start.
    pub fn accounts(&self) -> Vec<AccountView> {
        self.inside().world.accounts.iter().map(AccountView::of).collect()
    }

    /// Every session, the oldest first.
    pub fn sessions(&self) -> Vec<SessionView> {
        let mut inside = self.inside();
        let now = inside.world.clock.now();
        inside.world.sessions.values_mut().map(|session| SessionView::of(session, now)).collect()
    }

    /// The sessions on air, the oldest first; cheaper than to pick them out of all.
    pub fn on_air(&self) -> Vec<SessionView> {
        let mut inside = self.inside();
        let now = inside.world.clock.now();
        let sessions = inside.world.sessions.values_mut().filter(|session| session.is_on_air());
        sessions.map(|session| SessionView::of(session, now)).collect()
    }

    /// One session.
    pub fn session(&self, session_id: i64) -> Option<SessionView> {
        let mut inside = self.inside();
        let now = inside.world.clock.now();
        inside.world.sessions.get_mut(&session_id).map(|session| SessionView::of(session, now))
    }

    /// What each product of a session sold, in the order of its bag; empty if there is no such session.
    pub fn products(&self, session_id: i64) -> Vec<ProductView> {
        let mut inside = self.inside();
        let now = inside.world.clock.now();
        let session = inside.world.sessions.get_mut(&session_id);
        session.map(|session| ProductView::all_of(session, now)).unwrap_or_default()
    }

    /// Takes every so many-th placed order of a session back, as if Shopee had found it to be none: all its figures fall, also those of
    /// a session that ended long ago.
    pub fn take_orders_back(&self, session_id: i64, every: usize) -> Result<(), PanelError> {
        let mut inside = self.inside();
        let now = inside.world.clock.now();
        let session = inside.world.sessions.get_mut(&session_id).ok_or(PanelError::UnknownSession)?;
        session.take_orders_back(now, every);
        Ok(())
    }

    /// Holds the current viewers at `count` (at most ten million) until released; peak and totals follow at once, orders
    /// and the rest from the next minute on.
    pub fn set_viewers(&self, session_id: i64, count: u64) -> Result<(), PanelError> {
        self.while_on_air(session_id, |session, now| session.pin_viewers(now, Some(count.min(MOST_VIEWERS))))
    }

    /// Lets the current viewers move by themselves again.
    pub fn release_viewers(&self, session_id: i64) -> Result<(), PanelError> {
        self.while_on_air(session_id, |session, now| session.pin_viewers(now, None))
    }

    /// The account goes on air now; gives the id of the session.
    pub fn start_session(&self, user_id: i64, title: impl Into<String>) -> Result<i64, PanelError> {
        self.inside().world.start_session(user_id, title.into()).ok_or(PanelError::UnknownAccount)
    }

    /// Ends the session now.
    pub fn end_session(&self, session_id: i64) -> Result<(), PanelError> {
        self.while_on_air(session_id, Session::end)
    }

    /// Simulated time and how it runs.
    pub fn clock(&self) -> ClockView {
        ClockView::of(&self.inside().world.clock)
    }

    /// Moves simulated time ahead, at most 400 days at once.
    pub fn step(&self, by: Duration) {
        self.inside().world.clock.step(by);
    }

    /// Jumps ahead to an instant.
    pub fn set_time(&self, to: DateTime<Utc>) -> Result<(), PanelError> {
        if self.inside().world.clock.set(to) { Ok(()) } else { Err(PanelError::TimeRefused) }
    }

    /// Stops simulated time; `step` still moves it.
    pub fn freeze(&self) {
        self.inside().world.clock.freeze();
    }

    /// Lets simulated time run again.
    pub fn resume(&self) {
        self.inside().world.clock.resume();
    }

    /// Simulated seconds in a real one, 0 to 10,000.
    pub fn set_speed(&self, speed: f64) {
        self.inside().world.clock.set_speed(speed);
    }

    /// None of the account's cookies counts any more.
    pub fn expire_cookie(&self, user_id: i64) -> Result<(), PanelError> {
        self.set_signed_in(user_id, false)
    }

    /// The account's cookies count again, the same ones as before.
    pub fn renew(&self, user_id: i64) -> Result<(), PanelError> {
        self.set_signed_in(user_id, true)
    }

    /// How requests without good cookies are answered.
    pub fn set_signed_out(&self, style: SignedOut) {
        self.inside().signed_out = style;
    }

    /// Every QR login so far.
    pub fn qr_codes(&self) -> Vec<QrView> {
        let inside = self.inside();
        let now = inside.world.clock.now();
        inside.world.logins.iter().map(|(id, code)| QrView::of(id, code, now)).collect()
    }

    /// The phone has read the code.
    pub fn scan_qr(&self, id: &str) -> Result<(), PanelError> {
        self.turn_qr(id, QrState::Scanned, None)
    }

    /// The user confirms on the phone, which scans the code first if need be.
    pub fn confirm_qr(&self, id: &str, user_id: i64) -> Result<(), PanelError> {
        self.turn_qr(id, QrState::Confirmed, Some(user_id))
    }

    /// The user declines on the phone.
    pub fn cancel_qr(&self, id: &str) -> Result<(), PanelError> {
        self.turn_qr(id, QrState::Canceled, None)
    }

    /// From now on, calls that match go wrong.
    pub fn inject(&self, fault: Fault) {
        self.inside().faults.inject(fault);
    }

    /// Ends every fault; what hangs goes on.
    pub fn clear_faults(&self) {
        self.inside().faults.clear();
        self.shared.cleared.send_modify(|times| *times += 1);
    }

    /// The faults in force, with the times left.
    pub fn faults(&self) -> Vec<Fault> {
        self.inside().faults.in_force().to_vec()
    }

    /// How often a call came since the start or the last reset, in all regions.
    pub fn calls(&self, call: &str) -> u64 {
        self.inside().ledger.count(call)
    }

    /// The same for every call that came.
    pub fn calls_by_name(&self) -> BTreeMap<String, u64> {
        self.inside().ledger.counts()
    }

    /// The last thousand calls, the oldest first.
    pub fn call_log(&self) -> Vec<CallRecord> {
        self.inside().ledger.log()
    }

    /// Forgets all calls.
    pub fn reset_calls(&self) {
        self.inside().ledger.reset();
    }

    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.shared.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn cleared(&self) -> watch::Receiver<u64> {
        self.shared.cleared.subscribe()
    }

    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.shared.stop
    }

    fn while_on_air(&self, session_id: i64, act: impl FnOnce(&mut Session, DateTime<Utc>)) -> Result<(), PanelError> {
        let mut inside = self.inside();
        let now = inside.world.clock.now();
        let session = inside.world.sessions.get_mut(&session_id).ok_or(PanelError::UnknownSession)?;
        if !session.is_on_air() {
            return Err(PanelError::SessionEnded);
        }
        act(session, now);
        Ok(())
    }

    fn set_signed_in(&self, user_id: i64, signed_in: bool) -> Result<(), PanelError> {
        let mut inside = self.inside();
        let account = inside.world.account_mut(user_id).ok_or(PanelError::UnknownAccount)?;
        account.signed_in = signed_in;
        Ok(())
    }

    fn turn_qr(&self, id: &str, to: QrState, user_id: Option<i64>) -> Result<(), PanelError> {
        let mut inside = self.inside();
        let now = inside.world.clock.now();
        let region = inside.world.logins.get(id).ok_or(PanelError::UnknownQrCode)?.region;
        if let Some(user_id) = user_id {
            let account = inside.world.account(user_id).ok_or(PanelError::UnknownAccount)?;
            if account.plan.region != region {
                return Err(PanelError::QrCodeNotOpen);
            }
        }
        if inside.world.logins.turn(id, to, user_id, now) { Ok(()) } else { Err(PanelError::QrCodeNotOpen) }
    }
}

impl std::fmt::Display for PanelError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::UnknownSession => "there is no session of this id",
            Self::SessionEnded => "the session is over",
            Self::UnknownAccount => "there is no account of this user id",
            Self::UnknownQrCode => "there is no QR code of this id",
            Self::QrCodeNotOpen => "the QR code cannot take this step any more, or not for this account",
            Self::TimeRefused => "simulated time only goes forward, at most 400 days at once",
        })
    }
}

impl std::error::Error for PanelError {}
