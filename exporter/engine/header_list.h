// The request's own header lines in libcurl's form. They carry the credentials: built when a call
// starts, wiped when it is over.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/http_client.h"

namespace llm {

struct WipeHeaders {
  void operator()(curl_slist* list) const noexcept;
};
using HeaderList = std::unique_ptr<curl_slist, WipeHeaders>;

// `host`, unless empty, becomes the Host field. Fails on names and values that would not stay on
// their own line; the message names the header, never its value.
Result<HeaderList> make_header_list(const HttpCall& call, const std::string& host);

}  // namespace llm
