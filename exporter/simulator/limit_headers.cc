#include "simulator/limit_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace llm::sim {
namespace {

// Writes the headers of one answer. `{}` in a name is what it is about: limit, remaining or reset.
class LimitWriter {
 public:
  explicit LimitWriter(const HeaderFacts& facts) : facts_(facts) {}

  using Reset = std::string (*)(Nanos until_full);
  void add(std::string_view name, const std::optional<Bucket>& bucket, Reset reset = nullptr) {
    if (!bucket) return;
    put(name, "limit", fmt::format("{:.0f}", bucket->limit()));
    put(name, "remaining", left(*bucket));
    if (reset != nullptr) put(name, "reset", reset(bucket->until_full(facts_.now)));
  }
  void put(std::string_view name, std::string_view what, std::string value) {
    out_.emplace_back(fmt::format(fmt::runtime(name), what), std::move(value));
  }
  std::string left(const Bucket& bucket) const {
    return fmt::format("{:.0f}", std::floor(bucket.remaining(facts_.now)));
  }
  Headers take() { return std::move(out_); }

 private:
  const HeaderFacts& facts_;
  Headers out_;
};

std::string whole_seconds(Nanos value) {
  return fmt::format("{:.0f}", std::ceil(to_seconds(value)));
}
std::string decimal_seconds(Nanos value) { return fmt::format("{:.6f}", to_seconds(value)); }
std::string epoch_milliseconds(Nanos value) {
  return std::to_string(milliseconds((wall_now() + value).time_since_epoch()));
}

void add_mistral(LimitWriter& out, const Budget& budget) {
  out.add("x-ratelimit-{}-req-minute", budget.requests);
  out.add("x-ratelimit-{}-tokens-minute", budget.tokens);
  if (budget.tokens) out.put("x-ratelimit-tokens-query-cost", "", "20");
}

void add_together(LimitWriter& out, const Budget& budget) {
  out.add("x-ratelimit-{}", budget.requests, decimal_seconds);
  out.add("x-ratelimit-{}-dynamic", budget.requests);
  out.add("x-tokenlimit-{}", budget.tokens);
  out.add("x-tokenlimit-{}-dynamic", budget.tokens);
}

void add_fireworks(LimitWriter& out, const Budget& budget, bool refused) {
  out.add("x-ratelimit-{}-requests", budget.requests);
  out.add("x-ratelimit-{}-tokens-prompt",
          budget.input_tokens ? budget.input_tokens : budget.tokens);
  out.add("x-ratelimit-{}-tokens-generated", budget.output_tokens);
  out.put("x-ratelimit-over-limit", "", refused ? "yes" : "no");
}

void add_huggingface(LimitWriter& out, const Budget& budget, MonoTime now) {
  if (!budget.requests) return;
  const auto& bucket = *budget.requests;
  out.put(
      "RateLimit", "",
      fmt::format("\"api\";r={};t={}", out.left(bucket), whole_seconds(bucket.until_full(now))));
  out.put("RateLimit-Policy", "",
          fmt::format("\"fixed window\";\"api\";q={:.0f};w={}", bucket.limit(),
                      whole_seconds(bucket.size().window)));
}

void add_litellm(LimitWriter& out, const Budget& budget) {
  out.add("x-ratelimit-{}-requests", budget.requests);
  out.add("x-ratelimit-{}-tokens", budget.tokens);
  // What the provider behind it said, under a prefix.
  out.add("llm_provider-x-ratelimit-{}-requests", budget.requests, go_duration);
  out.add("llm_provider-x-ratelimit-{}-tokens", budget.tokens, go_duration);
}

bool is_shown(LimitFamily family, int status) {
  switch (family) {
    case LimitFamily::none:
      return false;
    case LimitFamily::openai:  // on 400 too, but not on these
      return status != 401 && status != 403 && status != 404;
    case LimitFamily::xai:
      return status == 200;
    case LimitFamily::openrouter:
    case LimitFamily::huggingface:
      return status == 429;
    default:
      return status == 200 || status == 429;
  }
}

}  // namespace

std::string go_duration(Nanos value) {
  const auto total_ms = std::max<std::int64_t>(0, milliseconds(value));
  if (total_ms < 1000) return fmt::format("{}ms", total_ms);
  const auto hours = total_ms / 3'600'000;
  const auto minutes = total_ms / 60'000 % 60;
  const auto seconds = static_cast<double>(total_ms % 60'000) / 1e3;
  if (hours > 0) return fmt::format("{}h{}m{}s", hours, minutes, seconds);
  return minutes > 0 ? fmt::format("{}m{}s", minutes, seconds) : fmt::format("{}s", seconds);
}

Headers limit_headers(LimitFamily family, const HeaderFacts& facts) {
  if (facts.budget == nullptr || !is_shown(family, facts.status)) return {};
  const auto& budget = *facts.budget;
  const bool refused = facts.status == 429;
  LimitWriter out(facts);
  switch (family) {
    case LimitFamily::none:
      break;
    case LimitFamily::openai:
    case LimitFamily::groq:
      out.add("x-ratelimit-{}-requests", budget.requests, go_duration);
      out.add("x-ratelimit-{}-tokens", budget.tokens, go_duration);
      break;
    case LimitFamily::azure:
      out.add("x-ratelimit-{}-requests", budget.requests, refused ? whole_seconds : nullptr);
      out.add("x-ratelimit-{}-tokens", budget.tokens, refused ? whole_seconds : nullptr);
      break;
    case LimitFamily::mistral:
      add_mistral(out, budget);
      break;
    case LimitFamily::xai:
      out.add("x-ratelimit-{}-requests", budget.requests);
      out.add("x-ratelimit-{}-tokens", budget.tokens);
      break;
    case LimitFamily::together:
      add_together(out, budget);
      break;
    case LimitFamily::fireworks:
      add_fireworks(out, budget, refused);
      break;
    case LimitFamily::cerebras:
      out.add("x-ratelimit-{}-requests-day", budget.requests, decimal_seconds);
      out.add("x-ratelimit-{}-tokens-minute", budget.tokens, decimal_seconds);
      break;
    case LimitFamily::openrouter:
      out.add("X-RateLimit-{}", budget.requests, epoch_milliseconds);
      break;
    case LimitFamily::huggingface:
      add_huggingface(out, budget, facts.now);
      break;
    case LimitFamily::litellm:
      add_litellm(out, budget);
      break;
  }
  return out.take();
}

}  // namespace llm::sim
