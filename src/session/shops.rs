//! Which shop sells a product. Shopee's list of a session's products does not tell, the session's bag does; but a product never moves
//! to another shop, so the bag is asked only about products that this process has not met lately.

use moka::future::Cache;
use shopee::{Client, Region};

use super::store::upsert::ListedItem;
use crate::{account::access::Access, cost::Cost};

/// What one call tells at most, of a bag that holds some two hundred.
const PAGE_SIZE: u32 = 200;
/// A bag that is longer than this many pages is not read to its end.
const MOST_PAGES: u32 = 3;

/// Names the shop of each item where it can be found out. A shop is an extra: when Shopee does not tell, the rest is stored without
/// it, what was stored before stays, and whoever asks next finds out.
pub async fn name(
    known: &Cache<(Region, i64), i64>,
    client: &Client,
    access: &Access,
    cost: &Cost,
    session_id: i64,
    items: &mut [ListedItem],
) {
    for page in 0..MOST_PAGES {
        if name_known(known, access.region, items).await {
            return;
        }
        cost.count_shopee_call();
        let bag = client.session_items(&access.account(), session_id, page * PAGE_SIZE, PAGE_SIZE).await;
        let Ok(bag) = bag else { return };
        let is_last = bag.items.len() < PAGE_SIZE as usize;
        for (item_id, shop_id) in bag.items.into_iter().filter_map(|item| Some((item.item_id, item.shop_id?))) {
            known.insert((access.region, item_id), shop_id).await;
        }
        if is_last {
            break;
        }
    }
    name_known(known, access.region, items).await;
}

/// Names the shops that are known; whether these are all.
async fn name_known(known: &Cache<(Region, i64), i64>, region: Region, items: &mut [ListedItem]) -> bool {
    let mut all = true;
    for item in items {
        item.shop_id = known.get(&(region, item.item_id)).await;
        all &= item.shop_id.is_some();
    }
    all
}
