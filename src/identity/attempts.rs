//! How often somebody may try to sign in: so often for an account, so often from an address. Kept in memory, for this instance
//! alone: behind N instances an attacker has N times as many attempts.
//!
//! An attempt is taken before anything is read or hashed, and the answer does not depend on whether there is such a user. Whoever
//! gets in gets the account's attempts back, so a person who signs in often never meets the limit; the address's attempt stays
//! spent, or an attacker's own account would buy attempts at others.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use ipnet::{IpNet, Ipv6Net};
use moka::{future::Cache, policy::EvictionPolicy};

use super::names::Email;
use crate::error::ClientError;

/// Ten at once, then one in thirty seconds.
const OF_ACCOUNT: Rate = Rate { burst: 10, every: Duration::from_secs(30) };
/// Fifty at once, then one in two seconds: a whole studio may sit behind one address.
const OF_ADDRESS: Rate = Rate { burst: 50, every: Duration::from_secs(2) };
/// Accounts, and addresses, that are remembered: some twenty megabytes. Beyond it the one not seen for longest is forgotten.
const REMEMBERED: u64 = 100_000;

#[derive(Clone, Copy)]
struct Rate {
    burst: u32,
    every: Duration,
}

/// The attempts of the recent past.
#[derive(Clone)]
pub struct Attempts {
    accounts: Limits<Email>,
    addresses: Limits<IpNet>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { accounts: Limits::new(OF_ACCOUNT), addresses: Limits::new(OF_ADDRESS) }
    }
}

impl Attempts {
    /// Takes an attempt. The address goes first: one that has none left does not use up the account's.
    pub async fn take(&self, email: &Email, address: Option<IpAddr>) -> Result<(), ClientError> {
        if let Some(address) = address {
            self.addresses.take(network(address)).await?;
        }
        self.accounts.take(email.clone()).await
    }

    /// Gives an account its attempts back: the last one was good.
    pub async fn forgive(&self, email: &Email) {
        self.accounts.limiters.invalidate(email).await;
    }
}

/// An IPv6 customer has at least a /64 to himself, so that is what counts as one address.
pub fn network(address: IpAddr) -> IpNet {
    match address.to_canonical() {
        IpAddr::V4(address) => IpNet::from(IpAddr::V4(address)),
        IpAddr::V6(address) => Ipv6Net::new_assert(address, 64).trunc().into(),
    }
}

/// One limiter a key.
#[derive(Clone)]
struct Limits<K: Hash + Eq + Send + Sync + 'static> {
    limiters: Cache<K, Arc<DefaultDirectRateLimiter>>,
    rate: Rate,
}

impl<K: Hash + Eq + Send + Sync + 'static> Limits<K> {
    /// A limiter at rest for as long as it takes to fill up is as good as a new one, and forgotten.
    fn new(rate: Rate) -> Self {
        let builder = Cache::builder().max_capacity(REMEMBERED).time_to_idle(rate.every * rate.burst);
        Self { limiters: builder.eviction_policy(EvictionPolicy::lru()).build(), rate }
    }

    async fn take(&self, key: K) -> Result<(), ClientError> {
        let rate = self.rate;
        let limiter = self.limiters.get_with(key, async move { Arc::new(limiter(rate)) }).await;
        limiter.check().map_err(|until| ClientError::TooManyAttempts {
            retry_after: until.wait_time_from(DefaultClock::default().now()),
        })
    }
}

fn limiter(rate: Rate) -> DefaultDirectRateLimiter {
    let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
    // `None` only for a rate of no time at all, which neither of the two is.
    let quota = Quota::with_period(rate.every).unwrap_or(Quota::per_second(NonZeroU32::MIN));
    RateLimiter::direct(quota.allow_burst(burst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_one_customer_has() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("203.0.113.7"), "203.0.113.7/32");
        assert_eq!(network("::ffff:203.0.113.7"), "203.0.113.7/32");
    }
}
