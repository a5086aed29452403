// SigV4 against AWS's published vectors, and what is particular to Bedrock.
#include "auth/sigv4.h"

#include <gtest/gtest.h>

#include <map>

namespace llm {
namespace {

using Headers = std::vector<std::pair<std::string, Secret>>;

// 2015-08-30T12:36:00Z, the moment of all vectors.
const WallTime kThen{std::chrono::seconds{1'440'938'160}};

AwsCredentials example_credentials(std::string token = "") {
  return {Secret("AKIDEXAMPLE"), Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
          Secret(std::move(token))};
}

std::map<std::string, std::string> sign(const UnsignedRequest& request,
                                        const AwsCredentials& credentials,
                                        std::string_view service = "service") {
  const auto added = sign_v4(request, credentials, "us-east-1", service, kThen);
  std::map<std::string, std::string> out;
  if (!added) ADD_FAILURE() << added.error();
  if (!added) return out;
  for (const auto& [name, value] : *added) out.emplace(name, value.reveal());
  return out;
}

std::string after(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  return at == std::string_view::npos
             ? ""
             : std::string(text.substr(at + mark.size(), text.find(',', at) - at - mark.size()));
}

// Requests and signatures of the "v4" suite of awslabs/aws-c-auth (tests/aws-signing-test-suite,
// the suite AWS publishes for implementers), where each row's name is a folder. Its credentials are
// public examples. Left out: the query-signed variants (we sign by header), the "-unnormalized"
// ones (for S3 alone), and post-sts-header-after (a token that is not signed).
const std::string kToken = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
const std::string kStsToken =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfI"
    "eoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0"
    "wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDry"
    "pNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
const std::string kUnreserved =
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

TEST(SigV4, PublishedVectors) {
  const auto form = [](const char* type) {
    return Headers{{"Content-Type", Secret(type)},
                   {"Content-Length", Secret("13")},
                   {"x-amz-content-sha256",
                    Secret("9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e")}};
  };
  const auto my_header1 = [](std::initializer_list<const char*> values) {
    Headers out;
    for (const char* value : values) out.emplace_back("My-Header1", Secret(value));
    return out;
  };
  const struct {
    const char *name, *method;
    std::string path;
    Headers headers;
    std::string body, token, signed_headers, signature;
  } rows[] = {
      {"get-vanilla-query",
       "GET",
       "/",
       {},
       "",
       "",
       "host;x-amz-date",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-slash-dot-slash-normalized",
       "GET",
       "/./",
       {},
       "",
       "",
       "host;x-amz-date",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-relative-relative-normalized",
       "GET",
       "/example1/example2/../..",
       {},
       "",
       "",
       "host;x-amz-date",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-slashes-normalized",
       "GET",
       "//example//",
       {},
       "",
       "",
       "host;x-amz-date",
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"get-slash-pointless-dot-normalized",
       "GET",
       "/./example",
       {},
       "",
       "",
       "host;x-amz-date",
       "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
      {"get-space-normalized",
       "GET",
       "/example space/",
       {},
       "",
       "",
       "host;x-amz-date",
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
      {"get-unreserved",
       "GET",
       "/" + kUnreserved,
       {},
       "",
       "",
       "host;x-amz-date",
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"get-utf8",
       "GET",
       "/\xE1\x88\xB4",
       {},
       "",
       "",
       "host;x-amz-date",
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-vanilla-empty-query-key",
       "GET",
       "/?Param1=value1",
       {},
       "",
       "",
       "host;x-amz-date",
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/?Param2=value2&Param1=value1",
       {},
       "",
       "",
       "host;x-amz-date",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-order-encoded",
       "GET",
       "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
       {},
       "",
       "",
       "host;x-amz-date",
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
      {"get-vanilla-query-unreserved",
       "GET",
       "/?" + kUnreserved + "=" + kUnreserved,
       {},
       "",
       "",
       "host;x-amz-date",
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-vanilla-utf8-query",
       "GET",
       "/?\xE1\x88\xB4=bar",
       {},
       "",
       "",
       "host;x-amz-date",
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"get-vanilla-with-session-token",
       "GET",
       "/",
       {},
       "",
       kToken,
       "host;x-amz-date;x-amz-security-token",
       "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
      {"get-header-key-duplicate", "GET", "/", my_header1({"value2", "value2", "value1"}), "", "",
       "host;my-header1;x-amz-date",
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
      {"get-header-value-order", "GET", "/", my_header1({"value4", "value1", "value3", "value2"}),
       "", "", "host;my-header1;x-amz-date",
       "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
      // One value folded over three lines, which the suite takes for three values. We never fold.
      {"get-header-value-multiline", "GET", "/", my_header1({"value1", "value2", "value3"}), "", "",
       "host;my-header1;x-amz-date",
       "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790"},
      {"get-header-value-trim",
       "GET",
       "/",
       {{"My-Header1", Secret(" value1")}, {"My-Header2", Secret(" \"a   b   c\"")}},
       "",
       "",
       "host;my-header1;my-header2;x-amz-date",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"post-vanilla",
       "POST",
       "/",
       {},
       "",
       "",
       "host;x-amz-date",
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"post-vanilla-query",
       "POST",
       "/?Param1=value1",
       {},
       "",
       "",
       "host;x-amz-date",
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
      {"post-header-key-sort", "POST", "/", my_header1({"value1"}), "", "",
       "host;my-header1;x-amz-date",
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
      {"post-header-value-case", "POST", "/", my_header1({"VALUE1"}), "", "",
       "host;my-header1;x-amz-date",
       "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
      {"post-sts-header-before",
       "POST",
       "/",
       {},
       "",
       kStsToken,
       "host;x-amz-date;x-amz-security-token",
       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
      {"post-x-www-form-urlencoded", "POST", "/", form("application/x-www-form-urlencoded"),
       "Param1=value1", "", "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
       "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"},
      {"post-x-www-form-urlencoded-parameters", "POST", "/",
       form("application/x-www-form-urlencoded; charset=utf-8"), "Param1=value1", "",
       "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
       "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422"},
  };
  for (const auto& row : rows) {
    const auto url = "https://example.amazonaws.com" + row.path;
    auto added = sign({row.method, url, row.body, row.headers}, example_credentials(row.token));
    EXPECT_EQ(added["x-amz-date"], "20150830T123600Z") << row.name;
    EXPECT_EQ(added.contains("x-amz-security-token"), !row.token.empty()) << row.name;
    const auto& authorization = added["Authorization"];
    EXPECT_TRUE(
        authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/"
                                  "us-east-1/service/aws4_request, SignedHeaders="))
        << authorization;
    EXPECT_EQ(after(authorization, "SignedHeaders="), row.signed_headers) << row.name;
    EXPECT_EQ(after(authorization, "Signature="), row.signature) << row.name;
  }
}

std::string signature_of(const std::string& url, const Headers& headers = {}) {
  return after(
      sign({"POST", url, "{}", headers}, example_credentials(), "bedrock")["Authorization"],
      "Signature=");
}

// The host is signed as it is sent: libcurl leaves out the port that goes without saying.
TEST(SigV4, Host) {
  const auto plain = signature_of("https://h/p");
  EXPECT_EQ(signature_of("https://h:443/p"), plain);
  EXPECT_EQ(signature_of("http://h:80/p"), plain);
  EXPECT_EQ(signature_of("https://u:p@h/p"), plain);
  EXPECT_NE(signature_of("https://h:444/p"), plain);
  EXPECT_NE(signature_of("http://h:443/p"), plain);
  EXPECT_EQ(signature_of("https://other/p", {{"Host", Secret("h")}}), plain);
  EXPECT_EQ(signature_of("https://h"), signature_of("https://h/"));
}

// An id that is encoded in the URL is encoded again where it is signed.
TEST(SigV4, ThePathIsEncodedTwice) {
  EXPECT_NE(signature_of("https://h/model/a%3A0/converse"),
            signature_of("https://h/model/a:0/converse"));
}

TEST(SigV4, QueriesAreTheSameEncodedOrNot) {
  EXPECT_EQ(signature_of("https://h/?a=b:c"), signature_of("https://h/?a=b%3Ac"));
  EXPECT_EQ(signature_of("https://h/?a=b:c"), signature_of("https://h/?a=b%3ac"));
  EXPECT_EQ(signature_of("https://h/?b&a"), signature_of("https://h/?a=&b="));
  EXPECT_NE(signature_of("https://h/?a=%2"), signature_of("https://h/?a=%"));
}

TEST(SigV4, SecretsStayOut) {
  const auto added = sign({"GET", "https://h/", "", {}}, example_credentials("session-token"));
  for (const auto& [name, value] : added) {
    EXPECT_EQ(value.find("wJalrXUtnFEMI"), std::string::npos) << name;
    if (name == "x-amz-security-token") continue;
    EXPECT_EQ(value.find("session-token"), std::string::npos) << name;
  }
}

TEST(SigV4, AUrlWithoutHostIsAnError) {
  for (const char* url : {"", "h/p", "ftp://h/", "https://", "https:///p", "https://:443/"}) {
    const auto added =
        sign_v4({"GET", url, "", {}}, example_credentials(), "us-east-1", "bedrock", kThen);
    ASSERT_FALSE(added) << url;
    EXPECT_EQ(added.error(), "the request cannot be signed: its URL has no host");
  }
}

}  // namespace
}  // namespace llm
