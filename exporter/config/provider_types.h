// The table of provider types: what a `type:` in the configuration stands for. A provider that
// speaks a dialect we have is one row of it and nothing else.
// Sources of every value: providers.md §2-4, §8 of the project's notes, which name the documents.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace llm {

// How the credential travels.
enum class Auth : std::uint8_t {
  none,            // local servers; a key, if given, goes as bearer
  bearer,          // Authorization: Bearer KEY
  api_key,         // api-key: KEY (Azure)
  x_api_key,       // x-api-key: KEY (Anthropic)
  x_goog_api_key,  // x-goog-api-key: KEY (Gemini)
  google,          // Vertex: a service account's access token as bearer, or x-goog-api-key
  aws,             // Bedrock: SigV4 with an access key, or a Bedrock API key as bearer
};

// Which family of rate-limit headers the provider sends (providers.md §1.7).
enum class RateLimitFamily : std::uint8_t {
  none,
  openai,      // x-ratelimit-{limit,remaining,reset}-{requests,tokens}
  azure,       // OpenAI's, and an old misspelling of them
  xai,         // OpenAI's without a reset; both are per minute
  groq,        // OpenAI's names; requests are per day, tokens per minute
  compatible,  // unknown servers and gateways that pass headers on: OpenAI's names, else
               // Anthropic's, else plain x-ratelimit-{limit,remaining,reset}
  anthropic,
  mistral,
  together,
  fireworks,
  cerebras,
  openrouter,
  cohere,
  huggingface,  // RateLimit, RateLimit-Policy (IETF draft)
  litellm,      // OpenAI's names, else the upstream's with the prefix llm_provider-
};

// A response header with a time that the provider measured itself (providers.md §1.9).
struct TimeHeader {
  std::string_view header;
  // What it is: kProviderTime, kProviderTtft, or the name of a part of the former in `timings`. Of
  // several rows of one name the first that is there counts.
  std::string_view name;
  double unit_ms = 1;            // milliseconds in one of its units
  std::string_view metric = "";  // of Server-Timing: the metric whose `dur` is meant
};
inline constexpr std::string_view kProviderTime = "provider_ms";
inline constexpr std::string_view kProviderTtft = "provider_ttft_ms";

// How a provider publishes its own state (providers.md §5).
enum class StatusSystem : std::uint8_t {
  none,
  statuspage,  // Atlassian's summary.json, and incident.io's imitation of it
  better_stack,
  instatus,
  google,
  aws,
  rss,  // incidents as a feed: AWS per region, Azure, xAI
};

// What a provider tells of our account there (providers.md §6).
enum class AccountApi : std::uint8_t { none, openai, anthropic, openrouter, deepseek };

struct ProviderType {
  std::string_view name;     // `type:` in the configuration
  std::string_view otel;     // OpenTelemetry's gen_ai.provider.name, for target_info
  std::string_view dialect;  // name of the default dialect
  // Up to and including the version segment; {region} is filled in; empty: must be configured.
  std::string_view base_url;
  Auth auth = Auth::bearer;
  std::string_view token_field;         // "max_completion_tokens" | "max_tokens"
  std::uint32_t min_output_tokens = 1;  // a smaller value is refused by the provider
  bool stream_options = true;           // may we send stream_options.include_usage
  std::string_view models_path;         // appended to base_url (catalog_url) by kind `models`
  bool models_checks_key = true;  // false: the list is public and proves nothing about the key
  // Appended to base_url by kind `key`: the cheapest request that needs the key. Empty: the list of
  // models, if that checks the key; else there is no such request.
  std::string_view key_path = "";
  // Where kind `models` asks if not under base_url; {region} is filled in.
  std::string_view catalog_url = "";
  // Hugging Face: catalog_url is the Hub, which kind `served` asks; the list of models stays under
  // base_url.
  bool hub = false;
  // base_url under dialect openai-chat, where that is not the type's own dialect (Ollama, Bedrock).
  std::string_view openai_base_url = "";
  std::string_view extra_body = "";  // JSON object merged into every request's body, or empty
  RateLimitFamily rate_limits = RateLimitFamily::none;
  std::span<const std::string_view> request_id_headers = {};  // the first that is there counts
  std::span<const TimeHeader> time_headers = {};
  std::string_view served_provider_header = "";  // names who answered behind a gateway
  // Header with what the answer cost, in USD. Of a stream it was sent before there was an answer,
  // and is not read.
  std::string_view cost_header = "";
  std::string_view env = "";  // variable that holds the key when there is no file; or empty
  std::string_view default_model = "";  // small model probed when there is no file; or empty
  bool reasoning_in_output = true;      // false: usage.output must be increased by reasoning (xAI)
  double throughput_threshold = 0;      // default lower bound of tokens per second, or 0: none
  // JSON object merged into the body in place of a reasoning effort of "none"; or empty.
  std::string_view reasoning_off = "";
  // Request header that is sent unless the user sets it: name and value; or empty.
  std::pair<std::string_view, std::string_view> request_header = {};
  bool obfuscation = false;  // pads stream events unless told not to (OpenAI)
  // `litellm_provider` prefix of its models in LiteLLM's price file: "groq" of groq/llama-…
  std::string_view price_prefix = "";
  StatusSystem status_system = StatusSystem::none;
  std::string_view status_url = "";
  // Components of that page that matter to callers of the API; a trailing * matches any rest.
  // Empty: all of them.
  std::span<const std::string_view> status_components = {};
  AccountApi account = AccountApi::none;
};

// Whether kind `key` exists for the type, and where it asks; empty: it does not.
constexpr std::string_view key_check_path(const ProviderType& type) {
  if (!type.key_path.empty()) return type.key_path;
  return type.models_checks_key ? type.models_path : std::string_view{};
}

std::span<const ProviderType> provider_types();
const ProviderType* find_provider_type(std::string_view name);  // nullptr if there is none

// What the configuration needs to know of a dialect; how it speaks is in dialects/.
struct DialectTraits {
  std::string_view name;
  std::string_view token_field;         // where a type of another dialect speaks this one
  std::uint32_t min_output_tokens = 1;  // a smaller value is refused
  std::string_view models_path;         // likewise, appended to base_url
  // Default output of a probe where models think unasked, because thoughts count; 0: they do not.
  std::uint32_t thinking_tokens = 0;
};
// Those that `dialect:` may name. dialects/ has a test that each exists.
std::span<const DialectTraits> dialect_traits();
const DialectTraits* find_dialect_traits(std::string_view name);  // nullptr if there is none

}  // namespace llm
