"""Prints the numbers of optimizer_steps.hpp: one weight after each of ten steps, in float64, by the formulas of Keras 2.15.

usage: optimizer_steps.py   (Python 3 alone; run by hand when an optimizer is added)
"""
import math

GRADIENTS = [0.5, -0.25, 1.5, 0.125, -2.0, 0.75, 0.0, 3.0, -0.5, 0.0625]
EPSILON = 1e-7


def sgd(lr=0.01, momentum=0.0, nesterov=False):
    u = 0.0
    for g in GRADIENTS:
        u = momentum * u - lr * g
        yield momentum * u - lr * g if nesterov else u


def rmsprop(lr=0.001, rho=0.9, momentum=0.0, centered=False):
    v = mean = u = 0.0
    for g in GRADIENTS:
        v = rho * v + (1 - rho) * g * g
        mean = rho * mean + (1 - rho) * g
        step = lr * g / math.sqrt(v - (mean * mean if centered else 0) + EPSILON)
        u = momentum * u + step
        yield -u


def adagrad(lr=0.001, a=0.1):
    for g in GRADIENTS:
        a += g * g
        yield -lr * g / math.sqrt(a + EPSILON)


def adadelta(lr=0.001, rho=0.95):
    a = d = 0.0
    for g in GRADIENTS:
        a = rho * a + (1 - rho) * g * g
        step = -math.sqrt(d + EPSILON) * g / math.sqrt(a + EPSILON)
        d = rho * d + (1 - rho) * step * step
        yield lr * step


def adam(lr=0.001, b1=0.9, b2=0.999, amsgrad=False):
    m = v = top = 0.0
    for t, g in enumerate(GRADIENTS, 1):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        top = max(top, v)
        rate = lr * math.sqrt(1 - b2**t) / (1 - b1**t)
        yield -rate * m / (math.sqrt(top if amsgrad else v) + EPSILON)


def adamax(lr=0.001, b1=0.9, b2=0.999):
    m = u = 0.0
    for t, g in enumerate(GRADIENTS, 1):
        m = b1 * m + (1 - b1) * g
        u = max(b2 * u, abs(g))
        yield -lr / (1 - b1**t) * m / (u + EPSILON)


def nadam(lr=0.001, b1=0.9, b2=0.999):
    m = v = 0.0
    product = 1.0
    for t, g in enumerate(GRADIENTS, 1):
        u = b1 * (1 - 0.5 * 0.96**t)
        following = b1 * (1 - 0.5 * 0.96 ** (t + 1))
        product *= u
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        m_hat = following * m / (1 - product * following) + (1 - u) * g / (1 - product)
        yield -lr * m_hat / (math.sqrt(v / (1 - b2**t)) + EPSILON)


def path(steps, weight_decay=0.0):
    w = 1.0
    for step in steps:
        w = w - weight_decay * w + step
        yield w


CASES = {
    "sgd": path(sgd()),
    "sgd momentum": path(sgd(momentum=0.9)),
    "sgd nesterov": path(sgd(momentum=0.9, nesterov=True)),
    "rmsprop": path(rmsprop()),
    "rmsprop momentum": path(rmsprop(momentum=0.9)),
    "rmsprop centered": path(rmsprop(centered=True)),
    "rmsprop centered momentum": path(rmsprop(centered=True, momentum=0.9)),
    "adagrad": path(adagrad()),
    "adadelta": path(adadelta(lr=1.0)),
    "adam": path(adam()),
    "adam amsgrad": path(adam(b2=0.5, amsgrad=True)),
    "adamax": path(adamax()),
    "nadam": path(nadam()),
    "adamw": path(adam(), weight_decay=0.001 * 0.004),
    "adamw strong": path(adam(lr=0.1), weight_decay=0.1 * 0.5),
}
for name, weights in CASES.items():
    print(f'{{"{name}", {{' + ", ".join(f"{w:.9f}" for w in weights) + "}},")
