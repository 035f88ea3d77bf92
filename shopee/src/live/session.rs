//! The session object: a session as its viewers' and its host's apps get it.

use chrono::{DateTime, Utc};

use crate::envelope::Answer;
use crate::error::Error;

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomStatus {
    /// 0: not on air yet.
    Created,
    /// 1
    OnAir,
    /// 2
    Ended,
    /// A number this client does not know.
    Unknown(i64),
}

/// A session as the apps get it. `None` means not reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSession {
    /// The host.
    pub user_id: Option<i64>,
    /// The host's shop, if there is one.
    pub shop_id: Option<i64>,
    /// The host's sign-in name.
    pub user_name: Option<String>,
    /// The name that others see.
    pub nickname: Option<String>,
    /// An image id; see [`crate::urls::image_url`].
    pub avatar: Option<String>,
    /// What the host called the session.
    pub title: Option<String>,
    /// What the host says of it.
    pub description: Option<String>,
    /// An image id; see [`crate::urls::image_url`].
    pub cover_image: Option<String>,
    /// How far it has come.
    pub status: Option<RoomStatus>,
    /// How many watch, as apps show it.
    pub viewers: Option<i64>,
    /// Likes.
    pub likes: Option<i64>,
    /// Items in the bag.
    pub items: Option<i64>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it went on air.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// A signed FLV stream.
    pub play_url: Option<String>,
}

impl RoomStatus {
    fn of(number: i64) -> RoomStatus {
        match number {
            0 => RoomStatus::Created,
            1 => RoomStatus::OnAir,
            2 => RoomStatus::Ended,
            other => RoomStatus::Unknown(other),
        }
    }
}

impl RoomSession {
    /// The signature for the chat, which comes along, is not read.
    pub(crate) fn read(answer: &Answer) -> Result<Option<RoomSession>, Error> {
        let Some(data) = answer.object()? else { return Ok(None) };
        let session = data.object("session").ok_or_else(|| answer.garbled("no session"))?;
        Ok(Some(RoomSession {
            user_id: session.id("uid"),
            shop_id: session.id("shop_id"),
            user_name: session.text("username"),
            nickname: session.text("nickname"),
            avatar: session.text("avatar"),
            title: session.text("title"),
            description: session.text("description"),
            cover_image: session.text("cover_pic"),
            status: session.count("status").map(RoomStatus::of),
            viewers: session.count("member_cnt"),
            likes: session.count("like_cnt"),
            items: session.count("items_cnt"),
            created_at: session.moment("create_time"),
            started_at: session.moment("start_time"),
            ended_at: session.moment("end_time"),
            play_url: session.link("play_url"),
        }))
    }
}
