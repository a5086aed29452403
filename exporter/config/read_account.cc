#include "config/read_account.h"

#include <fmt/format.h>

#include "config/provider_defaults.h"
#include "config/read_endpoint.h"
#include "config/read_secret.h"
#include "config/values.h"

namespace llm {
namespace {

// Costs lag by minutes to hours (providers.md §6), so that more often learns nothing.
constexpr Millis kMinInterval{300'000}, kMinLoopbackInterval{1'000}, kMaxInterval{86'400'000};

bool needs_admin_key(AccountApi api) {
  return api == AccountApi::openai || api == AccountApi::anthropic;
}

std::string account_types() {
  std::string names;
  for (const auto& type : provider_types()) {
    if (type.account == AccountApi::none) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", type.name);
  }
  return names;
}

std::string admin_key_remedy(const ProviderType& type) {
  return fmt::format(
      "type {} tells costs to an admin key alone; write account: {{admin_key: {{env: "
      "{}_ADMIN_KEY}}}}",
      type.name, type.name == "openai" ? "OPENAI" : "ANTHROPIC");
}

void read_key(Section& section, const std::filesystem::path& folder, const ProviderType& type,
              Account& account) {
  if (account.api == AccountApi::openrouter) {
    // A management key tells the credits too.
    if (const auto key = section.find("admin_key")) {
      account.admin_key = read_secret_source(*key, folder);
    }
  } else if (!needs_admin_key(account.api)) {
    section.refuse("admin_key", fmt::format("type {} uses api_key; remove it", type.name));
  } else if (const auto key = section.require("admin_key", admin_key_remedy(type))) {
    account.admin_key = read_secret_source(*key, folder);
  }
}

// An admin key can do far more than a probe's key, so it goes to the provider and to this machine;
// any other address must be meant.
void read_address(Section& section, const Provider& provider, Account& account) {
  if (const auto url = section.find("url")) {
    account.url = read_http_url(*url);
    return;
  }
  account.url = provider.base_url;
  const bool trusted = has_default_address(provider) || is_loopback(provider.base_url);
  if (account.admin_key && !trusted && !provider.base_url.empty()) {
    section.missing("url",
                    "base_url is not the provider's own address; say where the admin key "
                    "is to be sent");
  }
}

Account read_settings(const Field& field, const std::filesystem::path& folder,
                      const Provider& provider) {
  Section section(field);
  Account account;
  account.api = provider.type->account;
  read_key(section, folder, *provider.type, account);
  read_address(section, provider, account);
  if (const auto interval = section.find("interval")) {
    const auto least = is_loopback(account.url) ? kMinLoopbackInterval : kMinInterval;
    account.interval = read_duration(*interval, least, kMaxInterval).value_or(account.interval);
  }
  section.finish();
  return account;
}

}  // namespace

void read_account_key(Section& section, const std::filesystem::path& folder, Provider& provider) {
  const auto field = section.find("account");
  if (!field) return;
  const auto& type = *provider.type;
  const bool wanted = field->is(YamlNode::Kind::map) || read_bool(*field).value_or(false);
  if (!wanted) return;
  if (type.account == AccountApi::none) {
    field->error(fmt::format("type {} tells nothing of an account; types that do: {}", type.name,
                             account_types()));
    return;
  }
  if (field->is(YamlNode::Kind::map)) {
    provider.account = read_settings(*field, folder, provider);
  } else if (needs_admin_key(type.account)) {
    field->error(admin_key_remedy(type));
  } else {
    provider.account.api = type.account;
    provider.account.url = provider.base_url;
  }
  const bool has_key = provider.account.admin_key || section.entry("api_key") != nullptr;
  if (!needs_admin_key(type.account) && !has_key) {
    field->error("needs api_key beside it");
  }
}

}  // namespace llm
