// The request's own header lines in libcurl's form. They carry the credentials: built when a call
// starts, wiped when it is over.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/http_client.h"

namespace llm {

struct WipeList {
  void operator()(curl_slist* list) const noexcept;
};
using CurlList = std::unique_ptr<curl_slist, WipeList>;
void append(CurlList& list, std::string line);

// `host`, unless empty, becomes the Host field. Fails on names and values that would not stay on
// their own line; the message names the header, never its value.
Result<CurlList> make_header_list(const HttpCall& call, const std::string& host);

}  // namespace llm
