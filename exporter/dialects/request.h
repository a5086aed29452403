// What the requests of all dialects have in common: where they go and what they carry. Azure's
// classic paths, catalogs on a host of their own and every way to show a key are dealt with here,
// so that a dialect says no more than its path and its body.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "dialects/dialect.h"

namespace llm {

// The GET of the kinds that generate nothing: the list of models (`models`), the cheapest request
// that needs the key (`key`), the Hugging Face Hub's page of a model (`served`).
Request catalog_request(const Target& target, const Credentials& credentials);

// POST of `body` to base_url + path, with the extra_body of type and provider laid over it (RFC
// 7396: the provider wins, null removes a member).
Request post_request(const Target& target, const Credentials& credentials, std::string_view path,
                     nlohmann::json body);

// Sets a header the user has not set.
void default_header(Request& request, std::string_view name, std::string_view value);

// RFC 3986 §2: every byte but the unreserved ones, and those of `keep`, as %XX.
std::string percent_encode(std::string_view text, std::string_view keep = "");

}  // namespace llm
