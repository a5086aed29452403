#include "auth/sigv4.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/text.h"
#include "dialects/request.h"

namespace llm {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

using Digest = std::array<unsigned char, 32>;

std::string_view bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hex(const Digest& digest) {
  std::string out;
  for (const unsigned char byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

// OpenSSL fails here only without memory or without its default provider. The signature is then
// wrong and AWS says so.
Digest sha256(std::string_view text) {
  Digest out{};
  EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_sha256(), nullptr);
  return out;
}

Digest hmac(std::string_view key, std::string_view text) {
  Digest out{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), nullptr);
  return out;
}

struct UrlParts {
  std::string_view host;  // as it goes into the Host header: with a port that is not the scheme's
  std::string_view path, query;
};

std::optional<UrlParts> split_url(std::string_view url) {
  const auto scheme = url.substr(0, url.find("://"));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  url.remove_prefix(scheme.size() + 3);
  url = url.substr(0, url.find('#'));
  UrlParts out;
  out.host = url.substr(0, url.find_first_of("/?"));
  url.remove_prefix(out.host.size());
  out.path = url.substr(0, url.find('?'));
  if (out.path.size() < url.size()) out.query = url.substr(out.path.size() + 1);

  if (const auto at = out.host.rfind('@'); at != std::string_view::npos)
    out.host.remove_prefix(at + 1);
  const std::string_view own_port = scheme == "https" ? ":443" : ":80";
  if (out.host.ends_with(own_port)) out.host.remove_suffix(own_port.size());
  if (out.host.empty()) return std::nullopt;
  return out;
}

// Without ".", ".." and empty segments, as the server sees it.
std::string normal_path(std::string_view path) {
  std::vector<std::string_view> kept;
  std::string_view segment;
  for (std::size_t at = 0; at <= path.size(); at += segment.size() + 1) {
    segment = path.substr(at, path.find('/', at) - at);
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (const auto name : kept) out.append("/").append(name);
  const bool folder = segment.empty() || segment == "." || segment == "..";
  if (folder) out += '/';
  return out;
}

std::optional<unsigned> hex_digit(char c) {
  const auto at = std::string_view("0123456789abcdef").find(to_lower({&c, 1}));
  return at == std::string_view::npos ? std::nullopt : std::optional<unsigned>(at);
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    out += low ? static_cast<char>(*high << 4 | *low) : text[i];
    if (low) i += 2;
  }
  return out;
}

// Sorted, and encoded once whether or not the URL was.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  const auto canonical = [](std::string_view text) { return percent_encode(percent_decode(text)); };
  while (!query.empty()) {
    const auto parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const auto name = parameter.substr(0, parameter.find('='));
    const auto value = parameter.substr(std::min(name.size() + 1, parameter.size()));
    if (!parameter.empty()) parameters.emplace_back(canonical(name), canonical(value));
  }
  std::ranges::sort(parameters);
  std::string out;
  for (const auto& [name, value] : parameters)
    out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  return out;
}

// By name in lower case; values of one name in their order.
using SignedHeaders = std::map<std::string, std::string>;

// White space at the ends goes, any other becomes one space.
std::string canonical_value(std::string_view value) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::string out;
  for (const char c : trim(value)) {
    const bool space = kSpace.find(c) != std::string_view::npos;
    if (!space) out += c;
    if (space && !out.ends_with(' ')) out += ' ';
  }
  return out;
}

void add(SignedHeaders& headers, std::string_view name, std::string_view value) {
  const auto [it, first] = headers.try_emplace(to_lower(name), canonical_value(value));
  if (!first) it->second.append(",").append(canonical_value(value));
}

std::string names(const SignedHeaders& headers) {
  std::string out;
  for (const auto& [name, value] : headers) out.append(out.empty() ? "" : ";").append(name);
  return out;
}

std::string canonical_request(const UnsignedRequest& request, const UrlParts& url,
                              const SignedHeaders& headers) {
  std::string lines;
  for (const auto& [name, value] : headers) lines += fmt::format("{}:{}\n", name, value);
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method,
                     percent_encode(normal_path(url.path), "/"), canonical_query(url.query), lines,
                     names(headers), hex(sha256(request.body)));
}

Digest signing_key(const Secret& secret, std::string_view date, std::string_view region,
                   std::string_view service) {
  Digest key = hmac("AWS4" + secret.reveal(), date);
  for (const auto part : {region, service, std::string_view("aws4_request")})
    key = hmac(bytes(key), part);
  return key;
}

}  // namespace

Result<std::vector<std::pair<std::string, Secret>>> sign_v4(const UnsignedRequest& request,
                                                            const AwsCredentials& credentials,
                                                            std::string_view region,
                                                            std::string_view service,
                                                            WallTime now) {
  const auto url = split_url(request.url);
  if (!url) return Err<std::string>{"the request cannot be signed: its URL has no host"};

  const auto utc = fmt::gmtime(std::chrono::system_clock::to_time_t(now));
  const auto time = fmt::format("{:%Y%m%dT%H%M%SZ}", utc);
  const auto date = time.substr(0, 8);

  SignedHeaders headers;
  for (const auto& [name, value] : request.headers) add(headers, name, value.reveal());
  if (!headers.contains("host")) add(headers, "host", url->host);
  add(headers, "x-amz-date", time);
  std::vector<std::pair<std::string, Secret>> out = {{"x-amz-date", Secret(time)}};
  if (!credentials.session_token.empty()) {
    add(headers, "x-amz-security-token", credentials.session_token.reveal());
    out.emplace_back("x-amz-security-token", credentials.session_token);
  }

  const auto scope = fmt::format("{}/{}/{}/aws4_request", date, region, service);
  const auto to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, scope,
                                   hex(sha256(canonical_request(request, *url, headers))));
  const auto key = signing_key(credentials.secret_access_key, date, region, service);
  out.emplace_back("Authorization",
                   Secret(fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}",
                                      kAlgorithm, credentials.access_key_id.reveal(), scope,
                                      names(headers), hex(hmac(bytes(key), to_sign)))));
  return out;
}

}  // namespace llm
