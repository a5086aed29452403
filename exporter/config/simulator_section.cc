#include "config/simulator_section.h"

#include <algorithm>

namespace llm {
namespace {

// Offset of the beginning of `line`, which counts from 1.
std::size_t offset_of_line(std::string_view text, int line) {
  std::size_t offset = 0;
  for (int i = 1; i < line; ++i) {
    const auto end = text.find('\n', offset);
    if (end == text.npos) return text.size();
    offset = end + 1;
  }
  return offset;
}

}  // namespace

SimulatorText simulator_section(std::string_view yaml, const YamlNode& root,
                                const Field& section) {
  if (!section.is(YamlNode::Kind::map)) {
    section.error("must be a mapping of keys");
    return {};
  }
  const auto begin = section.at();
  auto next_line = begin.line;
  std::size_t end = yaml.size();
  for (const auto& entry : root.entries) {
    if (entry.at <= begin) continue;
    next_line = entry.at.line;
    end = offset_of_line(yaml, next_line);
    break;
  }
  const bool shares_line =
      end != yaml.size() && next_line == begin.line;
  const auto first = offset_of_line(yaml, begin.line) + static_cast<std::size_t>(begin.column - 1);
  if (shares_line || yaml.substr(offset_of_line(yaml, root.at.line)).starts_with('{')) {
    section.error("must be a section of its own lines, not in braces with others");
    return {};
  }
  // Spaces stand for what is left out of the first line: columns stay those of the file.
  std::string text(static_cast<std::size_t>(begin.column - 1), ' ');
  text += yaml.substr(std::min(first, yaml.size()), end - std::min(first, end));
  return {std::move(text), begin.line};
}

}  // namespace llm
