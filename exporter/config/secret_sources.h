// Every source of a secret that a provider names.
#pragma once

#include <vector>

#include "config/target.h"

namespace llm {

std::vector<const SecretSource*> secret_sources(const Provider& provider);

}  // namespace llm
