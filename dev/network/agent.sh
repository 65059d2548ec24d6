#!/bin/sh
# Usage: agent.sh 10.77.0.K COMMAND…
# What mpirun calls instead of ssh: runs a command on the machine of that address, which is a network namespace of
# machines.sh with a host name of its own.
name=gpt2-${1##*.}
shift
exec ip netns exec "$name" unshare --uts sh -c 'hostname "$1"; shift; exec sh -c "$*"' sh "$name" "$@"
