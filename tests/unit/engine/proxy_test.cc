#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "peer.h"
#include "recorder.h"
#include "tls_peer.h"

namespace llm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// Sets variables for one scope. libcurl reads the environment in the caller's thread.
class Environment {
 public:
  explicit Environment(std::map<std::string, std::string> values) : values_(std::move(values)) {
    for (const auto& [name, value] : values_) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : values_) unsetenv(name.c_str());
  }

 private:
  std::map<std::string, std::string> values_;
};

// Copies between the client and 127.0.0.1:`port` until either side closes.
void tunnel(Connection& client, int port) {
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address);
  pollfd ends[2] = {{client.fd(), POLLIN, 0}, {server, POLLIN, 0}};
  for (bool open = true; open && poll(ends, 2, -1) > 0;) {
    for (int i = 0; i < 2; ++i) {
      if (ends[i].revents == 0) continue;
      char block[16384];
      const ssize_t n = recv(ends[i].fd, block, sizeof block, 0);
      open = n > 0 && send(ends[1 - i].fd, block, static_cast<std::size_t>(n), MSG_NOSIGNAL) == n;
      if (!open) break;
    }
  }
  close(server);
}

class Proxy : public testing::Test {
 protected:
  std::vector<std::string> requests_;
  // Answers whatever it is asked itself.
  Peer answering_{[this](Connection& c) {
    requests_.push_back(c.read_request());
    c.send(kHello);
  }};
  Engine engine_;
};

TEST_F(Proxy, GetsPlainRequestsWhole) {
  Recorder got;
  HttpCall call = get("http://target.example/path");
  call.proxy_url = "http://user:s3cret@127.0.0.1:" + std::to_string(answering_.port());
  engine_.run(call, got);
  EXPECT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
  EXPECT_EQ(got.report().peer, "127.0.0.1:" + std::to_string(answering_.port()));
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_THAT(requests_[0], StartsWith("GET http://target.example/path HTTP/1.1\r\n"));
  EXPECT_THAT(requests_[0], HasSubstr("\r\nProxy-Authorization: Basic dXNlcjpzM2NyZXQ=\r\n"));
}

TEST_F(Proxy, OfTheEnvironmentCountsOnlyWhenAskedFor) {
  Peer target([](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  const std::string proxy = "http://127.0.0.1:" + std::to_string(answering_.port());
  const Environment environment(
      {{"http_proxy", proxy}, {"https_proxy", proxy}, {"all_proxy", proxy}});
  Recorder direct, through;
  HttpCall call = get(target.url());
  engine_.run(call, direct);
  EXPECT_THAT(direct.statuses, ElementsAre(204));
  call.proxy_url = "env";
  engine_.run(call, through);
  EXPECT_THAT(through.statuses, ElementsAre(200));

  const Environment exception{std::map<std::string, std::string>{{"no_proxy", "127.0.0.1"}}};
  Recorder excepted, configured;
  engine_.run(call, excepted);
  EXPECT_THAT(excepted.statuses, ElementsAre(204));
  call.proxy_url = proxy;  // an explicit one has no exceptions but its own
  engine_.run(call, configured);
  EXPECT_THAT(configured.statuses, ElementsAre(200));
}

TEST_F(Proxy, TunnelsTls) {
  const TemporaryDirectory directory;
  const Identity ca = make_identity({.name = "Test CA", .san = "", .ca = true});
  const Identity server = make_identity({.san = "DNS:target.example"}, &ca);
  ca.write(directory.file("ca.pem"), directory.file("ca.key"));
  const TlsContext context = make_server_context(server);
  TlsPeer target(context.get(), [](TlsConnection& c) {
    while (!c.read_request().empty()) c.send(kHello);
  });
  std::string connect;
  Peer proxy([&](Connection& c) {
    connect = c.read_request();
    c.send("HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n");
    tunnel(c, target.port());
  });
  Recorder got;
  HttpCall call = get("https://target.example:8443/");
  call.headers = {{"Authorization", Secret("Bearer s3cret")}};
  call.ca_file = directory.file("ca.pem");
  call.proxy_url = proxy.url();
  engine_.run(call, got);
  EXPECT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
  EXPECT_THAT(connect, StartsWith("CONNECT target.example:8443 HTTP/1.1\r\n"));
  EXPECT_THAT(connect, Not(HasSubstr("s3cret"))) << "the target's headers are not the proxy's";
  EXPECT_EQ(got.header("X-Proxy"), "(absent)");
  EXPECT_THAT(got.statuses, ElementsAre(200));
  EXPECT_TRUE(got.report().certificate_expiry);
}

TEST_F(Proxy, ThatRefusesTheTunnelIsAConnectFailure) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"),
        std::string("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"), std::string()}) {
    Peer proxy([&](Connection& c) {
      c.read_request();
      c.send(answer);
    });
    Recorder got;
    HttpCall call = get("https://target.example/");
    call.proxy_url = "http://user:s3cret@127.0.0.1:" + std::to_string(proxy.port());
    engine_.run(call, got);
    EXPECT_EQ(got.report().end, TransportEnd::connect_failed) << got.report().detail;
    EXPECT_THAT(got.statuses, ElementsAre());
    EXPECT_THAT(got.report().detail, Not(HasSubstr("s3cret")));
  }
}

TEST_F(Proxy, ThatNeverOpensTheTunnelIsStillConnecting) {
  Peer proxy([](Connection& c) { c.wait_until_closed(); });
  Recorder got;
  HttpCall call = get("https://target.example/");
  call.proxy_url = proxy.url();
  call.connect_timeout = 20ms;
  engine_.run(call, got);
  EXPECT_EQ(got.report().end, TransportEnd::connect_deadline_connect);
}

TEST_F(Proxy, BrokenUrlsFailWithoutShowingThePassword) {
  for (const char* url : {"http://user:s3cret@127.0.0.1:99999", "http://user:s3cret@",
                          "gopher://user:s3cret@127.0.0.1", "http://user:s3cret@a b:1",
                          "http://user:s3cret/x@127.0.0.1:1", "user:s3cret@[::1"}) {
    Recorder got;
    HttpCall call = get("http://target.example/");
    call.proxy_url = url;
    call.connect_timeout = 2s;
    engine_.run(call, got);
    EXPECT_NE(got.report().end, TransportEnd::complete) << url;
    EXPECT_THAT(got.report().detail, Not(HasSubstr("s3cret"))) << url;
  }
}

}  // namespace
}  // namespace llm
