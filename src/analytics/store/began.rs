//! A studio's sessions that began within a period, each with the number of the piece in which it did.

use entity::live_session::{self, Column, Status};
use sea_orm::{
    ExprTrait as _, Value,
    sea_query::{Alias, CaseStatement, Expr, Query, SelectStatement, SimpleExpr},
};

use crate::{analytics::period::Span, error::Result, identity::scope::Scope};

/// The column that holds a piece's number.
pub(super) const PIECE: &str = "piece";

/// What the sessions are called in whatever reads them.
pub(super) fn sessions() -> Alias {
    Alias::new("sessions")
}

/// The sessions on air or ended, with these columns. The pieces follow upon each other without gaps.
///
/// One stretch of the index, between bounds that the database is told: only so does it know how much there is to read.
pub(super) fn began(scope: &Scope, studio_id: i64, pieces: &[Span], columns: &[Column]) -> Result<SelectStatement> {
    scope.require(studio_id)?;
    let column = |column: Column| Expr::col((live_session::Entity, column));
    let mut query = Query::select();
    query.expr_as(whole(number_of(pieces, 0)), Alias::new(PIECE)).from(live_session::Entity);
    for name in columns {
        query.expr(column(*name));
    }
    let (first, last) = (pieces.first().map(|piece| piece.begins), pieces.last().map(|piece| piece.ends));
    query
        .and_where(column(Column::StudioId).eq(studio_id))
        .and_where(column(Column::StartedAt).gte(first.unwrap_or_default()))
        .and_where(column(Column::StartedAt).lt(last.unwrap_or_default()))
        .and_where(column(Column::Status).is_in([Status::OnAir, Status::Ended].map(name)));
    Ok(query)
}

/// The piece that a session began in, found by halving: ten comparisons for each session at most.
fn number_of(pieces: &[Span], first: usize) -> SimpleExpr {
    if pieces.len() < 2 {
        return Expr::Constant(Value::BigInt(Some(first as i64)));
    }
    let half = pieces.len() / 2;
    let is_earlier = Expr::col((live_session::Entity, Column::StartedAt)).lt(pieces[half].begins);
    let earlier = number_of(&pieces[..half], first);
    CaseStatement::new().case(is_earlier, earlier).finally(number_of(&pieces[half..], first + half)).into()
}

/// A column of the sessions.
pub(super) fn session(column: Column) -> SimpleExpr {
    Expr::col((sessions(), column))
}

/// PostgreSQL adds 64-bit numbers up to a number of any size.
pub(super) fn whole(sum: SimpleExpr) -> SimpleExpr {
    sum.cast_as(Alias::new("BIGINT"))
}

fn name(status: Status) -> String {
    use sea_orm::ActiveEnum as _;
    status.to_value()
}
