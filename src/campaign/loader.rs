//! The campaign room's DataLoader: one per operation, for what many promotions of a page are judged by.

use std::collections::HashMap;

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use super::{
    course::WINDOW,
    reading::Reading,
    rule::Rule,
    store::{
        readings::{self, CampaignKey},
        rules,
    },
};
use crate::{
    app::App,
    database::Statements,
    error::{Error, Result},
    graphql::context::ContextExt as _,
    identity::scope::Asker,
};

/// Loads courses and rules, within what the operation's sender may see.
pub struct CampaignLoader {
    app: App,
    asker: Asker,
    statements: Statements,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct CourseKey(CampaignKey);
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct RuleKey(i64);

pub type CampaignLoaders = DataLoader<CampaignLoader>;

/// The loader of one operation.
pub fn loaders(app: App, asker: Asker, statements: Statements) -> CampaignLoaders {
    DataLoader::new(CampaignLoader { app, asker, statements }, TokioSpawner::current(), TokioTimer::default())
}

/// What was lately read of a campaign, the oldest first.
pub async fn course(ctx: &Context<'_>, campaign: CampaignKey) -> Result<Vec<Reading>> {
    Ok(ctx.given::<CampaignLoaders>()?.load_one(CourseKey(campaign)).await?.unwrap_or_default())
}

/// A studio's rule.
pub async fn rule(ctx: &Context<'_>, studio_id: i64) -> Result<Rule> {
    Ok(ctx.given::<CampaignLoaders>()?.load_one(RuleKey(studio_id)).await?.unwrap_or_default())
}

impl Loader<CourseKey> for CampaignLoader {
    type Value = Vec<Reading>;
    type Error = Error;

    async fn load(&self, keys: &[CourseKey]) -> Result<HashMap<CourseKey, Vec<Reading>>> {
        let mut campaigns: HashMap<i64, Vec<i64>> = HashMap::new();
        for CourseKey((account_id, campaign_id)) in keys {
            campaigns.entry(*account_id).or_default().push(*campaign_id);
        }
        let (scope, since, mut loaded) = (self.asker.scope()?, self.app.clock.now() - WINDOW, HashMap::new());
        for (account_id, campaigns) in campaigns {
            let courses = readings::courses(&scope, &self.statements, account_id, &campaigns, since).await?;
            loaded.extend(courses.into_iter().map(|(campaign, course)| (CourseKey((account_id, campaign)), course)));
        }
        Ok(loaded)
    }
}

impl Loader<RuleKey> for CampaignLoader {
    type Value = Rule;
    type Error = Error;

    async fn load(&self, keys: &[RuleKey]) -> Result<HashMap<RuleKey, Rule>> {
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rules = rules::of_studios(&self.asker.scope()?, &self.statements, &keys).await?;
        Ok(rules.into_iter().map(|(studio_id, rule)| (RuleKey(studio_id), rule)).collect())
    }
}
