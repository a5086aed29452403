#include "config/read_tls.h"

#include <fmt/format.h>

#include "config/file_contents.h"
#include "config/pem.h"
#include "config/read_secret.h"
#include "config/syntax.h"
#include "config/values.h"

namespace llm {
namespace {

constexpr std::size_t kMaxPath = 4'096;
constexpr std::size_t kMaxHostName = 253;      // RFC 1035
constexpr std::size_t kMaxPemBytes = 1 << 20;  // Debian's bundle of all CAs has a fifth of it

struct PemFile {
  std::string path;
  PemContents has;
};

std::optional<PemFile> read_pem(const Field& field, const std::filesystem::path& folder) {
  if (field.node().text.find("-----BEGIN") != std::string::npos) {
    field.error("must be the path of a PEM file, not what stands in it");  // not repeated
    return std::nullopt;
  }
  const auto text = read_text(field, kMaxPath);
  if (!text) return std::nullopt;
  auto path = absolute_path(*text, folder);
  const auto contents = read_file(path, kMaxPemBytes);
  if (!contents) {
    field.error(fmt::format("cannot read {}: {}", in_quotes(path), contents.error()));
  } else if (contents->size() > kMaxPemBytes) {
    field.error(fmt::format("{} is larger than {} MiB; give a PEM file", in_quotes(path),
                            kMaxPemBytes >> 20));
  } else {
    return PemFile{std::move(path), pem_contents(*contents)};
  }
  return std::nullopt;
}

std::optional<PemFile> read_certificate(const Field& field, const std::filesystem::path& folder) {
  auto file = read_pem(field, folder);
  if (file && !file->has.certificate) {
    field.error(
        fmt::format("no certificate in {}; it must be a PEM file with a line "
                    "\"-----BEGIN CERTIFICATE-----\"",
                    in_quotes(file->path)));
  }
  return file;
}

void check_not_encrypted(const Field& field, const PemFile& file) {
  if (!file.has.encrypted_key) return;
  field.error(
      fmt::format("the private key in {} is encrypted, which is not supported; write it "
                  "without passphrase with openssl pkey, readable by the exporter alone",
                  in_quotes(file.path)));
}

// libcurl looks for the key in cert_file when there is no key_file.
void read_client_certificate(Section& section, const std::filesystem::path& folder, Tls& tls) {
  const auto cert = section.find("cert_file");
  const auto key = section.find("key_file");
  if (key && !cert) key->error("needs cert_file beside it, the certificate of this key");
  if (!cert) return;
  if (const auto file = read_certificate(*cert, folder)) {
    tls.cert_file = file->path;
    if (!key && file->has.certificate && !file->has.private_key) {
      cert->error("needs key_file beside it, or the private key in the same file");
    }
    if (!key) check_not_encrypted(*cert, *file);
  }
  if (!key) return;
  if (const auto file = read_pem(*key, folder)) {
    tls.key_file = file->path;
    if (!file->has.private_key) {
      key->error(
          fmt::format("no private key in {}; it must be a PEM file with a line "
                      "\"-----BEGIN PRIVATE KEY-----\"",
                      in_quotes(file->path)));
    }
    check_not_encrypted(*key, *file);
  }
}

}  // namespace

Tls read_tls(const Field& field, const std::filesystem::path& folder) {
  Tls tls;
  Section section(field);
  if (const auto ca = section.find("ca_file")) {
    if (const auto file = read_certificate(*ca, folder)) tls.ca_file = file->path;
  }
  read_client_certificate(section, folder, tls);
  if (const auto name = section.find("server_name")) {
    tls.server_name = read_text(*name, kMaxHostName).value_or("");
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

}  // namespace llm
