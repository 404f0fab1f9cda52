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
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True),
}


def convolve(x, kernel, strides, same):
    height, width = kernel.shape[:2]
    if same:
        pads = []
        for n, k, s in zip(x.shape[1:3], (height, width), strides):
            total = max((-(-n // s) - 1) * s + k - n, 0)
            pads.append((total // 2, total - total // 2))
        x = np.pad(x, [(0, 0), *pads, (0, 0)])
    rows = (x.shape[1] - height) // strides[0] + 1
    columns = (x.shape[2] - width) // strides[1] + 1
    y = np.zeros((len(x), rows, columns, kernel.shape[3]))
    for i in range(rows):
        for j in range(columns):
            under = x[:, i * strides[0] : i * strides[0] + height, j * strides[1] : j * strides[1] + width]
            y[:, i, j] = np.tensordot(under, kernel, 3)
    return y


def pool(x, size):
    height, width = x.shape[1] // size[0], x.shape[2] // size[1]
    x = x[:, : height * size[0], : width * size[1]]
    return x.reshape(len(x), height, size[0], width, size[1], -1).max((2, 4))


def layer_output(kind, config, weights, x):
    if kind in ("InputLayer", "Dropout"):
        return x
    if kind == "Conv2D":
        assert config["data_format"] == "channels_last" and config["dilation_rate"] == [1, 1]
        return ACTIVATIONS[config["activation"]](
            convolve(x, weights[0], config["strides"], config["padding"] == "same") + weights[1])
    if kind == "BatchNormalization":
        gamma, beta, mean, variance = weights
        assert config["axis"] == [x.ndim - 1]
        return gamma * (x - mean) / np.sqrt(variance + config["epsilon"]) + beta
    if kind == "MaxPooling2D":
        assert config["strides"] == config["pool_size"]
        return pool(x, config["pool_size"])
    if kind == "LeakyReLU":
        return np.where(x < 0, config["alpha"] * x, x)
    if kind == "Flatten":
        return x.reshape(len(x), -1)
    if kind == "Dense":
        assert weights[0].shape[1] == config["units"]
        return ACTIVATIONS[config["activation"]](x @ weights[0] + weights[1])
    raise AssertionError(kind)


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
        group = file["model_weights"]
        names = group.attrs["layer_names"]
        assert names.dtype.kind == "S", "layer names must have a fixed length"
        stored = {text(name): [np.array(group[name][text(w)]) for w in group[name].attrs["weight_names"]]
                  for name in map(text, names)}
        assert all(w.dtype == np.float32 for weights in stored.values() for w in weights)
    if model["class_name"] == "Functional":
        return run_graph(model["config"], stored, x)
    x = x.reshape(-1, *model["config"]["layers"][0]["config"]["batch_input_shape"][1:])
    for layer in model["config"]["layers"]:
        x = layer_output(layer["class_name"], layer["config"], stored.get(layer["config"]["name"], []), x)
    return x


def run_graph(config, stored, x):
    """Rows hold the inputs side by side in the order of input_layers, and so do the outputs."""
    layers = {layer["name"]: layer for layer in config["layers"]}
    values = {}
    for name, _, _ in config["input_layers"]:
        extents = layers[name]["config"]["batch_input_shape"][1:]
        values[name], x = np.split(x, [int(np.prod(extents))], axis=1)
        values[name] = values[name].reshape(-1, *extents)
    for layer in config["layers"]:
        if layer["class_name"] == "InputLayer":
            continue
        (node,) = layer["inbound_nodes"]
        sources = [values[source] for source, _, _, _ in node]
        if layer["class_name"] == "Add":
            y = sum(sources)
        elif layer["class_name"] == "Concatenate":
            y = np.concatenate(sources, layer["config"]["axis"])
        else:
            (source,) = sources
            y = layer_output(layer["class_name"], layer["config"], stored.get(layer["name"], []), source)
        values[layer["name"]] = y
    return np.concatenate([values[name] for name, _, _ in config["output_layers"]], 1)


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        for name in ("dense", "images", "graph"):
            y = np.fromfile(f"{folder}/{name}.y.f32", np.float32).reshape(50, -1)
            x = np.fromfile(f"{folder}/{name}.x.f32", np.float32).reshape(50, -1)
            worst = np.abs(predict(f"{folder}/{name}.h5", x) - y).max()
            print(f"{name}: largest difference {worst:.2e}")
            assert worst < 1e-5


main()
