#include "simulator/server.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "unit/simulator/client.h"

namespace llm::sim {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<SimServer> serve(SimServer::Handler handler, SimServerOptions options = {}) {
  auto server = SimServer::start(std::move(options), std::move(handler));
  if (!server) ADD_FAILURE() << server.error();
  return server ? std::move(*server) : nullptr;
}

Reply echo(const SimRequest& request) {
  return plain_reply(200, "text/plain", request.path + " " + request.body,
                     {{"X-Nth", std::to_string(request.requests_on_connection)}});
}

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\n\r\n";

TEST(SimServer, AnswersSeveralRequestsOnOneConnection) {
  const auto server = serve(echo);
  Client client(server->port());
  for (const auto* nth : {"1", "2", "3"}) {
    client.send("POST /path HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "/path body");
    EXPECT_EQ(answer.headers.at("x-nth"), nth);
  }
}

TEST(SimServer, AnswersPipelinedRequestsInOrder) {
  const auto server = serve(echo);
  Client client(server->port());
  std::string many;
  for (int i = 0; i < 5'000; ++i) many += "GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n";
  many += "GET /last HTTP/1.0\r\n\r\n";
  // The answers are more than the kernel's buffers hold: they must be read while we write.
  std::thread writer([&] { client.send(many); });
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_EQ(client.read_answer().body, "/" + std::to_string(i) + " ");
  }
  EXPECT_EQ(client.read_answer().body, "/last ");
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(client.ended);
  writer.join();
}

TEST(SimServer, AnswersBadRequestsItself) {
  const auto server = serve(echo);
  Client client(server->port());
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(client.ended);
}

TEST(SimServer, PlaysStepsInTime) {
  const auto server = serve([](const SimRequest&) {
    Reply reply{.steps = {{30ms, "one", 0}, {0ms, "", -1}, {20ms, "two", 1}, {0ns, "three", 2}}};
    reply.finish = Finish::close;
    return reply;
  });
  Client client(server->port());
  client.send(kGet);
  EXPECT_EQ(client.read_all(), "onetwothree");
  const auto sent = server->sent();
  const auto seen = server->seen();
  ASSERT_EQ(sent.size(), 3u);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].path, "/a");
  const auto after = [&](std::size_t i) {
    return Nanos(sent[i].realtime_ns - seen[0].read_realtime_ns);
  };
  // Never too early; the realtime clock may be slewed a little against the monotonic one.
  EXPECT_GE(after(0), 29ms);
  EXPECT_GE(after(1), 49ms);
  EXPECT_GE(after(2), after(1));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(sent[static_cast<std::size_t>(i)].event, i);
    EXPECT_EQ(sent[static_cast<std::size_t>(i)].request_id, seen[0].request_id);
  }
}

TEST(SimServer, FinishesAsScripted) {
  const struct {
    Finish finish;
    bool ended, broken, answers_again;
  } rows[] = {{Finish::keep_alive, false, false, true},
              {Finish::close, true, false, false},
              {Finish::reset, false, true, false},
              {Finish::hang, false, false, false}};
  for (const auto& row : rows) {
    const auto server = serve([&](const SimRequest&) {
      return Reply{{{0ns, "answer", -1}}, row.finish};
    });
    Client client(server->port());
    client.send(kGet);
    EXPECT_EQ(client.read_until("answer"), "answer");
    if (row.ended || row.broken) {
      client.read_all();
      EXPECT_EQ(client.ended, row.ended);
      EXPECT_EQ(client.broken, row.broken);
      continue;
    }
    client.send(kGet);
    if (row.answers_again) {
      EXPECT_EQ(client.read_until("answer"), "answer");
    } else {
      // A second client is answered after the first one's bytes were read: silence is not slowness.
      Client other(server->port());
      other.send(kGet);
      EXPECT_EQ(other.read_until("answer"), "answer");
      pollfd silent{.fd = client.fd(), .events = POLLIN, .revents = 0};
      EXPECT_EQ(::poll(&silent, 1, 20), 0);
    }
  }
}

TEST(SimServer, ResumesPartialWrites) {
  const std::string big(20 << 20, 'x');
  const auto server = serve([&](const SimRequest&) { return plain_reply(200, "a/b", big); });
  Client client(server->port());
  client.send(kGet);
  const auto answer = client.read_answer();
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body.size(), big.size());
}

TEST(SimServer, RepeatsUntilTheClientLeavesAndServesOthers) {
  const auto server = serve([](const SimRequest& request) {
    if (request.path != "/endless") return echo(request);
    return Reply{
        {{0ns, "head", -1}, {0ns, std::string(5'000, 'x') + "again", -1}}, Finish::close, 1};
  });
  Client endless(server->port());
  endless.send("GET /endless HTTP/1.1\r\n\r\n");
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(endless.read_until("again").ends_with("xagain"));
  Client other(server->port());
  other.send(kGet);
  EXPECT_EQ(other.read_answer().body, "/a ");
}

TEST(SimServer, HoldsManyStreamsAtOnce) {
  constexpr int kStreams = 500;
  const auto server = serve([](const SimRequest&) {
    return Reply{{{0ns, "first;", 0}, {50ms, "second", 1}}, Finish::close};
  });
  std::vector<Client> clients;
  for (int i = 0; i < kStreams; ++i) clients.emplace_back(server->port());
  for (auto& client : clients) ASSERT_TRUE(client.send(kGet));
  for (auto& client : clients) ASSERT_EQ(client.read_all(), "first;second");
  EXPECT_EQ(server->sent().size(), 2u * kStreams);
}

TEST(SimServer, KeepsTheNewestRecords) {
  SimServerOptions options;
  options.record_limit = 2;
  const auto server = serve(echo, std::move(options));
  Client client(server->port());
  for (int i = 0; i < 5; ++i) {
    client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
    client.read_answer();
  }
  const auto seen = server->seen();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].path, "/3");
  EXPECT_EQ(seen[1].path, "/4");
}

TEST(SimServer, AcceptsSlowly) {
  SimServerOptions options;
  options.accept_delay = 50ms;
  const auto server = serve(echo, std::move(options));
  const auto before = mono_now();
  Client client(server->port());
  client.send(kGet);
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_GE(mono_now() - before, 50ms);
}

TEST(SimServer, StopsWithConnectionsOpen) {
  auto server = serve([](const SimRequest&) { return Reply{{}, Finish::hang}; });
  Client idle(server->port()), hung(server->port());
  hung.send(kGet);
  server.reset();
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_TRUE(idle.ended || idle.broken);
}

TEST(SimServer, SaysWhyItCannotStart) {
  const auto server = serve(echo);
  const auto taken = "127.0.0.1:" + std::to_string(server->port());
  for (const auto& address :
       {taken, std::string("127.0.0.1"), std::string("no.such.host.invalid:1")}) {
    SimServerOptions options;
    options.listen = address;
    const auto second = SimServer::start(std::move(options), echo);
    ASSERT_FALSE(second) << address;
    EXPECT_NE(second.error().find(address), std::string::npos) << second.error();
  }
}

}  // namespace
}  // namespace llm::sim
