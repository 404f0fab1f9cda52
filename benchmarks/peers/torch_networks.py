"""dist-keras's three networks in PyTorch, as benchmarks/networks.hpp has them, and what a step or a prediction takes."""
import contextlib
import statistics
import time

import torch
from torch import nn

TRAINING_MODES = {"w1": ["eager", "foreach"], "w2": ["eager", "channels_last"], "w3": ["eager", "foreach"]}
PREDICTION_MODES = {"w1": ["eager", "frozen"], "w2": ["eager", "channels_last", "frozen"], "w3": ["eager", "frozen"]}


def network(which):
    if which == "w1":
        model = nn.Sequential(
            nn.Linear(784, 1000), nn.ReLU(), nn.Dropout(0.2),
            nn.Linear(1000, 200), nn.ReLU(), nn.Dropout(0.2),
            nn.Linear(200, 10))
    elif which == "w2":
        model = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(4608, 225), nn.ReLU(), nn.Linear(225, 10))
    else:
        model = nn.Sequential(
            nn.Linear(30, 500), nn.ReLU(), nn.Dropout(0.4),
            nn.Linear(500, 500), nn.ReLU(), nn.Dropout(0.6),
            nn.Linear(500, 500), nn.ReLU(), nn.Linear(500, 2))
    for module in model:
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(module.weight)  # Keras: glorot_uniform kernels, zero biases
            nn.init.zeros_(module.bias)
    return model


def optimizer_of(which, parameters, **kw):
    if which == "w3":
        return torch.optim.Adagrad(parameters, lr=0.01, initial_accumulator_value=0.1, eps=1e-7, **kw)
    return torch.optim.Adam(parameters, lr=0.001, eps=1e-7, **kw)


def data(which, rows=8192):
    if which == "w3":
        return torch.rand(rows, 30), torch.randint(2, (rows,))
    features = torch.rand(rows, 784) * (torch.rand(rows, 784) < 0.25)
    features[:, :67] = 0
    return features, torch.randint(10, (rows,))


def training_step(which, batch, mode):
    model = network(which)
    if mode == "channels_last":
        model = model.to(memory_format=torch.channels_last)
    step_with = optimizer_of(which, model.parameters(), foreach=mode == "foreach")
    loss_of = nn.CrossEntropyLoss()
    features, labels = data(which)
    at = 0

    def step():
        nonlocal at
        step_with.zero_grad(set_to_none=True)
        loss_of(model(features[at:at + batch]), labels[at:at + batch]).backward()
        step_with.step()
        at = at + batch if at + 2 * batch <= len(labels) else 0

    return step


def prediction(which, batch, mode):
    model = network(which).append(nn.Softmax(1)).eval()
    if mode == "channels_last":
        model = model.to(memory_format=torch.channels_last)
    features, _ = data(which)
    if mode == "frozen":
        model = torch.jit.freeze(torch.jit.trace(model, features[:batch]))
    at = 0

    def step():
        nonlocal at
        model(features[at:at + batch])
        at = at + batch if at + 2 * batch <= len(features) else 0

    return step


def median_us(kind, which, batch, mode, seconds):
    """Median microseconds of this thread's time, of 9 rounds that take about `seconds` together, a fifth of which warms up."""
    with torch.inference_mode() if kind == "prediction" else contextlib.nullcontext():
        step = (prediction if kind == "prediction" else training_step)(which, batch, mode)
        calls, start = 0, time.thread_time()
        while time.thread_time() - start < 0.2 * seconds or calls < 3:
            step()
            calls += 1
        calls = max(1, int(calls * 4 / 9))
        times = []
        for _ in range(9):
            start = time.thread_time()
            for _ in range(calls):
                step()
            times.append((time.thread_time() - start) / calls * 1e6)
    return statistics.median(times)


def blas():
    """The BLAS of torch's products. Debian's torch takes whatever libblas.so.3 is; the reference one is 10 times slower."""
    with open("/proc/self/maps") as maps:
        loaded = maps.read()
    for name in ("openblas", "blis", "mkl"):
        if name in loaded:
            return name
    return "reference" if "libblas" in loaded else "built in"


def prepare():
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
