#include "config/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/text.h"
#include "config/yaml_guard.h"

namespace llm {
namespace {

// Leaves yaml-cpp's recursion; never leaves this file.
struct Stop {
  Position at;
  std::string message;
};

Position position(const YAML::Mark& mark) {
  return mark.is_null() ? Position{} : Position{mark.line + 1, mark.column + 1};
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  std::shared_ptr<const YamlNode> root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) throw Stop{position(mark), "a second document; a configuration is one document"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // yaml-cpp puts a value that was left out at whatever comes next; its key is where it is
    // missing.
    const bool left_out =
        !open_.empty() && open_.back().node->kind == YamlNode::Kind::map && !open_.back().key_next;
    const auto at = left_out ? open_.back().node->entries.back().at : position(mark);
    add_leaf(YamlNode::Kind::null, at, "", anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    add_leaf(tag == "!" ? YamlNode::Kind::quoted : YamlNode::Kind::plain, position(mark), value,
             anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Stop{position(mark), "an alias inside its own anchor"};
    add(found->second, position(mark));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override {
    report_repeated_keys(*open_.back().node);
    close();
  }

 private:
  // A list or mapping whose end has not come yet.
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor = 0;
    bool key_next = true;  // of a mapping
  };

  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw Stop{position(mark),
               fmt::format("the tag {} is not supported; remove it", in_quotes(tag))};
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    check_tag(mark, tag);
    if (open_.size() >= kMaxYamlDepth) {
      throw Stop{position(mark), fmt::format("nested deeper than {} levels", kMaxYamlDepth)};
    }
    if (!open_.empty() && expects_key(open_.back())) {
      throw Stop{position(mark), "a list or a mapping cannot be a key; write a name"};
    }
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->at = position(mark);
    open_.push_back({std::move(node), anchor, true});
  }

  void close() {
    const auto done = std::move(open_.back());
    open_.pop_back();
    if (done.anchor != 0) anchors_[done.anchor] = done.node;
    add(done.node, done.node->at);
  }

  void add_leaf(YamlNode::Kind kind, Position at, const std::string& text, YAML::anchor_t anchor) {
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->at = at;
    node->text = text;
    if (anchor != 0) anchors_[anchor] = node;
    add(std::move(node), at);
  }

  static bool expects_key(const Open& open) {
    return open.node->kind == YamlNode::Kind::map && open.key_next;
  }

  void add(std::shared_ptr<const YamlNode> node, Position at) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& parent = open_.back();
    // Counted with aliases followed, so that a bomb of them has no more effect than a large file.
    parent.node->weight += node->weight;
    if (parent.node->weight > kMaxYamlNodes) {
      throw Stop{at, fmt::format("more than {} values, aliases followed", kMaxYamlNodes)};
    }
    if (parent.node->kind == YamlNode::Kind::list) {
      parent.node->items.push_back(std::move(node));
    } else if (parent.key_next) {
      add_key(*parent.node, *node, at);
      parent.key_next = false;
    } else {
      parent.node->entries.back().value = std::move(node);
      parent.key_next = true;
    }
  }

  static void add_key(YamlNode& map, const YamlNode& key, Position at) {
    if (key.kind != YamlNode::Kind::plain && key.kind != YamlNode::Kind::quoted) {
      throw Stop{at, "a key is missing here; write \"key: value\""};
    }
    map.entries.push_back({key.text, at, nullptr});
  }

  void report_repeated_keys(const YamlNode& map) {
    std::map<std::string_view, Position> seen;
    for (const auto& entry : map.entries) {
      const auto [first, is_new] = seen.try_emplace(entry.key, entry.at);
      if (is_new) continue;
      diagnostics_.error(entry.at,
                         fmt::format("{}: repeated key, first used at line {}; remove one",
                                     in_quotes(entry.key), first->second.line));
    }
  }

  Diagnostics& diagnostics_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::shared_ptr<const YamlNode>> anchors_;
  std::shared_ptr<const YamlNode> root_;
};

}  // namespace

std::shared_ptr<const YamlNode> parse_yaml(std::string_view yaml, Diagnostics& diagnostics) {
  if (!fit_for_yaml(yaml, diagnostics)) return nullptr;
  TreeBuilder builder(diagnostics);
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    diagnostics.error(stop.at, stop.message);
    return nullptr;
  } catch (const YAML::Exception& e) {
    diagnostics.error(position(e.mark),
                      fmt::format("not valid YAML: {}", clean_text(redact(e.msg, {}), 200)));
    return nullptr;
  }
  if (!builder.root()) diagnostics.error({}, "the file has no content, only comments");
  return builder.root();
}

}  // namespace llm
