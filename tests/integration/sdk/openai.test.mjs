// The official OpenAI SDK against the simulator's openai-chat dialect.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import OpenAI from 'openai';

import { startSimulator } from './simulator.mjs';

const KEY = 'sk-sim-0123456789abcdef';
const models = [
  { name: 'gpt-sim', served: ['gpt-sim-2026-01-01'], ttft: '20ms', text: 'pong – ça va' },
  { name: 'o-sim', ttft: '20ms', reasoning: true, reasoning_tokens: 64 },
];
const ask = (more) => ({
  model: 'gpt-sim',
  messages: [{ role: 'user', content: 'ping' }],
  ...more,
});

let simulator;
before(async () => {
  const provider = (name, more) => ({
    name, dialect: 'openai-chat', api_keys: [KEY], models, ...more,
  });
  simulator = await startSimulator({
    providers: [
      provider('healthy', { rate_limit: { requests: { limit: 1000 }, tokens: { limit: 100000 } } }),
      provider('limited', { rate_limit: { requests: { limit: 1, window: '1h' } } }),
      provider('overloaded', { faults: [{ fault: 'overloaded', retry_after: '7s' }] }),
      provider('breaking', { faults: [{ fault: 'error_in_stream', after_tokens: 2 }] }),
      provider('hostile', { faults: [{ fault: 'error_in_stream', error: 'quota_exhausted' }] }),
    ],
  });
});
after(async () => assert.equal(await simulator.stop(), 0));

const client = (provider, more) =>
  new OpenAI({ apiKey: KEY, baseURL: `${simulator.url}/${provider}/v1`, maxRetries: 0, ...more });

async function read(stream) {
  const seen = { text: '', chunks: 0, finish: null, usage: null, model: null };
  for await (const chunk of stream) {
    seen.chunks += 1;
    seen.model = chunk.model;
    seen.text += chunk.choices[0]?.delta.content ?? '';
    seen.finish ??= chunk.choices[0]?.finish_reason ?? null;
    seen.usage ??= chunk.usage ?? null;
  }
  return seen;
}

test('streams an answer with usage', async () => {
  const stream = await client('healthy').chat.completions.create(
    ask({ stream: true, stream_options: { include_usage: true }, max_completion_tokens: 16 }),
  );
  const seen = await read(stream);
  assert.equal(seen.text, 'pong – ça va');
  assert.equal(seen.finish, 'stop');
  assert.equal(seen.model, 'gpt-sim-2026-01-01');
  assert.equal(seen.usage.completion_tokens, 4);
  assert.equal(seen.usage.total_tokens, seen.usage.prompt_tokens + 4);
});

test('sends usage only when asked', async () => {
  const seen = await read(await client('healthy').chat.completions.create(ask({ stream: true })));
  assert.equal(seen.usage, null);
  assert.equal(seen.chunks, 6); // role, four words, finish
});

test('answers whole', async () => {
  const { data, response, request_id } = await client('healthy')
    .chat.completions.create(ask({ max_tokens: 2 })).withResponse();
  assert.equal(data.choices[0].message.content, 'pong –');
  assert.equal(data.choices[0].finish_reason, 'length');
  assert.equal(data.usage.completion_tokens, 2);
  assert.match(request_id, /^req_sim_\d{6}$/);
  assert.equal(response.headers.get('x-ratelimit-limit-requests'), '1000');
  assert.match(response.headers.get('x-ratelimit-reset-tokens'), /^\d+(\.\d+)?(ms|s)$/);
});

test('a reasoning model spends a small budget in silence', async () => {
  const { choices, usage } = await client('healthy').chat.completions.create(
    ask({ model: 'o-sim', max_completion_tokens: 16 }),
  );
  assert.equal(choices[0].message.content, '');
  assert.equal(choices[0].finish_reason, 'length');
  assert.equal(usage.completion_tokens_details.reasoning_tokens, 16);
});

test('lists models', async () => {
  const ids = [];
  for await (const model of client('healthy').models.list()) ids.push(model.id);
  assert.deepEqual(ids, ['gpt-sim', 'o-sim']);
});

const refusals = [
  ['401 for a wrong key', 'healthy', { apiKey: 'sk-sim-wrong' }, {},
    OpenAI.AuthenticationError, 401, 'invalid_api_key'],
  ['404 for an unknown model', 'healthy', {}, { model: 'gpt-none' },
    OpenAI.NotFoundError, 404, 'model_not_found'],
  ['400 for max_tokens on a reasoning model', 'healthy', {}, { model: 'o-sim', max_tokens: 16 },
    OpenAI.BadRequestError, 400, 'unsupported_parameter'],
  ['503 when overloaded', 'overloaded', {}, {},
    OpenAI.InternalServerError, 503, 'server_is_overloaded'],
];
for (const [name, provider, options, more, type, status, code] of refusals) {
  test(name, async () => {
    await assert.rejects(client(provider, options).chat.completions.create(ask(more)), (error) => {
      assert.ok(error instanceof type, `${error}`);
      assert.equal(error.status, status);
      assert.equal(error.code, code);
      assert.match(error.requestID, /^req_sim_/);
      return true;
    });
  });
}

test('429 once the budget is spent', async () => {
  await client('limited').chat.completions.create(ask());
  await assert.rejects(client('limited').chat.completions.create(ask()), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.code, 'rate_limit_exceeded');
    assert.equal(error.headers.get('x-ratelimit-remaining-requests'), '0');
    // An hour's budget of one, just spent.
    const wait = Number(error.headers.get('retry-after'));
    assert.ok(wait > 3500 && wait <= 3600, `${wait}`);
    return true;
  });
});

test('an error in the stream raises, after the tokens that came', async () => {
  const stream = await client('breaking').chat.completions.create(ask({ stream: true }));
  let text = '';
  await assert.rejects(async () => {
    for await (const chunk of stream) text += chunk.choices[0].delta.content ?? '';
  }, OpenAI.APIError);
  assert.equal(text, 'pong –');
});

test('an error before the first token raises with its code', async () => {
  const stream = await client('hostile').chat.completions.create(ask({ stream: true }));
  await assert.rejects(read(stream), { code: 'insufficient_quota' });
});
