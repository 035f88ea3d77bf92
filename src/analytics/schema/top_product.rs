use async_graphql::{ID, SimpleObject};

use crate::{
    account::{access, schema::Region},
    analytics::store::products::ProductSales,
    error::Result,
    graphql::{long::Long, money::Money},
};

/// A product, with what was sold of it in a studio's sessions.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct TopProduct {
    /// Shopee's id of the product.
    item_id: ID,
    /// The region that sells it.
    region: Region,
    /// The product's name; where sessions have stored different ones, the last by the alphabet.
    product_name: String,
    /// How many sessions had it in their bag.
    sessions: Long,
    /// Pieces sold; null when Shopee did not tell.
    quantity_sold: Option<Long>,
    /// Value of what was sold.
    total_sales: Option<Money>,
    /// Commission that the confirmed sales bring; null when Shopee did not tell.
    total_commission: Option<Money>,
}

impl TopProduct {
    pub(super) fn new(sales: ProductSales) -> Result<Self> {
        let region = access::region(&sales.region)?;
        Ok(Self {
            item_id: sales.item_id.into(),
            region: region.into(),
            product_name: sales.product_name,
            sessions: Long(sales.sessions),
            quantity_sold: sales.quantity_sold.map(Long),
            total_sales: sales.sales.map(|amount| Money::new(amount, region)),
            total_commission: sales.commission.map(|amount| Money::new(amount, region)),
        })
    }
}
