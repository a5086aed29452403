#include "simulator/fake_provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "simulator/nonsense.h"
#include "simulator/stream_reply.h"

namespace llm::sim {
namespace {

using nlohmann::json;

constexpr int kMaxJsonDepth = 64;  // the library prints, and so measures, by recursion
constexpr std::uint32_t kReasoningOnlyTokens = 16;

// Nothing, if it is no JSON object or nested too deeply.
std::optional<json> parse_body(const std::string& body) {
  bool too_deep = false;
  const auto check = [&](int depth, json::parse_event_t, json&) {
    too_deep |= depth > kMaxJsonDepth;
    return !too_deep;
  };
  auto parsed = json::parse(body, check, /*allow_exceptions=*/false);
  if (too_deep || !parsed.is_object()) return std::nullopt;
  return parsed;
}

// The model as a fault makes it speak.
ModelScript distorted(ModelScript model, const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::slow_first_token:
      model.ttft = fault.ttft;
      break;
    case FaultKind::slow_tokens:
      model.tokens_per_second = fault.tokens_per_second;
      break;
    case FaultKind::wrong_content:
      model.text = fault.text;
      model.output_tokens = 0;
      break;
    case FaultKind::role_only:
      model.text.clear();
      model.output_tokens = model.reasoning_tokens = 0;
      break;
    case FaultKind::reasoning_only:
      model.text.clear();
      model.output_tokens = 0;
      if (model.reasoning_text.empty()) model.reasoning_text = "thinking about it";
      if (model.reasoning_tokens == 0) model.reasoning_tokens = kReasoningOnlyTokens;
      break;
    default:
      break;
  }
  return model;
}

}  // namespace

FakeProvider::FakeProvider(const ProviderScript& script, std::uint64_t seed, MonoTime start)
    : script_(script),
      dialect_(*find_fake_dialect(script.dialect)),
      start_(start),
      random_(seed ^ std::hash<std::string>{}(script.name)),
      budget_(script.rate_limit, start) {
  for (const auto& model : script.models) models_.emplace(model.name, &model);
}

Reply FakeProvider::answer(const SimRequest& request, std::string_view path, MonoTime now) {
  const Exchange exchange{.request = request, .now = now};
  const bool chat = path == dialect_.chat_path;
  if (!chat && path != dialect_.models_path) {
    auto error = dialect_.error(ErrorName::not_found);
    error.code.clear();
    error.message = fmt::format("Invalid URL ({} {})", request.method, path);
    return refuse(exchange, error);
  }
  if (request.method != (chat ? "POST" : "GET")) {
    auto error = dialect_.error(ErrorName::bad_request);
    error.status = 405;
    error.message = fmt::format("Not allowed to {} on {}.", request.method, path);
    return refuse(exchange, error);
  }
  ++requests_;
  const auto key = dialect_.key(request);
  if (!knows_key(key)) return refuse(exchange, dialect_.wrong_key(key));
  return chat ? answer_chat(exchange) : answer_models(exchange);
}

bool FakeProvider::knows_key(std::string_view key) const {
  const auto& keys = script_.api_keys;
  return keys.empty() || std::find(keys.begin(), keys.end(), key) != keys.end();
}

const Fault* FakeProvider::pick_fault(std::string_view model, MonoTime now) {
  std::uniform_real_distribution<double> dice(0, 1);
  for (const auto& rule : set_faults_ ? *set_faults_ : script_.faults) {
    if (applies(rule.when, {model, requests_, now - start_, dice(random_)})) return &rule.fault;
  }
  return nullptr;
}

Reply FakeProvider::answer_models(Exchange exchange) {
  const auto* fault = pick_fault("", exchange.now);
  if (fault != nullptr && fault->kind == FaultKind::error) {
    return refuse_as_scripted(exchange, *fault);
  }
  const auto head = headers(exchange, 200, Nanos(0));
  if (fault != nullptr) {
    if (auto reply = nonsense_reply(*fault, exchange.request, head, false)) return *reply;
  }
  return plain_reply(200, "application/json", dialect_.models(script_.models, exchange.request),
                     head);
}

Reply FakeProvider::answer_chat(Exchange exchange) {
  const auto body = parse_body(exchange.request.body);
  if (!body) {
    auto error = dialect_.error(ErrorName::bad_request);
    error.message = "We could not parse the JSON body of your request.";
    return refuse(exchange, error);
  }
  const auto chat = dialect_.read_chat(exchange.request, *body, [&](std::string_view name) {
    const auto found = models_.find(name);
    return found == models_.end() ? nullptr : found->second;
  });
  if (!chat) return refuse(exchange, chat.error());
  exchange.metered = true;

  const auto* fault = pick_fault(chat->model->name, exchange.now);
  if (fault != nullptr) {
    const bool whole_error = fault->kind == FaultKind::error_in_stream && !chat->stream;
    if (fault->kind == FaultKind::error || whole_error) return refuse_as_scripted(exchange, *fault);
    if (auto reply =
            nonsense_reply(*fault, exchange.request, headers(exchange, 200), chat->stream)) {
      return *reply;
    }
  }
  return generate(exchange, *chat, fault);
}

Reply FakeProvider::generate(const Exchange& exchange, ChatRequest chat, const Fault* fault) {
  std::optional<ModelScript> other;
  if (fault != nullptr) {
    other = distorted(*chat.model, *fault);
    chat.model = &*other;
  }
  auto answer = make_answer(chat, exchange.now - start_, random_);
  answer.number = exchange.request.id;
  if (fault != nullptr && fault->kind == FaultKind::reasoning_only) answer.cut = true;

  const Cost cost{.input_tokens = static_cast<double>(answer.input_tokens),
                  .output_tokens = static_cast<double>(answer.output_tokens)};
  if (const auto shortage = budget_.take(cost, exchange.now)) {
    return refuse(exchange, dialect_.limited(*shortage, *chat.model), shortage->wait);
  }
  if (chat.stream) {
    return stream_reply(dialect_, answer, headers(exchange, 200, answer.head_delay), fault);
  }
  const auto total = std::accumulate(answer.token_delays.begin(), answer.token_delays.end(),
                                     answer.head_delay + answer.end_delay);
  return whole_reply(dialect_, answer, headers(exchange, 200, total), fault);
}

Reply FakeProvider::refuse_as_scripted(const Exchange& exchange, const Fault& fault) {
  return refuse(exchange, error_of(dialect_, fault), fault.retry_after);
}

Reply FakeProvider::refuse(const Exchange& exchange, const ApiError& error,
                           std::optional<Nanos> retry_after) {
  return plain_reply(error.status, "application/json",
                     dialect_.error_body(error, exchange.request.id),
                     headers(exchange, error.status, std::nullopt, retry_after));
}

Headers FakeProvider::headers(const Exchange& exchange, int status, std::optional<Nanos> processing,
                              std::optional<Nanos> retry_after) const {
  return dialect_.headers({.status = status,
                           .number = exchange.request.id,
                           .budget = exchange.metered ? &budget_ : nullptr,
                           .retry_after = retry_after,
                           .processing = processing,
                           .now = exchange.now});
}

}  // namespace llm::sim
