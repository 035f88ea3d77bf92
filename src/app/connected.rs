//! Accounts that were connected just now, for whoever stores their sessions. The table at the edge between two rooms: who connects
//! does not know who syncs.

use std::{
    collections::BTreeSet,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// The accounts nobody has taken yet. Each stands in it once, so it holds no more than there are accounts.
#[derive(Default)]
pub struct Connected {
    accounts: Mutex<BTreeSet<i64>>,
    told: Notify,
}

impl Connected {
    pub fn tell(&self, account_id: i64) {
        self.lock().insert(account_id);
        self.told.notify_one();
    }

    /// Waits for accounts and takes them.
    pub async fn take(&self) -> BTreeSet<i64> {
        loop {
            let accounts = mem::take(&mut *self.lock());
            if !accounts.is_empty() {
                return accounts;
            }
            self.told.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
