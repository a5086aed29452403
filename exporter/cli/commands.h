// The subcommands. Each returns the exit code.
#pragma once

#include "cli/flags.h"

namespace llm {

int run_serve(const Flags& flags);      // the exporter itself, until SIGTERM or SIGINT
int run_probe(const Flags& flags);      // `llm_exporter probe`
int run_simulate(const Flags& flags);   // `llm_exporter simulate`
int run_providers(const Flags& flags);  // `llm_exporter providers`
// `llm_exporter healthcheck`: asks the exporter that listens on the first of these addresses.
int run_healthcheck(const Flags& flags);
int run_status(const Flags& flags);  // `llm_exporter status`

}  // namespace llm
