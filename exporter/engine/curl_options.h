// Everything we ask of libcurl, in one place, each with its reason.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/result.h"
#include "engine/endpoint.h"
#include "engine/http_client.h"

namespace llm {

// What libcurl calls during one transfer; `self` is the last argument of each (the first of
// prereq's and open_socket's).
struct TransferCallbacks {
  void* self;
  curl_write_callback body, header;
  curl_prereq_callback ready;
  curl_opensocket_callback open_socket;
};

// The parts of a call that must outlive its transfer, because libcurl does not copy them.
struct TransferInput {
  const HttpCall& call;
  const Endpoint& endpoint;
  const std::string& ca_file;  // used unless the call names its own
  const std::string& user_agent;
  curl_slist* headers;
  curl_slist* connect_to;  // nullptr: where the URL says
  char* error_text;        // CURL_ERROR_SIZE bytes
};

// False: libcurl refused an option (memory, or a feature it was built without).
bool set_options(CURL* easy, const TransferInput& input, const TransferCallbacks& callbacks);

struct MultiCallbacks {
  void* self;
  curl_socket_callback socket;
  curl_multi_timer_callback timer;
};
bool set_options(CURLM* multi, const MultiCallbacks& callbacks);

// The system's bundle of certificate authorities; empty if none is where distributions put it.
std::string system_ca_file();

}  // namespace llm
