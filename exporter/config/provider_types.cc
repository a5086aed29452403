#include "config/provider_types.h"

#include <algorithm>

namespace llm {
namespace {

constexpr std::string_view kChat = "openai-chat";
constexpr std::string_view kMessages = "anthropic-messages";
constexpr std::string_view kResponses = "openai-responses";
constexpr std::string_view kGemini = "gemini";
constexpr std::string_view kConverse = "bedrock-converse";
constexpr std::string_view kCohere = "cohere-v2";
constexpr std::string_view kOllama = "ollama";
// Names of the member that limits the answer. OpenAI's reasoning models refuse the
// older one, Ollama ignores the newer one (and then answers at length).
constexpr std::string_view kNewField = "max_completion_tokens";
constexpr std::string_view kOldField = "max_tokens";

constexpr DialectTraits kDialects[] = {
    {.name = kChat, .token_field = kOldField, .models_path = "/models"},
    {.name = kResponses,
     .token_field = "max_output_tokens",
     .min_output_tokens = 16,
     .models_path = "/models"},
    {.name = kMessages, .token_field = kOldField, .models_path = "/models", .thinking_tokens = 64},
    {.name = kGemini,
     .token_field = "maxOutputTokens",
     .models_path = "/models",
     .thinking_tokens = 256},  // 148 to 191 thoughts were recorded for one word (§2.4)
    {.name = kConverse, .token_field = "maxTokens", .models_path = "/foundation-models"},
    {.name = kCohere, .token_field = kOldField, .models_path = "/v1/models"},
    {.name = kOllama, .token_field = "num_predict", .models_path = "/api/tags"},
};

// Components of status pages that carry API calls (providers.md §5).
constexpr std::string_view kOpenaiParts[] = {"Chat Completions", "Responses"};
constexpr std::string_view kAnthropicParts[] = {"Claude API*", "k8w3r06qmzrp"};
constexpr std::string_view kApiParts[] = {"API*", "*API"};
constexpr std::string_view kVertexParts[] = {"Z0FZJAMvEB4j3NbCJs6B", "Vertex Gemini API"};
constexpr std::string_view kBedrockParts[] = {"bedrock-{region}"};
constexpr std::string_view kAzureParts[] = {"*Azure OpenAI*"};
constexpr std::string_view kApiFeed[] = {"[API*"};
constexpr std::string_view kHuggingfaceParts[] = {"*Inference*"};

// Where the id of the request is told (providers.md §1.8).
constexpr std::string_view kRequestId[] = {"x-request-id"};
constexpr std::string_view kAnthropicId[] = {"request-id"};
constexpr std::string_view kMistralId[] = {"mistral-correlation-id", "x-kong-request-id"};
constexpr std::string_view kDeepseekId[] = {"x-ds-trace-id"};
constexpr std::string_view kOpenrouterId[] = {"x-generation-id"};
constexpr std::string_view kCerebrasId[] = {"cerebras-request-id", "x-request-id"};
constexpr std::string_view kAzureId[] = {"apim-request-id", "x-request-id"};
constexpr std::string_view kBedrockId[] = {"x-amzn-requestid"};
constexpr std::string_view kCohereId[] = {"x-debug-trace-id"};
constexpr std::string_view kLitellmId[] = {"x-litellm-call-id"};
constexpr std::string_view kPortkeyId[] = {"x-portkey-trace-id", "x-request-id"};

// Times that providers measured themselves (providers.md §1.9).
constexpr double kSecond = 1e3;
constexpr TimeHeader kOpenaiTimes[] = {{"openai-processing-ms", kProviderTime}};
constexpr TimeHeader kMistralTimes[] = {
    {"x-kong-upstream-latency", kProviderTime},
    {"x-kong-proxy-latency", "proxy_ms"},
};
constexpr TimeHeader kXaiTimes[] = {
    {"x-metrics-e2e-ms", kProviderTime},
    {"x-metrics-ttft-ms", kProviderTtft},
    {"x-metrics-mean-itl-ms", "mean_itl_ms"},
};
constexpr TimeHeader kFireworksTimes[] = {
    {"fireworks-server-processing-time", kProviderTime, kSecond},
    {"fireworks-server-time-to-first-token", kProviderTtft, kSecond},
};
constexpr TimeHeader kCerebrasTimes[] = {{"cerebras-processing-time", kProviderTime, kSecond}};
constexpr TimeHeader kGoogleTimes[] = {{"server-timing", kProviderTime, 1, "gfet4t7"}};
constexpr TimeHeader kTgiTimes[] = {
    {"x-total-time", kProviderTime},        {"x-compute-time", kProviderTime, kSecond},
    {"x-validation-time", "validation_ms"}, {"x-queue-time", "queue_ms"},
    {"x-inference-time", "inference_ms"},   {"x-time-per-token", "time_per_token_ms"},
};
// The upstream's own word goes before what the proxy saw of it.
constexpr TimeHeader kLitellmTimes[] = {
    {"llm_provider-openai-processing-ms", kProviderTime},
    {"llm_provider-x-envoy-upstream-service-time", kProviderTime},
    {"x-litellm-response-duration-ms", kProviderTime},
    {"x-litellm-response-duration-ms", "response_duration_ms"},
    {"x-litellm-overhead-duration-ms", "overhead_duration_ms"},
};

// Hosted providers, self-hosted servers, gateways.
constexpr ProviderType kTypes[] = {
    {.name = "openai",
     .otel = "openai",
     .dialect = kChat,
     .base_url = "https://api.openai.com/v1",
     .token_field = kNewField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::openai,
     .request_id_headers = kRequestId,
     .time_headers = kOpenaiTimes,
     .env = "OPENAI_API_KEY",
     .default_model = "gpt-4o-mini",
     .obfuscation = true,
     .price_prefix = "openai",
     .status_system = StatusSystem::statuspage,
     .status_url = "https://status.openai.com/api/v2/summary.json",
     .status_components = kOpenaiParts,
     .account = AccountApi::openai},
    {.name = "anthropic",
     .otel = "anthropic",
     .dialect = kMessages,
     .base_url = "https://api.anthropic.com/v1",
     .auth = Auth::x_api_key,
     .token_field = kOldField,
     // The largest page: the list is short, and a part of it would look like models that vanished.
     .models_path = "/models?limit=1000",
     .rate_limits = RateLimitFamily::anthropic,
     .request_id_headers = kAnthropicId,
     .env = "ANTHROPIC_API_KEY",
     .default_model = "claude-haiku-4-5",
     .price_prefix = "anthropic",
     .status_system = StatusSystem::statuspage,
     .status_url = "https://status.claude.com/api/v2/summary.json",
     .status_components = kAnthropicParts,
     .account = AccountApi::anthropic},
    {.name = "groq",
     .otel = "groq",
     .dialect = kChat,
     .base_url = "https://api.groq.com/openai/v1",
     .token_field = kNewField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::groq,
     .request_id_headers = kRequestId,
     .env = "GROQ_API_KEY",
     .default_model = "openai/gpt-oss-20b",
     .throughput_threshold = 100,
     .price_prefix = "groq",
     .status_system = StatusSystem::statuspage,
     .status_url = "https://groqstatus.com/api/v2/summary.json",
     .status_components = kApiParts},
    {.name = "mistral",
     .otel = "mistral_ai",
     .dialect = kChat,
     .base_url = "https://api.mistral.ai/v1",
     .token_field = kOldField,
     .stream_options = false,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::mistral,
     .request_id_headers = kMistralId,
     .time_headers = kMistralTimes,
     .env = "MISTRAL_API_KEY",
     .default_model = "mistral-small-latest",
     .price_prefix = "mistral"},
    {.name = "deepseek",
     .otel = "deepseek",
     .dialect = kChat,
     .base_url = "https://api.deepseek.com",
     .token_field = kOldField,
     .models_path = "/models",
     .request_id_headers = kDeepseekId,
     .env = "DEEPSEEK_API_KEY",
     .default_model = "deepseek-v4-flash",
     .price_prefix = "deepseek",
     .account = AccountApi::deepseek},
    {.name = "xai",
     .otel = "x_ai",
     .dialect = kChat,
     .base_url = "https://api.x.ai/v1",
     .token_field = kNewField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::xai,
     .request_id_headers = kRequestId,
     .time_headers = kXaiTimes,
     .env = "XAI_API_KEY",
     .default_model = "grok-4.5",
     .reasoning_in_output = false,
     .price_prefix = "xai",
     .status_system = StatusSystem::rss,
     .status_url = "https://status.x.ai/feed.xml",
     .status_components = kApiFeed},
    {.name = "together",
     .otel = "together",
     .dialect = kChat,
     .base_url = "https://api.together.xyz/v1",
     .token_field = kOldField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::together,
     .request_id_headers = kRequestId,
     .env = "TOGETHER_API_KEY",
     .default_model = "openai/gpt-oss-120b",
     .price_prefix = "together_ai",
     .status_system = StatusSystem::better_stack,
     .status_url = "https://status.together.ai/index.json"},
    {.name = "fireworks",
     .otel = "fireworks",
     .dialect = kChat,
     .base_url = "https://api.fireworks.ai/inference/v1",
     .token_field = kOldField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::fireworks,
     .request_id_headers = kRequestId,
     .time_headers = kFireworksTimes,
     .env = "FIREWORKS_API_KEY",
     .default_model = "accounts/fireworks/models/gpt-oss-20b",
     .price_prefix = "fireworks_ai",
     .status_system = StatusSystem::better_stack,
     .status_url = "https://status.fireworks.ai/index.json"},
    {.name = "openrouter",
     .otel = "openrouter",
     .dialect = kChat,
     .base_url = "https://openrouter.ai/api/v1",
     .token_field = kOldField,
     .models_path = "/models",
     .models_checks_key = false,
     .key_path = "/key",
     .rate_limits = RateLimitFamily::openrouter,
     .request_id_headers = kOpenrouterId,
     .env = "OPENROUTER_API_KEY",
     .default_model = "openai/gpt-4o-mini",
     .price_prefix = "openrouter",
     .account = AccountApi::openrouter},
    {.name = "perplexity",
     .otel = "perplexity",
     .dialect = kChat,
     .base_url = "https://api.perplexity.ai",
     .token_field = kOldField,
     .stream_options = false,  // every chunk carries usage unasked
     .models_path = "/router/v1/models",
     .request_id_headers = kRequestId,
     .env = "PERPLEXITY_API_KEY",
     .default_model = "sonar",
     .price_prefix = "perplexity",
     .status_system = StatusSystem::instatus,
     .status_url = "https://status.perplexity.com/summary.json"},
    {.name = "cerebras",
     .otel = "cerebras",
     .dialect = kChat,
     .base_url = "https://api.cerebras.ai/v1",
     .token_field = kNewField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::cerebras,
     .request_id_headers = kCerebrasId,
     .time_headers = kCerebrasTimes,
     .env = "CEREBRAS_API_KEY",
     .default_model = "gpt-oss-120b",
     .reasoning_off = R"({"disable_reasoning":true})",
     .price_prefix = "cerebras",
     .status_system = StatusSystem::statuspage,
     .status_url = "https://status.cerebras.ai/api/v2/summary.json"},
    {.name = "huggingface",
     .otel = "huggingface",
     .dialect = kChat,
     .base_url = "https://router.huggingface.co/v1",
     .token_field = kOldField,
     .models_path = "/models",
     .models_checks_key = false,
     .catalog_url = "https://huggingface.co",
     .hub = true,
     .rate_limits = RateLimitFamily::huggingface,
     .request_id_headers = kRequestId,
     .served_provider_header = "x-inference-provider",
     .env = "HF_TOKEN",
     .default_model = "openai/gpt-oss-20b",
     .price_prefix = "huggingface",
     .status_system = StatusSystem::better_stack,
     .status_url = "https://status.huggingface.co/index.json",
     .status_components = kHuggingfaceParts},
    // The deployment is the model; with `api_version` the classic paths, without it the v1 ones.
    {.name = "azure",
     .otel = "azure.ai.openai",
     .dialect = kChat,
     .base_url = "",
     .auth = Auth::api_key,
     .token_field = kNewField,
     // Lists base models, not deployments: it proves the key and not more.
     .models_path = "/models",
     .rate_limits = RateLimitFamily::azure,
     .request_id_headers = kAzureId,
     .time_headers = kOpenaiTimes,
     .price_prefix = "azure",
     .status_system = StatusSystem::rss,
     .status_url = "https://rssfeed.azure.status.microsoft/en-us/status/feed/",
     .status_components = kAzureParts},
    {.name = "gemini",
     .otel = "gcp.gemini",
     .dialect = kGemini,
     .base_url = "https://generativelanguage.googleapis.com/v1beta",
     .auth = Auth::x_goog_api_key,
     .token_field = "maxOutputTokens",
     .models_path = "/models?pageSize=1000",
     .time_headers = kGoogleTimes,
     .env = "GEMINI_API_KEY",
     .default_model = "gemini-2.5-flash-lite",
     .price_prefix = "gemini"},
    {.name = "vertex",
     .otel = "gcp.vertex_ai",
     .dialect = kGemini,
     .base_url = "https://{region}-aiplatform.googleapis.com/v1",
     .auth = Auth::google,
     .token_field = "maxOutputTokens",
     .models_path = "/publishers/google/models?pageSize=1000",
     .time_headers = kGoogleTimes,
     .price_prefix = "vertex_ai",
     .status_system = StatusSystem::google,
     .status_url = "https://status.cloud.google.com/incidents.json",
     .status_components = kVertexParts},
    {.name = "bedrock",
     .otel = "aws.bedrock",
     .dialect = kConverse,
     .base_url = "https://bedrock-runtime.{region}.amazonaws.com",
     .auth = Auth::aws,
     .token_field = "maxTokens",
     .models_path = "/foundation-models",
     .catalog_url = "https://bedrock.{region}.amazonaws.com",
     .openai_base_url = "https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
     .request_id_headers = kBedrockId,
     .price_prefix = "bedrock",
     .status_system = StatusSystem::aws,
     .status_url = "https://health.aws.amazon.com/public/currentevents",
     .status_components = kBedrockParts},
    {.name = "cohere",
     .otel = "cohere",
     .dialect = kCohere,
     .base_url = "https://api.cohere.com",
     .token_field = kOldField,
     .models_path = "/v1/models?page_size=1000",
     .rate_limits = RateLimitFamily::cohere,
     .request_id_headers = kCohereId,
     .env = "COHERE_API_KEY",
     .default_model = "command-r7b-12-2024",
     .price_prefix = "cohere",
     .status_system = StatusSystem::statuspage,
     .status_url = "https://status.cohere.com/api/v2/summary.json",
     .status_components = kApiParts},
    {.name = "vllm",
     .otel = "vllm",
     .dialect = kChat,
     .base_url = "http://127.0.0.1:8000/v1",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .request_id_headers = kRequestId,
     .price_prefix = "hosted_vllm"},
    {.name = "llamacpp",
     .otel = "llamacpp",
     .dialect = kChat,
     .base_url = "http://127.0.0.1:8080/v1",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .models_checks_key = false,
     .price_prefix = "llamacpp"},
    {.name = "tgi",
     .otel = "tgi",
     .dialect = kChat,
     .base_url = "",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .time_headers = kTgiTimes,
     .price_prefix = "tgi"},
    {.name = "ollama",
     .otel = "ollama",
     .dialect = kOllama,
     .base_url = "http://127.0.0.1:11434",
     .auth = Auth::none,
     .token_field = "num_predict",
     .models_path = "/api/tags",
     .models_checks_key = false,  // a local server has no keys
     .openai_base_url = "http://127.0.0.1:11434/v1",
     .price_prefix = "ollama"},
    {.name = "litellm",
     .otel = "litellm",
     .dialect = kChat,
     .base_url = "",
     .token_field = kOldField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::litellm,
     .request_id_headers = kLitellmId,
     .time_headers = kLitellmTimes,
     .cost_header = "x-litellm-response-cost"},
    // Portkey's own key travels in `headers: {x-portkey-api-key: …}`; `api_key` is the upstream's.
    {.name = "portkey",
     .otel = "portkey",
     .dialect = kChat,
     .base_url = "https://api.portkey.ai/v1",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::compatible,
     .request_id_headers = kPortkeyId,
     .time_headers = kOpenaiTimes,
     .served_provider_header = "x-portkey-provider",
     // A hit would measure the cache (providers.md §4.2).
     .request_header = {"x-portkey-cache-force-refresh", "true"}},
    // Whatever speaks OpenAI's dialect, and so is likely to send its headers too.
    {.name = "openai-compatible",
     .otel = "openai",
     .dialect = kChat,
     .base_url = "",
     .auth = Auth::none,
     .token_field = kOldField,
     .models_path = "/models",
     .rate_limits = RateLimitFamily::compatible,
     .request_id_headers = kRequestId,
     .time_headers = kOpenaiTimes},
};

}  // namespace

std::span<const ProviderType> provider_types() { return kTypes; }

const ProviderType* find_provider_type(std::string_view name) {
  const auto found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const auto& type) { return type.name == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

std::span<const DialectTraits> dialect_traits() { return kDialects; }

const DialectTraits* find_dialect_traits(std::string_view name) {
  const auto found = std::find_if(std::begin(kDialects), std::end(kDialects),
                                  [&](const auto& dialect) { return dialect.name == name; });
  return found == std::end(kDialects) ? nullptr : found;
}

}  // namespace llm
