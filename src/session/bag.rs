//! What a session's bag tells of its products beside the list with their sales: who sells one, what it costs outside the live, and
//! what part of a sale is commission. A bag is a call more, and these hardly move: so it is asked only about products of which this
//! process has not heard lately.

use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use shopee::{BagItem, Client, Region};

use super::store::upsert::ListedItem;
use crate::{
    account::access::Access,
    app::products::{Bagged, Products},
    cost::Cost,
};

/// What one call tells at most, of a bag that holds some two hundred.
const PAGE_SIZE: u32 = 200;
/// A bag that is longer than this many pages is not read to its end.
const MOST_PAGES: u32 = 3;
const MILLION: f64 = 1_000_000.0;

/// Tells each item what can be found out of it. These are extras: when Shopee does not tell, the rest is stored without them, what was
/// stored before stays, and whoever asks next finds out.
pub async fn describe(
    known: &Products,
    client: &Client,
    access: &Access,
    cost: &Cost,
    session_id: i64,
    items: &mut [ListedItem],
) {
    for page in 0..MOST_PAGES {
        if describe_known(known, access.region, items).await {
            return;
        }
        cost.count_shopee_call();
        let bag = client.session_items(&access.account(), session_id, page * PAGE_SIZE, PAGE_SIZE).await;
        let Ok(bag) = bag else { return };
        let is_last = bag.items.len() < PAGE_SIZE as usize;
        for item in bag.items {
            if let Some(bagged) = bagged(&item) {
                known.insert((access.region, item.item_id), bagged).await;
            }
        }
        if is_last {
            break;
        }
    }
    describe_known(known, access.region, items).await;
}

/// Describes what is known; whether that is all.
async fn describe_known(known: &Products, region: Region, items: &mut [ListedItem]) -> bool {
    let mut all = true;
    for item in items {
        match known.get(&(region, item.item_id)).await {
            Some(bagged) => describe_item(bagged, item),
            None => all = false,
        }
    }
    all
}

fn bagged(item: &BagItem) -> Option<Bagged> {
    let before_discount = item.price_before_discount.filter(|price| price.0 > 0);
    let share = item.commission_rate.filter(|rate| (0.0..=1.0).contains(rate));
    Some(Bagged {
        shop_id: item.shop_id?,
        regular_price: before_discount.or(item.price).map(|price| price.0),
        commission_millionths: share.map(|rate| (rate * MILLION).round() as i64),
    })
}

fn describe_item(bagged: Bagged, item: &mut ListedItem) {
    item.shop_id = Some(bagged.shop_id);
    item.regular_price = bagged.regular_price;
    item.discount_millionths = discount(bagged.regular_price, item.live_price);
    item.commission_millionths = bagged.commission_millionths;
    item.total_commission = commission(item.confirmed_sales_amount, bagged.commission_millionths);
}

/// How far the one price is below the other; zero when it is not.
fn discount(regular: Option<i64>, live: Option<i64>) -> Option<i64> {
    let below = (Decimal::from(regular?) - Decimal::from(live?)).max(Decimal::ZERO);
    (below * Decimal::from(1_000_000)).checked_div(Decimal::from(regular?))?.round().to_i64()
}

fn commission(sales: Option<i64>, millionths: Option<i64>) -> Option<i64> {
    (Decimal::from(sales?) * Decimal::new(millionths?, 6)).round().to_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_is_of_the_regular_price() {
        let of = |regular, live| discount(Some(regular), Some(live));
        assert_eq!((of(8, 7), of(3, 1), of(7, 7)), (Some(125_000), Some(666_667), Some(0)));
        assert_eq!(of(7, 8), Some(0), "dearer is no discount");
        assert_eq!((of(0, 0), discount(None, Some(1)), discount(Some(1), None)), (None, None, None));
        assert_eq!(of(i64::MAX, 0), Some(1_000_000));
    }

    #[test]
    fn a_commission_is_rounded_once() {
        let of = |sales, millionths| commission(Some(sales), Some(millionths));
        assert_eq!((of(1_000, 100_000), of(5, 100_000), of(15, 100_000)), (Some(100), Some(0), Some(2)));
        assert_eq!((of(i64::MAX, 1_000_000), of(0, 100_000)), (Some(i64::MAX), Some(0)));
        assert_eq!((commission(None, Some(1)), commission(Some(1), None)), (None, None));
    }
}
