# shellcheck shell=bash
# What the journeys share. It is sourced with the folder of the programs, and leaves the script in an empty folder, with
# the programs on its PATH. README.md lists the verbs.
set -euo pipefail

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
if [ ! -x "${1:-}/dk_driver" ]; then
  echo "usage: $0 FOLDER, the one that has dk_driver, as build/release/bin" >&2
  exit 2
fi
PATH="$(cd "$1" && pwd):$PATH"
unset "${!DK_@}" # variables that would override the configs
place="$(mktemp -d)"
out="$place/stdout" err="$place/stderr" # of the last command
command="" status=0 stage="the beginning" steps=0
mkdir "$place/work"
cd "$place/work"

tidy() { :; } # a script that starts more than commands ends it here
trap 'tidy; jobs -p | xargs -r kill -9 || true; rm -rf "$place"' EXIT

step() {
  stage="$1"
  steps=$((steps + 1))
}

# fail EXPECTED CAME: ends the journey, and shows where it was.
fail() {
  {
    echo "${0##*/}: $stage"
    echo "  command:  $command"
    echo "  expected: $1"
    echo "  came:     $2"
    for stream in "$out" "$err"; do
      [ ! -s "$stream" ] || { echo "  ${stream##*/}:"; tail -n 15 "$stream" | cut -c1-300 | sed 's/^/    /'; }
    done
  } >&2
  exit 1
}

# skip WHY: ends a journey that this machine cannot make.
skip() {
  echo "${0##*/}: skipped: $1"
  exit 77
}

needs_python() {
  python=/usr/bin/python3
  $python -c 'import h5py, numpy' 2>/dev/null || skip "no numpy or h5py; scripts/install-deps --test installs them"
}

arrived() { echo "${0##*/}: $steps steps, all as the documents say"; }

# attempt COMMAND: runs it; $status, $out and $err say how it went.
attempt() {
  command="$1" status=0
  bash -c "$1" >"$out" 2>"$err" </dev/null || status=$?
}

succeeds() {
  attempt "$1"
  [ "$status" = 0 ] || fail "exit status 0" "$status"
}

# commands_of FILE: the command lines in a document: whole lines, without prompt and comment, and what is in backquotes.
commands_of() {
  local comment='s/ +# .*//'
  [[ $1 == *.md ]] || comment='s/^#//; s/^ +//; s/ {2,}.*//' # the first lines of an example
  # shellcheck disable=SC2016 # these backquotes are Markdown's
  { sed -E "s/^[ $]+//; $comment" "$project/$1"; grep -o '`[^`]*`' "$project/$1" | tr -d '`' || true; } |
    sed -E 's/ +/ /g; s/ $//'
}

# stands FILE LINE: whether the document still shows this line.
stands() {
  commands_of "$1" | grep -xF -e "$2" >/dev/null || {
    command="$2"
    : >"$out"
    : >"$err"
    fail "this line in $1" "it is no longer documented"
  }
}

# documented FILE LINE: checks that the document shows this command, and runs it.
documented() {
  stands "$1" "$2"
  succeeds "$2"
}

# filled FILE LINE COMMAND: the same for a line with placeholders, and the command with these filled in.
filled() {
  stands "$1" "$2"
  succeeds "$3"
}

# block FILE LINE: prints the block of a Markdown file, fenced or indented, that begins with this line.
block() {
  awk -v first="$2" '
    { indent = sub(/^    /, "") }
    !inside && $0 == first && (before ~ /^```/ || (indent && !indent_before)) { inside = 1; indented = indent }
    inside && (/^```/ || (indented && !indent)) { exit }
    inside { print }
    { before = $0; indent_before = indent }' "$project/$1" >"$place/block"
  command="cut a block out of $1"
  [ -s "$place/block" ] || fail "a block that begins with: $2" "none"
  cat "$place/block"
}

# says PATTERN: the last command printed a line like this (an extended regular expression), to stdout or stderr.
says() { grep -qE -e "$1" "$out" "$err" || fail "a line like: $1" "none"; }

# balances ROWS: each row counted once.
balances() { says "^rows: $1 expected, $1 applied, 0 lost, 0 doubled"; }

# refuses CODE COMMAND: the command ends with this error, in one line, and with its exit status in docs/errors.md.
refuses() {
  local expected
  attempt "$2"
  expected="$(sed -nE "s/^\| \`$1\` \| ([0-9]+) .*/\1/p" "$project/docs/errors.md")"
  [ "$status" = "$expected" ] || fail "exit status $expected of $1" "$status"
  [ "$(grep -c '' "$err")" = 1 ] || fail "one line on stderr" "$(grep -c '' "$err")"
  grep -q "^$1 " "$err" || fail "an error $1" "another"
}

# interrupts FILE COMMAND: starts the command, and types ^C when FILE has content.
interrupts() {
  local waited=0
  command="$2   (and ^C)" status=0
  env --default-signal=INT bash -c "exec $2" >"$out" 2>"$err" </dev/null &
  until [ -s "$1" ]; do
    sleep 0.05
    [ $((waited += 1)) -lt 600 ] || fail "$1 within 30 s" "none"
  done
  kill -INT $! 2>/dev/null || fail "a command that still runs" "its end"
  wait $! || status=$?
}

# equal WHAT EXPECTED CAME
equal() { [ "$2" = "$3" ] || fail "$1: $2" "$3"; }

# there FILE...: the files are there, and not empty.
there() {
  local file
  for file; do
    [ -s "$file" ] || fail "a file $file" "none, or an empty one"
  done
}

# true_in_python WHAT EXPRESSION: checks an expression of Python's, with numpy as np, json and h5py.
true_in_python() {
  $python -c "import h5py, json, numpy as np
assert $2" 2>"$place/python" || fail "$1: $2" "$(tail -n 1 "$place/python")"
}

# pima ROWS SEED [nolabel]: a CSV file like that of the Pima Indians: eight measurements, and whether it is diabetes.
pima() {
  awk -v rows="$1" -v state="$2" -v label="${3:-}" '
    function draw() { state = state * 16807 % 2147483647; return state / 2147483647 }
    BEGIN {
      print "pregnancies,glucose,pressure,skin,insulin,bmi,pedigree,age" (label ? "" : ",diabetes")
      while (rows--) {
        glucose = int(60 + 140 * draw()); bmi = 18 + 30 * draw(); age = int(20 + 60 * draw())
        printf "%d,%d,%d,%d,%d,%.1f,%.3f,%d", 12 * draw(), glucose, 50 + 60 * draw(), 50 * draw(), 300 * draw(), bmi,
          2 * draw(), age
        print label ? "" : "," (glucose / 70 + bmi / 16 + age / 40 + draw() > 5.6)
      }
    }'
}

# examples NAME...: copies of these examples, and MNIST if it is here, as in a clone.
examples() {
  local name
  mkdir -p examples
  for name; do
    cp "$project/examples/$name" examples/
  done
  [ ! -f "$project/examples/mnist/train-images-idx3-ubyte" ] || ln -sfn "$project/examples/mnist" examples/mnist
}

# has_mnist WHAT: whether MNIST is here; if not, says what is left out.
has_mnist() {
  [ -e examples/mnist/train-images-idx3-ubyte ] || { echo "${0##*/}: without MNIST, so not: $1"; return 1; }
}
