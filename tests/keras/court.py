"""Makes the models, lets dk do its part in one process, and compares."""
import json
import re
import subprocess
import tempfile
import time
import zlib

import numpy as np

import coverage
import graphs
import plans
import training
from dialects import Dialect, Part
from report import Report


def all_cases(version, seed):
    rng = np.random.default_rng(seed)
    yield from plans.single_layers(rng)
    yield from plans.activations(rng, version)
    yield from plans.image_nets(rng, 16)
    yield from graphs.twins(rng)
    yield from graphs.graphs(rng, 30)
    yield from training.losses(rng)
    yield from training.metrics(rng)
    yield from training.optimizers(rng, version)
    yield from training.trained_images(rng, 10)
    yield from training.several_outputs(rng)
    yield from training.frozen(rng, version)
    yield from training.weighted(rng)
    yield from plans.initializers(rng, version)
    yield from plans.channels_first(rng)
    yield from plans.foreign(rng, version)
    yield from training.distances(rng)  # last, and so will be what is new, so that the models above stay as they are


class Trial:
    """One case: its model, its files, its job for dk."""

    def __init__(self, number, case, dialect, folder, seed):
        self.case, self.dialect, self.folder = case, dialect, folder
        self.id = f"{number:03}"
        self.rng = np.random.default_rng(seed * 1000003 + number)
        self.unwritten = set()
        self.job = {"id": self.id, "predict": True, "write": True}

    def title(self):
        what = self.case.layers or [(name, keys) for name, keys, _ in self.case.graph.calls]
        text = f"{self.case.kind}: " + "; ".join(f"{name} {keys}" for name, keys in what)
        return f"{text} {({k: v for k, v in self.case.notes.items() if v})}" if self.case.notes else text

    def save(self, name, numbers):
        np.asarray(numbers, "<f4").tofile(f"{self.folder}/{self.id}.{name}.f32")

    def rows(self, count):
        shapes = self.case.shape if self.case.graph else [self.case.shape]
        return [self.rng.normal(0, 1, (count, *shape)).astype("float32") for shape in shapes]

    @staticmethod
    def flat(inputs):
        return np.concatenate([x.reshape(len(x), -1) for x in inputs], 1)

    def prepare(self):
        case, dialect = self.case, self.dialect
        dialect.keras.utils.set_random_seed(int(self.id) + 1)
        self.model = case.graph.build(dialect) if case.graph else dialect.sequential(case.shape, case.layers)
        self.fresh = dialect.weights(self.model)
        self.job["initialize"] = case.kind == "initializer"
        dialect.randomise(self.model, self.rng)
        if case.notes:
            self.compile()
            self.measure()  # before it is saved, which lets tf-keras forget that labels are class numbers
        ways = dialect.ways()
        self.way = ways[zlib.crc32(self.title().encode()) % (2 if case.notes else len(ways))]
        model, weights = dialect.save(self.model, self.folder, self.id, self.way)
        self.job.update(model=model, **({"weights": weights} if weights else {}))
        self.x = self.rows(case.rows)
        self.expected = self.predict(self.model)
        self.save("x", self.flat(self.x))
        if case.notes:
            self.train()

    def predict(self, model):
        """As it is: or, of channels first, which TensorFlow has not on a CPU, by the same model with them last."""
        if self.case.kind != "channels first":
            return self.dialect.predict(model, self.x)
        (name, keys), = self.case.layers
        channels, height, width = self.case.shape
        twin = self.dialect.sequential((height, width, channels), [(name, {**keys, "data_format": "channels_last"})])
        twin.set_weights(model.get_weights())
        y = np.asarray(twin(np.moveaxis(self.x[0], 1, -1), training=False))
        return (np.moveaxis(y, -1, 1) if y.ndim == 4 else y).reshape(len(y), -1)

    def compile(self):
        notes = self.case.notes
        self.job["compiled"] = True
        losses = [self.dialect.make(loss) for loss in notes["loss"]] if self.case.graph else self.dialect.make(notes["loss"])
        self.model.compile(optimizer=self.dialect.make(notes["optimizer"]), loss=losses,
                           loss_weights=notes.get("loss_weights"),
                           metrics=[self.dialect.make(m) for m in notes["metrics"]], run_eagerly=True,
                           jit_compile=False)

    def labels(self, rows):
        """Of each output."""
        notes = self.case.notes
        wanted = notes.get("outputs") or [(notes["label"] or "", notes["width"])]
        return [training.labels_for(self.rng, name, rows, width) for name, width in wanted]

    @staticmethod
    def alone(values):
        return values[0] if len(values) == 1 else values

    def measure(self):
        x, y = self.rows(40), self.labels(40)
        found = self.model.test_on_batch(self.alone(x), self.alone(y), return_dict=True)
        self.loss = float(found.pop("loss"))
        self.metric = [float(np.ravel(value)[0]) for value in found.values()]
        self.save("ex", self.flat(x))
        self.save("ey", self.flat(y))
        self.job["evaluate"] = {"label_width": self.flat(y).shape[1]}

    def train(self):
        batch = self.case.notes.get("batch", 7)
        x, y = self.rows(batch * training.STEPS), self.labels(batch * training.STEPS)
        more, weights = self.weigh(y[0])
        self.course = [self.dialect.weights(self.model)]
        for step in range(training.STEPS):
            part = slice(step * batch, (step + 1) * batch)
            self.model.train_on_batch(self.alone([v[part] for v in x]), self.alone([v[part] for v in y]), **more(part))
            self.course.append(self.dialect.weights(self.model))
        self.save("tx", self.flat(x))
        self.save("ty", self.flat(y))
        self.job["train"] = {"label_width": self.flat(y).shape[1], "batch": batch, "steps": training.STEPS}
        if weights is not None:
            self.save("tw", weights)
            self.job["train"]["weighted"] = True

    def weigh(self, labels):
        """@return what Keras is told of the rows of a batch, and the weight of each row, or None"""
        kind = self.case.notes.get("weights")
        if kind == "sample":
            weights = self.rng.uniform(0, 3, len(labels)).astype("float32")
            return lambda part: {"sample_weight": weights[part]}, weights
        if kind == "class":
            of_class = {number: round(float(w), 3) for number, w in enumerate(self.rng.uniform(0.1, 4, 3))}
            numbers = labels[:, 0] if labels.shape[1] == 1 else labels.argmax(1)
            return lambda part: {"class_weight": of_class}, np.array([of_class[int(n)] for n in numbers], "float32")
        return lambda part: {}, None

    def read(self, name, width):
        return np.fromfile(f"{self.folder}/{self.id}.{name}.f32", "<f4").reshape(-1, width)


def hold(given):
    began = time.time()
    dialect = Dialect(given.version)
    report = Report(dialect.name, given.seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or temporary
        trials = []
        cases = list(all_cases(given.version, given.seed))
        report.failures.extend(coverage.missing(given.program, cases))
        for number, case in enumerate(cases):
            if given.version == 3 and "hard_sigmoid" in str(case.layers):
                case.refuses = "hard_sigmoid"
            trial = Trial(number, case, dialect, folder, given.seed)
            if given.only and not re.search(given.only, trial.title()):
                continue
            try:
                trial.prepare()
                trials.append(trial)
            except Exception as why:  # a plan that Keras does not take is a mistake of the plan
                report.failures.append(f"{trial.id} {trial.title()}: not made by Keras: {' '.join(str(why).split())[:300]}")
        with open(f"{folder}/jobs.json", "w") as file:
            json.dump([trial.job for trial in trials], file)
        made = time.time()
        subprocess.run([given.program, folder], check=True)
        with open(f"{folder}/results.json") as file:
            results = json.load(file)
        judged = time.time()
        for trial in trials:
            report.judge(trial, results[trial.id])
    return report.end({"made by Keras": made - began, "dk": judged - made, "compared": time.time() - judged})
