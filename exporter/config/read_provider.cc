#include "config/read_provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/json_value.h"
#include "config/provider_defaults.h"
#include "config/read_account.h"
#include "config/read_credentials.h"
#include "config/read_endpoint.h"
#include "config/read_money.h"
#include "config/read_secret.h"
#include "config/read_status_page.h"
#include "config/read_transport.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxExtraBody = 64 << 10;
constexpr std::size_t kMaxExtraNodes = 4'096;
constexpr std::size_t kMaxLabels = 16;
constexpr std::size_t kMaxLabelValue = 256;
constexpr std::uint32_t kMaxConcurrent = 1'000;

// Labels that llm_probe_target_info or Prometheus sets.
constexpr std::array<std::string_view, 13> kReservedLabels{
    "target", "provider", "provider_type",   "model", "kind",     "api",    "host",
    "type",   "dialect",  "endpoint_region", "job",   "instance", "vantage"};

// Members of a request that the exporter writes; a second opinion would make the probe measure
// something else than its target says.
constexpr std::array<std::string_view, 8> kOwnMembers{
    "model",    "messages", "stream",           "max_tokens", "max_completion_tokens",
    "contents", "input",    "max_output_tokens"};
// Likewise, one level down.
struct OwnMember {
  std::string_view object, member;
};
constexpr OwnMember kOwnInnerMembers[] = {{"generationConfig", "maxOutputTokens"},
                                          {"inferenceConfig", "maxTokens"},
                                          {"options", "num_predict"}};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string read_name(const Field& field) {
  auto name = read_text(field, kMaxModelBytes);
  if (!name) return "";
  if (!is_name(*name)) field.error(fmt::format("{} {}", in_quotes(*name), kNameShape));
  return *name;
}

const ProviderType* read_type(const Field& field) {
  std::vector<std::string_view> names;
  for (const auto& type : provider_types()) names.push_back(type.name);
  const auto index = read_choice(field, names);
  return index ? &provider_types()[*index] : nullptr;
}

std::string read_dialect(const Field& field, const ProviderType& type) {
  std::vector<std::string_view> names;
  for (const auto& dialect : dialect_traits()) names.push_back(dialect.name);
  const auto index = read_choice(field, names);
  if (!index) return "";
  if (!may_speak(type, names[*index])) {
    std::erase_if(names, [&](auto name) { return !may_speak(type, name); });
    field.error(
        fmt::format("type {} does not speak {}; it speaks {}; for a gateway write type: "
                    "openai-compatible",
                    type.name, in_quotes(field.node().text), fmt::join(names, ", ")));
    return "";
  }
  return std::string(names[*index]);
}

void check_member(const Field& member) {
  constexpr std::string_view kOwn = "is set by the exporter itself; use the keys of the probe";
  if (contains(kOwnMembers, member.key())) member.error(kOwn);
  if (!member.is(YamlNode::Kind::map)) return;
  for (const auto& own : kOwnInnerMembers) {
    if (member.key() != own.object) continue;
    for (const auto& inner : Section(member).all()) {
      if (inner.key() == own.member) inner.error(kOwn);
    }
  }
}

std::string read_extra_body(const Field& field) {
  const Section section(field);
  if (!section.valid()) return "";
  for (const auto& member : section.all()) check_member(member);
  if (field.node().weight > kMaxExtraNodes) {
    field.error(fmt::format("more than {} values", kMaxExtraNodes));
    return "";
  }
  auto text = to_json(field.node()).dump();
  if (text.size() > kMaxExtraBody) field.error(fmt::format("longer than {} bytes", kMaxExtraBody));
  return text;
}

std::map<std::string, std::string> read_labels(const Field& field) {
  std::map<std::string, std::string> labels;
  const auto fields = Section(field).all();
  if (fields.size() > kMaxLabels) {
    field.error(fmt::format("more than {} labels", kMaxLabels));
    return labels;
  }
  for (const auto& label : fields) {
    const auto& name = label.key();
    if (!is_label_name(name) || name.starts_with("__")) {
      label.diagnostics().error(
          label.at(), fmt::format("{}: not a label name; must be letters, digits and _, must not "
                                  "begin with a digit or __",
                                  in_quotes(name)));
    } else if (contains(kReservedLabels, name)) {
      label.error("is a label that the exporter or Prometheus sets; choose another name");
    } else if (auto value = read_text(label, kMaxLabelValue)) {
      labels.emplace(name, std::move(*value));
    }
  }
  return labels;
}

// Where a type has OpenAI's dialect at an address of its own, that address says which is meant:
// Ollama's ends in /v1, Bedrock's in /openai/v1.
bool is_openai_address(const Section& section, const ProviderType& type) {
  const auto* entry = section.entry("base_url");
  if (entry == nullptr || type.openai_base_url.empty()) return false;
  const auto path = type.openai_base_url.substr(type.openai_base_url.find('/', 8));
  std::string_view url = entry->value->text;
  while (url.ends_with('/')) url.remove_suffix(1);
  return url.ends_with(path);
}

// Whether the type is known.
bool read_identity(Section& section, Provider& provider) {
  if (const auto name = section.require("name", "give the provider a name, such as openai")) {
    provider.name = read_name(*name);
  }
  const auto type = section.require("type", "say what it is, such as openai or vllm");
  const auto* row = type ? read_type(*type) : nullptr;
  // The stand-in of one that cannot be read misses nothing and speaks everything.
  provider.type = row != nullptr ? row : find_provider_type("openai-compatible");
  provider.dialect = provider.type->dialect;
  if (is_openai_address(section, *provider.type)) provider.dialect = "openai-chat";
  if (const auto dialect = section.find("dialect")) {
    provider.dialect = read_dialect(*dialect, *provider.type);
  }
  return row != nullptr;
}

void read_typed(Section& section, const std::filesystem::path& folder, Provider& provider) {
  read_endpoint(section, provider);
  read_credentials(section, folder, provider);
  read_status_page_key(section, provider);
  read_account_key(section, folder, provider);
}

// What these may be depends on the type.
void pass_over_typed(Section& section, const std::filesystem::path& folder) {
  for (const auto key : {"region", "project", "api_version", "base_url", "catalog_url", "aws",
                         "service_account", "status_page", "account"}) {
    section.find(key);
  }
  if (const auto api_key = section.find("api_key")) read_secret_source(*api_key, folder);
  if (const auto headers = section.find("headers")) read_headers(*headers, folder);
}

}  // namespace

Provider read_provider(Section& section, const std::filesystem::path& folder) {
  Provider provider;
  if (read_identity(section, provider)) {
    read_typed(section, folder, provider);
  } else {
    pass_over_typed(section, folder);
  }
  read_transport(section, folder, provider);
  if (const auto body = section.find("extra_body")) provider.extra_body = read_extra_body(*body);
  if (const auto labels = section.find("labels")) provider.labels = read_labels(*labels);
  if (const auto most = section.find("max_concurrent")) {
    provider.max_concurrent = read_count(*most, 1, kMaxConcurrent).value_or(1);
  }
  if (const auto budget = section.find("budget")) provider.budget = read_budget(*budget);
  return provider;
}

}  // namespace llm
