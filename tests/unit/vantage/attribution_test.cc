// Which probes our own network may have lost, who is asked, and what the answers mean: one row a
// case.
#include "vantage/attribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace llm {
namespace {

using testing::ElementsAreArray;

TEST(LostAt, TransportAloneQualifies) {
  using enum Outcome;
  struct Row {
    Outcome outcome;
    Ended ended;
    std::optional<Step> at;
  };
  const Row rows[] = {
      {dns, Ended::dns, Step::resolve},
      {connect, Ended::connect, Step::connect},
      {tls, Ended::tls, Step::tls},
      // No token could be fetched: the probe itself never began.
      {dns, Ended::internal, Step::resolve},
      {connect, Ended::internal, Step::connect},
      // What a dead route looks like.
      {no_first_token, Ended::first_token_deadline, Step::answer},
      {no_first_token, Ended::total_deadline, Step::answer},
      {stalled, Ended::idle_deadline, Step::answer},
      {too_slow, Ended::total_deadline, Step::answer},
      {truncated, Ended::cut, Step::answer},
      // The answer ended as its own framing says, only without its end.
      {truncated, Ended::complete, std::nullopt},
      {truncated, Ended::stopped, std::nullopt},
      // Somebody answered.
      {ok, Ended::complete, std::nullopt},
      {ok_empty, Ended::complete, std::nullopt},
      {overloaded, Ended::complete, std::nullopt},
      {overloaded, Ended::cut, std::nullopt},
      {not_ready, Ended::complete, std::nullopt},
      {server_error, Ended::complete, std::nullopt},
      {server_error, Ended::total_deadline, std::nullopt},
      {timeout, Ended::complete, std::nullopt},
      {stream_error, Ended::cut, std::nullopt},
      {invalid_response, Ended::limit, std::nullopt},
      {invalid_response, Ended::cut, std::nullopt},
      {content_mismatch, Ended::complete, std::nullopt},
      {rate_limited, Ended::complete, std::nullopt},
      {quota_exhausted, Ended::complete, std::nullopt},
      {auth, Ended::complete, std::nullopt},
      {permission, Ended::complete, std::nullopt},
      {not_found, Ended::cut, std::nullopt},
      {bad_request, Ended::complete, std::nullopt},
      {blocked, Ended::complete, std::nullopt},
      {local_network, Ended::connect, std::nullopt},
      {internal, Ended::internal, std::nullopt},
  };
  std::set<Outcome> seen;
  for (const auto& row : rows) {
    ProbeResult result;
    result.outcome = row.outcome;
    result.ended = row.ended;
    EXPECT_EQ(lost_at(result), row.at)
        << to_string(row.outcome) << " " << static_cast<int>(row.ended);
    seen.insert(row.outcome);
  }
  EXPECT_EQ(seen.size(), kOutcomes) << "every outcome has a row";
}

TEST(PlaceOf, NamesAuthorityAndSide) {
  struct Row {
    const char* address;
    const char* authority;
    Side side;
    bool has_name;
  };
  const Row rows[] = {
      {"https://api.openai.com/v1", "api.openai.com:443", Side::out, true},
      {"http://api.openai.com/v1", "api.openai.com:80", Side::out, true},
      {"https://api.openai.com:443/v1", "api.openai.com:443", Side::out, true},
      {"https://192.0.2.1", "192.0.2.1:443", Side::out, false},
      {"https://[2001:db8::1]:8443", "[2001:db8::1]:8443", Side::out, false},
      {"http://127.0.0.1:8000/v1", "127.0.0.1:8000", Side::loopback, false},
      {"http://[::1]:8000/v1", "[::1]:8000", Side::loopback, false},
      {"http://localhost:8000/v1", "localhost:8000", Side::loopback, false},
      {"192.0.2.1:443", "192.0.2.1:443", Side::out, false},
      {"gateway.example:443", "gateway.example:443", Side::out, true},
      {"127.0.0.1:53", "127.0.0.1:53", Side::loopback, false},
      {"example.com", "example.com", Side::out, true},
  };
  for (const auto& row : rows) {
    const auto place = place_of(row.address);
    EXPECT_EQ(place.authority, row.authority);
    EXPECT_EQ(place.side, row.side) << row.address;
    EXPECT_EQ(place.has_name, row.has_name) << row.address;
  }
}

// A dns, a tcp and an https check, as canaries are.
Witness resolver() { return {place_of("example.com"), Step::resolve, Step::resolve}; }
Witness gateway() { return {place_of("192.0.2.1:443"), Step::connect, Step::connect}; }
Witness web() { return {place_of("https://example.com"), Step::resolve, Step::answer}; }
Witness local() { return {place_of("127.0.0.1:53"), Step::connect, Step::connect}; }

TEST(WitnessesFor, ThoseWhoTakeTheStep) {
  struct Row {
    const char* what;
    Step lost_at;
    const char* address;
    std::vector<Witness> witnesses;
    std::vector<std::size_t> asked;
  };
  const char* const kApi = "https://api.example/v1";
  const Row rows[] = {
      {"every check that needs the resolver",
       Step::resolve,
       kApi,
       {resolver(), gateway(), web()},
       {0, 2}},
      {"every check that connects", Step::connect, kApi, {resolver(), gateway(), web()}, {1, 2}},
      {"TLS: https alone", Step::tls, kApi, {resolver(), gateway(), web()}, {2}},
      {"the answer: https alone", Step::answer, kApi, {resolver(), gateway(), web()}, {2}},
      {"none takes the step: the nearest before", Step::answer, kApi, {resolver(), gateway()}, {1}},
      {"likewise", Step::tls, kApi, {resolver()}, {0}},
      {"none before either: all", Step::resolve, kApi, {gateway()}, {0}},
      {"nobody judges his own case",
       Step::connect,
       "https://192.0.2.1/v1",
       {gateway(), web()},
       {1}},
      {"a server here says nothing of the way out", Step::connect, kApi, {local(), gateway()}, {1}},
      {"and the reverse", Step::connect, "http://127.0.0.1:8000/v1", {local(), gateway()}, {0}},
      {"a probe that needed no resolver",
       Step::answer,
       "https://192.0.2.9/v1",
       {resolver(), gateway(), web()},
       {1}},
      {"if anybody can do without", Step::answer, "https://192.0.2.9/v1", {resolver(), web()}, {1}},
      {"nobody on that side", Step::connect, "http://127.0.0.1:8000/v1", {resolver(), web()}, {}},
      {"nobody at all", Step::connect, kApi, {}, {}},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(witnesses_for({place_of(row.address), row.lost_at}, row.witnesses),
                ElementsAreArray(row.asked))
        << row.what;
  }
}

TEST(Clears, WhoGotBeyondTheStep) {
  struct Row {
    Step probe;
    Witness witness;
    std::optional<Step> lost_at;
    bool clears;
  };
  const Row rows[] = {
      {Step::resolve, resolver(), std::nullopt, true},
      {Step::resolve, resolver(), Step::resolve, false},
      {Step::resolve, web(), Step::connect, true},  // it was resolved
      {Step::resolve, gateway(), std::nullopt, true},
      {Step::resolve, gateway(), Step::connect, false},  // it never asked the resolver
      {Step::connect, web(), Step::resolve, false},
      {Step::connect, web(), Step::connect, false},
      {Step::connect, web(), Step::tls, true},
      {Step::connect, web(), Step::answer, true},
      {Step::tls, web(), Step::answer, true},
      {Step::tls, web(), Step::tls, false},
      {Step::answer, web(), std::nullopt, true},
      {Step::answer, web(), Step::answer, false},
      {Step::answer, gateway(), std::nullopt, true},
      {Step::answer, gateway(), Step::connect, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(clears({place_of("https://api.example"), row.probe}, row.witness,
                     {row.lost_at, row.lost_at ? "why" : ""}),
              row.clears)
        << static_cast<int>(row.probe) << " " << row.witness.place.authority;
  }
}

}  // namespace
}  // namespace llm
