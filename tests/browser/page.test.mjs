// What a reader of the page sees, in a real browser, from the real exporter on the simulator.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';

import { findings, launch, open, overflow, shoot } from './browser.mjs';
import { startExporter, waitUntil } from './exporter.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const stream = (models, more = {}) =>
  [{ kind: 'stream', models, interval: '1s', max_output_tokens: 8, ...more }];
const model = (name, more = {}) => ({ name, ttft: '20ms', text: 'pong', output_tokens: 4, ...more });

// Two healthy providers, one that is down, one that is limited, one whose key is wrong.
const troubled = () => [
  { name: 'steady', probes: stream(['alpha', 'beta']),
    sim: { models: [model('alpha', { served: ['alpha-2026-01-01'] }), model('beta')],
           rate_limit: { requests: { limit: 500, window: '1h' } },
           status_page: { system: 'statuspage', components: [{ name: 'API', level: 'degraded' }],
                          incident: { title: 'Slow <b>answers</b>', status: 'investigating',
                                      level: 'degraded' } } },
    status_page: { system: 'statuspage', path: 'api/v2/summary.json', interval: '1s' } },
  { name: 'slow', probes: stream(['snail'], { thresholds: { ttft: '1ms' } }),
    sim: { models: [model('snail', { ttft: '50ms' })] } },
  { name: 'broken', probes: stream(['gamma']),
    sim: { models: [model('gamma')], faults: [{ fault: 'overloaded' }] } },
  { name: 'limited', probes: stream(['delta']),
    sim: { models: [model('delta')], faults: [{ fault: 'rate_limited', retry_after: '30s' }] } },
  { name: 'locked', probes: stream(['epsilon']),
    sim: { models: [model('epsilon')], faults: [{ fault: 'auth' }] } },
];

const probed = (target) => target.last_probe !== null;
const row = (page, name) => page.locator('details', { has: page.getByRole('heading', { name, exact: true }) });

test('healthy: everything at a glance, and nothing that the policy forbids', async (t) => {
  const exporter = await startExporter([troubled()[0]], { global: { vantage: 'lab' } });
  t.after(() => exporter.stop());
  await exporter.every('good probes', (target) => target.successes >= 3);
  const page = await open(browser, `${exporter.url}/`);
  assert.equal(await page.title(), 'all up · llm_exporter');
  assert.match(await page.locator('.summary').innerText(), /2 targets:\s*2 up/);
  assert.match(await row(page, 'steady/alpha').innerText(), /up for \d+ s · alpha-2026-01-01/);
  assert.equal(await page.locator('.banner').count(), 0);
  await row(page, 'steady/alpha').locator('summary').click();
  assert.match(await row(page, 'steady/alpha').innerText(), /9\d% requests.*\d+ of 500 requests left \(reset in \d+ (s|min)\)/s);
  await waitUntil('the provider’s own word', async () => {
    await page.reload();
    return /status page: degraded.*Slow <b>answers<\/b>.*all that we probe is up/s.test(
      await page.locator('.provider').innerText());
  });
  assert.deepEqual(await findings(page), []);
  await shoot(page, 'healthy');
  assert.deepEqual(page.complaints, []);
});

test('degraded: the worst first, each with its reason; all ways of looking at it', async (t) => {
  const exporter = await startExporter(troubled());
  t.after(() => exporter.stop());
  await exporter.every('a verdict', (target) => target.attempts >= 1 && target.state !== 'unknown');
  const url = `${exporter.url}/`;
  const page = await open(browser, url);

  await t.test('is told by words, icons and order, not by colour', async () => {
    assert.match(await page.title(), /^1 down/);
    assert.match(await page.locator('.banner').innerText(), /1 down: broken\/gamma/);
    const states = await page.locator('.state').allInnerTexts();
    assert.deepEqual(states, ['down', 'misconfigured', 'throttled', 'degraded', 'up', 'up']);
    const icons = await page.locator('.who use').evaluateAll((all) => all.map((u) => u.getAttribute('href')));
    assert.deepEqual(icons.map((i) => i.slice(3)), states);
    assert.match(await row(page, 'broken/gamma').innerText(), /overloaded, HTTP 503, fault: provider/);
    assert.match(await row(page, 'limited/delta').innerText(), /rate limited, HTTP 429, fault: account/);
    assert.match(await row(page, 'slow/snail').innerText(), /over the threshold/);
  });

  await t.test('an unknown number is a dash', async () => {
    assert.match(await row(page, 'locked/epsilon').locator('.ttft').innerText(), /^TTFT p50\s+–$/);
    assert.equal(await row(page, 'locked/epsilon').locator('.hour b').innerText(), '–');
  });

  await t.test('the keyboard reaches every row and opens its reasons', async () => {
    const seen = [];
    for (let i = 0; i < 6; ++i) {
      await page.keyboard.press('Tab');
      seen.push(await page.evaluate(() => document.activeElement.querySelector('h3')?.textContent));
    }
    assert.deepEqual(seen, await page.locator('h3').allInnerTexts());
    await row(page, 'broken/gamma').locator('summary').focus();
    await page.keyboard.press('Enter');
    const text = await row(page, 'broken/gamma').innerText();
    assert.match(text, /Latest probes\s+[\d:–]+ UTC: (\d+ × )?overloaded, HTTP 503/);
    assert.match(text, /Last error\s+\d+ s ago, overloaded/);
  });

  await t.test('the bars tell their reason where the mouse is', async () => {
    const title = await row(page, 'broken/gamma').locator('.hour .f').last()
      .evaluate((path) => path.parentElement.querySelector('title').textContent);
    assert.match(title, /^[\d:–]+ UTC: \d+ failed \(overloaded\)$/);
  });

  await t.test('nobody is shut out: axe finds nothing, light and dark', async () => {
    assert.deepEqual(await findings(page), []);
    await shoot(page, 'degraded');
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await findings(page), []);
    await shoot(page, 'degraded-dark');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  await t.test('fits a screen of 320 pixels, and one of 800', async () => {
    for (const width of [320, 800]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await overflow(page), [], `${width} px`);
      await shoot(page, `degraded-${width}`);
    }
    assert.deepEqual(await findings(page), []);
  });

  await t.test('is all there without script', async () => {
    const plain = await open(browser, url, { javaScriptEnabled: false });
    assert.match(await plain.locator('header').innerText(), /as of \d{4}-\d\d-\d\d .* UTC\s+Reload for news\./);
    await row(plain, 'broken/gamma').locator('summary').click();
    assert.match(await row(plain, 'broken/gamma').innerText(), /Latest probes/);
    await shoot(plain, 'without-script');
    await plain.context().close();
  });
  assert.deepEqual(page.complaints, []);
});

test('where to go now, and whether it is us', async (t) => {
  const canary = createServer((socket) => socket.end());
  await new Promise((resolve) => canary.listen(0, '127.0.0.1', resolve));
  t.after(() => canary.close());
  const exporter = await startExporter(
    ['first', 'second'].map((name) => ({
      name, probes: stream(['m']), sim: { models: [model('m')] } })),
    { failover: [{ name: 'chat', targets: ['first/m', 'second/m'] }],
      canary: { interval: '1s', timeout: '1s', checks: [{ name: 'gate', tcp: `127.0.0.1:${canary.address().port}` }] } });
  t.after(() => exporter.stop());
  await exporter.every('good checks', (target) => target.successes >= 3);
  const page = await open(browser, `${exporter.url}/`);
  const group = page.locator('.go details');
  const reloaded = (what, pattern, where = group) => waitUntil(what, async () => {
    await page.reload();
    return pattern.test(await where.first().innerText({ timeout: 1000 }));
  });
  await reloaded('the primary', /chat use first\/m \(primary\)/);
  assert.equal(await page.locator('.banner').count(), 0);
  await exporter.setFault('first', { fault: 'overloaded' });
  await reloaded('the fallback', /chat use second\/m instead of first\/m for \d+ s/);
  await group.locator('summary').click();
  assert.match(await group.innerText(), /first\/m not used: .*overloaded/);
  assert.match(await group.innerText(), /second\/m .*checks good, TTFT p95/s);
  assert.deepEqual(await findings(page), []);
  await shoot(page, 'failover');

  // Nobody answers any more.
  canary.close();
  await exporter.simulator.stop();
  await reloaded('our own fault', /It is us, not them: our own network fails for \d+ s/,
    page.locator('.banner'));
  assert.deepEqual(await findings(page), []);
  await shoot(page, 'vantage-down');

  await page.setViewportSize({ width: 320, height: 800 });
  assert.deepEqual(await overflow(page), []);
  assert.deepEqual(page.complaints, []);
});

test('empty: before the first probe nothing is claimed', async (t) => {
  const exporter = await startExporter([
    { name: 'quiet', probes: stream(['alpha'], { interval: '1h' }),
      sim: { models: [model('alpha', { ttft: '1h' })] } }]);
  t.after(() => exporter.stop());
  const page = await open(browser, `${exporter.url}/`);
  assert.equal(await page.title(), 'llm_exporter');
  assert.match(await row(page, 'quiet/alpha').innerText(), /unknown, not probed yet/);
  assert.deepEqual(await row(page, 'quiet/alpha').locator('b').allInnerTexts(), ['–', '–']);
  assert.doesNotMatch(await page.locator('main').innerText(), /\b0%|\b0\.00|NaN|\$0/);
  assert.deepEqual(await findings(page), []);
  await shoot(page, 'empty');
  assert.deepEqual(page.complaints, []);
});

test('two hundred targets stay pleasant', async (t) => {
  const names = Array.from({ length: 40 }, (_, i) => `model-${i}`);
  const exporter = await startExporter(['a', 'b', 'c', 'd', 'e'].map((name) => ({
    name, probes: stream(names, { interval: '5s' }), max_concurrent: 20,
    sim: { models: names.map((n) => model(n, { ttft: '1ms' })),
           faults: [{ fault: 'server_error', models: ['model-7'] }] } })));
  t.after(() => exporter.stop());
  await exporter.every('probes of all', probed);
  const page = await open(browser, `${exporter.url}/`);
  assert.equal(await page.locator('details').count(), 200);
  assert.deepEqual(await page.locator('.banner').innerText().then((s) => s.match(/\d+ down/)[0]), '5 down');
  assert.equal(await page.locator('h3').first().innerText(), 'a/model-7');
  const html = await (await fetch(exporter.url)).text();
  assert.ok(html.length / 200 < 4000, `${html.length / 200} bytes a row`);
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  assert.ok(nodes < 20_000, `${nodes} elements`);
  await page.setViewportSize({ width: 320, height: 800 });
  assert.deepEqual(await overflow(page), []);
  await page.setViewportSize({ width: 1280, height: 800 });
  await shoot(page, 'two-hundred', { fullPage: false });
  assert.deepEqual(page.complaints, []);
});

test('hostile text of a provider stays text', async (t) => {
  const evil = '"><img src=x onerror=alert(1)><script>alert(2)</script><a href="javascript:alert(3)" ' +
    'onmouseover=alert(4)>x</a></title></style><svg onload=alert(5)>\u202Egnp.exe\u2066';
  const exporter = await startExporter([
    { name: 'evil', probes: stream(['alpha', 'beta']),
      sim: { models: [model('alpha', { served: [evil] }), model('beta')],
             faults: [{ fault: 'server_error', message: evil, models: ['beta'] }],
             status_page: { system: 'statuspage', components: [{ name: 'API', level: 'major_outage' }],
                            incident: { title: evil, status: 'investigating', level: 'major_outage' } } },
      status_page: { system: 'statuspage', path: 'api/v2/summary.json', interval: '1s' } }]);
  t.after(() => exporter.stop());
  await exporter.every('probes', (target) => target.attempts >= 2);
  const page = await open(browser, `${exporter.url}/`);
  await waitUntil('the incident on the page', async () => {
    await page.reload();
    return (await page.locator('.provider').innerText()).includes('onerror=alert(1)');
  });
  await page.locator('summary').first().click();
  assert.ok((await row(page, 'evil/beta').innerText()).includes('"><img src=x onerror=alert(1)>'));
  assert.ok((await row(page, 'evil/alpha').innerText()).includes('"><img src=x'));
  const made = await page.evaluate(() => ({
    scripts: document.scripts.length,
    images: document.images.length,
    foreignLinks: [...document.links].filter((a) => a.protocol === 'javascript:').length,
    handlers: [...document.querySelectorAll('*')].filter((e) =>
      [...e.attributes].some((a) => a.name.startsWith('on') || a.name === 'style')).length,
    // What turns text around is closed in with it.
    unisolated: [...document.querySelectorAll('main *')].filter((e) => !e.closest('bdi') &&
      e.localName !== 'title' && [...e.childNodes].some((n) => n.nodeType === 3 && /[\u202A-\u202E\u2066-\u2069]/.test(n.data))).length,
  }));
  assert.deepEqual(made, { scripts: 1, images: 0, foreignLinks: 0, handlers: 0, unisolated: 0 });
  await shoot(page, 'hostile');
  assert.deepEqual(page.complaints, []);
});
