//! Something of every kind, by the names that operations give to their variables.

use std::time::Duration;

use async_graphql::parser::{parse_query, types::DocumentOperations};
use entity::{
    alert, coin_giveout, intent, invitation, job, live_session, live_session_item, membership::Role, promotion_edit,
    shopee_login, user,
};
use live_gateway::{
    commands::set_password,
    graphql::id::{GlobalId, Kind},
    identity::password::Password,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _,
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::table::Asker;
use crate::support::world::{OWNER, World};

const PASSWORD: &str = "correct horse battery";
const SIGN_IN: &str = "mutation ($email: String!, $password: String!) {
    signIn(input: { email: $email, password: $password }) { refreshToken }
}";

/// The first studio's things, and what an asker needs of their own.
pub(super) struct Things<'a> {
    world: &'a World,
    connection: &'a DatabaseConnection,
    asker: Asker,
    /// One on air.
    session: live_session::Model,
}

impl<'a> Things<'a> {
    pub(super) async fn of(world: &'a World, connection: &'a DatabaseConnection, asker: Asker) -> Self {
        let on_air = live_session::Entity::find().filter(live_session::Column::Status.eq(live_session::Status::OnAir));
        let session = on_air.one(connection).await.unwrap().unwrap();
        Self { world, connection, asker, session }
    }

    /// What a document has variables for; what its operation may use up is made anew.
    pub(super) async fn variables_of(&self, document: &str) -> Value {
        let mut variables = Map::new();
        for name in names(document) {
            let thing = self.thing(&name).await;
            variables.insert(name, thing);
        }
        variables.into()
    }

    async fn thing(&self, name: &str) -> Value {
        let id = |kind, key| json!(GlobalId::new(kind, key).encode().0);
        match name {
            "studio" => id(Kind::Studio, self.session.studio_id),
            "studioOfTwoOwners" => {
                self.world.member("second.owner@first.example", Role::Owner).await;
                id(Kind::Studio, self.session.studio_id)
            }
            "account" => id(Kind::ShopeeAccount, self.session.shopee_account_id),
            "session" => id(Kind::LiveSession, self.session.id),
            "shopeeId" => json!(self.session.session_id.to_string()),
            "endedSession" => id(Kind::LiveSession, self.ended_session().await.id),
            "unstoredShopeeId" => json!(self.unstored_session().await.to_string()),
            "userId" => json!(self.world.first_account().user_id.to_string()),
            "item" => id(Kind::LiveSessionItem, self.item().await),
            "member" => id(Kind::Membership, self.world.member("somebody@first.example", Role::Analyst).await),
            "invitation" => id(Kind::Invitation, self.invitation("guest@first.example").await.0),
            "invitationToken" => json!(self.invitation(self.asker.email()).await.1),
            "newcomersToken" => json!(self.invitation("newcomer@first.example").await.1),
            "login" => id(Kind::ShopeeLogin, self.login().await),
            "campaign" => json!(self.world.shopee().campaigns()[0].campaign_id.to_string()),
            "ongoingCampaign" => json!(self.ongoing_campaign().to_string()),
            "key" => json!(format!("key-{}", rand::random::<u64>())),
            "quietSession" => id(Kind::LiveSession, self.quiet_session().await),
            "sessionWithCoins" => {
                self.unknown(intent::Kind::GiveOutCoins).await;
                id(Kind::LiveSession, self.session.id)
            }
            "alert" => id(Kind::Alert, self.alert().await),
            "studioWithAlert" => {
                self.alert().await;
                id(Kind::Studio, self.session.studio_id)
            }
            "unknownGiveout" => id(Kind::CoinGiveout, self.unknown(intent::Kind::GiveOutCoins).await),
            "unknownEdit" => id(Kind::PromotionEdit, self.unknown(intent::Kind::EditPromotion).await),
            "pausedEdit" => id(Kind::PromotionEdit, self.paused_edit().await),
            "syncJob" => id(Kind::Job, self.sync_job().await),
            "cookies" => json!(self.world.first_account().cookie),
            "email" => json!(self.asker.email()),
            "password" => self.password().await,
            "refreshToken" => self.refresh_token().await,
            other => panic!("no thing is called {other}"),
        }
    }

    /// A run over the account that is over.
    async fn sync_job(&self) -> i64 {
        let now = self.world.gateway.app.clock.now();
        let row = job::ActiveModel {
            kind: Set("SYNC_ALL".to_owned()),
            studio_id: Set(Some(self.session.studio_id)),
            shopee_account_id: Set(Some(self.session.shopee_account_id)),
            state: Set(job::State::Succeeded),
            done: Set(1),
            failures: Set(0),
            created_at: Set(now),
            finished_at: Set(Some(now)),
            ..Default::default()
        };
        row.insert(self.connection).await.unwrap().id
    }

    async fn ended_session(&self) -> live_session::Model {
        let ended = live_session::Entity::find().filter(live_session::Column::Status.eq(live_session::Status::Ended));
        let ended = ended.filter(live_session::Column::StudioId.eq(self.session.studio_id));
        ended.one(self.connection).await.unwrap().unwrap()
    }

    /// Shopee's id of a session that the account has and that is not stored.
    async fn unstored_session(&self) -> i64 {
        let session = self.ended_session().await;
        live_session::Entity::delete_by_id(session.id).exec(self.connection).await.unwrap();
        session.session_id
    }

    async fn item(&self) -> i64 {
        let items = live_session_item::Entity::find();
        let items = items.filter(live_session_item::Column::LiveSessionId.eq(self.session.id));
        items.one(self.connection).await.unwrap().unwrap().id
    }

    /// The key of the user who owns the first studio.
    async fn owner(&self) -> i64 {
        let owner = user::Entity::find().filter(user::Column::Email.eq(OWNER));
        owner.one(self.connection).await.unwrap().unwrap().id
    }

    /// An open invitation for an address, and its token.
    async fn invitation(&self, email: &str) -> (i64, String) {
        let now = self.world.gateway.app.clock.now();
        let token = format!("token of {now}");
        let row = invitation::ActiveModel {
            studio_id: Set(self.session.studio_id),
            email: Set(email.to_owned()),
            role: Set(Role::Operator),
            token_hash: Set(Sha256::digest(token.as_bytes()).to_vec()),
            invited_by: Set(Some(self.owner().await)),
            created_at: Set(now),
            expires_at: Set(now + chrono::TimeDelta::days(1)),
            ..Default::default()
        };
        (row.insert(self.connection).await.unwrap().id, token)
    }

    /// A login that is over, so that nothing moves by itself.
    async fn login(&self) -> i64 {
        let now = self.world.gateway.app.clock.now();
        let row = shopee_login::ActiveModel {
            studio_id: Set(self.session.studio_id),
            region: Set("ID".to_owned()),
            status: Set(shopee_login::Status::Canceled),
            created_at: Set(now),
            expires_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        row.insert(self.connection).await.unwrap().id
    }

    /// One that may be paused, which then shows at once.
    fn ongoing_campaign(&self) -> i64 {
        let (shopee, account) = (self.world.shopee(), self.world.first_account().user_id);
        shopee.set_edit_lag(Duration::ZERO);
        let mut campaigns = shopee.campaigns().into_iter();
        let found = campaigns.find(|campaign| campaign.user_id == account && campaign.state == "ongoing");
        found.unwrap().campaign_id
    }

    /// A session on air in which no coins were started yet.
    async fn quiet_session(&self) -> i64 {
        let shopee = self.world.shopee();
        let account = self.world.first_account().user_id;
        let mut on_air = shopee.on_air().into_iter().filter(|session| session.user_id == account);
        let quiet = on_air.find(|session| shopee.coins(session.session_id).unwrap().starts == 0).unwrap();
        let row = live_session::Entity::find().filter(live_session::Column::SessionId.eq(quiet.session_id));
        row.one(self.connection).await.unwrap().unwrap().id
    }

    /// Something of which nothing can be told.
    async fn unknown(&self, kind: intent::Kind) -> i64 {
        let id = self.intent(kind, intent::State::Unknown, None).await;
        match kind {
            intent::Kind::EditPromotion => self.pause(id, 1).await,
            _ => {
                let row = coin_giveout::ActiveModel {
                    id: Set(id),
                    studio_id: Set(self.session.studio_id),
                    live_session_id: Set(self.session.id),
                    amount: Set(1),
                    ..Default::default()
                };
                row.insert(self.connection).await.unwrap();
            }
        }
        id
    }

    /// A pause that was made, of a campaign that is paused.
    async fn paused_edit(&self) -> i64 {
        let (shopee, account) = (self.world.shopee(), self.world.first_account().user_id);
        shopee.set_edit_lag(Duration::ZERO);
        let mut campaigns = shopee.campaigns().into_iter();
        let paused = campaigns.find(|campaign| campaign.user_id == account && campaign.state == "paused").unwrap();
        let before = json!({ "state": "Ongoing", "daily_budget": 1, "limits": null });
        let id = self.intent(intent::Kind::EditPromotion, intent::State::Done, Some(before)).await;
        self.pause(id, paused.campaign_id).await;
        id
    }

    /// What a pause is about.
    async fn pause(&self, id: i64, campaign_id: i64) {
        let row = promotion_edit::ActiveModel {
            id: Set(id),
            studio_id: Set(self.session.studio_id),
            shopee_account_id: Set(self.session.shopee_account_id),
            campaign_id: Set(campaign_id),
            action: Set(promotion_edit::Action::Pause),
            ..Default::default()
        };
        row.insert(self.connection).await.unwrap();
    }

    /// An intent that is settled.
    async fn intent(&self, kind: intent::Kind, state: intent::State, seen_before: Option<Value>) -> i64 {
        let (now, number) = (self.world.gateway.app.clock.now(), rand::random::<u32>());
        let row = intent::ActiveModel {
            studio_id: Set(self.session.studio_id),
            shopee_account_id: Set(self.session.shopee_account_id),
            requested_by: Set(self.owner().await),
            idempotency_key: Set(format!("settled-{number}")),
            kind: Set(kind),
            resource: Set(format!("coins/{}", self.session.id)),
            input: Set("{}".to_owned()),
            state: Set(state),
            seen_before: Set(seen_before.map(|seen| seen.to_string())),
            attempts: Set(1),
            revision: Set(i64::from(number)),
            created_at: Set(now),
            settled_at: Set(Some(now)),
            ..Default::default()
        };
        row.insert(self.connection).await.unwrap().id
    }

    /// One that nobody has seen to.
    async fn alert(&self) -> i64 {
        let number = rand::random::<u32>();
        let row = alert::ActiveModel {
            studio_id: Set(self.session.studio_id),
            kind: Set(alert::Kind::SourceStale),
            subject: Set(format!("LiveSession:{number}")),
            revision: Set(i64::from(number)),
            raised_at: Set(self.world.gateway.app.clock.now()),
            ..Default::default()
        };
        row.insert(self.connection).await.unwrap().id
    }

    async fn password(&self) -> Value {
        let email = self.asker.email().parse().unwrap();
        set_password::set(&self.world.gateway.app, &email, Password::typed(PASSWORD)).await.unwrap();
        json!(PASSWORD)
    }

    async fn refresh_token(&self) -> Value {
        let variables = json!({ "email": self.asker.email(), "password": self.password().await });
        self.world.ask_as(None, SIGN_IN, variables).await["data"]["signIn"]["refreshToken"].take()
    }
}

/// The same for things that are not there.
pub(super) fn nowhere(document: &str) -> Value {
    let id = |kind| json!(GlobalId::new(kind, 1_000_001).encode().0);
    let thing = |name: &str| match name {
        "studio" | "studioOfTwoOwners" | "studioWithAlert" => id(Kind::Studio),
        "alert" => id(Kind::Alert),
        "account" => id(Kind::ShopeeAccount),
        "session" | "endedSession" | "quietSession" | "sessionWithCoins" => id(Kind::LiveSession),
        "item" => id(Kind::LiveSessionItem),
        "member" => id(Kind::Membership),
        "invitation" => id(Kind::Invitation),
        "login" => id(Kind::ShopeeLogin),
        "syncJob" => id(Kind::Job),
        "unknownGiveout" => id(Kind::CoinGiveout),
        "unknownEdit" | "pausedEdit" => id(Kind::PromotionEdit),
        _ => json!("1"),
    };
    names(document).into_iter().map(|name| (name.clone(), thing(&name))).collect::<Map<_, _>>().into()
}

/// The names of a document's variables.
fn names(document: &str) -> Vec<String> {
    let DocumentOperations::Single(operation) = parse_query(document).unwrap().operations else {
        panic!("one operation without a name: {document}")
    };
    operation.node.variable_definitions.into_iter().map(|variable| variable.node.name.node.to_string()).collect()
}
