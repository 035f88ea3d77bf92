//! What a login keeps secret in its row: whoever has the code's id may collect the sign-in.

use entity::shopee_login;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use shopee::{Credential, QrCode, Region, urls};
use url::Url;

use crate::{
    account::{
        access,
        sealing::{self, Sealed},
    },
    config::CredentialKeys,
    error::{Error, Result},
};

/// A login's secret. Has no `Debug`, so that none can be printed.
#[derive(Serialize, Deserialize)]
pub struct Code {
    /// Shopee's name of the code.
    pub id: String,
    png_base64: String,
    /// What the confirmed code was turned into, until the account is stored: the code is spent by then.
    cookies: Option<String>,
}

/// Which row a secret belongs to.
#[derive(Clone, Copy)]
pub struct Place {
    pub login_id: i64,
    pub studio_id: i64,
    pub region: Region,
}

impl Place {
    pub fn of(login: &shopee_login::Model) -> Result<Self> {
        Ok(Self { login_id: login.id, studio_id: login.studio_id, region: access::region(&login.region)? })
    }

    fn name(self) -> String {
        format!("shopee_login/{}/{}/{}", self.studio_id, self.region, self.login_id)
    }
}

impl Code {
    pub fn image_url(&self) -> String {
        format!("data:image/png;base64,{}", self.png_base64)
    }

    pub fn link(&self, region: Region) -> Url {
        urls::qr_deep_link(region, &self.id)
    }

    pub fn redeemed(self, credential: &Credential) -> Self {
        Self { cookies: Some(credential.expose_cookie_header().to_owned()), ..self }
    }

    pub fn credential(&self) -> Result<Option<Credential>> {
        let credential = self.cookies.as_deref().map(Credential::from_cookie_header).transpose();
        credential.map_err(|_| sealing::unreadable())
    }

    pub fn seal(&self, keys: &CredentialKeys, place: Place) -> Result<Sealed> {
        let text = serde_json::to_vec(self).map_err(Error::internal)?;
        sealing::seal(keys, &place.name(), &text)
    }

    /// The secret of a login; `None` once the login is over.
    pub fn open(keys: &CredentialKeys, login: &shopee_login::Model) -> Result<Option<Self>> {
        let (Some(sealed), Some(key_id)) = (&login.sealed_code, &login.sealed_key_id) else { return Ok(None) };
        let opened = sealing::open(keys, &Place::of(login)?.name(), &sealed.0, key_id)?;
        serde_json::from_slice(opened.expose_secret()).map(Some).map_err(|_| sealing::unreadable())
    }
}

impl From<QrCode> for Code {
    fn from(code: QrCode) -> Self {
        Self { id: code.id, png_base64: code.png_base64, cookies: None }
    }
}
