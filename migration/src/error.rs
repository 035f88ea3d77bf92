use std::{io, path::PathBuf};

use sea_orm::DbErr;

/// Why a database could not be brought up to date.
///
/// Neither the message nor any of its causes holds the URL: it may carry a password.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("the database URL must begin with `postgres://` or `sqlite:`")]
    Scheme,
    #[error("the database URL cannot be read")]
    Url(#[source] sqlx::Error),
    #[error("the database's lock file {} cannot be opened and locked", path.display())]
    Lock { path: PathBuf, source: io::Error },
    #[error("no connection to the database")]
    Connect(#[source] sqlx::Error),
    #[error("the database refused a migration")]
    Database(#[from] DbErr),
}
