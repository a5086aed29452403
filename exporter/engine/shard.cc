#include "engine/shard.h"

#include <sys/epoll.h>

#include <chrono>
#include <new>

#include "engine/curl_options.h"

namespace llm {
namespace {

std::uint32_t to_epoll(int what) {
  return ((what & CURL_POLL_IN) ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) ? EPOLLOUT : 0U);
}

int to_curl(std::uint32_t events) {
  return ((events & EPOLLIN) ? CURL_CSELECT_IN : 0) | ((events & EPOLLOUT) ? CURL_CSELECT_OUT : 0) |
         ((events & (EPOLLERR | EPOLLHUP)) ? CURL_CSELECT_ERR : 0);
}

}  // namespace

struct Shard::Calls {
  static int socket(CURL* easy, curl_socket_t fd, int what, void* self, void* known) noexcept {
    static_cast<Shard*>(self)->on_socket(easy, fd, what, known != nullptr);
    return 0;
  }
  static int timer(CURLM*, long ms, void* self) noexcept {
    auto& shard = *static_cast<Shard*>(self);
    if (ms < 0) {
      shard.timeout_.set(std::nullopt);
    } else {
      shard.timeout_.set(mono_now() + std::chrono::milliseconds(ms));
    }
    return 0;
  }
};

Shard::Shard(TransferContext& context, Client& client)
    : context_(context),
      client_(client),
      timeout_(context.loop, [this] { on_timeout(); }),
      multi_(curl_multi_init()) {
  if (!multi_ || !set_options(multi_.get(), {this, Calls::socket, Calls::timer})) {
    throw std::bad_alloc();
  }
}

bool Shard::add(Transfer& transfer) noexcept {
  return curl_multi_add_handle(multi_.get(), transfer.easy()) == CURLM_OK;
}

void Shard::remove(Transfer& transfer) noexcept {
  curl_multi_remove_handle(multi_.get(), transfer.easy());
}

void Shard::on_socket(CURL* easy, int fd, int what, bool known) noexcept {
  if (what == CURL_POLL_REMOVE) {
    context_.loop.unwatch(fd);
    curl_multi_assign(multi_.get(), fd, nullptr);
    return;
  }
  Transfer* transfer = Transfer::of(easy);
  const HttpClient::Id id = transfer ? transfer->id() : 0;
  bool watched = known && context_.loop.change(fd, to_epoll(what));
  if (!watched) {
    watched = context_.loop.watch(
        fd, to_epoll(what), [this, id, fd](std::uint32_t events) { on_event(id, fd, events); });
    curl_multi_assign(multi_.get(), fd, this);  // any pointer: "known"
  }
  if (!transfer) return;
  // An error code to libcurl would end the whole multi handle.
  if (!watched) transfer->doom("the kernel refused to watch a socket");
  transfer->note_connected(fd, mono_now());
  transfer->wants_to_write(what & CURL_POLL_OUT);
}

void Shard::on_event(HttpClient::Id id, int fd, std::uint32_t events) {
  if (Transfer* transfer = client_.find(id)) transfer->woke(fd, events);
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, to_curl(events), &running);
  after_call();
}

void Shard::on_timeout() {
  int running = 0;
  curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  after_call();
}

void Shard::after_call() {
  for (Transfer* transfer : context_.touched) transfer->settle();
  context_.touched.clear();
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    if (Transfer* transfer = Transfer::of(message->easy_handle)) client_.done(*transfer, code);
  }
}

}  // namespace llm
