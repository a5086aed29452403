// From everything that was seen of one probe to its result.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "base/secret.h"
#include "base/time.h"
#include "dialects/headers.h"
#include "dialects/outcome.h"
#include "engine/exchange.h"
#include "probe/answer.h"
#include "probe/result.h"

namespace llm {

struct Seen {
  std::shared_ptr<const Target> target;
  std::span<const Secret> secrets;  // hidden wherever text of the provider goes into the result
  WallTime started_at;
  const TransportReport& report;
  Ended ended;
  int status = 0;  // 0: no answer
  const HeaderList& headers;
  std::optional<MonoTime> ready;
  const Answer& answer;
};

ProbeResult conclude(const Seen& seen);

}  // namespace llm
