#include "status/status_page.h"

#include <string>

#include "base/text.h"
#include "status/page.h"
#include "status/utf16.h"

namespace llm {

namespace {

// Providers move between systems, and sources contradict each other on which one it is today: the
// shape decides, the configuration where that tells nothing.
StatusSystem system_of(json::Value root, StatusSystem configured) {
  if (json::member(root, "data")) return StatusSystem::better_stack;
  if (json::member(root, "status")) return StatusSystem::statuspage;
  const auto page = json::member(root, "page");
  if (page && !json::text(*page, "status").empty()) return StatusSystem::instatus;
  return configured;
}

Result<Page> read_json(StatusSystem system, std::string_view body) {
  const auto root = body.empty() ? std::nullopt : json::parse(body);
  if (!root) return Err<std::string>{not_json(body)};
  if (system == StatusSystem::aws) return read_aws(*root);
  switch (system_of(*root, system)) {
    case StatusSystem::better_stack:
      return read_better_stack(*root);
    case StatusSystem::instatus:
      return read_instatus(*root);
    default:
      return read_statuspage(*root);
  }
}

Result<Page> read_page(StatusSystem system, std::string_view body, std::optional<WallTime> now) {
  switch (system) {
    case StatusSystem::none:
      return Err{"no status page is configured"};
    case StatusSystem::google:
      return read_google(body);
    case StatusSystem::rss:
      return read_rss(body, now);
    default:
      return read_json(system, body);
  }
}

}  // namespace

std::string_view to_string(ServiceLevel level) {
  switch (level) {
    case ServiceLevel::unknown:
      return "unknown";
    case ServiceLevel::operational:
      return "operational";
    case ServiceLevel::maintenance:
      return "maintenance";
    case ServiceLevel::degraded:
      return "degraded";
    case ServiceLevel::partial_outage:
      return "partial_outage";
    case ServiceLevel::major_outage:
      return "major_outage";
  }
  return "unknown";
}

Result<StatusReport> read_status_page(StatusSystem system, std::string_view body,
                                      std::span<const std::string> watched,
                                      std::optional<WallTime> now) {
  if (body.size() > kMaxStatusBytes) return Err{"larger than 16 MiB"};
  const auto decoded = utf8_from_utf16(body);
  const auto page = read_page(system, decoded ? *decoded : body, now);
  if (!page) return Err<std::string>{page.error()};
  return judge(*page, watched);
}

}  // namespace llm
