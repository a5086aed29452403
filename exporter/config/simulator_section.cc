#include "config/simulator_section.h"

#include <algorithm>

namespace llm {
namespace {

std::size_t offset_of(std::string_view text, Position at) {
  std::size_t offset = 0;
  for (int line = 1; line < at.line; ++line) {
    const auto end = text.find('\n', offset);
    if (end == text.npos) return text.size();
    offset = end + 1;
  }
  return std::min(offset + static_cast<std::size_t>(at.column - 1), text.size());
}

}  // namespace

SimulatorText simulator_section(std::string_view yaml, const YamlNode& root, const Field& section,
                                Position key) {
  if (!section.is(YamlNode::Kind::map)) {
    section.error("must be a mapping of keys");
    return {};
  }
  const auto begin = section.at();
  const auto next = std::find_if(root.entries.begin(), root.entries.end(),
                                 [&](const auto& entry) { return entry.at > begin; });
  const bool alias = begin < key;
  const bool shares_its_line = next != root.entries.end() && next->at.line == begin.line;
  const bool root_in_braces = yaml.substr(offset_of(yaml, root.at)).starts_with('{');
  if (alias || shares_its_line || root_in_braces) {
    section.error("must be written out below its key, on lines of its own");
    return {};
  }
  const auto first = offset_of(yaml, begin);
  const auto end = next == root.entries.end() ? yaml.size() : offset_of(yaml, {next->at.line, 1});
  // Spaces stand for what is left out of the first line: columns stay those of the file.
  std::string text(static_cast<std::size_t>(begin.column - 1), ' ');
  text += yaml.substr(first, end - first);
  return {std::move(text), begin.line};
}

}  // namespace llm
