// Cuts the `simulator:` section out of the file as text, so that the simulator's own parser reports
// the lines and columns of the file.
#pragma once

#include <string>
#include <string_view>

#include "config/section.h"

namespace llm {

struct SimulatorText {
  std::string yaml;
  int line = 0;  // of the file, where `yaml` begins
};

// `root` is the tree of `yaml`, `section` the value and `key` the place of the key `simulator`.
// Without text after an error.
SimulatorText simulator_section(std::string_view yaml, const YamlNode& root, const Field& section,
                                Position key);

}  // namespace llm
