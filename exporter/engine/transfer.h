// One call on its way through libcurl: its handle, its instants, its deadlines. Tells the exchange
// what happens; never ends itself.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/deadline.h"
#include "engine/endpoint.h"
#include "engine/exchange.h"
#include "engine/failure.h"
#include "engine/header_list.h"
#include "engine/header_reader.h"
#include "engine/http_client.h"

namespace llm {

class Transfer;

// What all transfers of a client share.
struct TransferContext {
  Loop& loop;
  const HttpClientOptions options;
  const std::string ca_file;
  // Asks for the end of a transfer; called from the loop, never from within libcurl.
  std::function<void(Transfer&, TransportEnd, std::string detail)> end;

  HttpClientStats stats = {};
  // Transfers that libcurl has called back since settle() was last called on each of them.
  std::vector<Transfer*> touched = {};
};

struct CleanUpEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, CleanUpEasy>;

class Transfer {
 public:
  Transfer(HttpClient::Id id, HttpCall call, Exchange& exchange, TransferContext& context);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Readies the handle for libcurl. If that is impossible, the loop will ask for the end soon.
  bool prepare();
  // Ends the transfer from the loop, soon: for failures found where nothing may be removed.
  void doom(std::string detail);

  HttpClient::Id id() const { return id_; }
  CURL* easy() const { return easy_.get(); }
  Exchange& exchange() const { return exchange_; }
  static Transfer* of(CURL* easy) noexcept;  // nullptr: one of libcurl's own handles

  // epoll has reported `events` on the transfer's socket; libcurl will be told next.
  void woke(int fd, std::uint32_t events);
  // libcurl waits for its socket `fd`, which may be connected already.
  void note_connected(int fd, MonoTime now) noexcept;
  void wants_to_write(bool wants) noexcept;
  // libcurl has returned.
  void settle() noexcept;

  TransportReport report(TransportEnd end, std::string detail) const;
  // The end that libcurl reported with `code`.
  TransportReport report(CURLcode code) const;

 private:
  struct Calls;  // libcurl's C callbacks

  bool on_body(std::string_view bytes) noexcept;
  bool on_header(std::string_view line) noexcept;
  bool on_ready(const char* ip, int port) noexcept;  // false: go no further
  curl_socket_t open_socket(const curl_sockaddr& address) noexcept;

  void touch() noexcept;
  void note_sent() noexcept;
  void note_sent_before_answer() noexcept;
  Arrival arrival() noexcept;
  Progress progress() const;
  std::optional<MonoTime> next_deadline() const noexcept;
  void deadline_passed();

  const HttpClient::Id id_;
  const HttpCall call_;
  Exchange& exchange_;
  TransferContext& context_;
  Endpoint endpoint_;
  CurlList headers_, connect_to_;
  Easy easy_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  HeaderReader header_reader_;
  MonoTime connect_deadline_;
  Deadline deadline_;

  TransportReport report_;               // filled in as things happen
  std::optional<TransportEnd> verdict_;  // why we made libcurl stop, or why we will
  std::string verdict_detail_;
  int open_error_ = 0;    // errno that socket() gave last
  int socket_error_ = 0;  // errno that looking at the socket took off it
  bool certificate_asked_ = false;
  bool wants_to_write_ = false;
  bool touched_ = false;

  // The arrival of what libcurl is reading now, from wake-up to settle().
  std::optional<Arrival> arrival_;
  bool arrival_counted_ = false;
  MonoTime last_arrival_;
};

}  // namespace llm
