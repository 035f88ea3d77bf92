//! What an account sells, and the bag of one session.

use super::vocabulary::Vocabulary;
use crate::{dice::Dice, region::Region};

/// The contract's unit of money: so many make one unit of the currency.
pub(crate) const MONEY_SCALE: i64 = 100_000;

/// One product on sale. Money in 1/100000 of the currency unit.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub(crate) item_id: i64,
    pub(crate) shop_id: i64,
    pub(crate) name: String,
    pub(crate) image: String,
    /// What every order of it costs.
    pub(crate) price: i64,
    /// The dearest variant, which nobody here orders.
    pub(crate) highest_price: i64,
    pub(crate) price_before_discount: i64,
    pub(crate) stock: u64,
    pub(crate) rating: f64,
    pub(crate) ratings: u64,
    /// 1/1000 of a percent.
    pub(crate) commission: i64,
    /// The part of a session's interest that it draws; the shares of a bag sum to one.
    pub(crate) share: f64,
}

/// Forty products of the account's own shop, or of many shops if it has none of its own.
pub(crate) fn catalogue(dice: Dice, region: Region, own_shop: Option<i64>, words: &Vocabulary) -> Vec<Product> {
    let product = |number: u64| {
        let dice = dice.at(number);
        let (noun, low, high) = words.nouns[number as usize % words.nouns.len()];
        let quality = words.qualities[dice.of("quality").between(0, words.qualities.len() as u64 - 1) as usize];
        let price = dice.of("price").between(low, high) / words.price_step * words.price_step;
        let list_price = price * dice.of("discount").between(100, 145) / 100 / words.price_step * words.price_step;
        let money = |units: u64| units as i64 * MONEY_SCALE / words.price_parts;
        Product {
            item_id: dice.of("item").between(20_000_000_000, 48_000_000_000) as i64,
            shop_id: own_shop.unwrap_or_else(|| dice.of("shop").between(300_000_000, 1_300_000_000) as i64),
            name: format!("{noun} {quality}"),
            image: format!("{}-11134207-{}", region.code().to_lowercase(), dice.of("image").text(16).to_lowercase()),
            price: money(price),
            highest_price: money(price + words.price_step * dice.of("variant").between(0, 6)),
            price_before_discount: money(list_price),
            stock: dice.of("stock").between(150, 4_000),
            rating: dice.of("rating").between(42, 50) as f64 / 10.0,
            ratings: dice.of("ratings").between(3, 9_000),
            commission: dice.of("commission").between(4, 24) as i64 * 500,
            share: 0.0,
        }
    };
    (0..40).map(product).collect()
}

/// Ten to twenty products of the catalogue, the most wanted first.
pub(crate) fn bag(dice: Dice, catalogue: &[Product]) -> Vec<Product> {
    let size = dice.of("size").between(10, 20) as usize;
    let mut order: Vec<&Product> = catalogue.iter().collect();
    order.sort_by_key(|product| dice.of("order").at(product.item_id as u64).bits());
    let mut bag: Vec<Product> = order.into_iter().take(size).cloned().collect();
    let weight = |place: usize| 1.0 / (place as f64 + 1.5);
    let sum: f64 = (0..bag.len()).map(weight).sum();
    for (place, product) in bag.iter_mut().enumerate() {
        product.share = weight(place) / sum;
    }
    bag
}
