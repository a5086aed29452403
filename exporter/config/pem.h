// What a PEM file holds, as far as a mistake in the configuration can be told from it.
#pragma once

#include <string_view>

namespace llm {

struct PemContents {
  bool certificate = false;
  bool private_key = false;    // also when it is encrypted
  bool encrypted_key = false;  // needs a passphrase
};

// Looks at the lines that RFC 7468 puts around each block, and at RFC 1421's header of encrypted
// ones; what is between them is left to OpenSSL. Kinds are those that OpenSSL 3 reads.
PemContents pem_contents(std::string_view text);

}  // namespace llm
