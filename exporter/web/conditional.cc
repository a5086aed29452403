#include "web/conditional.h"

#include <fmt/format.h>

#include "base/text.h"

namespace llm {
namespace {

// Weak comparison (RFC 9110 §8.8.3.2). Our tags have no comma in them, so that a list can be cut.
bool lists(std::string_view if_none_match, std::string_view tag) {
  const auto opaque = [](std::string_view t) {
    t = trim(t);
    return t.starts_with("W/") ? t.substr(2) : t;
  };
  while (!if_none_match.empty()) {
    const auto end = if_none_match.find(',');
    const auto one = opaque(if_none_match.substr(0, end));
    if (one == "*" || one == opaque(tag)) return true;
    if (end == if_none_match.npos) break;
    if_none_match.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

std::string weak_tag(std::string_view content) {
  return fmt::format("W/\"{:016x}\"", std::hash<std::string_view>{}(content));
}

WebResponse unless_known(const WebRequest& request, const std::string& tag, std::string_view cache,
                         const std::function<WebResponse()>& make) {
  const auto condition = request.headers.find("if-none-match");
  WebResponse response;
  if (condition != request.headers.end() && lists(condition->second, tag)) {
    response.status = 304;
  } else {
    response = make();
  }
  response.headers["ETag"] = tag;
  response.headers["Cache-Control"] = cache;
  return response;
}

}  // namespace llm
