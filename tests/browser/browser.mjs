// Debian's Chromium, which may reach loopback alone and tells of everything that it refuses.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const shots = fileURLToPath(new URL('../../build/browser/', import.meta.url));
mkdirSync(shots, { recursive: true });

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
}

// A page that collects what must not be: `complaints` has every console error, exception, dialog,
// Content-Security-Policy violation and request to anywhere but the page's own origin.
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  const complain = (text) => page.complaints.push(text);
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && complain(m.text()));
  page.on('pageerror', (e) => complain(`exception: ${e}`));
  page.on('dialog', (d) => { complain(`dialog: ${d.message()}`); return d.dismiss(); });
  page.on('request', (r) => r.url().startsWith(url) || r.url().startsWith('data:') ||
    complain(`request to ${r.url()}`));
  if (options.javaScriptEnabled !== false) {
    await page.exposeFunction('complain', complain);
    await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (e) =>
      window.complain(`CSP: ${e.violatedDirective} ${e.blockedURI}`)));
  }
  await page.goto(url);
  return page;
}

export const shoot = (page, name, options = {}) =>
  page.screenshot({ path: `${shots}${name}.png`, fullPage: true, ...options });

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// What keeps people out, by axe-core, which also computes every contrast: "rule: element".
export async function findings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`);
}

// What is wider than the screen.
export function overflow(page) {
  return page.evaluate(() => {
    const wide = [...document.querySelectorAll('body *')].filter(
      (e) => e.getBoundingClientRect().right > innerWidth + 0.5);
    if (wide.length === 0 && document.documentElement.scrollWidth > innerWidth) return ['the page'];
    return wide.map((e) => `${e.localName}.${e.getAttribute('class')}: ${e.textContent.slice(0, 40)}`);
  });
}
