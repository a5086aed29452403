#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "config/provider_types.h"

namespace llm {

namespace {

std::string_view name_of(StatusSystem system) {
  switch (system) {
    case StatusSystem::none:
      return "";
    case StatusSystem::statuspage:
      return "statuspage";
    case StatusSystem::better_stack:
      return "better_stack";
    case StatusSystem::instatus:
      return "instatus";
    case StatusSystem::google:
      return "google";
    case StatusSystem::aws:
      return "aws";
    case StatusSystem::rss:
      return "rss";
  }
  return "";
}

// What the account API tells.
std::string_view name_of(AccountApi api) {
  switch (api) {
    case AccountApi::none:
      return "";
    case AccountApi::openai:
    case AccountApi::anthropic:
      return "cost, usage";
    case AccountApi::openrouter:
      return "key, credits";
    case AccountApi::deepseek:
      return "balance";
  }
  return "";
}

std::vector<std::string_view> kinds(const ProviderType& type) {
  std::vector<std::string_view> kinds = {"models", "completion", "stream", "speed"};
  if (!key_check_path(type).empty()) kinds.push_back("key");
  if (type.hub) kinds.push_back("served");
  return kinds;
}

nlohmann::ordered_json maybe(std::string_view text) {
  return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

void print_json() {
  auto all = nlohmann::ordered_json::array();
  for (const auto& type : provider_types()) {
    all.push_back({{"type", type.name},
                   {"dialect", type.dialect},
                   {"kinds", kinds(type)},
                   {"key_check", maybe(key_check_path(type))},
                   {"rate_limits", type.rate_limits != RateLimitFamily::none},
                   {"provider_times", !type.time_headers.empty()},
                   {"token_field", type.token_field},
                   {"status_system", maybe(name_of(type.status_system))},
                   {"status_url", maybe(type.status_url)},
                   {"account", maybe(name_of(type.account))},
                   {"base_url", maybe(type.base_url)},
                   {"env", maybe(type.env)}});
  }
  say("{}\n", all.dump(2));
}

std::string_view or_dash(std::string_view text) { return text.empty() ? "-" : text; }

// Two lines a type, so that it fits into 100 columns.
void print_text() {
  constexpr auto kRow = "{:<17} {:<18} {:<4} {:<7} {:<13} {:<13} {}\n";
  say(kRow, "TYPE", "DIALECT", "KEY", "LIMITS", "STATUS PAGE", "ACCOUNT", "KEY FROM");
  for (const auto& type : provider_types()) {
    say(kRow, type.name, type.dialect, key_check_path(type).empty() ? "no" : "yes",
        type.rate_limits == RateLimitFamily::none ? "no" : "yes",
        or_dash(name_of(type.status_system)), or_dash(name_of(type.account)), or_dash(type.env));
    say("  {}\n", type.base_url.empty() ? "(base_url must be set)" : type.base_url);
  }
  say("\nKEY: kind `key` tests the API key without generating anything. LIMITS: rate-limit headers "
      "are\nknown. All types have the kinds models, completion, stream and speed; huggingface has "
      "served too.\n");
}

}  // namespace

int run_providers(const Flags& flags) {
  flags.format == OutputFormat::json ? print_json() : print_text();
  return kExitOk;
}

}  // namespace llm
