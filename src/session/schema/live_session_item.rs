use async_graphql::{ID, Object};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use shopee::Region;

use crate::{
    database::sparse::Read as _,
    error::Result,
    graphql::{
        id::{GlobalId, Kind},
        long::Long,
        money::Money,
    },
    session::store::ItemRow,
};

/// A product in the bag of a live session, with what it sold there.
#[derive(Clone)]
pub struct LiveSessionItem {
    row: ItemRow,
    /// The session's region: says which currency the prices are in.
    region: Region,
}

impl LiveSessionItem {
    pub fn new(row: ItemRow, region: Region) -> Self {
        Self { row, region }
    }

    pub fn key(&self) -> Result<i64> {
        self.row.id.read().copied()
    }

    fn money(&self, amount: &Option<i64>) -> Option<Money> {
        amount.map(|amount| Money::new(amount, self.region))
    }
}

/// A product in the bag of a live session, with what it sold there. Stored; as fresh as `lastUpdated`.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl LiveSessionItem {
    /// Global id.
    pub async fn id(&self) -> Result<ID> {
        Ok(GlobalId::new(Kind::LiveSessionItem, self.key()?).encode())
    }

    /// Shopee's id of the product.
    async fn item_id(&self) -> Result<ID> {
        Ok(self.row.item_id.read()?.into())
    }

    /// Shopee's id of the shop that sells the product; null when Shopee did not tell.
    async fn shop_id(&self) -> Result<Option<ID>> {
        Ok(self.row.shop_id.read()?.map(ID::from))
    }

    /// The product's name, as the shop wrote it.
    async fn product_name(&self) -> Result<&String> {
        self.row.product_name.read()
    }

    /// Address of the product's picture; null when Shopee did not tell.
    async fn product_image_url(&self) -> Result<Option<&String>> {
        Ok(self.row.product_image_url.read()?.as_ref())
    }

    /// Address of the product's page on Shopee; null when Shopee did not tell which shop sells it.
    async fn product_url(&self) -> Result<Option<String>> {
        let (shop_id, item_id) = (*self.row.shop_id.read()?, *self.row.item_id.read()?);
        Ok(shop_id.map(|shop_id| shopee::urls::product_url(self.region, shop_id, item_id).into()))
    }

    /// The price outside the live, as of an hour ago at most when it was stored; null when Shopee did not tell.
    async fn regular_price(&self) -> Result<Option<Money>> {
        Ok(self.money(self.row.regular_price.read()?))
    }

    /// The price during the live; null when Shopee did not tell.
    async fn live_price(&self) -> Result<Option<Money>> {
        Ok(self.money(self.row.live_price.read()?))
    }

    /// How far the live price is below the regular one, in percent of it: `"12.5"`; zero when it is not below, null when one of the two
    /// is not known.
    async fn discount_percentage(&self) -> Result<Option<Decimal>> {
        Ok(self.row.discount_millionths.read()?.map(|millionths| Decimal::new(millionths, 4).normalize()))
    }

    /// Pieces sold in the session; null when Shopee did not report it.
    async fn quantity_sold(&self) -> Result<Option<Long>> {
        Ok(self.row.quantity_sold.read()?.map(Long))
    }

    /// What the pieces sold for in all; null when Shopee did not report it.
    async fn total_sales_amount(&self) -> Result<Option<Money>> {
        Ok(self.money(self.row.total_sales_amount.read()?))
    }

    /// Value of the orders that Shopee has confirmed, of those placed; null when Shopee did not report it.
    async fn confirmed_sales_amount(&self) -> Result<Option<Money>> {
        Ok(self.money(self.row.confirmed_sales_amount.read()?))
    }

    /// The part of a sale that is the affiliate's commission, as a fraction: `"0.05"` is 5 %. As of an hour ago at most when it was stored;
    /// null when Shopee did not tell.
    async fn commission_rate(&self) -> Result<Option<Decimal>> {
        Ok(self.row.commission_millionths.read()?.map(|millionths| Decimal::new(millionths, 6).normalize()))
    }

    /// The commission that these sales bring: `commissionRate` of `confirmedSalesAmount`, so what is to be expected rather than what was paid
    /// out. Null when Shopee did not tell one of the two.
    async fn total_commission(&self) -> Result<Option<Money>> {
        Ok(self.money(self.row.total_commission.read()?))
    }

    /// The promotion the product ran under, in Shopee's words; null without one.
    async fn promotion_type(&self) -> Result<Option<&String>> {
        Ok(self.row.promotion_type.read()?.as_ref())
    }

    /// Whether the host pinned the product to the top of the screen; null when Shopee did not tell.
    async fn is_featured(&self) -> Result<Option<bool>> {
        self.row.is_featured.read().copied()
    }

    /// When the product was put on promotion; null when it was not, or Shopee did not tell.
    async fn promoted_at(&self) -> Result<Option<&DateTime<Utc>>> {
        Ok(self.row.promoted_at.read()?.as_ref())
    }

    /// Pieces that viewers were shown to be left; null when nobody has asked, or Shopee did not tell. Asked every few minutes while the session
    /// is on air, if the studio wants to be alerted of low stock.
    async fn stock(&self) -> Result<Option<Long>> {
        Ok(self.row.stock.read()?.map(Long))
    }

    /// When Shopee was last asked for the stock; null when nobody has.
    async fn stock_seen_at(&self) -> Result<Option<&DateTime<Utc>>> {
        Ok(self.row.stock_seen_at.read()?.as_ref())
    }

    /// When Shopee was last asked for these figures: with each sync while the session is on air, and once more after its end.
    async fn last_updated(&self) -> Result<&DateTime<Utc>> {
        self.row.last_updated.read()
    }
}
