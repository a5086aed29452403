// YAML text as a tree that knows where every value stands. Built from yaml-cpp's events and not
// from its nodes, because those lose the places of keys, take the last of two equal keys and have
// no limits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"

namespace llm {

struct YamlEntry;

struct YamlNode {
  enum class Kind : std::uint8_t { null, plain, quoted, list, map };
  Kind kind = Kind::null;
  Position at;
  std::string text;                                    // of `plain` and `quoted` scalars
  std::vector<std::shared_ptr<const YamlNode>> items;  // of `list`
  std::vector<YamlEntry> entries;                      // of `map`, in file order
  std::size_t weight = 1;  // nodes below and including this one, aliases followed
};

struct YamlEntry {
  std::string key;
  Position at;  // of the key
  std::shared_ptr<const YamlNode> value;
};

// Limits that honest files do not come near: the deepest honest key has depth 7, and 20,000
// targets written one per probe are about 600,000 nodes.
inline constexpr std::size_t kMaxYamlDepth = 32;
inline constexpr std::size_t kMaxYamlNodes = 1'000'000;

// The one document of `yaml`, or nullptr after at least one error. Repeated keys are errors that
// leave the tree usable.
std::shared_ptr<const YamlNode> parse_yaml(std::string_view yaml, Diagnostics& diagnostics);

}  // namespace llm
