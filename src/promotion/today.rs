//! The present day in a region's time zone, as Shopee's reports want it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use shopee::{CampaignFilter, CampaignsQuery, Region, ReportQuery, ReportStep};

use crate::error::{Error, Result};

/// The most campaigns that are asked for at once.
pub const MOST_CAMPAIGNS: u32 = 100;

/// The region's day at an instant.
pub fn date(region: Region, now: DateTime<Utc>) -> Result<NaiveDate> {
    Ok(now.with_timezone(&zone(region)?).date_naive())
}

fn zone(region: Region) -> Result<Tz> {
    region.time_zone().parse().map_err(|_| unknown(region))
}

fn unknown(region: Region) -> Error {
    Error::internal(format!("{region} has no time zone"))
}

/// The first and the last second of the region's day at an instant: the same all day, so that those who ask share an answer.
pub fn today(region: Region, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    // None of the regions has summer time, so every day has a midnight and 24 hours.
    let midnight = date(region, now)?.and_time(NaiveTime::MIN).and_local_timezone(zone(region)?);
    let midnight = midnight.earliest().ok_or_else(|| unknown(region))?.to_utc();
    Ok((midnight, midnight + TimeDelta::days(1) - TimeDelta::seconds(1)))
}

/// The campaigns with these words in their names, as many as may be asked for at once, with what they did today.
pub fn campaigns_named(search: String, region: Region, now: DateTime<Utc>) -> Result<CampaignsQuery> {
    let (from, to) = today(region, now)?;
    Ok(CampaignsQuery { from, to, state: CampaignFilter::All, search, offset: 0, limit: MOST_CAMPAIGNS })
}

/// What all campaigns did today together.
pub fn report(region: Region, now: DateTime<Utc>) -> Result<ReportQuery> {
    let (from, to) = today(region, now)?;
    Ok(ReportQuery { from, to, step: ReportStep::Day })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(region: Region, now: &str) -> [String; 2] {
        let (from, to) = today(region, now.parse().unwrap()).unwrap();
        [from, to].map(|instant| instant.to_rfc3339())
    }

    #[test]
    fn a_day_is_the_regions_own() {
        let jakarta = ["2026-11-21T17:00:00+00:00", "2026-11-22T16:59:59+00:00"].map(str::to_owned);
        assert_eq!(day(Region::Id, "2026-11-21T17:00:00Z"), jakarta);
        assert_eq!(day(Region::Id, "2026-11-22T16:59:59.999Z"), jakarta);
        let sao_paulo = ["2026-11-22T03:00:00+00:00", "2026-11-23T02:59:59+00:00"].map(str::to_owned);
        assert_eq!(day(Region::Br, "2026-11-22T03:00:00Z"), sao_paulo);
        for region in Region::ALL {
            let [from, to] = today(region, "2026-11-22T12:00:00Z".parse().unwrap()).map(<[_; 2]>::from).unwrap();
            assert_eq!((to - from).num_seconds(), 86_399, "{region}");
        }
    }
}
