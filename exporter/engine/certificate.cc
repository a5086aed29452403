#include "engine/certificate.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>

namespace llm {
namespace {

std::optional<WallTime> expiry(const X509* certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) return std::nullopt;
  return WallTime(std::chrono::seconds(timegm(&utc)));
}

// nullptr: no TLS, or not OpenSSL's.
SSL* ssl_of(CURL* easy) {
  curl_tlssessioninfo* tls = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || !tls) return nullptr;
  return tls->backend == CURLSSLBACKEND_OPENSSL ? static_cast<SSL*>(tls->internals) : nullptr;
}

}  // namespace

std::optional<WallTime> earliest_expiry(CURL* easy) noexcept {
  const SSL* ssl = ssl_of(easy);
  if (!ssl) return std::nullopt;
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  std::optional<WallTime> earliest;
  for (int i = 0; chain && i < sk_X509_num(chain); ++i) {
    const auto at = expiry(sk_X509_value(chain, i));
    if (at) earliest = std::min(earliest.value_or(*at), *at);
  }
  return earliest;
}

bool verdict_pending(CURL* easy) noexcept {
  SSL* ssl = ssl_of(easy);
  if (!ssl || SSL_version(ssl) != TLS1_3_VERSION) return false;
  // To a client they come with the request for a certificate, and in TLS 1.3 always do.
  return SSL_get_sigalgs(ssl, 0, nullptr, nullptr, nullptr, nullptr, nullptr) > 0;
}

}  // namespace llm
