#!/usr/bin/env python3
"""One training step of W1 or W2 in PyTorch, tuned: median microseconds per step, as one JSON line.

usage: torch_step.py --batch N [--mode eager|foreach] [--network w1|w2]

W1 = 784-1000-200-10, relu, dropout 0.2 twice; W2 = two convolutions of 3x3x32, max pooling, 225-10, relu, on 28x28x1.
Crossentropy, Adam with Keras's epsilon; one thread; denormals flushed.
scripts/bench-torch sets the environment in which Debian's PyTorch runs best.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn


def network(which):
    if which == "w2":
        model = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(4608, 225), nn.ReLU(), nn.Linear(225, 10))
    else:
        model = nn.Sequential(
            nn.Linear(784, 1000), nn.ReLU(), nn.Dropout(0.2),
            nn.Linear(1000, 200), nn.ReLU(), nn.Dropout(0.2),
            nn.Linear(200, 10))
    for module in model:
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(module.weight)  # Keras: glorot_uniform kernels, zero biases
            nn.init.zeros_(module.bias)
    return model


def data(rows=8192):
    features = torch.rand(rows, 784) * (torch.rand(rows, 784) < 0.25)
    features[:, :67] = 0
    return features, torch.randint(10, (rows,))


def median_us(step, rounds=9, seconds=0.2):
    calls, start = 0, time.perf_counter()
    while time.perf_counter() - start < 1.0:  # warm up
        step()
        calls += 1
    calls = max(1, int(calls * seconds))
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            step()
        times.append((time.perf_counter() - start) / calls * 1e6)
    return statistics.median(times)


def blas():
    """The BLAS of torch's products. Debian's torch takes whatever libblas.so.3 is; the reference one is 10 times slower."""
    with open("/proc/self/maps") as maps:
        loaded = maps.read()
    for name in ("openblas", "blis", "mkl"):
        if name in loaded:
            return name
    return "reference" if "libblas" in loaded else "built in"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--mode", choices=["eager", "foreach"], default="eager")
    parser.add_argument("--network", choices=["w1", "w2"], default="w1")
    parser.add_argument("--blas", action="store_true", help="only print which BLAS torch runs on")
    asked = parser.parse_args()
    if asked.blas:
        print(blas())
        return
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    model = network(asked.network)
    adam = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, foreach=asked.mode == "foreach")
    loss_of = nn.CrossEntropyLoss()
    features, labels = data()
    at = 0

    def step():
        nonlocal at
        adam.zero_grad(set_to_none=True)
        loss_of(model(features[at:at + asked.batch]), labels[at:at + asked.batch]).backward()
        adam.step()
        at = (at + asked.batch) % len(labels)

    print(json.dumps({"torch": torch.__version__, "mode": asked.mode, "batch": asked.batch, "blas": blas(),
                      "us": median_us(step)}))


main()
