//! The environment: `.env.example` says what the code reads, and what is wrong is said all at once.

use std::{collections::HashMap, fs};

use live_gateway::config::{Config, VARIABLES, reference};

fn variables(entries: &[(&str, &str)]) -> HashMap<String, String> {
    let good = [
        ("TOKEN_SECRET", "canary-token-secret-of-some-length"),
        ("CREDENTIAL_KEY", "Y2FuYXJ5IGNhbmFyeSBjYW5hcnkgY2FuYXJ5IGNhbmE="),
    ];
    good.iter().chain(entries).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn problems(entries: &[(&str, &str)]) -> Vec<String> {
    Config::from_variables(variables(entries)).map(|_| Vec::new()).unwrap_or_else(|problems| problems.0)
}

/// What `.env.example` has to look like: each variable under its meaning, with its default; what has none is left to fill in.
fn example() -> String {
    let mut text = String::from(
        "# Every variable live-gateway reads, with its default. Lines that are commented out have to be set.\n\
         # One more for each region and host role: SHOPEE_BASE_URL_<REGION>_<ROLE>, such as SHOPEE_BASE_URL_ID_CREATOR.\n",
    );
    for variable in VARIABLES {
        let line = match variable.default {
            Some(default) => format!("{}={default}", variable.name),
            None => format!("# {}=", variable.name),
        };
        text += &format!("\n# {}\n{line}\n", variable.meaning);
    }
    text
}

#[test]
fn the_example_is_what_the_code_reads() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example");
    if std::env::var_os("UPDATE_EXAMPLE").is_some() {
        fs::write(path, example()).unwrap();
    }
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        example(),
        "write it anew: UPDATE_EXAMPLE=1 cargo test --test it configuration"
    );
}

#[test]
fn the_page_is_what_the_code_reads() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    let page = reference::markdown();
    assert_eq!(fs::read_to_string(path).unwrap(), page, "write it anew: just configuration");
    for variable in VARIABLES {
        assert_eq!(page.matches(&format!("\n| `{}` |", variable.name)).count(), 1, "{}", variable.name);
    }
    for row in ["| `DATABASE_CONNECTIONS` | `10` | 1, 1000 |", "| `TOKEN_SECRET` | **required** |"] {
        assert!(page.contains(row), "{row}");
    }
    // Each subject has the variables that follow its first one.
    let first = page.find("## Where it runs").unwrap();
    assert!(first < page.find("| `ENVIRONMENT`").unwrap());
    assert_eq!(page.matches("\n## ").count(), 10, "every subject begins with a variable that there is");
}

#[test]
fn defaults_are_good_and_secrets_are_required() {
    assert_eq!(problems(&[]), [] as [&str; 0]);
    let none = Config::from_variables(HashMap::new()).unwrap_err().0;
    assert_eq!(none.len(), 2, "{none:?}");
    assert!(none[0].contains("TOKEN_SECRET") && none[1].contains("CREDENTIAL_KEY"), "{none:?}");
}

#[test]
fn production_takes_no_published_secret_and_no_open_graphiql() {
    let published = [
        ("ENVIRONMENT", "production"),
        ("TOKEN_SECRET", "only-for-the-demo-and-for-nothing-else"),
        ("CREDENTIAL_KEY", "ZGVtbyBkZW1vIGRlbW8gZGVtbyBkZW1vIGRlbW8gISE="),
        ("DATABASE_URL", "postgres://gateway:gateway@db.example/gateway"),
    ];
    let said = problems(&published);
    assert_eq!(said.len(), 4, "{said:?}");
    for (problem, name) in said.iter().zip(["TOKEN_SECRET", "CREDENTIAL_KEY", "GRAPHIQL", "DATABASE_URL"]) {
        assert!(problem.starts_with(name) && !problem.contains("demo"), "{problem}");
    }
    assert_eq!(problems(&[("ENVIRONMENT", "production"), ("GRAPHIQL", "false")]), [] as [&str; 0]);
    assert_eq!(problems(&[("ENVIRONMENT", "prod")]), ["ENVIRONMENT is neither development nor production"]);
    assert!(problems(&[("ALLOWED_ORIGINS", "*")])[0].contains("name each origin"));
}

#[test]
fn all_problems_are_said_at_once() {
    let bad = [
        ("LISTEN_ADDR", "localhost"),
        ("DATABASE_URL", "mysql://canary@host"),
        ("DATABASE_CONNECTIONS", "0"),
        ("MIGRATE_ON_START", "perhaps"),
        ("TOKEN_SECRET", "canary"),
        ("CREDENTIAL_KEY", "canary"),
        ("CREDENTIAL_KEYS_READ_ONLY", "canary"),
        ("SHOPEE_BASE_URL", "ftp://canary"),
        ("SHOPEE_BASE_URL_ID_CREATOR", "canary"),
        ("SHOPEE_CALLS_PER_SECOND", "1001"),
        ("SHOPEE_CALL_BURST", "-1"),
        ("SHOPEE_TIMEOUT_MS", "99"),
        ("POLL_INTERVAL_MS", "60001"),
        ("SYNC_INTERVAL_SECONDS", "x"),
        ("JOB_LEASE_SECONDS", "0"),
        ("OPERATION_TIMEOUT_MS", ".5"),
        ("BATCH_LIMIT", "1001"),
        ("ACCESS_TOKEN_MINUTES", "0"),
        ("REFRESH_TOKEN_DAYS", "366"),
        ("TOKEN_ISSUER", "canary"),
        ("LOG_FORMAT", "xml"),
    ];
    let problems = problems(&bad);
    assert_eq!(problems.len(), bad.len(), "{problems:#?}");
    for (name, _) in bad {
        assert!(problems.iter().any(|problem| problem.starts_with(name)), "{name} in {problems:#?}");
    }
    assert!(!problems.concat().contains("canary"), "values stay out: {problems:#?}");
}

#[test]
fn numbers_have_bounds() {
    let bounds = [
        ("DATABASE_CONNECTIONS", 1, 1000),
        ("SHOPEE_CALLS_PER_SECOND", 1, 1000),
        ("SHOPEE_CALL_BURST", 1, 1000),
        ("SHOPEE_TIMEOUT_MS", 100, 60_000),
        ("SHOPEE_STALE_SECONDS", 0, 86_400),
        ("POLL_INTERVAL_MS", 100, 60_000),
        ("SYNC_INTERVAL_SECONDS", 0, 86_400),
        ("JOB_LEASE_SECONDS", 1, 3600),
        ("SAMPLES_WHOLE_HOURS", 1, 8760),
        ("SAMPLES_BY_MINUTE_DAYS", 1, 3650),
        ("OPERATION_TIMEOUT_MS", 100, 600_000),
        ("DRAIN_DELAY_MS", 0, 60_000),
        ("COST_REFILL_PER_SECOND", 1, 1_000_000),
        ("BATCH_LIMIT", 0, 1000),
        ("ACCESS_TOKEN_MINUTES", 1, 1440),
        ("REFRESH_TOKEN_DAYS", 1, 365),
    ];
    for (name, least, most) in bounds {
        for (value, good) in [(least, true), (most, true), (most + 1, false), (least - 1, false)] {
            assert_eq!(problems(&[(name, &value.to_string())]).is_empty(), good, "{name}={value}");
        }
    }
}

#[test]
fn a_bucket_holds_the_costliest_operation() {
    for (limit, bucket, good) in [("2000", "2000", true), ("2001", "2000", false), ("1", "100000000", true)] {
        let told = problems(&[("COST_LIMIT", limit), ("COST_BUCKET", bucket)]);
        assert_eq!(told.is_empty(), good, "{told:?}");
    }
}

#[test]
fn another_issuer_is_told_whole_and_asked_safely() {
    let issuer = |name: &'static str, url: &'static str| {
        problems(&[("TOKEN_ISSUER", name), ("TOKEN_JWKS_URL", url), ("TOKEN_AUDIENCE", "us")])
    };
    for url in ["https://issuer.example/keys", "http://localhost:9/keys", "http://127.0.0.1:9", "http://[::1]:9/keys"] {
        assert_eq!(issuer("https://issuer.example", url), [""; 0], "{url}");
    }
    for url in ["http://issuer.example/keys", "http://localhost.example", "ftp://localhost/keys", "keys"] {
        assert_eq!(issuer("https://issuer.example", url).len(), 1, "{url}");
    }
    assert_eq!(issuer("live-gateway", "https://issuer.example/keys").len(), 1, "our own name");
    for alone in ["TOKEN_ISSUER", "TOKEN_JWKS_URL", "TOKEN_AUDIENCE"] {
        assert_eq!(problems(&[(alone, "https://issuer.example")]).len(), 1, "{alone}");
    }
}

#[test]
fn a_token_in_the_page_is_for_this_machine_only() {
    let token = ("GRAPHIQL_TOKEN", "canary");
    assert!(problems(&[token]).is_empty());
    assert!(problems(&[token, ("LISTEN_ADDR", "[::1]:1")]).is_empty());
    assert_eq!(problems(&[token, ("LISTEN_ADDR", "0.0.0.0:8000")]).len(), 1);
}

#[test]
fn secrets_print_nothing() {
    let url = ("DATABASE_URL", "postgres://gateway:canary@host/database");
    let config = Config::from_variables(variables(&[url, ("GRAPHIQL_TOKEN", "canary")])).unwrap();
    let printed = format!("{config:?}");
    assert!(!printed.contains("canary") && !printed.contains("Y2FuYXJ5"), "{printed}");
    // The key's bytes would show as numbers.
    assert!(!printed.contains("99, 97, 110"), "{printed}");
}

#[test]
fn one_host_can_be_replaced() {
    let config = Config::from_variables(variables(&[("SHOPEE_BASE_URL_VN_SELLER", "http://127.0.0.1:9/x")])).unwrap();
    let base = |region, role| config.hosts.base(region, role).to_string();
    assert!(base(shopee::Region::Vn, shopee::HostRole::Seller).starts_with("http://127.0.0.1:9/x"));
    assert!(base(shopee::Region::Vn, shopee::HostRole::Creator).starts_with("https://creator.shopee.vn"));
}
