// Certificates made on the spot, and a peer that speaks TLS with them.
#pragma once

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "peer.h"

namespace llm {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using TlsContext = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = testing::TempDir() + "/engine-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct Identity {
  Key key;
  Certificate certificate;

  void write(const std::string& certificate_file, const std::string& key_file) const {
    FILE* out = std::fopen(certificate_file.c_str(), "w");
    PEM_write_X509(out, certificate.get());
    std::fclose(out);
    out = std::fopen(key_file.c_str(), "w");
    PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
  }
};

struct IdentityOptions {
  std::string name = "127.0.0.1";    // of the subject
  std::string san = "IP:127.0.0.1";  // empty: none
  std::chrono::seconds expires_in = std::chrono::hours(24);
  bool ca = false;
};

inline void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`; by itself without one. Valid since the day before it expires or two days ago.
inline Identity make_identity(const IdentityOptions& options, const Identity* issuer = nullptr) {
  static long serial = 1;
  Identity made{Key(EVP_EC_gen("P-256")), Certificate(X509_new())};
  X509* x = made.certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x), -2 * 24 * 3600L);
  X509_gmtime_adj(X509_getm_notAfter(x), options.expires_in.count());
  X509_set_pubkey(x, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(options.name.c_str()), -1, -1,
                             0);
  X509* issuer_certificate = issuer ? issuer->certificate.get() : x;
  X509_set_issuer_name(x, X509_get_subject_name(issuer_certificate));
  extend(x, issuer_certificate, NID_basic_constraints,
         options.ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!options.san.empty()) extend(x, issuer_certificate, NID_subject_alt_name, options.san);
  X509_sign(x, issuer ? issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

inline TlsContext make_server_context(const Identity& identity) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
  return context;
}

// Shakes hands at the first read or write.
class TlsConnection : public Connection {
 public:
  TlsConnection(int fd, SSL_CTX* context) : Connection(fd), ssl_(SSL_new(context)) {
    SSL_set_fd(ssl_, fd);
    SSL_set_accept_state(ssl_);
  }
  ~TlsConnection() override { SSL_free(ssl_); }

  ssize_t receive(char* data, std::size_t size) override {
    return SSL_read(ssl_, data, static_cast<int>(size));
  }
  ssize_t transmit(const char* data, std::size_t size) override {
    return SSL_write(ssl_, data, static_cast<int>(size));
  }
  void close_notify() { SSL_shutdown(ssl_); }
  SSL* ssl() const { return ssl_; }

 private:
  SSL* ssl_;
};

class TlsPeer : public Peer {
 public:
  TlsPeer(SSL_CTX* context, std::function<void(TlsConnection&)> script)
      : Peer(
            [script = std::move(script)](Connection& c) { script(static_cast<TlsConnection&>(c)); },
            [context](int fd) { return std::make_shared<TlsConnection>(fd, context); }) {}
  std::string url(std::string_view path = "/") const {
    return "https://127.0.0.1:" + std::to_string(port()) + std::string(path);
  }
};

}  // namespace llm
