#include "config/read_endpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/provider_defaults.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxUrl = 2'048;
constexpr std::size_t kMaxRegion = 40;
constexpr std::size_t kMaxApiVersion = 40;

// What the dialects append themselves; an empty dialect is every one of them.
struct Appended {
  std::string_view dialect, path;
};
constexpr Appended kAppended[] = {
    {"", "/chat/completions"},
    {"", "/messages"},
    {"", "/models"},
    {"", "/responses"},
    {"bedrock-converse", "/model"},
    {"bedrock-converse", "/foundation-models"},
    {"cohere-v2", "/v2/chat"},
    {"ollama", "/api"},
    {"ollama", "/api/chat"},
    {"ollama", "/api/tags"},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_region(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z'); }) &&
         !text.starts_with('-') && !text.ends_with('-');
}

// "2024-10-21", "2025-04-01-preview"
bool is_api_version(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.ends_with("-preview")) text.remove_suffix(8);
  return text.size() == kShape.size() &&
         std::equal(text.begin(), text.end(), kShape.begin(),
                    [](char c, char shape) { return shape == 'd' ? is_digit(c) : c == shape; });
}

std::string_view region_example(Auth auth) {
  return auth == Auth::aws ? "us-east-1" : "us-central1, or global";
}

void read_region(Section& section, Provider& provider) {
  const auto auth = provider.type->auth;
  if (auth != Auth::aws && auth != Auth::google) {
    section.refuse("region", "only types bedrock and vertex have one; remove it");
    return;
  }
  if (const auto region = section.find("region")) {
    provider.region = read_text(*region, kMaxRegion).value_or("");
    if (!is_region(provider.region)) {
      region->error(fmt::format("{} is no region; write it as the provider does, such as {}",
                                in_quotes(provider.region), region_example(auth)));
    }
  }
}

void read_project(Section& section, Provider& provider) {
  if (provider.type->auth != Auth::google) {
    section.refuse("project", "only type vertex has one; remove it");
    return;
  }
  if (const auto project = section.find("project")) {
    provider.project = read_text(*project, kMaxNameBytes).value_or("");
    if (!provider.project.empty() && !is_name(provider.project)) {
      project->error(fmt::format("{} {}", in_quotes(provider.project), kNameShape));
    }
  }
}

void read_api_version(Section& section, Provider& provider) {
  if (provider.type->auth != Auth::api_key) {
    section.refuse("api_version", "only type azure has one; remove it");
    return;
  }
  if (const auto version = section.find("api_version")) {
    provider.api_version = read_text(*version, kMaxApiVersion).value_or("");
    if (!provider.api_version.empty() && !is_api_version(provider.api_version)) {
      version->error(fmt::format(
          "{} is no version; it must be a date such as 2024-10-21 or 2025-04-01-preview; for the "
          "v1 API remove it and let base_url end in /openai/v1",
          in_quotes(provider.api_version)));
    }
  }
}

void check_end(const Field& field, const Provider& provider) {
  const auto& url = provider.base_url;
  for (const auto& [dialect, path] : kAppended) {
    if ((dialect.empty() || dialect == provider.dialect) && url.ends_with(path)) {
      field.error(fmt::format("must end before {}, which the exporter appends", path));
      return;
    }
  }
  if (provider.dialect == "ollama" && url.ends_with("/v1")) {
    field.error("is the address of OpenAI's dialect; remove /v1, or dialect: ollama");
  }
}

// Azure's own hosts have nothing else; what a gateway in front of them has is its own affair
// (providers.md §2.2).
void check_azure(const Field& field, const Provider& provider) {
  if (provider.type->auth != Auth::api_key || provider.base_url.empty()) return;
  const auto url = parse_url(provider.base_url);
  if (!url) return;
  const bool classic = url->path.ends_with("/openai");
  if (!provider.api_version.empty()) {
    if (!classic) field.error("must end in /openai where api_version is given");
  } else if (classic) {
    field.error("must end in /openai/v1, or give api_version for the paths before v1");
  } else if (url->host.ends_with(".azure.com") && !url->path.ends_with("/openai/v1") &&
             provider.dialect != "anthropic-messages") {
    field.error("must end in /openai/v1, such as https://RESOURCE.openai.azure.com/openai/v1");
  }
}

void explain_missing(const Section& section, const Provider& provider) {
  const auto& type = *provider.type;
  const auto what = provider.dialect == type.dialect
                        ? fmt::format("type {}", type.name)
                        : fmt::format("type {} with dialect {}", type.name, provider.dialect);
  const auto* example = type.auth == Auth::api_key ? "https://RESOURCE.openai.azure.com/openai/v1"
                                                   : "http://127.0.0.1:8000/v1";
  section.missing("base_url", fmt::format("{} has no default; write it up to and including the "
                                          "version, such as {}",
                                          what, example));
}

void read_base_url(Section& section, Provider& provider) {
  if (const auto field = section.find("base_url")) {
    provider.base_url = read_http_url(*field);
    // Its chat has one version, its list of models another: the dialect knows both.
    for (const std::string_view version : {"/v1", "/v2"}) {
      if (provider.dialect == "cohere-v2" && provider.base_url.ends_with(version))
        provider.base_url.resize(provider.base_url.size() - version.size());
    }
    check_end(*field, provider);
    check_azure(*field, provider);
    return;
  }
  provider.base_url = default_base_url(provider);
  if (!section.valid() || provider.dialect.empty()) return;
  if (provider.base_url.empty()) {
    explain_missing(section, provider);
  } else if (provider.region.empty() && provider.base_url.find('{') != std::string::npos) {
    if (section.entry("region") != nullptr) return;  // reported where it is written
    section.missing(
        "region", fmt::format("the address of type {} depends on it; write {}", provider.type->name,
                              region_example(provider.type->auth)));
  }
}

}  // namespace

std::string read_http_url(const Field& field) {
  auto text = read_text(field, kMaxUrl);
  if (!text) return "";
  const auto url = parse_url(*text);
  if (!url || (url->scheme != "http" && url->scheme != "https")) {
    field.error("must be a URL such as https://api.example.com/v1, without query or fragment");
    return "";
  }
  if (!url->userinfo.empty()) {
    field.error("must not contain a user or a password; use api_key or headers");
    return "";
  }
  while (text->ends_with('/')) text->pop_back();
  return *text;
}

void read_endpoint(Section& section, Provider& provider) {
  read_region(section, provider);
  read_project(section, provider);
  read_api_version(section, provider);
  read_base_url(section, provider);
  provider.models_path = default_models_path(provider);
  if (const auto catalog = section.find("catalog_url")) {
    provider.catalog_url = read_http_url(*catalog);
  } else {
    provider.catalog_url = default_catalog_url(provider);
  }
}

}  // namespace llm
