// The script of the page and its hash, as of the style: it fetches the page again while somebody
// looks at it, and puts its main part in the place of the old one. It makes nothing of its own but
// one line on how fresh that is, and never takes away what the reader has opened, focused, selected
// or scrolled to.
#pragma once

#include <string_view>

namespace llm {

inline constexpr std::string_view kPageScript = R"js(
'use strict';
(() => {
  const kEvery = 5000, kPatience = 10000;  // ms
  const live = document.getElementById('live');
  let main = document.querySelector('main'), fresh = Date.now(), timer = 0, running = false;

  const keyOf = (e) => e && main.contains(e) && e !== main
      ? {id: e.closest('[id]')?.id, name: e.localName} : null;
  const selecting = () => {
    const s = getSelection();
    return !s.isCollapsed && main.contains(s.anchorNode);
  };
  // The first row in view stays where it is, whatever comes above it.
  const anchorOf = () => {
    if (scrollY === 0) return null;
    const row = [...main.querySelectorAll('details')].find(
        (d) => d.getBoundingClientRect().bottom > 0);
    return row && {id: row.id, top: row.getBoundingClientRect().top};
  };

  const show = (page) => {
    const next = page.querySelector('main');
    if (!next || next.dataset.build !== main.dataset.build) return location.reload();
    const open = [...main.querySelectorAll('details[open]')].map((d) => d.id);
    const focus = keyOf(document.activeElement), anchor = anchorOf();
    main.replaceWith(next);
    main = next;
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
    if (focus?.id) {
      const owner = document.getElementById(focus.id);
      (owner?.localName === focus.name ? owner : owner?.querySelector(focus.name))
          ?.focus({preventScroll: true});
    }
    const row = anchor && document.getElementById(anchor.id);
    if (row) scrollBy(0, row.getBoundingClientRect().top - anchor.top);
    document.title = page.title;
    document.querySelector('header time').replaceWith(page.querySelector('header time'));
  };

  const say = (text, gone) => {
    if (live.textContent !== text) live.textContent = text;
    document.body.classList.toggle('gone', gone);
  };

  const refresh = async () => {
    if (running || document.hidden) return;
    running = true;
    const begun = Date.now();
    try {
      const answer = await fetch(location.pathname, {
        cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(kPatience)});
      if (!answer.ok) throw new Error('HTTP ' + answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      fresh = Date.now();
      if (selecting()) {
        say('Paused while text is selected', false);
      } else {
        show(page);
        say('Live', false);
      }
    } catch (error) {
      say('No answer from the exporter since ' +
          new Date(fresh).toISOString().slice(11, 19) + ' UTC: what is shown is as of then', true);
    }
    running = false;
    // A page that takes long to fetch is fetched less often.
    timer = setTimeout(refresh, Math.max(kEvery, 10 * (Date.now() - begun)));
  };

  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (!document.hidden) refresh();
  });
  say('Live', false);
  timer = setTimeout(refresh, kEvery);
})();
)js";

inline constexpr std::string_view kPageScriptSha256 =
    "quLV5lMRAqO6wMy5uTlE5mLtElFiBwaoq0iELPsjCpA=";

}  // namespace llm
