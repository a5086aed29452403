// One log line a probe: at debug when it succeeded, at warn when it failed. Any thread.
#pragma once

#include "probe/result.h"

namespace llm {

void log_probe(const ProbeResult& result);

}  // namespace llm
