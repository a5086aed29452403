// The official Anthropic SDK against the simulator's anthropic-messages dialect.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';

import { startSimulator } from './simulator.mjs';

const KEY = 'sk-ant-sim-0123456789abcdef';
const models = [
  { name: 'claude-sim', served: ['claude-sim-20260101'], ttft: '20ms', text: 'pong – ça va' },
  {
    name: 'claude-think', ttft: '20ms', reasoning_tokens: 3, reasoning_text: 'let me think',
  },
];
const ask = (more) => ({
  model: 'claude-sim',
  max_tokens: 16,
  messages: [{ role: 'user', content: 'ping' }],
  ...more,
});

let simulator;
before(async () => {
  const provider = (name, more) => ({
    name, dialect: 'anthropic-messages', api_keys: [KEY], models, ...more,
  });
  const limit = (limit) => ({ limit, window: '1h' });
  simulator = await startSimulator({
    providers: [
      provider('healthy', {
        rate_limit: {
          requests: limit(4000), tokens: limit(480000), input_tokens: limit(400000),
          output_tokens: limit(80000),
        },
      }),
      provider('limited', { rate_limit: { requests: limit(1) } }),
      provider('overloaded', { faults: [{ fault: 'overloaded' }] }),
      provider('breaking', { faults: [{ fault: 'error_in_stream', error: 'overloaded', after_tokens: 2 }] }),
    ],
  });
});
after(async () => assert.equal(await simulator.stop(), 0));

const client = (provider, more) =>
  new Anthropic({ apiKey: KEY, baseURL: `${simulator.url}/${provider}`, maxRetries: 0, ...more });

test('streams an answer', async () => {
  const stream = client('healthy').messages.stream(ask());
  const words = [];
  stream.on('text', (text) => words.push(text));
  const message = await stream.finalMessage();
  assert.deepEqual(words, ['pong', ' –', ' ça', ' va']);
  assert.equal(message.model, 'claude-sim-20260101');
  assert.equal(message.stop_reason, 'end_turn');
  assert.equal(message.usage.output_tokens, 4);
});

test('streams thinking before the text', async () => {
  const message = await client('healthy').messages.stream(ask({ model: 'claude-think' }))
    .finalMessage();
  assert.deepEqual(message.content.map((block) => block.type), ['thinking', 'text']);
  assert.equal(message.content[0].thinking, 'let me think');
  assert.equal(message.usage.output_tokens, 4);
});

test('answers whole', async () => {
  const { data, response, request_id } = await client('healthy')
    .messages.create(ask({ max_tokens: 2 })).withResponse();
  assert.deepEqual(data.content, [{ type: 'text', text: 'pong –' }]);
  assert.equal(data.stop_reason, 'max_tokens');
  assert.match(request_id, /^req_sim_\d{6}$/);
  const limits = [...response.headers.keys()].filter((h) => h.startsWith('anthropic-ratelimit-'));
  assert.equal(limits.length, 12);
  assert.match(response.headers.get('anthropic-ratelimit-tokens-reset'),
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

test('lists models over pages', async () => {
  const ids = [];
  for await (const model of client('healthy').models.list({ limit: 1 })) ids.push(model.id);
  assert.deepEqual(ids, ['claude-sim', 'claude-think']);
});

const refusals = [
  ['401 for a wrong key', 'healthy', { apiKey: 'sk-ant-wrong' }, {},
    Anthropic.AuthenticationError, 401, 'authentication_error'],
  ['404 for an unknown model', 'healthy', {}, { model: 'claude-none' },
    Anthropic.NotFoundError, 404, 'not_found_error'],
  ['400 without max_tokens', 'healthy', {}, { max_tokens: undefined },
    Anthropic.BadRequestError, 400, 'invalid_request_error'],
  ['529 when overloaded', 'overloaded', {}, {},
    Anthropic.InternalServerError, 529, 'overloaded_error'],
];
for (const [name, provider, options, more, type, status, kind] of refusals) {
  test(name, async () => {
    await assert.rejects(client(provider, options).messages.create(ask(more)), (error) => {
      assert.ok(error instanceof type, `${error}`);
      assert.equal(error.status, status);
      assert.equal(error.error.error.type, kind);
      assert.equal(error.error.request_id, error.requestID);
      assert.match(error.requestID, /^req_sim_/);
      return true;
    });
  });
}

test('429 once the budget is spent', async () => {
  await client('limited').messages.create(ask());
  await assert.rejects(client('limited').messages.create(ask()), (error) => {
    assert.ok(error instanceof Anthropic.RateLimitError);
    assert.equal(error.headers.get('anthropic-ratelimit-requests-remaining'), '0');
    assert.ok(Number(error.headers.get('retry-after')) > 3500);
    return true;
  });
});

test('an error in the stream raises, after the tokens that came', async () => {
  const stream = await client('breaking').messages.create(ask({ stream: true }));
  let text = '';
  await assert.rejects(async () => {
    for await (const event of stream) text += event.delta?.text ?? '';
  }, (error) => {
    assert.ok(error instanceof Anthropic.APIError);
    assert.match(error.message, /overloaded_error/);
    return true;
  });
  assert.equal(text, 'pong –');
});
