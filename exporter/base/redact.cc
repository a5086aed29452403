// Marks the bytes to hide, by several independent rules, then writes the text once: rules may
// overlap and none sees another's output.
#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace llm {
namespace {

constexpr std::string_view kHidden = "[redacted]";

// A head or tail this long tells too much of a key; beside a mask ("****0000") less is enough.
constexpr std::size_t kFragment = 6;
constexpr std::size_t kMaskedFragment = 4;
// A shorter secret ("none", "EMPTY": local servers want something) is a word of many messages, so
// it is hidden only where it stands alone.
constexpr std::size_t kDistinct = 8;

// How the keys of known providers begin; what follows is judged by looks_like_key().
constexpr std::array<std::string_view, 16> kPrefixes{
    "sk-", "gsk_", "hf_",    "xai-", "pplx-", "AIza", "AKIA",    "ASIA",
    "fw_", "csk-", "nvapi-", "eyJ",  "r8_",   "tgp_", "Bearer ", "bearer "};

using Marks = std::vector<bool>;

bool alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool digit(char c) { return c >= '0' && c <= '9'; }
bool key_char(char c) {
  return alnum(c) || std::string_view("_-+/=~.").find(c) != std::string_view::npos;
}

void mark(Marks& marks, std::size_t from, std::size_t to) {
  std::fill(marks.begin() + static_cast<std::ptrdiff_t>(from),
            marks.begin() + static_cast<std::ptrdiff_t>(to), true);
}

// Length of the run of mask characters at `at`, 0 if it is none: two or more stars or dots, three
// or more x, one bullet or ellipsis.
std::size_t mask_length(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at);
  for (const std::string_view wide : {"\xE2\x80\xA2", "\xE2\x80\xA6"}) {
    std::size_t n = 0;
    while (rest.substr(n).starts_with(wide)) n += wide.size();
    if (n > 0) return n;
  }
  if (rest.empty() || std::string_view("*.xX#").find(rest[0]) == std::string_view::npos) return 0;
  const auto n = std::min(rest.find_first_not_of(rest[0]), rest.size());
  const std::size_t least = rest[0] == 'x' || rest[0] == 'X' ? 3 : 2;
  return n >= least ? n : 0;
}

void mark_whole(std::string_view text, std::string_view secret, Marks& marks) {
  for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + 1)) {
    const auto end = at + secret.size();
    const bool alone =
        (at == 0 || !alnum(text[at - 1])) && (end == text.size() || !alnum(text[end]));
    if (alone || secret.size() >= kDistinct) mark(marks, at, end);
  }
}

void mark_fragments(std::string_view text, std::string_view secret, Marks& marks) {
  if (secret.size() < kDistinct) return;
  const auto head = secret.substr(0, kFragment);
  for (auto at = text.find(head); at != text.npos; at = text.find(head, at + 1)) {
    const auto [s, t] = std::mismatch(secret.begin(), secret.end(), text.begin() + at, text.end());
    mark(marks, at, at + static_cast<std::size_t>(s - secret.begin()));
  }
  const auto tail = secret.substr(secret.size() - kFragment);
  for (auto at = text.find(tail); at != text.npos; at = text.find(tail, at + 1)) {
    const auto end = at + kFragment;
    const auto [s, t] = std::mismatch(secret.rbegin(), secret.rend(),
                                      text.rbegin() + (text.size() - end), text.rend());
    mark(marks, end - static_cast<std::size_t>(s - secret.rbegin()), end);
  }
}

// The longest head (tail) of `secret`, of `least` to 5 characters, that ends (begins) there; longer
// ones are found without a mask.
std::size_t head_before(std::string_view before, std::string_view secret, std::size_t least) {
  for (auto n = kFragment - 1; n >= least; --n) {
    if (secret.size() > n && before.ends_with(secret.substr(0, n))) return n;
  }
  return 0;
}
std::size_t tail_after(std::string_view after, std::string_view secret, std::size_t least) {
  for (auto n = kFragment - 1; n >= least; --n) {
    if (secret.size() > n && after.starts_with(secret.substr(secret.size() - n))) return n;
  }
  return 0;
}

void mark_masked(std::string_view text, std::string_view secret, Marks& marks) {
  if (secret.size() < kDistinct) return;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto end = at;
    while (const auto n = mask_length(text, end)) end += n;
    if (end == at) continue;
    const auto before = text.substr(0, at);
    const auto after = text.substr(end);
    auto head = head_before(before, secret, kMaskedFragment);
    auto tail = tail_after(after, secret, kMaskedFragment);
    // One end that is ours says that the other is, however short.
    if (tail > 0 && head == 0) head = head_before(before, secret, 1);
    if (head > 0 && tail == 0) tail = tail_after(after, secret, 1);
    if (head + tail > 0) mark(marks, at - head, end + tail);
    at = end - 1;
  }
}

// The end of what could be a key, masked or not, that begins at `at`.
std::size_t token_end(std::string_view text, std::size_t at) {
  auto end = at;
  while (end < text.size()) {
    const auto mask = mask_length(text, end);
    if (mask == 0 && !key_char(text[end])) break;
    end += std::max<std::size_t>(mask, 1);
  }
  while (end > at && text[end - 1] == '.') --end;  // of the sentence
  return end;
}

// What follows a prefix is a key if it is long, or not so long but with a digit as words are not
// ("sk-learn", "hf_transfer", "Bearer authentication"), or masked as nobody masks a word.
bool looks_like_key(std::string_view body) {
  std::size_t letters = 0, digits = 0;
  bool masked = false;
  for (std::size_t i = 0; i < body.size();) {
    const auto mask = mask_length(body, i);
    masked |= mask > 0;
    if (mask == 0) (digit(body[i]) ? digits : letters) += 1;
    i += std::max<std::size_t>(mask, 1);
  }
  const auto shown = letters + digits;
  return shown >= 16 || (shown >= 8 && digits > 0) || (shown >= kMaskedFragment && masked);
}

void mark_shapes(std::string_view text, Marks& marks) {
  for (const auto prefix : kPrefixes) {
    for (auto at = text.find(prefix); at != text.npos; at = text.find(prefix, at + 1)) {
      if (at > 0 && alnum(text[at - 1])) continue;  // "task-force"
      const auto body = at + prefix.size();
      const auto end = token_end(text, body);
      if (!looks_like_key(text.substr(body, end - body))) continue;
      mark(marks, prefix.ends_with(' ') ? body : at, end);
    }
  }
}

std::string without_marked(std::string_view text, const Marks& marks) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!marks[i]) {
      out += text[i];
    } else if (i == 0 || !marks[i - 1]) {
      out += kHidden;
    }
  }
  return out;
}

}  // namespace

std::string redact(std::string_view text, std::span<const Secret> secrets) {
  Marks marks(text.size());
  for (const auto& secret : secrets) {
    const std::string_view value = secret.reveal();
    if (value.empty()) continue;
    mark_whole(text, value, marks);
    mark_fragments(text, value, marks);
    mark_masked(text, value, marks);
  }
  mark_shapes(text, marks);
  return without_marked(text, marks);
}

}  // namespace llm
