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
  // TLS 1.3: the peer has asked for our certificate, and judges it after we are ready.
  bool certificate_asked = false;
};

// What a connection that is not ready was busy with, as a failure or as a missed deadline.
TransportEnd connect_failure(const Progress& progress);
TransportEnd connect_deadline(const Progress& progress);

// Whether libcurl's error text tells of a TLS alert of the peer.
bool is_alert(std::string_view detail);

// `detail`: libcurl's error text, which tells apart what shares a code.
TransportEnd end_of(CURLcode code, const Progress& progress, std::string_view detail);

// libcurl's words, or ours where its own mislead; without any that quote a URL: a proxy's may
// contain its password. `end`: what end_of() made of the same.
std::string safe_detail(CURLcode code, TransportEnd end, std::string_view detail);

}  // namespace llm
