// Labels of a target's series, rendered.
#pragma once

#include <string>

#include "config/target.h"

namespace llm {

// target, provider, model: on every series. `model` is empty for kind `models`.
std::string target_labels(const Target& target);

// The further labels of llm_probe_target_info: provider_type (OpenTelemetry's
// gen_ai.provider.name), api (the dialect), host (of base_url, without credentials), kind, and the
// configured ones, whose names the loader has checked.
std::string target_info_labels(const Target& target);

}  // namespace llm
