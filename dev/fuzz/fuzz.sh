#!/bin/sh
# Usage: fuzz.sh build | list | run | replay | minimise
# Coverage-guided fuzzing of every reader of what others wrote, with libFuzzer and the address sanitizer, on Linux:
#   build      the program, .build-fuzz/release/fuzz, and the inputs that it begins with (dev/fuzz/seeds.py)
#   run        TIME seconds in all (60 if not given), spread over the readers: TARGETS names some of them, and JOBS (1) are
#              fuzzed at a time. What is new is kept in .build-fuzz/corpus; what fails, in .build-fuzz/finds
#   replay     reads dev/fuzz/corpus and .build-fuzz/seeds once, without searching: seconds
#   minimise   brings inputs that reach something of their own, and are short, from .build-fuzz/corpus to dev/fuzz/corpus
# Prints a line a reader: executions, a second, edges of the code that were reached, finds. Exit code 1 if there is a find.
# `.build-fuzz/release/fuzz READER FILE` reads one input again.
set -eu
CDPATH= cd -- "$(dirname -- "$0")/../.."
say() { echo "fuzz: $*"; }
fuzz=.build-fuzz/release/fuzz
finds=.build-fuzz/finds
# Above this an input of dev/fuzz/corpus is not worth its bytes; and so many of a reader, the shortest.
longest=1024
most=24
# Memory that an input makes a reader ask for, in MiB; the seconds that one may take.
limits="-rss_limit_mb=2048 -malloc_limit_mb=1024 -timeout=10 -detect_leaks=0"
# Swift's own handler of crashes would come first, and reads where the sanitizer lets nobody.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=0:${ASAN_OPTIONS:-}"

build() {
  [ "$(uname)" = Linux ] || {
    say "SKIPPED: Swift's toolchain has libFuzzer on Linux alone"
    exit 0
  }
  # Without OpenBLAS, which is not ours; with what is internal, as tests see it.
  # One list of sanitizers, as of several options the last one counts; gold does not know this compiler's debug information.
  GPT2_FUZZ=1 swift build -c release --scratch-path .build-fuzz --disable-default-traits --product fuzz \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing -Xswiftc -use-ld=lld
  python3 dev/fuzz/seeds.py .build-fuzz/seeds "$(ls .build/release/gpt2 2>/dev/null || echo none)"
}

readers() { echo "${TARGETS:-$($fuzz list)}"; }

# Of a log of libFuzzer's: executions, a second, edges.
number() { sed -n "s/^stat::$2: *\([0-9]*\)$/\1/p" "$1" | tail -n 1; }
edges() { sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$1" | tail -n 1; }

# One reader's share: a line of what came of it.
share() { # READER SECONDS
  reader=$1
  mkdir -p .build-fuzz/corpus/$reader dev/fuzz/corpus/$reader
  log=.build-fuzz/logs/$reader
  code=0
  nice -n 19 $fuzz $reader $limits -max_total_time=$2 -dict=.build-fuzz/seeds/dictionary \
    -print_final_stats=1 -reload=0 -artifact_prefix=$finds/$reader- \
    .build-fuzz/corpus/$reader dev/fuzz/corpus/$reader .build-fuzz/seeds/$reader >$log 2>&1 || code=$?
  rmdir dev/fuzz/corpus/$reader 2>/dev/null || true
  executions=$(number $log number_of_executed_units)
  found=0
  if [ $code -ne 0 ]; then
    found=1
    cp $log $finds/$reader.log
  fi
  echo "${executions:-0}" >$log.executions
  printf '%-20s %12s %10s %8s %8s %6s\n' $reader "${executions:-?}" "$(number $log average_exec_per_sec)" "$(edges $log)" \
    "$(ls .build-fuzz/corpus/$reader | wc -l)" $found
  [ $found -eq 0 ] || say "FAILED: $reader: $(grep -m 1 -E 'Fatal error|ERROR|Precondition' $log | cut -c 1-200); see $finds/$reader.log"
  return $found
}

run() {
  jobs=${JOBS:-1}
  seconds=$(((${TIME:-60} * jobs + $(readers | wc -w) - 1) / $(readers | wc -w)))
  mkdir -p $finds .build-fuzz/logs
  rm -f .build-fuzz/logs/*.executions
  printf '%-20s %12s %10s %8s %8s %6s\n' reader executions a-second edges inputs finds
  failed=0
  readers | xargs -n 1 | xargs -P "$jobs" -I {} dev/fuzz/fuzz.sh share {} $seconds || failed=1
  say "$(cat .build-fuzz/logs/*.executions | awk '{ sum += $1 } END { print sum + 0 }') executions"
  return $failed
}

replay() {
  failed=0
  count=0
  mkdir -p .build-fuzz/logs
  for reader in $(readers); do
    # Of each file one by one; folders would be merged and shuffled first.
    set -- $(find dev/fuzz/corpus/$reader .build-fuzz/seeds/$reader -type f 2>/dev/null | sort)
    count=$((count + $#))
    $fuzz $reader $limits "$@" >.build-fuzz/logs/$reader-replay 2>&1 || {
      failed=1
      say "FAILED: $reader: $(grep -E 'Running:|Fatal error|ERROR' .build-fuzz/logs/$reader-replay | tail -n 2 | tr '\n' ' ' |
        cut -c 1-300)"
    }
  done
  say "$count inputs read again"
  return $failed
}

minimise() {
  for reader in $(readers); do
    work=$(mktemp -d)
    find .build-fuzz/corpus/$reader -type f -size +${longest}c -prune -o -type f -print0 2>/dev/null |
      xargs -0 -r cp -t "$work"
    mkdir -p dev/fuzz/corpus/$reader "$work.chosen"
    # What the seeds and the corpus reach already needs no input of its own.
    $fuzz $reader $limits -merge=1 "$work.chosen" dev/fuzz/corpus/$reader .build-fuzz/seeds/$reader "$work" \
      >.build-fuzz/logs/$reader-merge 2>&1 || say "$reader: cannot be merged"
    ls -rS "$work.chosen" | head -n $most | while read -r name; do
      [ -e ".build-fuzz/seeds/$reader/$name" ] || cp "$work.chosen/$name" dev/fuzz/corpus/$reader/
    done
    rm -rf "$work" "$work.chosen"
    rmdir dev/fuzz/corpus/$reader 2>/dev/null || true
  done
  say "dev/fuzz/corpus has $(find dev/fuzz/corpus -type f | wc -l) inputs, $(du -sk dev/fuzz/corpus | cut -f 1) KiB"
}

case ${1:-} in
build) build ;;
list) $fuzz list ;;
run) run ;;
share) share "$2" "$3" ;;
replay) replay ;;
minimise) minimise ;;
*)
  sed -n '2,12s/^# //p' "$0" >&2
  exit 2
  ;;
esac
