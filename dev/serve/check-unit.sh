#!/bin/sh
# Usage: check-unit.sh GPT2-SERVE MODEL.gguf
# Has a real systemd run gpt2-serve.service, in a container of systemd-nspawn with a small Debian that debootstrap fetches:
# the server runs as nobody's user, takes a key, reloads and stops without dropping a request, and comes back after a kill.
# GPT2-SERVE is a static program, as `make dist` makes it. As root, on Debian with systemd-container and debootstrap.
set -eu
[ $# -eq 2 ] || {
  sed -n '2,5s/^# //p' "$0" >&2
  exit 2
}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
say() { echo "check-unit: $*"; }
fail() {
  say "FAILED: $*" >&2
  exit 1
}
work=$(mktemp -d)
root=$work/root
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,curl bookworm "$root" >"$work/log" 2>&1 || {
  tail -n 5 "$work/log" >&2
  fail "debootstrap"
}
install -D "$1" "$root/usr/local/bin/gpt2-serve"
install -D -m 644 "$2" "$root/var/lib/gpt2/gpt2.gguf"
install -D -m 644 "$here/gpt2-serve.service" "$root/etc/systemd/system/gpt2-serve.service"
mkdir "$root/etc/gpt2"
(umask 077 && echo a-key >"$root/etc/gpt2/keys")
cat >"$root/usr/local/bin/try" <<'EOF'
#!/bin/sh
# Each line that it writes is one that is expected.
ask() { curl -s -m 100 -H "Authorization: Bearer a-key" "$@"; }
ready() { for _ in $(seq 100); do curl -sf -o /dev/null http://127.0.0.1:8080/health && return; sleep 0.2; done; }
property() { systemctl show gpt2-serve -p "$1" --value; }
text='{"prompt":"The king","max_tokens":900,"stream":true,"stream_options":{"include_usage":true},"logit_bias":{"50256":-100}}'
exec >/result 2>&1
systemctl start gpt2-serve && ready && echo "started: $(property ActiveState)"
echo "user: $(property User), dynamic: $(property DynamicUser)"
echo "without a key: $(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/v1/models)"
echo "with one: $(ask -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/v1/models)"
ask -N -H "Content-Type: application/json" -d "$text" http://127.0.0.1:8080/v1/completions >/stream &
sleep 1
systemctl reload gpt2-serve
revision() { ask http://127.0.0.1:8080/v1/models | grep -o '"revision":[0-9]*'; }
for _ in $(seq 300); do [ "$(revision)" = '"revision":1' ] || break; sleep 0.2; done
echo "reloaded: $(revision)"
systemctl stop gpt2-serve
wait
echo "text that was begun: $(grep -o '"completion_tokens":[0-9]*' /stream), $(tail -n 2 /stream | head -n 1)"
echo "stopped: $(property Result), exit code $(property ExecMainStatus)"
systemctl start gpt2-serve && ready && kill -9 "$(property MainPID)" && sleep 2 && ready
echo "after a kill: $(property ActiveState), restarts: $(property NRestarts)"
journalctl -u gpt2-serve -o cat --no-pager >/journal
systemctl poweroff
EOF
chmod +x "$root/usr/local/bin/try"
cat >"$root/etc/systemd/system/try.service" <<'EOF'
[Unit]
After=multi-user.target
[Service]
ExecStart=/usr/local/bin/try
EOF
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../try.service "$root/etc/systemd/system/multi-user.target.wants/"
timeout 300 systemd-nspawn -D "$root" --register=no --keep-unit -b >"$work/log" 2>&1 || fail "$(tail -n 3 "$work/log")"
cat >"$work/expected" <<'EOF'
started: active
user: gpt2-serve, dynamic: yes
without a key: 401
with one: 200
reloaded: "revision":2
text that was begun: "completion_tokens":900, data: [DONE]
stopped: success, exit code 0
after a kill: active, restarts: 1
EOF
cat "$root/result"
cmp -s "$work/expected" "$root/result" || {
  tail -n 20 "$root/journal" >&2
  diff "$work/expected" "$root/result" >&2
  fail "what systemd made of it"
}
say "passed"
