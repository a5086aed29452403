// Where a call goes: what libcurl needs to know about its URL before the transfer starts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/http_client.h"

namespace llm {

struct Endpoint {
  std::string url;         // its host is the name that TLS asks for and verifies
  std::string connect_to;  // libcurl's "::host:port" if the connection goes elsewhere; else empty
  std::string host;        // Host field if it is not the URL's host; else empty
  bool https = false;
};

// With `server_name`, TLS speaks to that name, while connection and Host field keep to the URL.
Result<Endpoint> make_endpoint(const HttpCall& call);

// Host and port as written in `url`.
std::string_view authority(std::string_view url);

// Which of `shards` multi handles has the host of `url`: one host is always on the same one, or its
// connections could not be reused.
std::size_t shard_of(std::string_view url, std::size_t shards);

}  // namespace llm
