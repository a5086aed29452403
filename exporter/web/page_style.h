// The style of the page and its hash, which the Content-Security-Policy names. Whoever changes the
// one is told the other by the test PageStyle.HashIsThatOfTheStyle.
#pragma once

#include <string_view>

namespace llm {

inline constexpr std::string_view kPageStyle = R"css(
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6470; --line: #d5dae0; --paper: #fff;
  --good: #176f3a; --warn: #8a5200; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #a0a9b4; --line: #3a4149;
  --paper: #15181b; --good: #6fd08c; --warn: #f0b35a; --bad: #ff8a80; } }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
h1 { font-size: 1.4rem; margin: 0; }
p { margin: .4rem 0; }
a { color: inherit; }
nav a { margin-right: 1rem; }
small, .soft { color: var(--soft); }
table { width: 100%; border-collapse: collapse; margin-top: 1rem; }
th, td { padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
td.state { white-space: nowrap; font-weight: 600; }
.up { color: var(--good); }
.degraded, .throttled, .misconfigured { color: var(--warn); }
.down { color: var(--bad); }
@media (max-width: 44rem) {
  thead { display: none; }
  table, tbody, tr, td, th { display: block; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  th, td { border: 0; padding: .1rem 0; }
  td::before { content: attr(data-label) ": "; color: var(--soft); font-weight: 400; }
}
)css";

inline constexpr std::string_view kPageStyleSha256 = "jZYU9gwL2MdtGaPCrX2VTo3uE3/MiR7oYp5xyAhsv+A=";

}  // namespace llm
