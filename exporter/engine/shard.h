// One of the client's multi handles, driven by the loop. Several of them share the hosts because
// libcurl walks all its hosts and kept connections again and again.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>

#include "engine/deadline.h"
#include "engine/loop.h"
#include "engine/transfer.h"

namespace llm {

class Shard {
 public:
  // What a shard asks of its client.
  struct Client {
    std::function<Transfer*(HttpClient::Id)> find;  // nullptr: over
    std::function<void(Transfer&, CURLcode)> done;  // may destroy the transfer, start and cancel
  };

  Shard(TransferContext& context, Client& client);  // throws std::bad_alloc
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  bool add(Transfer& transfer) noexcept;
  void remove(Transfer& transfer) noexcept;  // not from within libcurl's callbacks

 private:
  struct Calls;  // libcurl's C callbacks
  struct CleanUp {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
  };

  void on_socket(CURL* easy, int fd, int what, bool known) noexcept;
  void on_event(HttpClient::Id id, int fd, std::uint32_t events);
  void on_timeout();
  void after_call();

  TransferContext& context_;
  Client& client_;
  Deadline timeout_;
  std::unique_ptr<CURLM, CleanUp> multi_;  // last: its cleanup calls back
};

}  // namespace llm
