#include "status/glob.h"

#include "base/text.h"

namespace llm {

bool glob_matches(std::string_view pattern, std::string_view text) {
  if (text.empty()) return false;
  constexpr auto kNone = std::string_view::npos;
  std::size_t p = 0, t = 0;
  std::size_t star = kNone, resume = 0;  // the last *, and where its text was last taken to end
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && iequals(pattern.substr(p, 1), text.substr(t, 1))) {
      ++p, ++t;
    } else if (star != kNone) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == kNone;
}

}  // namespace llm
