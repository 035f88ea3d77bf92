use async_graphql::{ID, InputType as _, Value};
use entity::live_session::Column;

use crate::{
    account::schema::Region,
    app::App,
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::id::{GlobalId, Kind},
    identity::scope::Scope,
    session::store,
};

/// The studio that owns the session which the arguments of a subscription name, within a scope; `None` if they name none there, or
/// more than one. Those who ask for the same at once share a statement.
pub async fn studio_of_session(app: &App, scope: &Scope, id: &str, region: Option<Value>) -> Result<Option<i64>> {
    let key = format!("{scope:?} {id:?} {region:?}");
    app.studios_of_sessions.ask(key, read(app, scope, id, region)).await
}

async fn read(app: &App, scope: &Scope, id: &str, region: Option<Value>) -> Result<Option<i64>> {
    let statements = app.database.read(Default::default());
    let columns = [Column::StudioId];
    let rows = match GlobalId::decode(id) {
        Some(GlobalId { kind: Kind::LiveSession, key }) => {
            store::sessions(scope, &statements, &[key], &columns).await?
        }
        Some(_) => Vec::new(),
        None => {
            let number = ID::from(id).parse().map_err(|_| Error::invalid_input("sessionId", "is no session id"))?;
            let region = Option::<Region>::parse(region)
                .map_err(|_| Error::invalid_input("region", "is no region"))?
                .map(Into::into);
            store::sessions_by_shopee_id(scope, &statements, number, region, &columns).await?
        }
    };
    match rows.as_slice() {
        [row] => Ok(Some(*row.studio_id.read()?)),
        _ => Ok(None),
    }
}
