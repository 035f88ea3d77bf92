#!/usr/bin/env bash
# What docker-compose.yml starts, without containers: PostgreSQL, Redis, two gateways, HAProxy in front of them, and a Shopee of its own
# with an account connected. Everything is kept in a temporary folder and gone when it stops.
#
#   ops/topology.sh          the port is PORT (8000); the five after it are taken too
#   kill -HUP <its process>  replaces both gateways, one after the other, as an upgrade does
#   Ctrl-C                   stops everything
#
# PROGRAMS is the folder with `live-gateway` and `sandbox` (target/debug). With SHOPEE_BASE_URL set there is no Shopee of its own.
# Needs redis-server and PostgreSQL's programs; without haproxy it says so, and each gateway has its own port.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=${PROGRAMS:-target/debug}
port=${PORT:-8000}
gateway_ports=(0 $((port + 1)) $((port + 2)))
postgres_port=$((port + 3)) redis_port=$((port + 4)) sandbox_port=$((port + 5))
folder=$(mktemp -d)
# PostgreSQL runs as a user of its own, who has to get through.
chmod 711 "$folder"
processes=() gateways=()

say() { printf '%s\n' "$*"; }
fail() { say "topology: $*; its logs:" >&2; tail -n 5 "$folder"/*.log >&2 || true; exit 1; }

# Waits until a command succeeds, for half a minute.
await() {
  local what=$1; shift
  for _ in $(seq 300); do
    "$@" > "$folder/await.txt" 2>&1 && return 0
    sleep 0.1
  done
  fail "$what does not start"
}

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
postgres_program() {
  local found
  found=$(command -v "$1" || ls -d /usr/lib/postgresql/*/bin/"$1" 2> /dev/null | sort -V | tail -n 1)
  [ -n "$found" ] || fail "there is no $1"
  printf '%s' "$found"
}

start_postgres() {
  mkdir "$folder/postgres"
  [ "$(id -u)" != 0 ] || chown postgres "$folder/postgres"
  (cd /; as_postgres "$(postgres_program initdb)" --username gateway --auth trust --no-sync -D "$folder/postgres") > "$folder/initdb.log"
  (cd /; as_postgres "$(postgres_program pg_ctl)" -D "$folder/postgres" -w -l "$folder/postgres/server.log" \
    -o "-p $postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=" start) > "$folder/pg_ctl.log"
  "$(postgres_program createdb)" --host 127.0.0.1 --port "$postgres_port" --username gateway gateway
}

stop_postgres() {
  [ ! -f "$folder/postgres/postmaster.pid" ] ||
    (cd /; as_postgres "$(postgres_program pg_ctl)" -D "$folder/postgres" -m fast stop) > "$folder/pg_ctl.log" 2>&1 || true
}

# Starts a program that is stopped with the others, first come, last gone.
start() {
  local name=$1; shift
  "$@" > "$folder/$name.log" 2>&1 &
  processes=($! "${processes[@]}")
}

start_sandbox() {
  start sandbox "$programs/sandbox" --listen "127.0.0.1:$sandbox_port"
  await 'the sandbox' grep -q 'on air' "$folder/sandbox.log"
  export SHOPEE_BASE_URL="http://127.0.0.1:$sandbox_port/{region}/{role}"
}

connect_account() {
  awk '/^ID / { getline; sub(/^ *cookie: /, ""); print; exit }' "$folder/sandbox.log" |
    "$programs/live-gateway" connect --studio 'Demo Studio' --owner owner@demo.example --region ID > "$folder/connect.log" 2>&1 ||
    fail 'the account cannot be connected'
  say "token: $("$programs/live-gateway" token --email owner@demo.example 2> "$folder/token.log")"
}

# Starts a gateway and waits until it is ready, as `docker compose up --wait` does.
start_gateway() {
  local address=127.0.0.1:${gateway_ports[$1]}
  LISTEN_ADDR=$address "$programs/live-gateway" serve >> "$folder/gateway-$1.log" 2>&1 &
  gateways[$1]=$!
  await "gateway-$1" env LISTEN_ADDR="$address" "$programs/live-gateway" health
}

stop_gateway() {
  [ -n "${gateways[$1]:-}" ] || return 0
  kill -TERM "${gateways[$1]}" 2> /dev/null || true
  wait "${gateways[$1]}" 2> /dev/null || true
  gateways[$1]=
}

replace_gateways() {
  for number in 1 2; do
    stop_gateway "$number"
    start_gateway "$number"
    say "replaced gateway-$number"
  done
  say 'replaced both'
}

clean() {
  trap '' HUP INT TERM
  for number in 1 2; do [ -z "${gateways[$number]:-}" ] || kill -TERM "${gateways[$number]}" 2> /dev/null || true; done
  for number in 1 2; do [ -z "${gateways[$number]:-}" ] || wait "${gateways[$number]}" 2> /dev/null || true; done
  for process in "${processes[@]}"; do
    kill -TERM "$process" 2> /dev/null || true
    wait "$process" 2> /dev/null || true
  done
  stop_postgres
  rm -rf "$folder"
}
trap clean EXIT
trap 'exit 0' INT TERM

start_postgres
start redis redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder"
own_base_url=${SHOPEE_BASE_URL:-}
set -a
# shellcheck source=ops/demo.env
. ops/demo.env
DATABASE_URL=postgres://gateway@127.0.0.1:$postgres_port/gateway REDIS_URL=redis://127.0.0.1:$redis_port
DRAIN_DELAY_MS=2000 TRUSTED_PROXIES=127.0.0.1 LOG_FORMAT=json SHOPEE_BASE_URL=$own_base_url
set +a
[ -n "$own_base_url" ] || { start_sandbox; connect_account; }
start_gateway 1
start_gateway 2
url=http://127.0.0.1:$port
if command -v haproxy > "$folder/await.txt"; then
  export LISTEN=127.0.0.1:$port GATEWAY_1=127.0.0.1:${gateway_ports[1]} GATEWAY_2=127.0.0.1:${gateway_ports[2]}
  start haproxy haproxy -db -f ops/haproxy.cfg
  await 'haproxy' env LISTEN_ADDR="127.0.0.1:$port" "$programs/live-gateway" health
else
  say 'haproxy is not installed: there is no port in front of the two gateways'
  url=http://127.0.0.1:${gateway_ports[1]}
fi
replace=
trap 'replace=yes' HUP
say "gateways: http://127.0.0.1:${gateway_ports[1]} http://127.0.0.1:${gateway_ports[2]}"
say "database: $DATABASE_URL"
say "process: $$ (HUP replaces the gateways, Ctrl-C stops everything)"
say "ready: $url"
while :; do
  # Not in the background: a shell that is signalled while it waits for a job may lose that job.
  sleep 0.5 || true
  [ -z "$replace" ] || { replace=; replace_gateways; }
done
