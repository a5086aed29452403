#include "simulator/sigv4_check.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <vector>

#include "base/text.h"
#include "simulator/fake_dialect.h"

namespace llm::sim {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr double kClockSkewSeconds = 300;  // AWS's limit

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  return hex({reinterpret_cast<const char*>(digest), size});
}

std::string hmac(std::string_view key, std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest, &size);
  return {reinterpret_cast<const char*>(digest), size};
}

// RFC 3986's unreserved characters stay; AWS's UriEncode.
std::string uri_encoded(std::string_view text, std::string_view keep = {}) {
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved || keep.find(c) != keep.npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The value of one part of "Credential=…, SignedHeaders=…, Signature=…".
std::string_view part_of(const SimRequest& request, std::string_view name) {
  auto rest = header(request, "authorization");
  rest.remove_prefix(std::min(rest.size(), kAlgorithm.size()));
  for (const auto part : split(rest, ',')) {
    const auto pair = trim(part);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

struct Scope {  // of a credential: ID/DATE/REGION/SERVICE/aws4_request
  std::string_view id, date, region, service;
  std::string_view text;  // from the date
};

std::optional<Scope> scope_of(const SimRequest& request) {
  const auto credential = part_of(request, "Credential");
  const auto parts = split(credential, '/');
  if (parts.size() != 5 || parts[4] != "aws4_request") return std::nullopt;
  return Scope{parts[0], parts[1], parts[2], parts[3], credential.substr(parts[0].size() + 1)};
}

std::string canonical_query(std::string_view path) {
  const auto question = path.find('?');
  if (question == path.npos || question + 1 == path.size()) return {};
  std::vector<std::string> pairs;
  for (const auto pair : split(path.substr(question + 1), '&')) {
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = equals == pair.size() ? std::string_view() : pair.substr(equals + 1);
    pairs.push_back(uri_encoded(percent_decoded(pair.substr(0, equals))) + "=" +
                    uri_encoded(percent_decoded(value)));
  }
  std::sort(pairs.begin(), pairs.end());
  return fmt::format("{}", fmt::join(pairs, "&"));
}

std::string canonical_request(const SimRequest& request) {
  const auto path = std::string_view(request.path).substr(0, request.path.find('?'));
  const auto names = part_of(request, "SignedHeaders");
  std::string headers;
  for (const auto name : split(names, ';')) {
    headers += fmt::format("{}:{}\n", name, trim(header(request, name)));
  }
  // The path as it came is encoded once more: so AWS wants it, but for S3.
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, uri_encoded(path, "/"),
                     canonical_query(request.path), headers, names, sha256_hex(request.body));
}

std::string signature_of(const SimRequest& request, const Scope& scope, std::string_view secret) {
  auto key = hmac("AWS4" + std::string(secret), scope.date);
  for (const auto part : {scope.region, scope.service, std::string_view("aws4_request")}) {
    key = hmac(key, part);
  }
  return hex(hmac(key, fmt::format("{}\n{}\n{}\n{}", kAlgorithm, header(request, "x-amz-date"),
                                   scope.text, sha256_hex(canonical_request(request)))));
}

bool is_recent(std::string_view date, WallTime now) {
  std::tm parts{};
  if (strptime(std::string(date).c_str(), "%Y%m%dT%H%M%SZ", &parts) == nullptr) return false;
  const auto signed_at = static_cast<double>(timegm(&parts));
  return std::abs(to_unix_seconds(now) - signed_at) <= kClockSkewSeconds;
}

}  // namespace

AwsKey aws_key_of(std::string_view text) {
  const auto id = text.substr(0, text.find(':'));
  text.remove_prefix(std::min(text.size(), id.size() + 1));
  const auto secret = text.substr(0, text.find(':'));
  text.remove_prefix(std::min(text.size(), secret.size() + 1));
  return {id, secret, text};
}

bool is_signed(const SimRequest& request) {
  return header(request, "authorization").starts_with(kAlgorithm);
}

std::string_view access_key_id(const SimRequest& request) {
  const auto scope = scope_of(request);
  return scope ? scope->id : std::string_view();
}

std::optional<std::string> wrong_signature(const SimRequest& request, const AwsKey& key,
                                           std::string_view service, WallTime now) {
  const auto scope = scope_of(request);
  if (!scope) return "Authorization header requires a valid 'Credential' parameter.";
  if (scope->service != service) {
    return fmt::format("Credential should be scoped to correct service: '{}'. ", service);
  }
  if (!is_recent(header(request, "x-amz-date"), now)) return "Signature expired";
  if (header(request, "x-amz-security-token") != key.session_token) {
    return "The security token included in the request is invalid.";
  }
  if (part_of(request, "Signature") != signature_of(request, *scope, key.secret)) {
    return "The request signature we calculated does not match the signature you provided. Check "
           "your AWS Secret Access Key and signing method. Consult the service documentation for "
           "details.";
  }
  return std::nullopt;
}

}  // namespace llm::sim
