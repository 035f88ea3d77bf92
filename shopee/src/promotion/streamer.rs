//! Whom an account may advertise.

use crate::wire::Object;

/// A streamer whom the account may advertise. All but the id is inferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Streamer {
    /// The user.
    pub user_id: i64,
    /// The user's sign-in name.
    pub user_name: Option<String>,
    /// The user's shop, if there is one.
    pub shop_id: Option<i64>,
    /// An image id or a URL; see [`crate::urls::image_url`].
    pub avatar: Option<String>,
}

impl Streamer {
    pub(super) fn read(row: &Object<'_>) -> Option<Streamer> {
        Some(Streamer {
            user_id: row.id("user_id")?,
            user_name: row.text("username"),
            shop_id: row.id("shop_id"),
            avatar: row.text("avatar"),
        })
    }
}
