// The drawings of the page: an icon a state, each of its own shape so that it tells without colour,
// the icon of its tab, and the legend of its bars.
#pragma once

#include <string_view>

namespace llm {

inline constexpr std::string_view kPageIcons =
    R"svg(<svg class="icons" aria-hidden="true"><defs>
<symbol id="i-up" viewBox="0 0 16 16"><path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM7 11.4 3.7 8.1 5 6.8l2 2 4-4 1.3 1.3z"/></symbol>
<symbol id="i-degraded" viewBox="0 0 16 16"><path d="M8 1l7.5 14H.5zM7.1 6v4.6h1.8V6zM7.1 11.6v1.8h1.8v-1.8z"/></symbol>
<symbol id="i-throttled" viewBox="0 0 16 16"><path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM5.2 4.8h2v6.4h-2zM8.8 4.8h2v6.4h-2z"/></symbol>
<symbol id="i-misconfigured" viewBox="0 0 16 16"><path d="M8 0l8 8-8 8-8-8zM7.1 3.8v5h1.8v-5zM7.1 10v1.8h1.8V10z"/></symbol>
<symbol id="i-down" viewBox="0 0 16 16"><path d="M1 1h14v14H1zM4.2 5.6 6.6 8l-2.4 2.4 1.4 1.4L8 9.4l2.4 2.4 1.4-1.4L9.4 8l2.4-2.4-1.4-1.4L8 6.6 5.6 4.2z"/></symbol>
<symbol id="i-us" viewBox="0 0 16 16"><path d="M8 0 0 7h2.2v8.5h11.6V7H16zM7.1 6.4v4.4h1.8V6.4zM7.1 11.8v1.8h1.8v-1.8z"/></symbol>
<symbol id="i-unknown" viewBox="0 0 16 16"><path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3zM6.8 6.8v2.4h2.4V6.8z"/></symbol>
</defs></svg>
)svg";

inline constexpr std::string_view kPageIcon =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath "
    "fill='%23176f3a' d='M1 9h3v6H1zM6 5h4v10H6zM12 1h3v14h-3z'/%3E%3C/svg%3E";

// Heights are those of web/bar.cc.
inline constexpr std::string_view kPageLegend =
    R"html(<p class="legend soft">In the bars, now is at the right; taller is worse:
<span><svg class="bar" viewBox="0 0 7 10" aria-hidden="true"><path class="g" d="M0 7h7"/></svg> good</span>
<span><svg class="bar" viewBox="0 0 7 10" aria-hidden="true"><path class="w" d="M0 6.5h7"/></svg> slow</span>
<span><svg class="bar" viewBox="0 0 7 10" aria-hidden="true"><path class="s" d="M0 6h7"/></svg> some failed</span>
<span><svg class="bar" viewBox="0 0 7 10" aria-hidden="true"><path class="f" d="M0 5h7"/></svg> failed</span>
<span><svg class="bar" viewBox="0 0 7 10" aria-hidden="true"><path class="x" d="M0 8.5h7"/></svg> not held against the provider</span>
A mark is a probe in the hour (a minute, where there are more) and a quarter of an hour in the day;
the row opens to the reasons.</p>
)html";

}  // namespace llm
