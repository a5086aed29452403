// libcurl's result codes in our words. One table, because one code means different things before
// and after the request was on its way.
#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

#include "engine/exchange.h"

namespace llm {

// How far a transfer had come.
struct Progress {
  bool resolved = false, connected = false, ready = false, answered = false;
  bool https = false;
  bool tunnelling = false;  // waits for a proxy to open the way
};

// What a connection that is not ready was busy with, as a failure or as a missed deadline.
TransportEnd connect_failure(const Progress& progress);
TransportEnd connect_deadline(const Progress& progress);

// `detail`: libcurl's error text, which tells apart what shares a code.
TransportEnd end_of(CURLcode code, const Progress& progress, std::string_view detail);

// libcurl's words, without any that quote a URL: a proxy's may contain its password.
std::string safe_detail(CURLcode code, std::string_view detail);

}  // namespace llm
