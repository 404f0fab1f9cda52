"""TensorBoard reads the event files of a run: tensorboard_check.py DK_DRIVER VENV   (exit 77: skipped)

VENV is where scripts/get-tensorboard has put Python's packages. Compared are scalars, histograms and the text with the
run's other files, of a run, of one that was resumed, and of files that were cut off.
"""
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
import time

CONFIG = """
[data]
train = { format = "csv", path = "train.csv" }
validation = 0.1
[model]
input = [2]
layers = [ { dense = 2, activation = "softmax" } ]
[trainer]
workers = 2
epochs = 3
batch_size = 10
metrics = ["accuracy", "auc"]
tensorboard = true
"""


def enter(venv):
    """Starts again with the packages of the virtual environment; skips where it is not there."""
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, "installed.txt")):
        print("skipped: no TensorBoard at " + venv + "; scripts/get-tensorboard installs it")
        sys.exit(77)
    if os.path.realpath(sys.prefix) != os.path.realpath(venv):
        os.execv(python, [python, *sys.argv])


def opened(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(folder, size_guidance={"scalars": 0, "histograms": 0, "tensors": 0})
    events.Reload()
    return events


def lines(path, whole=True):
    """@param whole: False where a run was killed, and may have left half a line"""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) if whole else line for line in file]


def near(values, wanted):
    assert len(values) == len(wanted), f"{len(values)} values, not {len(wanted)}"
    for value, due in zip(values, wanted):
        assert abs(value - due) <= 1e-6 * max(1, abs(due)), f"{value}, not {due}"


def check_run(run):
    events = opened(run + "/tensorboard")
    assert events.file_version == 2.0
    history, measured = lines(run + "/history.jsonl"), lines(run + "/validation.jsonl")
    loss = events.Scalars("train/loss")
    near([point.value for point in loss], [line["loss"] for line in history])
    near([point.step for point in loss], [sum(line["rows"] for line in history[: i + 1]) for i in range(len(history))])
    for i, point in enumerate(loss):
        passed = point.wall_time - loss[0].wall_time
        assert abs(passed - (history[i]["t"] - history[0]["t"])) < 1e-5, f"line {i + 1}: {passed} s"
    for tag in ("loss", "accuracy", "auc"):
        near([point.value for point in events.Scalars("validation/" + tag)], [line[tag] for line in measured])
    near([point.step for point in events.Scalars("validation/loss")], [line["trained"] for line in measured])
    with open(run + "/result.json", encoding="utf-8") as file:
        result = json.load(file)
    ended = sorted(point.value for point in events.Scalars("epoch_loss"))  # a slow worker's epoch may end last
    near(ended, sorted(epoch["loss"] for epoch in result["epochs"]))
    assert all(point.value > 0 for point in events.Scalars("train/samples_per_second"))
    counts = [point.histogram_value for point in events.Histograms("staleness")]
    assert sum(count.num for count in counts) == result["updates"]
    near([sum(count.sum for count in counts) / result["updates"]], [result["staleness"]["mean"]])
    text = events.Tensors("config")[0].tensor_proto.string_val[0].decode()
    with open(run + "/config.resolved.toml", encoding="utf-8") as file:
        assert text == "".join("    " + line for line in file), text
    assert events.PluginTagToContent("text").keys() == {"config"}


def check_resumed(run, rows):
    """Points that were lost in a crash do not count beside those of the next session."""
    steps = [point.step for point in opened(run + "/tensorboard").Scalars("train/loss")]
    assert all(step < later for step, later in zip(steps, steps[1:])), steps
    assert steps[-1] == rows, f"the last step is {steps[-1]}"


def check_cut(run, folder):
    """A file that ends in the middle of a record has the points before."""
    with open(glob.glob(run + "/tensorboard/*tfevents*")[0], "rb") as file:
        whole = file.read()
    most = 0
    for i in range(1, 6):
        into = os.path.join(folder, f"cut{i}")
        os.mkdir(into)
        with open(os.path.join(into, "events.out.tfevents.1.host.1"), "wb") as file:
            file.write(whole[: len(whole) * i // 5 - 3])
        events = opened(into)
        now = len(events.Scalars("train/loss")) if "train/loss" in events.Tags()["scalars"] else 0
        assert now >= most, "a longer file had fewer points"
        most = now
    assert most > 20, most


def kill_in_the_middle(driver, folder):
    """Starts a run in the folder `killed`, and kills it when it has trained a while since its first checkpoint."""
    words = [driver, "job.cfg", "--out", "killed", "-q", "--set", "trainer.epochs=20000"]
    child = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL)
    saved = os.path.join(folder, "killed", "checkpoints", "shard-00", "*.dkc")
    history = os.path.join(folder, "killed", "history.jsonl")
    deadline = time.monotonic() + 60

    def wait_until(condition):
        while not condition():
            assert child.poll() is None and time.monotonic() < deadline, "the run ended early, or is too slow"
            time.sleep(0.02)

    wait_until(lambda: len(glob.glob(saved)) > 1)
    size = os.path.getsize(history)
    wait_until(lambda: os.path.getsize(history) > size + 500_000)
    child.kill()
    child.wait()


def main():
    driver = sys.argv[1]
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "job.cfg"), "w", encoding="utf-8") as file:
            file.write(CONFIG)
        with open(os.path.join(folder, "train.csv"), "w", encoding="utf-8") as file:
            points = [(random.uniform(-1, 1), random.uniform(-1, 1)) for _ in range(600)]
            file.write("x,y,label\n" + "".join(f"{x},{y},{int(x > y)}\n" for x, y in points))
        run = os.path.join(folder, "run")
        start = lambda *words: subprocess.run([driver, *words, "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        start("job.cfg", "--out", "run")
        check_run(run)
        check_cut(run, folder)
        start("--resume", "run", "--set", "trainer.epochs=5")
        check_resumed(run, 5 * 540)
        kill_in_the_middle(driver, folder)
        trained = 50 * len(lines(os.path.join(folder, "killed", "history.jsonl"), whole=False))
        start("--resume", "killed", "--set", f"trainer.stop.rows={trained + 100_000}")
        with open(os.path.join(folder, "killed", "result.json"), encoding="utf-8") as file:
            check_resumed(os.path.join(folder, "killed"), json.load(file)["rows"]["applied"])


if __name__ == "__main__":
    enter(sys.argv[2])
    main()
