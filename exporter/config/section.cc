#include "config/section.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/values.h"

namespace llm {

void Field::error(std::string_view what) const {
  diagnostics_->error(at(), fmt::format("{}: {}", key_, what));
}
void Field::warning(std::string_view what) const {
  diagnostics_->warning(at(), fmt::format("{}: {}", key_, what));
}

Section::Section(const Field& field) : field_(field) {
  if (field.is(YamlNode::Kind::map)) {
    map_ = &field.node();
  } else {
    field.error(fmt::format("must be a mapping of keys, here {}", describe(field.node())));
  }
}

const YamlEntry* Section::entry(std::string_view key) const {
  if (map_ == nullptr) return nullptr;
  const auto found = std::find_if(map_->entries.begin(), map_->entries.end(),
                                  [&](const auto& entry) { return entry.key == key; });
  return found == map_->entries.end() ? nullptr : &*found;
}

std::optional<Field> Section::find(std::string_view key) {
  known_.push_back(key);
  const auto* found = entry(key);
  if (found == nullptr) return std::nullopt;
  return Field(std::string(key), *found->value, diagnostics());
}

std::optional<Field> Section::require(std::string_view key, std::string_view remedy) {
  auto field = find(key);
  if (!field) missing(key, remedy);
  return field;
}

void Section::missing(std::string_view key, std::string_view remedy) const {
  if (valid()) diagnostics().error(at(), fmt::format("{}: missing; {}", key, remedy));
}

void Section::refuse(std::string_view key, std::string_view reason) {
  known_.push_back(key);
  if (const auto* found = entry(key)) {
    diagnostics().error(found->at, fmt::format("{}: {}", key, reason));
  }
}

std::vector<Field> Section::all() const {
  std::vector<Field> fields;
  if (map_ == nullptr) return fields;
  for (const auto& entry : map_->entries) {
    fields.emplace_back(entry.key, *entry.value, diagnostics());
  }
  return fields;
}

void Section::finish() const {
  if (map_ == nullptr) return;
  for (const auto& entry : map_->entries) {
    if (diagnostics().full()) return;
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const auto meant = did_you_mean(entry.key, known_);
    diagnostics().error(
        entry.at,
        meant ? fmt::format("{}: unknown key; did you mean \"{}\"?", in_quotes(entry.key), *meant)
              : fmt::format("{}: unknown key; known here: {}", in_quotes(entry.key),
                            fmt::join(known_, ", ")));
  }
}

}  // namespace llm
