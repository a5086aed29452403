// What a dialect asks for a target, and how it reads an answer.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "dialects/dialect.h"

namespace llm::test {

struct Ask {
  Provider provider;
  Target target;
  Credentials credentials;

  Ask(std::string_view type, Kind kind, std::string base_url) {
    provider.type = find_provider_type(type);
    provider.dialect = provider.type->dialect;
    provider.base_url = std::move(base_url);
    provider.models_path = provider.type->models_path;
    target.kind = kind;
    target.model = generates(kind) ? "m" : "";
    target.prompt = "hi";
    target.max_output_tokens = 16;
    target.token_field = provider.type->token_field;
    credentials.api_key = Secret("KEY");
  }
  const Dialect& dialect() const { return *find_dialect(provider.dialect); }
  Request request() {
    target.provider = std::make_shared<Provider>(provider);
    return dialect().request(target, credentials);
  }
  nlohmann::json body() { return nlohmann::json::parse(request().body); }
  std::map<std::string, std::string> headers() {
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : request().headers) out.emplace(name, value.reveal());
    return out;
  }
  Reading event(std::string_view data, std::string_view name = "") {
    target.provider = std::make_shared<Provider>(provider);
    return dialect().read_event(Event{name, data}, target);
  }
  Reading whole(std::string_view body) {
    target.provider = std::make_shared<Provider>(provider);
    return dialect().read_body(body, target);
  }
};

// What a reading says, in one line; members that say nothing are left out. So a row of a table
// tells all that an event must say, and by that what it must not.
inline std::string show(const Reading& r) {
  std::string out;
  const auto text = [&](const char* name, std::string_view value) {
    if (!value.empty()) out.append(out.empty() ? "" : " ").append(name).append("=").append(value);
  };
  const auto count = [&](const char* name, std::optional<std::uint64_t> value) {
    if (value) text(name, std::to_string(*value));
  };
  const auto number = [&](const char* name, std::optional<double> value) {
    if (value) text(name, nlohmann::json(*value).dump());
  };
  const auto flag = [&](const char* name, bool value) {
    if (value) out.append(out.empty() ? "" : " ").append(name);
  };
  flag("unknown", !r.understood);
  text("reasoning", r.reasoning);
  text("content", r.content);
  flag("refused", r.refused);
  text("finish", r.finish_reason.value_or(""));
  flag("finished", r.finished);
  flag("end", r.terminated);
  if (r.error) {
    flag("error", true);
    text("type", r.error->type);
    text("code", r.error->code);
    text("reason", r.error->reason);
    text("message", r.error->message);
  }
  if (r.usage) {
    count("in", r.usage->input);
    count("uncached", r.usage->uncached_input);
    count("out", r.usage->output);
    count("cached", r.usage->cached);
    count("thought", r.usage->reasoning);
    count("billed_in", r.usage->billed_input);
    count("billed_out", r.usage->billed_output);
    count("generated", r.usage->generated());
  }
  text("model", r.served_model);
  text("id", r.request_id);
  number("ms", r.provider_ms);
  for (const auto& timing : r.timings) number(timing.name.c_str(), timing.ms);
  for (const auto& model : r.models) text("lists", model);
  if (r.model_served) text("served", *r.model_served ? "yes" : "no");
  for (const auto& provider : r.served_by) text("by", provider);
  return out;
}

}  // namespace llm::test
