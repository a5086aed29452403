// The style of the page and its hash, which the Content-Security-Policy names. Whoever changes the
// one is told the other by the test PageStyle.HashIsThatOfTheStyle.
#pragma once

#include <string_view>

namespace llm {

inline constexpr std::string_view kPageStyle = R"css(
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606b; --line: #dfe3e8; --lane: #eef1f4;
  --paper: #fff; --raised: #f7f8fa; --good: #176f3a; --warn: #8a5200; --bad: #b3261e;
  --bad-paper: #fdf0ee; --us: #4a3aa8; --us-paper: #f1effc;
  --bar-good: #3f9a69; --bar-slow: #c07a00; --bar-some: #d9622b; --bar-fail: #c0271d; --bar-x: #7b8694; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --soft: #9ca6b1; --line: #2d343b;
  --lane: #22282e; --paper: #14171a; --raised: #1a1e22; --good: #6fd08c; --warn: #f0b35a;
  --bad: #ff8a80; --bad-paper: #2c1a1a; --us: #b9aeff; --us-paper: #201d33;
  --bar-good: #3f9a69; --bar-slow: #d09a3a; --bar-some: #e8804f; --bar-fail: #ff6a5e; --bar-x: #7b8694; } }
*, ::before, ::after { box-sizing: border-box; }
body { margin: 0 auto; padding: .75rem 1rem 1.5rem; max-width: 88rem; color: var(--ink);
  background: var(--paper); font: .875rem/1.4 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: inherit; }
small { font-size: .8125rem; color: var(--soft); }
:focus-visible { outline: 2px solid var(--us); outline-offset: 1px; }
.icons { position: absolute; width: 0; height: 0; }
.i { width: 1em; height: 1em; fill: currentColor; fill-rule: evenodd; vertical-align: -.125em;
  margin-right: .35em; flex: none; }
.soft { color: var(--soft); }
.up { --tone: var(--good); }
.degraded, .throttled, .misconfigured { --tone: var(--warn); }
.down { --tone: var(--bad); }
.unknown { --tone: var(--soft); }
.us { --tone: var(--us); }

header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem; color: var(--soft); }
h1 { font-size: 1.125rem; color: var(--ink); }
#live { margin-left: auto; }
.gone main { filter: grayscale(1); }
.gone #live { color: var(--bad); font-weight: 600; }
.banner { display: flex; align-items: baseline; margin-top: .5rem; padding: .5rem .75rem;
  border-left: .25rem solid var(--tone); background: var(--bad-paper); color: var(--ink);
  overflow-wrap: anywhere; }
.banner.us { background: var(--us-paper); }
.banner .i, .banner strong { color: var(--tone); }
.summary { margin: .5rem 0; }
.count { color: var(--tone); font-weight: 600; margin-right: .5rem; white-space: nowrap; }

.columns, summary { display: grid; gap: .125rem 1.125rem; align-items: center;
  grid-template-columns: minmax(13rem, 1.5fr) minmax(9rem, 1fr) minmax(9rem, 1fr) 10.75rem 3.75rem 6.75rem 4.75rem; }
.columns { position: sticky; top: 0; z-index: 1; padding: .25rem .625rem .25rem .75rem;
  background: var(--paper); border-bottom: 1px solid var(--line); color: var(--soft);
  font-size: .8125rem; }
.columns :nth-child(n + 5), .speed, .room, .cost { text-align: right; }
.l { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.provider { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem;
  padding: .625rem 0 .125rem .75rem; overflow-wrap: anywhere; }
h2 { font-size: .875rem; }
.provider .up .i, .provider .degraded, .provider .down, .provider strong { color: var(--tone, var(--bad)); }
main ul > li { border-bottom: 1px solid var(--line); border-left: .1875rem solid var(--tone); }
main ul > li.up { border-left-color: transparent; }
main ul > li.down { background: var(--bad-paper); }
summary { padding: .3rem .625rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover, details[open] > summary { background: var(--raised); }
li.down summary:hover, li.down details[open] > summary { background: none; }
.who { display: grid; grid-template-columns: auto 1fr; align-items: center; min-width: 0;
  overflow-wrap: anywhere; line-height: 1.3; }
.who .i, .state { color: var(--tone); }
.now { grid-column: 2; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2;
  overflow: hidden; color: var(--soft); font-size: .8125rem; }
h3 { font-size: .875rem; font-weight: 600; min-width: 0; }
.hour, .day, .ttft { display: flex; align-items: center; gap: .5rem; min-width: 0; white-space: nowrap; }
.hour b, .day b { width: 3.25rem; flex: none; text-align: right; font-weight: 500; }
b { font-weight: 600; }
.why { grid-area: 2 / 1 / auto / -1; padding-left: 1.4em; color: var(--soft); overflow-wrap: anywhere; }
.down .why { color: var(--ink); }
.bar, .trend { display: block; height: 1.375rem; min-width: 0; }
.bar { flex: 1; width: 100%; background: linear-gradient(var(--lane) 0 0) 0 100% / 100% 60% no-repeat; }
.bar rect, .trend rect { fill: transparent; }
.bar path { fill: none; stroke-width: 6; stroke: var(--bar-good); }
.bar .w { stroke-width: 7; stroke: var(--bar-slow); }
.bar .s { stroke-width: 8; stroke: var(--bar-some); }
.bar .f { stroke-width: 10; stroke: var(--bar-fail); }
.bar .x { stroke-width: 3; stroke: var(--bar-x); }
.bar .c { stroke-dasharray: 8 2; }
.trend { width: 4.5rem; flex: 0 1 4.5rem; border-bottom: 1px solid var(--line); }
.trend path { fill: none; stroke: var(--soft); stroke-width: 1.25; vector-effect: non-scaling-stroke; }

.go { padding: .25rem 0 .5rem; }
.go h2 { padding-left: .75rem; }
.go summary { display: block; }
.go summary > .i, .go li li > .i { color: var(--tone); }
.go h3 { display: inline; }
.go .because { color: var(--soft); }
.go .because::before { content: "· "; }
.go .degraded > details > summary > strong { color: var(--tone); }
.go ul ul { padding: .25rem .75rem .5rem 1.75rem; background: var(--raised); }
.go ul ul > li { border: 0; padding: .125rem 0; background: none; }

dl { padding: .25rem .75rem .75rem 2rem; display: grid; gap: .125rem 1rem; background: var(--raised); }
li.down dl { background: none; }
dl > div { display: grid; grid-template-columns: 8rem 1fr; gap: 0 1rem; }
dt { color: var(--soft); }
dd { min-width: 0; overflow-wrap: anywhere; }
ol { list-style: none; }
footer { margin-top: 1rem; color: var(--soft); }
footer nav { margin: .5rem 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
.legend span { white-space: nowrap; margin-right: .375rem; }
.legend .bar { display: inline-block; width: .5rem; height: 1rem; vertical-align: -.15rem; }

@media (max-width: 68rem) {
  .columns { display: none; }
  summary { grid-template-columns: repeat(6, minmax(0, 1fr)); }
  .who { grid-column: 1 / -1; }
  .why { grid-area: auto; grid-column: 1 / -1; }
  .hour, .day, .ttft { grid-column: span 3; }
  .l { position: static; width: auto; height: auto; clip-path: none; color: var(--soft); }
  .hour .l, .day .l, .ttft > .l { width: 4.5rem; flex: none; }
  .speed, .room, .cost { text-align: left; line-height: 1.25; }
  .speed .l, .room .l, .cost .l { display: block; }
}
@media (max-width: 40rem) {
  body { padding: .5rem .5rem 1rem; }
  .hour, .day, .ttft { grid-column: 1 / -1; }
  .speed, .room, .cost { grid-column: span 2; }
  #live { margin-left: 0; }
  dl { padding-left: .75rem; }
  dl > div { grid-template-columns: 1fr; }
  .legend span { white-space: normal; }
}
@media (forced-colors: active) { .bar path { forced-color-adjust: none; } }
)css";

inline constexpr std::string_view kPageStyleSha256 = "IJoM+GM84hZq6qN+mX/hlKm3w/QUPtgosZrisi7iYwE=";

}  // namespace llm
