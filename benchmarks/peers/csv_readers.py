#!/usr/bin/env python3
"""A CSV file read by pandas and by numpy.loadtxt: median MB/s, as one JSON line each.

usage: csv_readers.py --make mnist|higgs --mb N FILE     writes a file to read
       csv_readers.py --reader pandas|loadtxt [--rounds N] FILE

"mnist" has rows of a label and 784 whole numbers of 0 to 255, of which 81 of 100 are 0, as in MNIST; "higgs" rows of 30
numbers with three decimals and a label.
"""
import argparse
import json
import os
import statistics
import time

import numpy


def make(kind, megabytes, path):
    random = numpy.random.default_rng(1)
    with open(path, "wb") as file:
        names = ["label"] + [f"p{i}" for i in range(784)] if kind == "mnist" else [f"f{i}" for i in range(30)] + ["label"]
        file.write(",".join(names).encode() + b"\n")
        words = [str(i).encode() for i in range(256)]
        while file.tell() < megabytes * 1e6:
            if kind == "mnist":
                values = random.integers(1, 256, (500, 785)) * (random.random((500, 785)) < 0.19)
                values[:, 0] = random.integers(0, 10, 500)
                file.write(b"".join(b",".join(words[v] for v in row) + b"\n" for row in values))
            else:
                values = random.standard_normal((2000, 30)) * 60
                file.write(b"".join(b",".join(b"%.3f" % v for v in row) + b",%d\n" % (row[0] > 0) for row in values))


def read(reader, path):
    if reader == "pandas":
        import pandas
        return pandas.read_csv(path).to_numpy()
    return numpy.loadtxt(path, delimiter=",", skiprows=1, dtype=numpy.float32)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--make", choices=["mnist", "higgs"])
    parser.add_argument("--mb", type=float, default=200)
    parser.add_argument("--reader", choices=["pandas", "loadtxt"], default="pandas")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if asked.make:
        make(asked.make, asked.mb, asked.file)
        return
    size = os.path.getsize(asked.file) / 1e6
    with open(asked.file, "rb") as file:
        file.read()
    speeds = []
    for _ in range(asked.rounds):
        start = time.perf_counter()
        values = read(asked.reader, asked.file)
        speeds.append(size / (time.perf_counter() - start))
    print(json.dumps({"reader": asked.reader, "mb_s": statistics.median(speeds), "rows": len(values),
                      "check": round(float(values[:100].astype(float).sum()), 1)}))


main()
