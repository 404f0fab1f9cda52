"""Compares what Keras and dk found, and says how far they are apart."""
import re
from collections import Counter, defaultdict

import numpy as np

FORWARD = 1e-5
STEP = 5e-5
MEASURE = 1e-5


def apart(found, expected):
    """The largest difference, in parts of max(1, |expected|); infinite where the shapes or a NaN differ."""
    found, expected = np.asarray(found, "float64"), np.asarray(expected, "float64")
    if found.shape != expected.shape:
        return float("inf")
    if not found.size:
        return 0.0
    worst = np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected)))
    return float("inf") if np.isnan(worst) else float(worst)


class Report:
    def __init__(self, name, seed):
        self.name, self.seed = name, seed
        self.tried = Counter()
        self.compared = Counter()
        self.worst = defaultdict(float)
        self.refused = defaultdict(Counter)
        self.unread = Counter()
        self.failures = []

    def fail(self, trial, why):
        self.failures.append(f"{trial.id} ({trial.way}) {trial.title()}: {why}")

    def compare(self, trial, what, found, expected, most):
        distance = apart(found, expected)
        self.compared[what] += 1
        self.worst[what] = max(self.worst[what], distance)
        if not distance <= most:
            self.fail(trial, f"{what} differs by {distance:.2e}, at most {most:.0e} is allowed")
        return distance <= most

    def refusal(self, trial, why):
        """@return whether dk's refusal is one that was expected"""
        if trial.case.refuses and re.search(trial.case.refuses, why, re.IGNORECASE):
            short = re.sub(r"^.*?(layer \d+|metric|loss|optimizer)", r"\1", why.split("/")[-1])
            self.refused[trial.case.refuses][short] += 1
            return True
        self.fail(trial, f"refused: {why}")
        return False

    def judge(self, trial, result):
        kind = trial.case.kind
        self.tried[kind] += 1
        errors = dict(result["errors"])
        if "load" in errors:
            self.refusal(trial, errors["load"])
            return
        trial.layers = result["layers"]
        for phase in ("evaluate", "train"):
            if phase in errors and trial.case.refuses:
                why = errors.pop(phase)
                errors.pop("train" if phase == "evaluate" else "evaluate", None)
                for part in ("write_h5", "write_keras"):
                    if errors.pop(part, None):
                        trial.unwritten.add("." + part[len("write_"):])
                self.refusal(trial, why)
                trial.job.pop("train", None)
                trial.job.pop("evaluate", None)
                break
        if "write_keras" in errors and re.search("hard_sigmoid|epsilon_outside", errors["write_keras"]):
            trial.unwritten.add(".keras")
            self.unread["not written as .keras: " + errors.pop("write_keras").split(";")[0]] += 1
        for phase, why in errors.items():
            self.fail(trial, f"{phase}: {why}")
        if not errors:
            self.compare_all(trial, result)

    def compare_all(self, trial, result):
        kind = trial.case.kind
        width = trial.expected.shape[1]
        self.compare(trial, f"{kind}: predicted by dk", trial.read("y", width), trial.expected, FORWARD)
        self.read_back(trial)
        if trial.job["initialize"]:
            self.compare_fresh(trial)
        if "evaluate" in trial.job:
            self.compare(trial, f"{kind}: loss", [result["loss"]], [trial.loss], MEASURE)
            self.compare_metric(trial, result)
        if "train" in trial.job:
            self.compare_course(trial)

    def compare_metric(self, trial, result):
        name = trial.case.notes.get("measured")
        if name is None:
            return
        found = [value for key, value in result["metrics"].items() if key == name or key.startswith(name + "_")]
        if not found:
            told = str(result.get("read_metrics"))
            if trial.case.refuses:
                self.refused[trial.case.refuses]["metric left out: " + told] += 1
            else:
                self.fail(trial, f"the metric {name} is not among {result['metrics']}")
            return
        self.compare(trial, f"metric {name}", found[:1], trial.metric[-1:], MEASURE)

    def compare_course(self, trial):
        sizes = [size for _, size in trial.layers]
        course = trial.read("w", sum(sizes))
        for step, expected in enumerate(trial.course):
            wanted = np.concatenate([expected.get(name, np.zeros(0)) for name, _ in trial.layers])
            if not self.compare(trial, f"{trial.case.kind}: weights after a step", course[step], wanted, STEP):
                self.failures[-1] += f" (step {step})"
                return

    def compare_fresh(self, trial):
        """What the kernel starts from: of numbers drawn at random their mean, deviation and bounds."""
        kernel = trial.case.kernel
        found = trial.read("i", sum(size for _, size in trial.layers))[0][: np.prod(kernel)]
        wanted = next(iter(trial.fresh.values()))[: np.prod(kernel)]
        spread = max(wanted.std(), 1e-9)
        if "Orthogonal" in trial.title():
            found, wanted = ((lambda w: w.T @ w)(w.reshape(kernel)).ravel() for w in (found, wanted))
            self.compare(trial, "initializer: products of columns", found, wanted, MEASURE)
        elif wanted.std() == 0 or "Identity" in trial.title():
            self.compare(trial, "initializer: fixed numbers", found, wanted, 0)
        else:
            ends = [np.quantile(w, [0, 0.1, 0.5, 0.9, 1]) / spread for w in (found, wanted)]
            most = 0.15 if abs(wanted).max() < 3 * spread else 1.5  # the ends of a normal distribution are open
            self.compare(trial, "initializer: mean and quantiles, in deviations", ends[0][1:4], ends[1][1:4], 0.15)
            self.compare(trial, "initializer: ends, in deviations", ends[0][[0, 4]], ends[1][[0, 4]], most)
            self.compare(trial, "initializer: deviation", [found.std() / spread], [1], 0.05)

    def read_back(self, trial):
        start = f"{trial.folder}/{trial.id}.dk"
        readers = {".h5": lambda: trial.dialect.load(start + ".h5"),
                   ".keras": lambda: trial.dialect.load(start + ".keras"),
                   ".json": lambda: trial.dialect.load_described(start + ".json", start + ".h5")}
        for ending, load in readers.items():
            if ending in trial.unwritten or (ending == ".json" and ".h5" in trial.unwritten):
                continue
            if ending == (".json" if trial.dialect.version == 3 else ".keras"):
                continue  # dk's .keras is Keras 3's, its .json Keras 2's: neither reads the other's
            try:
                found = trial.predict(load())
            except Exception as why:  # whatever Keras throws
                if ending == ".h5" and trial.dialect.version == 3 and "'activation': {'class_name'" in str(why):
                    self.unread[f"an .h5 with the keys of an activation is not read by {self.name}"] += 1
                    continue
                self.fail(trial, f"{ending} of dk is not read: {' '.join(str(why).split())[:300]}")
                continue
            self.compare(trial, f"dk's {ending} read by {self.name}", found, trial.expected, FORWARD)

    def end(self, seconds):
        total = sum(self.tried.values())
        print(f"{self.name}, seed {self.seed}: {total} models ({', '.join(f'{k} {v:.0f} s' for k, v in seconds.items())})")
        print("tried: " + ", ".join(f"{kind} {count}" for kind, count in sorted(self.tried.items())))
        print("worst difference by kind, of max(1, |value|):")
        for what in sorted(self.worst):
            print(f"  {self.worst[what]:8.1e}  {what} ({self.compared[what]})")
        refused = sum(sum(reasons.values()) for reasons in self.refused.values())
        print(f"refused by name: {refused}")
        for reasons in self.refused.values():
            for reason, count in reasons.items():
                print(f"  {count} x {reason[:200]}")
        for what, count in sorted(self.unread.items()):
            print(f"not compared: {count} x {what}")
        for failure in self.failures:
            print("FAILED " + failure[:900])
        print(f"{len(self.failures)} failures")
        return 1 if self.failures else 0
