// The page renews itself, and leaves the reader alone while it does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, open, shoot } from './browser.mjs';
import { startExporter, waitUntil } from './exporter.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const fakes = () => ['one', 'two', 'three'].map((name) => ({
  name,
  probes: [{ kind: 'stream', models: ['m-1', 'm-2', 'm-3', 'm-4'], interval: '1s', max_output_tokens: 8 }],
  sim: { models: ['m-1', 'm-2', 'm-3', 'm-4'].map((m) => ({ name: m, ttft: '5ms', text: 'pong' })) },
}));

// The page's own timers, at will: what is tested is what it does, not how long it waits.
async function openLive(exporter) {
  const page = await open(browser, `${exporter.url}/`, { viewport: { width: 1280, height: 300 } });
  await page.evaluate(() => { window.sameDocument = true; });
  return page;
}

test('a failure shows without a reload; what was opened, focused and scrolled to stays', async (t) => {
  const exporter = await startExporter(fakes());
  t.after(() => exporter.stop());
  await exporter.every('good probes', (target) => target.successes >= 1);
  const page = await openLive(exporter);
  const details = (name) => page.locator('details', { has: page.getByRole('heading', { name, exact: true }) });
  const chosen = details('three/m-3');
  await chosen.locator('summary').click();
  await chosen.locator('summary').focus();
  await chosen.evaluate((e) => scrollTo(0, e.offsetTop - 50));
  const top = () => chosen.evaluate((e) => Math.round(e.getBoundingClientRect().top));
  const before = await top();

  await exporter.setFault('one', { fault: 'overloaded' });
  await page.waitForFunction(() => document.title.startsWith('4 down'));
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'no reload');
  assert.equal(await chosen.evaluate((e) => e.open), true);
  assert.equal(await page.evaluate(() => document.activeElement.querySelector('h3')?.textContent), 'three/m-3');
  assert.ok(Math.abs(await top() - before) <= 1, `moved by ${await top() - before} px`);
  assert.match(await page.locator('.banner').innerText(), /4 down/);

  await exporter.clearFault('one');
  await page.waitForFunction(() => document.title.startsWith('all up'));
  assert.equal(await page.locator('#live').innerText(), 'Live');
  assert.deepEqual(page.complaints, []);
});

test('it waits for who selects text, and asks nothing while nobody looks', async (t) => {
  const exporter = await startExporter(fakes());
  t.after(() => exporter.stop());
  const page = await openLive(exporter);
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector('h3')));
  await page.waitForFunction(() => document.querySelector('#live').textContent.startsWith('Paused'));
  assert.notEqual(await page.evaluate(() => String(getSelection())), '');
  await page.evaluate(() => getSelection().removeAllRanges());
  await page.waitForFunction(() => document.querySelector('#live').textContent === 'Live');

  let asked = 0;
  page.on('request', () => { ++asked; });
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => window.away });
    window.away = true;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  const metrics = () => fetch(`${exporter.url}/api/v1/targets`).then((a) => a.json());
  const probesOf = (answer) => answer.data.targets.reduce((sum, target) => sum + target.attempts, 0);
  const begun = probesOf(await metrics());
  // Longer than the page's pace: seven rounds of probes, one a second.
  await waitUntil('rounds of probes', async () => probesOf(await metrics()) >= begun + 7 * 12);
  assert.equal(asked, 0);
  await page.evaluate(() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); });
  await waitUntil('the page asking again', () => asked > 0);
  assert.deepEqual(page.complaints, []);
});

test('it says when the exporter is gone, and since when', async (t) => {
  const exporter = await startExporter(fakes());
  t.after(() => exporter.stop());
  const page = await openLive(exporter);
  await exporter.program.stop('SIGKILL');
  await page.waitForFunction(() => document.body.classList.contains('gone'));
  assert.match(await page.locator('#live').innerText(),
    /^No answer from the exporter since \d\d:\d\d:\d\d UTC: what is shown is as of then$/);
  assert.ok(await page.locator('h3').count() > 0, 'what was known stays');
  await shoot(page, 'gone');
  assert.ok(page.complaints.every((c) => /ERR_CONNECTION_REFUSED|Failed to load resource/.test(c)), page.complaints);
});

test('it works behind a route prefix', async (t) => {
  const exporter = await startExporter(fakes(), {}, ['--web.route-prefix=/llm']);
  t.after(() => exporter.stop());
  const page = await open(browser, `${exporter.url}/llm/`);
  const first = await page.locator('header time').innerText();
  await page.waitForFunction((seen) => document.querySelector('header time').textContent !== seen, first);
  await page.getByRole('link', { name: 'Metrics' }).click();
  assert.match(page.url(), /\/llm\/metrics$/);
  assert.deepEqual(page.complaints, []);
});
