// The body of scripts/from-parquet. DuckDB reads and writes some row groups at a time; what is decided here is which
// expression makes of a column what dk's readers take.
"use strict";
const fs = require("fs");
const os = require("os");
const path = require("path");

const USAGE = "from-parquet FILE.parquet... --out FILE.jsonl|FILE.csv [--columns NAME,...]";
const EXIT = { E_USAGE: 2, E_DATA: 3, E_RESOURCES: 10 };
const MEMORY = "1GiB"; // DuckDB's own; node and the library come on top

class Failure extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

function parseArguments(given) {
  const options = { files: [], out: "", columns: null };
  const all = [...given];
  const valueOf = (name) => {
    if (all.length === 0) throw new Failure("E_USAGE", `${name} needs a value; usage: ${USAGE}`);
    return all.shift();
  };
  while (all.length > 0) {
    const one = all.shift();
    if (one === "--help") {
      console.log(`usage: ${USAGE}`);
      process.exit(0);
    } else if (one === "--out") options.out = valueOf(one);
    else if (one === "--columns") options.columns = valueOf(one).split(",");
    else if (one.startsWith("-")) throw new Failure("E_USAGE", `unknown option '${one}'; usage: ${USAGE}`);
    else options.files.push(one);
  }
  if (options.files.length === 0) throw new Failure("E_USAGE", `no file is named; usage: ${USAGE}`);
  options.format = { ".jsonl": "json", ".csv": "csv" }[path.extname(options.out)];
  if (!options.format) throw new Failure("E_USAGE", `--out is '${options.out}', expected FILE.jsonl or FILE.csv`);
  return options;
}

function loadDuckdb() {
  const fetched = path.join(__dirname, "..", "build", "duckdb", "node_modules");
  try {
    return require(require.resolve("@duckdb/node-api", { paths: [fetched, __dirname, process.cwd()] }));
  } catch (why) {
    const said = why.code === "MODULE_NOT_FOUND" ? "is missing" : `cannot be loaded: ${firstLine(why)}`;
    throw new Failure("E_RESOURCES", `the npm package @duckdb/node-api ${said}; run scripts/get-duckdb`);
  }
}

const firstLine = (why) => String(why.message).split("\n")[0];
const quotedName = (name) => `"${name.replaceAll('"', '""')}"`;
const quotedText = (text) => `'${text.replaceAll("'", "''")}'`;

// A Parquet file begins and ends with its mark, so that anything else is told before DuckDB sees it.
function checkMarks(file) {
  let opened;
  try {
    opened = fs.openSync(file, "r");
    const { size } = fs.fstatSync(opened);
    const mark = (at) => {
      const bytes = Buffer.alloc(4);
      fs.readSync(opened, bytes, 0, 4, at);
      return bytes.toString("latin1");
    };
    if (size < 12 || mark(0) !== "PAR1" || mark(size - 4) !== "PAR1")
      throw new Failure("E_DATA", `${file}: is no Parquet file, or only a part of one; name another`);
  } catch (why) {
    if (why instanceof Failure) throw why;
    throw new Failure("E_DATA", `${file}: cannot be read: ${firstLine(why)}; name a Parquet file`);
  } finally {
    if (opened !== undefined) fs.closeSync(opened);
  }
}

// What reads files. DuckDB takes a name for a pattern, and parts of it for columns: neither is meant here.
function sourceOf(files) {
  const names = files.map((file) => quotedText(path.resolve(file).replace(/[*?[]/g, "[$&]")));
  return `read_parquet([${names.join(", ")}], hive_partitioning = false, union_by_name = true)`;
}

// The columns of a file: [{name, type}].
async function columnsOf(connection, files) {
  const found = await reading(files, () => connection.run(`SELECT * FROM ${sourceOf(files)} LIMIT 0`));
  const types = found.columnTypes();
  return found.columnNames().map((name, at) => ({ name, type: types[at] }));
}

async function reading(files, f) {
  try {
    return await f();
  } catch (why) {
    const said = `${files.join(", ")}: ${firstLine(why)}`;
    if (firstLine(why).startsWith("Out of Memory"))
      throw new Failure("E_RESOURCES", `${said}; convert fewer columns at a time, by --columns`);
    throw new Failure("E_DATA", `${said}; write it again, or leave columns out by --columns`);
  }
}

// The names of types by what becomes of them.
const NUMBERS = new Set(["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
                         "HUGEINT", "UHUGEINT", "DECIMAL"]);
const TEXTS = new Set(["VARCHAR", "ENUM", "UUID", "DATE", "TIME", "TIME_NS", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS",
                       "TIMESTAMP_NS"]);

// The expression that makes what dk reads of the number `value`, null where it is none; "" of other types.
function numberOf(kind, value, name) {
  if (kind === "BOOLEAN") return `${value}::TINYINT`;
  if (NUMBERS.has(kind)) return value;
  if (kind !== "FLOAT" && kind !== "DOUBLE") return "";
  const infinite = quotedText(`column ${name} holds an infinite number`);
  return `CASE WHEN isnan(${value}) THEN NULL WHEN isinf(${value}) THEN error(${infinite}) ELSE ${value} END`;
}

// The columns that one column becomes: [{name, value}]; a struct's fields are columns of their own.
function outputsOf({ name, type }, value, api, format, depth = 0) {
  const kind = api.DuckDBTypeId[type.typeId];
  if (kind === "STRUCT")
    return type.entryNames.flatMap((inner, at) =>
      outputsOf({ name: `${name}.${inner}`, type: type.entryTypes[at] }, `${value}.${quotedName(inner)}`, api, format));
  if (kind === "LIST" || kind === "ARRAY") {
    if (format === "csv") refuse(name, type, "CSV has no lists; name a FILE.jsonl");
    return [{ name, value: listOf({ name, type }, value, api, depth) }];
  }
  if (TEXTS.has(kind)) return [{ name, value: `${value}::VARCHAR` }];
  if (kind === "TIMESTAMP_TZ") return [{ name, value: `timezone('UTC', ${value})::VARCHAR` }];
  const number = numberOf(kind, value, name);
  if (!number) refuse(name, type, "has no place in a table of numbers and texts; leave it out by --columns");
  return [{ name, value: number }];
}

// Lists, and lists of them, hold numbers only: a cell of a column.
function listOf({ name, type }, value, api, depth) {
  const inner = type.valueType;
  const kind = api.DuckDBTypeId[inner.typeId];
  const item = `item${depth}`;
  const made = kind === "LIST" || kind === "ARRAY" ? listOf({ name, type: inner }, item, api, depth + 1)
                                                   : numberOf(kind, item, name);
  if (!made) refuse(name, type, "dk's lists hold numbers only; leave it out by --columns");
  return `list_transform(${value}, lambda ${item}: ${made})`;
}

function refuse(name, type, why) {
  throw new Failure("E_DATA", `column ${name} is of type ${type}: ${why}`);
}

// The columns to convert, those that were asked for in the order asked for. All files have to have the same.
async function chosenColumns(connection, { files, columns }) {
  const names = (list) => list.map((column) => column.name).sort().join("\n");
  const first = names(await columnsOf(connection, [files[0]]));
  for (const file of files.slice(1))
    if (names(await columnsOf(connection, [file])) !== first)
      throw new Failure("E_DATA", `${file}: has other columns than ${files[0]}; convert it on its own`);
  const all = await columnsOf(connection, files);
  return (columns || all.map((column) => column.name)).map((name) => {
    const found = all.find((column) => column.name === name);
    if (!found)
      throw new Failure("E_DATA", `${files[0]}: has no column ${name}; it has ${all.map((c) => c.name).join(", ")}`);
    return found;
  });
}

function selectionOf(columns, api, format) {
  const outputs = columns.flatMap((column) => outputsOf(column, quotedName(column.name), api, format));
  const doubled = outputs.find((one, at) => outputs.findIndex((other) => other.name === one.name) !== at);
  if (doubled) throw new Failure("E_DATA", `two columns would be named ${doubled.name}; leave one out by --columns`);
  return outputs.map(({ name, value }) => `${value} AS ${quotedName(name)}`).join(", ");
}

async function convert(options, api) {
  options.files.forEach(checkMarks);
  const database = await api.DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    memory_limit: MEMORY,
    temp_directory: path.join(os.tmpdir(), `from-parquet-${process.pid}`),
  });
  const connection = await database.connect();
  const selected = selectionOf(await chosenColumns(connection, options), api, options.format);
  const part = `${options.out}.part`; // the name is given to a whole file only
  try {
    fs.closeSync(fs.openSync(part, "w"));
  } catch (why) {
    throw new Failure("E_RESOURCES", `${options.out}: cannot be written: ${firstLine(why)}; name another`);
  }
  try {
    const form = options.format === "csv" ? "FORMAT csv, HEADER" : "FORMAT json";
    await reading(options.files, () =>
      connection.run(`COPY (SELECT ${selected} FROM ${sourceOf(options.files)}) TO ${quotedText(path.resolve(part))} ` +
                     `(${form}, USE_TMP_FILE false)`));
    fs.renameSync(part, options.out);
  } finally {
    fs.rmSync(part, { force: true });
  }
}

async function main() {
  try {
    const options = parseArguments(process.argv.slice(2));
    await convert(options, loadDuckdb());
  } catch (why) {
    if (!(why instanceof Failure)) throw why;
    console.error(`${why.code} from-parquet: ${why.message}`);
    process.exitCode = EXIT[why.code];
  }
}

main();
