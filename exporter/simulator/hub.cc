#include "simulator/hub.h"

#include <fmt/format.h>

namespace llm::sim {
namespace {

OrderedJson mapping_of(const HubModelScript& model) {
  auto list = OrderedJson::array();
  auto object = OrderedJson::object();
  for (const auto& provider : model.providers) {
    OrderedJson entry{{"providerId", fmt::format("{}/{}", provider, model.model)},
                      {"status", "live"},
                      {"task", "conversational"}};
    object[provider] = entry;
    entry["provider"] = provider;
    entry["isModelAuthor"] = false;
    list.push_back(std::move(entry));
  }
  return model.mapping_is_object ? object : list;
}

SideAnswer refusal(std::string_view code, std::string_view message) {
  Headers headers;
  if (!code.empty()) headers.emplace_back("X-Error-Code", code);
  headers.emplace_back("X-Error-Message", message);
  headers.emplace_back("WWW-Authenticate", R"(Bearer realm="Authentication required")");
  return json_answer(401, {{"error", message}}, std::move(headers));
}

}  // namespace

const HubModelScript* find_hub_model(const std::vector<HubModelScript>& hub,
                                     std::string_view path) {
  for (const auto& model : hub) {
    if (path.substr(kHubPrefix.size()) == model.model) return &model;
  }
  return nullptr;
}

SideAnswer hub_answer(const HubModelScript* model, const std::vector<std::string>& api_keys,
                      const SimRequest& request) {
  const auto token = bearer_token(request);
  if (!token.empty() && !api_keys.empty() && !holds(api_keys, token)) {
    return refusal("", "Invalid credentials in Authorization header");
  }
  // What is unknown and what is private look alike.
  if (model == nullptr) return refusal("RepoNotFound", "Invalid username or password.");
  const auto query = query_of(request);
  OrderedJson body{{"_id", "51a000000000000000000001"}, {"id", model->model}};
  const bool served = !model->providers.empty();
  if (served && form_has(query, "expand[]", "inference")) body["inference"] = "warm";
  if (served && form_has(query, "expand[]", "inferenceProviderMapping")) {
    body["inferenceProviderMapping"] = mapping_of(*model);
  }
  return json_answer(200, body,
                     {{"RateLimit", R"("api";r=498;t=299)"},
                      {"RateLimit-Policy", R"("fixed window";"api";q=500;w=300)"}});
}

}  // namespace llm::sim
