#include "simulator/fake_provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

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
      dialect_(find_fake_dialect(script.dialect, script.flavour)),
      start_(start),
      random_(seed ^ std::hash<std::string>{}(script.name)),
      budget_(script.rate_limit, start),
      side_(script.side, script.api_keys) {
  for (const auto& model : script.models) models_.emplace(model.name, &model);
}

Reply FakeProvider::answer(const SimRequest& request, std::string_view path, MonoTime now) {
  if (auto reply = side_.answer(request, path, now)) return std::move(*reply);
  const Exchange exchange{.request = request, .now = now};
  const auto route = dialect_.route(path);
  if (route.to == Route::To::nowhere) {
    auto error = dialect_.error(ErrorName::not_found);
    error.code.clear();
    error.message = fmt::format("Invalid URL ({} {})", request.method, path);
    return refuse(exchange, error);
  }
  const bool chat = route.to == Route::To::chat;
  if (request.method != (chat ? "POST" : "GET")) {
    auto error = dialect_.error(ErrorName::bad_request);
    error.status = 405;
    error.message = fmt::format("Not allowed to {} on {}.", request.method, path);
    return refuse(exchange, error);
  }
  ++requests_;
  if (!route.open) {
    if (const auto error = refuse_key(exchange)) return refuse(exchange, *error);
  }
  return chat ? answer_chat(exchange, route) : answer_page(exchange, route, path);
}

std::optional<ApiError> FakeProvider::refuse_key(const Exchange& exchange) const {
  KeyRing ring{.keys = script_.api_keys};
  if (side_.issues_tokens()) {
    ring.issued = [&](std::string_view token) { return side_.issued(token, exchange.now); };
  }
  return dialect_.refuse_key(exchange.request, ring);
}

const Fault* FakeProvider::pick_fault(std::string_view model, MonoTime now) {
  std::uniform_real_distribution<double> dice(0, 1);
  for (const auto& rule : set_faults_ ? *set_faults_ : script_.faults) {
    if (applies(rule.when, {model, requests_, now - start_, dice(random_)})) return &rule.fault;
  }
  return nullptr;
}

Reply FakeProvider::answer_page(const Exchange& exchange, const Route& route,
                                std::string_view path) {
  const auto* fault = pick_fault("", exchange.now);
  if (fault != nullptr &&
      (fault->kind == FaultKind::error || fault->kind == FaultKind::error_as_200))
    return refuse_as_scripted(exchange, *fault);
  const auto head = headers(exchange, Nanos(0));
  if (fault != nullptr) {
    if (auto reply = nonsense_reply(*fault, exchange.request, head, "application/json"))
      return *reply;
  }
  auto body = route.to == Route::To::models
                  ? std::optional(dialect_.models(script_.models, exchange.request))
                  : dialect_.page(path, script_.models);
  if (!body) return refuse(exchange, dialect_.error(ErrorName::not_found));
  return plain_reply(200, body->type, std::move(body->bytes), head);
}

Reply FakeProvider::answer_chat(Exchange exchange, const Route& route) {
  const auto body = parse_body(exchange.request.body);
  if (!body) {
    auto error = dialect_.error(ErrorName::bad_request);
    error.message = "We could not parse the JSON body of your request.";
    return refuse(exchange, error);
  }
  const auto chat =
      dialect_.read_chat({exchange.request, route, *body}, [&](std::string_view name) {
        const auto found = models_.find(name);
        return found == models_.end() ? nullptr : found->second;
      });
  if (!chat) return refuse(exchange, chat.error());
  exchange.metered = true;

  const auto* fault = pick_fault(chat->model->name, exchange.now);
  if (fault != nullptr) {
    const bool whole_error = fault->kind == FaultKind::error_in_stream && !chat->stream;
    if (fault->kind == FaultKind::error || fault->kind == FaultKind::error_as_200 || whole_error)
      return refuse_as_scripted(exchange, *fault);
    Answer nothing;
    nothing.form = chat->form;
    const auto type = chat->stream ? dialect_.stream(nothing).type : "application/json";
    if (auto reply = nonsense_reply(*fault, exchange.request, headers(exchange), type)) {
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
    auto error = dialect_.limited(*shortage, *chat.model);
    error.retry_after = shortage->wait;
    return refuse(exchange, error);
  }
  if (chat.stream) {
    return stream_reply(dialect_, answer, headers(exchange, answer.head_delay), fault);
  }
  return whole_reply(dialect_, answer, headers(exchange, total_time(answer)), fault);
}

Reply FakeProvider::refuse_as_scripted(const Exchange& exchange, const Fault& fault) {
  const auto error = error_of(dialect_, fault);
  if (fault.kind != FaultKind::error_as_200) return refuse(exchange, error);
  return plain_reply(200, "application/json", dialect_.error_body(error, exchange.request.id).bytes,
                     headers(exchange));
}

Reply FakeProvider::refuse(const Exchange& exchange, const ApiError& error) {
  auto body = dialect_.error_body(error, exchange.request.id);
  return plain_reply(error.status, body.type, std::move(body.bytes),
                     headers(exchange, std::nullopt, &error));
}

Headers FakeProvider::headers(const Exchange& exchange, std::optional<Nanos> processing,
                              const ApiError* error) const {
  return dialect_.headers({.status = error == nullptr ? 200 : error->status,
                           .number = exchange.request.id,
                           .error = error,
                           .budget = exchange.metered ? &budget_ : nullptr,
                           .retry_after = error == nullptr ? std::nullopt : error->retry_after,
                           .processing = processing,
                           .now = exchange.now});
}

}  // namespace llm::sim
