#include "status/feed.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/text.h"
#include "status/utf16.h"

namespace llm {

namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxHtmlTexts = 500;

// The character of "#65", "#x41" or "amp"; nullopt: not one we know.
std::optional<char32_t> character_of(std::string_view entity) {
  constexpr std::pair<std::string_view, char32_t> kNamed[] = {
      {"amp", '&'},   {"lt", '<'},    {"gt", '>'},       {"quot", '"'},
      {"apos", '\''}, {"nbsp", 0xA0}, {"ndash", 0x2013}, {"mdash", 0x2014}};
  for (const auto& [name, character] : kNamed) {
    if (entity == name) return character;
  }
  if (!entity.starts_with('#')) return std::nullopt;
  entity.remove_prefix(1);
  const bool hex = entity.starts_with('x') || entity.starts_with('X');
  if (hex) entity.remove_prefix(1);
  std::uint32_t value = 0;
  const auto end = entity.data() + entity.size();
  const auto [stop, error] = std::from_chars(entity.data(), end, value, hex ? 16 : 10);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// With entities resolved; what is none stays as it is.
std::string unescaped(std::string_view text) {
  constexpr std::size_t kLongestEntity = 10;
  std::string out;
  while (!text.empty()) {
    const auto amp = std::min(text.find('&'), text.size());
    out += text.substr(0, amp);
    text.remove_prefix(amp);
    if (text.empty()) break;
    const auto semicolon = text.substr(0, kLongestEntity).find(';');
    const auto character = semicolon == std::string_view::npos
                               ? std::nullopt
                               : character_of(text.substr(1, semicolon - 1));
    if (character) append_utf8(out, *character);
    if (!character) out += '&';
    text.remove_prefix(character ? semicolon + 1 : 1);
  }
  return out;
}

struct Token {
  enum class Kind { text, open, close, empty, end, broken };
  Kind kind = Kind::broken;
  std::string name;  // of a tag
  std::string text;
};

// Takes tags and texts off the front of the document.
class Tokens {
 public:
  explicit Tokens(std::string_view xml) : rest_(xml) {}

  Token next() {
    while (!rest_.empty()) {
      if (!rest_.starts_with('<')) return {Token::Kind::text, "", unescaped(take_to("<", false))};
      if (skipped("<!--", "-->") || skipped("<?", "?>")) continue;
      if (rest_.starts_with("<![CDATA[")) return cdata();
      return tag();
    }
    return {cut_ ? Token::Kind::broken : Token::Kind::end, "", ""};
  }

 private:
  // Up to `mark`; with it, if `inclusive`. Without a mark, all that is left.
  std::string_view take_to(std::string_view mark, bool inclusive) {
    const auto at = rest_.find(mark);
    if (at == std::string_view::npos) cut_ |= inclusive;
    const auto taken = rest_.substr(0, at);
    rest_.remove_prefix(std::min(rest_.size(), taken.size() + (inclusive ? mark.size() : 0)));
    return taken;
  }
  bool skipped(std::string_view head, std::string_view tail) {
    if (!rest_.starts_with(head)) return false;
    rest_.remove_prefix(head.size());
    take_to(tail, true);
    return true;
  }
  Token cdata() {
    rest_.remove_prefix(std::string_view("<![CDATA[").size());
    return {Token::Kind::text, "", std::string(take_to("]]>", true))};
  }
  // A tag ends at the first > that is not inside the quotes of an attribute.
  Token tag() {
    char quote = 0;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        const auto inside = rest_.substr(1, i - 1);
        rest_.remove_prefix(i + 1);
        return tag(inside);
      }
    }
    return {};
  }
  static Token tag(std::string_view inside) {
    auto kind = Token::Kind::open;
    if (inside.starts_with('/')) {
      kind = Token::Kind::close;
      inside.remove_prefix(1);
    } else if (inside.ends_with('/')) {
      kind = Token::Kind::empty;
      inside.remove_suffix(1);
    }
    const auto name = inside.substr(0, inside.find_first_of(" \t\r\n"));
    // "<!DOCTYPE": a web page, or a document with entities of its own.
    if (name.empty() || name.starts_with('!')) return {};
    return {kind, to_lower(name), ""};
  }

  std::string_view rest_;
  bool cut_ = false;
};

// The member that an element stands for, by the names of RSS and of Atom.
std::string* member_of(FeedItem& item, std::string_view element) {
  if (element == "title") return &item.title;
  if (element == "description" || element == "content" || element == "content:encoded" ||
      element == "summary")
    return &item.description;
  if (element == "category") return &item.category;
  if (element == "pubdate" || element == "updated" || element == "dc:date") return &item.date;
  if (element == "guid" || element == "id") return &item.id;
  return nullptr;
}

// Follows the nesting and fills items.
class FeedReader {
 public:
  // False: this is no feed.
  bool take(const Token& token) {
    switch (token.kind) {
      case Token::Kind::open:
        return open(token.name);
      case Token::Kind::close:
        return close(token.name);
      case Token::Kind::text:
        add_text(token.text);
        return true;
      default:
        return true;
    }
  }
  bool full() const { return item_depth_ == 0 && items_.size() >= kMaxFeedItems; }
  bool complete() const { return seen_root_ && path_.empty(); }
  std::vector<FeedItem> items() && { return std::move(items_); }

 private:
  bool open(const std::string& name) {
    if (path_.empty()) {
      if (seen_root_ || (name != "rss" && name != "feed" && name != "rdf:rdf")) return false;
      seen_root_ = true;
    }
    if (path_.size() >= kMaxDepth) return false;
    path_.push_back(name);
    if (item_depth_ == 0 && (name == "item" || name == "entry")) {
      items_.emplace_back();
      item_depth_ = path_.size();
    } else if (item_depth_ != 0 && path_.size() == item_depth_ + 1) {
      member_ = member_of(items_.back(), name);
      // Of two, the first that says something: summary and content, or several categories.
      if (member_ && !trim(*member_).empty()) member_ = nullptr;
    } else if (member_) {
      add_text(" ");
    }
    return true;
  }
  bool close(const std::string& name) {
    if (path_.empty() || path_.back() != name) return false;
    if (path_.size() == item_depth_) item_depth_ = 0;
    path_.pop_back();
    if (path_.size() <= item_depth_) member_ = nullptr;
    return true;
  }
  void add_text(std::string_view text) {
    if (!member_) return;
    *member_ += text.substr(0, kMaxFeedText - std::min(kMaxFeedText, member_->size()));
  }

  std::vector<std::string> path_;
  std::vector<FeedItem> items_;
  std::size_t item_depth_ = 0;     // of the item we are in; 0: in none
  std::string* member_ = nullptr;  // of the last item, to which text goes
  bool seen_root_ = false;
};

}  // namespace

Result<std::vector<FeedItem>> read_feed(std::string_view xml) {
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  if (xml.starts_with(kBom)) xml.remove_prefix(kBom.size());
  if (!trim(xml).starts_with('<')) return Err{"not a feed"};
  Tokens tokens(xml);
  FeedReader reader;
  for (auto token = tokens.next(); token.kind != Token::Kind::end; token = tokens.next()) {
    if (token.kind == Token::Kind::broken)
      return Err{"a web page or a piece of a feed, not a feed"};
    if (!reader.take(token)) return Err{"a web page or other XML, not a feed"};
    if (reader.full()) return std::move(reader).items();
  }
  if (!reader.complete()) return Err{"a feed that is cut off"};
  return std::move(reader).items();
}

std::vector<std::string> html_texts(std::string_view html) {
  std::vector<std::string> out;
  while (!html.empty() && out.size() < kMaxHtmlTexts) {
    const auto open = std::min(html.find('<'), html.size());
    const auto text = unescaped(html.substr(0, open));
    if (const auto words = trim(text); !words.empty()) out.emplace_back(words);
    const auto close = html.find('>', open);
    if (close == std::string_view::npos) break;
    html.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace llm
