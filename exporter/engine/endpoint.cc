#include "engine/endpoint.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <functional>
#include <memory>
#include <utility>

namespace llm {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::string part(const Url& url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), what, &text, flags) != CURLUE_OK) return {};
  std::string copy = text;
  curl_free(text);
  return copy;
}

}  // namespace

Result<Endpoint> make_endpoint(const HttpCall& call) {
  const Url url(curl_url());
  const auto parsed = curl_url_set(url.get(), CURLUPART_URL, call.url.c_str(), 0);
  if (parsed != CURLUE_OK) {
    return Err{fmt::format("the URL is malformed: {}", curl_url_strerror(parsed))};
  }
  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return Err{std::string("the URL is neither http nor https")};
  }
  Endpoint endpoint{call.url, "", "", scheme == "https"};
  if (call.server_name.empty() || !endpoint.https) return endpoint;

  endpoint.host = authority(call.url);
  endpoint.connect_to = fmt::format("::{}:{}", part(url, CURLUPART_HOST),
                                    part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
  if (curl_url_set(url.get(), CURLUPART_HOST, call.server_name.c_str(), 0) != CURLUE_OK) {
    return Err{std::string("server_name is not a host name")};
  }
  endpoint.url = part(url, CURLUPART_URL);
  return endpoint;
}

std::string_view authority(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const auto user = url.rfind('@'); user != url.npos) url.remove_prefix(user + 1);
  return url;
}

std::size_t shard_of(std::string_view url, std::size_t shards) {
  return std::hash<std::string_view>{}(authority(url)) % shards;
}

}  // namespace llm
