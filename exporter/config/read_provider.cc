#include "config/read_provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/json_value.h"
#include "config/read_secret.h"
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
constexpr std::array<std::string_view, 5> kOwnMembers{"model", "messages", "stream", "max_tokens",
                                                      "max_completion_tokens"};

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
  const auto& text = field.node().text;
  if (is_planned_type(text)) {
    field.diagnostics().error(field.at(),
                              fmt::format("type '{}' is not supported by this version yet", text));
    return nullptr;
  }
  std::vector<std::string_view> names;
  for (const auto& type : provider_types()) names.push_back(type.name);
  const auto index = read_choice(field, names);
  return index ? &provider_types()[*index] : nullptr;
}

std::string read_dialect(const Field& field) {
  const auto& text = field.node().text;
  if (is_planned_dialect(text)) {
    field.diagnostics().error(
        field.at(), fmt::format("dialect '{}' is not supported by this version yet", text));
    return "";
  }
  const auto index = read_choice(field, dialect_names());
  return index ? std::string(dialect_names()[*index]) : "";
}

std::string read_extra_body(const Field& field) {
  const Section section(field);
  if (!section.valid()) return "";
  for (const auto& member : section.all()) {
    if (contains(kOwnMembers, member.key())) {
      member.error("is set by the exporter itself; use the keys of the probe");
    }
  }
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

// A forgotten key is certain only where the default address and no other credential is used: a
// gateway or a simulator may want none.
bool lacks_key(const Provider& provider, bool own_address) {
  if (provider.api_key || own_address) return false;
  if (provider.type->auth == Auth::none || provider.type->base_url.empty()) return false;
  for (const auto& header : provider.headers) {
    if (header.secret) return false;
  }
  return true;
}

void read_identity(Section& section, Provider& provider) {
  if (const auto name = section.require("name", "give the provider a name, such as openai")) {
    provider.name = read_name(*name);
  }
  // Stands in for a type that cannot be read: it misses neither key nor address.
  provider.type = find_provider_type("vllm");
  if (const auto type = section.require("type", "say what it is, such as openai or vllm")) {
    if (const auto* row = read_type(*type)) provider.type = row;
  }
  provider.dialect = provider.type->dialect;
  if (const auto dialect = section.find("dialect")) provider.dialect = read_dialect(*dialect);
}

void read_credentials(Section& section, const std::filesystem::path& folder, Provider& provider) {
  const auto api_key = section.find("api_key");
  if (api_key) provider.api_key = read_secret_source(*api_key, folder);
  if (const auto headers = section.find("headers")) {
    provider.headers = read_headers(*headers, folder);
  }
  const bool own_address = section.entry("base_url") != nullptr;
  if (!api_key && section.valid() && lacks_key(provider, own_address)) {
    section.diagnostics().error(
        section.at(), fmt::format("api_key: missing, type {} needs one; write api_key: {{env: {}}}",
                                  provider.type->name, provider.type->env));
  }
}

}  // namespace

Provider read_provider(Section& section, const std::filesystem::path& folder) {
  Provider provider;
  read_identity(section, provider);
  read_credentials(section, folder, provider);
  read_transport(section, folder, provider);
  if (const auto body = section.find("extra_body")) provider.extra_body = read_extra_body(*body);
  if (const auto labels = section.find("labels")) provider.labels = read_labels(*labels);
  if (const auto most = section.find("max_concurrent")) {
    provider.max_concurrent = read_count(*most, 1, kMaxConcurrent).value_or(1);
  }
  return provider;
}

}  // namespace llm
