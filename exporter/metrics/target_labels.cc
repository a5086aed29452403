#include "metrics/target_labels.h"

#include "metrics/text_writer.h"

namespace llm {
namespace {

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
  for (const auto& [name, value] : provider.labels) out += ',' + label(name, value);
  return out;
}

}  // namespace llm
