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

}  // namespace

std::optional<WallTime> earliest_expiry(CURL* easy) noexcept {
  curl_tlssessioninfo* tls = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || !tls) return std::nullopt;
  if (tls->backend != CURLSSLBACKEND_OPENSSL || !tls->internals) return std::nullopt;
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(static_cast<SSL*>(tls->internals));
  std::optional<WallTime> earliest;
  for (int i = 0; chain && i < sk_X509_num(chain); ++i) {
    const auto at = expiry(sk_X509_value(chain, i));
    if (at) earliest = std::min(earliest.value_or(*at), *at);
  }
  return earliest;
}

}  // namespace llm
