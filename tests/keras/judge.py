"""Real Keras judges dk: models of each layer, activation, loss, metric and optimizer, made at random and from a seed.

usage: judge.py KERAS_JUDGED VENV [2|3] [--seed N] [--only TEXT] [--keep FOLDER]   (exit 77: skipped)

KERAS_JUDGED is the program of judged.cpp; VENV is where scripts/get-keras has put Python's packages. Compared are
 - what dk predicts of files that Keras wrote, and Keras of files that dk wrote from them: 1e-5 of max(1, |y|);
 - the weights after each of ten training steps: 5e-5 of max(1, |w|);
 - losses and metrics: 1e-5 of max(1, |value|).
A file that dk refuses has to be one that the plans know it refuses, by the words that they expect.
"""
import argparse
import os
import sys


def enter(venv):
    """Starts again with the packages of the virtual environment; skips where it is not there."""
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, "installed.txt")):
        print("skipped: no Keras at " + venv + "; scripts/get-keras installs it")
        sys.exit(77)
    if os.path.realpath(sys.prefix) != os.path.realpath(venv):
        os.execv(python, [python, *sys.argv])


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("venv")
    parser.add_argument("version", type=int, choices=(2, 3))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", default="")
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    enter(given.venv)
    from court import hold

    sys.exit(hold(given))
