//! Every change of the database's shape, in order, the same on SQLite and PostgreSQL.
//!
//! What it is for: [`migrate`] brings a database up to date and may be called by any number of processes at once;
//! [`pending`] tells whether one is up to date. What it leaves to others: the rows (`entity`), and when to call it
//! (`serve` and `migrate`).
//!
//! # Expand first, contract later
//!
//! While a new version rolls out, instances of the old one read and write the same tables. So a change comes in two
//! releases:
//!
//! 1. **Expand**: add tables, columns that are nullable or have a default, and indexes only, such that the old version
//!    runs on unharmed and the new one works on old rows. Fill new columns by a job, not in the migration.
//! 2. **Contract**: drop or tighten what no running version uses any more, at least one release later.
//!
//! What always holds:
//!
//! - A migration that has been released is never edited; a mistake is mended by the next one.
//! - A migration is written by hand. It names tables and columns itself and imports no entity, since those change
//!   later.
//! - A migration is one transaction on every database: it has happened or it has not.
//! - [`migrate`] and [`pending`] are content with a database that is ahead of this version; an old instance may
//!   restart.

mod error;
mod postgres;
mod sqlite;

mod m20261122_000001_users_and_studios;
mod m20261122_000002_shopee_accounts;
mod m20261122_000003_live_sessions;
mod m20261122_000004_live_session_items;
mod m20261122_000005_live_analytics;
mod m20261122_000006_metric_samples;
mod m20261122_000007_coin_giveouts;
mod m20261122_000008_jobs;
mod m20261122_000009_audit_entries;
mod m20261122_000010_sign_ins;
mod m20261122_000011_invitations;
mod m20261122_000012_shopee_logins;
mod m20261122_000013_audit_entries_append_only;
mod m20261122_000014_edited_sessions;
mod m20261123_000015_intents;
mod m20261123_000016_jobs_that_go_on;
mod m20261123_000018_recounts;
mod m20261123_000020_alerts;
mod m20261129_000023_forgetting;
mod m20261129_000024_campaigns;
mod m20261130_000025_confirmed_sales;

use std::collections::HashSet;

use sea_orm::{DatabaseConnection, DbErr, EntityTrait, QuerySelect};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager, seaql_migrations};

pub use error::MigrateError;

/// All migrations, oldest first.
///
/// For one process on a connection of its own, such as a test with a database in memory; everyone else calls
/// [`migrate`].
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_users_and_studios::Migration),
            Box::new(m20261122_000002_shopee_accounts::Migration),
            Box::new(m20261122_000003_live_sessions::Migration),
            Box::new(m20261122_000004_live_session_items::Migration),
            Box::new(m20261122_000005_live_analytics::Migration),
            Box::new(m20261122_000006_metric_samples::Migration),
            Box::new(m20261122_000007_coin_giveouts::Migration),
            Box::new(m20261122_000008_jobs::Migration),
            Box::new(m20261122_000009_audit_entries::Migration),
            Box::new(m20261122_000010_sign_ins::Migration),
            Box::new(m20261122_000011_invitations::Migration),
            Box::new(m20261122_000012_shopee_logins::Migration),
            Box::new(m20261122_000013_audit_entries_append_only::Migration),
            Box::new(m20261122_000014_edited_sessions::Migration),
            Box::new(m20261123_000015_intents::Migration),
            Box::new(m20261123_000016_jobs_that_go_on::Migration),
            Box::new(m20261123_000018_recounts::Migration),
            Box::new(m20261123_000020_alerts::Migration),
            Box::new(m20261129_000023_forgetting::Migration),
            Box::new(m20261129_000024_campaigns::Migration),
            Box::new(m20261130_000025_confirmed_sales::Migration),
        ]
    }
}

/// Applies what is missing to the database at `database_url` (`postgres://…` or `sqlite:…`) and returns the names of
/// what it applied, oldest first; empty when there was nothing to do.
///
/// Processes that call it at the same time take turns, and all but the first find nothing to do. A turn ends with its
/// process at the latest, so nobody waits for a dead one. A SQLite file is made if it is not there; its directory is
/// not. A database in memory ends with the connection, so there is no use in migrating one here: see [`Migrator`].
///
/// # Errors
///
/// A URL that cannot be read, a database that cannot be reached within ten seconds, a lock file that cannot be
/// opened, or a migration that fails. Migrations before the failed one stay applied; of the failed one nothing does.
pub async fn migrate(database_url: &str) -> Result<Vec<String>, MigrateError> {
    match database_url.split(':').next() {
        Some("postgres" | "postgresql") => postgres::migrate(database_url).await,
        Some("sqlite") => sqlite::migrate(database_url).await,
        _ => Err(MigrateError::Scheme),
    }
}

/// How many migrations the database still lacks; zero when this version can work on it. Changes nothing.
///
/// # Errors
///
/// When the database cannot be asked.
pub async fn pending(connection: &DatabaseConnection) -> Result<usize, DbErr> {
    Ok(missing(connection).await?.len())
}

/// Applies what is missing. The caller sees to it that nobody else does so meanwhile.
async fn apply(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let missing = missing(connection).await?;
    if !missing.is_empty() {
        Migrator::up(connection, None).await?;
    }
    Ok(missing)
}

/// SeaORM's own list would do, but it is an error there if the database knows a migration that this version does not:
/// during a roll-out that is every old instance.
async fn missing(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let applied = applied(connection).await?;
    let names = Migrator::migrations().into_iter().map(|migration| migration.name().to_owned());
    Ok(names.filter(|name| !applied.contains(name)).collect())
}

async fn applied(connection: &DatabaseConnection) -> Result<HashSet<String>, DbErr> {
    if !SchemaManager::new(connection).has_table("seaql_migrations").await? {
        return Ok(HashSet::new());
    }
    let versions = seaql_migrations::Entity::find().select_only().column(seaql_migrations::Column::Version);
    Ok(versions.into_tuple::<String>().all(connection).await?.into_iter().collect())
}
