#include "simulator/flavour.h"

#include <algorithm>

namespace llm::sim {
namespace {

using E = ErrorName;

constexpr std::string_view kInvalid = "invalid_request_error";
constexpr std::string_view kChunk = R"("id":"chatcmpl-sim$number","object":"$object",)"
                                    R"("created":$created,"model":$model)";
constexpr std::string_view kFingerprinted =
    R"("id":"chatcmpl-sim$number","object":"$object","created":$created,"model":$model,)"
    R"("system_fingerprint":"fp_$fingerprint")";
constexpr std::string_view kUuidChunk =
    R"("id":"00000000-0000-4000-8000-000000$number","object":"$object","created":$created,)"
    R"("model":$model,"system_fingerprint":"fp_$fingerprint")";

constexpr std::string_view kPlainUsage =
    R"({"prompt_tokens":$prompt,"total_tokens":$total,"completion_tokens":$output})";
constexpr std::string_view kUsage =
    R"({"prompt_tokens":$prompt,"completion_tokens":$output,"total_tokens":$total,)"
    R"("prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},)"
    R"("completion_tokens_details":{"reasoning_tokens":$reasoning,"audio_tokens":0,)"
    R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})";
constexpr std::string_view kGroqUsage =
    R"({"queue_time":0.0019,"prompt_tokens":$prompt,"prompt_time":0.0039,)"
    R"("completion_tokens":$output,"completion_time":$seconds,"total_tokens":$total,)"
    R"("total_time":$seconds,"completion_tokens_details":{"reasoning_tokens":$reasoning}})";

constexpr std::string_view kReasoning = R"("reasoning":$text)";

Flavour openai() {
  return {.name = "openai",
          .envelope = R"("id":"chatcmpl-sim$number","object":"$object","created":$created,)"
                      R"("model":$model,"service_tier":"default",)"
                      R"("system_fingerprint":"fp_$fingerprint")",
          .usage = kUsage,
          .headers = "openai-version: 2020-10-01\nx-request-id: $id\nopenai-processing-ms: $ms\n",
          .limits = LimitFamily::openai};
}

Flavour azure() {
  return {
      .name = "azure",
      .base = "/openai/v1",
      .key_header = "api-key",
      .envelope = R"("created":$created,"id":"chatcmpl-sim$number","model":$model,)"
                  R"("object":"$object","system_fingerprint":"fp_$fingerprint")",
      .before_stream =
          R"(data: {"choices":[],"created":0,"id":"","model":"","object":"",)"
          R"("prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]})"
          "\n\n",
      .choice_members = R"(,"content_filter_results":{})",
      .usage = kUsage,
      .words = {{E::auth, 401, "", "401",
                 "Access denied due to invalid subscription key or wrong API endpoint. Make sure "
                 "to provide a valid key for an active subscription."},
                {E::permission, 403, "", "AccessDenied",
                 "Access denied due to Virtual Network/Firewall rules."},
                {E::not_found, 404, "", "DeploymentNotFound",
                 "The API deployment for this resource does not exist. If you created the "
                 "deployment within the last 5 minutes, please wait a moment and try again."},
                {E::rate_limited, 429, "", "429",
                 "Requests to the ChatCompletions_Create Operation have exceeded the call rate "
                 "limit. Please retry after $wait."},
                {E::timeout, 408, "", "Timeout", "The operation was timeout."}},
      .error_body = R"({"error":{"code":$code,"message":$message}})",
      .no_key = "Access denied due to missing subscription key.",
      .no_key_code = "401",
      .headers =
          "apim-request-id: $uuid\nx-request-id: $uuid\nx-ms-region: Fake Region\n"
          "x-ms-deployment-name: fake-deployment\n",
      .limits = LimitFamily::azure,
      .model_row = R"({"id":$model,"object":"model","status":"succeeded","created_at":1721260800,)"
                   R"("lifecycle_status":"generally-available"})"};
}

Flavour groq() {
  return {.name = "groq",
          .base = "/openai/v1",
          .envelope = kFingerprinted,
          .reasoning = R"("reasoning":$text,"channel":"analysis")",
          .opening_members = R"(,"x_groq":{"id":"$id","seed":7})",
          .closing_members = R"(,"x_groq":{"id":"$id","usage":$usage})",
          .usage_at = UsageAt::finish_chunk,
          .usage = kGroqUsage,
          .words = {{E::auth, 401, kInvalid, "invalid_api_key", "Invalid API Key"},
                    {E::rate_limited, 429, "requests", "rate_limit_exceeded",
                     "Rate limit reached for model $model on $what per day. Please try again in "
                     "$wait."},
                    {E::server_error, 500, "internal_server_error", "", "Internal Server Error"},
                    {E::overloaded, 503, "internal_server_error", "", "Service Unavailable"},
                    {E::timeout, 504, "internal_server_error", "", "Gateway Timeout"}},
          .error_body = R"({"error":{"message":$message,"type":$type,"code":$code}})",
          .error_event = "event: error\ndata: $error\n\n",
          .no_key = "Invalid API Key",
          .no_key_code = "invalid_api_key",
          .headers = "x-groq-region: us-west-1\nx-request-id: $id\n",
          .limits = LimitFamily::groq,
          .model_row = R"({"id":$model,"object":"model","created":1733447754,"owned_by":"Meta",)"
                       R"("active":true,"context_window":131072,"public_apps":null,)"
                       R"("max_completion_tokens":32768})"};
}

Flavour mistral() {
  return {
      .name = "mistral",
      .refuses_stream_options = true,
      .envelope = R"("id":"sim$number","object":"$object","created":$created,"model":$model)",
      // Pieces of thoughts and of text stand in an array where the model thinks.
      .reasoning = R"("content":[{"type":"thinking","thinking":[{"type":"text","text":$text}]}])",
      .text_of_thinker = R"("content":[{"type":"text","text":$text}])",
      .last_delta = R"("content":"")",
      .usage_at = UsageAt::finish_chunk,
      .usage = kPlainUsage,
      .words = {{E::auth, 401, "", "", "Unauthorized"},
                {E::permission, 403, "forbidden", "", "Forbidden"},
                {E::not_found, 404, "invalid_model", "1500", "Invalid model: $model"},
                {E::rate_limited, 429, "rate_limited", "1300", "Rate limit exceeded"},
                {E::quota_exhausted, 402, "payment_required", "", "Payment required"},
                {E::server_error, 500, "internal_server_error", "1000", "Internal server error"},
                {E::overloaded, 503, "service_tier_capacity_exceeded", "3505",
                 "Service tier capacity exceeded for this model."},
                {E::timeout, 504, "internal_server_error", "1000", "Gateway timeout"}},
      .error_body =
          R"({"object":"error","message":$message,"type":$type,"param":$param,"code":$code,)"
          R"("raw_status_code":$status})",
      .error_bodies = {{401, R"({"detail":$message})"},
                       {422,
                        R"({"detail":[{"type":"extra_forbidden","loc":["body"],"msg":$message,)"
                        R"("input":null}]})"}},
      .no_key = "Unauthorized",
      .headers =
          "mistral-correlation-id: $uuid\nx-kong-request-id: $id\n"
          "x-kong-upstream-latency: $ms\nx-kong-proxy-latency: 6\n",
      .limits = LimitFamily::mistral,
      .model_row =
          R"({"id":$model,"object":"model","created":1795262400,"owned_by":"mistralai",)"
          R"("capabilities":{"completion_chat":true,"completion_fim":false,)"
          R"("function_calling":true,"fine_tuning":false,"vision":false,"classification":false},)"
          R"("name":$model,"description":"sample","max_context_length":131072,"aliases":[],)"
          R"("deprecation":null,"default_model_temperature":0.3,"type":"base"})"};
}

Flavour deepseek() {
  return {
      .name = "deepseek",
      .base = "",
      .stream_options_need_stream = true,
      .envelope = kFingerprinted,
      .comment = ": keep-alive\n\n",
      .before_whole = "\n\n",
      .reasoning = R"("content":null,"reasoning_content":$text)",
      .last_delta = R"("content":"")",
      .usage_at = UsageAt::finish_chunk,
      .usage_null = true,
      .usage = R"({"prompt_tokens":$prompt,"completion_tokens":$output,"total_tokens":$total,)"
               R"("prompt_tokens_details":{"cached_tokens":0},)"
               R"("completion_tokens_details":{"reasoning_tokens":$reasoning},)"
               R"("prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":$prompt})",
      .words = {{E::bad_request, 400, kInvalid, kInvalid, "Invalid request"},
                {E::auth, 401, "authentication_error", kInvalid,
                 "Authentication Fails, Your api key: $key is invalid"},
                {E::not_found, 404, kInvalid, kInvalid, "Model Not Exist"},
                {E::rate_limited, 429, "rate_limit_error", "rate_limit_exceeded",
                 "Rate limit reached for requests"},
                {E::quota_exhausted, 402, "unknown_error", kInvalid, "Insufficient Balance"},
                {E::server_error, 500, "server_error", "internal_error", "Internal server error"},
                {E::overloaded, 503, "service_unavailable_error", kInvalid,
                 "Service is too busy. Please try again later."}},
      .error_type = "application/octet-stream",
      .no_key = "Authentication Fails (auth header format should be Bearer sk-...)",
      .no_key_code = kInvalid,
      .headers = "x-ds-trace-id: $id\n",
      .retry_after = false,
      .model_row = R"({"id":$model,"object":"model","owned_by":"deepseek"})"};
}

Flavour xai() {
  constexpr std::string_view kExhausted = "Some resource has been exhausted";
  return {
      .name = "xai",
      .envelope = kUuidChunk,
      .opening = Opening::none,
      .null_members = "",
      .finish_members = "",
      .usage = R"({"prompt_tokens":$prompt,"completion_tokens":$visible,"total_tokens":$total,)"
               R"("prompt_tokens_details":{"text_tokens":$prompt,"audio_tokens":0,)"
               R"("image_tokens":0,"cached_tokens":0},"completion_tokens_details":{)"
               R"("reasoning_tokens":$reasoning,"audio_tokens":0,"accepted_prediction_tokens":0,)"
               R"("rejected_prediction_tokens":0},"num_sources_used":0,)"
               R"("cost_in_usd_ticks":200000000})",
      .words = {{E::bad_request, 400, "", "400", "Argument not supported"},
                {E::auth, 400, "", "invalid-argument",
                 "Incorrect API key provided: $key. You can obtain an API key from "
                 "https://console.x.ai."},
                {E::permission, 403, "",
                 "The caller does not have permission to execute the specified operation",
                 "The OAuth2 access token could not be validated."},
                {E::not_found, 404, "", "Some requested entity was not found",
                 "The model $model does not exist or your team does not have access to it."},
                {E::rate_limited, 429, "", kExhausted,
                 "Too many $what for team 00000000-0000-4000-8000-00000000fe00 and model $model."},
                {E::quota_exhausted, 429, "", kExhausted,
                 "Your team 00000000-0000-4000-8000-00000000fe00 has either used all available "
                 "credits or reached its monthly spending limit."},
                {E::server_error, 500, "", "Internal error", "Internal error"},
                {E::overloaded, 503, "", "The service is currently unavailable",
                 "The model is at capacity. Please try again later."},
                {E::timeout, 504, "", "Deadline expired", "Timed out waiting for first token"}},
      .error_body = R"({"code":$code,"error":$message})",
      .error_event = R"(data: {"error":{"message":$message,"type":"server_error","code":$code}})"
                     "\n\n",
      .no_key = "No API key was provided.",
      .no_key_code = "unauthenticated:no-credentials",
      .headers =
          "x-request-id: $uuid\nServer-Timing: cfCacheStatus;desc=\"DYNAMIC\"\n"
          "x-zero-data-retention: false\nx-metrics-e2e-ms: $ms.25\n",
      .limits = LimitFamily::xai,
      .retry_after = false,
      .model_row = R"({"id":$model,"created":1795262400,"object":"model","owned_by":"xai"})"};
}

Flavour together() {
  return {.name = "together",
          .envelope = kChunk,
          .opening = Opening::none,
          .role_in_every_delta = true,
          .reasoning = R"("content":"","reasoning":$text)",
          .text = R"("token_id":null,"content":$text,"tool_calls":null)",
          .null_members = R"(,"logprobs":null,"finish_reason":null,"seed":null)",
          .choice_members = R"(,"text":$text)",
          .last_delta = R"("token_id":null,"content":"","tool_calls":null)",
          .stop = "eos",
          .finish_members = R"(,"logprobs":null,"seed":null)",
          .usage_at = UsageAt::finish_chunk,
          .usage_null = true,
          .usage = R"({"prompt_tokens":$prompt,"completion_tokens":$output,)"
                   R"("total_tokens":$total,"cached_tokens":0})",
          .words = {{E::auth, 401, kInvalid, "invalid_api_key",
                     "Invalid API key provided. You can find your API key at "
                     "https://api.together.xyz/settings/api-keys."},
                    {E::not_found, 404, kInvalid, "model_not_available",
                     "Unable to access model $model. Please visit "
                     "https://api.together.ai/models to view the list of supported models."},
                    {E::quota_exhausted, 402, "credit_limit", "",
                     "Credit limit exceeded, please navigate to the billing page."},
                    {E::overloaded, 503, "service_unavailable", "",
                     "The server is overloaded or not ready yet."}},
          .no_key = "Invalid API key provided.",
          .no_key_code = "invalid_api_key",
          .limits = LimitFamily::together,
          .bare_array = true,
          .model_row =
              R"({"id":$model,"object":"model","created":1733466629,"type":"chat",)"
              R"("display_name":$model,"organization":"Meta","link":"","license":"",)"
              R"("context_length":131072,"pricing":{"hourly":0,"input":0.88,"output":0.88,)"
              R"("base":0,"finetune":0}})"};
}

Flavour fireworks() {
  return {
      .name = "fireworks",
      .base = "/inference/v1",
      .envelope = kChunk,
      .opening = Opening::role_alone,
      .null_members = R"(,"finish_reason":null)",
      .finish_members = "",
      .usage_at = UsageAt::finish_chunk,
      .usage_null = true,
      .usage = kPlainUsage,
      .words = {{E::auth, 401, kInvalid, "unauthorized", "The API key you provided is invalid."},
                {E::permission, 403, kInvalid, "FORBIDDEN", "Forbidden"},
                {E::not_found, 404, kInvalid, "NOT_FOUND",
                 "Model not found, inaccessible, and/or not deployed"},
                {E::rate_limited, 429, "rate_limit_exceeded", "RATE_LIMITED",
                 "Rate limit exceeded, please try again later"},
                {E::quota_exhausted, 412, kInvalid, "PRECONDITION_FAILED",
                 "Account fake is suspended, possibly due to reaching the monthly spending "
                 "limit or failure to pay past invoices."},
                {E::server_error, 500, "internal_server_error", "internal_server_error",
                 "Internal server error"},
                {E::overloaded, 503, "service_unavailable", "SERVICE_UNAVAILABLE",
                 "The service is overloaded, please try again later"},
                {E::timeout, 504, "timeout", "DEADLINE_EXCEEDED", "Request timed out"}},
      .error_body = R"({"error":{"object":"error","type":$type,"code":$code,"message":$message}})",
      .error_bodies = {{422, R"({"detail":[{"type":"value_error","msg":$message}]})"}},
      .no_key = "The API key you provided is invalid.",
      .no_key_code = "unauthorized",
      .headers =
          "x-request-id: $id\nfireworks-server-processing-time: $s\n"
          "fireworks-server-time-to-first-token: $s\n",
      .limits = LimitFamily::fireworks,
      .model_row = R"({"id":$model,"object":"model","owned_by":"fireworks","created":1795262400,)"
                   R"("kind":"HF_BASE_MODEL","supports_chat":true,"context_length":131072})"};
}

Flavour openrouter() {
  return {
      .name = "openrouter",
      .base = "/api/v1",
      .open_models = true,
      .envelope = R"("id":"gen-0000000000-sim$number","provider":"OpenAI","model":$model,)"
                  R"("object":"$object","created":$created,"system_fingerprint":"fp_$fingerprint")",
      .comment = ": OPENROUTER PROCESSING\n\n",
      .role_in_every_delta = true,
      .reasoning = R"("content":"","reasoning":$text,)"
                   R"("reasoning_details":[{"type":"reasoning.text","text":$text}])",
      .null_members = R"(,"finish_reason":null,"native_finish_reason":null,"logprobs":null)",
      .last_delta = R"("content":"")",
      .finish_members = R"(,"native_finish_reason":"stop","logprobs":null)",
      .usage_at = UsageAt::extra_chunk,
      .usage = R"({"prompt_tokens":$prompt,"completion_tokens":$output,"total_tokens":$total,)"
               R"("cost":0.0000024,"is_byok":false,"prompt_tokens_details":{"cached_tokens":0},)"
               R"("cost_details":{"upstream_inference_cost":null},)"
               R"("completion_tokens_details":{"reasoning_tokens":$reasoning}})",
      .words = {{E::bad_request, 400, "invalid_request", "", "Invalid request"},
                {E::auth, 401, "authentication", "", "User not found."},
                {E::permission, 403, "permission_denied", "", "Permission denied"},
                {E::not_found, 400, "model_not_found", "", "$model is not a valid model ID"},
                {E::rate_limited, 429, "rate_limit_exceeded", "",
                 "Rate limit exceeded: free-models-per-min. "},
                {E::quota_exhausted, 402, "payment_required", "",
                 "This request requires more credits, or fewer max_tokens."},
                {E::server_error, 502, "provider_unavailable", "", "Provider returned error"},
                {E::overloaded, 503, "provider_overloaded", "", "No instances available right now"},
                {E::timeout, 504, "timeout", "", "The request timed out"}},
      .error_body = R"({"error":{"code":$status,"message":$message,)"
                    R"("metadata":{"error_type":$type}},"user_id":"user_FAKE"})",
      .error_event = R"(data: {$envelope,"choices":[{"index":0,"delta":{"content":""},)"
                     R"("finish_reason":"error","native_finish_reason":null,"logprobs":null}],)"
                     R"("error":{"code":$status,"message":$message,)"
                     R"("metadata":{"error_type":$type}}})"
                     "\n\n",
      .no_key = "No auth credentials found",
      .headers = "X-Generation-Id: gen-$id\n",
      .limits = LimitFamily::openrouter,
      .model_row = R"({"id":$model,"canonical_slug":$model,"name":$model,"created":1721260800,)"
                   R"("description":"sample","context_length":128000,"architecture":{"modality":)"
                   R"("text->text","input_modalities":["text"],"output_modalities":["text"],)"
                   R"("tokenizer":"GPT","instruct_type":null},"pricing":{"prompt":"0.00000015",)"
                   R"("completion":"0.0000006","request":"0","image":"0"},"top_provider":{)"
                   R"("context_length":128000,"max_completion_tokens":16384,"is_moderated":true},)"
                   R"("per_request_limits":null,"supported_parameters":["max_tokens"]})"};
}

Flavour perplexity() {
  constexpr std::string_view kSoFar =
      R"({"prompt_tokens":$prompt,"completion_tokens":$output,"total_tokens":$total,)"
      R"("search_context_size":"low"})";
  return {.name = "perplexity",
          .base = "",
          .envelope =
              R"("id":"00000000-0000-4000-8000-000000$number","model":$model,"created":$created,)"
              R"("citations":["https://example.com/a"],"search_results":[{"title":"Example",)"
              R"("url":"https://example.com/a","date":null}],"object":"$object")",
          .opening = Opening::none,
          .role_in_every_delta = true,
          .null_members = "",
          .last_delta = R"("content":"")",
          .finish_members = "",
          .last_object = "chat.completion.done",
          .terminator = "",
          .usage_at = UsageAt::every_chunk,
          .usage = R"({"prompt_tokens":$prompt,"completion_tokens":$output,"total_tokens":$total,)"
                   R"("search_context_size":"low","cost":{"input_tokens_cost":0.000011,)"
                   R"("output_tokens_cost":0.000002,"request_cost":0.005,"total_cost":0.005013}})",
          .usage_so_far = kSoFar,
          .words = {{E::not_found, 400, "invalid_model", "",
                     "Invalid model '$model'. Permitted models can be found in the documentation."},
                    {E::rate_limited, 429, "request_rate_limit_exceeded", "",
                     "Request rate limit exceeded, please try again later."},
                    {E::quota_exhausted, 402, "insufficient_credits", "", "Insufficient credits"},
                    {E::server_error, 500, "internal_server_error", "", "Internal server error"},
                    {E::overloaded, 503, "service_unavailable", "", "Service unavailable"}},
          .error_body = R"({"error":{"message":$message,"type":$type,"code":$status}})",
          .error_bodies = {{401,
                            "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n"
                            "<body>\r\n<center><h1>401 Authorization Required</h1></center>\r\n"
                            "<hr><center>openresty/1.25.3.1</center>\r\n</body>\r\n</html>\r\n",
                            "text/html"}},
          .error_event = "event: error\ndata: $error\n\n",
          .headers = "",
          .model_row =
              R"({"id":$model,"object":"model","created":1795262400,"owned_by":"perplexity"})"};
}

Flavour cerebras() {
  return {.name = "cerebras",
          .envelope = kFingerprinted,
          .opening = Opening::role_alone,
          .reasoning = kReasoning,
          .null_members = "",
          .finish_members = "",
          .closing_members = R"(,"time_info":{"queue_time":0.0005,"prompt_time":0.0023,)"
                             R"("completion_time":$seconds,"total_time":$seconds,)"
                             R"("created":$created})",
          .usage_at = UsageAt::finish_chunk,
          .usage = kUsage,
          .words = {{E::auth, 401, kInvalid, "wrong_api_key", "Wrong API Key", "api_key"},
                    {E::not_found, 404, "not_found_error", "model_not_found",
                     "Model $model does not exist or you do not have access to it.", "model"},
                    {E::rate_limited, 429, "too_many_requests_error", "request_quota_exceeded",
                     "Requests per minute limit exceeded - too many requests sent.", "quota"},
                    {E::quota_exhausted, 402, "payment_required_error", "payment_required",
                     "Payment required"},
                    {E::server_error, 500, "server_error", "",
                     "Encountered a server error, please try again."},
                    // Too much traffic of others has the status of too much of one's own.
                    {E::overloaded, 429, "too_many_requests_error", "queue_exceeded",
                     "We're experiencing high traffic right now! Please try again soon.", "queue"}},
          .error_body = R"({"message":$message,"type":$type,"param":$param,"code":$code})",
          .error_event = R"(data: {"error":{"message":$message,"type":$type,"param":"","code":"",)"
                         R"("id":""},"status_code":$status})"
                         "\n\n",
          .no_key = "Missing API key",
          .no_key_code = "wrong_api_key",
          .headers =
              "cerebras-request-id: $uuid\ncerebras-processing-time: $s\n"
              "cerebras-region: fake\n",
          .limits = LimitFamily::cerebras,
          .model_row = R"({"id":$model,"object":"model","created":0,"owned_by":"Cerebras"})"};
}

Flavour huggingface() {
  return {.name = "huggingface",
          .open_models = true,
          .envelope = kChunk,
          .opening = Opening::role_alone,
          .null_members = R"(,"finish_reason":null)",
          .finish_members = "",
          .usage_at = UsageAt::finish_chunk,
          .usage_null = true,
          .usage = kPlainUsage,
          .words = {{E::auth, 401, "", "", "Invalid username or password."},
                    {E::not_found, 400, kInvalid, "model_not_found",
                     "The requested model '$model' does not exist", "model"},
                    {E::rate_limited, 429, "", "",
                     "We had to rate limit you. To continue using our service, create an account "
                     "or login to your existing account."},
                    {E::quota_exhausted, 402, "", "",
                     "You have exceeded your monthly included credits for Inference Providers. "
                     "Subscribe to PRO to get 20x more monthly included credits."}},
          .error_bodies = {{401, R"({"error":$message})"},
                           {402, R"({"error":$message})"},
                           {429, R"({"error":$message})"}},
          .no_key = "Invalid username or password.",
          .headers = "x-request-id: Root=1-$id\nx-inference-provider: fireworks-ai\n",
          .limits = LimitFamily::huggingface,
          .model_row =
              R"({"id":$model,"object":"model","created":1754310000,"owned_by":"openai",)"
              R"("architecture":{"input_modalities":["text"],"output_modalities":["text"]},)"
              R"("providers":[{"provider":"fireworks-ai","status":"live",)"
              R"("context_length":131072,"pricing":{"input":0.07,"output":0.3},)"
              R"("supports_tools":true,"supports_structured_output":true,)"
              R"("first_token_latency_ms":412,"throughput":180.5,"is_model_author":false}]})"};
}

Flavour vllm() {
  return {
      .name = "vllm",
      .pages = {{"/health", ""}, {"/ping", ""}, {"/version", R"({"version":"0.99.0"})"}},
      .envelope = kChunk,
      .reasoning = kReasoning,
      .null_members = R"(,"logprobs":null,"finish_reason":null,"token_ids":null)",
      .finish_members = R"(,"logprobs":null,"stop_reason":null,"token_ids":null)",
      .usage = kPlainUsage,
      .words = {{E::bad_request, 400, "BadRequestError", "", "The request was refused."},
                {E::auth, 401, "", "", "Unauthorized"},
                {E::not_found, 404, "NotFoundError", "", "The model `$model` does not exist.",
                 "model"},
                {E::server_error, 500, "InternalServerError", "",
                 "EngineCore encountered an issue. See stack trace (above) for the root "
                 "cause."},
                {E::overloaded, 503, "ServiceUnavailableError", "", "Service Unavailable"}},
      .error_body = R"({"error":{"message":$message,"type":$type,"param":$param,"code":$status}})",
      .error_bodies = {{401, R"({"error":$message})"}},
      .error_event = "data: $error\n\ndata: [DONE]\n\n",
      .no_key = "Unauthorized",
      .headers = "",
      .model_row = R"({"id":$model,"object":"model","created":1795262400,"owned_by":"vllm",)"
                   R"("root":$model,"parent":null,"max_model_len":4096,"permission":[]})"};
}

Flavour llamacpp() {
  constexpr std::string_view kOk = R"({"status":"ok"})";
  return {.name = "llamacpp",
          .open_models = true,
          .pages = {{"/health", kOk}, {"/v1/health", kOk}},
          .key_header = "x-api-key",
          .envelope = R"("created":$created,"id":"chatcmpl-sim$number","model":$model,)"
                      R"("system_fingerprint":"b9999-sim","object":"$object")",
          .comment = ":\n\n",
          .opening = Opening::null_text,
          .null_members = R"(,"finish_reason":null)",
          .finish_members = "",
          .closing_members = R"(,"timings":{"cache_n":0,"prompt_n":$prompt,"prompt_ms":12.5,)"
                             R"("predicted_n":$output,"predicted_ms":$ms})",
          .usage = kPlainUsage,
          .words = {{E::bad_request, 400, kInvalid, "", "The request was refused."},
                    {E::auth, 401, "authentication_error", "", "Invalid API Key"},
                    {E::permission, 403, "permission_error", "", "Permission denied"},
                    {E::not_found, 404, "not_found_error", "", "File Not Found"},
                    {E::server_error, 500, "server_error", "", "failed to decode"},
                    // It never refuses for load: requests queue. This is the nearest it has.
                    {E::overloaded, 503, "unavailable_error", "", "Loading model"}},
          .error_body = R"({"error":{"code":$status,"message":$message,"type":$type}})",
          .no_key = "Invalid API Key",
          .headers = "Server: llama.cpp\n",
          .model_row =
              R"({"id":$model,"object":"model","created":1795262400,"owned_by":"llamacpp",)"
              R"("meta":{"n_ctx_train":4096,"n_params":135000000,"size":270000000}})"};
}

Flavour tgi() {
  return {.name = "tgi",
          .pages = {{"/health", ""},
                    {"/info", R"({"model_id":"sim","model_sha":"0fa1","version":"3.3.6",)"
                              R"("max_input_tokens":4095,"max_total_tokens":4096})"}},
          .envelope = R"("object":"$object","id":"","created":$created,"model":$model,)"
                      R"("system_fingerprint":"3.3.6-native")",
          .comment = ":\n\n",
          .opening = Opening::none,
          .role_in_every_delta = true,
          .last_delta = R"("content":"")",
          .usage_null = true,
          .usage = kPlainUsage,
          .words = {{E::bad_request, 422, "validation", "",
                     "Input validation error: `max_new_tokens` must be strictly positive"},
                    {E::not_found, 404, "not_found", "", "Not found"},
                    {E::rate_limited, 429, "overloaded", "", "Model is overloaded"},
                    {E::server_error, 500, "incomplete_generation", "", "Incomplete generation"},
                    {E::overloaded, 429, "overloaded", "", "Model is overloaded"}},
          .error_body = R"({"error":$message,"error_type":$type})",
          .error_bodies = {{401, ""}},
          .error_event = R"(data: {"error":{"message":$message,"http_status_code":$status}})"
                         "\n\ndata: [DONE]\n\n",
          .headers = "x-compute-type: gpu+optimized\nx-compute-time: $s\nx-total-time: $ms\n",
          .model_row = R"({"id":$model,"object":"model","created":0,"owned_by":$model})"};
}

Flavour ollama_openai() {
  return {
      .name = "ollama-openai",
      .ignores_max_completion_tokens = true,
      .envelope = R"("id":"chatcmpl-$number","object":"$object","created":$created,)"
                  R"("model":$model,"system_fingerprint":"fp_ollama")",
      .opening = Opening::none,
      .role_in_every_delta = true,
      .reasoning = R"("content":"","reasoning":$text)",
      .null_members = R"(,"finish_reason":null)",
      .last_delta = R"("content":"")",
      .finish_members = "",
      .usage = kPlainUsage,
      .words = {{E::auth, 401, "api_error", "", "unauthorized"},
                {E::not_found, 404, "not_found_error", "", "model '$model' not found"},
                {E::rate_limited, 429, "api_error", "", "usage limit reached"},
                {E::server_error, 500, "api_error", "", "model runner has unexpectedly stopped"},
                {E::overloaded, 503, "api_error", "",
                 "server busy, please try again.  maximum pending requests exceeded"}},
      // What breaks behind it is swallowed: an empty chunk, then the end.
      .error_event = R"(data: {$envelope,"choices":[{"index":0,"delta":{"role":"assistant",)"
                     R"("content":""},"finish_reason":null}]})"
                     "\n\n",
      .no_key = "unauthorized",
      .headers = "",
      .model_row = R"({"id":$model,"object":"model","created":1795176000,"owned_by":"library"})"};
}

Flavour litellm() {
  return {
      .name = "litellm",
      .pages = {{"/health/liveliness", R"("I'm alive!")"},
                {"/health/readiness", R"({"status":"connected","db":"connected","cache":null,)"
                                      R"("litellm_version":"1.99.0","success_callbacks":[]})"}},
      .envelope = kFingerprinted,
      .opening = Opening::none,
      .null_members = "",
      .finish_members = "",
      .usage_at = UsageAt::odd_chunk_if_asked,
      .usage = R"({"completion_tokens":$output,"prompt_tokens":$prompt,)"
               R"("total_tokens":$total,"completion_tokens_details":null,)"
               R"("prompt_tokens_details":null})",
      .words = {{E::auth, 401, "auth_error", "",
                 "Authentication Error, Invalid proxy server token passed. Received API Key = "
                 "$key"},
                {E::rate_limited, 429, "throttling_error", "",
                 "Rate limit exceeded for api_key: fake. Limit type: $what."},
                {E::quota_exhausted, 400, "budget_exceeded", "",
                 "Budget has been exceeded! Current cost: 12.85, Max budget: 10.0"},
                {E::server_error, 500, "internal_server_error", "",
                 "litellm.InternalServerError: OpenAIException - The server had an error."},
                {E::overloaded, 503, "None", "",
                 "litellm.ServiceUnavailableError: VertexAIException - the model is "
                 "overloaded"}},
      .error_body =
          R"({"error":{"message":$message,"type":$type,"param":$param,"code":"$status"}})",
      .no_key = "Authentication Error, No api key passed in.",
      .headers =
          "x-litellm-call-id: $uuid\nx-litellm-version: 1.99.0\n"
          "x-litellm-model-id: sim\nx-litellm-attempted-retries: 0\n"
          "x-litellm-attempted-fallbacks: 0\nx-litellm-response-duration-ms: $ms.3\n"
          "x-litellm-overhead-duration-ms: 15.1\n"
          "llm_provider-x-request-id: $id\n",
      .limits = LimitFamily::litellm,
      .model_row = R"({"id":$model,"object":"model","created":1677610602,"owned_by":"openai"})"};
}

Flavour portkey() {
  constexpr std::string_view kFailure = R"({"status":"failure","message":$message})";
  return {.name = "portkey",
          .pages = {{"/", "AI Gateway says hey!", "text/plain"}},
          .key_header = "x-portkey-api-key",
          .envelope = kFingerprinted,
          .usage = kUsage,
          .words = {{E::auth, 401, "", "", "Invalid API Key. Error Code: 03"},
                    {E::rate_limited, 429, "requests", "rate_limit_exceeded",
                     "openai error: Rate limit reached"},
                    {E::quota_exhausted, 412, "", "", "Budget exhausted"},
                    {E::server_error, 500, "", "", "Something went wrong"}},
          .error_body = R"({"error":{"message":$message,"type":$type,"param":$param,)"
                        R"("code":$code},"provider":"openai"})",
          .error_bodies = {{401, kFailure}, {412, kFailure}, {500, kFailure}},
          .no_key = "Invalid API Key. Error Code: 03",
          .headers =
              "x-portkey-trace-id: $uuid\nx-portkey-retry-attempt-count: 0\n"
              "x-portkey-cache-status: DISABLED\nx-portkey-provider: openai\n",
          .model_row = R"({"id":$model,"slug":$model,"canonical_slug":$model,"object":"model"})"};
}

const std::vector<Flavour>& table() {
  static const std::vector<Flavour> rows{
      openai(),   azure(),     groq(),       mistral(),       deepseek(), xai(),
      together(), fireworks(), openrouter(), perplexity(),    cerebras(), huggingface(),
      vllm(),     llamacpp(),  tgi(),        ollama_openai(), litellm(),  portkey()};
  return rows;
}

bool is_name(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

}  // namespace

std::span<const Flavour> all_flavours() { return table(); }

const Flavour& find_flavour(std::string_view name) {
  for (const auto& flavour : table()) {
    if (flavour.name == name) return flavour;
  }
  return table().front();
}

std::string filled(std::string_view text, const Values& values) {
  std::string out;
  while (!text.empty()) {
    const auto dollar = std::min(text.find('$'), text.size());
    out += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.empty()) break;
    std::size_t end = 1;
    while (end < text.size() && is_name(text[end])) ++end;
    const auto name = text.substr(1, end - 1);
    const auto found = std::find_if(values.begin(), values.end(),
                                    [&](const auto& value) { return value.first == name; });
    out += found == values.end() ? std::string(text.substr(0, end)) : found->second;
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace llm::sim
