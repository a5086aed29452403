// A dialect's answer as steps on the wire, with what goes wrong on the way.
#pragma once

#include "simulator/fake_dialect.h"

namespace llm::sim {

// `head`: the response's head. `fault`: null, or one whose kind changes how an answer is sent;
// others are ignored.
Reply stream_reply(const FakeDialect& dialect, const Answer& answer, const Headers& head,
                   const Fault* fault);
Reply whole_reply(const FakeDialect& dialect, const Answer& answer, const Headers& head,
                  const Fault* fault);

// The error that `fault` stands for in this dialect.
ApiError error_of(const FakeDialect& dialect, const Fault& fault);

}  // namespace llm::sim
