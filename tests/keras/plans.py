"""Random models of every layer that dk has, and of some that it has not. A plan is a list of (class, keys).

`refuses` of a case is what dk may say when it does not take the file; a case without it has to be taken.
"""
from dataclasses import dataclass, field

from dialects import Part

SMOOTH = ["linear", "elu", "selu", "sigmoid", "tanh", "softplus", "softsign", "softmax"]
ACTIVATIONS = SMOOTH + ["relu", "exponential", "hard_sigmoid"]
FOREIGN = {"swish": "swish|silu", "gelu": "gelu", "mish": "mish"}


@dataclass
class Case:
    kind: str
    shape: tuple
    layers: list
    refuses: str = ""
    graph: object = None
    rows: int = 5
    kernel: tuple = ()
    notes: dict = field(default_factory=dict)


def pick(rng, values):
    return values[int(rng.integers(len(values)))]


def regularizer(rng):
    l1, l2 = round(float(rng.uniform(0.001, 0.1)), 4), round(float(rng.uniform(0.001, 0.1)), 4)
    return pick(rng, [None, None, "l2", "l1", Part("regularizers", "L1", l1=l1),
                      Part("regularizers", "L2", l2=l2), Part("regularizers", "L1L2", l1=l1, l2=l2)])


def initializer(rng):
    return pick(rng, ["glorot_uniform", "he_normal", "lecun_uniform", "orthogonal", "zeros", "ones",
                      Part("initializers", "RandomNormal", mean=0.1, stddev=0.2, seed=3),
                      Part("initializers", "RandomUniform", minval=-0.2, maxval=0.3),
                      Part("initializers", "TruncatedNormal", stddev=0.3),
                      Part("initializers", "Constant", value=0.25),
                      Part("initializers", "VarianceScaling", scale=2.0, mode="fan_out", distribution="uniform")])


def weighted(rng, keys):
    """Adds keys that every layer with a kernel takes."""
    if rng.random() < 0.5:
        keys["use_bias"] = bool(rng.random() < 0.5)
    for key in ("kernel_regularizer", "bias_regularizer"):
        if rng.random() < 0.4:
            keys[key] = regularizer(rng)
    for key in ("kernel_initializer", "bias_initializer"):
        if rng.random() < 0.4:
            keys[key] = initializer(rng) if key.startswith("kernel") else pick(rng, ["zeros", "ones", "random_normal"])
    return keys


def vector(rng):
    return (int(rng.integers(1, 12)),)


def image(rng, least=5):
    return tuple(int(n) for n in (*rng.integers(least, 10, 2), rng.integers(1, 5)))


def any_shape(rng):
    return pick(rng, [vector(rng), image(rng), (int(rng.integers(2, 6)), int(rng.integers(2, 6)))])


def pair(rng, low, high):
    one = [int(n) for n in rng.integers(low, high, 2)]
    return one[0] if rng.random() < 0.3 else tuple(one)


def dense(rng, shape=None, activations=ACTIVATIONS):
    return "Dense", weighted(rng, {"units": int(rng.integers(1, 9)), "activation": pick(rng, activations)})


def conv2d(rng):
    keys = {"filters": int(rng.integers(1, 6)), "kernel_size": pair(rng, 1, 4),
            "padding": pick(rng, ["valid", "same"]), "activation": pick(rng, ACTIVATIONS)}
    if rng.random() < 0.4:
        keys["strides"] = pair(rng, 1, 4)
    elif rng.random() < 0.3:
        keys["dilation_rate"] = pair(rng, 1, 3)
    return "Conv2D", weighted(rng, keys)


def pooling(rng, name):
    keys = {"pool_size": pair(rng, 1, 4), "padding": pick(rng, ["valid", "same"])}
    if rng.random() < 0.6:
        keys["strides"] = pair(rng, 1, 4)
    return name, keys if rng.random() < 0.9 else {"pool_size": 2}


def padding(rng):
    a, b, c, d = (int(n) for n in rng.integers(0, 4, 4))
    return "ZeroPadding2D", pick(rng, [{}, {"padding": a}, {"padding": (a, b)}, {"padding": ((a, b), (c, d))}])


def normalization(rng, shape):
    keys = {}
    if rng.random() < 0.7:
        keys = {"momentum": round(float(rng.uniform(0.5, 0.99)), 3), "epsilon": pick(rng, [1e-5, 1e-3, 0.01]),
                "center": bool(rng.random() < 0.7), "scale": bool(rng.random() < 0.7)}
    if rng.random() < 0.4:
        keys["axis"] = int(rng.integers(1, len(shape) + 1))
    return "BatchNormalization", keys


def reshape(rng, shape):
    size = 1
    for extent in shape:
        size *= extent
    first = pick(rng, [n for n in range(1, size + 1) if size % n == 0])
    return "Reshape", {"target_shape": pick(rng, [(size,), (first, size // first), (-1, first), (first, -1, 1)])}


def single_layers(rng):
    """One layer of a kind, with arguments drawn at random, in a model of its own."""
    makers = {
        "Dense": (vector, dense), "Conv2D": (image, lambda r, s: conv2d(r)),
        "MaxPooling2D": (image, lambda r, s: pooling(r, "MaxPooling2D")),
        "AveragePooling2D": (image, lambda r, s: pooling(r, "AveragePooling2D")),
        "GlobalAveragePooling2D": (image, lambda r, s: ("GlobalAveragePooling2D", {})),
        "ZeroPadding2D": (image, lambda r, s: padding(r)),
        "BatchNormalization": (any_shape, normalization), "Reshape": (any_shape, reshape),
        "Flatten": (any_shape, lambda r, s: ("Flatten", {})),
        "Dropout": (any_shape, lambda r, s: ("Dropout", {"rate": round(float(r.uniform(0, 0.9)), 3), "seed": 5})),
        "Rescaling": (any_shape, lambda r, s: ("Rescaling", {"scale": round(float(r.normal()), 3),
                                                             "offset": round(float(r.normal()), 3)})),
        "LeakyReLU": (any_shape, lambda r, s: ("LeakyReLU", {"negative_slope": round(float(r.uniform(0, 1)), 3)}
                                               if r.random() < 0.8 else {})),
        "ELU": (any_shape, lambda r, s: ("ELU", {"alpha": round(float(r.uniform(0.1, 2)), 3)} if r.random() < 0.8 else {})),
        "Softmax": (any_shape, lambda r, s: ("Softmax", {})),
        "ReLU": (any_shape, lambda r, s: ("ReLU", {"negative_slope": pick(r, [0.0, 0.2])})),
    }
    counts = {"Flatten": 3, "Softmax": 3, "ReLU": 4, "GlobalAveragePooling2D": 3, "Dense": 12, "Conv2D": 20,
              "BatchNormalization": 12, "ZeroPadding2D": 8, "MaxPooling2D": 10, "AveragePooling2D": 10}
    for kind, (shaped, make) in makers.items():
        for _ in range(counts.get(kind, 5)):
            shape = shaped(rng)
            yield Case(f"layer {kind}", shape, [make(rng, shape)])


def activations(rng, version):
    names = ACTIVATIONS + (["leaky_relu"] if version == 3 else [])
    for name in names:
        refuses = "hard_sigmoid" if name == "hard_sigmoid" and version == 3 else ""
        yield Case("activation", vector(rng), [("Dense", {"units": 4, "activation": name})], refuses)
        yield Case("activation", any_shape(rng), [("Activation", {"activation": name})], refuses)
        yield Case("activation", image(rng), [("Conv2D", {"filters": 3, "kernel_size": 2, "activation": name})], refuses)


def image_nets(rng, count):
    """Networks for images as people build them."""
    for _ in range(count):
        shape = image(rng, 8)
        layers = [("Rescaling", {"scale": 0.5, "offset": -0.1})] if rng.random() < 0.5 else []
        layers += [padding(rng)] if rng.random() < 0.4 else []
        layers += [("Conv2D", weighted(rng, {"filters": 4, "kernel_size": 3, "padding": pick(rng, ["valid", "same"])}))]
        layers += [("BatchNormalization", {})] if rng.random() < 0.6 else []
        layers += [pick(rng, [("Activation", {"activation": "relu"}), ("LeakyReLU", {}), ("ELU", {})])]
        layers += [pick(rng, [("MaxPooling2D", {}), ("AveragePooling2D", {"pool_size": 2, "padding": "same"})])]
        layers += [("Dropout", {"rate": 0.25})] if rng.random() < 0.5 else []
        layers += [pick(rng, [("Flatten", {}), ("GlobalAveragePooling2D", {})])]
        layers += [("Dense", {"units": 6, "activation": "tanh"}), ("Dense", {"units": 3, "activation": "softmax"})]
        yield Case("images", shape, layers)


def initializers(rng, version):
    """Kernels of thousands of numbers, so that their distribution shows."""
    def made(name, **keys):
        return Part("initializers", name, **keys)

    gain = {"gain": 1.5} if version == 2 else {}  # which Keras 3 leaves out of its files
    for one in (made("Zeros"), made("Ones"), made("Constant", value=-0.3), made("Identity", **gain),
                made("Orthogonal", gain=0.7), made("RandomUniform", minval=-0.3, maxval=0.1),
                made("RandomNormal", mean=0.2, stddev=0.4), made("TruncatedNormal", mean=-0.1, stddev=0.3),
                made("GlorotUniform"), made("GlorotNormal"), made("HeUniform"), made("HeNormal"),
                made("LecunUniform"), made("LecunNormal"),
                *(made("VarianceScaling", scale=1.7, mode=mode, distribution=kind)
                  for mode in ("fan_in", "fan_out", "fan_avg")
                  for kind in ("truncated_normal", "untruncated_normal", "uniform"))):
        yield Case("initializer", (90,), [("Dense", {"units": 60, "kernel_initializer": one})], kernel=(90, 60))
    for one in (made("HeNormal"), made("GlorotUniform")):
        yield Case("initializer", (5, 5, 20), [("Conv2D", {"filters": 30, "kernel_size": 3, "kernel_initializer": one})],
                   kernel=(3, 3, 20, 30))


def channels_first(rng):
    """Images with the channels first, whose predictions are those of the same layer with them last."""
    for name, make in (("Conv2D", conv2d), ("MaxPooling2D", lambda r: pooling(r, "MaxPooling2D")),
                       ("AveragePooling2D", lambda r: pooling(r, "AveragePooling2D")), ("ZeroPadding2D", padding),
                       ("GlobalAveragePooling2D", lambda r: ("GlobalAveragePooling2D", {}))):
        for _ in range(3):
            height, width, channels = image(rng)
            keys = {**make(rng)[1], "data_format": "channels_first"}
            if keys.get("activation") in ("softmax", "hard_sigmoid"):
                keys["activation"] = "tanh"  # a softmax is taken over the last axis, whatever that is
            yield Case("channels first", (channels, height, width), [(name, keys)])


def foreign(rng, version):
    """What dk has not, or may not have: to be refused by its name, or computed as Keras does."""
    v, i = vector(rng), image(rng)
    for name, reason in FOREIGN.items():
        yield Case("foreign", v, [("Dense", {"units": 3, "activation": name})], reason)
    yield Case("foreign", (4, 3), [("Permute", {"dims": (2, 1)})], "Permute")
    yield Case("foreign", v, [("LayerNormalization", {})], "LayerNormalization")
    yield Case("foreign", (6, 2), [("Conv1D", {"filters": 2, "kernel_size": 2})], "Conv1D")
    yield Case("foreign", (6, 2), [("LSTM", {"units": 2})], "LSTM")
    yield Case("foreign", (3, 4), [("Dense", {"units": 2})], "dense takes samples of one axis")
    yield Case("foreign", i, [("GlobalMaxPooling2D", {})], "GlobalMaxPooling2D")
    yield Case("foreign", i, [("DepthwiseConv2D", {"kernel_size": 2})], "DepthwiseConv2D")
    yield Case("foreign", (6, 6, 4), [("Conv2D", {"filters": 4, "kernel_size": 2, "groups": 2})], "groups")
    yield Case("foreign", i, [("GlobalAveragePooling2D", {"keepdims": True})], "keepdims")
    yield Case("foreign", v, [("ReLU", {"max_value": 1.0})], "max_value")
    yield Case("foreign", v, [("ReLU", {"threshold": 0.3})], "threshold")
    yield Case("foreign", (3, 4), [("Softmax", {"axis": 1})], "axis")
    yield Case("foreign", (3, 4), [("Dropout", {"rate": 0.2, "noise_shape": (None, 1, 4)})], "noise_shape")
    yield Case("foreign", v, [("Dense", {"units": 2, "kernel_constraint": Part("constraints", "NonNeg")})],
               "constraint")
    yield Case("foreign", v, [("Dense", {"units": 2, "activity_regularizer": "l2"})], "activity_regularizer")
    yield Case("foreign", v, [("GaussianNoise", {"stddev": 0.1})], "GaussianNoise")
    yield Case("foreign", v, [("UnitNormalization", {})], "UnitNormalization")
    yield Case("foreign", i, [("Flatten", {"data_format": "channels_first"})], "data_format|channels_first")
    yield Case("foreign", i, [("UpSampling2D", {})], "UpSampling2D")
    yield Case("foreign", i, [("Cropping2D", {})], "Cropping2D")
    yield Case("foreign", v, [("BatchNormalization", {"gamma_regularizer": "l2"})], "gamma_regularizer")
    if version == 3:
        for name in ("relu6", "log_softmax", "celu", "hard_silu"):
            yield Case("foreign", v, [("Dense", {"units": 3, "activation": name})], name)
