#include "probe/answer.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace llm {

namespace {

constexpr std::size_t kMaxFirstToken = 256;
constexpr double kMaxMs = 86'400'000;  // a day
constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kJsonSpace = " \t\r\n";

bool success_status(int status) { return status >= 200 && status < 300; }

void replace(std::string& known, std::string& said) {
  if (!said.empty()) known = std::move(said);
}

template <class T>
void replace(std::optional<T>& known, const std::optional<T>& said) {
  if (said) known = said;
}

// Cumulative in every dialect that tells it more than once: the last of each count is right.
void merge(std::optional<Usage>& known, const std::optional<Usage>& said) {
  if (!said) return;
  if (!known) known.emplace();
  replace(known->input, said->input);
  replace(known->uncached_input, said->uncached_input);
  replace(known->output, said->output);
  replace(known->cached, said->cached);
  replace(known->cache_write, said->cache_write);
  replace(known->reasoning, said->reasoning);
  replace(known->billed_input, said->billed_input);
  replace(known->billed_output, said->billed_output);
  known->reasoning_apart = said->reasoning_apart;
}

// A time or a sum of money that nobody can mean is not known.
std::optional<double> within(std::optional<double> value, double limit) {
  return value && *value >= 0 && *value < limit ? value : std::nullopt;  // false for NaN
}

void merge(std::vector<Timing>& known, std::vector<Timing>& said) {
  for (auto& timing : said) {
    if (!within(timing.ms, kMaxMs)) continue;
    const auto same = std::ranges::find(known, timing.name, &Timing::name);
    if (same != known.end()) {
      same->ms = timing.ms;
    } else if (known.size() < kMaxTimings) {
      known.push_back(std::move(timing));
    }
  }
}

// By what Content-Type calls it.
std::string_view media_type(Framing framing) {
  switch (framing) {
    case Framing::sse:
      return "text/event-stream";
    case Framing::json_lines:
      return "ndjson";
    case Framing::aws_event_stream:
      return "application/vnd.amazon.eventstream";
  }
  return {};
}

FirstToken first_token(bool reasoning, std::string_view text) {
  return {reasoning, std::string(text.substr(0, kMaxFirstToken))};
}

}  // namespace

void Answer::begin(int status, std::string_view content_type) {
  status_ = status;
  event_stream_type_ = icontains(content_type, media_type(framing_));
  if (!success_status(status) || !streams(target_.kind)) {
    form_ = Form::body;
  } else if (framing_ == Framing::json_lines) {
    form_ = Form::events;  // an answer in one piece is one line
  }
}

bool Answer::is_event_stream() const {
  return form_ == Form::events || (form_ == Form::undecided && event_stream_type_);
}

bool Answer::feed(std::string_view bytes, Arrival arrival) {
  // A kernel stamp after a reading of our own clock may lie before it.
  arrival.at = std::max(arrival.at, at_.last_byte.value_or(arrival.at));
  at_.last_byte = arrival.at;
  total_bytes_ += bytes.size();
  if (at_.terminated && !dialect_->events_after_end)
    return total_bytes_ <= kMaxBodyBytes;  // only waiting for the end
  if (!success_status(status_)) {
    body_.append(bytes.substr(0, kMaxErrorBodyBytes - body_.size()));
    at_.last_useful = arrival.at;
    return body_.size() < kMaxErrorBodyBytes;
  }
  if (total_bytes_ > kMaxBodyBytes) return invalid("the answer is over 8 MiB");

  if (form_ == Form::events) return feed_events(bytes, arrival);
  if (form_ == Form::body) return feed_body(bytes, arrival);
  body_.append(bytes);
  form_ = decide();
  if (form_ == Form::undecided) return true;
  return form_ == Form::events ? feed_events(std::exchange(body_, {}), arrival)
                               : feed_body({}, arrival);
}

Answer::Form Answer::decide() {
  if (body_.empty()) return Form::undecided;
  // Binary frames begin with their length, of which the first byte is 0.
  if (framing_ == Framing::aws_event_stream)
    return event_stream_type_ || body_.front() == '\0' ? Form::events : Form::body;
  if (body_.starts_with(kBom)) body_.erase(0, kBom.size());
  body_.erase(0, std::min(body_.find_first_not_of(kJsonSpace), body_.size()));
  return body_.empty() || kBom.starts_with(body_) ? Form::undecided : decide_sse();
}

// Content-Type alone does not tell: providers answer a stream with a JSON error, and gateways name
// streams text/plain. No event begins with a bracket, and no JSON with a field name.
Answer::Form Answer::decide_sse() const {
  if (body_.front() == '{' || body_.front() == '[' || body_.front() == '<') return Form::body;
  if (event_stream_type_) return Form::events;
  for (const std::string_view field : {":", "data:", "event:", "id:", "retry:"}) {
    if (body_.starts_with(field)) return Form::events;
    if (field.starts_with(body_)) return Form::undecided;
  }
  return Form::body;
}

bool Answer::feed_body(std::string_view bytes, Arrival arrival) {
  body_.append(bytes);
  at_.last_useful = arrival.at;
  return true;
}

bool Answer::feed_events(std::string_view bytes, Arrival arrival) {
  bool more = true;
  const auto sink = [&](const Event& event) { return more = read_event(event, arrival); };
  if (!framer_.feed(bytes, sink)) return invalid("an event is over 1 MiB");
  return more;
}

bool Answer::read_event(const Event& event, Arrival arrival) {
  if (!dialect_) return invalid("no such dialect");
  if (at_.terminated && !dialect_->events_after_end) return true;
  Reading reading = dialect_->read_event(event, target_);
  if (event.bare && !reading.error) return true;
  if (reading.terminated && !at_.terminated) at_.terminated = arrival.at;
  if (!at_.error) {  // what follows an error is not an answer any more
    at_.last_useful = arrival.at;
    if (!reading.understood && !reading.error)
      return invalid("an event is not what the dialect knows: " +
                     std::string(event.data.substr(0, kMaxFirstToken)));
    if (reading.error) at_.error = arrival.at;
    note_tokens(reading, arrival);
    add(std::move(reading));
  }
  // A connection that is to be used again has to be read to its end.
  return !at_.terminated || dialect_->events_after_end || target_.connection == Connection::reuse;
}

void Answer::note_tokens(const Reading& reading, Arrival arrival) {
  if (reading.reasoning.empty() && reading.content.empty()) return;
  said_.streamed_reasoning = said_.streamed_reasoning || !reading.reasoning.empty();
  if (!at_.first_token) {
    at_.first_token = arrival;
    const bool reasoning = !reading.reasoning.empty();
    said_.first_token = first_token(reasoning, reasoning ? reading.reasoning : reading.content);
  }
  if (!at_.first_content && !reading.content.empty()) {
    at_.first_content = arrival;
    said_.first_content = first_token(false, reading.content);
  }
  if (at_.last_token) at_.max_gap = std::max(at_.max_gap, Nanos(arrival.at - *at_.last_token));
  at_.last_token = arrival.at;
  ++at_.token_events;
}

void Answer::add(Reading reading) {
  const auto room = kMaxExpectText - said_.text.size();
  said_.text += std::string_view(reading.content).substr(0, room);
  replace(said_.finish_reason, reading.finish_reason);
  said_.finished = said_.finished || reading.finished || reading.finish_reason;
  said_.refused = said_.refused || reading.refused;
  if (!said_.error) said_.error = std::move(reading.error);
  merge(said_.usage, reading.usage);
  replace(said_.served_model, reading.served_model);
  replace(said_.system_fingerprint, reading.system_fingerprint);
  replace(said_.request_id, reading.request_id);
  replace(said_.served_provider, reading.served_provider);
  replace(said_.provider_ms, within(reading.provider_ms, kMaxMs));
  replace(said_.provider_ttft_ms, within(reading.provider_ttft_ms, kMaxMs));
  merge(said_.timings, reading.timings);
  replace(said_.cost_usd, within(reading.cost_usd, kMaxCostUsd));
  replace(said_.model_served, reading.model_served);
  if (reading.served_by.size() > kMaxTimings) reading.served_by.resize(kMaxTimings);
  said_.served_by = std::move(reading.served_by);
  said_.models_count = reading.models.size();
  said_.models = std::move(reading.models);
}

void Answer::finish(bool whole) {
  if (!success_status(status_)) {
    if (status_ >= 400) {
      said_.error = read_error_body(body_);
      said_.request_id = read_error_request_id(body_);
    }
    return;
  }
  if (form_ == Form::events && said_.invalid.empty()) {
    const Arrival last{at_.last_byte.value_or(MonoTime{}), false};
    framer_.finish([&](const Event& event) { return read_event(event, last); });
  }
  if (is_event_stream() || !whole || !said_.invalid.empty()) return;
  if (!dialect_ || trim(body_).empty()) {
    invalid(dialect_ ? "the body is empty" : "no such dialect");
    return;
  }
  Reading reading = dialect_->read_body(body_, target_);
  if (!reading.understood && !reading.error) {
    invalid("the body is not what the dialect knows: " + body_.substr(0, kMaxFirstToken));
    return;
  }
  said_.finished = true;
  add(std::move(reading));
}

bool Answer::invalid(std::string why) {
  said_.invalid = std::move(why);
  return false;
}

}  // namespace llm
