"""Texts that want quotes, and blanks that count: from Python's csv module through dk_driver predict and back."""

import csv
import os
import subprocess
import sys
import tempfile

DRIVER = sys.argv[1]
CONFIG = """
[data]
train = { format = "csv", path = "train.csv" }
[model]
input = [2]
layers = [ { dense = 2, activation = "softmax" } ]
[trainer]
algorithm = "single"
"""
TEXTS = ["plain", "", "two\nlines", "two\r\nlines", "a \"quoted\" word", "\"", "a,b", "a;b", " before", "after ", "\ttab",
         "caf\u00e9", "=1+2", "0x10", "NaN", "1.10", "\u65e5\u672c", "end\n", "\nstart", "\"\"", ",", "'"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "job.cfg"), "w", encoding="utf-8") as file:
            file.write(CONFIG)
        with open(os.path.join(folder, "train.csv"), "w", encoding="utf-8") as file:
            file.write("a,b,label\n" + "1,2,0\n-1,-2,1\n" * 8)
        with open(os.path.join(folder, "new.csv"), "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["a", "a text", "b", "of, two\nlines"])
            for text in TEXTS:
                rows.writerow(["1", text, "2", text[::-1]])
        run = lambda *words: subprocess.run([DRIVER, *words], cwd=folder, check=True, stderr=subprocess.DEVNULL)
        run("job.cfg", "--out", "run")
        run("predict", "--model", "run", "--data", "new.csv", "--out", "answers.csv")
        with open(os.path.join(folder, "answers.csv"), encoding="utf-8", newline="") as file:
            answers = list(csv.DictReader(file))
        assert len(answers) == len(TEXTS), f"{len(answers)} rows came back of {len(TEXTS)}"
        for text, answer in zip(TEXTS, answers):
            for name, wanted in (("a text", text), ("of, two\nlines", text[::-1])):
                assert answer[name] == wanted, f"column {name!r} had {wanted!r}, came back as {answer[name]!r}"


if __name__ == "__main__":
    main()
