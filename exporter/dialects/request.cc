#include "dialects/request.h"

#include <fmt/format.h>

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
    case Auth::aws:
      return default_secret(request, "Authorization", "Bearer " + key.reveal());
    case Auth::api_key:
      return default_secret(request, "api-key", key.reveal());
    case Auth::x_api_key:
      return default_secret(request, "x-api-key", key.reveal());
    case Auth::x_goog_api_key:
    case Auth::google:
      return default_secret(request, "x-goog-api-key", key.reveal());
  }
}

// What a stream of the target's dialect is called; anything else is JSON.
std::string_view accepted(const Target& target) {
  if (!streams(target.kind)) return "application/json";
  const auto* dialect = find_dialect(target.provider->dialect);
  switch (dialect ? dialect->framing : Framing::sse) {
    case Framing::sse:
      break;
    case Framing::json_lines:
      return "application/x-ndjson";
    case Framing::aws_event_stream:
      return "application/vnd.amazon.eventstream";
  }
  return "text/event-stream";
}

// The user's headers first: what is set there is not set again.
Request start(const Target& target, const Credentials& credentials, std::string method,
              std::string url) {
  const auto& provider = *target.provider;
  Request request;
  request.method = std::move(method);
  request.url = std::move(url);
  for (const auto& header : provider.headers) {
    if (!header.secret) {
      request.headers.emplace_back(header.name, Secret(header.value));
    } else if (const auto it = credentials.headers.find(header.name);
               it != credentials.headers.end()) {
      request.headers.emplace_back(header.name, it->second);
    }
  }
  if (!credentials.access_token.empty()) {
    add_key(request, Auth::bearer, credentials.access_token);
  } else {
    add_key(request, provider.type->auth, credentials.api_key);
  }
  default_header(request, "Accept", accepted(target));
  return request;
}

// Azure's classic API is chosen by a date in every query.
std::string with_version(std::string url, const Provider& provider) {
  if (provider.api_version.empty()) return url;
  url += url.find('?') == std::string::npos ? "?api-version=" : "&api-version=";
  return url + percent_encode(provider.api_version);
}

const std::string& catalog_base(const Provider& provider) {
  return provider.catalog_url.empty() ? provider.base_url : provider.catalog_url;
}

// The Hub's page of a model. What follows a colon ("…:fireworks-ai", "…:cheapest") is the router's.
std::string hub_url(const Target& target) {
  const auto id = std::string_view(target.model).substr(0, target.model.find(':'));
  return catalog_base(*target.provider) + "/api/models/" + percent_encode(id, "/") +
         "?expand%5B%5D=inference&expand%5B%5D=inferenceProviderMapping";
}

std::string catalog_url(const Target& target) {
  const auto& provider = *target.provider;
  if (target.kind == Kind::served) return hub_url(target);
  if (target.kind == Kind::key && !provider.type->key_path.empty())
    return provider.base_url + std::string(provider.type->key_path);
  return (provider.type->hub ? provider.base_url : catalog_base(provider)) + provider.models_path;
}

// Azure's classic API has the deployment in the path of chats; its Responses API has not.
std::string post_url(const Target& target, std::string_view path) {
  const auto& provider = *target.provider;
  std::string url = provider.base_url;
  if (!provider.api_version.empty() && path == "/chat/completions")
    url += "/deployments/" + percent_encode(target.model);
  return url.append(path);
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

Request catalog_request(const Target& target, const Credentials& credentials) {
  return start(target, credentials, "GET", with_version(catalog_url(target), *target.provider));
}

Request post_request(const Target& target, const Credentials& credentials, std::string_view path,
                     nlohmann::json body) {
  const auto& provider = *target.provider;
  overlay(body, provider.type->extra_body);
  overlay(body, provider.extra_body);
  auto url = with_version(post_url(target, path), provider);
  Request request = start(target, credentials, "POST", std::move(url));
  if (const auto& [name, value] = provider.type->request_header; !name.empty())
    default_header(request, name, value);
  default_header(request, "Content-Type", "application/json");
  request.body =
      body.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
  return request;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos || keep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace llm
