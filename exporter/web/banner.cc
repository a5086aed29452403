#include "web/banner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "web/html.h"
#include "web/words.h"

namespace llm {
namespace {

constexpr std::size_t kMaxNames = 6;  // the rest is right below

}  // namespace

std::string vantage_banner(const VantageState& vantage, double now) {
  if (!vantage.down) return {};
  const double since = vantage.since_unix_seconds;
  auto text = "<p class=\"banner us\">" + icon("us") +
              "<span><strong>It is us, not them:</strong> our own network fails";
  if (!std::isnan(since)) text += " for " + time_element(since, span_words(now - since));
  if (!vantage.why.empty()) text += ": " + foreign_text(vantage.why);
  return text + ". Nothing of it is held against a provider.</span></p>\n";
}

std::string down_banner(const std::vector<std::string_view>& names) {
  if (names.empty()) return {};
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kMaxNames); ++i)
    list += (i == 0 ? "" : ", ") + escape_html(names[i]);
  if (names.size() > kMaxNames) list += fmt::format(" and {} more", names.size() - kMaxNames);
  return fmt::format("<p class=\"banner down\">{}<span><strong>{} down:</strong> {}</span></p>\n",
                     icon("down"), names.size(), list);
}

}  // namespace llm
