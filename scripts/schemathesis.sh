#!/usr/bin/env bash
# Sends what schemathesis (PyPI) makes out of the OpenAPI document to a server with a data folder of its own, where a few
# synthetic pages are, as a person with every role; fails on answers of 5xx and on answers that the document does not describe.
#
#   scripts/schemathesis.sh [SECONDS]      MUNIMENT names the program; the tool is installed in a folder of its own
#
# Exit codes: 0 nothing found, 1 something found, or it cannot start, 3 there is no schemathesis and none could be installed.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
muniment=$(realpath "${MUNIMENT:-${CARGO_TARGET_DIR:-target}/release/muniment}")
version=4.32.5
tool="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/muniment-schemathesis-$version"

# The mark at the end tells a whole installation from a broken-off one.
if [[ ! -e $tool/installed ]]; then
  rm -rf "$tool"
  if ! { timeout 60 python3 -m venv "$tool" && timeout 300 "$tool/bin/pip" install --quiet --disable-pip-version-check \
    --timeout 10 --retries 1 "schemathesis==$version"; } >&2 </dev/null; then
    rm -rf "$tool"
    echo "schemathesis: it could not be installed (no network, or no python3-venv?)" >&2
    exit 3
  fi
  touch "$tool/installed"
fi

folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true; rm -rf "$folder"' EXIT
export MUNIMENT_REVIEW_UNDO_MINUTES=0 MUNIMENT_SERVER_REQUESTS_PER_MINUTE=10000000
run() { "$muniment" --data "$folder/data" --json "$@"; }
field() { python3 -c 'import json,sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."): value = value[int(name)] if name.isdigit() else value[name]
print(value)' "$1"; }

run people add "Ada Administrator" >/dev/null
run people add "Everybody" --login everybody >/dev/null
code=$(run people enrol Everybody | field code)
token=$(run people token --code "$code" | field token)
for role in technician reviewer administrator requester auditor it-support; do
  run people grant Everybody "$role" >/dev/null
done

# Three pages: two documents that wait, and one that is a record in the archive.
run samples generate --charts 1 --seed 11 --dpi 100 --degrade clean --container png "$folder/charts" >/dev/null
run ingest "$folder"/charts/*-p00[124].png --batch Box >/dev/null
run show --batch Box >"$folder/documents"
document=$(field 0.id <"$folder/documents")
waiting=$(field 1.id <"$folder/documents")
record=$(MUNIMENT_TOKEN=$token run accept "$(field 2.id <"$folder/documents")" --patient ZZ100001 --name "Adams, Ann" --type progress-note | field record)
run deposit >/dev/null
batch=$(run batch show Box | field report.batch.id)

"$muniment" --data "$folder/data" --json serve --no-work --listen 127.0.0.1:0 >"$folder/out" 2>"$folder/err" </dev/null &
server=$!
for _ in $(seq 100); do
  address=$(field listening <"$folder/out" 2>/dev/null) && break
  sleep 0.1
done
[[ -n ${address:-} ]] || { cat "$folder/err" >&2; exit 1; }
get() { python3 -c 'import sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]})
print(urllib.request.urlopen(request, timeout=20).read().decode())' "http://$address/api/v1$1" "$token"; }
page=$(get "/documents/$document" | field pages.0.page)
patient=$(get "/records/$record" | field document.patient.id)

# Most ids that it sends lead somewhere; the others are its own inventions.
cat >"$folder/schemathesis.toml" <<END
[dictionaries]
documents = { values = ["$document", "$waiting"] }
records = { values = ["$record"] }
batches = { values = ["$batch"] }
patients = { values = ["$patient"] }
pages = { values = ["$page"] }
numbers = { values = ["0", "1", "7"] }
END
binding() { # PATHS PARAMETER DICTIONARY
  printf '[[operations]]\ninclude-path-regex = "%s"\nparameters = { "path.%s" = { dictionary = "%s", probability = 0.8 } }\n' "$@" \
    >>"$folder/schemathesis.toml"
}
binding '^/api/v1/documents/' id documents
binding '^/api/v1/records/' id records
binding '^/api/v1/batches/' id batches
binding '^/api/v1/patients/' id patients
binding '^/api/v1/iiif/3/' image pages
binding '^/api/v1/iiif/(presentation|search)' document documents
binding '^/api/v1/reviews/{document}' document documents
binding '^/api/v1/audit/' number numbers

# Streams have no end, and uploads speak a protocol of their own. Its own time ends the run; what it would not keep to, the
# other does.
status=0
cd "$folder"
timeout --kill-after=10 $((seconds + 60)) "$tool/bin/schemathesis" --config-file "$folder/schemathesis.toml" \
  run "http://$address/api/v1/openapi.json" --url "http://$address" --header "Authorization: Bearer $token" \
  --max-time "$seconds" --max-examples "${EXAMPLES:-30}" --request-timeout 60 --seed 7 --generation-database none \
  --checks not_a_server_error,content_type_conformance,response_schema_conformance \
  --exclude-path-regex '/events$|/uploads' --continue-on-failure --warnings off </dev/null || status=$?
if ((status != 0)); then
  grep -v '"\?level"\?[:=]"\?INFO' "$folder/err" | tail -n 20 >&2
  exit 1
fi
