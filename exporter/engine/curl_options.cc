#include "engine/curl_options.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace llm {
namespace {

// A certificate store lives this long before libcurl reads the file again (its default: a day).
constexpr long kCaCacheSeconds = 3600;
// Longer than any interval, or a kept connection would never be used twice (default: 118 s).
constexpr long kMaxIdleSeconds = 24 * 3600;
// Kept connections of one shard: more than targets on one host. libcurl's default follows the
// number of running transfers, so that kept connections would be evicted whenever few run.
constexpr long kMaxKeptConnections = 20'000;
// Our own deadlines are earlier; libcurl's is there for the day they fail.
constexpr long kConnectGraceMs = 1'000;

// Sets options and remembers whether libcurl took them all.
class Options {
 public:
  explicit Options(CURL* easy) : easy_(easy) {}

  template <class Value>
  void set(CURLoption option, Value value) {
    ok_ = curl_easy_setopt(easy_, option, value) == CURLE_OK && ok_;
  }
  void set(CURLoption option, const std::string& value) { set(option, value.c_str()); }
  void set_unless_empty(CURLoption option, const std::string& value) {
    if (!value.empty()) set(option, value);
  }
  bool ok() const { return ok_; }

 private:
  CURL* easy_;
  bool ok_ = true;
};

void set_request(Options& to, const TransferInput& input) {
  const HttpCall& call = input.call;
  to.set(CURLOPT_URL, input.endpoint.url);
  to.set(CURLOPT_CONNECT_TO, input.connect_to);
  to.set(CURLOPT_HTTPHEADER, input.headers);
  to.set(CURLOPT_USERAGENT, input.user_agent);
  if (call.method == "HEAD") {
    to.set(CURLOPT_NOBODY, 1L);
  } else if (call.method != "GET" || !call.body.empty()) {
    to.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    to.set(CURLOPT_POSTFIELDS, call.body.c_str());  // not copied
    if (call.method != "POST") to.set(CURLOPT_CUSTOMREQUEST, call.method);
  }
}

void set_protocol(Options& to, const HttpCall& call) {
  // libcurl's default allows 25 schemes, file:// among them.
  to.set(CURLOPT_PROTOCOLS_STR, "http,https");
  // HTTP/2 over TLS is libcurl's default. One connection a probe and kernel stamps need 1.1.
  to.set(CURLOPT_HTTP_VERSION,
         static_cast<long>(call.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  to.set(CURLOPT_HTTP09_ALLOWED, 0L);
  // A redirect is an answer of the target, and credentials must not travel.
  to.set(CURLOPT_FOLLOWLOCATION, 0L);
  // Asks for identity, but decodes what a proxy compressed all the same. Compression delays tokens.
  to.set(CURLOPT_ACCEPT_ENCODING, call.accept_gzip ? "gzip" : "identity");
}

void set_connection(Options& to, const HttpCall& call) {
  // Signals do not go with threads; also saves two system calls an event.
  to.set(CURLOPT_NOSIGNAL, 1L);
  // The resolver's thread is left to end by itself when its transfer is given up; else giving up
  // would wait for it, and with it every other target.
  to.set(CURLOPT_QUICK_EXIT, 1L);
  // Within this libcurl also divides its tries over the addresses of a host.
  to.set(CURLOPT_CONNECTTIMEOUT_MS,
         static_cast<long>(call.connect_timeout.count()) + kConnectGraceMs);
  to.set(CURLOPT_MAXAGE_CONN, kMaxIdleSeconds);
  if (call.reuse_connection) {
    to.set(CURLOPT_DNS_CACHE_TIMEOUT, 60L);
  } else {
    to.set(CURLOPT_FRESH_CONNECT, 1L);
    to.set(CURLOPT_FORBID_REUSE, 1L);
    to.set(CURLOPT_DNS_CACHE_TIMEOUT, 0L);    // a cold probe sees DNS
    to.set(CURLOPT_SSL_SESSIONID_CACHE, 0L);  // and a whole handshake
  }
}

void set_tls(Options& to, const HttpCall& call, const std::string& ca_file) {
  // With a CA path (Debian's default) libcurl does not cache the parsed store: 21.5 ms instead of
  // 1.1 ms a handshake.
  to.set(CURLOPT_CAPATH, nullptr);
  to.set(CURLOPT_PROXY_CAPATH, nullptr);
  to.set(CURLOPT_CA_CACHE_TIMEOUT, kCaCacheSeconds);
  to.set_unless_empty(CURLOPT_CAINFO, call.ca_file.empty() ? ca_file : call.ca_file);
  to.set_unless_empty(CURLOPT_PROXY_CAINFO, ca_file);
  to.set_unless_empty(CURLOPT_SSLCERT, call.cert_file);
  to.set_unless_empty(CURLOPT_SSLKEY, call.key_file);
  if (call.insecure_skip_verify) {
    to.set(CURLOPT_SSL_VERIFYPEER, 0L);
    to.set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

void set_proxy(Options& to, const HttpCall& call) {
  // The answer of a proxy to CONNECT is not the target's.
  to.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (call.proxy_url == "env") return;  // unset: libcurl reads the environment
  // Else the environment would silently change what is measured; no_proxy even where a proxy is
  // configured.
  to.set(CURLOPT_PROXY, call.proxy_url);
  to.set(CURLOPT_NOPROXY, "");
}

}  // namespace

bool set_options(CURL* easy, const TransferInput& input, const TransferCallbacks& callbacks) {
  Options to(easy);
  set_request(to, input);
  set_protocol(to, input.call);
  set_connection(to, input.call);
  set_tls(to, input.call, input.ca_file);
  set_proxy(to, input.call);

  to.set(CURLOPT_ERRORBUFFER, input.error_text);
  to.set(CURLOPT_PRIVATE, callbacks.self);
  to.set(CURLOPT_WRITEFUNCTION, callbacks.body);
  to.set(CURLOPT_WRITEDATA, callbacks.self);
  to.set(CURLOPT_HEADERFUNCTION, callbacks.header);
  to.set(CURLOPT_HEADERDATA, callbacks.self);
  to.set(CURLOPT_PREREQFUNCTION, callbacks.ready);
  to.set(CURLOPT_PREREQDATA, callbacks.self);
  to.set(CURLOPT_OPENSOCKETFUNCTION, callbacks.open_socket);
  to.set(CURLOPT_OPENSOCKETDATA, callbacks.self);
  return to.ok();
}

bool set_options(CURLM* multi, const MultiCallbacks& callbacks) {
  bool ok = true;
  const auto set = [&](CURLMoption option, auto value) {
    ok = curl_multi_setopt(multi, option, value) == CURLM_OK && ok;
  };
  set(CURLMOPT_SOCKETFUNCTION, callbacks.socket);
  set(CURLMOPT_SOCKETDATA, callbacks.self);
  set(CURLMOPT_TIMERFUNCTION, callbacks.timer);
  set(CURLMOPT_TIMERDATA, callbacks.self);
  set(CURLMOPT_MAXCONNECTS, kMaxKeptConnections);
  // The default puts all HTTP/2 probes of a host on one connection.
  set(CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  return ok;
}

std::string system_ca_file() {
  constexpr std::array kBundles = {
      "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch
      "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL
      "/etc/ssl/ca-bundle.pem",                             // openSUSE
      "/etc/ssl/cert.pem",                                  // OpenBSD, FreeBSD
  };
  const auto* found = std::find_if(kBundles.begin(), kBundles.end(),
                                   [](const char* path) { return access(path, R_OK) == 0; });
  return found == kBundles.end() ? std::string() : *found;
}

}  // namespace llm
