#include <utility>

#include "dialects/dialect.h"
#include "probe/probe.h"

namespace llm {

HttpCall make_call(const Target& target, const Credentials& credentials) {
  const auto& provider = *target.provider;
  HttpCall call;
  if (const auto* dialect = find_dialect(provider.dialect)) {
    Request request = dialect->request(target, credentials);
    call.method = std::move(request.method);
    call.url = std::move(request.url);
    call.headers = std::move(request.headers);
    call.body = std::move(request.body);
  }
  call.connect_timeout = target.timeout.connect;
  call.reuse_connection = target.connection == Connection::reuse;
  call.http2 = provider.http_version == HttpVersion::http2;
  call.accept_gzip = !streams(target.kind);
  call.proxy_url = provider.proxy_url;
  call.ca_file = provider.tls.ca_file;
  call.cert_file = provider.tls.cert_file;
  call.key_file = provider.tls.key_file;
  call.server_name = provider.tls.server_name;
  call.insecure_skip_verify = provider.tls.insecure_skip_verify;
  return call;
}

}  // namespace llm
