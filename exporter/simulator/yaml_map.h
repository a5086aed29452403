// Reads a YAML mapping strictly: a wrong type, a value out of range, a repeated key and a key that
// nobody asked for are errors with line and column, collected so that all are shown at once.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "simulator/simulator.h"

namespace llm::sim {

// Where errors go, and the limit on how much is read at all: an alias is cheap to write and could
// stand for a million nodes.
struct YamlErrors {
  std::vector<SimError> errors;
  std::size_t nodes_left = 200'000;

  void add(const YAML::Mark& mark, std::string message);
};

class YamlMap {
 public:
  // `path` names the mapping in messages: "providers[0].models[1]"; empty: the document.
  YamlMap(const YAML::Node& node, std::string path, YamlErrors* errors);

  bool valid() const { return valid_; }  // it is a mapping
  bool has(std::string_view key) const { return peek(key) != nullptr; }

  // Each leaves *into alone when the key is absent or wrong. Limits are inclusive.
  void text(std::string_view key, std::string* into, std::size_t max_bytes = 1024);
  // A list, or a single one without brackets.
  void texts(std::string_view key, std::vector<std::string>* into, std::size_t max_items = 1000);
  void flag(std::string_view key, bool* into);
  void real(std::string_view key, double* into, double min, double max);
  template <class Int>
  void count(std::string_view key, Int* into, std::uint64_t min, std::uint64_t max) {
    if (const auto value = integer(key, min, max)) *into = static_cast<Int>(*value);
  }
  void counts(std::string_view key, std::vector<std::uint64_t>* into, std::uint64_t min);
  void duration(std::string_view key, Nanos* into, Nanos min = Nanos(0));
  void duration(std::string_view key, std::optional<Nanos>* into, Nanos min = Nanos(0));
  void fraction(std::string_view key, double* into);  // 0.2 or 20%
  // One of `choices`.
  void choice(std::string_view key, std::string* into,
              const std::vector<std::string_view>& choices);
  // A mapping, and a list of mappings, below this one.
  void map(std::string_view key, const std::function<void(YamlMap&)>& read);
  void maps(std::string_view key, std::size_t max_items, const std::function<void(YamlMap&)>& read);

  void error(std::string_view key, std::string_view message);  // at the key's value, or the mapping
  void require(std::string_view key);
  void finish();  // reports keys that nobody asked for

 private:
  struct Entry {
    std::string key;  // "?": no scalar
    YAML::Mark key_mark;
    YAML::Node value;
  };

  const Entry* peek(std::string_view key) const;  // the first of the key, or null
  // The same, and from now on the key is a known one.
  std::optional<YAML::Node> find(std::string_view key);
  std::optional<std::string> scalar(std::string_view key, std::string_view expected);
  std::optional<std::string> scalar(const YAML::Node& node, std::string_view name,
                                    std::string_view expected);
  std::optional<std::uint64_t> integer(std::string_view key, std::uint64_t min, std::uint64_t max);
  std::string name(std::string_view key) const;
  bool spend(const YAML::Node& node);

  YAML::Mark mark_;
  std::vector<Entry> entries_;
  std::string path_;
  YamlErrors& errors_;
  std::vector<std::string> known_;
  bool valid_ = false;
};

}  // namespace llm::sim
