//! Every way to reach a thing.

use entity::{
    alert, invitation, job, live_session, live_session_item,
    membership::{self, Role},
    shopee_login,
};
use live_gateway::graphql::id::{GlobalId, Kind};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _,
};
use testing::Database;

use crate::support::world::World;

/// An operation in which `<STUDIO>`, `<ACCOUNT>`, … stand for ids, and `{STUDIO}`, … for what is selected.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) query: &'static str,
}

/// What a way asks for once it is there, from the database and from Shopee.
const SESSION: &str = r#"sessionId sessionName totalRevenue { amount } studio { name } shopeeAccount { username creator { userName } }
    items { totalCount nodes { itemId productName productUrl } } overview { viewers } info { title }
    products { nodes { title } } trends(metrics: CURRENT_VIEWERS) { observedAt } viewerProfile { observedAt }
    buyerProfile { observedAt } viewerSource { observedAt } playUrl { url } shareUrl
    coins { claimed given } coinReward { rounds } coinGiveouts { totalCount nodes { amount } }
    metricHistory(from: "2026-11-22T00:00:00Z", to: "2026-11-23T00:00:00Z", interval: HOUR) { viewers }"#;
const ACCOUNT: &str = "username shopeeUserId studio { name } creator { userName } remoteSessions { nodes { title } }
    ongoingLive { title } endedSessions { nodes { title } } shopUrl streamers { nodes { username } } ads { observedAt }
    itemPromotions { nodes { title items { nodes { productName } } } } promotionsToday { nodes { name judgement { pace } } }
    campaignExpenseToday { campaigns { name } } liveSessions { totalCount nodes { sessionName } }";
const STUDIO: &str = "name shopeeAccounts { nodes { username } } liveSessions { totalCount nodes { sessionName } }
    members { totalCount nodes { user { email } } } invitations { nodes { email } } auditLog { nodes { actionName } }
    coinBudgetPerDay coinGiveouts { totalCount nodes { amount } } promotionEdits { totalCount nodes { campaignId } }";

/// Whom the first studio has invited.
pub(super) const GUEST: &str = "guest@first.example";

const fn way(query: &'static str) -> Way {
    Way { query }
}

pub(super) const WAYS: &[Way] = &[
    way(r#"{ node(id: "<STUDIO>") { ... on Studio { {STUDIO} } } }"#),
    way(r#"{ node(id: "<MEMBER>") { ... on Membership { role user { email } studio { name } } } }"#),
    way(r#"{ node(id: "<INVITATION>") { ... on Invitation { email status invitedBy { email } } } }"#),
    way(r#"{ node(id: "<ACCOUNT>") { ... on ShopeeAccount { {ACCOUNT} } } }"#),
    way(r#"{ node(id: "<SESSION>") { ... on LiveSession { {SESSION} } } }"#),
    way(r#"{ node(id: "<ITEM>") { ... on LiveSessionItem { itemId productName } } }"#),
    way(r#"{ nodes(ids: ["<STUDIO>", "<ACCOUNT>", "<SESSION>", "<ITEM>", "<MEMBER>", "<INVITATION>"]) {
        id ... on Studio { name } ... on Membership { user { email } } ... on Invitation { email } ... on ShopeeAccount { username } ... on LiveSession { {SESSION} }
        ... on LiveSessionItem { productName } } }"#),
    way(r#"{ studio(id: "<STUDIO>") { {STUDIO} } }"#),
    way(r#"{ shopeeLogin(id: "<LOGIN>") { id status imageUrl studio { name } } }"#),
    way(r#"{ promotion(shopeeAccountId: "<ACCOUNT>", campaignId: "<CAMPAIGN>") {
        name shopeeAccount { username } today { orders } budgetLimits { mayDecrease } } }"#),
    way(r#"{ liveSession(id: "<SESSION>") { {SESSION} } }"#),
    way(r#"{ liveSession(sessionId: "<SHOPEE_ID>") { {SESSION} } }"#),
    way(r#"{ liveSession(sessionId: "<SHOPEE_ID>", region: ID) { {SESSION} } }"#),
    way(r#"{ liveSessions(filter: { studioId: "<STUDIO>" }) { totalCount nodes { sessionName } } }"#),
    way(r#"{ liveSessions(filter: { shopeeAccountId: "<ACCOUNT>" }) { totalCount edges { node { sessionName } } } }"#),
    way(
        r#"{ analyticsSummary(studioId: "<STUDIO>", days: 60) { figures { totalSessions byCurrency { topProduct { productName } } }
            previous { totalSessions } change { totalSessions } series(interval: WEEK) { figures { totalSessions } }
            topProducts { productName } topStreamers { streamerName } } }"#,
    ),
    way(
        r#"{ node(id: "<ALERT>") { ... on Alert { kind studio { name } about { ... on LiveSession { sessionName } } } } }"#,
    ),
    way(
        r#"{ alerts(studioId: "<STUDIO>") { totalCount nodes { kind studio { name } about { ... on LiveSession { sessionName } } } } }"#,
    ),
    way(r#"{ campaignRule(studioId: "<STUDIO>") { isEnabled } studio(id: "<STUDIO>") { name } }"#),
    way(r#"{ campaignRuleDryRun(studioId: "<STUDIO>") { pauseCount } studio(id: "<STUDIO>") { name } }"#),
    way(r#"{ alertSettings(studioId: "<STUDIO>") { stockLowPieces } studio(id: "<STUDIO>") { name } }"#),
    way(r#"{ liveAnalytics(studioId: "<STUDIO>", from: "2026-01-01", to: "2026-12-31") { figures { totalSessions } }
        studio(id: "<STUDIO>") { name } }"#),
    way(r#"{ viewer { memberships { studio {
        liveSessions(filter: { shopeeAccountId: "<ACCOUNT>" }) { totalCount nodes { sessionName } } } } } }"#),
];

pub(super) const SUBSCRIPTIONS: &[Way] = &[
    way(r#"subscription { viewerCount(sessionId: "<SESSION>") { viewers session { sessionName } } }"#),
    way(r#"subscription { viewerCount(sessionId: "<SHOPEE_ID>") { viewers session { sessionName } } }"#),
    way(r#"subscription { liveMetrics(sessionId: "<SESSION>") { orders session { sessionName } } }"#),
    way(r#"subscription { liveMetrics(sessionId: "<SHOPEE_ID>") { orders session { sessionName } } }"#),
    way(r#"subscription { studioLive(studioId: "<STUDIO>") { changes { orders session { sessionName } } } }"#),
    way(r#"subscription { alerts(studioId: "<STUDIO>") { sequence alert { kind studio { name } } } }"#),
    way(r#"subscription { coinGiveouts(sessionId: "<SESSION>") { coinGiveout { amount } } }"#),
    way(r#"subscription { coinGiveouts(sessionId: "<SHOPEE_ID>") { sequence } }"#),
    way(r#"subscription { shopeeLoginStatus(id: "<LOGIN>") { status studio { name } } }"#),
    way(r#"subscription { syncProgress(jobId: "<JOB>") { done current shopeeAccount { username } } }"#),
    way(r#"subscription { shopeeAccountStatus(studioId: "<STUDIO>") { status username } }"#),
];

impl Way {
    pub(super) fn filled(&self, things: &Things) -> String {
        let selections = [("{SESSION}", SESSION), ("{ACCOUNT}", ACCOUNT), ("{STUDIO}", STUDIO)];
        let query = selections.iter().fold(self.query.to_owned(), |query, (place, text)| query.replace(place, text));
        things.0.iter().fold(query, |query, (place, id)| query.replace(place, id))
    }
}

/// One thing of each kind, by its id.
pub(super) struct Things([(&'static str, String); 11]);

impl Things {
    /// A session on air and what belongs to it.
    pub(super) async fn of_the_first_studio(world: &World, database: &Database) -> Self {
        let connection = database.connect().await;
        let on_air = live_session::Entity::find().filter(live_session::Column::Status.eq(live_session::Status::OnAir));
        let session = on_air.one(&connection).await.unwrap().unwrap();
        let items = live_session_item::Entity::find();
        let items = items.filter(live_session_item::Column::LiveSessionId.eq(session.id));
        let item = items.one(&connection).await.unwrap().unwrap();
        let login = login_of(&connection, &session).await;
        let member = membership::Entity::find().filter(membership::Column::StudioId.eq(session.studio_id));
        let member = member.one(&connection).await.unwrap().unwrap();
        let job = job::Entity::find().filter(job::Column::StudioId.eq(session.studio_id));
        let job = job.one(&connection).await.unwrap().unwrap();
        let invitation = invitation::ActiveModel {
            studio_id: Set(session.studio_id),
            email: Set(GUEST.to_owned()),
            role: Set(Role::Analyst),
            token_hash: Set(vec![7; 32]),
            invited_by: Set(Some(member.user_id)),
            created_at: Set(member.created_at),
            expires_at: Set(member.created_at),
            ..Default::default()
        };
        let invitation = invitation.insert(&connection).await.unwrap();
        let alert = alert::ActiveModel {
            studio_id: Set(session.studio_id),
            kind: Set(alert::Kind::ViewersDropped),
            subject: Set(format!("LiveSession:{}", session.id)),
            live_session_id: Set(Some(session.id)),
            revision: Set(1),
            raised_at: Set(session.started_at),
            ..Default::default()
        };
        let alert = alert.insert(&connection).await.unwrap();
        Self::new(
            [
                session.studio_id,
                session.shopee_account_id,
                session.id,
                item.id,
                login,
                member.id,
                invitation.id,
                alert.id,
                job.id,
            ],
            session.session_id,
            world.shopee().campaigns()[0].campaign_id,
        )
    }

    /// Things that are not there.
    pub(super) fn nowhere() -> Self {
        Self::new(std::array::from_fn(|place| 1_000_001 + place as i64), 1, 1)
    }

    fn new(
        [studio, account, session, item, login, member, invitation, alert, job]: [i64; 9],
        shopee_id: i64,
        campaign_id: i64,
    ) -> Self {
        let id = |kind, key| GlobalId::new(kind, key).encode().0;
        Self([
            ("<STUDIO>", id(Kind::Studio, studio)),
            ("<ACCOUNT>", id(Kind::ShopeeAccount, account)),
            ("<SESSION>", id(Kind::LiveSession, session)),
            ("<ITEM>", id(Kind::LiveSessionItem, item)),
            ("<LOGIN>", id(Kind::ShopeeLogin, login)),
            ("<MEMBER>", id(Kind::Membership, member)),
            ("<INVITATION>", id(Kind::Invitation, invitation)),
            ("<ALERT>", id(Kind::Alert, alert)),
            ("<JOB>", id(Kind::Job, job)),
            ("<SHOPEE_ID>", shopee_id.to_string()),
            ("<CAMPAIGN>", campaign_id.to_string()),
        ])
    }
}

/// A login that the session's studio has started and that is over.
async fn login_of(connection: &DatabaseConnection, session: &live_session::Model) -> i64 {
    let row = shopee_login::ActiveModel {
        studio_id: Set(session.studio_id),
        region: Set("ID".to_owned()),
        status: Set(shopee_login::Status::Canceled),
        created_at: Set(session.started_at),
        expires_at: Set(session.started_at),
        updated_at: Set(session.started_at),
        ..Default::default()
    };
    row.insert(connection).await.unwrap().id
}
