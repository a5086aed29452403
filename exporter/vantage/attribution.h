// Whose network lost a probe: ours or the provider's. Pure: who is asked, and what the answers
// mean.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "probe/result.h"

namespace llm {

// How far a connection gets, in order.
enum class Step : std::uint8_t { resolve, connect, tls, answer };

// Where a probe was lost in transport, so that our own network may have lost it:
//   dns, connect, tls          failed there, or the connect deadline passed there
//   no_first_token, stalled,   while waiting for the answer, if one of our deadlines passed or the
//   too_slow, truncated        connection broke: what a dead route looks like from here
// Never what somebody answered: an HTTP error, an error told within the stream, an answer that is
// wrong, or whole by its own framing and yet without its end.
std::optional<Step> lost_at(const ProbeResult& result);

// Two sides of this machine: what is on it can be reached while the way out is gone, and the
// reverse.
enum class Side : std::uint8_t { out, loopback };

// An address: where a probe went, or whose connection tells of our own network.
struct Place {
  std::string authority;  // "host:port"; a host alone for a mere name
  Side side = Side::out;
  bool has_name = false;  // needs the resolver
};
// Of an http or https URL, its port filled in; or of "host:port".
Place place_of(std::string_view address);

struct Witness {
  Place place;
  Step first = Step::resolve, last = Step::answer;  // the steps that asking it takes
};

// What a witness says: got through, or where it was lost.
struct Testimony {
  std::optional<Step> lost_at;
  std::string why;  // for people; empty: got through
};

struct LostProbe {
  Place place;
  Step step = Step::resolve;
};

// Whose word counts, as indices. Of those on the probe's side but not at its own address, and for a
// probe that needed no name of those that need none either, if there are any: the ones that take
// the step at which it was lost; failing them, the ones that come nearest before; failing them,
// all.
std::vector<std::size_t> witnesses_for(const LostProbe& probe, std::span<const Witness> witnesses);

// Whether this witness shows that our network is fine: it got beyond where the probe was lost.
bool clears(const LostProbe& probe, const Witness& witness, const Testimony& testimony);

}  // namespace llm
