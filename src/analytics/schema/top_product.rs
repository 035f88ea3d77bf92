use async_graphql::{ID, SimpleObject};

use crate::{
    account::{access, schema::Region},
    analytics::store::ProductSales,
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
    /// The product's name, as last stored.
    product_name: String,
    /// Pieces sold; null when Shopee did not tell.
    quantity_sold: Option<Long>,
    /// Value of what was sold.
    total_sales: Option<Money>,
}

impl TopProduct {
    pub(super) fn new(sales: ProductSales) -> Result<Self> {
        let region = access::region(&sales.region)?;
        Ok(Self {
            item_id: sales.item_id.into(),
            region: region.into(),
            product_name: sales.product_name,
            quantity_sold: sales.quantity_sold.map(Long),
            total_sales: sales.sales.map(|amount| Money::new(amount, region)),
        })
    }
}
