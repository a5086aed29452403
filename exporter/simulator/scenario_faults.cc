#include "simulator/scenario_faults.h"

#include <algorithm>

#include "simulator/scenario.h"

namespace llm::sim {
namespace {

std::vector<std::string_view> names_of(const auto& rows) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) names.push_back(row.name);
  return names;
}

void read_error(YamlMap& map, std::uint32_t parameters, Fault* fault) {
  if ((parameters & kError) != 0) {
    std::string name;
    map.choice("error", &name, names_of(error_names()));
    for (const auto& row : error_names()) {
      if (row.name == name) fault->error = row.error;
    }
  }
  if ((parameters & kStatus) != 0) {
    int status = 0;
    map.count("status", &status, 400, 599);
    if (status != 0) fault->status = status;
  }
  if ((parameters & kWords) != 0) {
    map.text("type", &fault->type);
    map.text("code", &fault->code);
    map.text("message", &fault->message);
  }
  if ((parameters & kRetryAfter) != 0) map.duration("retry_after", &fault->retry_after);
}

void read_parameters(YamlMap& map, std::uint32_t parameters, Fault* fault) {
  read_error(map, parameters, fault);
  if ((parameters & kAfterTokens) != 0) {
    std::uint32_t tokens = 0;
    map.count("after_tokens", &tokens, 0, kMaxOutputTokens);
    if (map.has("after_tokens")) fault->after_tokens = tokens;
  }
  if ((parameters & kCut) != 0) map.flag("cut", &fault->cut);
  if ((parameters & kTtft) != 0) {
    map.require("ttft");
    map.duration("ttft", &fault->ttft);
  }
  if ((parameters & kTokensPerSecond) != 0) {
    map.require("tokens_per_second");
    map.real("tokens_per_second", &fault->tokens_per_second, 0.01, 1e6);
  }
  if ((parameters & kText) != 0) {
    fault->text = "something else entirely";
    map.text("text", &fault->text, kMaxTextBytes);
  }
  if ((parameters & kContent) != 0) {
    fault->content = "html";
    map.choice("content", &fault->content, {"html", "text", "nul", "invalid_utf8"});
  }
  if ((parameters & kMegabytes) != 0) map.count("megabytes", &fault->megabytes, 1, 100);
  if ((parameters & kLocation) != 0) {
    fault->location = "/_sim/elsewhere";
    map.text("location", &fault->location);
  }
}

void read_when(YamlMap& map, When* when) {
  map.texts("models", &when->models);
  map.fraction("probability", &when->probability);
  map.counts("requests", &when->requests, 1);
  map.count("every", &when->every, 1, 1'000'000);
  map.duration("from", &when->from);
  map.duration("to", &when->to);
  map.duration("period", &when->period, std::chrono::milliseconds(1));
  if (when->to && *when->to <= when->from) map.error("to", "must be after from");
  if (when->period && !when->to)
    map.error("period", "needs to: when the fault ends in each period");
  if (when->period && when->to && *when->to > *when->period) {
    map.error("to", "must be within the period");
  }
}

}  // namespace

FaultRule read_fault_rule(YamlMap& map) {
  FaultRule rule;
  std::string name;
  map.require("fault");
  map.choice("fault", &name, names_of(fault_names()));
  for (const auto& row : fault_names()) {
    if (row.name != name) continue;
    rule.fault.kind = row.kind;
    rule.fault.error = row.error;
    read_parameters(map, row.parameters, &rule.fault);
  }
  if (name == "http") {
    map.require("status");
    rule.fault.error = error_of_status(rule.fault.status.value_or(500));
  }
  read_when(map, &rule.when);
  return rule;
}

}  // namespace llm::sim
