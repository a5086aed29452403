#include "config/read_transport.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "config/read_secret.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxUrl = 2'048;
constexpr std::size_t kMaxPath = 4'096;

constexpr std::array<std::string_view, 2> kHttpVersions{"1.1", "2"};
// What libcurl calls a proxy.
constexpr std::array<std::string_view, 6> kProxySchemes{"http",    "https",  "socks4",
                                                        "socks4a", "socks5", "socks5h"};
// Paths that the dialects append themselves.
constexpr std::array<std::string_view, 3> kEndpoints{"/chat/completions", "/messages", "/models"};

// Errors about URLs do not repeat them: they are where people put passwords.
std::string read_base_url(const Field& field) {
  auto text = read_text(field, kMaxUrl);
  if (!text) return "";
  const auto url = parse_url(*text);
  if (!url || (url->scheme != "http" && url->scheme != "https")) {
    field.error("must be a URL such as https://api.example.com/v1, without query or fragment");
    return "";
  }
  if (!url->userinfo.empty()) {
    field.error("must not contain a user or a password; use api_key or headers");
    return "";
  }
  for (const auto endpoint : kEndpoints) {
    if (url->path.ends_with(endpoint)) {
      field.error(fmt::format("must end before {}, which the exporter appends", endpoint));
    }
  }
  while (text->ends_with('/')) text->pop_back();
  return *text;
}

std::string read_proxy_url(const Field& field) {
  auto text = read_text(field, kMaxUrl);
  if (!text || *text == "env") return text.value_or("");
  const auto url = parse_url(*text);
  const bool known = url && std::find(kProxySchemes.begin(), kProxySchemes.end(), url->scheme) !=
                                kProxySchemes.end();
  if (!known || !url->path.empty()) {
    field.error(fmt::format("must be \"env\" or a URL such as http://proxy:3128; schemes: {}",
                            fmt::join(kProxySchemes, ", ")));
    return "";
  }
  return *text;
}

std::string read_readable_file(const Field& field, const std::filesystem::path& folder) {
  const auto text = read_text(field, kMaxPath);
  if (!text) return "";
  auto path = absolute_path(*text, folder);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    field.error(fmt::format("{} is a directory; give a PEM file", in_quotes(path)));
  } else if (::access(path.c_str(), R_OK) != 0) {
    field.error(fmt::format("cannot read {}: {}", in_quotes(path), std::strerror(errno)));
  }
  return path;
}

Tls read_tls(const Field& field, const std::filesystem::path& folder) {
  Tls tls;
  Section section(field);
  if (const auto ca = section.find("ca_file")) tls.ca_file = read_readable_file(*ca, folder);
  const auto cert = section.find("cert_file");
  const auto key = section.find("key_file");
  if (cert) tls.cert_file = read_readable_file(*cert, folder);
  if (key) tls.key_file = read_readable_file(*key, folder);
  if (cert && !key) cert->error("needs key_file beside it");
  if (key && !cert) key->error("needs cert_file beside it");
  if (const auto name = section.find("server_name")) {
    tls.server_name = read_text(*name, kMaxUrl).value_or("");
    if (!tls.server_name.empty() && !is_host_name(tls.server_name)) {
      name->error("must be a host name, without scheme and port");
    }
  }
  if (const auto skip = section.find("insecure_skip_verify")) {
    tls.insecure_skip_verify = read_bool(*skip).value_or(false);
    if (tls.insecure_skip_verify) {
      skip->warning("certificates are not verified: anyone on the way can read the key");
    }
  }
  section.finish();
  return tls;
}

// 1.1 looks like a number and is none, so quotes are optional here.
HttpVersion read_http_version(const Field& field) {
  return read_choice(field, kHttpVersions) == 1 ? HttpVersion::http2 : HttpVersion::http1;
}

}  // namespace

void read_transport(Section& section, const std::filesystem::path& folder, Provider& provider) {
  provider.base_url = provider.type->base_url;
  if (const auto url = section.find("base_url")) {
    provider.base_url = read_base_url(*url);
  } else if (provider.base_url.empty() && section.valid()) {
    section.diagnostics().error(
        section.at(), fmt::format("base_url: missing, type {} has no default; write it up to and "
                                  "including the version, such as http://127.0.0.1:8000/v1",
                                  provider.type->name));
  }
  if (const auto proxy = section.find("proxy_url")) provider.proxy_url = read_proxy_url(*proxy);
  if (const auto tls = section.find("tls")) provider.tls = read_tls(*tls, folder);
  if (const auto version = section.find("http_version")) {
    provider.http_version = read_http_version(*version);
  }
}

}  // namespace llm
