//! Rows with everything that may be null left null, to be varied by the tests.

use chrono::{DateTime, Utc};
use entity::*;
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel};

/// A moment that both databases keep in full: PostgreSQL has microseconds.
pub(crate) fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_795_305_600_123_456).unwrap()
}

/// Writes the row as it is, its id included.
pub(crate) async fn insert<M, A>(connection: &DatabaseConnection, row: M) -> Result<M, DbErr>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    A::Entity: EntityTrait<Model = M>,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    row.into_active_model().reset_all().insert(connection).await
}

pub(crate) fn user(id: i64) -> user::Model {
    user::Model {
        id,
        email: format!("user{id}@example.com"),
        display_name: "Sari".to_owned(),
        created_at: moment(),
        password_hash: None,
        access_revision: 0,
    }
}

pub(crate) fn sign_in(id: i64, user_id: i64) -> sign_in::Model {
    sign_in::Model {
        id,
        user_id,
        kind: sign_in::Kind::Password,
        remote_address: None,
        created_at: moment(),
        last_used_at: moment(),
        ended_at: None,
    }
}

pub(crate) fn refresh_token(id: i64, sign_in_id: i64) -> refresh_token::Model {
    refresh_token::Model {
        id,
        sign_in_id,
        token_hash: id.to_be_bytes().repeat(4),
        created_at: moment(),
        expires_at: moment(),
        used_at: None,
    }
}

pub(crate) fn external_identity(id: i64, user_id: i64) -> external_identity::Model {
    external_identity::Model {
        id,
        issuer: "https://sign-in.example.com".to_owned(),
        subject: format!("subject-{id}"),
        user_id,
        created_at: moment(),
    }
}

pub(crate) fn studio(id: i64) -> studio::Model {
    studio::Model {
        id,
        name: "Studio".to_owned(),
        time_zone: "Asia/Jakarta".to_owned(),
        coin_budget_per_session: None,
        coin_budget_per_day: None,
        created_at: moment(),
        updated_at: moment(),
    }
}

pub(crate) fn membership(id: i64, user_id: i64, studio_id: i64) -> membership::Model {
    membership::Model { id, user_id, studio_id, role: membership::Role::Owner, created_at: moment() }
}

pub(crate) fn invitation(id: i64, studio_id: i64) -> invitation::Model {
    invitation::Model {
        id,
        studio_id,
        email: "budi@example.com".to_owned(),
        role: membership::Role::Analyst,
        token_hash: id.to_be_bytes().repeat(4),
        invited_by: None,
        created_at: moment(),
        expires_at: moment(),
        accepted_at: None,
        revoked_at: None,
    }
}

pub(crate) fn shopee_account(id: i64, studio_id: i64) -> shopee_account::Model {
    shopee_account::Model {
        id,
        studio_id,
        region: "ID".to_owned(),
        shopee_user_id: 1_000_000_000_000 + id,
        username: "toko".to_owned(),
        display_name: None,
        avatar: None,
        status: shopee_account::Status::Active,
        credential: None,
        credential_key_id: None,
        signed_out_at: None,
        synced_at: None,
        created_at: moment(),
        updated_at: moment(),
    }
}

pub(crate) fn shopee_login(id: i64, studio_id: i64) -> shopee_login::Model {
    shopee_login::Model {
        id,
        studio_id,
        started_by: None,
        region: "ID".to_owned(),
        status: shopee_login::Status::New,
        sealed_code: None,
        sealed_key_id: None,
        claimed_until: None,
        shopee_account_id: None,
        failure: None,
        created_at: moment(),
        expires_at: moment(),
        updated_at: moment(),
    }
}

pub(crate) fn live_session(id: i64, studio_id: i64, shopee_account_id: i64) -> live_session::Model {
    live_session::Model {
        id,
        studio_id,
        shopee_account_id,
        region: "ID".to_owned(),
        session_id: 2_000_000_000_000 + id,
        session_name: "Flash sale".to_owned(),
        streamer_id: None,
        streamer_name: None,
        status: live_session::Status::OnAir,
        started_at: moment(),
        ended_at: None,
        duration_seconds: None,
        total_viewers: None,
        peak_viewers: None,
        total_orders: None,
        total_revenue: None,
        confirmed_orders: None,
        confirmed_revenue: None,
        total_comments: None,
        total_likes: None,
        total_shares: None,
        products_count: None,
        campaign_id: None,
        campaign_budget: None,
        campaign_spent: None,
        coins_distributed: None,
        coin_total_value: None,
        created_at: moment(),
        updated_at: moment(),
        synced_at: None,
        items_synced_at: None,
        items_confirmed_revenue: None,
        edited_name: None,
        edited_at: None,
        samples_thinned: 0,
    }
}

pub(crate) fn deleted_live_session(id: i64, studio_id: i64) -> deleted_live_session::Model {
    let session_id = 4_000_000_000_000 + id;
    deleted_live_session::Model { studio_id, region: "ID".to_owned(), session_id, deleted_at: moment() }
}

pub(crate) fn live_session_item(id: i64, live_session_id: i64) -> live_session_item::Model {
    live_session_item::Model {
        id,
        live_session_id,
        item_id: 3_000_000_000_000 + id,
        shop_id: None,
        product_name: "Kopi".to_owned(),
        product_image_url: None,
        regular_price: None,
        live_price: None,
        discount_millionths: None,
        quantity_sold: None,
        total_sales_amount: None,
        confirmed_sales_amount: None,
        commission_millionths: None,
        total_commission: None,
        promotion_type: None,
        is_featured: None,
        promoted_at: None,
        stock: None,
        stock_seen_at: None,
        last_updated: moment(),
    }
}

/// The studio's day, and one day later with each id.
pub(crate) fn recount(live_session_id: i64, studio_id: i64) -> recount::Model {
    recount::Model { live_session_id, studio_id, requested_at: moment(), due_at: moment(), attempts: 0 }
}

pub(crate) fn live_analytics(id: i64, studio_id: i64) -> live_analytics::Model {
    live_analytics::Model {
        id,
        studio_id,
        live_session_id: None,
        date: moment().date_naive() + chrono::Days::new(id.unsigned_abs()),
        total_sessions: 1,
        total_orders: None,
        total_revenue: None,
        total_viewers: None,
        average_viewers: None,
        peak_viewers: None,
        average_order_value: None,
        conversion_rate_millionths: None,
        total_comments: None,
        total_likes: None,
        total_shares: None,
        roi_millionths: None,
        total_ad_spend: None,
        total_commission: None,
        top_product: None,
        created_at: moment(),
        updated_at: moment(),
    }
}

pub(crate) fn metric_sample(live_session_id: i64) -> metric_sample::Model {
    metric_sample::Model {
        live_session_id,
        sampled_at: moment(),
        viewers: None,
        peak_viewers: None,
        total_viewers: None,
        likes: None,
        comments: None,
        shares: None,
        orders: None,
        revenue: None,
    }
}

pub(crate) fn intent(id: i64, studio_id: i64, shopee_account_id: i64, requested_by: i64) -> intent::Model {
    intent::Model {
        id,
        studio_id,
        shopee_account_id,
        requested_by,
        idempotency_key: format!("key-{id}"),
        kind: intent::Kind::GiveOutCoins,
        resource: format!("coins/{id}"),
        input: "{}".to_owned(),
        state: intent::State::Pending,
        refusal_code: None,
        seen_before: None,
        attempts: 0,
        sent_at: None,
        accepted_at: None,
        revision: 1,
        created_at: moment(),
        settled_at: None,
    }
}

/// What the intent of the same id is about.
pub(crate) fn coin_giveout(id: i64, studio_id: i64, live_session_id: i64) -> coin_giveout::Model {
    coin_giveout::Model { id, studio_id, live_session_id, amount: 100, recipients: None }
}

/// What the intent of the same id is about.
pub(crate) fn promotion_edit(id: i64, studio_id: i64, shopee_account_id: i64) -> promotion_edit::Model {
    let (campaign_id, action) = (5_000_000_000_000 + id, promotion_edit::Action::Pause);
    promotion_edit::Model {
        id,
        studio_id,
        shopee_account_id,
        campaign_id,
        action,
        daily_budget: None,
        undoes: None,
        rule_spent: None,
        rule_sales: None,
        rule_pauses_below_millionths: None,
    }
}

pub(crate) fn campaign_reading(id: i64, studio_id: i64, shopee_account_id: i64) -> campaign_reading::Model {
    campaign_reading::Model {
        id,
        studio_id,
        shopee_account_id,
        campaign_id: 5_000_000_000_000 + id,
        name: None,
        day: moment().date_naive(),
        state: campaign_reading::State::Ongoing,
        daily_budget: None,
        spent: 0,
        sales: 0,
        orders: None,
        read_at: moment(),
    }
}

pub(crate) fn campaign_look(shopee_account_id: i64) -> campaign_look::Model {
    campaign_look::Model { shopee_account_id, due_at: moment() }
}

pub(crate) fn campaign_rule(studio_id: i64) -> campaign_rule::Model {
    campaign_rule::Model {
        studio_id,
        is_enabled: false,
        pauses_below_millionths: 1_000_000,
        target_millionths: 3_000_000,
        minimum_spent_percent: 20,
        changed_by: None,
        updated_at: moment(),
    }
}

/// About the session of the same id.
pub(crate) fn alert(id: i64, studio_id: i64) -> alert::Model {
    alert::Model {
        id,
        studio_id,
        kind: alert::Kind::ViewersDropped,
        subject: format!("LiveSession:{id}"),
        live_session_id: None,
        live_session_item_id: None,
        shopee_account_id: None,
        intent_id: None,
        usual_millionths: None,
        observed_millionths: None,
        threshold: None,
        stale_since: None,
        revision: id,
        raised_at: moment(),
        cleared_at: None,
        acknowledged_at: None,
        acknowledged_by: None,
    }
}

pub(crate) fn alert_settings(studio_id: i64) -> alert_settings::Model {
    alert_settings::Model {
        studio_id,
        viewers_drop_percent: None,
        orders_drop_percent: None,
        likes_drop_percent: None,
        stock_low_pieces: None,
        coins_low_percent: None,
        source_stale_minutes: None,
        updated_at: moment(),
    }
}

pub(crate) fn job(id: i64) -> job::Model {
    job::Model {
        id,
        kind: "sync_account".to_owned(),
        studio_id: None,
        shopee_account_id: None,
        state: job::State::Queued,
        position: None,
        done: 0,
        total: None,
        failures: 0,
        last_error: None,
        created_at: moment(),
        started_at: None,
        finished_at: None,
        heartbeat_at: None,
        holder: None,
        since: None,
        current: None,
    }
}

/// In the job of the same id.
pub(crate) fn job_failure(job_id: i64) -> job_failure::Model {
    job_failure::Model {
        job_id,
        session_id: 4_000_000_000_000 + job_id,
        code: "SHOPEE_THROTTLED".to_owned(),
        call: None,
        attempts: 1,
        failed_at: moment(),
        resolved_at: None,
    }
}

pub(crate) fn audit_entry(id: i64) -> audit_entry::Model {
    audit_entry::Model {
        id,
        studio_id: None,
        user_id: None,
        action: "updateLiveSession".to_owned(),
        subject_kind: "LiveSession".to_owned(),
        subject_id: None,
        remote_address: None,
        request_id: None,
        before: None,
        after: None,
        occurred_at: moment(),
    }
}

/// Studios 1 and 2; in each an account and a session of the same id; user 1, a member of studio 1; one row of
/// everything else under user 1, studio 1, its account and its session.
pub(crate) async fn world(connection: &DatabaseConnection) {
    insert(connection, user(1)).await.unwrap();
    for id in [1, 2] {
        insert(connection, studio(id)).await.unwrap();
        insert(connection, shopee_account(id, id)).await.unwrap();
        insert(connection, live_session(id, id, id)).await.unwrap();
    }
    insert(connection, sign_in(1, 1)).await.unwrap();
    insert(connection, refresh_token(1, 1)).await.unwrap();
    insert(connection, external_identity(1, 1)).await.unwrap();
    insert(connection, membership(1, 1, 1)).await.unwrap();
    insert(connection, invitation::Model { invited_by: Some(1), ..invitation(1, 1) }).await.unwrap();
    let login = shopee_login::Model { started_by: Some(1), shopee_account_id: Some(1), ..shopee_login(1, 1) };
    insert(connection, login).await.unwrap();
    insert(connection, live_session_item(1, 1)).await.unwrap();
    insert(connection, deleted_live_session(1, 1)).await.unwrap();
    insert(connection, recount(1, 1)).await.unwrap();
    insert(connection, live_analytics(1, 1)).await.unwrap();
    insert(connection, live_analytics::Model { live_session_id: Some(1), ..live_analytics(2, 1) }).await.unwrap();
    insert(connection, metric_sample(1)).await.unwrap();
    for id in [1, 2] {
        insert(connection, intent(id, 1, 1, 1)).await.unwrap();
    }
    insert(connection, coin_giveout(1, 1, 1)).await.unwrap();
    insert(connection, promotion_edit(2, 1, 1)).await.unwrap();
    insert(connection, campaign_reading(1, 1, 1)).await.unwrap();
    insert(connection, campaign_look(1)).await.unwrap();
    insert(connection, campaign_rule::Model { changed_by: Some(1), ..campaign_rule(1) }).await.unwrap();
    let of_session = alert::Model { live_session_id: Some(1), ..alert(2, 1) };
    let acknowledged = alert::Model { acknowledged_at: Some(moment()), acknowledged_by: Some(1), ..alert(1, 1) };
    for alert in [acknowledged, of_session] {
        insert(connection, alert).await.unwrap();
    }
    insert(connection, alert_settings(1)).await.unwrap();
    insert(connection, job::Model { studio_id: Some(1), shopee_account_id: Some(1), ..job(1) }).await.unwrap();
    insert(connection, job_failure(1)).await.unwrap();
    insert(connection, audit_entry::Model { studio_id: Some(1), user_id: Some(1), ..audit_entry(1) }).await.unwrap();
}
