// Fetches one document of bounded size within one deadline: for what is read beside the probes
// (access tokens, status pages, accounts).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/http_client.h"

namespace llm {

struct Fetched {
  TransportEnd end = TransportEnd::internal;
  std::string detail;  // what went wrong, for people; empty: nothing
  int status = 0;      // 0: no answer
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct FetchLimits {
  std::chrono::milliseconds total{15'000};
  std::size_t max_bytes = 1 << 20;
};

class Fetch {
 public:
  using Done = std::function<void(Fetched)>;
  // `done` is called once, on the loop's thread, never from within the constructor; it may destroy
  // the Fetch. Destroying it earlier cancels the call, and `done` is not called.
  Fetch(HttpClient& http, HttpCall call, FetchLimits limits, Done done);
  ~Fetch();
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

 private:
  struct Call;
  std::unique_ptr<Call> call_;
};

}  // namespace llm
