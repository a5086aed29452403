#include "web/listen.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

namespace llm {
namespace {

constexpr int kBacklog = 511;  // the kernel caps it at net.core.somaxconn

struct HostPort {
  std::string host;  // empty: every address
  std::string port;
};

std::optional<HostPort> split(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = address.substr(0, colon);
  const auto port = address.substr(colon + 1);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // an IPv6 address without its brackets
  }
  return HostPort{std::string(host), std::to_string(number)};
}

std::string explain(const std::string& address, int error, const std::string& port) {
  std::string remedy;
  if (error == EADDRINUSE) {
    remedy = fmt::format(
        "another process listens there (`ss -ltnp 'sport = :{}'` shows which); stop it or choose "
        "another port with --web.listen-address",
        port);
  } else if (error == EACCES) {
    remedy = "ports below 1024 need root or CAP_NET_BIND_SERVICE; choose a higher one";
  } else if (error == EADDRNOTAVAIL) {
    remedy = "this machine does not have that address; use one of `ip address` or :PORT for all";
  } else {
    remedy = "choose another address with --web.listen-address";
  }
  return fmt::format("cannot listen on {}: {}: {}", address, std::generic_category().message(error),
                     remedy);
}

// The socket, or errno.
Result<ListenSocket, int> bind_and_listen(const sockaddr* name, socklen_t size) {
  ListenSocket socket(
      ::socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (socket.fd() < 0) return Err{errno};
  const int on = 1, off = 0;
  // A restart need not wait for connections in TIME_WAIT. Never SO_REUSEPORT: see listen.h.
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (name->sa_family == AF_INET6) {
    setsockopt(socket.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(socket.fd(), name, size) != 0 || ::listen(socket.fd(), kBacklog) != 0) {
    return Err{errno};
  }
  return socket;
}

Result<ListenSocket, int> listen_on_every_address(const std::string& port) {
  sockaddr_in6 any6{};
  any6.sin6_family = AF_INET6;
  any6.sin6_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  auto socket = bind_and_listen(reinterpret_cast<const sockaddr*>(&any6), sizeof any6);
  if (socket || (socket.error() != EAFNOSUPPORT && socket.error() != EADDRNOTAVAIL)) return socket;
  sockaddr_in any4{};  // IPv6 is switched off on this machine
  any4.sin_family = AF_INET;
  any4.sin_port = any6.sin6_port;
  return bind_and_listen(reinterpret_cast<const sockaddr*>(&any4), sizeof any4);
}

}  // namespace

ListenSocket::~ListenSocket() {
  if (fd_ >= 0) ::close(fd_);
}

std::string ListenSocket::address() const {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size) != 0) return {};
  char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "";
  getnameinfo(reinterpret_cast<const sockaddr*>(&name), size, host, sizeof host, port, sizeof port,
              NI_NUMERICHOST | NI_NUMERICSERV);
  if (name.ss_family == AF_INET6) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host, port);
}

Result<ListenSocket> listen_on(const std::string& address) {
  const auto parts = split(address);
  if (!parts) {
    return Err{
        fmt::format("cannot listen on \"{}\": not an address; want HOST:PORT, [IPv6]:PORT "
                    "or :PORT, with a port of 0 to 65535",
                    address)};
  }
  if (parts->host.empty()) {
    auto socket = listen_on_every_address(parts->port);
    if (!socket) return Err{explain(address, socket.error(), parts->port)};
    return std::move(*socket);
  }

  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  const int failed = getaddrinfo(parts->host.c_str(), parts->port.c_str(), &hints, &list);
  if (failed != 0) {
    return Err{fmt::format("cannot listen on {}: {}: use an IP address or :PORT for all", address,
                           gai_strerror(failed))};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  const addrinfo* chosen = list;
  while (chosen->ai_family != AF_INET && chosen->ai_next) chosen = chosen->ai_next;
  if (chosen->ai_family != AF_INET) chosen = list;
  auto socket = bind_and_listen(chosen->ai_addr, chosen->ai_addrlen);
  if (!socket) return Err{explain(address, socket.error(), parts->port)};
  return std::move(*socket);
}

}  // namespace llm
