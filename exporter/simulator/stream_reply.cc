#include "simulator/stream_reply.h"

namespace llm::sim {
namespace {

constexpr std::uint32_t kTokensBeforeStall = 3;  // unless the script says otherwise

// How many tokens go out before the fault strikes; nothing: it does not strike.
std::optional<std::uint32_t> tokens_before(const Fault* fault) {
  if (fault == nullptr) return std::nullopt;
  switch (fault->kind) {
    case FaultKind::no_first_token:
      return 0;
    case FaultKind::error_in_stream:
    case FaultKind::reset:
      return fault->after_tokens.value_or(0);
    case FaultKind::stall:
    case FaultKind::truncate:
      return fault->after_tokens.value_or(kTokensBeforeStall);
    default:
      return std::nullopt;
  }
}

// The stream up to and with its n-th token; never its finish, however short it is.
std::vector<StreamEvent> first_tokens(std::vector<StreamEvent> events, std::size_t limit) {
  std::size_t tokens = 0;
  std::size_t end = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].token && ++tokens > limit) break;
    if (events[i].token || tokens == 0) end = i + 1;
  }
  events.resize(end);
  return events;
}

// One step a token; what carries no token goes out with what came before it, but for the finish of
// an answer without tokens, which has a time of its own.
std::vector<Step> make_steps(const std::vector<StreamEvent>& events, const Answer& answer,
                             std::string head) {
  std::vector<Step> steps{{.delay = answer.head_delay, .bytes = std::move(head)}};
  std::string payload;
  const auto flush = [&] {
    if (!payload.empty()) steps.back().bytes += chunk(payload);
    payload.clear();
  };
  std::size_t tokens = 0;
  bool first = true;
  for (const auto& event : events) {
    const bool finish_without_token =
        answer.token_delays.empty() && (!first || events.size() == 1) && tokens == 0;
    if (event.token || (finish_without_token && steps.size() == 1)) {
      flush();
      steps.push_back({});
      steps.back().delay = event.token ? answer.token_delays[tokens] : answer.end_delay;
      if (event.token) steps.back().event = static_cast<int>(tokens++);
    }
    payload += event.bytes;
    first = false;
  }
  flush();
  return steps;
}

Finish finish_of(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::no_first_token:
    case FaultKind::stall:
      return Finish::hang;
    case FaultKind::reset:
      return Finish::reset;
    case FaultKind::truncate:
      return fault.cut ? Finish::close : Finish::keep_alive;
    default:
      return Finish::keep_alive;
  }
}

// Announces a chunk and ends in the middle of it: of a line, of a binary frame.
std::string half_chunk(std::string_view bytes) {
  const auto whole = chunk(bytes);
  return whole.substr(0, whole.size() - bytes.size() / 2 - 2);
}

}  // namespace

ApiError error_of(const FakeDialect& dialect, const Fault& fault) {
  auto error = dialect.error(fault.error);
  if (fault.status) error.status = *fault.status;
  if (!fault.type.empty()) error.type = fault.type;
  if (!fault.code.empty()) error.code = fault.code;
  if (!fault.message.empty()) error.message = fault.message;
  error.retry_after = fault.retry_after;
  return error;
}

Reply stream_reply(const FakeDialect& dialect, const Answer& answer, const Headers& headers,
                   const Fault* fault) {
  const auto [all_events, type] = dialect.stream(answer);
  auto all = headers;
  all.insert(all.begin(), {{"Content-Type", std::string(type)}, {"Transfer-Encoding", "chunked"}});
  const bool endless = fault != nullptr && fault->kind == FaultKind::endless_stream;
  const auto limit = endless ? UINT32_MAX : tokens_before(fault);
  const auto events = limit ? first_tokens(all_events, *limit) : all_events;
  Reply reply{make_steps(events, answer, response_head(200, all))};
  auto& last = reply.steps.back().bytes;
  if (endless) {
    reply.repeat_from = reply.steps.size() - 1;
    return reply;
  }
  if (fault != nullptr && fault->kind == FaultKind::error_in_stream) {
    last += chunk(dialect.error_event(error_of(dialect, *fault), answer, events.size()));
  }
  if (limit) reply.finish = finish_of(*fault);
  if (limit && fault->cut && events.size() < all_events.size()) {
    last += half_chunk(all_events[events.size()].bytes);
  }
  if (reply.finish == Finish::keep_alive) last += chunk("");
  return reply;
}

Reply whole_reply(const FakeDialect& dialect, const Answer& answer, const Headers& headers,
                  const Fault* fault) {
  const auto [body, type] = dialect.whole(answer);
  auto reply = plain_reply(200, type, body, headers);
  auto& step = reply.steps[0];
  step.event = 0;
  step.delay = total_time(answer);
  if (!tokens_before(fault)) return reply;
  step.bytes.resize(step.bytes.size() - body.size() / 2);
  reply.finish = fault->kind == FaultKind::truncate ? Finish::close : finish_of(*fault);
  return reply;
}

}  // namespace llm::sim
