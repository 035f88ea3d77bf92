//! Global ids: opaque to clients, and naming both the kind of a thing and its key to us.

use async_graphql::ID;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::error::{Error, Result};

/// The kinds of things that have global ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Studio,
    Membership,
    Invitation,
    ShopeeAccount,
    ShopeeLogin,
    LiveSession,
    LiveSessionItem,
    CoinGiveout,
    PromotionEdit,
    Alert,
    Job,
}

impl Kind {
    pub const ALL: [Self; 11] = [
        Self::Studio,
        Self::Membership,
        Self::Invitation,
        Self::ShopeeAccount,
        Self::ShopeeLogin,
        Self::LiveSession,
        Self::LiveSessionItem,
        Self::CoinGiveout,
        Self::PromotionEdit,
        Self::Alert,
        Self::Job,
    ];

    /// As it stands in ids.
    pub fn name(self) -> &'static str {
        match self {
            Self::Studio => "Studio",
            Self::Membership => "Membership",
            Self::Invitation => "Invitation",
            Self::ShopeeAccount => "ShopeeAccount",
            Self::ShopeeLogin => "ShopeeLogin",
            Self::LiveSession => "LiveSession",
            Self::LiveSessionItem => "LiveSessionItem",
            Self::CoinGiveout => "CoinGiveout",
            Self::PromotionEdit => "PromotionEdit",
            Self::Alert => "Alert",
            Self::Job => "Job",
        }
    }

    /// As it stands in sentences.
    fn with_article(self) -> String {
        let article = if self.name().starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
        format!("{article} {}", self.name())
    }
}

/// One thing: its kind and its key in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GlobalId {
    pub kind: Kind,
    pub key: i64,
}

impl GlobalId {
    pub fn new(kind: Kind, key: i64) -> Self {
        Self { kind, key }
    }

    pub fn encode(self) -> ID {
        ID(URL_SAFE_NO_PAD.encode(format!("{}:{}", self.kind.name(), self.key)))
    }

    /// `None` for anything that [`encode`](Self::encode) does not produce.
    pub fn decode(id: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
        let (name, key) = text.split_once(':')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
        let decoded = Self { kind, key: key.parse().ok()? };
        (decoded.encode().as_str() == id).then_some(decoded)
    }

    /// The key of an id that has to be of one kind.
    pub fn key_of(id: &ID, kind: Kind, argument: &'static str) -> Result<i64> {
        match Self::decode(id) {
            Some(decoded) if decoded.kind == kind => Ok(decoded.key),
            _ => Err(Error::invalid_input(argument, format!("is not the id of {}", kind.with_article()))),
        }
    }
}

/// The number that an id of Shopee's own is: whole and above zero.
pub fn shopee_id(id: &ID, argument: &'static str) -> Result<i64> {
    let digits = !id.is_empty() && id.bytes().all(|letter| letter.is_ascii_digit());
    let number = id.parse().ok().filter(|number| digits && *number > 0);
    number.ok_or_else(|| Error::invalid_input(argument, "is not an id of Shopee: a whole number above zero"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_article_fits_its_noun() {
        assert_eq!(Kind::Alert.with_article(), "an Alert");
        assert_eq!(Kind::LiveSession.with_article(), "a LiveSession");
    }

    #[test]
    fn ids_read_back_and_nothing_else_does() {
        for kind in Kind::ALL {
            let id = GlobalId::new(kind, 17);
            assert_eq!(GlobalId::decode(&id.encode()), Some(id));
        }
        let plus_sign = URL_SAFE_NO_PAD.encode("LiveSession:+17");
        for text in ["", "17", "LiveSession:17", "TGl2ZVNlc3Npb246", "@@@", plus_sign.as_str()] {
            assert_eq!(GlobalId::decode(text), None, "{text}");
        }
    }
}
