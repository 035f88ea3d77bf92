//! The whole schema on one screen: the rooms' parts, the limits, what every operation carries.

mod marks;
mod price;
pub mod sharing;

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    MergedObject, MergedSubscription, Request, SDLExportOptions, Variables, parser::types::ExecutableDocument,
};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::{
    account::{
        self,
        schema::{
            ShopeeAccountMutation, ShopeeAccountSubscription, ShopeeLoginMutation, ShopeeLoginQuery,
            ShopeeLoginSubscription, ShopeeQuery,
        },
    },
    alert::schema::{AlertMutation, AlertQuery, AlertSubscription},
    analytics::schema::{AnalyticsMutation, AnalyticsQuery},
    app::App,
    campaign::{
        self,
        schema::{CampaignMutation, CampaignQuery},
    },
    cost::{
        Cost,
        bill::{Bill, Unaffordable},
        bucket::Payer,
    },
    graphql::{
        context::Operation, cost::ReportCost, fitting::FittingVariables, introspection::KeepIntrospection,
        known_types::KnownTypes, no_introspection::NoIntrospection, validate::Validate,
    },
    identity::{
        self,
        actor::Actor,
        attempts::{self, Attempts},
        password::Passwords,
        schema::{IdentityQuery, InvitationMutation, MembershipMutation, SignInMutation, StudioMutation},
        scope::{Asker, Viewer},
    },
    promotion::{
        self,
        schema::{PromotionMutation, PromotionQuery},
    },
    session::{
        self,
        refresh::Refreshes,
        schema::{
            CoinMutation, CoinSubscription, SessionMutation, SessionQuery, SessionSubscription, StudioLiveSubscription,
            SyncMutation, SyncSubscription,
        },
    },
};

/// Where reading starts.
#[derive(MergedObject, Default)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub struct Query(
    IdentityQuery,
    ShopeeQuery,
    ShopeeLoginQuery,
    PromotionQuery,
    CampaignQuery,
    SessionQuery,
    AnalyticsQuery,
    AlertQuery,
);

/// What changes something. Fields run one after the other. A field that fails is null and leaves the others alone.
#[derive(MergedObject, Default)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub struct Mutation(
    SignInMutation,
    StudioMutation,
    MembershipMutation,
    InvitationMutation,
    ShopeeLoginMutation,
    ShopeeAccountMutation,
    SessionMutation,
    CoinMutation,
    PromotionMutation,
    CampaignMutation,
    AnalyticsMutation,
    AlertMutation,
    SyncMutation,
);

/// What moves by itself: every subscription delivers the present state at once, then each newer one.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    ShopeeLoginSubscription,
    ShopeeAccountSubscription,
    SessionSubscription,
    StudioLiveSubscription,
    CoinSubscription,
    SyncSubscription,
    AlertSubscription,
);

pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Objects within objects, counted after fragments are expanded; GraphiQL's own introspection needs 13.
const DEEPEST: usize = 15;

/// The schema over an app.
pub fn schema(app: App) -> Schema {
    let (introspection, refreshes) = (app.config.introspection, Refreshes::new(app.clock));
    let builder = builder().data(app).data(Passwords::default()).data(Attempts::default()).data(refreshes);
    let builder = builder.extension(ReportCost).extension(KeepIntrospection::default());
    let builder = builder.extension(KnownTypes).extension(FittingVariables);
    // What it is not to be asked for, nobody is to find out by guessing.
    if introspection { builder.finish() } else { builder.extension(NoIntrospection).disable_suggestions().finish() }
}

/// The published contract, as it is committed in `schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .use_space_ident();
    builder().finish().sdl_with_options(options)
}

/// A schema that says what is wrong with an operation and executes nothing.
pub fn validator() -> Schema {
    builder().extension(KnownTypes).extension(FittingVariables).extension(Validate).finish()
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .limit_depth(DEEPEST)
        .override_output_type_description::<DateTime<Utc>>(
            "An instant, as RFC 3339 text in UTC with milliseconds: `2026-11-22T20:51:36.486+00:00`.",
        )
        .override_output_type_description::<Decimal>(
            "A decimal number of any size, as text: exact where a float would not be.",
        )
}

/// What makes requests ready for the schema, for one signed-in viewer or for nobody.
#[derive(Clone)]
pub struct Attachment {
    app: App,
    viewer: Option<Arc<Viewer>>,
    address: Option<IpAddr>,
    /// What the sign-in cost: the first operation after it pays.
    sign_in: Arc<Mutex<Option<Arc<Cost>>>>,
}

impl Attachment {
    pub fn new(app: App, viewer: Option<Arc<Viewer>>, address: Option<IpAddr>, sign_in: Arc<Cost>) -> Self {
        Self { app, viewer, address, sign_in: Arc::new(Mutex::new(Some(sign_in))) }
    }

    /// Takes what an operation may cost from whoever asks, before any of it is done.
    pub fn charge(
        &self,
        document: &ExecutableDocument,
        operation_name: Option<&str>,
        variables: &Variables,
    ) -> impl Future<Output = Result<Bill, Unaffordable>> + Send + use<> {
        let price = price::price(document, operation_name, variables);
        let (app, payer) = (self.app.clone(), self.payer());
        async move { Bill::charge(price, app.buckets.of(payer).await) }
    }

    fn payer(&self) -> Payer {
        match (&self.viewer, self.address) {
            (Some(viewer), _) => Payer::User(viewer.user_id),
            (None, Some(address)) => Payer::Network(attempts::network(address)),
            (None, None) => Payer::Nobody,
        }
    }

    /// Puts into a request what its resolvers need: who asks, its counters, its loaders.
    pub fn attach(&self, request: Request, request_id: &str) -> Request {
        let cost = self.sign_in.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        let (asker, statements) = (Asker::new(self.viewer.clone()), self.app.database.read(cost.clone()));
        request
            .data(Operation { cost })
            .data(Actor::of_request(self.viewer.as_deref(), self.address, request_id))
            .data(identity::loader::loaders(asker.clone(), statements.clone()))
            .data(account::loader::loaders(self.app.clone(), asker.clone(), statements.clone()))
            .data(promotion::loader::loaders(asker.clone(), statements.clone()))
            .data(campaign::loader::loaders(self.app.clone(), asker.clone(), statements.clone()))
            .data(session::loader::loaders(asker.clone(), statements.clone()))
            .data(session::loader::session_loaders(asker.clone(), statements.clone()))
            .data(session::history::loaders(asker.clone(), statements))
            .data(asker)
    }
}
