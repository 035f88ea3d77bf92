//! Who does something, from where, in which request: what the audit log writes beside a change.

use std::net::IpAddr;

use super::scope::Viewer;

/// Whoever is behind a change.
#[derive(Clone, Debug, Default)]
pub struct Actor {
    /// `None` for somebody who is not signed in, and for the gateway itself.
    pub user_id: Option<i64>,
    /// `None` for the gateway itself and for the command line.
    pub address: Option<IpAddr>,
    pub request_id: Option<String>,
}

impl Actor {
    /// The gateway itself, and whoever runs its commands.
    pub fn gateway() -> Self {
        Self::default()
    }

    /// The sender of a request.
    pub fn of_request(viewer: Option<&Viewer>, address: Option<IpAddr>, request_id: &str) -> Self {
        Self { user_id: viewer.map(|viewer| viewer.user_id), address, request_id: Some(request_id.to_owned()) }
    }

    /// The same sender, once it is known who that is: signing in.
    pub fn as_user(&self, user_id: i64) -> Self {
        Self { user_id: Some(user_id), ..self.clone() }
    }
}
