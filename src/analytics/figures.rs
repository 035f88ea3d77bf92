//! Sums of sessions, and what follows from them.

use rust_decimal::Decimal;

use super::store::{products::ProductSales, streamers::StreamerSales};
use crate::{
    account::access,
    error::{Error, Result},
    graphql::rate,
};

/// A sum over the sessions that reported a figure; `None` when none did.
pub type Sum = Option<i64>;

/// Two sums over the sessions that reported both figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    pub above: Sum,
    pub below: Sum,
}

/// What sessions add up to, money aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub sessions: i64,
    pub sessions_with_viewers: i64,
    pub viewers: Sum,
    pub peak_viewers: Sum,
    pub orders: Sum,
    pub confirmed_orders: Sum,
    pub comments: Sum,
    pub likes: Sum,
    pub shares: Sum,
    pub duration_seconds: Sum,
    /// Orders and viewers.
    pub conversion: Pair,
    /// Likes, comments and shares, and viewers.
    pub engagement: Pair,
}

/// What the sessions of one region add up to in its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takings {
    pub region: shopee::Region,
    pub revenue: Sum,
    pub confirmed_revenue: Sum,
    pub ad_spend: Sum,
    /// `None` too when it was not asked for, as are the two at the top.
    pub commission: Sum,
    /// Revenue and orders.
    pub order_value: Pair,
    /// Revenue and spend.
    pub returns: Pair,
    pub top_product: Option<ProductSales>,
    pub top_streamer: Option<StreamerSales>,
}

/// What sessions add up to: once for what can be added up across regions, and once a region for what cannot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub totals: Totals,
    pub takings: Vec<Takings>,
}

impl Totals {
    /// The totals of both.
    pub fn and(self, other: Self) -> Result<Self> {
        Ok(Self {
            sessions: self.sessions + other.sessions,
            sessions_with_viewers: self.sessions_with_viewers + other.sessions_with_viewers,
            viewers: add(self.viewers, other.viewers)?,
            peak_viewers: self.peak_viewers.max(other.peak_viewers),
            orders: add(self.orders, other.orders)?,
            confirmed_orders: add(self.confirmed_orders, other.confirmed_orders)?,
            comments: add(self.comments, other.comments)?,
            likes: add(self.likes, other.likes)?,
            shares: add(self.shares, other.shares)?,
            duration_seconds: add(self.duration_seconds, other.duration_seconds)?,
            conversion: self.conversion.and(other.conversion)?,
            engagement: self.engagement.and(other.engagement)?,
        })
    }

    /// Viewers of a session on average, of those that reported any.
    pub fn average_viewers(&self) -> Option<Decimal> {
        self.viewers_of_a_session().quotient().map(|average| average.round_dp(2).normalize())
    }

    /// Viewers, and the sessions that reported them.
    pub fn viewers_of_a_session(&self) -> Pair {
        Pair { above: self.viewers, below: Some(self.sessions_with_viewers) }
    }
}

impl Takings {
    /// Nothing yet.
    pub fn of(region: shopee::Region) -> Self {
        Self {
            region,
            revenue: None,
            confirmed_revenue: None,
            ad_spend: None,
            commission: None,
            order_value: Pair::default(),
            returns: Pair::default(),
            top_product: None,
            top_streamer: None,
        }
    }
}

impl Figures {
    /// Notes what sold for most in its region.
    pub fn crown_product(&mut self, product: ProductSales) -> Result<()> {
        let takings = self.takings_of(&product.region)?;
        takings.top_product = Some(product);
        Ok(())
    }

    /// Notes who sold for most in their region.
    pub fn crown_streamer(&mut self, streamer: StreamerSales) -> Result<()> {
        let takings = self.takings_of(&streamer.region)?;
        takings.top_streamer = Some(streamer);
        Ok(())
    }

    /// Another statement may see a session that was stored a moment later than the first.
    fn takings_of(&mut self, region: &str) -> Result<&mut Takings> {
        let region = access::region(region)?;
        let place = self.takings.iter().position(|takings| takings.region == region);
        let place = place.unwrap_or_else(|| {
            self.takings.push(Takings::of(region));
            self.takings.len() - 1
        });
        self.takings.get_mut(place).ok_or_else(|| Error::internal("takings have no place"))
    }
}

impl Pair {
    fn and(self, other: Self) -> Result<Self> {
        Ok(Self { above: add(self.above, other.above)?, below: add(self.below, other.below)? })
    }

    /// The one divided by the other, as exactly as can be.
    pub fn quotient(self) -> Option<Decimal> {
        rate::exactly(self.above?, self.below?)
    }

    /// The one divided by the other.
    pub fn ratio(self) -> Option<Decimal> {
        rate::quotient(self.above?, self.below?)
    }

    /// What is gained for what is spent: (the one − the other) / the other.
    pub fn gain(self) -> Option<Decimal> {
        rate::gain(self.above?, self.below?)
    }

    /// The one divided by the other, in the unit of the one.
    pub fn share(self) -> Option<i64> {
        rate::share(self.above?, self.below?)
    }
}

/// By how much a figure has changed: (what it is − what it was) / what it was. `None` when one of the two is, or it was zero.
pub fn change(is: Option<Decimal>, was: Option<Decimal>) -> Option<Decimal> {
    is?.checked_sub(was?)?.checked_div(was?).map(rate::rounded)
}

/// What one side did not report does not take the other's away.
fn add(one: Sum, other: Sum) -> Result<Sum> {
    match (one, other) {
        (Some(one), Some(other)) => {
            one.checked_add(other).map(Some).ok_or_else(|| Error::internal("a sum passes 64 bits"))
        }
        (one, other) => Ok(one.or(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(above: impl Into<Sum>, below: impl Into<Sum>) -> Pair {
        Pair { above: above.into(), below: below.into() }
    }

    #[test]
    fn a_ratio_of_nothing_is_nothing() {
        for empty in [pair(None, None), pair(1, None), pair(None, 1), pair(1, 0), pair(0, 0)] {
            assert_eq!((empty.ratio(), empty.gain(), empty.share()), (None, None, None), "{empty:?}");
        }
        assert_eq!(pair(0, 5).ratio(), Some(Decimal::ZERO));
    }

    #[test]
    fn ratios_are_of_sums() {
        assert_eq!(pair(1, 3).ratio().unwrap().to_string(), "0.333333");
        assert_eq!(pair(2, 3).ratio().unwrap().to_string(), "0.666667");
        assert_eq!(pair(150, 100).gain().unwrap().to_string(), "0.5");
        assert_eq!(pair(0, 100).gain().unwrap().to_string(), "-1");
        assert_eq!(pair(i64::MAX, 1).share(), Some(i64::MAX));
        assert_eq!(pair(7, 2).share(), Some(4));
    }

    #[test]
    fn a_change_is_of_what_was() {
        let number = |number: i64| Some(Decimal::from(number));
        assert_eq!(change(number(150), number(100)).unwrap().to_string(), "0.5");
        assert_eq!(change(number(0), number(3)).unwrap().to_string(), "-1");
        assert_eq!(
            (change(number(1), number(0)), change(None, number(1)), change(number(1), None)),
            (None, None, None)
        );
    }

    #[test]
    fn what_one_did_not_report_leaves_the_other() {
        let (some, none) = (Totals { viewers: Some(3), sessions: 1, ..Totals::default() }, Totals::default());
        let both = some.and(none).unwrap();
        assert_eq!((both.viewers, both.orders, both.sessions), (Some(3), None, 1));
        assert!(add(Some(i64::MAX), Some(1)).is_err());
    }
}
