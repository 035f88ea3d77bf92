//! What is put into the database beside what the program stores: unmistakable keys and texts for the other studio.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{alert, audit_entry, invitation, membership, membership::Role, shopee_login, sign_in, studio, user};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait as _, DatabaseConnection, DbBackend, EntityTrait as _,
    QueryOrder as _, Statement,
};
use testing::Database;

/// Stands in every text of the other studio, and nowhere else.
pub(in super::super) const MARK: &str = "kanari-7f3c";
/// The same of the first studio.
pub(in super::super) const OWN_MARK: &str = "merpati-21d9";
/// The keys of the other studio's rows begin with this and a little more; those of rows made later do not.
pub(in super::super) const BADGE: i64 = 770_007_700_000_000;

/// The texts of a studio: tables and columns, and what tells the studio's rows.
const TEXTS: [(&str, &[&str]); 6] = [
    ("users", &["display_name"]),
    ("studios", &["name"]),
    ("shopee_accounts", &["username", "display_name", "avatar"]),
    ("live_sessions", &["session_name", "streamer_name"]),
    ("live_session_items", &["product_name", "product_image_url"]),
    ("jobs", &["current"]),
];

pub(super) struct Furniture {
    connection: DatabaseConnection,
}

impl Furniture {
    pub(super) async fn of(database: &Database) -> Self {
        Self { connection: database.connect().await }
    }

    /// Makes somebody an owner of the studio that is there.
    pub(super) async fn add_owner(&self, email: &str) {
        let studio = studio::Entity::find().one(&self.connection).await.unwrap().unwrap();
        let user = user::ActiveModel {
            email: Set(email.to_owned()),
            display_name: Set("Changer".to_owned()),
            created_at: Set(studio.created_at),
            ..Default::default()
        };
        let membership = membership::ActiveModel {
            user_id: Set(user.insert(&self.connection).await.unwrap().id),
            studio_id: Set(studio.id),
            role: Set(Role::Owner),
            created_at: Set(studio.created_at),
            ..Default::default()
        };
        membership.insert(&self.connection).await.unwrap();
    }

    /// From now on the keys of new rows are larger than this.
    pub(super) async fn let_keys_begin(&self, key: i64) {
        match self.connection.get_database_backend() {
            DbBackend::Sqlite => {
                self.execute("DELETE FROM sqlite_sequence").await;
                let tables = "FROM sqlite_master WHERE type = 'table' AND sql LIKE '%autoincrement%'";
                self.execute(&format!("INSERT INTO sqlite_sequence (name, seq) SELECT name, {key} {tables}")).await;
            }
            _ => {
                let sequences = "FROM pg_sequences WHERE schemaname = 'public' AND sequencename LIKE '%_id_seq'";
                self.execute(&format!("SELECT setval(sequencename::regclass, {key}) {sequences}")).await;
            }
        }
    }

    /// Writes each studio's mark into all of its texts.
    pub(super) async fn mark(&self) {
        let mark = format!("CASE WHEN id >= {BADGE} THEN '{MARK}' ELSE '{OWN_MARK}' END");
        for (table, columns) in TEXTS {
            for column in columns {
                self.execute(&format!("UPDATE {table} SET {column} = {mark} || ' {column} ' || id")).await;
            }
        }
    }

    /// Gives the other studio one of each that the command line does not make.
    pub(super) async fn complete_the_other_studio(&self) {
        let studio = studio::Entity::find().order_by_desc(studio::Column::Id).one(&self.connection).await.unwrap();
        let user = user::Entity::find().order_by_desc(user::Column::Id).one(&self.connection).await.unwrap();
        let (studio, user) = (studio.unwrap(), user.unwrap());
        assert!(studio.name.contains(MARK) && user.email.contains(MARK) && studio.id > BADGE, "{studio:?} {user:?}");
        self.insert_people_things(studio.id, user.id, studio.created_at).await;
    }

    async fn insert_people_things(&self, studio_id: i64, user_id: i64, now: DateTime<Utc>) {
        let invitation = invitation::ActiveModel {
            studio_id: Set(studio_id),
            email: Set(format!("{MARK}-guest@other.example")),
            role: Set(Role::Analyst),
            token_hash: Set(vec![7; 32]),
            invited_by: Set(Some(user_id)),
            created_at: Set(now),
            expires_at: Set(now + TimeDelta::days(3)),
            ..Default::default()
        };
        invitation.insert(&self.connection).await.unwrap();
        let entry = audit_entry::ActiveModel {
            studio_id: Set(Some(studio_id)),
            user_id: Set(Some(user_id)),
            action: Set("STUDIO_CREATED".to_owned()),
            subject_kind: Set("Studio".to_owned()),
            subject_id: Set(Some(studio_id.to_string())),
            remote_address: Set(Some(format!("{MARK} address"))),
            request_id: Set(Some(format!("{MARK}-request"))),
            after: Set(Some(format!("{{\"name\":\"{MARK}\"}}"))),
            occurred_at: Set(now),
            ..Default::default()
        };
        entry.insert(&self.connection).await.unwrap();
        let sign_in = sign_in::ActiveModel {
            user_id: Set(user_id),
            kind: Set(sign_in::Kind::Password),
            remote_address: Set(Some(format!("{MARK} address"))),
            created_at: Set(now),
            last_used_at: Set(now),
            ..Default::default()
        };
        sign_in.insert(&self.connection).await.unwrap();
        let login = shopee_login::ActiveModel {
            studio_id: Set(studio_id),
            started_by: Set(Some(user_id)),
            region: Set("VN".to_owned()),
            status: Set(shopee_login::Status::Canceled),
            created_at: Set(now),
            expires_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        login.insert(&self.connection).await.unwrap();
        let alert = alert::ActiveModel {
            studio_id: Set(studio_id),
            kind: Set(alert::Kind::AccountSignedOut),
            subject: Set(format!("Studio:{studio_id}")),
            revision: Set(1),
            raised_at: Set(now),
            ..Default::default()
        };
        alert.insert(&self.connection).await.unwrap();
    }

    /// The keys of a table's rows, some of them.
    pub(super) async fn keys(&self, table: &str) -> Vec<i64> {
        let query = format!("SELECT id FROM {table} ORDER BY id");
        let rows = self.connection.query_all_raw(self.statement(&query)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    async fn execute(&self, text: &str) {
        self.connection.execute_raw(self.statement(text)).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    }

    fn statement(&self, text: &str) -> Statement {
        Statement::from_string(self.connection.get_database_backend(), text)
    }
}
