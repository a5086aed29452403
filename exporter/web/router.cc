#include "web/router.h"

#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "base/log.h"

namespace llm {
namespace {

WebResponse plain(int status, std::string body) {
  WebResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

bool matches(std::string_view asked, std::string_view offered) {
  return asked == offered || (asked == "HEAD" && offered == "GET");
}

// What `path` has in the place of the pattern's {…}, "" if the pattern has none and is the path.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const auto open = pattern.find('{'), close = pattern.find('}');
  if (open == pattern.npos) {
    return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  }
  const auto before = pattern.substr(0, open), after = pattern.substr(close + 1);
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  return path.substr(before.size(), path.size() - before.size() - after.size());
}

}  // namespace

Router::Router(std::string prefix, std::vector<Route> routes)
    : prefix_(std::move(prefix)), routes_(std::move(routes)) {
  while (prefix_.ends_with('/')) prefix_.pop_back();
  if (!prefix_.empty() && !prefix_.starts_with('/')) prefix_ = '/' + prefix_;
}

WebResponse Router::answer(WebRequest request) const noexcept {
  try {
    return dispatch(request);
  } catch (const std::exception& e) {
    log::error("web handler failed", {{"path", request.path}, {"reason", e.what()}});
  } catch (...) {
    log::error("web handler failed", {{"path", request.path}});
  }
  return plain(500, "internal error\n");
}

WebResponse Router::dispatch(WebRequest& request) const {
  if (!prefix_.empty() && request.path == prefix_) {
    auto moved = plain(301, "moved\n");  // so that relative links of the page work
    moved.headers["Location"] = prefix_ + "/";
    return moved;
  }
  if (!request.path.starts_with(prefix_ + "/")) return plain(404, "not found\n");
  request.path.erase(0, prefix_.size());

  std::string allow;
  for (const auto& route : routes_) {
    const auto parameter = match(route.path, request.path);
    if (!parameter) continue;
    if (matches(request.method, route.method)) {
      request.parameter = *parameter;
      return route.handle(request);
    }
    if (!allow.empty()) allow += ", ";
    allow += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (allow.empty()) return plain(404, "not found\n");
  auto refused = plain(405, "method not allowed; use " + allow + "\n");
  refused.headers["Allow"] = allow;
  return refused;
}

}  // namespace llm
