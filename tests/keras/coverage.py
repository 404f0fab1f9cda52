"""Whether every layer, loss, metric and optimizer of dk is in a plan: what dk has is asked of `keras_judged --catalog`.

usage: coverage.py KERAS_JUDGED   (needs numpy, and no Keras; exit 77: skipped)
"""
import json
import re
import subprocess
import sys

# What real Keras cannot judge, and why.
EXEMPT = {
    "metric categorical_accuracy": "Keras's is read as accuracy, which is judged",
}


def catalog(program):
    return json.loads(subprocess.run([program, "--catalog"], check=True, capture_output=True, text=True).stdout)


def in_small_letters(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def keras_name(value):
    """Of a text or of a Part."""
    return in_small_letters(getattr(value, "name", value))


def planned(cases):
    """What the cases have, by kind; those of things that dk has not count for nothing."""
    found = {"layer": set(), "loss": set(), "metric": set(), "optimizer": set()}
    for case in cases:
        if case.kind == "foreign":
            continue
        calls = case.graph.calls if case.graph else case.layers
        found["layer"].update(call[0] for call in calls)
        notes = case.notes
        losses = notes.get("loss", [])
        found["loss"].update(map(keras_name, losses if isinstance(losses, list) else [losses]))
        found["metric"].update(filter(None, [notes.get("measured")]))
        found["optimizer"].update(filter(None, [getattr(notes.get("optimizer"), "name", None)]))
    return found


def missing(program, cases):
    """@return a line for each thing that no plan has"""
    found = planned(cases)
    lines = []
    for kind, entries in catalog(program).items():
        for entry in entries:
            known = f"{kind} {entry['name']}" in EXEMPT or found[kind] & set(entry["keras"])
            if not known:
                lines.append(f"{kind} `{entry['name']}` lacks a plan in tests/keras/plans.py or training.py; add one, "
                             "or a reason to EXEMPT in tests/keras/coverage.py")
    return lines


if __name__ == "__main__":
    try:
        from court import all_cases
    except ImportError as why:
        print("skipped:", why)
        sys.exit(77)
    lines = [line for version in (2, 3) for line in missing(sys.argv[1], all_cases(version, seed=1))]
    print("\n".join(lines) or "everything has a plan")
    sys.exit(1 if lines else 0)
