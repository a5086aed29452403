#include "simulator/fake_dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace llm::sim {

std::span<const FakeDialect* const> fake_dialects() {
  static constexpr const FakeDialect* kDialects[] = {&kOpenAiChat, &kAnthropicMessages};
  return kDialects;
}

const FakeDialect* find_fake_dialect(std::string_view name) {
  for (const auto* dialect : fake_dialects()) {
    if (dialect->name == name) return dialect;
  }
  return nullptr;
}

std::string request_id(std::uint64_t number) { return fmt::format("req_sim_{:06}", number); }

std::string json_string(std::string_view text) {
  // The script is not checked for UTF-8: what is none of it becomes U+FFFD.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view header(const SimRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

std::string_view bearer_token(const SimRequest& request) {
  const auto value = header(request, "authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (value.size() < kScheme.size() || !iequals(value.substr(0, kScheme.size()), kScheme))
    return {};
  return trim(value.substr(kScheme.size()));
}

std::string joined(const std::vector<std::string>& pieces) {
  return fmt::format("{}", fmt::join(pieces, ""));
}

std::uint32_t estimate_tokens(const nlohmann::json& messages) {
  // About four characters a token, the rule of thumb the providers give.
  const auto bytes = messages.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size();
  return static_cast<std::uint32_t>(std::max<std::size_t>(1, bytes / 4));
}

std::string query_value(const SimRequest& request, std::string_view name) {
  std::string_view query(request.path);
  while (!query.empty()) {
    query.remove_prefix(std::min(query.find_first_of("?&"), query.size() - 1) + 1);
    const auto pair = query.substr(0, query.find('&'));
    if (pair.substr(0, pair.find('=')) == name && pair.size() > name.size()) {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return {};
}

}  // namespace llm::sim
