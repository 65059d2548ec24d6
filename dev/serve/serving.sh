# Read by the checks beside it: starts gpt2-serve with a model called "checked", as `start OPTIONS…`, and sets `address`.
# GPT2_SERVE names another program than the one that make serve built.
work=$(mktemp -d)
started=""
clean() {
  [ -z "$started" ] || kill "$started" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

start() {
  "${GPT2_SERVE:-$here/../../.build-serve/release/gpt2-serve}" "$@" --port 0 2>"$work/log" &
  started=$!
  tries=0
  until grep -q listening "$work/log"; do
    tries=$((tries + 1))
    kill -0 "$started" 2>/dev/null && [ $tries -lt 600 ] || {
      cat "$work/log" >&2
      exit 1
    }
    sleep 0.1
  done
  address=$(sed -n 's/.*address=\(http[^ ]*\).*/\1/p' "$work/log")
}
