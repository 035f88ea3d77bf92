//! Users by what another issuer calls them. Before there is a scope, as in `store::sign_in`.

use chrono::{DateTime, Utc};
use entity::{external_identity, user};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
    QueryTrait as _,
    sea_query::{Expr, OnConflict},
};

use crate::{database::Statements, error::Result, identity::scope::Viewer};

/// The viewer whom an issuer knows by this subject.
pub async fn viewer(statements: &Statements, issuer: &str, subject: &str) -> Result<Option<Viewer>> {
    use external_identity::Column;

    let identity = external_identity::Entity::find().select_only().column(Column::UserId);
    let identity = identity.filter(Column::Issuer.eq(issuer)).filter(Column::Subject.eq(subject));
    let user = user::Entity::find().filter(user::Column::Id.in_subquery(identity.into_query()));
    super::viewer_of(user, statements, None).await
}

/// The user with this e-mail address, unless the issuer knows them by another subject already: an address may have come to mean
/// somebody else there. Held against others who would link the same user.
pub async fn unlinked_user(transaction: &DatabaseTransaction, issuer: &str, email: &str) -> Result<Option<i64>> {
    use external_identity::Column;

    let user = user::Entity::find().select_only().column(user::Column::Id).filter(user::Column::Email.eq(email));
    let Some(user_id) = user.lock_exclusive().into_tuple::<i64>().one(transaction).await? else { return Ok(None) };
    let known = external_identity::Entity::find().filter(Column::Issuer.eq(issuer)).filter(Column::UserId.eq(user_id));
    Ok((known.count(transaction).await? == 0).then_some(user_id))
}

/// Takes a user's password away, and says whether there was one.
pub async fn remove_password(transaction: &DatabaseTransaction, user_id: i64) -> Result<bool> {
    use user::Column;
    let none = Expr::value(Option::<String>::None);
    let update = user::Entity::update_many().col_expr(Column::PasswordHash, none).filter(Column::Id.eq(user_id));
    Ok(update.filter(Column::PasswordHash.is_not_null()).exec(transaction).await?.rows_affected == 1)
}

/// Links a user with what the issuer calls them. False if somebody else was faster.
pub async fn link(
    transaction: &DatabaseTransaction,
    issuer: &str,
    subject: &str,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<bool> {
    use external_identity::Column;

    let row = external_identity::ActiveModel {
        issuer: Set(issuer.to_owned()),
        subject: Set(subject.to_owned()),
        user_id: Set(user_id),
        created_at: Set(now),
        ..Default::default()
    };
    let once = OnConflict::columns([Column::Issuer, Column::Subject]).do_nothing().to_owned();
    let insert = external_identity::Entity::insert(row).on_conflict(once);
    Ok(insert.exec_without_returning(transaction).await? == 1)
}
