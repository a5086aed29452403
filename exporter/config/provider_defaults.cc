#include "config/provider_defaults.h"

#include <algorithm>
#include <array>

#include "config/syntax.h"

namespace llm {
namespace {

constexpr std::string_view kRegion = "{region}";

// Dialects that many servers speak beside or instead of their own, all below one address.
constexpr std::array<std::string_view, 3> kCommonDialects{"openai-chat", "openai-responses",
                                                          "anthropic-messages"};
// They pass on whatever a provider behind them speaks.
constexpr std::array<std::string_view, 3> kGateways{"litellm", "portkey", "openai-compatible"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_google(const ProviderType& type) {
  return type.auth == Auth::google || type.auth == Auth::x_goog_api_key;
}

// Whether `dialect` is found where the type's own is.
bool shares_address(const ProviderType& type, std::string_view dialect) {
  return dialect == type.dialect ||
         (contains(kCommonDialects, dialect) && contains(kCommonDialects, type.dialect));
}

// Bedrock has the other common dialects on another host (providers.md §2.6).
bool shares_openai_address(const ProviderType& type, std::string_view dialect) {
  return dialect == "openai-chat" || (contains(kCommonDialects, dialect) && type.auth != Auth::aws);
}

}  // namespace

bool may_speak(const ProviderType& type, std::string_view dialect) {
  if (dialect == type.dialect || contains(kGateways, type.name)) return true;
  // Vertex has OpenAI's dialect too, with the same access tokens (…/endpoints/openapi). Gemini's
  // imitation of it wants the key as bearer.
  if (is_google(type)) return type.auth == Auth::google && dialect == "openai-chat";
  return contains(kCommonDialects, dialect);
}

std::string with_region(std::string_view text, std::string_view region) {
  std::string filled(text);
  for (auto at = filled.find(kRegion); at != filled.npos; at = filled.find(kRegion, at)) {
    const bool hostless = region == "global" && filled.compare(at + kRegion.size(), 1, "-") == 0;
    filled.replace(at, kRegion.size() + (hostless ? 1 : 0), hostless ? "" : region);
    at += hostless ? 0 : region.size();
  }
  return filled;
}

std::string default_base_url(const Provider& provider) {
  const auto& type = *provider.type;
  const auto url = shares_address(type, provider.dialect)          ? type.base_url
                   : shares_openai_address(type, provider.dialect) ? type.openai_base_url
                                                                   : std::string_view{};
  return provider.region.empty() ? std::string(url) : with_region(url, provider.region);
}

bool has_default_address(const Provider& provider) {
  return !provider.base_url.empty() && provider.base_url == default_base_url(provider);
}

std::string default_catalog_url(const Provider& provider) {
  const auto& type = *provider.type;
  // The Hub is one place, wherever the model is asked.
  const bool elsewhere = !has_default_address(provider) || provider.dialect != type.dialect;
  if (elsewhere && !tells_who_serves(type)) return "";
  return with_region(type.catalog_url, provider.region);
}

std::string default_models_path(const Provider& provider) {
  const auto& type = *provider.type;
  const auto* dialect = find_dialect_traits(provider.dialect);
  if (dialect == nullptr || shares_address(type, provider.dialect)) {
    return std::string(type.models_path);
  }
  return std::string(dialect->models_path);
}

StatusPage type_status_page(const Provider& provider) {
  const auto& type = *provider.type;
  StatusPage page;
  page.system = type.status_system;
  page.url = with_region(type.status_url, provider.region);
  for (const auto component : type.status_components) {
    if (provider.region.empty() && component.find(kRegion) != component.npos) continue;
    page.components.push_back(with_region(component, provider.region));
  }
  return page;
}

StatusPage default_status_page(const Provider& provider) {
  return has_default_address(provider) ? type_status_page(provider) : StatusPage{};
}

bool tells_who_serves(const ProviderType& type) { return type.hub; }

bool is_loopback(std::string_view text) {
  const auto url = parse_url(text);
  return url && (url->host == "localhost" || url->host == "[::1]" || url->host.starts_with("127."));
}

}  // namespace llm
