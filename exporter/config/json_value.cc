#include "config/json_value.h"

namespace llm {

using Json = nlohmann::ordered_json;

Json plain_to_json(std::string_view plain) {
  auto value = Json::parse(plain, nullptr, /*allow_exceptions=*/false);
  if (value.is_boolean() || value.is_number()) return value;
  return std::string(plain);
}

Json to_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return nullptr;
    case YamlNode::Kind::plain:
      return plain_to_json(node.text);
    case YamlNode::Kind::quoted:
      return node.text;
    case YamlNode::Kind::list: {
      auto list = Json::array();
      for (const auto& item : node.items) list.push_back(to_json(*item));
      return list;
    }
    case YamlNode::Kind::map: {
      auto object = Json::object();
      for (const auto& entry : node.entries) object[entry.key] = to_json(*entry.value);
      return object;
    }
  }
  return nullptr;
}

}  // namespace llm
