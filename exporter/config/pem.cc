#include "config/pem.h"

#include "base/text.h"

namespace llm {

PemContents pem_contents(std::string_view text) {
  PemContents has;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto begins = [&](std::string_view label) {
      constexpr std::string_view kBegin = "-----BEGIN ";
      return line.starts_with(kBegin) && line.substr(kBegin.size()).starts_with(label) &&
             trim(line.substr(kBegin.size() + label.size())) == "-----";
    };
    has.certificate |=
        begins("CERTIFICATE") || begins("TRUSTED CERTIFICATE") || begins("X509 CERTIFICATE");
    has.private_key |= begins("PRIVATE KEY") || begins("RSA PRIVATE KEY") ||
                       begins("EC PRIVATE KEY") || begins("DSA PRIVATE KEY") ||
                       begins("ENCRYPTED PRIVATE KEY");
    has.encrypted_key |=
        begins("ENCRYPTED PRIVATE KEY") || line.starts_with("Proc-Type: 4,ENCRYPTED");
  }
  return has;
}

}  // namespace llm
