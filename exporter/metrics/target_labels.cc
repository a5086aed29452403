#include "metrics/target_labels.h"

#include <algorithm>
#include <array>

#include "metrics/text_writer.h"

namespace llm {
namespace {

constexpr std::array<std::string_view, 7> kOwnLabels{"target", "provider", "model", "provider_type",
                                                     "api",    "host",     "kind"};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool letter_or_digit(char c) { return letter(c) || (c >= '0' && c <= '9'); }

// Names that begin with two underscores are Prometheus' own.
bool usable_label_name(std::string_view name) {
  return !name.empty() && letter(name.front()) && !name.starts_with("__") &&
         std::all_of(name.begin(), name.end(), letter_or_digit) &&
         std::find(kOwnLabels.begin(), kOwnLabels.end(), name) == kOwnLabels.end();
}

std::string_view host_of(std::string_view url) {
  constexpr std::string_view kAfterScheme = "://";
  const auto scheme = url.find(kAfterScheme);
  if (scheme != url.npos) url.remove_prefix(scheme + kAfterScheme.size());
  url = url.substr(0, url.find_first_of("/?#"));
  const auto user = url.rfind('@');
  return user == url.npos ? url : url.substr(user + 1);
}

}  // namespace

std::string target_labels(const Target& target) {
  return label("target", target.name) + ',' + label("provider", target.provider->name) + ',' +
         label("model", target.model);
}

std::string target_info_labels(const Target& target) {
  const auto& provider = *target.provider;
  auto out = label("provider_type", provider.type->otel) + ',' + label("api", provider.dialect) +
             ',' + label("host", host_of(provider.base_url)) + ',' +
             label("kind", to_string(target.kind));
  for (const auto& [name, value] : provider.labels) {
    if (usable_label_name(name)) out += ',' + label(name, value);
  }
  return out;
}

}  // namespace llm
