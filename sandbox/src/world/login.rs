//! Signing in by QR code: NEW, SCANNED, CONFIRMED, or EXPIRED after a minute, or CANCELED; the token works once.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{dice::Dice, region::Region};

const LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// Where one QR code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QrState {
    New,
    Scanned,
    Confirmed,
    Expired,
    Canceled,
}

impl QrState {
    /// The word on the wire.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Scanned => "SCANNED",
            Self::Confirmed => "CONFIRMED",
            Self::Expired => "EXPIRED",
            Self::Canceled => "CANCELED",
        }
    }
}

#[derive(Debug)]
pub(crate) struct QrCode {
    pub(crate) region: Region,
    pub(crate) token: String,
    created_at: DateTime<Utc>,
    state: QrState,
    user_id: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct QrCodes {
    dice: Dice,
    codes: BTreeMap<String, QrCode>,
}

impl QrCodes {
    pub(crate) fn new(dice: Dice) -> Self {
        Self { dice, codes: BTreeMap::new() }
    }

    /// A new code; gives its id, which needs percent-encoding in a URL, as the real ones do.
    pub(crate) fn generate(&mut self, region: Region, now: DateTime<Utc>) -> String {
        let dice = self.dice.at(self.codes.len() as u64);
        let random: Vec<u8> = (0..22).map(|place| dice.of("id").at(place).bits() as u8).collect();
        let id = format!("+/{}", STANDARD.encode(random));
        let token = dice.of("token").text(64);
        self.codes.insert(id.clone(), QrCode { region, token, created_at: now, state: QrState::New, user_id: None });
        id
    }

    pub(crate) fn get(&self, id: &str) -> Option<&QrCode> {
        self.codes.get(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &QrCode)> {
        self.codes.iter()
    }

    /// Whether the step was possible: only NEW → SCANNED, NEW or SCANNED → CONFIRMED or CANCELED.
    pub(crate) fn turn(&mut self, id: &str, to: QrState, user_id: Option<i64>, now: DateTime<Utc>) -> bool {
        let Some(code) = self.codes.get_mut(id) else { return false };
        let allowed = match code.state(now) {
            QrState::New => true,
            QrState::Scanned => to != QrState::Scanned,
            _ => false,
        };
        if allowed {
            (code.state, code.user_id) = (to, user_id);
        }
        allowed
    }

    /// The user that the token signs in; works once.
    pub(crate) fn redeem(&mut self, region: Region, token: &str) -> Option<i64> {
        let mut codes = self.codes.values_mut();
        codes
            .find(|code| code.region == region && code.state == QrState::Confirmed && code.token == token)?
            .user_id
            .take()
    }
}

impl QrCode {
    pub(crate) fn state(&self, now: DateTime<Utc>) -> QrState {
        let open = matches!(self.state, QrState::New | QrState::Scanned);
        if open && now - self.created_at >= LIFETIME { QrState::Expired } else { self.state }
    }
}
