#include "config/secret_sources.h"

namespace llm {

std::vector<const SecretSource*> secret_sources(const Provider& provider) {
  std::vector<const SecretSource*> sources;
  for (const auto* source :
       {&provider.api_key, &provider.aws.access_key_id, &provider.aws.secret_access_key,
        &provider.aws.session_token, &provider.aws.credentials, &provider.service_account,
        &provider.account.admin_key}) {
    if (*source) sources.push_back(&**source);
  }
  for (const auto& header : provider.headers) {
    if (header.secret) sources.push_back(&*header.secret);
  }
  return sources;
}

}  // namespace llm
