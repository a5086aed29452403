#include "config/provider_types.h"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::string_view kChat = "openai-chat";
constexpr std::string_view kMessages = "anthropic-messages";
constexpr std::array kDialects{kChat, kMessages};

constexpr std::array<std::string_view, 6> kPlannedTypes{"gemini", "vertex",       "bedrock",
                                                        "azure",  "azure-openai", "cohere"};
constexpr std::array<std::string_view, 5> kPlannedDialects{
    "openai-responses", "gemini", "bedrock-converse", "cohere-v2", "ollama"};

// The only two names of the member that limits the answer. OpenAI's reasoning models refuse the
// older one, Ollama ignores the newer one (and then answers at length).
constexpr std::string_view kNewField = "max_completion_tokens";
constexpr std::string_view kOldField = "max_tokens";

// Hosted providers, self-hosted servers, gateways.
constexpr ProviderType kTypes[] = {
    {.name = "openai",
     .otel = "openai",
     .dialect = kChat,
     .base_url = "https://api.openai.com/v1",
     .token_field = kNewField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::openai,
     .provider_ms_header = "openai-processing-ms",
     .env = "OPENAI_API_KEY",
     .default_model = "gpt-4o-mini"},
    {.name = "anthropic",
     .otel = "anthropic",
     .dialect = kMessages,
     .base_url = "https://api.anthropic.com/v1",
     .auth = Auth::x_api_key,
     .token_field = kOldField,
     // The largest page: the list is short, and a part of it would look like models that vanished.
     .models_path = "/models?limit=1000",
     .rate_limits = RateLimitFamily::anthropic,
     .request_id_header = "request-id",
     .env = "ANTHROPIC_API_KEY",
     .default_model = "claude-haiku-4-5"},
    {.name = "groq",
     .otel = "groq",
     .dialect = kChat,
     .base_url = "https://api.groq.com/openai/v1",
     .token_field = kNewField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::openai,
     .env = "GROQ_API_KEY",
     .default_model = "llama-3.1-8b-instant",
     .throughput_threshold = 100},
    {.name = "mistral",
     .otel = "mistral_ai",
     .dialect = kChat,
     .base_url = "https://api.mistral.ai/v1",
     .token_field = kOldField,
     .stream_options = false,
     .models_path = "/models",
     .request_id_header = "mistral-correlation-id",
     .provider_ms_header = "x-kong-upstream-latency",
     .env = "MISTRAL_API_KEY",
     .default_model = "mistral-small-latest"},
    {.name = "deepseek",
     .otel = "deepseek",
     .dialect = kChat,
     .base_url = "https://api.deepseek.com",
     .token_field = kOldField,
     .models_path = "/models",
     .request_id_header = "x-ds-trace-id",
     .env = "DEEPSEEK_API_KEY",
     .default_model = "deepseek-v4-flash"},
    {.name = "xai",
     .otel = "x_ai",
     .dialect = kChat,
     .base_url = "https://api.x.ai/v1",
     .token_field = kNewField,
     .models_path = "/models",
     .provider_ms_header = "x-metrics-e2e-ms",
     .env = "XAI_API_KEY",
     .default_model = "grok-4.5",
     .reasoning_in_output = false},
    {.name = "together",
     .otel = "together",
     .dialect = kChat,
     .base_url = "https://api.together.xyz/v1",
     .token_field = kOldField,
     .models_path = "/models",
     .env = "TOGETHER_API_KEY",
     .default_model = "meta-llama/Llama-3.3-70B-Instruct-Turbo"},
    {.name = "fireworks",
     .otel = "fireworks",
     .dialect = kChat,
     .base_url = "https://api.fireworks.ai/inference/v1",
     .token_field = kOldField,
     .models_path = "/models",
     .env = "FIREWORKS_API_KEY",
     .default_model = "accounts/fireworks/models/gpt-oss-20b"},
    {.name = "openrouter",
     .otel = "openrouter",
     .dialect = kChat,
     .base_url = "https://openrouter.ai/api/v1",
     .token_field = kOldField,
     .models_path = "/models",
     .models_checks_key = false,
     .request_id_header = "x-generation-id",
     .env = "OPENROUTER_API_KEY",
     .default_model = "openai/gpt-4o-mini"},
    {.name = "perplexity",
     .otel = "perplexity",
     .dialect = kChat,
     .base_url = "https://api.perplexity.ai",
     .token_field = kOldField,
     .stream_options = false,  // every chunk carries usage unasked
     .models_path = "/router/v1/models",
     .env = "PERPLEXITY_API_KEY",
     .default_model = "sonar"},
    {.name = "cerebras",
     .otel = "cerebras",
     .dialect = kChat,
     .base_url = "https://api.cerebras.ai/v1",
     .token_field = kNewField,
     .models_path = "/models",
     .request_id_header = "cerebras-request-id",
     .env = "CEREBRAS_API_KEY",
     .default_model = "gpt-oss-120b"},
    {.name = "huggingface",
     .otel = "huggingface",
     .dialect = kChat,
     .base_url = "https://router.huggingface.co/v1",
     .token_field = kOldField,
     .models_path = "/models",
     .models_checks_key = false,
     .env = "HF_TOKEN",
     .default_model = "openai/gpt-oss-20b"},
    {.name = "vllm",
     .otel = "vllm",
     .dialect = kChat,
     .base_url = "http://127.0.0.1:8000/v1",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models"},
    {.name = "llamacpp",
     .otel = "llamacpp",
     .dialect = kChat,
     .base_url = "http://127.0.0.1:8080/v1",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .models_checks_key = false,
     .request_id_header = ""},
    {.name = "tgi",
     .otel = "tgi",
     .dialect = kChat,
     .base_url = "",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .request_id_header = "",
     .provider_ms_header = "x-total-time"},
    {.name = "ollama",
     .otel = "ollama",
     .dialect = kChat,
     .base_url = "http://127.0.0.1:11434/v1",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .request_id_header = ""},
    {.name = "litellm",
     .otel = "litellm",
     .dialect = kChat,
     .base_url = "",
     .token_field = kOldField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::openai,
     .request_id_header = "x-litellm-call-id",
     .provider_ms_header = "x-litellm-response-duration-ms"},
    // Portkey's own key travels in `headers: {x-portkey-api-key: …}`; `api_key` is the upstream's.
    {.name = "portkey",
     .otel = "portkey",
     .dialect = kChat,
     .base_url = "https://api.portkey.ai/v1",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .request_id_header = "x-portkey-trace-id"},
    // Whatever speaks OpenAI's dialect, and so is likely to send its headers too.
    {.name = "openai-compatible",
     .otel = "openai",
     .dialect = kChat,
     .base_url = "",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::openai},
};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::span<const ProviderType> provider_types() { return kTypes; }

const ProviderType* find_provider_type(std::string_view name) {
  const auto found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const auto& type) { return type.name == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

std::span<const std::string_view> dialect_names() { return kDialects; }
bool is_planned_type(std::string_view name) { return contains(kPlannedTypes, name); }
bool is_planned_dialect(std::string_view name) { return contains(kPlannedDialects, name); }

}  // namespace llm
