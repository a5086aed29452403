#include <algorithm>
#include <utility>

#include "auth/sigv4.h"
#include "base/text.h"
#include "dialects/dialect.h"
#include "probe/probe.h"

namespace llm {

namespace {

// What SigV4 vouches for. Other headers may be rewritten on the way without breaking it.
bool is_signed(std::string_view name) {
  return iequals(name, "Content-Type") || iequals(name, "Host") ||
         to_lower(name).starts_with("x-amz-");
}

// An API key of Bedrock's travels as bearer and leaves nothing to sign, as does a header
// `Authorization` of the user's own.
bool needs_signature(const Target& target, const Credentials& credentials, const Request& request) {
  const auto authorized = [](const auto& header) { return iequals(header.first, "Authorization"); };
  return target.provider->type->auth == Auth::aws && !credentials.aws.empty() &&
         std::ranges::none_of(request.headers, authorized);
}

// Both of Bedrock's hosts sign for this service (providers.md §2.6).
constexpr std::string_view kService = "bedrock";

// A request that cannot be signed goes nowhere: without a URL the probe ends as `internal`.
void sign(Request& request, const AwsCredentials& credentials, std::string_view region,
          WallTime now) {
  std::vector<std::pair<std::string, Secret>> covered;
  std::ranges::copy_if(request.headers, std::back_inserter(covered),
                       [](const auto& header) { return is_signed(header.first); });
  auto added = sign_v4({request.method, request.url, request.body, covered}, credentials, region,
                       kService, now);
  if (!added) return request.url.clear();
  std::ranges::move(*added, std::back_inserter(request.headers));
}

}  // namespace

HttpCall call_to(const Provider& provider) {
  HttpCall call;
  call.http2 = provider.http_version == HttpVersion::http2;
  call.proxy_url = provider.proxy_url;
  call.ca_file = provider.tls.ca_file;
  call.cert_file = provider.tls.cert_file;
  call.key_file = provider.tls.key_file;
  call.server_name = provider.tls.server_name;
  call.insecure_skip_verify = provider.tls.insecure_skip_verify;
  return call;
}

HttpCall make_call(const Target& target, const Credentials& credentials, WallTime now) {
  const auto& provider = *target.provider;
  HttpCall call = call_to(provider);
  if (const auto* dialect = find_dialect(provider.dialect)) {
    Request request = dialect->request(target, credentials);
    if (needs_signature(target, credentials, request))
      sign(request, credentials.aws, provider.region, now);
    call.method = std::move(request.method);
    call.url = std::move(request.url);
    call.headers = std::move(request.headers);
    call.body = std::move(request.body);
  }
  call.connect_timeout = target.timeout.connect;
  call.reuse_connection = target.connection == Connection::reuse;
  call.accept_gzip = !streams(target.kind);
  return call;
}

}  // namespace llm
