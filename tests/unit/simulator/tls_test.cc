#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>

#include "simulator/server.h"
#include "unit/simulator/client.h"

namespace llm::sim {
namespace {

using namespace std::chrono_literals;

// A self-signed certificate in a folder that is removed at the end; it is its own CA.
class Certificate {
 public:
  Certificate() {
    auto pattern = (std::filesystem::temp_directory_path() / "llm_tls_test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* cert = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    auto* name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_sign(cert, key, EVP_sha256());
    write(cert_file(), [&](FILE* file) { PEM_write_X509(file, cert); });
    write(key_file(), [&](FILE* file) {
      PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
    X509_free(cert);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }

  std::string cert_file() const { return folder_ / "cert.pem"; }
  std::string key_file() const { return folder_ / "key.pem"; }

 private:
  static void write(const std::string& path, const auto& print) {
    FILE* file = std::fopen(path.c_str(), "w");
    print(file);
    std::fclose(file);
  }
  std::filesystem::path folder_;
};

// What a TLS client that trusts everything got: the whole answer, or nothing.
std::string ask_over_tls(int port, const Certificate* client_certificate) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  if (client_certificate != nullptr) {
    SSL_CTX_use_certificate_chain_file(context.get(), client_certificate->cert_file().c_str());
    SSL_CTX_use_PrivateKey_file(context.get(), client_certificate->key_file().c_str(),
                                SSL_FILETYPE_PEM);
  }
  const Client socket(port);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), socket.fd());
  if (SSL_connect(ssl.get()) != 1) return "";
  constexpr std::string_view kRequest = "GET / HTTP/1.0\r\n\r\n";
  SSL_write(ssl.get(), kRequest.data(), static_cast<int>(kRequest.size()));
  std::string answer;
  char bytes[4096];
  for (int n; (n = SSL_read(ssl.get(), bytes, sizeof bytes)) > 0;) {
    answer.append(bytes, static_cast<std::size_t>(n));
  }
  return answer;
}

std::unique_ptr<SimServer> serve(const Certificate& certificate, std::string client_ca_file,
                                 Nanos handshake_delay = Nanos(0)) {
  SimServerOptions options;
  options.tls = std::make_unique<SimTls>(
      SimTls{certificate.cert_file(), certificate.key_file(), client_ca_file, handshake_delay});
  auto server = SimServer::start(std::move(options), [](const SimRequest&) {
    return Reply{{{0ns, "one "}, {1ms, std::string(300'000, 'x')}, {1ms, " end"}}};
  });
  if (!server) ADD_FAILURE() << server.error();
  return std::move(*server);
}

TEST(SimServerTls, AnswersOverTls) {
  const Certificate certificate;
  const auto server = serve(certificate, "");
  const auto answer = ask_over_tls(server->port(), nullptr);
  EXPECT_EQ(answer.size(), 300'008u);
  EXPECT_TRUE(answer.ends_with("x end"));
}

TEST(SimServerTls, WantsAClientCertificate) {
  const Certificate certificate, stranger;
  const auto server = serve(certificate, certificate.cert_file());
  EXPECT_NE(ask_over_tls(server->port(), &certificate), "");
  EXPECT_EQ(ask_over_tls(server->port(), nullptr), "");
  EXPECT_EQ(ask_over_tls(server->port(), &stranger), "");
}

TEST(SimServerTls, DelaysTheHandshake) {
  const Certificate certificate;
  const auto server = serve(certificate, "", 50ms);
  const auto before = mono_now();
  EXPECT_NE(ask_over_tls(server->port(), nullptr), "");
  EXPECT_GE(mono_now() - before, 50ms);
}

TEST(SimServerTls, SurvivesWhatIsNotTls) {
  const Certificate certificate;
  const auto server = serve(certificate, "");
  Client plain(server->port());
  plain.send("GET / HTTP/1.1\r\n\r\n");
  plain.read_all();
  EXPECT_TRUE(plain.ended || plain.broken);
  EXPECT_NE(ask_over_tls(server->port(), nullptr), "");
}

TEST(SimServerTls, NamesTheFileThatItCannotUse) {
  SimServerOptions options;
  options.tls = std::make_unique<SimTls>(SimTls{"/nonexistent/cert.pem", "k", "", Nanos(0)});
  const auto server =
      SimServer::start(std::move(options), [](const SimRequest&) { return Reply{}; });
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().find("cert_file /nonexistent/cert.pem"), std::string::npos)
      << server.error();
}

}  // namespace
}  // namespace llm::sim
