#include "simulator/listener.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace llm::sim {
namespace {

constexpr int kBacklog = 4096;  // a benchmark opens thousands at once

struct AddressInfoDelete {
  void operator()(addrinfo* info) const { ::freeaddrinfo(info); }
};
using AddressInfo = std::unique_ptr<addrinfo, AddressInfoDelete>;

Result<AddressInfo> resolve(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return Err{std::string("not HOST:PORT")};
  auto host = address.substr(0, colon);
  const auto port = address.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      ::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return Err{std::string(::gai_strerror(error))};
  return AddressInfo(found);
}

}  // namespace

Result<Listener> listen_on(const std::string& address) {
  const auto failed = [&](std::string_view why) {
    return Err{fmt::format("simulator: cannot listen on {}: {}", address, why)};
  };
  const auto info = resolve(address);
  if (!info) return failed(info.error());

  const auto& first = **info;
  Listener listener{
      .fd = Fd(::socket(first.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))};
  const int fd = listener.fd.get();
  const int on = 1;
  if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd, first.ai_addr, first.ai_addrlen) != 0 || ::listen(fd, kBacklog) != 0) {
    return failed(std::strerror(errno));
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  listener.port =
      ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                        : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
  return listener;
}

}  // namespace llm::sim
