// How the SDKs that were generated for OpenAI's chat are used: they differ in names alone.
import { raised } from './contract.mjs';

const messages = [{ role: 'user', content: 'ping' }];

// `classes` has the SDK's errors; `limit` is the member for the limit of tokens, `more` what else a
// stream needs in its request; the rest is part of the contract.
export function openaiFamily({ classes, limit = 'max_tokens', more = {}, ...sdk }) {
  const usageOf = (usage) => ({ input: usage?.prompt_tokens, output: usage?.completion_tokens });
  const request = (asked) => ({ model: asked.model, messages, [limit]: asked.limit });
  return {
    simulated: { dialect: 'openai-chat', flavour: sdk.flavour },
    stop: 'stop',
    length: 'length',
    async whole(client, asked) {
      const answer = await client.chat.completions.create(request(asked));
      const { message, finish_reason: finish } = answer.choices[0];
      return { text: message.content, finish, ...usageOf(answer.usage) };
    },
    async* stream(client, asked) {
      const stream = await client.chat.completions.create({
        ...request(asked), stream: true, ...more,
      });
      for await (const chunk of stream) {
        const choice = chunk.choices[0];
        yield {
          text: choice?.delta?.content,
          finish: choice?.finish_reason,
          ...usageOf(chunk.usage ?? chunk.x_groq?.usage),
        };
      }
    },
    refused: {
      auth: raised(classes.AuthenticationError, 401),
      missing: raised(classes.NotFoundError, 404),
      limited: raised(classes.RateLimitError, 429),
      overloaded: raised(classes.InternalServerError, 503),
    },
    broken: raised(classes.APIError),
    ...sdk,
  };
}
