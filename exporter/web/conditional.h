// Conditional requests (RFC 9110 §13): a client that has the answer already gets a few bytes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "web/server.h"

namespace llm {

// A weak entity tag, W/"…": the same for two answers that say the same of what is in `content`,
// whatever else in them differs.
std::string weak_tag(std::string_view content);

// 304 if the request's If-None-Match has `tag`, else what `make` gives, with the tag. `cache` is
// the Cache-Control of both.
WebResponse unless_known(const WebRequest& request, const std::string& tag, std::string_view cache,
                         const std::function<WebResponse()>& make);

}  // namespace llm
