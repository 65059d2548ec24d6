# Machines that are network namespaces, for scripts that source this file: joined by switch.py, with the latency and rate
# that they are given. Needs root, namespaces and /dev/net/tun. Each has all of this machine's processors. It is sourced in
# the project's folder, and sets gpt2, the program as check-mpi.sh has it, and dir, a temporary folder; both it and the machines
# are gone when the script ends.
network=$PWD/dev/network
gpt2=${GPT2:-.build-mpi/release/gpt2}
case $gpt2 in /*) ;; *) gpt2=$PWD/$gpt2 ;; esac
machines=""
switch=""
dir=$(mktemp -d)
trap 'machines_down; rm -rf "$dir"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# machines_up COUNT LATENCY_MS RATE_MBIT
machines_up() {
  machines_down
  count=$1
  for number in $(seq "$count"); do
    ip netns add "gpt2-$number" || return 1
    machines="$machines gpt2-$number"
  done
  : >"$dir/switch"
  # Jumbo frames, so that a script can carry a fast line.
  python3 "$network/switch.py" "$2" "$3" 16000 $machines >"$dir/switch" 2>&1 &
  switch=$!
  for try in $(seq 50); do
    ! grep -q ready "$dir/switch" || return 0
    sleep 0.1
  done
  cat "$dir/switch" >&2
  return 1
}

machines_down() {
  [ -z "$switch" ] || kill "$switch" 2>/dev/null || true
  [ -z "$switch" ] || wait "$switch" 2>/dev/null || true
  for machine in $machines; do ip netns delete "$machine"; done
  machines=""
  switch=""
}

# on_machines PROCESSES_EACH COMMAND…: by the mpirun of the first machine.
on_machines() {
  each=$1
  shift
  hosts=""
  total=0
  for machine in $machines; do
    hosts="$hosts${hosts:+,}10.77.0.${machine##*-}:$each"
    total=$((total + each))
  done
  ip netns exec gpt2-1 unshare --uts sh -c 'hostname gpt2-1; exec "$@"' sh \
    mpirun --allow-run-as-root --bind-to none -n "$total" --host "$hosts" \
    --mca plm_rsh_agent "$network/agent.sh" --mca btl self,vader,tcp --mca btl_tcp_if_include tun0 \
    --mca btl_tcp_links 2 --mca oob_tcp_if_include tun0 --mca btl_vader_single_copy_mechanism none "$@"
}
