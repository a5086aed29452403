// A blocking GET on a kept connection, for what is not measured: scrapes and the drivers of peers.
#pragma once

#include <curl/curl.h>

#include <string>

#include "bench/bench_setup.h"

namespace llm::bench {

class HttpGet {
 public:
  HttpGet() : easy_(curl_easy_init()) {
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(easy_, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT, 60L);
  }
  ~HttpGet() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
  }
  HttpGet(const HttpGet&) = delete;
  HttpGet& operator=(const HttpGet&) = delete;

  void add_header(const char* line) {
    headers_ = curl_slist_append(headers_, line);
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  }
  // The body as it came, compressed or not.
  std::string operator()(const std::string& url) {
    std::string body;
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &body);
    const auto code = curl_easy_perform(easy_);
    if (code != CURLE_OK) throw Broken(fmt::format("{}: {}", url, curl_easy_strerror(code)));
    return body;
  }

 private:
  static std::size_t append(char* bytes, std::size_t size, std::size_t count, void* body) {
    static_cast<std::string*>(body)->append(bytes, size * count);
    return size * count;
  }

  CURL* easy_;
  curl_slist* headers_ = nullptr;
};

}  // namespace llm::bench
