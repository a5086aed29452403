#include "simulator/side_endpoints.h"

#include <fmt/format.h>

#include <cstdint>

#include "simulator/accounts.h"
#include "simulator/hub.h"
#include "simulator/status_pages.h"

namespace llm::sim {
namespace {

constexpr std::string_view kChallenge =
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>";
constexpr std::string_view kWebPage =
    "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Sign in</body></html>";

SideAnswer distorted(SideAnswer answer, SideFault fault) {
  switch (fault) {
    case SideFault::none:
      break;
    case SideFault::challenge:
      return {.status = 403,
              .content_type = "text/html; charset=UTF-8",
              .body = std::string(kChallenge),
              .headers = {{"Server", "cloudflare"}, {"cf-mitigated", "challenge"}}};
    case SideFault::garbage:
      return {.content_type = "text/html", .body = std::string(kWebPage)};
    case SideFault::truncated:
      answer.body.resize(answer.body.size() / 2);
      break;
    case SideFault::empty:
      answer.body.clear();
      break;
    case SideFault::server_error:
      return {.status = 500, .content_type = "text/plain", .body = "Internal Server Error"};
  }
  return answer;
}

Reply to_reply(const SideAnswer& answer) {
  return plain_reply(answer.status, answer.content_type, answer.body, answer.headers);
}

std::string etag_of(std::string_view body) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("W/\"{:016x}\"", hash);
}

// A 304 has no body, so no length either.
Reply not_modified(const std::string& etag) {
  Reply reply;
  reply.steps.push_back({.delay = {}, .bytes = response_head(304, {{"ETag", etag}})});
  return reply;
}

std::optional<Reply> only(std::string_view method, const SimRequest& request) {
  if (request.method == method) return std::nullopt;
  return plain_reply(405, "application/json", R"({"error":"method not allowed"})",
                     {{"Allow", std::string(method)}});
}

}  // namespace

SideEndpoints::SideEndpoints(const SideScript& script, const std::vector<std::string>& api_keys)
    : script_(script), api_keys_(api_keys), status_since_(wall_now()) {}

void SideEndpoints::set_status_page(std::optional<StatusPageScript> page) {
  set_status_page_ = std::move(page);
  status_since_ = wall_now();
}

const StatusPageScript* SideEndpoints::status_page() const {
  if (set_status_page_) return &*set_status_page_;
  return script_.status_page ? &*script_.status_page : nullptr;
}

std::optional<Reply> SideEndpoints::status_reply(const SimRequest& request,
                                                 std::string_view path) const {
  const auto* page = status_page();
  if (page == nullptr) return std::nullopt;
  if (auto reply = only("GET", request)) return reply;
  const auto found = status_page_answer(*page, path.substr(kStatusPrefix.size()), status_since_);
  if (!found) return plain_reply(404, "text/plain", "this status page has no such document\n");
  auto answer = distorted(*found, page->fault);
  if (answer.status != 200) return to_reply(answer);
  const auto etag = etag_of(answer.body);
  if (header(request, "if-none-match") == etag) return not_modified(etag);
  answer.headers.emplace_back("ETag", etag);
  return to_reply(answer);
}

std::optional<Reply> SideEndpoints::answer(const SimRequest& request, std::string_view path,
                                           MonoTime now) const {
  if (path.starts_with(kStatusPrefix)) return status_reply(request, path);
  if (script_.oauth && path == kTokenPath) {
    if (auto reply = only("POST", request)) return reply;
    const auto answer = token_answer(*script_.oauth, seal_, request, now, wall_now());
    return to_reply(distorted(answer, script_.oauth->fault));
  }
  if (!script_.hub.empty() && path.starts_with(kHubPrefix)) {
    if (auto reply = only("GET", request)) return reply;
    const auto* model = find_hub_model(script_.hub, path);
    const auto answer = hub_answer(model, api_keys_, request);
    return to_reply(distorted(answer, model == nullptr ? SideFault::none : model->fault));
  }
  if (!script_.account) return std::nullopt;
  const auto answer = account_answer(*script_.account, api_keys_, request, path, wall_now());
  if (!answer) return std::nullopt;
  if (auto reply = only("GET", request)) return reply;
  return to_reply(distorted(*answer, script_.account->fault));
}

}  // namespace llm::sim
