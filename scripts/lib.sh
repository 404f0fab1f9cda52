# shellcheck shell=bash
# What the scripts share; sourced, never run. Quiet when all is well, one clear line when not.

die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# run_logged LOG COMMAND...: output goes to build/LOG and is shown only when the command fails.
run_logged() {
  local log="build/$1"
  shift
  mkdir -p build
  if ! "$@" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    die "'$*' failed; the whole log is $log"
  fi
}

# build_preset NAME [TARGET...]: configures a CMake preset and builds these targets of it, or all; shows how far it is.
build_preset() {
  local preset=$1 log="build/build-$1.log"
  shift
  run_logged "configure-$preset.log" cmake --preset "$preset"
  if ! cmake --build --preset "$preset" ${1:+--target "$@"} 2>&1 | tee "$log" | show_progress; then
    tail -n 60 "$log" >&2
    die "the build failed; the whole log is $log"
  fi
}

# Of ninja's lines, "[12/53] Building ...", keeps the count: on a terminal in one line, else ten times in all.
show_progress() {
  local count shown=0 rewrite=false
  [ -t 2 ] && rewrite=true
  while IFS= read -r count; do
    [[ $count =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    local done=${BASH_REMATCH[1]} all=${BASH_REMATCH[2]}
    if $rewrite; then
      printf '\rbuilding: %d of %d ' "$done" "$all" >&2
    elif [ $((done * 10 / all)) -gt "$shown" ] && [ "$all" -ge 10 ]; then
      shown=$((done * 10 / all))
      echo "building: $done of $all" >&2
    fi
  done
  if $rewrite; then printf '\r\033[K' >&2; fi
}
