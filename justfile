# Every command of the project; `.ci/run` calls the same ones.

export RUSTDOCFLAGS := "-D warnings"

# Built where nothing else is: with other flags
fuzzers := "fuzz/target" / arch() + "-unknown-linux-gnu" / "release"

# What there is
default:
    @just --list --unsorted

# The gateway with a Shopee of its own, on http://127.0.0.1:8000
demo:
    cargo run --release --example demo

# All tests; says at the end what they could not cover
test:
    cargo test --workspace

# Kill the gateway again and again while it gives coins, on both back ends; some minutes (CRASH_SEED makes it another run)
crash giveouts="1000":
    CRASH_GIVEOUTS={{giveouts}} CRASH_EDITS={{giveouts}} cargo test --test it -- --test-threads 1 money::crash

# Kill a sync fifty times on each back end and compare with one that nobody disturbed (SYNC_SEED makes it another run)
crash-sync kills="50":
    SYNC_KILLS={{kills}} cargo test --test it -- --test-threads 1 sync::crash

# What CI tries in part, in full: random operations that reach every field, random subscriptions shared and alone, the same key from two
# gateways at once
soak:
    CANARY_OPERATIONS=5000 ALIKE_SELECTIONS=10000 KEY_ROUNDS=200 cargo test --test it -- canary one_effect_from_two_gateways

# Several gateways over one Redis, in full: the one that polls is killed, clients come back, many watch; and thousands come at once
gateways:
    CROWD=1000 HANDOVER_KILLS=20 RECONNECTS=1000 WATCHED_SESSIONS=100 WATCHERS_EACH=100 WATCHED_INTERVAL_MS=10000 cargo test --test it -- --test-threads 1 live::gateways live::crowd

# Both gateways of the compose topology replaced under load, ten times over: no failed request, nothing twice, no event missing
roll times="10":
    ROLLS={{times}} cargo test --test it -- --test-threads 1 running::topology

# Random bytes for document, message or envelope, which read what others wrote; needs `cargo install --locked cargo-fuzz`
fuzz target seconds="600": (_seeds)
    cargo fuzz build --sanitizer none {{target}}
    mkdir --parents fuzz/artifacts/{{target}}
    {{fuzzers}}/{{target}} -max_total_time={{seconds}} -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
      -dict=fuzz/found/{{target}}.dict -artifact_prefix=fuzz/artifacts/{{target}}/ fuzz/found/{{target}} fuzz/corpus/{{target}}

# All three, one after the other
fuzz-all seconds="600": (fuzz "document" seconds) (fuzz "message" seconds) (fuzz "envelope" seconds)

# Write a target's corpus anew, which the tests replay, from what `just fuzz` has found: few inputs that reach all there is, the longest left out
fuzz-keep target bytes="150000":
    fuzz/keep.sh {{fuzzers}}/{{target}} {{target}} {{bytes}}

_seeds:
    node fuzz/seeds.mjs

# What clients see while Shopee is away for a minute, and the database nearly as long
outages seconds="60":
    OUTAGE_SECONDS={{seconds}} cargo test --test it -- --test-threads 1 running::outages

# What docker-compose.yml starts, without containers, on ports from 8000 on; Ctrl-C stops everything
topology:
    cargo build --workspace --bins
    ops/topology.sh

# Format everything
fmt:
    cargo fmt --all

# Everything CI checks, in its order
ci: fmt-check clippy doc deny test gate

fmt-check:
    cargo fmt --all --check

clippy:
    cargo clippy --workspace --all-targets -- --deny warnings

doc:
    cargo doc --workspace --no-deps --document-private-items

# Licences, sources and banned crates
deny:
    cargo deny check bans licenses sources

# Known vulnerabilities; fetches the advisory database
advisories:
    cargo deny check advisories

# Write schema.graphql anew
schema:
    cargo run --quiet -- schema > schema.graphql

# Write docs/configuration.md anew
configuration:
    cargo run --quiet -- configuration > docs/configuration.md

# Fail if schema.graphql is not what the code serves
schema-check:
    cargo run --quiet -- schema | diff --unified schema.graphql - || (echo 'schema.graphql is out of date: run `just schema`' && false)

# GraphQL-over-HTTP audit and browser test against a running gateway (see tests/npm)
audit url token:
    node tests/npm/audit.mjs {{url}}/graphql {{token}}

# How long a studio's live screen takes in one operation, and one call after another; without `--profile dev` optimised
bench-dashboard:
    cargo bench --bench dashboard --profile dev

# What a live number costs on its way to many screens, each figure beside its limit; some minutes
bench-fanout:
    cargo bench --bench fanout

# Each attack of a list beside usual traffic: what it is answered with, how soon, and what others notice; some 50 minutes
# (`cargo bench --bench battery --profile dev` unoptimised, BATTERY_PERCENT=20 for a trial, BATTERY_ONLY=gzip for those of that name)
bench-battery:
    cargo bench --bench battery

# Whether an operation, a message or a connection has become dearer than recorded; `just gate record` records it anew
gate record="":
    cargo bench --bench gate --profile dev -- {{record}}

# How fast an account is synced beside a bare loop of the same inserts, and what memory that takes; without `--profile dev` optimised
bench-sync:
    cargo bench --bench sync --profile dev

# The binary for a deployment: slower to build, a fifth less processor time
deploy-build:
    cargo build --profile deploy --bin live-gateway
