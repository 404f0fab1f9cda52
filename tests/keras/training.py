"""Models with a loss, an optimizer and metrics: what ten steps do to the weights, and what is measured."""
import numpy as np

from dialects import Part
from graphs import Graph
from plans import Case, image_nets, normalization, pick, regularizer

STEPS = 10


def one_hot(rng, rows, width):
    return np.eye(width, dtype="float32")[rng.integers(0, width, rows)]


def labels_for(rng, name, rows, width):
    """Labels that suit a loss, rows x numbers."""
    if name.startswith("sparse"):
        return rng.integers(0, width, (rows, 1)).astype("float32")
    if name in ("categorical_crossentropy", "categorical_hinge"):
        return one_hot(rng, rows, width)
    if name == "binary_crossentropy":
        return rng.integers(0, 2, (rows, width)).astype("float32")
    if name in ("hinge", "squared_hinge"):
        return (2 * rng.integers(0, 2, (rows, width)) - 1).astype("float32")
    if name == "kl_divergence":
        drawn = rng.uniform(0.1, 1, (rows, width))
        return (drawn / drawn.sum(1, keepdims=True)).astype("float32")
    if name == "poisson":
        return rng.poisson(2, (rows, width)).astype("float32")
    if name in ("mean_absolute_percentage_error", "mean_squared_logarithmic_error"):
        return rng.uniform(0.5, 3, (rows, width)).astype("float32")
    return rng.normal(0, 1, (rows, width)).astype("float32")


OUTPUTS = {"categorical_crossentropy": "softmax", "sparse_categorical_crossentropy": "softmax",
           "binary_crossentropy": "sigmoid", "kl_divergence": "softmax", "poisson": "softplus",
           "mean_squared_logarithmic_error": "softplus"}

CLASSES = {"mean_squared_error": "MeanSquaredError", "mean_absolute_error": "MeanAbsoluteError",
           "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
           "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError", "log_cosh": "LogCosh",
           "categorical_crossentropy": "CategoricalCrossentropy",
           "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
           "binary_crossentropy": "BinaryCrossentropy", "kl_divergence": "KLDivergence", "poisson": "Poisson",
           "hinge": "Hinge", "squared_hinge": "SquaredHinge", "categorical_hinge": "CategoricalHinge",
           "cosine_similarity": "CosineSimilarity"}


def net(rng, loss, width=3, hidden=True):
    first = {"units": 5, "activation": "tanh", "kernel_regularizer": regularizer(rng)}
    layers = [("Dense", first)] if hidden else []
    return layers + [("Dense", {"units": width, "activation": OUTPUTS.get(loss, "linear")})]


def compiled(kind, layers, loss, optimizer, refuses="", metrics=(), label=None, width=3, shape=(6,), **more):
    notes = {"loss": loss, "optimizer": optimizer, "metrics": list(metrics), "label": label, "width": width, **more}
    return Case(kind, shape, layers, refuses, notes=notes)


def losses(rng):
    sgd = Part("optimizers", "SGD", learning_rate=0.05)
    for name, class_name in CLASSES.items():
        for form in (name, Part("losses", class_name)):
            width = pick(rng, [1, 2, 4]) if name not in OUTPUTS or name in ("binary_crossentropy", "poisson") else 4
            width = max(width, 3) if name in ("categorical_hinge", "cosine_similarity") else width
            rate = 0.0005 if "percentage" in name else 0.05  # its gradient has a hundred times the size
            yield compiled(f"loss {name}", net(rng, name, width), form,
                           Part("optimizers", "SGD", learning_rate=rate), label=name, width=width,
                           batch=pick(rng, [2, 7, 16]))
    for name in ("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy"):
        layers = net(rng, "linear", 3)
        yield compiled(f"loss {name}", layers, Part("losses", CLASSES[name], from_logits=True), sgd, "from.logits", label=name)
        if not name.startswith("sparse"):
            yield compiled(f"loss {name}", net(rng, name), Part("losses", CLASSES[name], label_smoothing=0.1), sgd,
                           "smoothing", label=name)
    # Behind something else than a softmax or a sigmoid, where nobody computes the two together.
    for name in ("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy"):
        layers = net(rng, name) + [("Rescaling", {"scale": 0.9, "offset": 0.05})]
        yield compiled(f"loss {name}", layers, name, sgd, label=name)
    yield compiled("loss huber", net(rng, "huber"), Part("losses", "Huber", delta=0.7), sgd, "huber", label="huber")
    yield compiled("loss sum", net(rng, ""), Part("losses", "MeanSquaredError", reduction="sum"), sgd, "reduction", label="")


def schedules(rng):
    base = "optimizers.schedules"
    return [Part(base, "ExponentialDecay", initial_learning_rate=0.1, decay_steps=3, decay_rate=0.5,
                 staircase=bool(rng.random() < 0.5)),
            Part(base, "InverseTimeDecay", initial_learning_rate=0.1, decay_steps=2, decay_rate=0.7),
            Part(base, "PiecewiseConstantDecay", boundaries=[3, 6], values=[0.1, 0.03, 0.01]),
            Part(base, "PolynomialDecay", initial_learning_rate=0.1, decay_steps=7, end_learning_rate=0.02, power=2.0),
            Part(base, "CosineDecay", initial_learning_rate=0.1, decay_steps=8, alpha=0.1),
            Part(base, "CosineDecay", initial_learning_rate=0.02, decay_steps=6, warmup_target=0.1, warmup_steps=4),
            Part(base, "CosineDecayRestarts", initial_learning_rate=0.1, first_decay_steps=3)]


def own_keys(rng):
    """Arguments of each optimizer, none of which is its default."""
    betas = {"beta_1": round(float(rng.uniform(0.5, 0.95)), 3), "beta_2": round(float(rng.uniform(0.8, 0.99)), 3),
             "epsilon": pick(rng, [1e-3, 1e-5])}
    return {"SGD": {"momentum": round(float(rng.uniform(0.3, 0.9)), 3), "nesterov": bool(rng.random() < 0.5)},
            "RMSprop": {"rho": round(float(rng.uniform(0.5, 0.95)), 3), "momentum": pick(rng, [0.0, 0.4]),
                        "epsilon": 1e-3, "centered": bool(rng.random() < 0.5)},
            "Adagrad": {"initial_accumulator_value": 0.3, "epsilon": 1e-4},
            "Adadelta": {"rho": round(float(rng.uniform(0.5, 0.95)), 3), "epsilon": 1e-4},
            "Adam": {**betas, "amsgrad": bool(rng.random() < 0.5)}, "Adamax": betas, "Nadam": betas,
            "AdamW": {**betas, "weight_decay": 0.05, "amsgrad": bool(rng.random() < 0.5)}}


def optimizers(rng, version):
    legacy = version == 2
    for name in own_keys(np.random.default_rng()):
        def case(module="optimizers", refuses="", **keys):
            layers = net(rng, "")
            if rng.random() < 0.3:
                layers.insert(1, normalization(rng, (5,)))
            return compiled(f"optimizer {name}", layers, "mean_squared_error", Part(module, name, **keys), refuses,
                            batch=pick(rng, [2, 7, 16]))

        yield case()
        for limit in ({}, {}, {"clipnorm": 0.3}, {"clipvalue": 0.05}, {"global_clipnorm": 0.4}):
            yield case(learning_rate=round(float(rng.uniform(0.005, 0.1)), 4), **own_keys(rng)[name], **limit)
        # A larger epsilon: where it is small a gradient of almost 0, which is known to few digits, makes a large step.
        yield case(learning_rate=pick(rng, schedules(rng)), **({} if name == "SGD" else {"epsilon": 1e-3}))
        if name != "AdamW":
            yield case(learning_rate=0.05, weight_decay=0.02, refuses="weight_decay")
        yield case(learning_rate=0.05, use_ema=True, refuses="ema")
        if legacy and name != "AdamW":
            old = "optimizers.legacy"
            refuses = "schedule_decay" if name == "Nadam" else ""  # of the old Nadam, which dk has not
            yield case(old, refuses, learning_rate=0.05, **({} if name == "Nadam" else {"decay": 0.1}))
            yield case(old, refuses, learning_rate=0.03, **own_keys(rng)[name])
    for schedule in schedules(rng):
        yield compiled("schedule", net(rng, ""), "mean_squared_error", Part("optimizers", "SGD", learning_rate=schedule))


def metrics(rng):
    sgd = Part("optimizers", "SGD", learning_rate=0.01)
    one, many = "binary_crossentropy", "categorical_crossentropy"
    table = [(one, 1, "accuracy", "accuracy", ""), (one, 3, Part("metrics", "BinaryAccuracy"), "accuracy", ""),
             (many, 4, "accuracy", "accuracy", ""), ("sparse_" + many, 4, "accuracy", "accuracy", ""),
             (one, 1, Part("metrics", "BinaryAccuracy"), "accuracy", ""),
             (many, 4, Part("metrics", "CategoricalAccuracy"), "accuracy", ""),
             ("sparse_" + many, 5, Part("metrics", "SparseCategoricalAccuracy"), "accuracy", ""),
             (many, 6, Part("metrics", "TopKCategoricalAccuracy", k=2), "top_k", ""),
             ("sparse_" + many, 6, Part("metrics", "SparseTopKCategoricalAccuracy", k=3), "top_k", ""),
             (one, 1, Part("metrics", "AUC"), "auc", "multi_label"),
             (one, 1, Part("metrics", "AUC", num_thresholds=37), "auc", "multi_label"),
             (one, 1, Part("metrics", "Precision"), "precision", ""), (one, 1, Part("metrics", "Recall"), "recall", ""),
             (one, 1, Part("metrics", "F1Score", threshold=0.5, average="macro"), "f1", "f1"),
             (one, 1, Part("metrics", "BinaryAccuracy", threshold=0.7), "binary_accuracy", "threshold"),
             (one, 1, Part("metrics", "Precision", thresholds=0.7), "precision", "threshold"),
             (one, 1, Part("metrics", "Recall", thresholds=0.2), "recall", "threshold"),
             (one, 1, Part("metrics", "AUC", curve="PR"), "auc", "curve|multi_label"),
             (one, 1, Part("metrics", "AUC", summation_method="majoring"), "auc", "summation|multi_label"),
             ("mean_squared_error", 2, Part("metrics", "MeanAbsoluteError"), "mae", "mean_absolute_error"),
             ("mean_squared_error", 2, Part("metrics", "RootMeanSquaredError"), "rmse", "root_mean_squared_error"),
             ("mean_squared_error", 2, Part("metrics", "MeanSquaredError"), "mse", "mean_squared_error")]
    for loss, width, metric, name, refuses in table:
        for _ in range(2):
            yield compiled("metric", net(rng, loss, width), loss, sgd, refuses, [metric], label=loss, width=width,
                           measured=name)


def trained_images(rng, count):
    """Ten steps of whole networks for images: the gradients of every layer."""
    for case in image_nets(rng, count):
        case.kind = "trained images"
        case.layers = [(name, {**keys, "rate": 0.0} if name == "Dropout" else keys) for name, keys in case.layers]
        case.notes = {"loss": "categorical_crossentropy", "optimizer": Part("optimizers", "SGD", learning_rate=0.05),
                      "metrics": [], "label": "categorical_crossentropy", "width": 3, "batch": 8}
        yield case


def several_outputs(rng):
    """Two inputs and two outputs, each with a loss and what it counts for."""
    for first, second in (("categorical_crossentropy", "mean_squared_error"), ("binary_crossentropy", "log_cosh"),
                          ("mean_absolute_error", "sparse_categorical_crossentropy")):
        graph = Graph([(4,), (3,)])
        joined = graph.add("Concatenate", {}, [0, 1], (7,))
        hidden = graph.add("Dense", {"units": 6, "activation": "tanh", "kernel_regularizer": "l2"}, [joined], (6,))
        for name, source in ((first, hidden), (second, joined)):
            keys = {"units": 3, "activation": OUTPUTS.get(name, "linear")}
            graph.outputs.append(graph.add("Dense", keys, [source], (3,)))
        notes = {"loss": [first, second], "loss_weights": [round(float(w), 3) for w in rng.uniform(0.2, 2, 2)],
                 "optimizer": Part("optimizers", "Adam", learning_rate=0.01, epsilon=1e-3), "metrics": [],
                 "label": "", "outputs": [(first, 3), (second, 3)], "batch": 7}
        yield Case("several outputs", ((4,), (3,)), [], graph=graph, notes=notes)


def frozen(rng, version):
    """Layers that are not trained, batch normalization among them. Their penalties, which change no weight, are not in
    the loss of Keras 3, but in that of Keras 2 and of dk."""
    for place in range(6):
        layers = [("Dense", {"units": 5, "activation": "tanh", "kernel_regularizer": regularizer(rng)}),
                  ("BatchNormalization", {"momentum": 0.7}), ("Dense", {"units": 4, "activation": "tanh"}),
                  ("Dense", {"units": 3})]
        for still in {0: [0], 1: [1], 2: [2], 3: [0, 1], 4: [0, 1, 2], 5: [3]}[place]:
            layers[still][1]["trainable"] = False
            if version == 3:
                layers[still][1].pop("kernel_regularizer", None)
        optimizer = Part("optimizers", pick(rng, ["SGD", "Adagrad"]), learning_rate=0.05)
        yield compiled("frozen layers", layers, "mean_squared_error", optimizer, batch=pick(rng, [2, 16]))


def weighted(rng):
    """Rows that count for more than others: weights of their own, or of their classes."""
    sgd = Part("optimizers", "SGD", learning_rate=0.05)
    for name in ("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy",
                 "mean_squared_error", "hinge"):
        for kind in ("sample", "class") if "categorical" in name else ("sample",):
            yield compiled(f"{kind} weights", net(rng, name), name, sgd, label=name, weights=kind, batch=pick(rng, [2, 16]))


def distances(rng):
    """The rest of the metrics of numbers."""
    sgd = Part("optimizers", "SGD", learning_rate=0.0005)
    for loss, metric, name in (("mean_absolute_percentage_error", "MeanAbsolutePercentageError", "mape"),
                               ("mean_squared_error", "R2Score", "r2")):
        for width in (1, 3):
            yield compiled("metric", net(rng, loss, width), loss, sgd, "", [Part("metrics", metric)], label=loss,
                           width=width, measured=name)
