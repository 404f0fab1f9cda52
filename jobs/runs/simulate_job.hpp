#pragma once

#include "jobs/runs/run_job.hpp"

namespace dk {

/// Does all that `dk_driver simulate CONFIG` does: runs a job in the laboratory, in virtual time and in this thread,
/// and writes the run's folder. A dry run (`laboratory.dry`) reads no data where the config says how many rows it has,
/// and writes numbers only: its center means nothing. @throws failure as `run`; (config) for what cannot be simulated
run_report simulate_job(job which, const job_options& options = {});

/// Whether its simulation reads data and trains a model. @return false for a dry run of a number of rows
bool simulates_data(const job& which);

} // namespace dk
