"""The two Keras that judge dk: Keras 3, and Keras 2 as the package tf-keras keeps it. Both compute eagerly."""
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import logging  # noqa: E402
import warnings  # noqa: E402

import numpy as np  # noqa: E402

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


class Part:
    """A regularizer, an initializer or the like, to be made by whichever Keras is asked."""

    def __init__(self, module, name, **keys):
        self.module, self.name, self.keys = module, name, keys

    def __repr__(self):
        return f"{self.name}({', '.join(f'{k}={v}' for k, v in self.keys.items())})"


class Dialect:
    def __init__(self, version):
        self.version = version
        if version == 3:
            import keras
        else:
            import tf_keras as keras
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self.keras = keras
        self.name = f"Keras {keras.__version__}" if version == 3 else f"tf-keras {keras.__version__}"

    def make(self, value):
        """What a Part stands for; all else is itself."""
        if isinstance(value, Part):
            scope = self.keras
            for name in value.module.split("."):
                scope = getattr(scope, name)
            return getattr(scope, value.name)(**self.made(value.keys))
        return value

    def made(self, keys):
        return {key: self.make(value) for key, value in keys.items()}

    def layer(self, kind, **keys):
        if kind == "LeakyReLU" and self.version == 2:
            keys = {("alpha" if key == "negative_slope" else key): value for key, value in keys.items()}
        return getattr(self.keras.layers, kind)(**self.made(keys))

    def sequential(self, shape, layers):
        stack = [self.keras.Input(shape)]
        return self.keras.Sequential(stack + [self.layer(name, **keys) for name, keys in layers])

    def randomise(self, model, rng):
        """Weights that are not those of an initializer; variances are above zero."""
        for layer in model.layers:
            fresh = []
            for variable in layer.weights:
                low = 0.5 if "variance" in variable.name else 0.0
                drawn = rng.normal(0, 0.5, tuple(variable.shape))
                fresh.append((low + abs(drawn)) if low else drawn)
            layer.set_weights([np.asarray(values, "float32") for values in fresh])

    def weights(self, model):
        """By layer, its arrays end to end."""
        return {layer.name: np.concatenate([np.ravel(w) for w in layer.get_weights()] or [np.zeros(0)])
                for layer in model.layers}

    def predict(self, model, inputs):
        """Rows of all outputs side by side."""
        outputs = model(inputs[0] if len(inputs) == 1 else list(inputs), training=False)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return np.concatenate([np.asarray(y).reshape(len(inputs[0]), -1) for y in outputs], 1)

    def save(self, model, folder, name, way):
        """@return the file of the model, and that of its weights or None"""
        if way in ("h5", "keras"):
            model.save(f"{folder}/{name}.{way}")
            return f"{name}.{way}", None
        with open(f"{folder}/{name}.json", "w") as file:
            file.write(model.to_json())
        weights = f"{name}.weights.h5" if way == "json" else f"{name}-old.h5"
        model.save_weights(f"{folder}/{weights}")
        return f"{name}.json", weights

    def ways(self):
        """What save writes: Keras 2 has another layout of weights alone."""
        return ["h5", "keras", "json"] + (["json-old"] if self.version == 2 else [])

    def load(self, path):
        return self.keras.models.load_model(path, compile=False)

    def load_described(self, path, weights):
        with open(path) as file:
            model = self.keras.models.model_from_json(file.read())
        model.load_weights(weights)
        return model
