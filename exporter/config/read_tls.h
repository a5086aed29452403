// Reads `tls:` of a provider.
#pragma once

#include <filesystem>

#include "config/section.h"
#include "config/target.h"

namespace llm {

// Relative paths start at `folder`. The files are looked at, so that a wrong one is found now and
// not by a probe that ends with class `tls`; each connection reads them again.
Tls read_tls(const Field& field, const std::filesystem::path& folder);

}  // namespace llm
