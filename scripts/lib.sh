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

# build_preset NAME: configures and builds a CMake preset.
build_preset() {
  run_logged "configure-$1.log" cmake --preset "$1"
  run_logged "build-$1.log" cmake --build --preset "$1"
}
