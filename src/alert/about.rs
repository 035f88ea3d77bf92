//! What an alert is about, as a row holds it.

use entity::alert::ActiveModel;
use sea_orm::ActiveValue::Set;

use crate::graphql::id::{GlobalId, Kind};

/// As it stands in `alerts.subject`.
pub fn subject(about: GlobalId) -> String {
    format!("{}:{}", about.kind.name(), about.key)
}

/// What a subject names; `None` for what another version wrote.
pub fn about(subject: &str) -> Option<GlobalId> {
    let (name, key) = subject.split_once(':')?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
    Some(GlobalId::new(kind, key.parse().ok()?))
}

/// Names what an alert is about in its row, such that it goes with it.
pub fn write(row: &mut ActiveModel, about: GlobalId) {
    row.subject = Set(subject(about));
    let key = Set(Some(about.key));
    match about.kind {
        Kind::LiveSession => row.live_session_id = key,
        Kind::LiveSessionItem => row.live_session_item_id = key,
        Kind::ShopeeAccount => row.shopee_account_id = key,
        Kind::CoinGiveout | Kind::PromotionEdit => row.intent_id = key,
        Kind::Studio | Kind::Membership | Kind::Invitation | Kind::ShopeeLogin | Kind::Alert | Kind::Job => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_read_back() {
        for kind in Kind::ALL {
            let id = GlobalId::new(kind, 17);
            assert_eq!(about(&subject(id)), Some(id));
        }
        assert_eq!(about("Moon:1"), None);
        assert_eq!(about("Studio"), None);
    }
}
