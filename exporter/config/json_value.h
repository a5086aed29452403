// YAML values as JSON, by YAML 1.2's JSON schema: true, false, null and JSON's numbers are that,
// everything else is text ("yes" and "0x10" surprise nobody).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "config/yaml_tree.h"

namespace llm {

nlohmann::ordered_json plain_to_json(std::string_view plain);
nlohmann::ordered_json to_json(const YamlNode& node);  // as deep as the tree: kMaxYamlDepth

}  // namespace llm
