#!/usr/bin/env python3
"""dk beside PyTorch and beside the bounds of this machine, in turn: started by scripts/bench-torch, which see."""
import argparse
import json
import statistics
import subprocess
import sys

import torch_networks as peer

BATCHES = {"w1": [1, 4, 32, 128, 512], "w2": [1, 4, 16, 32, 64, 128, 512], "w3": [1, 4, 32, 64, 128, 512]}
KINDS = {"training": "training_step", "prediction": "prediction"}


def lists(of):
    return lambda text: [of(part) for part in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench-torch")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--networks", type=lists(str), default=list(BATCHES), help="w1,w2,w3")
    parser.add_argument("--batches", type=lists(int), help="in place of each network's own")
    parser.add_argument("--kinds", type=lists(str), default=list(KINDS), help="training,prediction")
    parser.add_argument("--rounds", type=int, default=5, help="the medians of which are printed")
    parser.add_argument("--seconds", type=float, default=0.6, help="per figure and round")
    parser.add_argument("--json", action="store_true", help="one object a line")
    asked = parser.parse_args()
    for chosen, known in ((asked.networks, BATCHES), (asked.kinds, KINDS)):
        for name in chosen:
            if name not in known:
                parser.error(f'unknown "{name}"; there are {", ".join(known)}')
    if asked.rounds < 1 or min(asked.batches or [1]) < 1 or max(asked.batches or [1]) > 8192 or asked.seconds <= 0:
        parser.error("rounds and seconds are above 0, batches 1 to 8192")
    return asked


def ours(build, program, network, seconds, batch=None):
    command = [f"{build}/bin/{program}", "--json", "--network", network, "--seconds", str(seconds)]
    done = subprocess.run(command + (["--batch", str(batch)] if batch else []), stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"bench-torch: {' '.join(command)} failed")
    return json.loads(done.stdout)


def measure(asked, kind, network, batch, limits):
    modes = (peer.TRAINING_MODES if kind == "training" else peer.PREDICTION_MODES)[network]
    rounds = []
    for _ in range(asked.rounds):  # in turn, because the machine's speed drifts
        dk = ours(asked.build, KINDS[kind], network, asked.seconds, batch)
        theirs = {mode: peer.median_us(kind, network, batch, mode, asked.seconds) for mode in modes}
        rounds.append((dk, theirs))
    dk_us = statistics.median(dk["us"] for dk, _ in rounds)
    arithmetic = 1e6 * rounds[0][0]["gflop"] / limits["peak_gflops"]
    memory = limits["read_us"] + (limits["update_us"] if kind == "training" else 0)
    return {"kind": kind, "network": network, "batch": batch, "dk_us": dk_us,
            "torch_us": {mode: statistics.median(theirs[mode] for _, theirs in rounds) for mode in modes},
            "ratio": statistics.median(min(theirs.values()) / dk["us"] for dk, theirs in rounds),
            "rows_per_second": 1e6 * batch / dk_us, "arithmetic_us": arithmetic, "memory_us": memory,
            "share": max(arithmetic, memory) / dk_us}


def show(row):
    theirs = ", ".join(f"{mode} {us:.0f}" for mode, us in row["torch_us"].items())
    print(f'{row["kind"]:10} {row["network"]} {row["batch"]:5} {row["dk_us"]:9.0f} {row["rows_per_second"]:10.0f} '
          f'{row["ratio"]:6.2f} {row["arithmetic_us"]:10.0f} {row["memory_us"]:7.0f} {row["share"]:6.0%}   {theirs}', flush=True)


def main():
    asked = arguments()
    if peer.blas() == "reference":
        sys.exit("bench-torch: torch runs on the reference BLAS here, which is no fair peer; "
                 "apt install libopenblas0-pthread")
    peer.prepare()
    for number, network in enumerate(asked.networks):
        limits = ours(asked.build, "limits", network, max(1.0, asked.seconds))
        if asked.json:
            print(json.dumps(limits), flush=True)
        elif number == 0:
            print(f'peak {limits["peak_gflops"]:.0f} GFLOP/s, sgemm {limits["sgemm_gflops"]:.0f} GFLOP/s\n'
                  f'                    dk us/batch     rows/s  ratio bound: mul.    mem.  share   PyTorch us/batch')
        for kind in asked.kinds:
            for batch in asked.batches or BATCHES[network]:
                row = measure(asked, kind, network, batch, limits)
                print(json.dumps(row), flush=True) if asked.json else show(row)


main()
