"""Runs what `dk_driver export` writes elsewhere, and compares with what dk predicts.

usage: export_check.py safetensors|onnx|onnxruntime WRITE_EXPORTS [NODE_MODULES]   (exit 77: skipped)

safetensors: an own reader in Python, and the network's forward pass in numpy
onnx:        the checker and the shape inference of python3-onnx
onnxruntime: ONNX Runtime runs each model, by Node and the package onnxruntime-node in the folder NODE_MODULES
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

TOLERANCE = 1e-5


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


try:
    import numpy as np
except ImportError as missing:
    skip(missing)


def numbers(folder, name, kind, rows):
    return np.fromfile(f"{folder}/{name}.{kind}.f32", np.float32).reshape(rows, -1)


def check_close(name, found, wanted):
    worst = (np.abs(np.asarray(found).reshape(wanted.shape) - wanted) / np.maximum(np.abs(wanted), 1)).max()
    print(f"{name}: largest difference {worst:.2e}")
    assert worst < TOLERANCE, name


def read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    assert header.pop("__metadata__") == {"format": "dk"}
    data = content[8 + length :]
    tensors, at = {}, 0
    for name, of in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = of["data_offsets"]
        assert of["dtype"] == "F32" and first == at and last - first == 4 * int(np.prod(of["shape"]))
        tensors[name] = np.frombuffer(data[first:last], "<f4").reshape(of["shape"])
        at = last
    assert at == len(data)
    return tensors


def check_safetensors(folder, models):
    tensors = read_safetensors(f"{folder}/mlp.safetensors")
    rows = next(model["rows"] for model in models if model["name"] == "mlp")
    x = numbers(folder, "mlp", "x", rows)
    for layer, function in (("dense", lambda z: np.maximum(z, 0)), ("dense_1", np.tanh), ("dense_2", np.exp)):
        x = function(x @ tensors[f"{layer}/kernel"] + tensors[f"{layer}/bias"])
    check_close("mlp", x / x.sum(1, keepdims=True), numbers(folder, "mlp", "y", rows))


def check_onnx(folder, models):
    try:
        import onnx
        import onnx.checker
        import onnx.shape_inference
    except ImportError as missing:
        skip(missing)
    for model in models:
        loaded = onnx.load(f"{folder}/{model['name']}.onnx")
        onnx.checker.check_model(loaded, full_check=True)
        inferred = onnx.shape_inference.infer_shapes(loaded, check_type=True, strict_mode=True, data_prop=True)
        known = {value.name for value in inferred.graph.value_info}
        known |= {value.name for value in inferred.graph.output}
        missing = [name for node in inferred.graph.node for name in node.output if name not in known]
        assert not missing, f"{model['name']}: no shape of {missing}"
        print(f"{model['name']}: {len(loaded.graph.node)} nodes")


RUN = """
const fs = require('fs'), ort = require('onnxruntime-node'), folder = process.argv[1];
(async () => {
  for (const model of JSON.parse(fs.readFileSync(folder + '/models.json'))) {
    const path = folder + '/' + model.name;
    const bytes = fs.readFileSync(path + '.x.f32');
    const x = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const session = await ort.InferenceSession.create(path + '.onnx');
    const wide = x.length / model.rows, feeds = {}; // a row holds the inputs side by side, and the outputs
    let first = 0;
    model.inputs.forEach((extents, i) => {
      const size = extents.reduce((a, b) => a * b), piece = new Float32Array(model.rows * size);
      for (let row = 0; row < model.rows; ++row)
        piece.set(x.subarray(row * wide + first, row * wide + first + size), row * size);
      feeds[session.inputNames[i]] = new ort.Tensor('float32', piece, [model.rows, ...extents]);
      first += size;
    });
    const outputs = await session.run(feeds);
    const parts = session.outputNames.map(name => outputs[name].data);
    const found = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (let row = 0; row < model.rows; ++row)
      for (const part of parts) {
        const size = part.length / model.rows;
        found.set(part.subarray(row * size, (row + 1) * size), at);
        at += size;
      }
    fs.writeFileSync(path + '.found.f32', Buffer.from(found.buffer));
  }
})().catch(why => { console.error(why); process.exit(1); });
"""


def check_onnxruntime(folder, models):
    modules = sys.argv[3] if len(sys.argv) > 3 else ""
    if not os.path.isdir(f"{modules}/onnxruntime-node"):
        skip("there is no onnxruntime-node; scripts/get-onnxruntime fetches it")
    subprocess.run(["node", "-e", RUN, folder], check=True, env={**os.environ, "NODE_PATH": modules})
    for model in models:
        rows = model["rows"]
        found = numbers(folder, model["name"], "found", rows)
        check_close(model["name"], found, numbers(folder, model["name"], "y", rows))


def main():
    check = {"safetensors": check_safetensors, "onnx": check_onnx,
             "onnxruntime": check_onnxruntime}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[2], folder], check=True)
        with open(f"{folder}/models.json") as file:
            check(folder, json.load(file))


main()
