"""Makes Parquet files with DuckDB, converts them by scripts/from-parquet, and has dk_driver read the result.

usage: parquet_check.py DK_DRIVER FROM_PARQUET NODE_MODULES   (exit 77: skipped)
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

DRIVER, CONVERTER, MODULES = sys.argv[1:]

# Seven rows in row groups of two; the third has nothing but its number, and no number in x.
ROWS = """
  SELECT i AS id, CASE WHEN i = 2 THEN NULL WHEN i = 3 THEN 'nan'::DOUBLE ELSE i * 0.5 END AS x, (i * 0.1)::FLOAT AS f,
         i % 2 = 0 AS even, CASE WHEN i <> 2 THEN 'a "b", ' || i END AS word, [i, i + 0.5, NULL]::FLOAT[] AS v,
         TIMESTAMP '2016-05-31 12:30:00' AS at, TIMESTAMPTZ '2016-05-31 12:30:00+02' AS there, {'z': i} AS inside,
         1.25::DECIMAL(9, 2) AS price, ['a'] AS words, 'b'::BLOB AS bytes, i / 0.0 AS far
  FROM range(7) AS t(i)"""
MAKE = """
const { DuckDBInstance } = require("@duckdb/node-api");
(async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  for (const [query, file, packed] of JSON.parse(process.argv[1]))
    await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2, COMPRESSION ${packed})`);
})();"""
ALL = "id,x,f,even,word,v,at,there,inside,price"
PLAIN = "id,x,f,even,word,at,there,inside,price"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def convert(*arguments, environment=None):
    done = subprocess.run(["/bin/bash", CONVERTER, *arguments], capture_output=True, text=True, env=environment)
    return done.returncode, done.stderr


def expect_error(status, text, *arguments, environment=None):
    found, said = convert(*arguments, environment=environment)
    assert found == status and text in said and said.count("\n") == 1, (arguments, found, said)


def summary(source):
    """The rows, and what is said of each column."""
    said = subprocess.run([DRIVER, "summary", source], check=True, capture_output=True, text=True).stdout
    rows = int(re.match(r"(\d+) rows\n", said).group(1))
    return rows, dict(re.findall(r"^  (\S+) +(\S+ +\[.*)$", said, re.MULTILINE))


def check_lines():
    assert convert("a.parquet", "--out", "a.jsonl", "--columns", ALL) == (0, "")
    with open("a.jsonl") as file:
        lines = [json.loads(line) for line in file]
    assert lines[1] == {"id": 1, "x": 0.5, "f": 0.10000000149011612, "even": 0, "word": 'a "b", 1',
                        "v": [1.0, 1.5, None], "at": "2016-05-31 12:30:00", "there": "2016-05-31 10:30:00",
                        "inside.z": 1, "price": 1.25}, lines[1]
    assert [line["id"] for line in lines] == list(range(7))
    assert lines[2]["x"] is None and lines[3]["x"] is None and lines[2]["word"] is None


def check_summaries():
    for columns, out, source in (
        (ALL, "two.jsonl", "two.jsonl"),
        (PLAIN, "two.csv", '{format="csv",path="two.csv",columns="*",missing=""}'),
    ):
        assert convert("a.parquet", "b.parquet", "--out", out, "--columns", columns) == (0, "")
        rows, found = summary(source)
        assert rows == 14 and set(found) == set(columns.replace("inside", "inside.z").split(",")), found
        assert found["x"].endswith("0 to 3, mean 1.6, 4 missing"), found
        assert found["id"].endswith("0 to 6, mean 3") and found["even"].endswith("0 to 1, mean 0.571429"), found
        assert found["word"].endswith("7 different texts, 2 empty"), found
        assert found["price"].endswith("1.25 to 1.25, mean 1.25") and found["at"].endswith("1 different texts"), found
    assert re.match(r"f64 +\[3\] .*14 missing", summary("two.jsonl")[1]["v"])


def check_errors():
    nowhere = {"PATH": "/nowhere"}
    expect_error(10, "E_RESOURCES from-parquet: node is not installed", "a.parquet", "--out", "x.csv",
                 environment=nowhere)
    shutil.copytree(os.path.dirname(CONVERTER), "elsewhere/scripts")
    done = subprocess.run(["/bin/bash", "elsewhere/scripts/from-parquet", "a.parquet", "--out", "x.csv"],
                          capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 10 and "npm package @duckdb/node-api is missing; run scripts/get-duckdb" in done.stderr
    expect_error(2, "expected FILE.jsonl or FILE.csv", "a.parquet", "--out", "x.npy")
    expect_error(3, "E_DATA from-parquet: none: cannot be read", "none", "--out", "x.csv")
    expect_error(3, "is no Parquet file", "two.csv", "--out", "x.csv")
    with open("a.parquet", "rb") as whole, open("torn.parquet", "wb") as torn:
        torn.write(whole.read()[:-100])
    expect_error(3, "torn.parquet: is no Parquet file, or only a part of one", "torn.parquet", "--out", "x.csv")
    expect_error(3, "column v is of type FLOAT[]: CSV has no lists", "a.parquet", "--out", "x.csv", "--columns", "v")
    expect_error(3, "dk's lists hold numbers only", "a.parquet", "--out", "x.jsonl", "--columns", "words")
    expect_error(3, "column bytes is of type BLOB", "a.parquet", "--out", "x.csv", "--columns", "bytes")
    expect_error(3, "column far holds an infinite number", "a.parquet", "--out", "x.jsonl", "--columns", "id,far")
    expect_error(3, "has no column y", "a.parquet", "--out", "x.csv", "--columns", "y")
    expect_error(3, "other.parquet: has other columns than a.parquet", "a.parquet", "other.parquet", "--out", "x.csv")
    assert not [name for name in os.listdir(".") if name.startswith("x.")]  # no part of a file is left


def main():
    if not shutil.which("node"):
        skip("node is not installed")
    if not os.path.isdir(os.path.join(MODULES, "@duckdb")):
        skip(f"no DuckDB in {MODULES}; scripts/get-duckdb fetches it")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        files = [(ROWS, "a.parquet", "zstd"), (ROWS, "b.parquet", "snappy"), ("SELECT 1 AS y", "other.parquet", "gzip")]
        subprocess.run(["node", "-e", MAKE, json.dumps(files)], check=True, env={**os.environ, "NODE_PATH": MODULES})
        check_lines()
        check_summaries()
        check_errors()


main()
