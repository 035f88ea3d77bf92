//! Which faults of the database pass by themselves: it is away, it is full, or it has no connection to spare.

use sea_orm::{DbErr, RuntimeErr, SqlxError, sqlx::error::DatabaseError, sqlx::sqlite::SqliteError};

/// SQLSTATE of PostgreSQL, by the beginning: connections, resources (full disk, too many connections), a rival transaction,
/// stopping and starting, a fault of the machine, and a server that takes no writes since another one does now.
const PASSING_STATES: [&str; 6] = ["08", "53", "40", "57P", "58", "25006"];
/// Those with which a server ends a connection.
const ENDING_STATES: [&str; 2] = ["08", "57P"];
/// Primary result codes of SQLite: busy, locked, read-only, a fault of the disk, full, cannot be opened.
const PASSING_RESULTS: [u32; 6] = [5, 6, 8, 10, 13, 14];

/// Whether the same may work a little later, though nobody mends anything of ours.
pub fn passes(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) => true,
        _ => is_lost(error) || reported(error).is_some_and(is_passing),
    }
}

/// Whether the connection has gone with which the database was asked, or could not be made: then nothing was asked. Another one may work
/// at once.
pub fn is_lost(error: &DbErr) -> bool {
    let ended = |reported: &dyn DatabaseError| !is_sqlite(reported) && has(reported, &ENDING_STATES);
    let has_gone = matches!(cause(error), Some(SqlxError::Io(_) | SqlxError::WorkerCrashed));
    matches!(error, DbErr::Conn(_)) || has_gone || reported(error).is_some_and(ended)
}

fn cause(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// What the database itself had to say.
fn reported(error: &DbErr) -> Option<&dyn DatabaseError> {
    cause(error).and_then(SqlxError::as_database_error)
}

fn is_sqlite(reported: &dyn DatabaseError) -> bool {
    reported.try_downcast_ref::<SqliteError>().is_some()
}

fn is_passing(reported: &dyn DatabaseError) -> bool {
    if !is_sqlite(reported) {
        return has(reported, &PASSING_STATES);
    }
    // The primary code is the lowest byte of the extended one.
    let code = reported.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| PASSING_RESULTS.contains(&(code & 0xff)))
}

fn has(reported: &dyn DatabaseError, states: &[&str]) -> bool {
    reported.code().is_some_and(|code| states.iter().any(|state| code.starts_with(state)))
}
