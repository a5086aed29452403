// A service account's key file, and the same bytes as a token endpoint's answer: what is accepted
// can sign and can travel. "@KEY@" stands for a real key, which no seed should hold.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/service_account.h"
#include "config/syntax.h"

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}

// A new RSA key as PEM, escaped for JSON.
std::string make_key() {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* pem = nullptr;
  const auto size = BIO_get_mem_data(bio, &pem);
  std::string out;
  for (const char c : std::string_view(pem, static_cast<std::size_t>(size)))
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  BIO_free(bio);
  EVP_PKEY_free(key);
  return out;
}

std::string with_key(std::string text) {
  static const std::string key = make_key();
  constexpr std::string_view kMark = "@KEY@";
  const auto at = text.find(kMark);
  return at == std::string::npos ? text : text.replace(at, kMark.size(), key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto bytes = with_key({reinterpret_cast<const char*>(data), size});
  const llm::WallTime now{std::chrono::seconds{1'795'262'400}};
  if (const auto account = llm::parse_service_account(bytes)) {
    require(!account->client_email.empty() && !llm::has_control(account->client_email));
    require(token_request_body(*account, now).ok());
  } else {
    require(account.error().starts_with("service account: "));
  }
  for (const int status : {200, 400}) {
    const auto answer = llm::read_token_answer(status, bytes);
    if (!answer) continue;
    require(status == 200 && !answer->token.empty() && !llm::has_control(answer->token.reveal()));
    require(answer->lifetime.count() >= 0 && answer->lifetime.count() <= 86'400);
  }
  return 0;
}
