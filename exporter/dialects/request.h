// What the requests of all dialects have in common.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "dialects/dialect.h"

namespace llm {

// GET of the model list: base_url + the type's models_path.
Request models_request(const Target& target, const Credentials& credentials);

// POST of `body` to base_url + path, with the extra_body of type and provider laid over it (RFC
// 7396: the provider wins, null removes a member).
Request post_request(const Target& target, const Credentials& credentials, std::string_view path,
                     nlohmann::json body);

// Sets a header the user has not set.
void default_header(Request& request, std::string_view name, std::string_view value);

}  // namespace llm
