//! Where each call goes: one table of base URLs, by region and role. Shopee's own hosts unless configuration says otherwise.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use url::Url;

use crate::region::Region;

/// What a Shopee host is for. Each region has one host a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostRole {
    /// The shop front: sign-in and account.
    Mall,
    /// Live sessions as viewers and hosts see them.
    Live,
    /// Viewer chat.
    Chatroom,
    /// Live analytics.
    Creator,
    /// The seller centre: the same analytics, and ads.
    Seller,
    /// The seller centre's app interface. No evidence of it outside one client.
    SellerApp,
}

impl HostRole {
    /// Every role, in the order of the declaration.
    pub const ALL: [HostRole; 6] =
        [HostRole::Mall, HostRole::Live, HostRole::Chatroom, HostRole::Creator, HostRole::Seller, HostRole::SellerApp];

    fn name(self) -> &'static str {
        match self {
            HostRole::Mall => "mall",
            HostRole::Live => "live",
            HostRole::Chatroom => "chatroom",
            HostRole::Creator => "creator",
            HostRole::Seller => "seller",
            HostRole::SellerApp => "seller_app",
        }
    }

    fn label(self, region: Region) -> &'static str {
        match (self, region) {
            (HostRole::Mall, _) => "",
            (HostRole::Live, _) => "live.",
            (HostRole::Chatroom, _) => "chatroom-live.",
            (HostRole::Creator, _) => "creator.",
            (HostRole::Seller, Region::Vn) => "banhang.",
            (HostRole::Seller, _) => "seller.",
            (HostRole::SellerApp, _) => "seller-app.",
        }
    }
}

impl fmt::Display for HostRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is not the name of a host role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the host roles mall, live, chatroom, creator, seller, seller_app")]
pub struct UnknownHostRole;

impl FromStr for HostRole {
    type Err = UnknownHostRole;

    /// Capitals and small letters alike.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(text)).ok_or(UnknownHostRole)
    }
}

/// Why a text cannot be the base of Shopee's URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    /// Not a URL at all.
    #[error("not an absolute URL")]
    NotAUrl,
    /// `file:`, `ftp:` and the like.
    #[error("neither http nor https")]
    Scheme,
    /// Something beside scheme, host, port and path.
    #[error("a base URL has no user, password, query or fragment")]
    Excess,
    /// Braces around something else than `region` or `role`.
    #[error("the placeholders are {{region}} and {{role}}")]
    Placeholder,
}

/// The base URL of every region and role. A call's path is appended to it.
#[derive(Debug, Clone)]
pub struct Hosts(HashMap<(Region, HostRole), Url>);

impl Hosts {
    /// Shopee's own hosts.
    pub fn shopee() -> Hosts {
        let shopee = |region: Region, role: HostRole| {
            format!("https://{}shopee.{}", role.label(region), region.top_level_domain())
        };
        match Self::table(shopee) {
            Ok(hosts) => hosts,
            Err(_) => unreachable!("labels and domains above are host names"),
        }
    }

    /// All hosts after one pattern, such as `http://127.0.0.1:9100/{region}/{role}`. The region is written in small letters.
    pub fn from_template(template: &str) -> Result<Hosts, InvalidBaseUrl> {
        Self::table(|region, role| {
            template.replace("{region}", &region.code().to_ascii_lowercase()).replace("{role}", role.name())
        })
    }

    /// Replaces the base of one region and role. `http` and `https` only.
    pub fn set(&mut self, region: Region, role: HostRole, base: &str) -> Result<(), InvalidBaseUrl> {
        self.0.insert((region, role), parse(base)?);
        Ok(())
    }

    /// The base of one region and role.
    pub fn base(&self, region: Region, role: HostRole) -> &Url {
        &self.0[&(region, role)]
    }

    /// The one place where entries are made, so every pair of region and role has one.
    fn table(base: impl Fn(Region, HostRole) -> String) -> Result<Hosts, InvalidBaseUrl> {
        let pairs = Region::ALL.into_iter().flat_map(|region| HostRole::ALL.map(|role| (region, role)));
        pairs
            .map(|(region, role)| Ok(((region, role), parse(&base(region, role))?)))
            .collect::<Result<_, _>>()
            .map(Hosts)
    }
}

/// Reads the base of URLs. `http` and `https` only.
pub(crate) fn parse(base: &str) -> Result<Url, InvalidBaseUrl> {
    if base.contains(['{', '}']) {
        return Err(InvalidBaseUrl::Placeholder);
    }
    let url = Url::parse(base).map_err(|_| InvalidBaseUrl::NotAUrl)?;
    let excess =
        !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some();
    match url.scheme() {
        "http" | "https" if excess => Err(InvalidBaseUrl::Excess),
        "http" | "https" => Ok(url),
        _ => Err(InvalidBaseUrl::Scheme),
    }
}
