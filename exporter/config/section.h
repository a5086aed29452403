// Walks the tree of a configuration file: a Field is a value with the key it stands under, a
// Section a mapping of Fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/yaml_tree.h"

namespace llm {

class Field {
 public:
  Field(std::string key, const YamlNode& node, Diagnostics& diagnostics)
      : key_(std::move(key)), node_(&node), diagnostics_(&diagnostics) {}

  const std::string& key() const { return key_; }
  const YamlNode& node() const { return *node_; }
  Position at() const { return node_->at; }
  Diagnostics& diagnostics() const { return *diagnostics_; }

  void error(std::string_view what) const;    // "key: what", at the value
  void warning(std::string_view what) const;  // likewise
  bool is(YamlNode::Kind kind) const { return node_->kind == kind; }

 private:
  std::string key_;
  const YamlNode* node_;
  Diagnostics* diagnostics_;
};

// A mapping, read key by key. The keys that were asked for are the known ones, so no list of them
// can disagree with the code that reads them.
class Section {
 public:
  // Reports an error if `field` is no mapping; then every key is absent.
  explicit Section(const Field& field);

  std::optional<Field> find(std::string_view key);
  // Reports an error with `remedy` if the key is absent.
  std::optional<Field> require(std::string_view key, std::string_view remedy);
  // Reports that `key`, which find() did not find, is needed after all.
  void missing(std::string_view key, std::string_view remedy) const;
  // Reports an error with `reason` if the key is present.
  void refuse(std::string_view key, std::string_view reason);
  // Every entry, for mappings whose keys the user chooses.
  std::vector<Field> all() const;
  // Reports every key that was not asked for. Call it last.
  void finish() const;

  bool valid() const { return map_ != nullptr; }
  Position at() const { return field_.at(); }
  Diagnostics& diagnostics() const { return field_.diagnostics(); }
  const YamlEntry* entry(std::string_view key) const;  // nullptr if there is none

 private:
  Field field_;
  const YamlNode* map_ = nullptr;
  std::vector<std::string_view> known_;  // literals of the callers
};

}  // namespace llm
