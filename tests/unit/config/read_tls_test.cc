// The PEM files of `tls:`: which are accepted, and in which words the others are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_test.h"

namespace llm {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string block(const std::string& label, const std::string& header = "") {
  return "-----BEGIN " + label + "-----\n" + header + "aHVudGVyMg==\n-----END " + label + "-----\n";
}

// The three files of a configuration; "" for those that it does not name.
struct Files {
  std::string ca, cert, key;
};

Result<Config, ConfigErrors> parse_with(const Files& files) {
  std::string tls;
  const auto add = [&](const std::string& key, const std::string& text) {
    if (text.empty()) return;
    tls += (tls.empty() ? "" : ", ") + key + ": " + write_file("read_tls_test." + key, text);
  };
  add("ca_file", files.ca);
  add("cert_file", files.cert);
  add("key_file", files.key);
  return parse_config(
      "providers: [{name: p, type: vllm, tls: {" + tls + "}, probes: [{models: [m]}]}]",
      "test.yml");
}

const std::string kCert = block("CERTIFICATE");
const std::string kKey = block("PRIVATE KEY");
const std::string kOldEncrypted = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n";

TEST(ReadTls, AcceptsWhatOpensslReads) {
  const Files cases[] = {
      {kCert, "", ""},
      {"# Debian\n" + kCert + kCert, "", ""},
      {block("TRUSTED CERTIFICATE"), "", ""},
      {"-----BEGIN CERTIFICATE-----\r\naHVu\r\n-----END CERTIFICATE-----\r\n", "", ""},
      {"", kCert, kKey},
      {"", kCert, block("RSA PRIVATE KEY")},
      {"", kCert, block("EC PARAMETERS") + block("EC PRIVATE KEY")},
      {"", kCert + kKey, ""},
      {"", kKey + kCert, ""},
      {"", kCert + block("ENCRYPTED PRIVATE KEY"), kKey},  // the key of key_file counts
      {kCert, kCert, kKey},
  };
  for (const auto& files : cases) {
    SCOPED_TRACE(files.ca + files.cert + files.key);
    const auto config = parse_with(files);
    ASSERT_TRUE(config.ok()) << all_lines(config.error());
    const auto& tls = config->providers[0]->tls;
    const auto path = [](const std::string& key, const std::string& text) {
      return text.empty() ? "" : testing::TempDir() + "read_tls_test." + key;
    };
    EXPECT_EQ(tls.ca_file, path("ca_file", files.ca));
    EXPECT_EQ(tls.cert_file, path("cert_file", files.cert));
    EXPECT_EQ(tls.key_file, path("key_file", files.key));
  }
}

TEST(ReadTls, RefusesOtherFiles) {
  struct Case {
    Files files;
    const char* message;
  };
  const Case cases[] = {
      {{"root:x:0:0\n", "", ""}, "ca_file: no certificate in"},
      {{kKey, "", ""}, "ca_file: no certificate in"},
      {{"text -----BEGIN CERTIFICATE-----\n", "", ""}, "a line \"-----BEGIN CERTIFICATE-----\""},
      {{block("CERTIFICATE REQUEST"), "", ""}, "ca_file: no certificate in"},
      {{std::string((1 << 20) + 1, '\n'), "", ""}, "is larger than 1 MiB"},
      {{"", "0\x82\x03", kKey}, "cert_file: no certificate in"},
      {{"", "root:x:0:0\n", ""}, "cert_file: no certificate in"},
      {{"", kCert, kCert}, "key_file: no private key in"},
      {{"", kCert, block("OPENSSH PRIVATE KEY")}, "a line \"-----BEGIN PRIVATE KEY-----\""},
      {{"", kCert, block("PUBLIC KEY")}, "key_file: no private key in"},
      {{"", kCert, block("ENCRYPTED PRIVATE KEY")}, "is encrypted, which is not supported; write"},
      {{"", kCert, block("RSA PRIVATE KEY", kOldEncrypted)}, "with openssl pkey"},
      {{"", kCert + block("ENCRYPTED PRIVATE KEY"), ""}, "cert_file: the private key in"},
      {{"", kCert, ""}, "cert_file: needs key_file beside it, or the private key in the same"},
      {{"", "", kKey}, "key_file: needs cert_file beside it"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.message);
    const auto config = parse_with(c.files);
    ASSERT_FALSE(config.ok());
    ASSERT_EQ(config.error().size(), 1u) << all_lines(config.error());
    EXPECT_THAT(config.error()[0].message, HasSubstr(c.message));
    EXPECT_THAT(config.error()[0].message, Not(HasSubstr("aHVu"))) << "a key is repeated";
  }
}

TEST(ReadTls, DoesNotRepeatAKeyThatStandsInTheFile) {
  for (const auto* value : {"\"-----BEGIN PRIVATE KEY-----aHVudGVyMg==\"",
                            "\"-----BEGIN PRIVATE KEY-----\\naHVudGVyMg==\\n\""}) {
    const auto config = parse_config(
        "providers: [{name: p, type: vllm, tls: {cert_file: " + write_file("cert", kCert) +
            ", key_file: " + value + "}, probes: [{models: [m]}]}]",
        "test.yml");
    ASSERT_FALSE(config.ok());
    EXPECT_THAT(all_lines(config.error()), HasSubstr("key_file: must be the path of a PEM file"));
    EXPECT_THAT(all_lines(config.error()), Not(HasSubstr("aHVu")));
  }
}

}  // namespace
}  // namespace llm
