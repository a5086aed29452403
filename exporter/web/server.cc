#include "web/server.h"

#include <fmt/core.h>
#include <microhttpd.h>

#include <charconv>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "web/connections.h"
#include "web/gzip.h"
#include "web/listen.h"
#include "web/router.h"

namespace llm {
namespace {

// Per listen address. A slow client holds a connection and its memory, never a thread.
constexpr unsigned kThreads = 2;
constexpr unsigned kConnections = 500;
constexpr unsigned kConnectionsPerIp = 250;  // half: one peer cannot shut the others out
constexpr unsigned kIdleSeconds = 30;
constexpr std::size_t kConnectionMemory = 64 << 10;  // request line and headers live in it
constexpr std::size_t kMaxUrlBytes = 8 << 10;        // path and query, decoded
constexpr std::uint64_t kMaxRequestBody = 64 << 10;  // read and ignored: no endpoint wants one
constexpr std::size_t kCompressFrom = 1 << 10;
constexpr std::chrono::seconds kStopPatience{2};  // of the 5 s that a SIGTERM may take

}  // namespace

struct WebServer::Impl {
  explicit Impl(Router r) : router(std::move(r)) {}

  Router router;
  Connections connections;
  std::vector<MHD_Daemon*> daemons;    // one per listen socket
  std::vector<std::string> addresses;  // theirs
};

namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Decodes %XX in place. Unlike libmicrohttpd's own it leaves %00 as it is: a NUL would end the
// string and make "/metrics%00x" the same path as "/metrics".
std::size_t unescape(void*, MHD_Connection*, char* text) noexcept {
  char* out = text;
  for (const char* in = text; *in != '\0'; ++in) {
    const int high = *in == '%' ? hex(in[1]) : -1;
    const int low = high >= 0 ? hex(in[2]) : -1;
    if (low >= 0 && (high | low) != 0) {
      *out++ = static_cast<char>(high << 4 | low);
      in += 2;
    } else {
      *out++ = *in;
    }
  }
  *out = '\0';
  return static_cast<std::size_t>(out - text);
}

void log_line(void*, const char* format, va_list arguments) noexcept {
  if (!log::enabled(log::Level::debug)) return;
  char line[512];
  std::vsnprintf(line, sizeof line, format, arguments);
  log::debug("web server", {{"reason", trim(line)}});
}

MHD_Result collect_header(void* to, MHD_ValueKind, const char* name, const char* value) noexcept {
  auto& headers = static_cast<WebRequest*>(to)->headers;
  const auto [slot, fresh] = headers.emplace(to_lower(name), value ? value : "");
  if (!fresh && value) slot->second.append(", ").append(value);  // RFC 9110 §5.3
  return MHD_YES;
}

// The first of several values wins, as in Go's net/http, which Prometheus' users are used to.
MHD_Result collect_query(void* to, MHD_ValueKind, const char* name, const char* value) noexcept {
  static_cast<WebRequest*>(to)->query.emplace(name, value ? value : "");
  return MHD_YES;
}

std::string_view find(const WebRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string_view() : found->second;
}

WebRequest read_request(MHD_Connection* connection, const char* url, const char* method) {
  WebRequest request;
  request.method = method;
  request.path = url;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, collect_header, &request);
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect_query, &request);
  return request;
}

// Why a request is refused before its body is read.
std::optional<WebResponse> refuse(const WebRequest& request) {
  const auto plain = [](int status, const char* body) {
    WebResponse response;
    response.status = status;
    response.body = body;
    return response;
  };
  std::size_t url = request.path.size();
  for (const auto& [name, value] : request.query) url += name.size() + value.size() + 2;
  if (url > kMaxUrlBytes) return plain(414, "the URL is too long\n");
  if (!find(request, "transfer-encoding").empty()) {
    return plain(411, "a request body needs a Content-Length\n");
  }
  const auto length = find(request, "content-length");
  std::uint64_t bytes = 0;
  const auto end = length.data() + length.size();
  const auto [stop, error] = std::from_chars(length.data(), end, bytes);
  if (!length.empty() && (error != std::errc() || stop != end || bytes > kMaxRequestBody)) {
    return plain(413, "the request body is too large\n");
  }
  return std::nullopt;
}

void encode(WebResponse& response, const WebRequest& request) {
  if (response.body.size() <= kCompressFrom) return;
  response.headers["Vary"] = "Accept-Encoding";
  if (!accepts_gzip(find(request, "accept-encoding"))) return;
  response.body = gzip(response.body);
  response.headers["Content-Encoding"] = "gzip";
}

void free_body(void* body) noexcept {
  const std::unique_ptr<std::string> owner(static_cast<std::string*>(body));
}

MHD_Result queue(MHD_Connection* connection, WebResponse answer) {
  auto body = std::make_unique<std::string>(std::move(answer.body));
  auto* const response = MHD_create_response_from_buffer_with_free_callback_cls(
      body->size(), body->data(), free_body, body.get());
  if (!response) return MHD_NO;
  static_cast<void>(body.release());  // free_body's by now
  MHD_add_response_header(response, "Content-Type", answer.content_type.c_str());
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.headers) {
    MHD_add_response_header(response, name.c_str(), value.c_str());
  }
  const auto queued =
      MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return queued;
}

// libmicrohttpd calls this when the headers have come, for each piece of the body, and at the end.
MHD_Result on_request(void* self, MHD_Connection* connection, const char* url, const char* method,
                      const char* /*version*/, const char* /*upload*/, std::size_t* upload_size,
                      void** seen) noexcept {
  if (*upload_size > 0) {
    *upload_size = 0;
    return MHD_YES;
  }
  try {
    auto request = read_request(connection, url, method);
    if (*seen == nullptr) {
      *seen = self;  // any value that is not null: its headers have been seen
      auto refusal = refuse(request);
      return refusal ? queue(connection, std::move(*refusal)) : MHD_YES;
    }
    auto answer = static_cast<WebServer::Impl*>(self)->router.answer(request);
    encode(answer, request);
    return queue(connection, std::move(answer));
  } catch (const std::exception& e) {  // no memory: the connection is closed
    log::error("web request failed", {{"reason", e.what()}});
    return MHD_NO;
  }
}

MHD_Result on_accept(void* self, const sockaddr*, socklen_t) noexcept {
  return static_cast<WebServer::Impl*>(self)->connections.admit() ? MHD_YES : MHD_NO;
}

void on_connection(void* self, MHD_Connection* connection, void** /*context*/,
                   MHD_ConnectionNotificationCode what) noexcept {
  auto& connections = static_cast<WebServer::Impl*>(self)->connections;
  const int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    connections.opened(fd);
  } else {
    connections.closed(fd);
  }
}

MHD_Daemon* start_daemon(WebServer::Impl* impl, int socket) {
  return MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, on_accept, impl,
      on_request, impl,  //
      MHD_OPTION_EXTERNAL_LOGGER, log_line, nullptr, MHD_OPTION_LISTEN_SOCKET, socket,
      MHD_OPTION_THREAD_POOL_SIZE, kThreads, MHD_OPTION_CONNECTION_LIMIT, kConnections,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, kConnectionsPerIp, MHD_OPTION_CONNECTION_TIMEOUT,
      kIdleSeconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory,
      MHD_OPTION_UNESCAPE_CALLBACK, unescape, nullptr, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
      impl, MHD_OPTION_END);
}

}  // namespace

Result<std::unique_ptr<WebServer>> WebServer::start(WebOptions options, std::vector<Route> routes) {
  if (options.listen_addresses.empty()) return Err{"no address to listen on: --web.listen-address"};
  std::vector<ListenSocket> sockets;
  for (const auto& address : options.listen_addresses) {
    auto socket = listen_on(address);
    if (!socket) return Err{socket.error()};
    sockets.push_back(std::move(*socket));
  }
  // make_unique has no access.
  std::unique_ptr<WebServer> server(
      new WebServer(std::make_unique<Impl>(Router(options.route_prefix, std::move(routes)))));
  auto& impl = *server->impl_;
  for (auto& socket : sockets) {
    impl.addresses.push_back(socket.address());
    // The daemon owns the socket from here on, whether it starts or not.
    auto* const daemon = start_daemon(&impl, socket.release());
    if (!daemon) {
      return Err{
          fmt::format("cannot serve on {}: libmicrohttpd got no thread or no memory; look "
                      "at the limits of processes and files (ulimit -u, -n)",
                      impl.addresses.back())};
    }
    impl.daemons.push_back(daemon);
  }
  return server;
}

WebServer::WebServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

WebServer::~WebServer() {
  impl_->connections.drain(kStopPatience);
  for (auto* const daemon : impl_->daemons) MHD_stop_daemon(daemon);
}

std::vector<std::string> WebServer::addresses() const { return impl_->addresses; }

}  // namespace llm
