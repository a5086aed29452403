#include "dialects/request.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"

namespace llm {

namespace {

void default_secret(Request& request, std::string_view name, std::string value) {
  const auto same = [&](const auto& header) { return iequals(header.first, name); };
  if (std::ranges::any_of(request.headers, same)) return;
  request.headers.emplace_back(name, Secret(std::move(value)));
}

void add_key(Request& request, Auth auth, const Secret& key) {
  if (key.empty()) return;
  switch (auth) {
    case Auth::none:
    case Auth::bearer:
      return default_secret(request, "Authorization", "Bearer " + key.reveal());
    case Auth::api_key:
      return default_secret(request, "api-key", key.reveal());
    case Auth::x_api_key:
      return default_secret(request, "x-api-key", key.reveal());
  }
}

// The user's headers first: what is set there is not set again.
Request start(const Target& target, const Credentials& credentials, std::string method,
              std::string_view path) {
  const auto& provider = *target.provider;
  Request request;
  request.method = std::move(method);
  request.url = provider.base_url;
  request.url += path;
  for (const auto& header : provider.headers) {
    if (!header.secret) {
      request.headers.emplace_back(header.name, Secret(header.value));
    } else if (const auto it = credentials.headers.find(header.name);
               it != credentials.headers.end()) {
      request.headers.emplace_back(header.name, it->second);
    }
  }
  add_key(request, provider.type->auth, credentials.api_key);
  default_header(request, "Accept",
                 streams(target.kind) ? "text/event-stream" : "application/json");
  return request;
}

// The configuration has checked that it is an object; anything else changes nothing.
void overlay(nlohmann::json& body, std::string_view extra) {
  const auto patch = nlohmann::json::parse(extra, nullptr, /*allow_exceptions=*/false);
  if (patch.is_object()) body.merge_patch(patch);
}

}  // namespace

void default_header(Request& request, std::string_view name, std::string_view value) {
  default_secret(request, name, std::string(value));
}

Request models_request(const Target& target, const Credentials& credentials) {
  return start(target, credentials, "GET", target.provider->type->models_path);
}

Request post_request(const Target& target, const Credentials& credentials, std::string_view path,
                     nlohmann::json body) {
  overlay(body, target.provider->type->extra_body);
  overlay(body, target.provider->extra_body);
  Request request = start(target, credentials, "POST", path);
  default_header(request, "Content-Type", "application/json");
  request.body =
      body.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
  return request;
}

}  // namespace llm
