#!/usr/bin/env python3
"""One training step of W1 in PyTorch, tuned: median microseconds per step, as one JSON line.

usage: torch_step.py --batch N [--mode eager|foreach]

W1 = 784-1000-200-10, relu, dropout 0.2 twice, crossentropy, Adam with Keras's epsilon; one thread; denormals flushed.
scripts/bench-torch sets the environment in which Debian's PyTorch runs best.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn


def network():
    model = nn.Sequential(
        nn.Linear(784, 1000), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(1000, 200), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(200, 10))
    for module in model:
        if isinstance(module, nn.Linear):
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--mode", choices=["eager", "foreach"], default="eager")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    model = network()
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

    print(json.dumps({"torch": torch.__version__, "mode": asked.mode, "batch": asked.batch, "us": median_us(step)}))


main()
