// What every SDK must make of the simulator, whatever the dialect: the same answer whole and
// streamed, the list of models, and each failure as an error of the SDK's own classes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { attempts } from './loopback_only.mjs';
import { startSimulator } from './simulator.mjs';

export const MODEL = 'sim-model';
export const KEY = 'sk-sim-0123456789abcdef';
const WORDS = Array(5).fill(['pong', '–', 'ça', 'va']).flat(); // a token each
const LIMIT = 16; // the smallest that every API takes
const text = (tokens) => WORDS.slice(0, tokens).join(' ');

// `sdk` is how one SDK is used:
//   name, simulated       the script of the provider: its dialect and flavour
//   client(url, key)      url: of the provider, http://127.0.0.1:PORT/NAME
//   whole(client, asked)  asked: {model, limit}; gives {text, finish, input, output}
//   stream(client, asked) a generator of the same members as they come
//   list(client)          the ids of the models; absent: the SDK has no such call
//   stop, length          the finish reasons
//   key, wrongKey, model  where they are not the usual ones
//   refused               {auth, limited, overloaded, missing}: for each a check of the error
//   broken                a check of the error that ends a broken stream; null: the provider hides
//                         it, and the stream just ends
export function contract(sdk) {
  const { key = KEY, wrongKey = `${key.slice(0, 6)}-wrong-000`, model = MODEL } = sdk;
  const asked = (more) => ({ model, limit: 64, ...more });
  let simulator;
  before(async () => {
    const models = [{ name: model, ttft: '5ms', jitter: '0%', tokens_per_second: 1000, text: text() }];
    const provider = (name, more) => ({
      name, api_keys: [key], models, ...sdk.simulated, ...more,
    });
    simulator = await startSimulator({
      providers: [
        provider('healthy'),
        provider('limited', { rate_limit: { requests: { limit: 1, window: '1h' } } }),
        provider('overloaded', { faults: [{ fault: 'overloaded' }] }),
        provider('breaking', { faults: [{ fault: 'error_in_stream', after_tokens: 2 }] }),
      ],
    });
  });
  after(async () => {
    assert.equal(await simulator.stop(), 0);
    assert.deepEqual(attempts(), []);
  });
  const client = (provider, other) => sdk.client(`${simulator.url}/${provider}`, other ?? key);

  test(`${sdk.name} answers whole`, async () => {
    const answer = await sdk.whole(client('healthy'), asked());
    assert.equal(answer.text, text());
    assert.equal(answer.finish, sdk.stop);
    assert.equal(answer.output, WORDS.length);
    assert.ok(answer.input > 0, `${answer.input}`);
  });

  test(`${sdk.name} is cut off at the limit`, async () => {
    const answer = await sdk.whole(client('healthy'), asked({ limit: LIMIT }));
    assert.equal(answer.text, text(LIMIT));
    assert.equal(answer.finish, sdk.length);
    assert.equal(answer.output, LIMIT);
  });

  test(`${sdk.name} streams the same answer`, async () => {
    const whole = await sdk.whole(client('healthy'), asked());
    const streamed = await collect(sdk.stream(client('healthy'), asked()));
    assert.deepEqual({ ...streamed, pieces: undefined }, { ...whole, pieces: undefined });
    assert.equal(streamed.pieces, WORDS.length);
  });

  if (sdk.list) {
    test(`${sdk.name} lists the models`, async () => {
      assert.deepEqual(await sdk.list(client('healthy')), [model]);
    });
  }

  const refusals = [
    ['a wrong key', 'auth', () => client('healthy', wrongKey), asked()],
    ['an unknown model', 'missing', () => client('healthy'), asked({ model: 'none' })],
    ['an overload', 'overloaded', () => client('overloaded'), asked()],
  ];
  for (const [what, name, whom, request] of refusals) {
    test(`${sdk.name} raises on ${what}`, async () => {
      const check = passing(sdk.refused[name]);
      await assert.rejects(sdk.whole(whom(), request), check);
      await assert.rejects(collect(sdk.stream(whom(), request)), check);
    });
  }

  test(`${sdk.name} raises once the budget is spent`, async () => {
    await sdk.whole(client('limited'), asked());
    await assert.rejects(sdk.whole(client('limited'), asked()), passing(sdk.refused.limited));
  });

  test(`${sdk.name} raises in a stream that breaks, after the tokens that came`, async () => {
    const seen = {};
    const stream = collect(sdk.stream(client('breaking'), asked()), seen);
    if (sdk.broken) {
      await assert.rejects(stream, passing(sdk.broken));
    } else {
      await stream;
    }
    assert.equal(seen.text, text(2));
    assert.equal(seen.finish, undefined);
  });
}

// The usual check: the class of the error, and the HTTP status that it carries as `member`.
export const raised = (type, status, member = 'status') => (error) => {
  assert.ok(error instanceof type, `${error.constructor.name}: ${error}`);
  if (status !== undefined) assert.equal(error[member], status, `${error}`);
};

const passing = (check) => (error) => {
  check(error);
  return true;
};

// A later finish, and later counts, win: counts are cumulative.
async function collect(parts, seen = {}) {
  Object.assign(seen, { text: '', pieces: 0 });
  for await (const { text: piece, ...more } of parts) {
    if (piece) {
      seen.text += piece;
      seen.pieces += 1;
    }
    for (const [name, value] of Object.entries(more)) if (value != null) seen[name] = value;
  }
  return seen;
}
