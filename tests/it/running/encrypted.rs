//! PostgreSQL and Redis by TLS: whoever has another certificate than the one that is expected is not talked to.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use testing::{Database, on_sqlite};
use tokio::net::{TcpListener, TcpStream};

use crate::{
    process::Machine,
    support::{eventually, left_out, postgres::Postgres},
};

/// Somebody who vouches for servers.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// A server's certificate and its key, in PEM.
struct Server {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// For a server on this machine, under its number and not its name.
    fn vouch(&self) -> Server {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        Server { certificate: params.signed_by(&key, &self.issuer).unwrap().pem(), key: key.serialize_pem() }
    }

    fn write(&self, folder: &Path, name: &str) -> String {
        let path = folder.join(name);
        fs::write(&path, &self.certificate).unwrap();
        path.display().to_string()
    }
}

#[tokio::test]
async fn postgres_is_who_its_certificate_says() {
    let (ours, others) = (Authority::new(), Authority::new());
    let Server { certificate, key } = ours.vouch();
    let files = [
        ("server.crt", certificate.as_str()),
        ("server.key", key.as_str()),
        // Who does not come by TLS is not let in.
        ("pg_hba.conf", "hostssl all all 127.0.0.1/32 trust\n"),
    ];
    let Some(postgres) = Postgres::start_with(&["ssl = on"], &files).await else { return };
    let mut machine = Machine::with(&Database { url: postgres.url() }).await;
    let folder = tempfile::tempdir().unwrap();
    let (right, wrong) = (ours.write(folder.path(), "ours.pem"), others.write(folder.path(), "others.pem"));
    let by_number = postgres.url();
    let by_name = by_number.replace("127.0.0.1", "localhost");
    for (address, parameters, refusal) in [
        (&by_number, "sslmode=disable".to_owned(), Some("no encryption")),
        (&by_number, format!("sslmode=verify-full&sslrootcert={wrong}"), Some("certificate")),
        (&by_name, format!("sslmode=verify-full&sslrootcert={right}"), Some("certificate")),
        (&by_number, "sslmode=verify-full".to_owned(), Some("certificate")),
        (&by_number, format!("sslmode=verify-full&sslrootcert={right}"), None),
        (&by_name, format!("sslmode=verify-ca&sslrootcert={right}"), None),
        (&by_number, "sslmode=require".to_owned(), None),
    ] {
        machine.set("DATABASE_URL", format!("{address}?{parameters}"));
        match refusal {
            None => drop(machine.succeed(&["migrate"]).await),
            Some(reason) => {
                let words = machine.fail(&["migrate"]).await;
                assert!(words.contains("database") && words.contains(reason), "{parameters}: {words}");
            }
        }
    }
    machine.set("DATABASE_URL", format!("{by_number}?sslmode=verify-full&sslrootcert={right}"));
    let serving = machine.serve().await;
    assert_eq!(serving.get("/readyz").await.0, 200);
    assert_eq!(serving.stop().await.code, Some(0));
}

/// A Redis that is reached by TLS alone.
struct EncryptedRedis(Child);

impl EncryptedRedis {
    async fn start(folder: &Path, port: u16, server: &Server) -> Option<Self> {
        for (name, content) in [("redis.crt", &server.certificate), ("redis.key", &server.key)] {
            fs::write(folder.join(name), content).unwrap();
        }
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--bind", "127.0.0.1", "--save", "", "--tls-port", &port.to_string()]);
        command.args([
            "--tls-cert-file",
            "redis.crt",
            "--tls-key-file",
            "redis.key",
            "--tls-ca-cert-file",
            "redis.crt",
        ]);
        command.args(["--tls-auth-clients", "no"]).current_dir(folder);
        let Ok(server) = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
            left_out("no redis-server to reach by TLS");
            return None;
        };
        let redis = Self(server);
        eventually("Redis listens", async || TcpStream::connect(("127.0.0.1", port)).await.is_ok()).await;
        Some(redis)
    }
}

impl Drop for EncryptedRedis {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).ok();
    }
}

#[tokio::test]
async fn redis_is_who_its_certificate_says() {
    on_sqlite(async |database| {
        let (ours, others) = (Authority::new(), Authority::new());
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let Some(_redis) = EncryptedRedis::start(folder.path(), port, &ours.vouch()).await else { return };
        let (right, wrong) = (ours.write(folder.path(), "ours.pem"), others.write(folder.path(), "others.pem"));
        let mut machine = Machine::with(&database).await;
        machine.set("REDIS_URL", format!("rediss://127.0.0.1:{port}"));
        for (authorities, expected) in [(right.as_str(), "there"), (&wrong, "away"), ("", "away")] {
            machine.set("REDIS_CA_FILE", authorities);
            let mut serving = machine.serve().await;
            let why = serving.running.logs(&format!("Redis is {expected}")).await;
            assert!(expected == "there" || why.contains("certificate"), "{authorities}: {why}");
            assert_eq!(serving.get("/readyz").await.0, 200, "each gateway does without it");
            assert_eq!(serving.stop().await.code, Some(0));
        }
    })
    .await;
}

#[tokio::test]
async fn what_holds_no_certificate_vouches_for_nobody() {
    on_sqlite(async |database| {
        let mut machine = Machine::with(&database).await;
        machine.set("REDIS_URL", "rediss://127.0.0.1:1");
        let folder = tempfile::tempdir().unwrap();
        let [empty, garbage] =
            [("empty.pem", ""), ("garbage.pem", "-----BEGIN CERTIFICATE-----\n?\n")].map(|(name, content)| {
                fs::write(folder.path().join(name), content).unwrap();
                folder.path().join(name).display().to_string()
            });
        for file in [&empty, &garbage, "/canary/nowhere.pem"] {
            machine.set("REDIS_CA_FILE", file);
            let words = machine.fail(&["serve"]).await;
            assert!(words.contains("REDIS_CA_FILE is not a file with certificates"), "{words}");
            assert!(!words.contains(file), "{words}");
        }
        machine.set("REDIS_CA_FILE", Authority::new().write(folder.path(), "fine.pem"));
        machine.set("REDIS_URL", "redis://127.0.0.1:1");
        assert!(machine.fail(&["serve"]).await.contains("REDIS_CA_FILE is for a REDIS_URL that begins with rediss://"));
    })
    .await;
}
