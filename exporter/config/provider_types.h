// The table of provider types: what a `type:` in the configuration stands for. A provider that
// speaks a dialect we have is one row of it and nothing else.
// Sources of every value: providers.md §2-4, §8 of the project's notes, which name the documents.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace llm {

// How the credential travels.
enum class Auth : std::uint8_t {
  none,       // local servers; a key, if given, goes as bearer
  bearer,     // Authorization: Bearer KEY
  api_key,    // api-key: KEY (Azure)
  x_api_key,  // x-api-key: KEY (Anthropic)
};

// Which family of rate-limit headers the provider sends (providers.md §1.7).
enum class RateLimitFamily : std::uint8_t { none, openai, anthropic };

struct ProviderType {
  std::string_view name;      // `type:` in the configuration
  std::string_view otel;      // OpenTelemetry's gen_ai.provider.name, for target_info
  std::string_view dialect;   // name of the default dialect
  std::string_view base_url;  // up to and including the version segment; empty: must be configured
  Auth auth = Auth::bearer;
  std::string_view token_field;         // "max_completion_tokens" | "max_tokens"
  std::uint32_t min_output_tokens = 1;  // a smaller value is refused by the provider
  bool stream_options = true;           // may we send stream_options.include_usage
  std::string_view models_path;         // appended to base_url by kind `models`
  bool models_checks_key = true;     // false: the list is public and proves nothing about the key
  std::string_view extra_body = "";  // JSON object merged into every request's body, or empty
  RateLimitFamily rate_limits = RateLimitFamily::none;
  std::string_view request_id_header = "x-request-id";
  std::string_view provider_ms_header =
      "";                     // header with the provider's own milliseconds, or empty
  std::string_view env = "";  // variable that holds the key when there is no file; or empty
  std::string_view default_model = "";  // small model probed when there is no file; or empty
  bool reasoning_in_output = true;      // false: usage.output must be increased by reasoning (xAI)
  double throughput_threshold = 0;      // default lower bound of tokens per second, or 0: none
};

std::span<const ProviderType> provider_types();
const ProviderType* find_provider_type(std::string_view name);  // nullptr if there is none

// Names that `dialect:` may have. dialects/ has a test that each exists.
std::span<const std::string_view> dialect_names();

// Types and dialects that are planned: naming one is no spelling mistake.
bool is_planned_type(std::string_view name);
bool is_planned_dialect(std::string_view name);

}  // namespace llm
