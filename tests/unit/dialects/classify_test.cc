// The class table, a row a rule.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "dialects/outcome.h"

namespace llm {
namespace {

ProviderError code(const char* text) {
  ProviderError error;
  error.code = text;
  return error;
}
ProviderError type(const char* text) {
  ProviderError error;
  error.type = text;
  return error;
}
ProviderError reason(const char* text) {
  ProviderError error;
  error.reason = text;
  return error;
}
ProviderError says(const char* text) {
  ProviderError error;
  error.message = text;
  return error;
}

struct ErrorCase {
  int status;
  ProviderError error;
  Outcome want;
};

TEST(Classify, RefusedAnswers) {
  const ErrorCase cases[] = {
      // 1. Money, under any status.
      {402, {}, Outcome::quota_exhausted},
      {400, says("You have reached your specified API usage limits."), Outcome::quota_exhausted},
      {503, says("DEPLOYMENT_SCALING_UP"), Outcome::not_ready},
      {400, code("unauthenticated:no-credentials"), Outcome::auth},
      {412, {}, Outcome::quota_exhausted},
      {429, type("insufficient_quota"), Outcome::quota_exhausted},
      {429, code("insufficient_quota"), Outcome::quota_exhausted},
      {429, code("credit_balance_exhausted"), Outcome::quota_exhausted},
      {429, code("organization_spend_limit_exceeded"), Outcome::quota_exhausted},
      {429, code("project_spend_limit_exceeded"), Outcome::quota_exhausted},
      {429, code("organization_usage_limit_exceeded"), Outcome::quota_exhausted},
      {400, type("billing_error"), Outcome::quota_exhausted},
      {400, type("budget_exceeded"), Outcome::quota_exhausted},
      {429, reason("enforced_spend_limit_reached"), Outcome::quota_exhausted},
      {429, reason("contract_spend_limit_reached"), Outcome::quota_exhausted},
      {400, says("Insufficient Balance"), Outcome::quota_exhausted},
      {429,
       says("Your team has either used all available credits or reached its monthly spending "
            "limit."),
       Outcome::quota_exhausted},
      {403, says("Your newly created team doesn't have any credits or licenses yet."),
       Outcome::quota_exhausted},
      {400, says("Your credit balance is too low to access the API."), Outcome::quota_exhausted},
      {403, says("This request requires more credits, or fewer max_tokens."),
       Outcome::quota_exhausted},
      {429, says("limited to 1000 API calls / month"), Outcome::quota_exhausted},
      {429, says("You exceeded your current quota"), Outcome::rate_limited},  // Gemini's minute
      // 2. Named by Bedrock, Fireworks, llama.cpp.
      {400, type("ThrottlingException"), Outcome::rate_limited},
      {400, type("throttlingException"), Outcome::rate_limited},
      {400, type("serviceUnavailableException"), Outcome::overloaded},
      {429, type("ModelNotReadyException"), Outcome::not_ready},
      {503, code("DEPLOYMENT_SCALING_UP"), Outcome::not_ready},
      {503, says("Loading model"), Outcome::not_ready},
      {503, says("Model x is currently loading"), Outcome::not_ready},
      // 3. The key.
      {401, {}, Outcome::auth},
      {401, says("anything"), Outcome::auth},
      {403, code("invalid_api_key"), Outcome::auth},
      {400, type("authentication_error"), Outcome::auth},
      {400, code("wrong_api_key"), Outcome::auth},
      {400, reason("API_KEY_INVALID"), Outcome::auth},
      {400, says("Incorrect API key provided."), Outcome::auth},
      {403, type("UnrecognizedClientException"), Outcome::auth},
      {403, type("InvalidSignatureException"), Outcome::auth},
      {403, says("Please make sure your API Key is valid"), Outcome::auth},
      {403, says("Method doesn't allow unregistered callers (callers without established"),
       Outcome::auth},
      {403, says("Permission 'aiplatform.endpoints.predict' denied on resource"),
       Outcome::permission},
      {403, type("ExpiredTokenException"), Outcome::auth},
      {403, type("AccessDeniedException"), Outcome::permission},
      {400, code("invalid_grant"), Outcome::auth},
      // The Hub's 401 for what is not there, or not for everyone.
      {401, code("RepoNotFound"), Outcome::not_found},
      {403, code("GatedRepo"), Outcome::permission},
      // 4. Filters.
      {446, {}, Outcome::blocked},
      {400, code("content_filter"), Outcome::blocked},
      {400, reason("ResponsibleAIPolicyViolation"), Outcome::blocked},
      // 5. Unknown or retired.
      {404, {}, Outcome::not_found},
      {410, {}, Outcome::not_found},
      {301, {}, Outcome::not_found},
      {308, {}, Outcome::not_found},
      {400, code("model_not_found"), Outcome::not_found},
      {400, type("invalid_model"), Outcome::not_found},
      {400, code("DeploymentNotFound"), Outcome::not_found},
      {400, says("The provided model identifier is invalid."), Outcome::not_found},
      // 6. 429, and what is no limit of ours.
      {429, {}, Outcome::rate_limited},
      {400, code("rate_limit_exceeded"), Outcome::rate_limited},
      {429, says("Model is overloaded"), Outcome::overloaded},
      {429, type("overloaded"), Outcome::overloaded},
      {429, says("Service tier capacity exceeded for this model."), Outcome::overloaded},
      {429, code("queue_exceeded"), Outcome::overloaded},
      {429, says("No deployments available for selected model"), Outcome::overloaded},
      {429, reason("MODEL_CAPACITY_EXHAUSTED"), Outcome::overloaded},
      {429, type("overloaded_error"), Outcome::overloaded},
      {429, code("server_is_overloaded"), Outcome::overloaded},
      {429, reason("provider_overloaded"), Outcome::overloaded},
      {429, type("engine_overloaded_error"), Outcome::overloaded},
      {429, says("The engine is currently overloaded, please try again later"),
       Outcome::overloaded},
      {500, says("The engine is currently overloaded, please try again later"),
       Outcome::overloaded},
      {429, type("RESOURCE_EXHAUSTED"), Outcome::rate_limited},
      {429, code("request_quota_exceeded"), Outcome::rate_limited},
      {503, says("server busy, please try again.  maximum pending requests exceeded"),
       Outcome::overloaded},
      {503, type("healthcheck"), Outcome::server_error},
      // 7. No capacity.
      {503, {}, Outcome::overloaded},
      {529, {}, Outcome::overloaded},
      {498, {}, Outcome::overloaded},
      {500, type("overloaded_error"), Outcome::overloaded},
      {500, code("server_is_overloaded"), Outcome::overloaded},
      {400, code("slow_down"), Outcome::overloaded},
      {500, type("UNAVAILABLE"), Outcome::overloaded},
      {500, reason("provider_overloaded"), Outcome::overloaded},
      {500, says("AnthropicException - Overloaded."), Outcome::server_error},  // hearsay
      // 8. By status.
      {400, {}, Outcome::bad_request},
      {413, {}, Outcome::bad_request},
      {422, {}, Outcome::bad_request},
      {499, {}, Outcome::bad_request},
      {501, {}, Outcome::bad_request},
      {409, {}, Outcome::bad_request},  // any other 4xx
      {403, {}, Outcome::permission},
      {408, {}, Outcome::timeout},
      {504, {}, Outcome::timeout},
      {522, {}, Outcome::timeout},
      {524, {}, Outcome::timeout},
      {424, {}, Outcome::server_error},
      {500, {}, Outcome::server_error},
      {502, {}, Outcome::server_error},
      {520, {}, Outcome::server_error},
      {521, {}, Outcome::server_error},
      {599, {}, Outcome::server_error},  // any other 5xx
      // DeepSeek's code for everything says nothing.
      {500, code("invalid_request_error"), Outcome::server_error},
      {429, code("invalid_request_error"), Outcome::rate_limited},
      // The order: money before limit, limit before load.
      {429, says("insufficient balance, model is overloaded"), Outcome::quota_exhausted},
      {503, code("rate_limit_exceeded"), Outcome::rate_limited},
  };
  for (const auto& c : cases) {
    Facts facts;
    facts.http_status = c.status;
    facts.error = &c.error;
    EXPECT_EQ(to_string(classify(facts)), to_string(c.want))
        << c.status << " " << c.error.code << c.error.type << c.error.reason << c.error.message;
    // What is in the rest of the answer, or how it ended, changes nothing.
    facts.parse_failed = true;
    facts.ended = Ended::total_deadline;
    EXPECT_EQ(to_string(classify(facts)), to_string(c.want));
    facts.ended = Ended::limit;  // a body that cannot be decoded
    EXPECT_EQ(to_string(classify(facts)), to_string(c.want)) << c.status;
  }
}

TEST(Classify, ErrorsInsideA200) {
  struct {
    ProviderError error;
    Outcome in_stream, in_body;
  } const cases[] = {
      {{}, Outcome::stream_error, Outcome::stream_error},
      {type("server_error"), Outcome::stream_error, Outcome::stream_error},
      {code("500"), Outcome::stream_error, Outcome::server_error},
      {code("502"), Outcome::stream_error, Outcome::server_error},
      {code("503"), Outcome::overloaded, Outcome::overloaded},
      {code("429"), Outcome::rate_limited, Outcome::rate_limited},
      {code("401"), Outcome::auth, Outcome::auth},
      {code("1300"), Outcome::stream_error, Outcome::stream_error},  // Mistral's own numbers
      {code("504"), Outcome::timeout, Outcome::timeout},
      {code("insufficient_quota"), Outcome::quota_exhausted, Outcome::quota_exhausted},
      {type("overloaded_error"), Outcome::overloaded, Outcome::overloaded},
      {type("rate_limit_error"), Outcome::rate_limited, Outcome::rate_limited},
      {type("timeout_error"), Outcome::timeout, Outcome::timeout},
      {type("permission_error"), Outcome::permission, Outcome::permission},
      {type("invalid_request_error"), Outcome::bad_request, Outcome::bad_request},
      {reason("upstream_error"), Outcome::server_error, Outcome::server_error},
      {type("INTERNAL"), Outcome::server_error, Outcome::server_error},
      {code("internal"), Outcome::stream_error, Outcome::stream_error},
      {type("RESOURCE_EXHAUSTED"), Outcome::rate_limited, Outcome::rate_limited},
      {type("UNAUTHENTICATED"), Outcome::auth, Outcome::auth},
      {type("DEADLINE_EXCEEDED"), Outcome::timeout, Outcome::timeout},
      {type("InternalFailure"), Outcome::server_error, Outcome::server_error},
      {type("internalServerException"), Outcome::server_error, Outcome::server_error},
      {type("modelStreamErrorException"), Outcome::server_error, Outcome::server_error},
      {type("throttlingException"), Outcome::rate_limited, Outcome::rate_limited},
      {type("serviceUnavailableException"), Outcome::overloaded, Outcome::overloaded},
      {type("validationException"), Outcome::bad_request, Outcome::bad_request},
      {code("server_error"), Outcome::stream_error, Outcome::stream_error},
      {code("corrupt_frame"), Outcome::stream_error, Outcome::stream_error},
      {says("maximum pending requests exceeded"), Outcome::overloaded, Outcome::overloaded},
      {code("The service is currently unavailable"), Outcome::overloaded, Outcome::overloaded},
  };
  for (const auto& c : cases) {
    Facts facts;
    facts.http_status = 200;
    facts.error = &c.error;
    facts.finished = facts.visible_text = true;  // whatever else was said
    facts.event_stream = true;
    EXPECT_EQ(to_string(classify(facts)), to_string(c.in_stream)) << c.error.code << c.error.type;
    facts.event_stream = false;
    EXPECT_EQ(to_string(classify(facts)), to_string(c.in_body)) << c.error.code << c.error.type;
  }
}

Facts finished_stream() {
  Facts facts;
  facts.http_status = 200;
  facts.event_stream = facts.finished = facts.any_token = facts.visible_text = true;
  return facts;
}

TEST(Classify, Answers) {
  struct {
    const char* name;
    void (*change)(Facts&);
    Outcome want;
  } const cases[] = {
      {"fine", [](Facts&) {}, Outcome::ok},
      {"any 2xx", [](Facts& f) { f.http_status = 246; }, Outcome::ok},
      {"stopped by us", [](Facts& f) { f.ended = Ended::stopped; }, Outcome::ok},
      {"cut after the end", [](Facts& f) { f.ended = Ended::cut; }, Outcome::ok},
      {"idle after the end", [](Facts& f) { f.ended = Ended::idle_deadline; }, Outcome::ok},
      {"total after the end", [](Facts& f) { f.ended = Ended::total_deadline; }, Outcome::ok},
      {"empty", [](Facts& f) { f.visible_text = false; }, Outcome::ok_empty},
      {"a list has no text",
       [](Facts& f) {
         f.visible_text = false;
         f.generates = false;
       },
       Outcome::ok},
      {"unexpected", [](Facts& f) { f.expected = false; }, Outcome::content_mismatch},
      {"refused", [](Facts& f) { f.refused = true; }, Outcome::blocked},
      {"not parsed", [](Facts& f) { f.parse_failed = true; }, Outcome::invalid_response},
      {"no finish", [](Facts& f) { f.finished = false; }, Outcome::truncated},
      {"cut",
       [](Facts& f) {
         f.finished = false;
         f.ended = Ended::cut;
       },
       Outcome::truncated},
      {"silent",
       [](Facts& f) {
         f.finished = f.any_token = f.visible_text = false;
         f.ended = Ended::first_token_deadline;
       },
       Outcome::no_first_token},
      {"stalled",
       [](Facts& f) {
         f.finished = false;
         f.ended = Ended::idle_deadline;
       },
       Outcome::stalled},
      {"talks for ever",
       [](Facts& f) {
         f.finished = false;
         f.ended = Ended::total_deadline;
       },
       Outcome::too_slow},
      {"never said a word",
       [](Facts& f) {
         f.finished = f.any_token = f.visible_text = false;
         f.ended = Ended::total_deadline;
       },
       Outcome::no_first_token},
      {"a body that never ends",
       [](Facts& f) {
         f.finished = f.any_token = f.event_stream = false;
         f.ended = Ended::total_deadline;
       },
       Outcome::too_slow},
      {"no answer at all",
       [](Facts& f) {
         f = Facts{};
         f.ended = Ended::cut;
       },
       Outcome::truncated},
      {"dns", [](Facts& f) { f.ended = Ended::dns; }, Outcome::dns},
      {"connect", [](Facts& f) { f.ended = Ended::connect; }, Outcome::connect},
      {"tls", [](Facts& f) { f.ended = Ended::tls; }, Outcome::tls},
      {"limit", [](Facts& f) { f.ended = Ended::limit; }, Outcome::invalid_response},
      {"limit within the headers",
       [](Facts& f) {
         f = Facts{};
         f.ended = Ended::limit;
       },
       Outcome::invalid_response},
      {"internal", [](Facts& f) { f.ended = Ended::internal; }, Outcome::internal},
  };
  for (const auto& c : cases) {
    Facts facts = finished_stream();
    c.change(facts);
    EXPECT_EQ(to_string(classify(facts)), to_string(c.want)) << c.name;
  }
}

TEST(Outcomes, HaveTheFaultOfTheDesign) {
  const std::pair<Fault, std::vector<std::string_view>> table[] = {
      {Fault::none, {"ok", "ok_empty"}},
      {Fault::provider,
       {"overloaded", "not_ready", "server_error", "timeout", "no_first_token", "stalled",
        "too_slow", "dns", "connect", "tls", "stream_error", "truncated", "invalid_response",
        "content_mismatch"}},
      {Fault::account, {"rate_limited", "quota_exhausted", "auth", "permission", "not_found"}},
      {Fault::prober, {"bad_request", "blocked", "internal"}},
      {Fault::network, {"local_network"}},
  };
  std::size_t seen = 0;
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    for (const auto& [fault_of, names] : table) {
      if (std::find(names.begin(), names.end(), to_string(outcome)) == names.end()) continue;
      EXPECT_EQ(to_string(fault(outcome)), to_string(fault_of)) << to_string(outcome);
      ++seen;
    }
  }
  EXPECT_EQ(seen, kOutcomes);
}

}  // namespace
}  // namespace llm
