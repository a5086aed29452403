#include "web/banner.h"

#include <fmt/format.h>

#include <algorithm>

#include "web/html.h"

namespace llm {
namespace {

constexpr std::size_t kMaxNames = 6;  // the rest is right below

}  // namespace

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
