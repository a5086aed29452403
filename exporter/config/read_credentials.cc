#include "config/read_credentials.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/provider_defaults.h"
#include "config/read_secret.h"

namespace llm {
namespace {

constexpr std::string_view kAwsKeys =
    "aws: {access_key_id: {env: AWS_ACCESS_KEY_ID}, secret_access_key: {env: "
    "AWS_SECRET_ACCESS_KEY}}";

std::optional<SecretSource> find_source(Section& section, std::string_view key,
                                        const std::filesystem::path& folder) {
  const auto field = section.find(key);
  return field ? read_secret_source(*field, folder) : std::nullopt;
}

AwsSources read_aws(const Field& field, const std::filesystem::path& folder) {
  Section section(field);
  AwsSources aws;
  aws.access_key_id = find_source(section, "access_key_id", folder);
  aws.secret_access_key = find_source(section, "secret_access_key", folder);
  aws.session_token = find_source(section, "session_token", folder);
  aws.credentials = find_source(section, "credentials", folder);
  section.finish();
  if (!section.valid()) return aws;

  const auto given = [&](std::string_view key) { return section.entry(key) != nullptr; };
  const bool parts = given("access_key_id") || given("secret_access_key") || given("session_token");
  if (given("credentials")) {
    if (parts) field.error("give access_key_id and secret_access_key, or credentials, not both");
    return aws;
  }
  if (!parts) field.error("give access_key_id and secret_access_key, or credentials");
  for (const std::string_view key : {"access_key_id", "secret_access_key"}) {
    if (parts && !given(key)) {
      section.missing(key, "an AWS key has two parts, access_key_id and secret_access_key");
    }
  }
  return aws;
}

void read_aws_keys(Section& section, const std::filesystem::path& folder, Provider& provider) {
  if (provider.type->auth != Auth::aws) {
    section.refuse("aws", "only type bedrock signs its requests; use api_key");
    return;
  }
  const auto field = section.find("aws");
  if (!field) return;
  provider.aws = read_aws(*field, folder);
  if (section.entry("api_key") != nullptr) field->error("give aws or api_key, not both");
  if (section.entry("region") == nullptr && !has_default_address(provider) &&
      section.entry("base_url") != nullptr) {
    section.missing("region", "requests are signed for one; write region: us-east-1");
  }
}

void read_service_account(Section& section, const std::filesystem::path& folder,
                          Provider& provider) {
  if (provider.type->auth != Auth::google) {
    section.refuse("service_account", "only type vertex has one; use api_key");
    return;
  }
  const auto field = section.find("service_account");
  const auto* api_key = section.entry("api_key");
  if (!field) {
    if (const auto* project = section.entry("project"); project != nullptr && api_key != nullptr) {
      section.diagnostics().error(
          project->at,
          "project: belongs to service_account; an express key (api_key) has none; remove it");
    }
    return;
  }
  provider.service_account = read_secret_source(*field, folder);
  if (api_key != nullptr) field->error("give service_account or api_key, not both");
  if (section.entry("project") == nullptr) {
    section.missing("project", "service_account needs the id of the Google Cloud project");
  }
  if (section.entry("region") == nullptr && section.entry("base_url") != nullptr) {
    section.missing("region", "service_account needs one; write us-central1, or global");
  }
}

// A forgotten key is certain only where the default address and no other credential is used: a
// gateway or a simulator may want none.
bool lacks_key(const Section& section, const Provider& provider) {
  for (const auto key : {"api_key", "aws", "service_account"}) {
    if (section.entry(key) != nullptr) return false;
  }
  if (provider.type->auth == Auth::none || !has_default_address(provider)) return false;
  return std::none_of(provider.headers.begin(), provider.headers.end(),
                      [](const auto& header) { return header.secret.has_value(); });
}

std::string remedy(const ProviderType& type) {
  if (type.auth == Auth::aws) {
    return fmt::format("write {}, or api_key: {{env: AWS_BEARER_TOKEN_BEDROCK}}", kAwsKeys);
  }
  if (type.auth == Auth::google) {
    return "write service_account: {file: PATH} and project, or api_key with an express key";
  }
  return fmt::format("write api_key: {{env: {}}}", type.env);
}

}  // namespace

void read_credentials(Section& section, const std::filesystem::path& folder, Provider& provider) {
  provider.api_key = find_source(section, "api_key", folder);
  read_aws_keys(section, folder, provider);
  read_service_account(section, folder, provider);
  if (const auto headers = section.find("headers")) {
    provider.headers = read_headers(*headers, folder);
  }
  if (lacks_key(section, provider)) {
    section.missing("api_key", fmt::format("type {} needs one; {}", provider.type->name,
                                           remedy(*provider.type)));
  }
}

}  // namespace llm
