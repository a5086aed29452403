// The official OpenAI SDK against the simulator's openai-responses dialect.
import OpenAI from 'openai';

import { contract, raised } from './contract.mjs';

const request = (asked) => ({
  model: asked.model, input: 'ping', max_output_tokens: asked.limit, store: false,
});
const partOf = (response) => ({
  finish: response.incomplete_details?.reason ?? response.status,
  input: response.usage.input_tokens,
  output: response.usage.output_tokens,
});

contract({
  name: 'openai responses',
  simulated: { dialect: 'openai-responses' },
  client: (url, apiKey) => new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 }),
  stop: 'completed',
  length: 'max_output_tokens',
  async whole(client, asked) {
    const response = await client.responses.create(request(asked));
    return { text: response.output_text, ...partOf(response) };
  },
  async* stream(client, asked) {
    const stream = await client.responses.create({ ...request(asked), stream: true });
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') yield { text: event.delta };
      if (['response.completed', 'response.incomplete'].includes(event.type)) {
        yield partOf(event.response);
      }
      if (event.type === 'error') throw new OpenAI.APIError(undefined, event, event.message);
    }
  },
  list: async (client) => (await client.models.list()).data.map((model) => model.id),
  refused: {
    auth: raised(OpenAI.AuthenticationError, 401),
    missing: raised(OpenAI.APIError),
    limited: raised(OpenAI.RateLimitError, 429),
    overloaded: raised(OpenAI.InternalServerError, 503),
  },
  broken: raised(OpenAI.APIError),
});
