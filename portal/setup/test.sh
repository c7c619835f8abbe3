#!/usr/bin/env bash
# Runs the tests on PostgreSQL, on SQLite and in Chromium, with data of their own. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/../.."

unset DATABASE_URL PORT PORTAL_DEBUG PORTAL_HOSTS PORTAL_HTTPS PORTAL_URL
PORTAL_DATA_DIR=$(mktemp -d)
cluster_log=$(mktemp)
export PORTAL_DATA_DIR
trap 'rm -rf "$PORTAL_DATA_DIR" "$cluster_log"' EXIT

# on_postgresql COMMAND…: in a throw-away cluster. What the cluster itself has to say is shown only if it can't start.
on_postgresql() {
  local started=$PORTAL_DATA_DIR/cluster-started
  # shellcheck disable=SC2016 # the variables are those that pg_virtualenv sets
  pg_virtualenv -t -c '--encoding UTF-8 --locale C.UTF-8' bash -c '
    touch "$0"
    export DATABASE_URL=postgresql://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/$PGDATABASE
    exec "$@" >&3 2>&4' "$started" "$@" 3>&1 4>&2 >"$cluster_log" 2>&1 && return
  [ -e "$started" ] || cat "$cluster_log" >&2
  return 1
}

# On two databases at once, each with data of its own: one core each.
echo "Tests on PostgreSQL and on SQLite"
mkdir "$PORTAL_DATA_DIR/postgresql"
PORTAL_DATA_DIR=$PORTAL_DATA_DIR/postgresql \
  on_postgresql .venv/bin/python -m pytest -m "not browser" "$@" >"$PORTAL_DATA_DIR/postgresql.log" 2>&1 &
on_postgresql=$!
failed=0
.venv/bin/python -m pytest -m "not browser" "$@" || failed=$?
wait "$on_postgresql" || failed=$?
echo "Tests on PostgreSQL:"
cat "$PORTAL_DATA_DIR/postgresql.log"
[ "$failed" = 0 ] || exit "$failed"
# A run of its own: the browser's event loop stays in the process, and the database may not be used beside it.
echo "Tests in Chromium"
.venv/bin/python -m pytest -m browser "$@" || [ $? = 5 ] # 5: of what was asked for, nothing is for the browser
