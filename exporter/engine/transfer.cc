#include "engine/transfer.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "engine/arrival.h"
#include "engine/certificate.h"
#include "engine/curl_options.h"

namespace llm {
namespace {

std::string address_text(const char* ip, int port) {
  const bool v6 = std::strchr(ip, ':') != nullptr;
  return v6 ? fmt::format("[{}]:{}", ip, port) : fmt::format("{}:{}", ip, port);
}

// "ip:port" of the peer of a TCP socket; empty while it is not connected.
std::string peer_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> ip{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, ip.data(), ip.size());
    return address_text(ip.data(), ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, ip.data(), ip.size());
    return address_text(ip.data(), ntohs(v6.sin6_port));
  }
  return {};  // the resolver's socket pair
}

}  // namespace

struct Transfer::Calls {
  static Transfer& of(void* self) { return *static_cast<Transfer*>(self); }

  static size_t body(char* data, size_t size, size_t n, void* self) noexcept {
    return of(self).on_body({data, size * n}) ? size * n : CURL_WRITEFUNC_ERROR;
  }
  static size_t header(char* data, size_t size, size_t n, void* self) noexcept {
    return of(self).on_header({data, size * n}) ? size * n : CURL_WRITEFUNC_ERROR;
  }
  static int ready(void* self, char* ip, char*, int port, int) noexcept {
    return of(self).on_ready(ip, port) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
  }
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
    return of(self).open_socket(*address);
  }
};

Transfer::Transfer(HttpClient::Id id, HttpCall call, Exchange& exchange, TransferContext& context)
    : id_(id),
      call_(std::move(call)),
      exchange_(exchange),
      context_(context),
      easy_(curl_easy_init()),
      header_reader_(context.options.max_header_bytes),
      deadline_(context.loop, [this] { deadline_passed(); }) {
  report_.started = mono_now();
  connect_deadline_ = report_.started + call_.connect_timeout;
}

Transfer* Transfer::of(CURL* easy) noexcept {
  char* self = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  return reinterpret_cast<Transfer*>(self);
}

bool Transfer::prepare() {
  auto endpoint = make_endpoint(call_);
  if (!endpoint) return doom(endpoint.error()), false;
  endpoint_ = std::move(*endpoint);
  report_.https = endpoint_.https;
  auto headers = make_header_list(call_, endpoint_.host);
  if (!headers) return doom(headers.error()), false;
  headers_ = std::move(*headers);
  if (!endpoint_.connect_to.empty()) append(connect_to_, endpoint_.connect_to);

  const TransferInput input{
      call_,          endpoint_,         context_.ca_file,  context_.options.user_agent,
      headers_.get(), connect_to_.get(), error_text_.data()};
  const TransferCallbacks callbacks{this, Calls::body, Calls::header, Calls::ready,
                                    Calls::open_socket};
  if (!easy_ || !set_options(easy_.get(), input, callbacks)) {
    return doom("libcurl refused an option"), false;
  }
  deadline_.set(next_deadline());
  return true;
}

void Transfer::doom(std::string detail) {
  verdict_ = TransportEnd::internal;
  verdict_detail_ = std::move(detail);
  deadline_.set(mono_now());
}

// ---- what happens, in the order in which it does

curl_socket_t Transfer::open_socket(const curl_sockaddr& address) noexcept {
  touch();
  const MonoTime now = mono_now();
  if (report_.ready) {
    // A kept connection had died, and libcurl goes on with a fresh one: all over again.
    report_.resolved = report_.connected = report_.ready = report_.sent = std::nullopt;
    connect_deadline_ = now + call_.connect_timeout;
    socket_error_ = 0;
  }
  if (!report_.resolved) report_.resolved = now;
  if (call_.goal == HttpCall::Goal::address) {
    verdict_ = TransportEnd::stopped;
    return CURL_SOCKET_BAD;
  }
  const int fd = socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (fd >= 0) {
    enable_receive_stamps(fd);
  } else if (errno != EAFNOSUPPORT) {  // no IPv6 here: libcurl goes on with the next address
    open_error_ = errno;
  }
  return fd;
}

void Transfer::note_connected(int fd, MonoTime now) noexcept {
  if (report_.connected || report_.ready) return;
  std::string peer = peer_of(fd);
  if (peer.empty()) return;
  report_.connected = now;
  report_.peer = std::move(peer);
}

bool Transfer::on_ready(const char* ip, int port) noexcept {
  touch();
  report_.peer = address_text(ip, port);
  if (endpoint_.https) report_.certificate_expiry = earliest_expiry(easy_.get());
  // A kept connection's peer has accepted our certificate long ago.
  certificate_asked_ = endpoint_.https && report_.resolved && verdict_pending(easy_.get());
  const MonoTime now = mono_now();
  if (report_.resolved && !report_.connected) report_.connected = now;
  report_.ready = now;
  last_arrival_ = now;
  exchange_.on_ready(now);
  if (call_.goal == HttpCall::Goal::answer) return true;
  verdict_ = TransportEnd::stopped;
  return false;
}

void Transfer::wants_to_write(bool wants) noexcept {
  wants_to_write_ = wants;
  note_sent();
}

// The request is with the kernel when libcurl, with a usable connection, has nothing to write.
void Transfer::note_sent() noexcept {
  if (report_.ready && !report_.sent && !report_.first_byte && !wants_to_write_) {
    report_.sent = mono_now();
  }
}

// An answer can come within the very call that sends the request; or before all of the body went.
void Transfer::note_sent_before_answer() noexcept {
  curl_off_t uploaded = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_UPLOAD_T, &uploaded);
  if (static_cast<std::size_t>(uploaded) >= call_.body.size()) report_.sent = mono_now();
}

void Transfer::woke(int fd, std::uint32_t events) {
  touch();
  const MonoTime now = mono_now();
  note_connected(fd, now);
  if (!report_.ready || call_.http2 || !(events & EPOLLIN)) return;
  const Peek seen = peek(fd);
  if (seen.error != 0) socket_error_ = seen.error;
  if (!seen.readable) return;
  arrival_ = to_arrival(seen.stamp, moment_now(), last_arrival_);
  // Under TLS these may be session tickets; there the first header line is the sign.
  if (!endpoint_.https && !report_.first_byte) report_.first_byte = arrival_->at;
}

// Of what libcurl delivers now.
Arrival Transfer::arrival() noexcept {
  if (!arrival_) arrival_ = Arrival{std::max(mono_now(), last_arrival_), false};
  if (!arrival_counted_) {
    arrival_counted_ = true;
    ++(arrival_->kernel ? context_.stats.kernel_arrivals : context_.stats.fallback_arrivals);
  }
  last_arrival_ = arrival_->at;
  return *arrival_;
}

bool Transfer::on_header(std::string_view line) noexcept {
  touch();
  const Arrival at = arrival();
  if (!report_.sent) note_sent_before_answer();
  if (!report_.first_byte) report_.first_byte = at.at;
  if (header_reader_.line(line, exchange_)) return true;
  verdict_ = TransportEnd::limit;
  verdict_detail_ = fmt::format("more than {} bytes of headers", context_.options.max_header_bytes);
  return false;
}

bool Transfer::on_body(std::string_view bytes) noexcept {
  touch();
  if (exchange_.on_body(bytes, arrival())) return true;
  verdict_ = TransportEnd::stopped;
  return false;
}

void Transfer::touch() noexcept {
  if (std::exchange(touched_, true)) return;
  context_.touched.push_back(this);
}

void Transfer::settle() noexcept {
  touched_ = false;
  arrival_.reset();
  arrival_counted_ = false;
  note_sent();
  if (!verdict_) deadline_.set(next_deadline());
}

// ---- how it ends

std::optional<MonoTime> Transfer::next_deadline() const noexcept {
  const auto theirs = exchange_.deadline();
  if (report_.ready) return theirs;
  return std::min(theirs.value_or(connect_deadline_), connect_deadline_);
}

void Transfer::deadline_passed() {
  if (verdict_) return context_.end(*this, *verdict_, verdict_detail_);
  if (report_.ready) return context_.end(*this, TransportEnd::deadline, "");
  // Whichever passed first: without a connection there was no answer to be slow.
  const auto theirs = exchange_.deadline();
  const bool is_theirs = theirs && *theirs < connect_deadline_;
  context_.end(
      *this, connect_deadline(progress()),
      is_theirs ? "the deadline of the whole exchange passed before the connection was ready" : "");
}

Progress Transfer::progress() const {
  long tunnel_status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &tunnel_status);
  const bool proxied = !call_.proxy_url.empty() && call_.proxy_url != "env";
  return {.resolved = report_.resolved.has_value(),
          .connected = report_.connected.has_value(),
          .ready = report_.ready.has_value(),
          .answered = report_.first_byte.has_value(),
          .https = endpoint_.https,
          .tunnelling = proxied && tunnel_status / 100 != 2,
          .certificate_asked = certificate_asked_};
}

TransportReport Transfer::report(TransportEnd end, std::string detail) const {
  TransportReport report = report_;
  report.ended = mono_now();
  report.end = end;
  report.detail = std::move(detail);
  long connects = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connects);
  report.reused = report.ready && connects == 0;
  // We note the sending after the fact, and the kernel the answer's arrival as it happens.
  if (report.sent && report.first_byte) report.sent = std::min(*report.sent, *report.first_byte);
  return report;
}

TransportReport Transfer::report(CURLcode code) const {
  if (code == CURLE_OK && socket_error_ == 0) {
    if (header_reader_.complete()) return report(TransportEnd::complete, "");
    // libcurl is content with half a header, if there was a byte of it.
    return report(TransportEnd::cut, "closed before the end of the header");
  }
  if (code != CURLE_OK && verdict_) return report(*verdict_, verdict_detail_);
  if (code == CURLE_COULDNT_CONNECT && open_error_ != 0) {
    return report(TransportEnd::internal,
                  "socket: " + std::generic_category().message(open_error_));
  }
  const TransportEnd end = end_of(code, progress(), error_text_.data());
  std::string detail = safe_detail(code, end, error_text_.data());
  if (end == TransportEnd::tls_failed && report_.ready && !is_alert(detail)) {
    return report(end, "the peer asked for a client certificate and then closed: " + detail);
  }
  if (socket_error_ != 0 && end != TransportEnd::tls_failed) {
    return report(TransportEnd::cut, std::generic_category().message(socket_error_));
  }
  return report(end, std::move(detail));
}

}  // namespace llm
