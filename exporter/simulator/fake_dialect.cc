#include "simulator/fake_dialect.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/text.h"

namespace llm::sim {

namespace {

constexpr std::string_view kDialects[] = {"openai-chat", "openai-responses", "anthropic-messages",
                                          "gemini",      "bedrock-converse", "cohere-v2",
                                          "ollama"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::span<const std::string_view> dialect_names() { return kDialects; }

const FakeDialect& find_fake_dialect(std::string_view name, std::string_view flavour) {
  if (name == "openai-responses") return openai_responses();
  if (name == "anthropic-messages") return anthropic_messages();
  if (name == "gemini") return gemini();
  if (name == "bedrock-converse") return bedrock_converse();
  if (name == "cohere-v2") return cohere_v2();
  if (name == "ollama") return ollama();
  return openai_chat(flavour);
}

bool KeyRing::knows(std::string_view key) const {
  if (keys.empty() && !issued) return true;
  return std::find(keys.begin(), keys.end(), key) != keys.end() || (issued && issued(key));
}

std::string FakeDialect::key(const SimRequest& request) const {
  return std::string(bearer_token(request));
}

std::optional<ApiError> FakeDialect::refuse_key(const SimRequest& request,
                                                const KeyRing& ring) const {
  const auto presented = key(request);
  return ring.knows(presented) ? std::nullopt : std::optional(wrong_key(presented));
}

ApiError FakeDialect::wrong_key(std::string_view) const { return error(ErrorName::auth); }

ApiError FakeDialect::limited(const Budget::Shortage&, const ModelScript&) const {
  return error(ErrorName::rate_limited);
}

std::optional<Body> FakeDialect::page(std::string_view, std::span<const ModelScript>) const {
  return std::nullopt;
}

std::string request_id(std::uint64_t number) { return fmt::format("req_sim_{:06}", number); }

std::string request_uuid(std::uint64_t number) {
  return fmt::format("00000000-0000-4000-8000-{:012}", number % 1'000'000'000'000);
}

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

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    out += low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
    if (low >= 0) i += 2;
  }
  return out;
}

std::string rfc3339(WallTime time, int digits) {
  const auto since = std::chrono::duration_cast<Nanos>(time.time_since_epoch()).count();
  const auto fraction = fmt::format("{:09}", since % 1'000'000'000).substr(0, std::size_t(digits));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}{}{}Z",
                     fmt::gmtime(static_cast<std::time_t>(since / 1'000'000'000)),
                     digits == 0 ? "" : ".", fraction);
}

std::int64_t milliseconds(Nanos duration) { return duration.count() / 1'000'000; }

Nanos total_time(const Answer& answer) {
  return std::accumulate(answer.token_delays.begin(), answer.token_delays.end(),
                         answer.head_delay + answer.end_delay);
}

std::string server_sent(std::string_view data, std::string_view event) {
  return event.empty() ? fmt::format("data: {}\n\n", data)
                       : fmt::format("event: {}\ndata: {}\n\n", event, data);
}

ModelPage page_of(std::span<const ModelScript> models, const SimRequest& request,
                  std::string_view size_parameter, std::size_t default_size,
                  std::string_view token_parameter) {
  const auto number = [&](std::string_view name, std::size_t otherwise) {
    const auto text = query_value(request, name);
    return text.empty() ? otherwise : std::strtoul(text.c_str(), nullptr, 10);
  };
  const auto first = std::min<std::size_t>(number(token_parameter, 0), models.size());
  const auto size = std::max<std::size_t>(1, number(size_parameter, default_size));
  const auto rest = models.subspan(first);
  if (rest.size() <= size) return {rest, {}};
  return {rest.first(size), std::to_string(first + size)};  // the token is our own business
}

}  // namespace llm::sim
