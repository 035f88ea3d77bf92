use async_graphql::{ID, SimpleObject};
use shopee::OffsetPage;

use crate::{
    engine::joined::Observed,
    graphql::{freshness::Freshness, long::Long},
};

/// The streamers whom an account may advertise.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct StreamerList {
    /// How many there are, as Shopee counts them; null when it did not tell.
    total: Option<Long>,
    /// The streamers, in Shopee's order; Shopee gives all of them at once.
    nodes: Vec<Streamer>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// A streamer whom an account may advertise: its own host, or somebody who sells its products.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
struct Streamer {
    /// Shopee's user id.
    user_id: ID,
    /// The name that the streamer signs in to Shopee with; null when Shopee did not tell.
    username: Option<String>,
    /// Shopee's id of the streamer's own shop; null without one.
    shop_id: Option<ID>,
    /// Address of the streamer's picture; null without one.
    avatar_url: Option<String>,
}

impl StreamerList {
    /// A list without even a length is how Shopee answers when it has nothing.
    pub(super) fn from_answer(answer: &Observed<OffsetPage<shopee::Streamer>>, region: shopee::Region) -> Option<Self> {
        let page = &answer.value;
        if page.list.is_empty() && page.total.is_none() {
            return None;
        }
        Some(Self {
            total: page.total.map(Long),
            nodes: page.list.iter().map(|streamer| Streamer::new(streamer, region)).collect(),
            freshness: Freshness::of(answer),
        })
    }
}

impl Streamer {
    fn new(streamer: &shopee::Streamer, region: shopee::Region) -> Self {
        let avatar = streamer.avatar.as_deref().and_then(|image| shopee::urls::image_url(region, image));
        Self {
            user_id: streamer.user_id.into(),
            username: streamer.user_name.clone(),
            shop_id: streamer.shop_id.map(Into::into),
            avatar_url: avatar.map(String::from),
        }
    }
}
