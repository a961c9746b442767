#!/usr/bin/env bash
# Sends what schemathesis (PyPI) makes out of the OpenAPI document to a server with a data folder of its own, as a person with
# every role, and fails on answers of 5xx and on answers that the document does not describe.
#
#   scripts/schemathesis.sh [SECONDS]      MUNIMENT names the program; the tool is installed in a folder of its own
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
muniment=${MUNIMENT:-${CARGO_TARGET_DIR:-target}/release/muniment}
tool="${XDG_CACHE_HOME:-$HOME/.cache}/muniment-schemathesis"
if [[ ! -x $tool/bin/schemathesis ]]; then
  python3 -m venv "$tool"
  "$tool/bin/pip" install --quiet 'schemathesis>=4,<5'
fi

folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
run() { "$muniment" --data "$folder/data" --json "$@"; }
field() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

run people add "Ada Administrator" >/dev/null
run people add "Everybody" --login everybody >/dev/null
code=$(run people enrol Everybody | field code)
token=$(run people token --code "$code" | field token)
for role in technician reviewer administrator requester auditor it-support; do
  run people grant Everybody "$role" >/dev/null
done

"$muniment" --data "$folder/data" --json serve --no-work --listen 127.0.0.1:0 >"$folder/out" 2>"$folder/err" &
server=$!
for _ in $(seq 100); do
  address=$(field listening <"$folder/out" 2>/dev/null) && break
  sleep 0.1
done
[[ -n ${address:-} ]] || { cat "$folder/err" >&2; exit 1; }

# Streams have no end, and uploads speak a protocol of their own.
"$tool/bin/schemathesis" run "http://$address/api/v1/openapi.json" --url "http://$address" \
  --header "Authorization: Bearer $token" --max-time "$seconds" --request-timeout 20 --seed 7 \
  --checks not_a_server_error,content_type_conformance,response_schema_conformance \
  --exclude-path-regex '/events|/uploads' --continue-on-failure --warnings off
