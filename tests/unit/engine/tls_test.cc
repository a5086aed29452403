#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "peer.h"
#include "recorder.h"
#include "tls_peer.h"

namespace llm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

void hello(TlsConnection& c) {
  while (!c.read_request().empty()) c.send(kHello);
}

class Tls : public testing::Test {
 protected:
  Tls() {
    ca_.write(ca_file_, directory_.file("ca.key"));
    client_.write(client_cert_, client_key_);
  }
  HttpCall call_to(const TlsPeer& peer) const {
    HttpCall call = get(peer.url());
    call.ca_file = ca_file_;
    return call;
  }
  // What the server does not trust by itself is the client's certificate.
  TlsContext demanding_context(int max_version) const {
    TlsContext context = make_server_context(server_);
    SSL_CTX_set_max_proto_version(context.get(), max_version);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca_.certificate.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return context;
  }

  TemporaryDirectory directory_;
  const std::string ca_file_ = directory_.file("ca.pem");
  const std::string client_cert_ = directory_.file("client.pem");
  const std::string client_key_ = directory_.file("client.key");
  const Identity ca_ = make_identity({.name = "Test CA", .san = "", .ca = true});
  const Identity server_ = make_identity({}, &ca_);
  const Identity client_ = make_identity({.name = "probe", .san = ""}, &ca_);
  Engine engine_;
};

TEST_F(Tls, ReportsTheHandshakeAsItsOwnPhase) {
  const TlsContext context = make_server_context(server_);
  std::promise<MonoTime> greeted;
  TlsPeer peer(context.get(), [&](TlsConnection& c) {
    char first = 0;
    while (recv(c.fd(), &first, 1, MSG_PEEK) < 1) continue;  // the client's hello is there
    greeted.set_value(mono_now());
    hello(c);
  });
  Recorder got;
  engine_.run(call_to(peer), got);
  const TransportReport& report = got.report();
  ASSERT_EQ(report.end, TransportEnd::complete) << report.detail;
  EXPECT_TRUE(report.https);
  EXPECT_EQ(got.body, "hello");
  const MonoTime handshake = greeted.get_future().get();
  EXPECT_LE(*report.connected, handshake);
  EXPECT_GE(*report.ready, handshake);
  EXPECT_LE(*report.ready, *report.sent);
  EXPECT_LE(*report.sent, *report.first_byte);
}

TEST_F(Tls, ReportsTheEarliestExpiryOfTheChain) {
  for (const auto& [leaf_expires, issuer_expires] : {std::pair{48h, 1h}, std::pair{1h, 48h}}) {
    const Identity issuer = make_identity(
        {.name = "Intermediate", .san = "", .expires_in = issuer_expires, .ca = true}, &ca_);
    const Identity leaf = make_identity({.expires_in = leaf_expires}, &issuer);
    const Identity& earlier = leaf_expires < issuer_expires ? leaf : issuer;
    const TlsContext context = make_server_context(leaf);
    SSL_CTX_add1_chain_cert(context.get(), issuer.certificate.get());
    TlsPeer peer(context.get(), hello);
    Recorder got;
    engine_.run(call_to(peer), got);
    ASSERT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
    ASSERT_TRUE(got.report().certificate_expiry);
    std::tm utc{};
    ASN1_TIME_to_tm(X509_get0_notAfter(earlier.certificate.get()), &utc);
    EXPECT_EQ(std::chrono::system_clock::to_time_t(*got.report().certificate_expiry), timegm(&utc));
  }
}

TEST_F(Tls, RefusesCertificatesItShouldNotTrust) {
  struct Row {
    const char* what;
    IdentityOptions options;
    bool signed_by_ca;
    const char* detail;
  };
  for (const Row& row : {
           Row{"self-signed", {}, false, "self-signed certificate"},
           Row{"expired", {.expires_in = -1h}, true, "certificate has expired"},
           Row{"other name", {.san = "DNS:other.example"}, true, "127.0.0.1"},
           Row{"other address", {.san = "IP:127.0.0.2"}, true, "127.0.0.1"},
       }) {
    const Identity identity = make_identity(row.options, row.signed_by_ca ? &ca_ : nullptr);
    const TlsContext context = make_server_context(identity);
    TlsPeer peer(context.get(), hello);
    Recorder refused, accepted;
    HttpCall call = call_to(peer);
    engine_.run(call, refused);
    EXPECT_EQ(refused.report().end, TransportEnd::tls_failed) << row.what;
    EXPECT_THAT(refused.report().detail, HasSubstr(row.detail)) << row.what;
    EXPECT_TRUE(refused.report().connected);
    EXPECT_FALSE(refused.report().ready);
    EXPECT_EQ(refused.report().peer, "127.0.0.1:" + std::to_string(peer.port()));
    call.insecure_skip_verify = true;
    engine_.run(call, accepted);
    EXPECT_EQ(accepted.report().end, TransportEnd::complete) << row.what;
  }
}

TEST_F(Tls, WithoutACaFileTheSystemsBundleDecides) {
  const TlsContext context = make_server_context(server_);
  TlsPeer peer(context.get(), hello);
  Recorder got;
  engine_.run(get(peer.url()), got);
  EXPECT_EQ(got.report().end, TransportEnd::tls_failed);
}

// The trap of CAPATH: with one, libcurl reads and parses the file anew at each handshake.
TEST_F(Tls, TheCertificateStoreIsReadOnce) {
  const TlsContext context = make_server_context(server_);
  TlsPeer peer(context.get(), hello);
  Recorder first, second;
  engine_.run(call_to(peer), first);
  ASSERT_EQ(first.report().end, TransportEnd::complete) << first.report().detail;
  std::filesystem::remove(ca_file_);
  engine_.run(call_to(peer), second);
  EXPECT_EQ(second.report().end, TransportEnd::complete) << second.report().detail;
  EXPECT_EQ(peer.accepted(), 2);
}

TEST_F(Tls, ColdCallsShakeHandsInFull) {
  const TlsContext context = make_server_context(server_);
  std::atomic<int> resumed = 0;
  TlsPeer peer(context.get(), [&](TlsConnection& c) {
    hello(c);
    resumed += SSL_session_reused(c.ssl());
  });
  for (int i = 0; i < 3; ++i) {
    Recorder got;
    engine_.run(call_to(peer), got);
    EXPECT_EQ(got.report().end, TransportEnd::complete);
  }
  EXPECT_EQ(resumed, 0);
}

TEST_F(Tls, FilesThatCannotBeReadAreOurOwnFault) {
  const TlsContext context = make_server_context(server_);
  TlsPeer peer(context.get(), hello);
  Recorder no_ca, no_cert;
  HttpCall call = call_to(peer);
  call.ca_file = directory_.file("absent.pem");
  engine_.run(call, no_ca);
  EXPECT_EQ(no_ca.report().end, TransportEnd::internal) << no_ca.report().detail;
  call = call_to(peer);
  call.cert_file = directory_.file("absent.pem");
  engine_.run(call, no_cert);
  EXPECT_EQ(no_cert.report().end, TransportEnd::internal) << no_cert.report().detail;
}

TEST_F(Tls, ShowsAClientCertificateWhereOneIsDemanded) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsContext context = demanding_context(version);
    TlsPeer peer(context.get(), [](TlsConnection& c) {
      if (!c.read_request().empty()) {
        c.send(kHello);
        return;
      }
      // Refused: leaves the client the time to read why, which a reset would take from it.
      shutdown(c.fd(), SHUT_WR);
      c.drain();
    });
    Recorder with, without;
    HttpCall call = call_to(peer);
    engine_.run(call, without);
    EXPECT_EQ(without.report().end, TransportEnd::tls_failed) << without.report().detail;
    call.cert_file = client_cert_;
    call.key_file = client_key_;
    engine_.run(call, with);
    EXPECT_EQ(with.report().end, TransportEnd::complete) << with.report().detail;
  }
}

// Leaves the client neither an alert nor the time to read it.
int refuse_without_a_word(X509_STORE_CTX* store, void*) {
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  shutdown(SSL_get_fd(ssl), SHUT_RDWR);
  return 0;
}

// Under TLS 1.3 we are ready before the peer has looked at our certificate. Its alert is lost if
// its reset overtakes it; each row runs often, because that is a race.
TEST_F(Tls, ARefusedClientCertificateIsATlsFailureThoughTheAlertBeLost) {
  const Identity stranger = make_identity({.name = "stranger", .san = ""});
  const std::string cert = directory_.file("stranger.pem"), key = directory_.file("stranger.key");
  stranger.write(cert, key);
  struct Row {
    const char* what;
    bool with_certificate, silent;
  };
  for (const Row& row : {Row{"no certificate", false, false}, Row{"untrusted", true, false},
                         Row{"refused without alert", true, true}}) {
    const TlsContext context = demanding_context(TLS1_3_VERSION);
    if (row.silent) {
      SSL_CTX_set_cert_verify_callback(context.get(), refuse_without_a_word, nullptr);
    }
    TlsPeer peer(context.get(), hello);
    for (int i = 0; i < 20; ++i) {
      Recorder got;
      HttpCall call = call_to(peer);
      if (row.with_certificate) call.cert_file = cert, call.key_file = key;
      engine_.run(call, got);
      EXPECT_EQ(got.report().end, TransportEnd::tls_failed) << row.what << got.report().detail;
      EXPECT_THAT(got.report().detail,
                  testing::AnyOf(HasSubstr(" alert "), HasSubstr("asked for a client certificate")))
          << row.what;
    }
  }
}

TEST_F(Tls, ACloseWithoutAnAnswerIsACutWhereNoCertificateIsAskedFor) {
  const TlsContext context = make_server_context(server_);
  for (const bool reset : {false, true}) {
    TlsPeer peer(context.get(), [&](TlsConnection& c) {
      c.read_request();
      if (reset) c.reset();
    });
    Recorder got;
    engine_.run(call_to(peer), got);
    EXPECT_EQ(got.report().end, TransportEnd::cut) << got.report().detail;
  }
}

int note_server_name(SSL* ssl, int*, void* names) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  static_cast<std::vector<std::string>*>(names)->push_back(name ? name : "(none)");
  return SSL_TLSEXT_ERR_OK;
}

TEST_F(Tls, ServerNameIsAskedForAndVerifiedButNotTheHost) {
  const Identity named = make_identity({.san = "DNS:models.example"}, &ca_);
  const TlsContext context = make_server_context(named);
  std::vector<std::string> names;
  SSL_CTX_set_tlsext_servername_callback(context.get(), note_server_name);
  SSL_CTX_set_tlsext_servername_arg(context.get(), &names);
  std::string request;
  TlsPeer peer(context.get(), [&](TlsConnection& c) {
    request = c.read_request();
    c.send(kHello);
  });
  Recorder got;
  HttpCall call = call_to(peer);
  call.server_name = "models.example";
  engine_.run(call, got);
  EXPECT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
  EXPECT_THAT(names, testing::ElementsAre("models.example"));
  EXPECT_THAT(request, HasSubstr("\r\nHost: 127.0.0.1:" + std::to_string(peer.port()) + "\r\n"));
}

int note_protocols(SSL*, const unsigned char**, unsigned char*, const unsigned char* offered,
                   unsigned size, void* offers) {
  static_cast<std::vector<std::string>*>(offers)->emplace_back(
      reinterpret_cast<const char*>(offered), size);
  return SSL_TLSEXT_ERR_NOACK;
}

TEST_F(Tls, OffersHttp2OnlyWhenAskedTo) {
  const TlsContext context = make_server_context(server_);
  std::vector<std::string> offers;
  SSL_CTX_set_alpn_select_cb(context.get(), note_protocols, &offers);
  TlsPeer peer(context.get(), hello);
  for (const bool http2 : {false, true}) {
    Recorder got;
    HttpCall call = call_to(peer);
    call.http2 = http2;
    engine_.run(call, got);
    EXPECT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
  }
  EXPECT_THAT(offers, testing::ElementsAre("\x08http/1.1", "\x02h2\x08http/1.1"));
}

TEST_F(Tls, PlainTextOnTheTlsPortIsATlsFailure) {
  Peer plain([](Connection& c) { c.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  Recorder got;
  engine_.run(get("https://127.0.0.1:" + std::to_string(plain.port())), got);
  EXPECT_EQ(got.report().end, TransportEnd::tls_failed) << got.report().detail;
}

TEST_F(Tls, AnAnswerCutShortIsACutWithOrWithoutCloseNotify) {
  const TlsContext context = make_server_context(server_);
  for (const bool close_notify : {false, true}) {
    TlsPeer peer(context.get(), [&](TlsConnection& c) {
      c.read_request();
      c.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
      if (close_notify) c.close_notify();
    });
    Recorder got;
    engine_.run(call_to(peer), got);
    EXPECT_EQ(got.report().end, TransportEnd::cut) << got.report().detail;
    EXPECT_EQ(got.body, "hello");
  }
}

// TLS 1.3 sends session tickets once hands are shaken: they are no answer.
TEST_F(Tls, TheFirstByteIsOfTheAnswer) {
  const TlsContext context = make_server_context(server_);
  std::promise<void> request_read, go;
  TlsPeer peer(context.get(), [&](TlsConnection& c) {
    c.read_request();
    request_read.set_value();
    go.get_future().wait();
    c.send(kHello);
  });
  Recorder got;
  engine_.client.start(call_to(peer), got);
  ASSERT_TRUE(turn_until(engine_.loop, [&] { return !got.ready.empty(); }));
  request_read.get_future().wait();
  engine_.loop.turn(50ms);  // reads the tickets, unless the request's own turn has done so
  const MonoTime before = mono_now();
  go.set_value();
  ASSERT_TRUE(turn_until(engine_.loop, [&] { return got.ended(); }));
  EXPECT_EQ(got.report().end, TransportEnd::complete) << got.report().detail;
  EXPECT_GE(*got.report().first_byte, before - 20us);
}

TEST_F(Tls, ArrivalsAreTheKernelsToo) {
  wait_for_stamps(engine_);
  const TlsContext context = make_server_context(server_);
  std::promise<void> headers_read, sent;
  TlsPeer peer(context.get(), [&](TlsConnection& c) {
    c.read_request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    headers_read.get_future().wait();
    c.send("token");
    sent.set_value();
    c.wait_until_closed();
  });
  Recorder got;
  engine_.client.start(call_to(peer), got);
  ASSERT_TRUE(turn_until(engine_.loop, [&] { return got.headers.size() == 1; }));
  const MonoTime before = mono_now();
  headers_read.set_value();
  sent.get_future().wait();
  const MonoTime resumed = mono_now();
  ASSERT_TRUE(turn_until(engine_.loop, [&] { return got.ended(); }));
  ASSERT_EQ(got.pieces.size(), 1U);
  EXPECT_TRUE(got.pieces[0].second.kernel);
  EXPECT_GE(got.pieces[0].second.at, before - 20us);
  EXPECT_LT(got.pieces[0].second.at, resumed);
  EXPECT_LT(*got.report().first_byte, before);
}

}  // namespace
}  // namespace llm
