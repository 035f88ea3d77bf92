//! The pace of Shopee calls that all instances keep together, over the bus.

use std::{fmt, pin::Pin};

use shopee::{SpareTurn, Turn, Wait};

use crate::engine::bus::{self, Bus, Outcome};

/// A client's way to it.
pub struct SharedPace(pub Bus);

impl shopee::SharedPace for SharedPace {
    fn turn<'a>(&'a self, name: String, turn: Turn) -> Pin<Box<dyn Future<Output = Option<Wait>> + Send + 'a>> {
        let spare = turn.spare.map(|SpareTurn { lead, lent_every }| (lead, lent_every));
        let turn = bus::Turn { interval: turn.interval, lead: turn.lead, patience: turn.patience, spare };
        Box::pin(async move {
            match self.0.turn(&name, turn).await {
                Outcome::Done(wait) => Some(wait),
                Outcome::Away => None,
            }
        })
    }
}

impl fmt::Debug for SharedPace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedPace")
    }
}
