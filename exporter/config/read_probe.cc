#include "config/read_probe.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "config/config.h"
#include "config/duration.h"
#include "config/provider_defaults.h"
#include "config/read_breaker.h"
#include "config/read_money.h"
#include "config/syntax.h"
#include "config/target_defaults.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxPrompt = 8 << 10;
constexpr std::size_t kMaxPattern = 4'096;
constexpr std::size_t kMaxEffort = 32;
constexpr std::uint32_t kMaxOutputTokens = 32'768;  // a probe is no essay, and it costs money
constexpr Millis kMaxTtftThreshold{3'600'000};

constexpr std::array<std::string_view, kKindCount> kKinds{"models", "completion", "stream",
                                                          "speed",  "key",        "served"};
constexpr std::array<std::string_view, 2> kConnections{"cold", "reuse"};

struct Model {
  std::string name;
  Position at;
};

std::vector<Model> read_models(const Field& field) {
  std::vector<Model> models;
  const auto items = read_list(field);
  if (!items) return models;
  if (items->size() > kMaxTargets) {
    field.error(fmt::format("more than {} models", kMaxTargets));
    return models;
  }
  for (const auto& item : *items) {
    auto name = read_text(item, kMaxPrompt);
    if (!name) continue;
    if (is_model_name(*name)) {
      models.push_back({std::move(*name), item.at()});
    } else {
      item.error(fmt::format("{} {}", in_quotes(*name), kModelShape));
    }
  }
  return models;
}

std::optional<Expect> read_expect(const Field& field) {
  Section section(field);
  const auto regex = section.require("regex", "write expect: {regex: \"(?i)pong\"}");
  section.finish();
  if (!regex) return std::nullopt;
  auto pattern = read_text(*regex, kMaxPattern);
  if (!pattern) return std::nullopt;
  auto compiled = std::make_shared<const re2::RE2>(*pattern, re2::RE2::Quiet);
  if (!compiled->ok()) {
    regex->error(fmt::format("not a regular expression (RE2 syntax): {}", compiled->error()));
    return std::nullopt;
  }
  return Expect{std::move(*pattern), std::move(compiled)};
}

void read_thresholds(const Field& field, Target& target) {
  Section section(field);
  if (const auto ttft = section.find("ttft")) {
    if (const auto value = read_duration(*ttft, Millis{1}, kMaxTtftThreshold)) {
      target.ttft_threshold_seconds = static_cast<double>(value->count()) / 1'000;
    }
  }
  if (const auto throughput = section.find("throughput")) {
    target.throughput_threshold = read_positive(*throughput);
  }
  section.finish();
}

std::string read_effort(const Field& field) {
  auto effort = read_text(field, kMaxEffort);
  const bool word = effort && std::all_of(effort->begin(), effort->end(),
                                          [](char c) { return c >= 'a' && c <= 'z'; });
  if (effort && !word) field.error("must be one word, such as none, minimal, low, medium or high");
  return effort.value_or("");
}

std::uint32_t read_output_tokens(const Field& field, const Target& target) {
  const auto& provider = *target.provider;
  const auto value = read_count(field, 0, kMaxOutputTokens);
  if (!value) return target.max_output_tokens;
  const auto least = min_output_tokens(provider);
  if (*value < least) {
    const bool of_type = provider.type->min_output_tokens == least;
    field.error(fmt::format(
        "{} is below the minimum of {} {}, which is {}", *value, of_type ? "type" : "dialect",
        of_type ? provider.type->name : std::string_view(provider.dialect), least));
  } else if (target.kind == Kind::speed && *value < kMinSpeedTokens) {
    field.error(
        fmt::format("{} is below the minimum of kind speed, which is {}: fewer tokens tell "
                    "nothing about speed",
                    *value, kMinSpeedTokens));
  }
  return *value;
}

// The keys that only make sense where a model is asked something.
void read_question(Section& section, Target& target) {
  if (const auto prompt = section.find("prompt")) {
    target.prompt = read_text(*prompt, kMaxPrompt, Lines::many).value_or("");
  }
  if (const auto effort = section.find("reasoning_effort")) {
    target.reasoning_effort = read_effort(*effort);
    target.max_output_tokens = default_output_tokens(*target.provider, target.kind, true);
  }
  if (const auto tokens = section.find("max_output_tokens")) {
    target.max_output_tokens = read_output_tokens(*tokens, target);
  }
  if (const auto field = section.find("token_field")) {
    const auto known = token_fields(*target.provider);
    if (const auto index = read_choice(*field, known)) target.token_field = known[*index];
  }
  if (const auto price = section.find("price")) target.price = read_price(*price);
  if (const auto expect = section.find("expect")) target.expect = read_expect(*expect);
  if (streams(target.kind)) {
    if (const auto thresholds = section.find("thresholds")) read_thresholds(*thresholds, target);
  } else {
    section.refuse("thresholds", "only kinds stream and speed have them; remove it");
  }
}

void refuse_question(Section& section, Kind kind) {
  const auto reason = fmt::format("kind {} asks no model anything; remove it", to_string(kind));
  for (const auto key : {"prompt", "reasoning_effort", "max_output_tokens", "token_field", "price",
                         "expect", "thresholds"}) {
    section.refuse(key, reason);
  }
  if (kind != Kind::served) section.refuse("models", reason);
}

bool has_credential(const Provider& provider) {
  return provider.api_key || provider.aws.any() || provider.service_account ||
         std::any_of(provider.headers.begin(), provider.headers.end(),
                     [](const auto& header) { return header.secret.has_value(); });
}

// Kinds that not every provider can answer.
void check_kind(const Field& field, Kind kind, const Provider& provider) {
  const auto& type = *provider.type;
  if (kind == Kind::served && !tells_who_serves(type)) {
    field.error("only type huggingface tells who serves a model; use kind models");
  }
  if (kind != Kind::key) return;
  if (key_check_path(type).empty()) {
    field.error(
        fmt::format("type {} has no request that tests the key; use kind completion", type.name));
  } else if (!has_credential(provider)) {
    field.error("there is no key to test; give the provider an api_key");
  }
}

void read_schedule(Section& section, const ProbeDefaults& defaults, Target& target) {
  if (target.kind != Kind::speed && defaults.interval) target.interval = *defaults.interval;
  if (const auto interval = section.find("interval")) {
    target.interval =
        read_duration(*interval, kMinInterval, kMaxInterval).value_or(target.interval);
  }
  TimeoutSettings timeout;
  if (const auto field = section.find("timeout")) {
    timeout = read_timeouts(*field, defaults.timeout);
  }
  target.timeout = effective(timeout, defaults.timeout);
  if (const auto connection = section.find("connection")) {
    if (read_choice(*connection, kConnections) == 1) target.connection = Connection::reuse;
  }
  target.confirm = defaults.confirm;
  if (const auto confirm = section.find("confirm")) {
    target.confirm = read_bool(*confirm).value_or(target.confirm);
  }
  target.breaker = defaults.breaker;
  if (const auto breaker = section.find("breaker")) {
    target.breaker = read_breaker(*breaker, defaults.breaker);
  }
}

}  // namespace

std::vector<PlacedTarget> read_probe(const Field& field,
                                     const std::shared_ptr<const Provider>& provider,
                                     const ProbeDefaults& defaults) {
  Section section(field);
  if (!section.valid()) return {};
  auto kind = Kind::stream;
  if (const auto named = section.find("kind")) {
    const auto index = read_choice(*named, kKinds);
    if (!index) return {};  // what else is allowed depends on it
    kind = static_cast<Kind>(*index);
    check_kind(*named, kind, *provider);
  }

  auto pattern = make_target(provider, kind, "");
  std::vector<Model> models;
  if (kind == Kind::models || kind == Kind::key) {
    models.push_back({"", field.at()});
  } else if (const auto named =
                 section.require("models", "name at least one, such as [gpt-4o-mini]")) {
    models = read_models(*named);
  }
  if (generates(kind)) {
    read_question(section, pattern);
  } else {
    refuse_question(section, kind);
  }
  read_schedule(section, defaults, pattern);
  section.finish();

  std::vector<PlacedTarget> targets;
  for (auto& model : models) {
    auto target = pattern;
    target.name = target_name(*provider, kind, model.name);
    target.model = std::move(model.name);
    targets.push_back({std::move(target), model.at});
  }
  return targets;
}

}  // namespace llm
