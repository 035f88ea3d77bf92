//! Signing in by QR code, and asking who is signed in.
//!
//! [`Client::gen_qrcode`] → the picture is scanned with Shopee's app → [`Client::qrcode_status`] every second or two →
//! on [`QrState::Confirmed`], [`Client::qrcode_login`] turns the token into cookies.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use crate::calls;
use crate::client::{Ask, Client};
use crate::credential::{Account, Credential};
use crate::envelope::Answer;
use crate::error::Error;
use crate::region::Region;
use crate::urls;

/// A QR code to sign in with. Good for about a minute. Whoever has the id may collect the sign-in, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct QrCode {
    /// Names the code in [`Client::qrcode_status`].
    pub id: String,
    /// The picture: a PNG in base64, without a `data:` prefix.
    pub png_base64: String,
    /// What the picture says, for a phone that cannot scan its own screen.
    pub link: Url,
}

impl fmt::Debug for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QrCode")
    }
}

/// How far a sign-in by QR code has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QrState {
    /// Nobody has scanned it yet.
    New,
    /// Scanned, not yet confirmed.
    Scanned,
    /// Confirmed; the token is there.
    Confirmed,
    /// Too late.
    Expired,
    /// The user declined.
    Canceled,
    /// A state this client does not know.
    Unknown(String),
}

/// What [`Client::qrcode_status`] answers.
#[derive(Debug, Clone)]
pub struct QrStatus {
    /// How far it has come.
    pub state: QrState,
    /// What [`Client::qrcode_login`] wants; only once confirmed, and good for one use.
    pub token: Option<SecretString>,
}

/// The account that the cookies sign in. Shopee also tells the e-mail address, which is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInfo {
    /// The user.
    pub user_id: i64,
    /// The user's sign-in name.
    pub user_name: Option<String>,
    /// The user's shop, if there is one.
    pub shop_id: Option<i64>,
    /// The name that others see.
    pub nickname: Option<String>,
    /// Whether the user sells. Affiliate streamers do not.
    pub is_seller: Option<bool>,
}

impl Client {
    /// Asks for a new QR code to sign in with. Sent once: each request makes another code.
    pub async fn gen_qrcode(&self, region: Region) -> Result<QrCode, Error> {
        self.ask(Ask::public(&calls::GEN_QRCODE, region), |answer| qr_code(region, answer)).await
    }

    /// Asks how far the sign-in has come.
    pub async fn qrcode_status(&self, region: Region, qrcode_id: &str) -> Result<QrStatus, Error> {
        let ask = Ask::public(&calls::QRCODE_STATUS, region).query("qrcode_id", qrcode_id);
        self.ask(ask, qr_status).await
    }

    /// Turns the token of a confirmed sign-in into a credential. A write: the token is spent even if no answer comes.
    pub async fn qrcode_login(&self, region: Region, token: &SecretString) -> Result<Credential, Error> {
        let ask = Ask::public(&calls::QRCODE_LOGIN, region).body(json!({
            "qrcode_token": token.expose_secret(),
            "device_sz_fingerprint": "",
            "client_identifier": { "security_device_fingerprint": "" },
            "support_ivs": true,
        }));
        self.ask(ask, credential).await
    }

    /// Asks whom the cookies sign in. Anything but an account is [`Error::SignedOut`].
    pub async fn account_info(&self, account: &Account<'_>) -> Result<AccountInfo, Error> {
        self.ask(Ask::signed(&calls::ACCOUNT_INFO, account), account_info).await
    }
}

pub(crate) fn qr_code(region: Region, answer: &Answer) -> Result<QrCode, Error> {
    let data = answer.some_object()?;
    let id = data.text("qrcode_id").ok_or_else(|| answer.garbled("no qrcode_id"))?;
    let png_base64 = data.text("qrcode_base64").filter(|text| is_png(text));
    let png_base64 = png_base64.ok_or_else(|| answer.garbled("no PNG in qrcode_base64"))?;
    Ok(QrCode { link: urls::qr_deep_link(region, &id), id, png_base64 })
}

/// The picture ends up in a page's `data:` URL, so what is in it is looked at first.
fn is_png(base64: &str) -> bool {
    STANDARD.decode(base64).is_ok_and(|bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n"))
}

pub(crate) fn qr_status(answer: &Answer) -> Result<QrStatus, Error> {
    let data = answer.some_object()?;
    let state = match data.text("status").ok_or_else(|| answer.garbled("no status"))?.as_str() {
        "NEW" => QrState::New,
        "SCANNED" => QrState::Scanned,
        "CONFIRMED" => QrState::Confirmed,
        "EXPIRED" => QrState::Expired,
        "CANCELED" => QrState::Canceled,
        other => QrState::Unknown(other.to_owned()),
    };
    Ok(QrStatus { state, token: data.text("qrcode_token").map(SecretString::from) })
}

pub(crate) fn credential(answer: &Answer) -> Result<Credential, Error> {
    Credential::from_set_cookies(&answer.set_cookies).map_err(|_| answer.garbled("no session cookie was set"))
}

pub(crate) fn account_info(answer: &Answer) -> Result<AccountInfo, Error> {
    let data = answer.some_object()?;
    Ok(AccountInfo {
        user_id: data.id("userid").ok_or_else(|| answer.garbled("no userid"))?,
        user_name: data.text("username"),
        shop_id: data.id("shopid"),
        nickname: data.text("nickname"),
        is_seller: data.flag("is_seller"),
    })
}
