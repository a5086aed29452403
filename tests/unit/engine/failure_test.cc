#include "engine/failure.h"

#include <gtest/gtest.h>

#include <vector>

#include "recorder.h"

namespace llm {
namespace {

constexpr Progress kResolving{};
constexpr Progress kConnecting{.resolved = true};
constexpr Progress kPlainConnected{.resolved = true, .connected = true};
constexpr Progress kHandshake{.resolved = true, .connected = true, .https = true};
constexpr Progress kTunnelling{
    .resolved = true, .connected = true, .https = true, .tunnelling = true};
constexpr Progress kWaiting{.resolved = true, .connected = true, .ready = true};
constexpr Progress kWaitingTls{.resolved = true, .connected = true, .ready = true, .https = true};
constexpr Progress kJudged{
    .resolved = true, .connected = true, .ready = true, .https = true, .certificate_asked = true};
constexpr Progress kReadingJudged{.resolved = true,
                                  .connected = true,
                                  .ready = true,
                                  .answered = true,
                                  .https = true,
                                  .certificate_asked = true};
constexpr Progress kReading{.resolved = true, .connected = true, .ready = true, .answered = true};
constexpr Progress kKept{.ready = true};

TEST(Failure, TheConnectDeadlineNamesThePhase) {
  EXPECT_EQ(connect_deadline(kResolving), TransportEnd::connect_deadline_dns);
  EXPECT_EQ(connect_deadline(kConnecting), TransportEnd::connect_deadline_connect);
  EXPECT_EQ(connect_deadline(kPlainConnected), TransportEnd::connect_deadline_connect);
  EXPECT_EQ(connect_deadline(kHandshake), TransportEnd::connect_deadline_tls);
  EXPECT_EQ(connect_deadline(kTunnelling), TransportEnd::connect_deadline_connect);
}

TEST(Failure, OneCodeMeansDifferentThingsAtDifferentTimes) {
  struct Row {
    CURLcode code;
    Progress progress;
    const char* detail;
    TransportEnd expected;
  };
  const char* alert = "OpenSSL SSL_read: tlsv13 alert certificate required, errno 0";
  const std::vector<Row> rows = {
      {CURLE_OK, kReading, "", TransportEnd::complete},
      {CURLE_COULDNT_RESOLVE_HOST, kResolving, "", TransportEnd::dns_failed},
      {CURLE_COULDNT_RESOLVE_PROXY, kResolving, "", TransportEnd::dns_failed},
      {CURLE_COULDNT_CONNECT, kConnecting, "", TransportEnd::connect_failed},
      {CURLE_OPERATION_TIMEDOUT, kConnecting, "", TransportEnd::connect_deadline_connect},
      {CURLE_OPERATION_TIMEDOUT, kReading, "", TransportEnd::cut},
      {CURLE_SSL_CONNECT_ERROR, kHandshake, "", TransportEnd::tls_failed},
      {CURLE_PEER_FAILED_VERIFICATION, kHandshake, "", TransportEnd::tls_failed},
      {CURLE_SSL_CERTPROBLEM, kHandshake, "", TransportEnd::internal},
      {CURLE_SSL_CACERT_BADFILE, kHandshake, "", TransportEnd::internal},
      {CURLE_RECV_ERROR, kTunnelling, "CONNECT tunnel failed", TransportEnd::connect_failed},
      {CURLE_RECV_ERROR, kHandshake, "", TransportEnd::tls_failed},
      {CURLE_RECV_ERROR, kWaiting, "Recv failure: Connection reset by peer", TransportEnd::cut},
      {CURLE_RECV_ERROR, kWaitingTls, alert, TransportEnd::tls_failed},
      {CURLE_RECV_ERROR, kReading, alert, TransportEnd::cut},
      {CURLE_RECV_ERROR, kWaitingTls, "Connection reset by peer", TransportEnd::cut},
      {CURLE_GOT_NOTHING, kWaitingTls, "", TransportEnd::cut},
      {CURLE_RECV_ERROR, kJudged, "Connection reset by peer", TransportEnd::tls_failed},
      {CURLE_SEND_ERROR, kJudged, "SSL_write: Broken pipe", TransportEnd::tls_failed},
      {CURLE_GOT_NOTHING, kJudged, "", TransportEnd::tls_failed},
      {CURLE_RECV_ERROR, kReadingJudged, "Connection reset by peer", TransportEnd::cut},
      {CURLE_RECV_ERROR, kReading, "Illegal in chunked-encoding", TransportEnd::limit},
      {CURLE_RECV_ERROR, kReading, "Too large response headers: 9 > 8", TransportEnd::limit},
      {CURLE_SEND_ERROR, kWaiting, "", TransportEnd::cut},
      {CURLE_GOT_NOTHING, kKept, "", TransportEnd::cut},
      {CURLE_PARTIAL_FILE, kReading, "", TransportEnd::cut},
      {CURLE_WEIRD_SERVER_REPLY, kReading, "", TransportEnd::limit},
      {CURLE_BAD_CONTENT_ENCODING, kReading, "", TransportEnd::limit},
      {CURLE_UNSUPPORTED_PROTOCOL, kWaitingTls, "", TransportEnd::limit},
      {CURLE_UNSUPPORTED_PROTOCOL, kResolving, "", TransportEnd::internal},
      {CURLE_OUT_OF_MEMORY, kReading, "", TransportEnd::limit},
      {CURLE_OUT_OF_MEMORY, kConnecting, "", TransportEnd::internal},
      {CURLE_URL_MALFORMAT, kResolving, "", TransportEnd::internal},
      {CURLE_FAILED_INIT, kResolving, "", TransportEnd::internal},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(end_of(row.code, row.progress, row.detail), row.expected)
        << curl_easy_strerror(row.code) << " " << row.detail;
  }
}

TEST(Failure, WordsThatQuoteAUrlAreReplaced) {
  EXPECT_EQ(safe_detail(CURLE_COULDNT_CONNECT, TransportEnd::connect_failed,
                        "Failed to connect to a.example port 1"),
            "Failed to connect to a.example port 1");
  for (const char* leaky : {"Unsupported proxy syntax in 'http://me:s3cret@p:x'",
                            "Unsupported proxy scheme for 'me:s3cret@p'", ""}) {
    EXPECT_EQ(safe_detail(CURLE_COULDNT_RESOLVE_PROXY, TransportEnd::dns_failed, leaky),
              curl_easy_strerror(CURLE_COULDNT_RESOLVE_PROXY));
  }
}

}  // namespace
}  // namespace llm
