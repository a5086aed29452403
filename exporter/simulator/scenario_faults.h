// Reads fault rules out of YAML.
#pragma once

#include "simulator/fault.h"
#include "simulator/yaml_map.h"

namespace llm::sim {

FaultRule read_fault_rule(YamlMap& map);

}  // namespace llm::sim
