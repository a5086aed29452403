#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <span>

#include "base/text.h"
#include "config/config.h"
#include "config/duration.h"
#include "config/read_status_page.h"

namespace llm {
namespace {

constexpr std::string_view kHidden = "<secret>";

// A user may have put a key where none belongs.
std::string visible(std::string_view text) { return redact(text, {}); }

void put(YAML::Emitter& out, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  out << YAML::Key << std::string(key) << YAML::Value << YAML::DoubleQuoted << visible(text);
}
void put_word(YAML::Emitter& out, std::string_view key, std::string_view word) {
  out << YAML::Key << std::string(key) << YAML::Value << std::string(word);
}

void put_number(YAML::Emitter& out, std::string_view key, const std::optional<double>& number) {
  if (number) put_word(out, key, fmt::format("{}", *number));
}
void put_number(YAML::Emitter& out, std::string_view key,
                const std::optional<std::uint64_t>& number) {
  if (number) put_word(out, key, std::to_string(*number));
}
void put_source(YAML::Emitter& out, std::string_view key,
                const std::optional<SecretSource>& source) {
  if (source) put(out, key, kHidden);
}

void put_headers(YAML::Emitter& out, const std::vector<Header>& headers) {
  if (headers.empty()) return;
  out << YAML::Key << "headers" << YAML::Value << YAML::BeginMap;
  for (const auto& header : headers) {
    put(out, header.name, header.secret ? kHidden : header.value);
  }
  out << YAML::EndMap;
}

void put_tls(YAML::Emitter& out, const Tls& tls) {
  if (tls == Tls{}) return;
  out << YAML::Key << "tls" << YAML::Value << YAML::BeginMap;
  put(out, "ca_file", tls.ca_file);
  put(out, "cert_file", tls.cert_file);
  put(out, "key_file", tls.key_file);
  put(out, "server_name", tls.server_name);
  if (tls.insecure_skip_verify) put_word(out, "insecure_skip_verify", "true");
  out << YAML::EndMap;
}

void put_labels(YAML::Emitter& out, const std::map<std::string, std::string>& labels) {
  if (labels.empty()) return;
  out << YAML::Key << "labels" << YAML::Value << YAML::BeginMap;
  for (const auto& [name, value] : labels) put(out, name, value);
  out << YAML::EndMap;
}

// Text is quoted, so that "5" does not come back as a number.
void put_json(YAML::Emitter& out, const nlohmann::ordered_json& value) {
  if (value.is_object()) {
    out << YAML::Flow << YAML::BeginMap;
    for (const auto& [key, member] : value.items()) {
      out << YAML::Key << YAML::DoubleQuoted << visible(key) << YAML::Value;
      put_json(out, member);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << YAML::Flow << YAML::BeginSeq;
    for (const auto& item : value) put_json(out, item);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    out << YAML::DoubleQuoted << visible(value.get_ref<const std::string&>());
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << value.dump();
  }
}

void put_daily_budget(YAML::Emitter& out, const DailyBudget& budget) {
  put_number(out, "usd_per_day", budget.usd);
  put_number(out, "tokens_per_day", budget.tokens);
}

void put_aws(YAML::Emitter& out, const AwsSources& aws) {
  if (!aws.any()) return;
  out << YAML::Key << "aws" << YAML::Value << YAML::BeginMap;
  put_source(out, "access_key_id", aws.access_key_id);
  put_source(out, "secret_access_key", aws.secret_access_key);
  put_source(out, "session_token", aws.session_token);
  put_source(out, "credentials", aws.credentials);
  out << YAML::EndMap;
}

void put_status_page(YAML::Emitter& out, const StatusPage& page) {
  if (page.system == StatusSystem::none) return put_word(out, "status_page", "false");
  out << YAML::Key << "status_page" << YAML::Value << YAML::BeginMap;
  put_word(out, "system", kStatusSystemNames[static_cast<std::size_t>(page.system) - 1]);
  put(out, "url", page.url);
  if (!page.components.empty()) {
    out << YAML::Key << "components" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const auto& name : page.components) out << YAML::DoubleQuoted << visible(name);
    out << YAML::EndSeq;
  }
  put_word(out, "interval", format_duration(page.interval));
  out << YAML::EndMap;
}

void put_account(YAML::Emitter& out, const Account& account) {
  if (account.api == AccountApi::none) return;
  out << YAML::Key << "account" << YAML::Value << YAML::BeginMap;
  put_source(out, "admin_key", account.admin_key);
  put(out, "url", account.url);
  put_word(out, "interval", format_duration(account.interval));
  out << YAML::EndMap;
}

void put_provider_budget(YAML::Emitter& out, const DailyBudget& budget) {
  if (!budget.any()) return;
  out << YAML::Key << "budget" << YAML::Value << YAML::BeginMap;
  put_daily_budget(out, budget);
  out << YAML::EndMap;
}

void put_price(YAML::Emitter& out, const PriceOverride& price) {
  if (!price.any()) return;
  out << YAML::Key << "price" << YAML::Value << YAML::BeginMap;
  put_number(out, "input", price.input);
  put_number(out, "output", price.output);
  put_number(out, "cached_input", price.cached_input);
  put_number(out, "context_window", price.context_window_tokens);
  out << YAML::EndMap;
}

void put_timeouts(YAML::Emitter& out, const Timeouts& timeout) {
  out << YAML::Key << "timeout" << YAML::Value << YAML::Flow << YAML::BeginMap;
  put_word(out, "connect", format_duration(timeout.connect));
  put_word(out, "first_token", format_duration(timeout.first_token));
  put_word(out, "idle", format_duration(timeout.idle));
  put_word(out, "total", format_duration(timeout.total));
  out << YAML::EndMap;
}

void put_thresholds(YAML::Emitter& out, const Target& target) {
  const auto ttft = Millis(static_cast<Millis::rep>(target.ttft_threshold_seconds * 1'000 + 0.5));
  out << YAML::Key << "thresholds" << YAML::Value << YAML::Flow << YAML::BeginMap;
  put_word(out, "ttft", format_duration(ttft));
  if (target.throughput_threshold) {
    put_word(out, "throughput", fmt::format("{}", *target.throughput_threshold));
  }
  out << YAML::EndMap;
}

void put_breaker(YAML::Emitter& out, const std::optional<BreakerSettings>& breaker) {
  if (!breaker) return put_word(out, "breaker", "false");
  out << YAML::Key << "breaker" << YAML::Value << YAML::Flow << YAML::BeginMap;
  put_word(out, "after", format_duration(breaker->after));
  put_word(out, "failures", std::to_string(breaker->failures));
  put_word(out, "max_interval", format_duration(breaker->max_interval));
  put_word(out, "successes", std::to_string(breaker->successes));
  out << YAML::EndMap;
}

void put_model(YAML::Emitter& out, const Target& target) {
  if (target.model.empty()) return;
  out << YAML::Key << "models" << YAML::Value << YAML::Flow << YAML::BeginSeq << YAML::DoubleQuoted
      << visible(target.model) << YAML::EndSeq;
}

void put_question(YAML::Emitter& out, const Target& target) {
  put(out, "prompt", target.prompt);
  put_word(out, "max_output_tokens", std::to_string(target.max_output_tokens));
  put_word(out, "token_field", target.token_field);
  put(out, "reasoning_effort", target.reasoning_effort.value_or(""));
  if (target.expect) {
    out << YAML::Key << "expect" << YAML::Value << YAML::BeginMap;
    put(out, "regex", target.expect->pattern);
    out << YAML::EndMap;
  }
  put_price(out, target.price);
  if (streams(target.kind)) put_thresholds(out, target);
}

void put_target(YAML::Emitter& out, const Target& target) {
  out << YAML::BeginMap;
  put_word(out, "kind", to_string(target.kind));
  out << YAML::Comment(visible(target.name));
  put_word(out, "interval", format_duration(target.interval));
  put_model(out, target);
  if (generates(target.kind)) put_question(out, target);
  put_timeouts(out, target.timeout);
  put_word(out, "connection", target.connection == Connection::reuse ? "reuse" : "cold");
  put_word(out, "confirm", target.confirm ? "true" : "false");
  put_breaker(out, target.breaker);
  out << YAML::EndMap;
}

void put_provider(YAML::Emitter& out, const Provider& provider,
                  std::span<const std::shared_ptr<const Target>> targets) {
  out << YAML::BeginMap;
  put(out, "name", provider.name);
  put(out, "type", provider.type->name);
  put(out, "dialect", provider.dialect);
  put(out, "region", provider.region);
  put(out, "project", provider.project);
  put(out, "api_version", provider.api_version);
  put(out, "base_url", provider.base_url);
  put(out, "catalog_url", provider.catalog_url);
  put_source(out, "api_key", provider.api_key);
  put_aws(out, provider.aws);
  put_source(out, "service_account", provider.service_account);
  put_headers(out, provider.headers);
  if (!provider.extra_body.empty()) {
    out << YAML::Key << "extra_body" << YAML::Value;
    put_json(out, nlohmann::ordered_json::parse(provider.extra_body));
  }
  put(out, "proxy_url", provider.proxy_url);
  put_tls(out, provider.tls);
  put(out, "http_version", provider.http_version == HttpVersion::http2 ? "2" : "1.1");
  put_labels(out, provider.labels);
  put_word(out, "max_concurrent", std::to_string(provider.max_concurrent));
  put_provider_budget(out, provider.budget);
  put_status_page(out, provider.status_page);
  put_account(out, provider.account);
  out << YAML::Key << "probes" << YAML::Value << YAML::BeginSeq;
  for (const auto& target : targets) put_target(out, *target);
  out << YAML::EndSeq << YAML::EndMap;
}

void put_top_budget(YAML::Emitter& out, const Config& config) {
  if (config.budget_state_file.empty()) return;
  out << YAML::Key << "budget" << YAML::Value << YAML::BeginMap;
  put_daily_budget(out, config.budget);
  put(out, "state_file", config.budget_state_file);
  out << YAML::EndMap;
}

void put_failover(YAML::Emitter& out, const std::vector<FailoverGroup>& groups) {
  if (groups.empty()) return;
  out << YAML::Key << "failover" << YAML::Value << YAML::BeginSeq;
  for (const auto& group : groups) {
    out << YAML::BeginMap;
    put(out, "name", group.name);
    out << YAML::Key << "targets" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const auto& target : group.targets) out << YAML::DoubleQuoted << visible(target);
    out << YAML::EndSeq;
    put_word(out, "dwell", format_duration(group.dwell));
    if (group.max_ttft) put_word(out, "max_ttft", format_duration(*group.max_ttft));
    out << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

void put_canary(YAML::Emitter& out, const Canary& canary) {
  if (canary.checks.empty()) return;
  out << YAML::Key << "canary" << YAML::Value << YAML::BeginMap;
  put_word(out, "interval", format_duration(canary.interval));
  put_word(out, "timeout", format_duration(canary.timeout));
  put(out, "proxy_url", canary.proxy_url);
  put_tls(out, canary.tls);
  out << YAML::Key << "checks" << YAML::Value << YAML::BeginSeq;
  for (const auto& check : canary.checks) {
    out << YAML::Flow << YAML::BeginMap;
    put(out, "name", check.name);
    put(out, to_string(check.kind), check.address);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq << YAML::EndMap;
}

}  // namespace

std::string dump_config(const Config& config) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  if (!config.vantage.empty()) {
    out << YAML::Key << "global" << YAML::Value << YAML::BeginMap;
    put(out, "vantage", config.vantage);
    out << YAML::EndMap;
  }
  put_top_budget(out, config);
  put_canary(out, config.canary);
  if (!config.prices_file.empty()) {
    out << YAML::Key << "prices" << YAML::Value << YAML::BeginMap;
    put(out, "file", config.prices_file);
    out << YAML::EndMap;
  }
  out << YAML::Key << "providers" << YAML::Value << YAML::BeginSeq;
  // Targets are in file order, so those of a provider stand together.
  const std::span all(config.targets);
  std::size_t begin = 0;
  for (const auto& provider : config.providers) {
    auto end = begin;
    while (end < all.size() && all[end]->provider == provider) ++end;
    put_provider(out, *provider, all.subspan(begin, end - begin));
    begin = end;
  }
  out << YAML::EndSeq;
  put_failover(out, config.failover);
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace llm
