#pragma once

#include "actors/protocol/compression.hpp"
#include "algorithms/chosen_algorithm.hpp"
#include "common/endpoint.hpp"
#include "common/spec.hpp"
#include "nn/model/architecture.hpp"
#include "nn/objective.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dk {

/// [data]
struct data_config {
  std::optional<spec> train;    ///< a source: its name is the format
  std::optional<spec> validate; ///< rows that are held out, of a source of their own
  std::optional<spec> test;
  std::vector<spec> transforms;
  bool shuffle = true;
  std::size_t prefetch = 4;      ///< batches that a loader holds ready
  std::string memory = "1GiB";   ///< that training rows may take; more are kept in a file
  std::string precache = "auto"; ///< where training rows are kept: "memory", "disk", or as `memory` says
  std::string cache_folder;      ///< for that file; empty: $TMPDIR, or else /var/tmp
  std::string where = "auto";    ///< or "driver", "nodes": how workers on nodes get their rows
  double validation = 0;         ///< the part of the training rows that is held out
  bool stratify = false;         ///< held out by class

  bool holds_out() const { return validation > 0 || validate.has_value(); }
};

/// [model]: `input` (or `inputs`) and `layers`, or `keras`.
struct model_config {
  std::vector<std::size_t> input;      ///< the shape of one sample
  std::vector<spec> layers;            ///< e.g. {"dense", {"units": 1000, "activation": "relu"}}
  std::vector<nn::model_input> inputs; ///< of several: the pieces of a sample
  std::vector<std::string> outputs;    ///< of several: the layers that they are
  nlohmann::json trainable;            ///< of all layers, or a list of the names of those that are; null: as they say
  std::string keras;                   ///< a model file: its layers, and its weights to start from
  std::string weights;                 ///< a file whose weights to start from in place of its own
  std::vector<std::string> left; ///< which of `optimizer`, `loss` and `metrics` the config leaves to that model file
};

/// [trainer]
struct trainer_config {
  chosen_algorithm algorithm{"adag"};
  std::size_t workers = 1;
  std::size_t threads = 1; ///< of a training step; of `single` only
  std::size_t epochs = 1;
  std::size_t batch_size = 32;
  std::size_t communication_window = 5; ///< mini-batches between two exchanges
  std::size_t servers = 1;              ///< parameter-server shards
  std::string assignment = "dynamic";   ///< or "static"
  std::string policy;                   ///< what a shard does about staleness; empty: what the algorithm prefers
  std::size_t max_staleness = 10;       ///< of the policies `wait` and `reject`
  bool overlap = false;                 ///< the next chunk begins while the exchange of this one is on its way
  compression compress;                 ///< how commits and centers travel
  spec optimizer{"adam"};
  nn::objective loss{"categorical_crossentropy"};
  nlohmann::json class_weight; ///< "balanced", or a list, or a table by class; null: all classes count the same
  std::vector<spec> metrics{{"accuracy"}};
  nlohmann::json stop = nlohmann::json::object(); ///< any of loss, accuracy, seconds, rows, patience, min_delta
  double validation_every = 1;  ///< epochs between two measurements on the held-out rows; 0: at the end
  std::string monitor = "loss"; ///< or "accuracy": what makes a measured center better
  std::string keep = "last";    ///< or "best": which center becomes the model
  spec scheme{"none"};          ///< or "emperor", with all of its keys
  bool record = true;           ///< write commits.jsonl
  bool tensorboard = false;     ///< write event files for TensorBoard
};

/// Where the shards of a run's center are.
struct server_place {
  bool in_driver = false;      ///< else each in a process of its own on a node
  std::vector<endpoint> nodes; ///< on these; empty: on all
};

/// [cluster]: the hosts of a run.
struct cluster_config {
  std::vector<endpoint> nodes;         ///< empty: everything in the driver's process
  std::optional<server_place> servers; ///< without: on the nodes, where there are any
  double request_timeout = 30;         ///< seconds, as are the others
  double heartbeat = 1;
  double connection_timeout = 10;
};

/// [laboratory]: the world in which a job is simulated. Every second in it is virtual.
struct laboratory_config {
  /// Something that happens to a worker.
  struct event {
    std::size_t worker = 0;
    double at = 0; ///< seconds since the start
  };

  std::uint64_t seed = 1;
  std::string computing = "constant"; ///< how the times of batches spread: also "normal", "log_normal"
  double batch_seconds = 0.01;        ///< that a whole batch takes in the mean
  double rows_per_second = 0;         ///< in place of batch_seconds, unless 0
  double deviation = 0.1;             ///< of the spread, as a part of the mean
  double stragglers = 0;              ///< the part of the workers that are slow
  double straggler_factor = 10;       ///< how many times slower those are
  std::vector<double> factors;        ///< per worker, how many times slower it is; 1 beyond the end
  std::size_t hosts = 0;              ///< with a network card each; 0: each worker has a line of its own to each shard
  std::string servers = "hosts";      ///< where the shards are: on one host after the other, or on the "driver"'s
  std::optional<double> row_bytes;    ///< that a row takes on its way to a host; without: as it does when it is sealed
  double latency = 0;                 ///< seconds from a worker to a shard, and back
  double bandwidth = 0;               ///< bytes per second of a card, or between a worker and a shard; 0: any
  double service_time = 0;            ///< seconds that a shard is busy with a commit
  double drop_rate = 0;               ///< the part of the messages that are lost on their way
  double doubling = 0;                ///< the part of the requests that arrive twice
  double resend = 1;                  ///< seconds after which what was lost is sent again; 0: never
  std::vector<event> kills;
  std::vector<event> joins;
  double kill_rate = 0; ///< kills per second, of workers drawn at random; the last one is spared
  double join_rate = 0; ///< workers per second that are started again, of those that are gone
  bool dry = false;     ///< with one weight a shard, and rows of zeros
  std::size_t rows = 0; ///< of a dry run; 0: those of the data
};

/// What a config says, with every default filled in.
struct job {
  std::string name = "run";
  std::uint64_t seed = 1;
  data_config data;
  model_config model;
  trainer_config trainer;
  cluster_config cluster;
  laboratory_config laboratory;
};

bool operator==(const job& a, const job& b);

/// Whether all keys of a section, as "trainer", have the same values.
bool is_same_section(const std::string& name, const job& a, const job& b);

/// Looks an environment variable up; nothing when it is not set.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The environment of this process.
environment process_environment();

/// Reads a config from TOML text. Every key is known and every value checked, or it fails.
/// @param origin the file's name for errors
/// @param base_folder what relative paths in it are relative to
/// @throws failure (config): "ORIGIN:LINE:COLUMN: what, what was expected"
job parse_job(std::string_view toml, const std::string& origin, const std::string& base_folder);

/// Reads a config file; then environment variables (DK_TRAINER_WORKERS=8, DK_SEED=2) override it, then settings
/// ("trainer.workers=8"), whose values are TOML, or plain words. Relative paths are relative to the file.
/// @throws failure (config): as parse_job; for a setting its text stands in the place of the position
job load_job(const std::string& path, const std::vector<std::string>& settings = {},
             const environment& lookup = process_environment());

/// Reads a config file as it stands, without environment and settings. It warns of nothing: this is for a file that
/// load_job has read already. @throws failure (config): as parse_job
job reload_job(const std::string& path);

/// The job as a config says it: what a program has set is checked as the keys of a file are. Relative paths are
/// relative to the current folder. @throws failure (config): "job NAME:LINE:COLUMN: ...", a line of to_toml
job checked(const job& which);

/// Checks that there is something to train on, and a model. @throws failure (config) that starts with the origin
void require_complete(const job& which, const std::string& origin);

/// The whole config, every key with its value: parse_job gives the same job back.
/// @throws failure (config) for a number that TOML cannot hold (a seed from 2^63 on)
std::string to_toml(const job& which);

/// The keys, as "trainer.epochs", whose values differ.
std::vector<std::string> differing_keys(const job& a, const job& b);

/// Every key with its value as TOML; a table's keys stand for themselves, as "trainer.optimizer.learning_rate".
std::map<std::string, std::string> values_by_key(const job& which);

/// A data source as a person types it: a path, whose file tells its format, or a TOML table as in [data].
/// Relative paths are relative to the current folder. @throws failure (config, data)
spec parse_source(const std::string& text);

} // namespace dk
