// A tolerant reader of RSS and Atom feeds: the few members of items that we need, nothing else of
// XML. It has no entities of its own, no DTD and no includes, and so none of their troubles.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace llm {

struct FeedItem {
  std::string title, description, category, date, id;  // entities resolved; description is HTML
};

inline constexpr std::size_t kMaxFeedItems = 200;      // newest come first
inline constexpr std::size_t kMaxFeedText = 64 << 10;  // of one member; the rest is cut off

// Error: not a feed, or not all of one.
Result<std::vector<FeedItem>> read_feed(std::string_view xml);

// The pieces of text between the tags of a piece of HTML, entities resolved, trimmed, none empty.
std::vector<std::string> html_texts(std::string_view html);

}  // namespace llm
