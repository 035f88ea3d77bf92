//! Texts that are one studio's own.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use live_gateway::graphql::id::Kind;
use sandbox::AccountView;

use super::house::{BADGE, House, MARK, OWN_MARK, Side};

pub(super) struct Needles {
    texts: BTreeSet<String>,
    secrets: Vec<String>,
}

impl Needles {
    pub(super) fn of(house: &House, side: Side) -> Self {
        let accounts = house.accounts(side);
        let mut texts: BTreeSet<String> = house.things.shopee_ids(side).iter().cloned().collect();
        for account in accounts.iter().filter(|account| !is_shown_to(house, side.opposite(), account)) {
            texts.extend([account.username.clone(), account.user_id.to_string()]);
        }
        texts.extend(titles(house, side).difference(&titles(house, side.opposite())).cloned());
        match side {
            Side::First => texts.extend([OWN_MARK.to_owned()]),
            Side::Other => texts.extend(badges().chain([MARK.to_owned()])),
        }
        // Short values of cookies, such as a user's id, are no secrets.
        let cookies = accounts.iter().flat_map(|account| account.cookie.split("; "));
        let cookies = cookies.map(|pair| pair.split_once('=').unwrap().1).filter(|value| value.len() >= 16);
        Self { secrets: cookies.map(str::to_owned).collect(), texts }
    }

    /// What of the studio stands in a text.
    pub(super) fn found_in(&self, text: &str) -> Option<&str> {
        self.texts.iter().map(String::as_str).chain(self.secret_in(text)).find(|needle| text.contains(needle))
    }

    /// Which of the studio's secrets stands in a text.
    pub(super) fn secret_in(&self, text: &str) -> Option<&str> {
        self.secrets.iter().map(String::as_str).find(|secret| text.contains(secret))
    }
}

/// How the keys of the other studio's rows begin, and how they do in ids.
fn badges() -> impl Iterator<Item = String> {
    let key = (BADGE / 1_000_000).to_string();
    let ids = Kind::ALL.into_iter().map({
        let key = key.clone();
        move |kind| {
            let text = format!("{}:{key}", kind.name());
            // Three bytes are four letters, whatever follows.
            URL_SAFE_NO_PAD.encode(&text.as_bytes()[..text.len() / 3 * 3])
        }
    });
    ids.chain([key])
}

/// Whether Shopee itself shows an account to the accounts of a side, as a streamer whom they may advertise.
fn is_shown_to(house: &House, side: Side, account: &AccountView) -> bool {
    account.shop_id == 0 && house.accounts(side).iter().any(|other| other.region == account.region)
}

fn titles(house: &House, side: Side) -> BTreeSet<String> {
    let users: Vec<i64> = house.accounts(side).iter().map(|account| account.user_id).collect();
    let sessions = house.panel().sessions().into_iter().filter(|session| users.contains(&session.user_id));
    sessions.map(|session| session.title).collect()
}
