// A plain libcurl program: one multi handle, curl_multi_socket_action over epoll, one easy handle a
// stream, the options that such a program must have. CAPATH is off as in ours: with Debian's
// default every handshake parses all certificates (21 ms instead of 1).
#pragma once

#include <curl/curl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "bench/stream_client.h"

namespace llm::bench {

class BareLibcurlClient final : public StreamClient {
 public:
  BareLibcurlClient(std::vector<BareRequest> requests, bool reuse, std::size_t tokens)
      : epoll_(epoll_create1(0)), multi_(curl_multi_init()), tokens_(tokens) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, long{CURLPIPE_NOTHING});
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(requests.size()) + 1);
    streams_.resize(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) prepare(i, requests[i], reuse);
  }
  ~BareLibcurlClient() override {
    for (auto& stream : streams_) {
      curl_multi_remove_handle(multi_, stream.easy);
      curl_easy_cleanup(stream.easy);
      curl_slist_free_all(stream.headers);
    }
    curl_multi_cleanup(multi_);
    close(epoll_);
  }

  void start(std::size_t index) override {
    streams_[index].counter.reset();
    curl_multi_add_handle(multi_, streams_[index].easy);
  }

  void turn(std::chrono::milliseconds max_wait) override {
    auto wait = max_wait;
    if (due_) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - mono_now());
      wait = std::clamp(left, std::chrono::milliseconds(0), max_wait);
    }
    epoll_event events[512];
    const int count = epoll_wait(epoll_, events, 512, static_cast<int>(wait.count()));
    int running = 0;
    for (int i = 0; i < count; ++i) {
      const int what = ((events[i].events & EPOLLIN) ? CURL_CSELECT_IN : 0) |
                       ((events[i].events & EPOLLOUT) ? CURL_CSELECT_OUT : 0) |
                       ((events[i].events & (EPOLLERR | EPOLLHUP)) ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi_, events[i].data.fd, what, &running);
    }
    if (due_ && *due_ <= mono_now()) {
      due_.reset();
      curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    reap();
  }

 private:
  struct Stream {
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    std::string body;
    TokenCounter counter;
  };

  void prepare(std::size_t index, const BareRequest& request, bool reuse) {
    Stream& stream = streams_[index];
    CURL* easy = stream.easy = curl_easy_init();
    const bool tls = !request.ca_file.empty();
    const auto url = (tls ? "https://" : "http://") + request.host + ":" +
                     std::to_string(request.port) + request.path;
    stream.body = request.body;
    for (const auto& header : request.headers) {
      stream.headers = curl_slist_append(stream.headers, header.c_str());
    }
    stream.headers = curl_slist_append(stream.headers, "Expect:");
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, stream.headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, stream.body.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &stream);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &stream);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 60'000L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, reuse ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, reuse ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    // Fresh means fresh: as ours, no session of an earlier connection is resumed.
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, reuse ? 1L : 0L);
    if (tls) curl_easy_setopt(easy, CURLOPT_CAINFO, request.ca_file.c_str());
  }

  void reap() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      CURL* easy = message->easy_handle;
      const bool whole = message->data.result == CURLE_OK;
      Stream* stream = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &stream);
      curl_multi_remove_handle(multi_, easy);
      ended(static_cast<std::size_t>(stream - streams_.data()),
            whole && stream->counter.done() && stream->counter.tokens() == tokens_);
    }
  }

  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* stream) {
    static_cast<Stream*>(stream)->counter.feed({bytes, size * count});
    return size * count;
  }
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void* known) {
    auto& client = *static_cast<BareLibcurlClient*>(self);
    if (what == CURL_POLL_REMOVE) return epoll_ctl(client.epoll_, EPOLL_CTL_DEL, fd, nullptr), 0;
    epoll_event event{.events = ((what & CURL_POLL_IN) ? std::uint32_t{EPOLLIN} : 0u) |
                                ((what & CURL_POLL_OUT) ? std::uint32_t{EPOLLOUT} : 0u),
                      .data = {.fd = fd}};
    epoll_ctl(client.epoll_, known != nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    curl_multi_assign(client.multi_, fd, self);
    return 0;
  }
  static int on_timer(CURLM*, long wait_ms, void* self) {
    auto& due = static_cast<BareLibcurlClient*>(self)->due_;
    due.reset();
    if (wait_ms >= 0) due = mono_now() + std::chrono::milliseconds(wait_ms);
    return 0;
  }

  int epoll_;
  CURLM* multi_;
  std::size_t tokens_;
  std::optional<MonoTime> due_;
  std::vector<Stream> streams_;
};

}  // namespace llm::bench
