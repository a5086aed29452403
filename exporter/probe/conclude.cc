#include "probe/conclude.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "dialects/numbers.h"
#include "dialects/retry_after.h"
#include "probe/pace.h"
#include "probe/phases.h"
#include "probe/words.h"

namespace llm {

namespace {

// Limits of text in a result: a label or column for names, a line for messages.
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxMessage = 1024;

// Text of a provider made fit for a result.
class Scrubber {
 public:
  explicit Scrubber(std::span<const Secret> secrets) : secrets_(secrets) {}

  // Redacted first, so that no cut can leave a secret half recognisable.
  std::string operator()(std::string_view text, std::size_t max_bytes = kMaxName) const {
    return text.empty() ? std::string{} : clean_text(redact(text, secrets_), max_bytes);
  }
  std::optional<FirstToken> operator()(const std::optional<FirstToken>& token) const {
    if (!token) return std::nullopt;
    return FirstToken{token->reasoning, (*this)(token->text)};
  }
  ProviderError operator()(const ProviderError& error) const {
    return {.type = (*this)(error.type),
            .code = (*this)(error.code),
            .param = (*this)(error.param),
            .message = (*this)(error.message, kMaxMessage),
            .reason = (*this)(error.reason),
            .retry_after_seconds = error.retry_after_seconds};
  }

 private:
  std::span<const Secret> secrets_;
};

// An answer that ran out of tokens before its first visible one could not have matched.
bool as_expected(const Target& target, const Said& said) {
  if (!target.expect || !generates(target.kind)) return true;
  if (!said.text.empty()) return re2::RE2::PartialMatch(said.text, *target.expect->regex);
  const auto reason = said.finish_reason.value_or("");
  return iequals(reason, "length") || iequals(reason, "max_tokens");
}

// What the provider said of its error, headers included.
std::optional<ProviderError> told_error(const Seen& seen) {
  auto error = seen.answer.said().error;
  if (seen.status < 300) return error;
  if (!error) error.emplace();
  // AWS names the class here, and the place where it is described after a colon.
  const auto type = find_header(seen.headers, "x-amzn-errortype");
  if (type && error->type.empty()) error->type = trim(type->substr(0, type->find(':')));
  const auto code = find_header(seen.headers, "x-error-code");  // Hugging Face's Hub
  if (code && error->code.empty()) error->code = *code;
  return error;
}

Facts gather(const Seen& seen, const std::optional<ProviderError>& error) {
  const auto& said = seen.answer.said();
  return {.ended = seen.ended,
          .http_status = seen.status,
          .generates = generates(seen.target->kind),
          .event_stream = seen.answer.is_event_stream(),
          .parse_failed = !said.invalid.empty(),
          .finished = said.finished,
          .any_token = said.first_token.has_value(),
          .visible_text = !said.text.empty(),
          .refused = said.refused,
          .expected = as_expected(*seen.target, said),
          .error = error ? &*error : nullptr};
}

void add_times(const Seen& seen, ProbeResult& result) {
  const auto& at = seen.answer.at();
  const bool ok = success(result.outcome);
  // The time a success took ends with what it said, not with our waiting for the connection's end.
  const auto end = ok && at.last_useful ? *at.last_useful : seen.report.ended;
  std::optional<MonoTime> prefill_end;
  if (at.first_token) prefill_end = at.first_token->at;
  if (!at.first_token && !ok && seen.answer.is_event_stream()) prefill_end = end;
  const auto phases = measure_phases(seen.report, prefill_end, end);
  result.phase_seconds = phases.seconds;
  result.duration_seconds = phases.duration;

  if (!seen.ready || !at.first_token) return;
  // Clocks of two sources: a token cannot come before the question.
  const auto since_ready = [&](const Arrival& arrival) {
    return std::max(0.0, to_seconds(arrival.at - *seen.ready));
  };
  result.ttft_seconds = since_ready(*at.first_token);
  result.ttft_from_kernel = at.first_token->kernel;
  if (at.first_content) {
    result.ttft_content_seconds = since_ready(*at.first_content);
    result.ttft_from_kernel = result.ttft_from_kernel && at.first_content->kernel;
  }
}

void add_said(const Seen& seen, const Scrubber& scrub, ProbeResult& result) {
  const auto& said = seen.answer.said();
  result.first_token = scrub(said.first_token);
  result.first_content = scrub(said.first_content);
  result.text = scrub(said.text, kMaxText);
  if (said.finish_reason) result.finish_reason = scrub(*said.finish_reason);
  result.terminated = seen.answer.at().terminated.has_value();
  result.usage = said.usage;
  result.served_model = scrub(said.served_model);
  result.served_provider = scrub(said.served_provider);
  result.system_fingerprint = scrub(said.system_fingerprint);
  result.model_served = said.model_served;
  for (const auto& name : said.served_by) result.served_by.push_back(scrub(name));
  result.models_count = said.models_count;
  const auto shown = std::min(said.models.size(), kMaxModels);
  result.models.reserve(shown);
  for (std::size_t i = 0; i < shown; ++i) result.models.push_back(scrub(said.models[i]));
}

// The provider's word in the answer itself, else in its own header, else what the proxy saw that
// several hosts put in front (providers.md §1.9).
std::optional<double> provider_ms(const Seen& seen) {
  constexpr TimeHeader kEnvoy[] = {{"x-envoy-upstream-service-time", kProviderTime}};
  const auto said = seen.answer.said().provider_ms;
  if (said) return said;
  const auto& rows = seen.target->provider->type->time_headers;
  const auto own = read_time_header_ms(seen.headers, rows, kProviderTime);
  return own ? own : read_time_header_ms(seen.headers, kEnvoy, kProviderTime);
}

void add_provider_times(const Seen& seen, ProbeResult& result) {
  const auto& said = seen.answer.said();
  const auto& rows = seen.target->provider->type->time_headers;
  result.provider_ms = provider_ms(seen);
  result.provider_ttft_ms = said.provider_ttft_ms
                                ? said.provider_ttft_ms
                                : read_time_header_ms(seen.headers, rows, kProviderTtft);
  result.timings = said.timings;
  for (const auto& row : rows) {
    if (row.name == kProviderTime || row.name == kProviderTtft) continue;
    const auto ms = read_time_header_ms(seen.headers, rows, row.name);
    const bool known = std::ranges::count(result.timings, row.name, &Timing::name) != 0;
    if (ms && !known && result.timings.size() < kMaxTimings)
      result.timings.push_back({std::string(row.name), *ms});
  }
}

std::optional<double> cost_usd(const Seen& seen) {
  if (const auto said = seen.answer.said().cost_usd) return said;
  const auto name = seen.target->provider->type->cost_header;
  // The head of a stream was sent before anyone could know.
  if (name.empty() || seen.status >= 300 || seen.target->kind != Kind::completion)
    return std::nullopt;
  const auto value = find_header(seen.headers, name);
  const auto cost = value ? parse_scientific(*value) : std::nullopt;
  return cost && *cost < kMaxCostUsd ? cost : std::nullopt;
}

// Whether a message that names a time means that we should wait for it.
bool asks_to_wait(Outcome outcome) {
  return outcome == Outcome::rate_limited || outcome == Outcome::overloaded ||
         outcome == Outcome::quota_exhausted;
}

std::optional<double> retry_after(const Seen& seen, Outcome outcome,
                                  const std::optional<ProviderError>& error, WallTime now) {
  if (const auto told = read_retry_after_seconds(seen.headers, now)) return told;
  if (!error) return std::nullopt;
  if (const auto told = error->retry_after_seconds) return std::min(*told, kMaxRetryAfterSeconds);
  return asks_to_wait(outcome) ? find_retry_after_seconds(error->message) : std::nullopt;
}

// The first of the headers that has something in it.
std::string_view first_header(const HeaderList& headers, std::span<const std::string_view> names) {
  for (const auto name : names) {
    if (const auto value = find_header(headers, name); value && !value->empty()) return *value;
  }
  return {};
}

void add_headers(const Seen& seen, const Scrubber& scrub, const std::optional<ProviderError>& error,
                 ProbeResult& result) {
  const auto& type = *seen.target->provider->type;
  const auto& said = seen.answer.said();
  const auto answered = seen.report.first_byte.value_or(seen.report.ended);
  const auto now = seen.started_at +
                   std::chrono::duration_cast<WallTime::duration>(answered - seen.report.started);
  result.rate_limits = read_rate_limits(seen.headers, type.rate_limits, now);
  result.retry_after_seconds = retry_after(seen, result.outcome, error, now);
  const auto id = first_header(seen.headers, type.request_id_headers);
  result.request_id = scrub(id.empty() ? std::string_view(said.request_id) : id);
  if (result.served_provider.empty())
    result.served_provider = scrub(first_header(seen.headers, {&type.served_provider_header, 1}));
  add_provider_times(seen, result);
  result.cost_usd = cost_usd(seen);
}

void add_error(const Seen& seen, const Scrubber& scrub, const std::optional<ProviderError>& error,
               ProbeResult& result) {
  if (success(result.outcome)) return;
  result.error = error ? scrub(*error) : ProviderError{};
  if (result.error->message.empty())
    result.error->message = scrub(explain(result.outcome, seen), kMaxMessage);
}

}  // namespace

ProbeResult conclude(const Seen& seen) {
  const Scrubber scrub(seen.secrets);
  ProbeResult result;
  result.target = seen.target;
  result.started_at = seen.started_at;
  result.cancelled = seen.ended == Ended::cancelled;
  result.ended = seen.ended;
  result.kind = seen.target->kind;
  const auto error = told_error(seen);
  result.outcome = classify(gather(seen, error));
  if (seen.status != 0) result.http_status = seen.status;
  add_times(seen, result);
  add_said(seen, scrub, result);
  add_headers(seen, scrub, error, result);
  add_error(seen, scrub, error, result);

  const auto pace = measure_pace(seen.answer.said(), seen.answer.at());
  result.tpot_seconds = pace.tpot_seconds;
  result.max_gap_seconds = pace.max_gap_seconds;
  result.tokens_per_second = pace.tokens_per_second;

  result.peer = seen.report.peer;
  result.connection_reused = seen.report.reused;
  result.certificate_expiry = seen.report.certificate_expiry;
  return result;
}

}  // namespace llm
