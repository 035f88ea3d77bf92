//! `docker-compose.yml`, as Compose itself reads it, and `ops/haproxy.cfg`, as HAProxy does.

use std::{
    path::Path,
    process::{Command, Output},
};

use crate::support::left_out;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compose, as part of Docker or on its own.
fn compose() -> Option<Vec<&'static str>> {
    let works = |words: &[&str]| {
        let version = Command::new(words[0]).args(&words[1..]).arg("version").output();
        version.is_ok_and(|version| version.status.success())
    };
    [vec!["docker", "compose"], vec!["docker-compose"]].into_iter().find(|words| works(words))
}

fn config(compose: &[&str], arguments: &[&str]) -> Output {
    let mut command = Command::new(compose[0]);
    command.args(&compose[1..]).args(arguments).arg("config").current_dir(root());
    command.env_remove("TOKEN_SECRET").output().unwrap()
}

#[test]
fn compose_understands_the_file() {
    let Some(compose) = compose() else { return left_out("no docker compose to read docker-compose.yml with") };
    let demo = config(&compose, &["--env-file", "ops/demo.env", "--profile", "demo"]);
    let text = String::from_utf8_lossy(&demo.stdout);
    assert!(demo.status.success(), "{demo:?}");
    for service in ["gateway-1", "gateway-2", "proxy", "postgres", "redis", "sandbox"] {
        assert!(text.contains(&format!("\n  {service}:\n")), "{service} in {text}");
    }
    // On ports of this machine there is the proxy, which is for everybody, and what is for this machine alone.
    assert!(text.contains("ENVIRONMENT: development") && text.contains("http://sandbox:9100/"), "{text}");

    let nothing_set = tempfile::NamedTempFile::new().unwrap();
    let own = config(&compose, &["--env-file", &nothing_set.path().display().to_string()]);
    let text = String::from_utf8_lossy(&own.stdout);
    assert!(own.status.success(), "{own:?}");
    assert!(text.contains("ENVIRONMENT: production"), "nobody is in development by accident: {text}");
}

#[test]
fn haproxy_understands_its_file() {
    let mut command = Command::new("haproxy");
    command.args(["-c", "-f", "ops/haproxy.cfg"]).current_dir(root());
    command.env("LISTEN", "127.0.0.1:1").env("GATEWAY_1", "127.0.0.1:2").env("GATEWAY_2", "127.0.0.1:3");
    let Ok(output) = command.output() else { return left_out("no haproxy to read ops/haproxy.cfg with") };
    assert!(output.status.success(), "{output:?}");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!words.contains("WARNING"), "{words}");
}
