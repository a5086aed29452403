#include "engine/endpoint.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace llm {
namespace {

TEST(Endpoint, AuthorityIsHostAndPortAsWritten) {
  struct Row {
    const char *url, *expected;
  };
  for (const Row& row : {
           Row{"https://api.openai.com/v1/models", "api.openai.com"},
           Row{"http://127.0.0.1:8000/v1", "127.0.0.1:8000"},
           Row{"http://[::1]:8000?x=/", "[::1]:8000"},
           Row{"https://user:pa:ss@host#frag", "host"},
           Row{"https://host?a=b@c", "host"},
           Row{"host/path", "host"},
           Row{"", ""},
       }) {
    EXPECT_EQ(authority(row.url), row.expected) << row.url;
  }
}

TEST(Endpoint, OneHostIsOnOneShardAndHostsSpread) {
  constexpr std::size_t kShards = 64;
  EXPECT_EQ(shard_of("https://api.openai.com/v1/models", kShards),
            shard_of("https://api.openai.com/v1/chat/completions?x=1", kShards));
  std::set<std::size_t> used;
  for (int i = 0; i < 1000; ++i) {
    used.insert(shard_of("https://host-" + std::to_string(i) + ".example/v1", kShards));
  }
  EXPECT_EQ(used.size(), kShards);
  EXPECT_LT(*used.rbegin(), kShards);
}

TEST(Endpoint, ServerNameChangesWhatTlsAsksForAndNothingElse) {
  HttpCall call;
  call.url = "https://10.0.0.7:8443/v1/models?x=1";
  call.server_name = "models.example";
  const auto endpoint = make_endpoint(call);
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->url, "https://models.example:8443/v1/models?x=1");
  EXPECT_EQ(endpoint->connect_to, "::10.0.0.7:8443");
  EXPECT_EQ(endpoint->host, "10.0.0.7:8443");
  EXPECT_TRUE(endpoint->https);

  call.url = "https://[::1]/";
  EXPECT_EQ(make_endpoint(call)->connect_to, "::[::1]:443");
  call.url = "http://10.0.0.7/";  // no TLS, no name
  EXPECT_EQ(make_endpoint(call)->url, call.url);
  EXPECT_EQ(make_endpoint(call)->connect_to, "");
}

}  // namespace
}  // namespace llm
