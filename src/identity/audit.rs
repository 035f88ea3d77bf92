//! The audit log: who did what to which thing, from where and when. Written in the transaction that makes the change, so that
//! neither is there without the other; the database itself refuses to change or remove an entry.

use chrono::{DateTime, Utc};
use entity::audit_entry;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait as _};
use serde::Serialize;
use serde_json::Value;

use super::{actor::Actor, scope::Scope};
use crate::{
    error::{Error, Result},
    graphql::id::{GlobalId, Kind},
};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "AuditAction")]
pub enum Action {
    /// A studio was made.
    StudioCreated,
    /// Somebody signed in, or an operator of the gateway made a token for them.
    SignedIn,
    /// Somebody tried to sign in and did not give the user's password.
    SignInRefused,
    /// A sign-in was ended by whom it belongs to.
    SignedOut,
    /// All sign-ins of a user were ended.
    SignedOutEverywhere,
    /// A refresh token came a second time, so that somebody has a copy; its sign-in was ended.
    RefreshTokenReused,
    /// A user has a new password.
    PasswordChanged,
    /// A user came with another issuer's token for the first time.
    ExternalIdentityLinked,
    /// A studio's name or time zone was changed.
    StudioUpdated,
    /// Somebody was invited to a studio.
    MemberInvited,
    /// An invitation was taken back, also by one that took its place.
    InvitationRevoked,
    /// An invitation was accepted: there is a new member.
    InvitationAccepted,
    /// A member has another role.
    MemberRoleChanged,
    /// A member was taken out of a studio.
    MemberRemoved,
    /// A member left a studio.
    MemberLeft,
    /// Connecting a Shopee account by QR code was begun.
    ShopeeLoginStarted,
    /// A Shopee account was connected, or connected again.
    ShopeeAccountConnected,
    /// Shopee was asked about an account, and something about it had changed.
    ShopeeAccountChecked,
    /// An account's credential was removed.
    ShopeeAccountDisconnected,
    /// Shopee stopped accepting an account's credential, as the gateway noticed.
    AccountSignedOut,
    /// Somebody asked for all that Shopee lists of an account to be stored; `after` says from when on.
    SyncRequested,
    /// A live session was taken into a studio by its id.
    LiveSessionCreated,
    /// What a studio keeps of a live session was changed by a person.
    LiveSessionUpdated,
    /// A live session was deleted, with its products and figures.
    LiveSessionDeleted,
    /// A live session was compared with Shopee because a person asked for it.
    LiveSessionSynced,
    /// Somebody asked for coins to be given to viewers; `after` says what came of it at once.
    CoinsRequested,
    /// It became known whether coins were given.
    CoinsSettled,
    /// Somebody asked for a campaign to be changed; `after` says what came of it at once.
    PromotionEditRequested,
    /// It became known whether a campaign was changed.
    PromotionEditSettled,
    /// A studio's rule asked for a campaign to be paused; `after` has the numbers that led to it, in 1/100000 of the currency unit.
    PromotionPausedByRule,
    /// By what a studio has its promotions judged, or whether a rule pauses them, was changed.
    CampaignRuleUpdated,
    /// Somebody had a studio's sessions of some days asked of Shopee again; `after` says which days, and how many sessions.
    AnalyticsRebuildRequested,
    /// When a studio wants to be alerted was changed.
    AlertSettingsUpdated,
    /// Somebody has seen to an alert.
    AlertAcknowledged,
}

impl Action {
    pub const ALL: &[Self] = &[
        Self::StudioCreated,
        Self::SignedIn,
        Self::SignInRefused,
        Self::SignedOut,
        Self::SignedOutEverywhere,
        Self::RefreshTokenReused,
        Self::PasswordChanged,
        Self::ExternalIdentityLinked,
        Self::StudioUpdated,
        Self::MemberInvited,
        Self::InvitationRevoked,
        Self::InvitationAccepted,
        Self::MemberRoleChanged,
        Self::MemberRemoved,
        Self::MemberLeft,
        Self::ShopeeLoginStarted,
        Self::ShopeeAccountConnected,
        Self::ShopeeAccountChecked,
        Self::ShopeeAccountDisconnected,
        Self::AccountSignedOut,
        Self::SyncRequested,
        Self::LiveSessionCreated,
        Self::LiveSessionUpdated,
        Self::LiveSessionDeleted,
        Self::LiveSessionSynced,
        Self::CoinsRequested,
        Self::CoinsSettled,
        Self::PromotionEditRequested,
        Self::PromotionEditSettled,
        Self::PromotionPausedByRule,
        Self::CampaignRuleUpdated,
        Self::AnalyticsRebuildRequested,
        Self::AlertSettingsUpdated,
        Self::AlertAcknowledged,
    ];

    /// As it stands in the row.
    pub fn name(self) -> &'static str {
        match self {
            Self::StudioCreated => "STUDIO_CREATED",
            Self::SignedIn => "SIGNED_IN",
            Self::SignInRefused => "SIGN_IN_REFUSED",
            Self::SignedOut => "SIGNED_OUT",
            Self::SignedOutEverywhere => "SIGNED_OUT_EVERYWHERE",
            Self::RefreshTokenReused => "REFRESH_TOKEN_REUSED",
            Self::PasswordChanged => "PASSWORD_CHANGED",
            Self::ExternalIdentityLinked => "EXTERNAL_IDENTITY_LINKED",
            Self::StudioUpdated => "STUDIO_UPDATED",
            Self::MemberInvited => "MEMBER_INVITED",
            Self::InvitationRevoked => "INVITATION_REVOKED",
            Self::InvitationAccepted => "INVITATION_ACCEPTED",
            Self::MemberRoleChanged => "MEMBER_ROLE_CHANGED",
            Self::MemberRemoved => "MEMBER_REMOVED",
            Self::MemberLeft => "MEMBER_LEFT",
            Self::ShopeeLoginStarted => "SHOPEE_LOGIN_STARTED",
            Self::ShopeeAccountConnected => "SHOPEE_ACCOUNT_CONNECTED",
            Self::ShopeeAccountChecked => "SHOPEE_ACCOUNT_CHECKED",
            Self::ShopeeAccountDisconnected => "SHOPEE_ACCOUNT_DISCONNECTED",
            Self::AccountSignedOut => "ACCOUNT_SIGNED_OUT",
            Self::SyncRequested => "SYNC_REQUESTED",
            Self::LiveSessionCreated => "LIVE_SESSION_CREATED",
            Self::LiveSessionUpdated => "LIVE_SESSION_UPDATED",
            Self::LiveSessionDeleted => "LIVE_SESSION_DELETED",
            Self::LiveSessionSynced => "LIVE_SESSION_SYNCED",
            Self::CoinsRequested => "COINS_REQUESTED",
            Self::CoinsSettled => "COINS_SETTLED",
            Self::PromotionEditRequested => "PROMOTION_EDIT_REQUESTED",
            Self::PromotionEditSettled => "PROMOTION_EDIT_SETTLED",
            Self::PromotionPausedByRule => "PROMOTION_PAUSED_BY_RULE",
            Self::CampaignRuleUpdated => "CAMPAIGN_RULE_UPDATED",
            Self::AnalyticsRebuildRequested => "ANALYTICS_REBUILD_REQUESTED",
            Self::AlertSettingsUpdated => "ALERT_SETTINGS_UPDATED",
            Self::AlertAcknowledged => "ALERT_ACKNOWLEDGED",
        }
    }

    /// The action of a row; `None` for one that another version of the gateway wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

/// The kind of subject that a user is, as it stands in the row.
pub const USER: &str = "User";

/// What it was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A thing that clients know by its id.
    Thing(GlobalId),
    /// A user, whom clients know by e-mail address only.
    User(i64),
}

impl Subject {
    fn kind(self) -> &'static str {
        match self {
            Self::Thing(id) => id.kind.name(),
            Self::User(_) => USER,
        }
    }

    fn key(self) -> i64 {
        match self {
            Self::Thing(id) => id.key,
            Self::User(key) => key,
        }
    }
}

/// What happened to one thing. `before` and `after` hold no secret, ever.
#[derive(Clone, Debug)]
pub struct Entry {
    pub action: Action,
    pub studio_id: Option<i64>,
    pub subject: Subject,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Entry {
    /// Something done to a thing of a studio.
    pub fn in_studio(action: Action, studio_id: i64, kind: Kind, key: i64) -> Self {
        let subject = Subject::Thing(GlobalId::new(kind, key));
        Self { action, studio_id: Some(studio_id), subject, before: None, after: None }
    }

    /// Something done to a user, whichever studios they belong to.
    pub fn of_user(action: Action, user_id: i64) -> Self {
        Self { action, studio_id: None, subject: Subject::User(user_id), before: None, after: None }
    }

    /// How the thing was.
    pub fn before(self, before: impl Serialize) -> Result<Self> {
        Ok(Self { before: Some(json(before)?), ..self })
    }

    /// How the thing is now.
    pub fn after(self, after: impl Serialize) -> Result<Self> {
        Ok(Self { after: Some(json(after)?), ..self })
    }
}

fn json(value: impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

/// Adds an entry.
pub async fn record(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    actor: &Actor,
    entry: Entry,
    now: DateTime<Utc>,
) -> Result<()> {
    if let Some(studio_id) = entry.studio_id {
        scope.require(studio_id)?;
    }
    let row = audit_entry::ActiveModel {
        studio_id: Set(entry.studio_id),
        user_id: Set(actor.user_id),
        action: Set(entry.action.name().to_owned()),
        subject_kind: Set(entry.subject.kind().to_owned()),
        subject_id: Set(Some(entry.subject.key().to_string())),
        remote_address: Set(actor.address.map(|address| address.to_string())),
        request_id: Set(actor.request_id.clone()),
        before: Set(entry.before.map(|before| before.to_string())),
        after: Set(entry.after.map(|after| after.to_string())),
        occurred_at: Set(now),
        ..Default::default()
    };
    audit_entry::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}
