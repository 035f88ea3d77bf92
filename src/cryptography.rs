//! The cryptography of this process. TLS to PostgreSQL and to Redis takes whichever the process has, and the tree holds two.

/// Settles which it is; whoever comes second finds it settled.
pub fn install() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
}
