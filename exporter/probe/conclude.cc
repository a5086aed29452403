#include "probe/conclude.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "dialects/numbers.h"
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
  if (!target.expect || target.kind == Kind::models) return true;
  if (!said.text.empty()) return re2::RE2::PartialMatch(said.text, *target.expect->regex);
  const auto reason = said.finish_reason.value_or("");
  return iequals(reason, "length") || iequals(reason, "max_tokens");
}

Facts gather(const Seen& seen) {
  const auto& said = seen.answer.said();
  return {.ended = seen.ended,
          .http_status = seen.status,
          .generates = seen.target->kind != Kind::models,
          .event_stream = seen.answer.is_event_stream(),
          .parse_failed = !said.invalid.empty(),
          .finished = said.finished,
          .any_token = said.first_token.has_value(),
          .visible_text = !said.text.empty(),
          .refused = said.refused,
          .expected = as_expected(*seen.target, said),
          .error = said.error ? &*said.error : nullptr};
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
  result.models_count = said.models_count;
  const auto shown = std::min(said.models.size(), kMaxModels);
  result.models.reserve(shown);
  for (std::size_t i = 0; i < shown; ++i) result.models.push_back(scrub(said.models[i]));
}

std::optional<double> milliseconds(const HeaderList& headers, std::string_view name) {
  const auto value = name.empty() ? std::nullopt : find_header(headers, name);
  return value ? parse_decimal(*value) : std::nullopt;
}

// The provider's own header, else its body, else the proxy that several hosts put in front.
std::optional<double> provider_ms(const Seen& seen) {
  const auto own = milliseconds(seen.headers, seen.target->provider->type->provider_ms_header);
  if (own) return own;
  const auto said = seen.answer.said().provider_ms;
  return said ? said : milliseconds(seen.headers, "x-envoy-upstream-service-time");
}

void add_headers(const Seen& seen, const Scrubber& scrub, ProbeResult& result) {
  const auto& type = *seen.target->provider->type;
  const auto& said = seen.answer.said();
  const auto answered = seen.report.first_byte.value_or(seen.report.ended);
  const auto now = seen.started_at +
                   std::chrono::duration_cast<WallTime::duration>(answered - seen.report.started);
  result.rate_limits = read_rate_limits(seen.headers, type.rate_limits, now);
  result.retry_after_seconds = read_retry_after_seconds(seen.headers, now);
  if (!result.retry_after_seconds && said.error)
    result.retry_after_seconds = said.error->retry_after_seconds;

  const auto id = find_header(seen.headers, type.request_id_header);
  result.request_id = scrub(id && !id->empty() ? *id : std::string_view(said.request_id));
  result.provider_ms = provider_ms(seen);
}

void add_error(const Seen& seen, const Scrubber& scrub, ProbeResult& result) {
  if (success(result.outcome)) return;
  const auto& said = seen.answer.said();
  result.error = said.error ? scrub(*said.error) : ProviderError{};
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
  result.outcome = classify(gather(seen));
  if (seen.status != 0) result.http_status = seen.status;
  add_times(seen, result);
  add_said(seen, scrub, result);
  add_headers(seen, scrub, result);
  add_error(seen, scrub, result);

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
