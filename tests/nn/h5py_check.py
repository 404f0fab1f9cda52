"""Reads a model file the way Keras does, with h5py alone, and predicts with numpy what dk predicted.

usage: h5py_check.py WRITE_MODEL   (the program that writes the files; exit 77: skipped)
"""
import json
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "softmax": lambda z: np.exp(z - z.max(1, keepdims=True)) / np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True),
}


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def predict(path, x):
    with h5py.File(path, "r") as file:
        assert text(file.attrs["keras_version"]) == "2.15.0"
        assert text(file.attrs["backend"]) == "tensorflow"
        training = json.loads(text(file.attrs["training_config"]))
        assert training["loss"] == "categorical_crossentropy"
        assert training["optimizer_config"]["class_name"] == "Adam"
        model = json.loads(text(file.attrs["model_config"]))
        assert model["class_name"] == "Sequential"
        layers = {layer["config"]["name"]: layer for layer in model["config"]["layers"]}
        group = file["model_weights"]
        names = group.attrs["layer_names"]
        assert names.dtype.kind == "S", "layer names must have a fixed length"
        for name in map(text, names):
            weights = [np.array(group[name][text(w)]) for w in group[name].attrs["weight_names"]]
            if weights:
                kernel, bias = weights
                assert kernel.dtype == np.float32 and kernel.shape[1] == layers[name]["config"]["units"]
                x = ACTIVATIONS[layers[name]["config"]["activation"]](x @ kernel + bias)
    return x


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        x = np.fromfile(f"{folder}/x.f32", np.float32).reshape(-1, 20)
        y = np.fromfile(f"{folder}/y.f32", np.float32).reshape(-1, 4)
        worst = np.abs(predict(f"{folder}/model.h5", x) - y).max()
        print(f"largest difference {worst:.2e}")
        assert worst < 1e-5


main()
