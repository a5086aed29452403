#include "engine/failure.h"

#include "base/text.h"

namespace llm {
namespace {

// The connection broke, or was broken off, after it had been established.
TransportEnd broken(const Progress& progress, std::string_view detail) {
  if (!progress.ready) return connect_failure(progress);
  // Not a break but an answer that is not HTTP; libcurl has no code of its own for these.
  if (icontains(detail, "chunk") || icontains(detail, "response headers")) {
    return TransportEnd::limit;
  }
  // TLS 1.3: the peer's verdict on our certificate arrives after the handshake; or it does not,
  // because the reset that follows it overtakes it.
  const bool refused = progress.certificate_asked || is_alert(detail);
  if (progress.https && !progress.answered && refused) return TransportEnd::tls_failed;
  return TransportEnd::cut;
}

// A header line of more than 100 kB; 7.88 says "Out of memory".
bool is_long_header_line(CURLcode code) {
#if LIBCURL_VERSION_NUM >= 0x080600
  if (code == CURLE_TOO_LARGE) return true;
#endif
  return code == CURLE_OUT_OF_MEMORY;
}

}  // namespace

bool is_alert(std::string_view detail) { return icontains(detail, " alert "); }

TransportEnd connect_failure(const Progress& progress) {
  if (!progress.resolved) return TransportEnd::dns_failed;
  const bool in_tls = progress.connected && progress.https && !progress.tunnelling;
  return in_tls ? TransportEnd::tls_failed : TransportEnd::connect_failed;
}

TransportEnd connect_deadline(const Progress& progress) {
  switch (connect_failure(progress)) {
    case TransportEnd::dns_failed:
      return TransportEnd::connect_deadline_dns;
    case TransportEnd::tls_failed:
      return TransportEnd::connect_deadline_tls;
    default:
      return TransportEnd::connect_deadline_connect;
  }
}

TransportEnd end_of(CURLcode code, const Progress& progress, std::string_view detail) {
  switch (code) {
    case CURLE_OK:
      return TransportEnd::complete;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return TransportEnd::dns_failed;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return TransportEnd::connect_failed;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return TransportEnd::tls_failed;
    case CURLE_OPERATION_TIMEDOUT:  // libcurl's own clock; ours is earlier unless the loop is late
      return progress.ready ? TransportEnd::cut : connect_deadline(progress);
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return broken(progress, detail);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
    case CURLE_WRITE_ERROR:  // our callbacks say why they refuse; what is left is a decoder's
      return TransportEnd::limit;
    case CURLE_UNSUPPORTED_PROTOCOL:  // of the answer: HTTP/0.9, or a version from the future
    case CURLE_OUT_OF_MEMORY:         // see is_long_header_line()
      return progress.ready ? TransportEnd::limit : TransportEnd::internal;
    default:
      // A certificate or key file that cannot be read is here too: ours, not the provider's.
      return TransportEnd::internal;
  }
}

std::string safe_detail(CURLcode code, TransportEnd end, std::string_view detail) {
  if (end == TransportEnd::limit && detail.empty() && is_long_header_line(code)) {
    return "a header line over libcurl's limit";
  }
  const bool quotes_url = detail.find('@') != detail.npos || detail.find("://") != detail.npos;
  if (detail.empty() || quotes_url) return curl_easy_strerror(code);
  return std::string(detail);
}

}  // namespace llm
