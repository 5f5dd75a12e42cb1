// The official openai package, the same calls twice: straight to a provider and through a gateway.
//
//   node run.mjs DIRECT_URL GATEWAY_URL LANES_FILE
//
// LANES_FILE: a JSON array of {name, model, prompt, headers}: one way each through the gateway, the headers sent to the gateway
// only. The provider answers by the header x-test-scenario. Prints one JSON object per case and lane; exits 1 when any result
// through the gateway differs from the direct one in more than the model that answered.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import OpenAI from 'openai';

const BIG_BODY = 1 << 20;

const recipe = {
  type: 'json_schema',
  json_schema: {
    name: 'recipe',
    strict: true,
    schema: {
      type: 'object',
      properties: {
        title: { type: 'string' },
        minutes: { type: 'integer' },
        steps: { type: 'array', items: { type: 'string' } },
      },
      required: ['title', 'minutes', 'steps'],
      additionalProperties: false,
    },
  },
};

const tools = ['weather', 'read_file'].map((name) => ({
  type: 'function',
  function: { name, description: `About ${name}`, parameters: { type: 'object', properties: {} } },
}));

const plain = (client, request) => client.chat.completions.create(request);

const raw = async (client, request) => {
  const { data, response, request_id } = await client.chat.completions.create(request).withResponse();
  const header = (name) => response.headers.get(name);
  return {
    data,
    status: response.status,
    requestId: request_id,
    type: header('content-type'),
    took: header('openai-processing-ms'),
    remaining: header('x-ratelimit-remaining-tokens'),
  };
};

const streamed = async (client, request) => {
  const chunks = [];
  const told = { chunks };
  try {
    const stream = await client.chat.completions.create({ ...request, stream: true });
    for await (const chunk of stream) chunks.push(chunk);
  } catch (failure) {
    told.failure = describe(failure);
  }
  return told;
};

// The helper that insists on a proper end and puts the pieces together.
const accumulated = async (client, request) => {
  const events = [];
  const runner = client.chat.completions
    .stream(request)
    .on('content', (delta) => events.push(['content', delta]))
    .on('tool_calls.function.arguments.delta', (event) => events.push(['arguments', event]))
    .on('tool_calls.function.arguments.done', (event) => events.push(['tool', event]));
  const completion = await runner.finalChatCompletion();
  return { events, completion, usage: await runner.totalUsage() };
};

const parsed = async (client, request) => {
  const completion = await client.chat.completions.parse({ ...request, response_format: recipe });
  return { completion, recipe: JSON.parse(completion.choices[0].message.content) };
};

const abandoned = async (client, request, world) => {
  const seen = [];
  const stream = await client.chat.completions.create({ ...request, stream: true });
  for await (const chunk of stream) {
    seen.push(chunk);
    if (seen.length === 3) break;
  }
  return { seen, open: await world.openStreamsSettle() };
};

const aborted = async (client, request, world) => {
  const controller = new AbortController();
  const seen = [];
  const stream = await client.chat.completions.create({ ...request, stream: true }, { signal: controller.signal });
  try {
    for await (const chunk of stream) {
      seen.push(chunk);
      if (seen.length === 3) controller.abort();
      if (seen.length > 3) break;
    }
  } catch (failure) {
    if (!(failure instanceof OpenAI.APIUserAbortError)) throw failure;
  }
  return { seen: seen.slice(0, 3), open: await world.openStreamsSettle() };
};

const bigPrompt = (request) => {
  let text = `${request.messages[1].content}\n\n`;
  while (text.length < BIG_BODY) text += `Grüße, ${text.length} 🚀 "x"\n`;
  return { ...request, max_completion_tokens: 64, messages: [request.messages[0], { role: 'user', content: text }] };
};

const everyByte = (length) => Uint8Array.from({ length }, (_, i) => i + Math.floor(i / 256));

const upload = async (client) =>
  client.files.create({ file: await OpenAI.toFile(everyByte(3000), 'data.bin'), purpose: 'user_data' });

const speech = async (client) => {
  const audio = await client.audio.speech.create({ model: 'speaker', voice: 'alloy', input: 'some text' });
  return { type: audio.headers.get('content-type'), bytes: Buffer.from(await audio.arrayBuffer()).toString('base64') };
};

const response = (client, { model, messages }) => client.responses.create({ model, input: messages[1].content });

const responseEvents = async (client, { model, messages }) => {
  const events = [];
  const stream = await client.responses.create({ model, input: messages[1].content, stream: true });
  for await (const event of stream) events.push(event);
  return events;
};

// The helper fails when the last event is not response.completed, failed or incomplete.
const responseHelper = (client, { model, messages }) =>
  client.responses.stream({ model, input: messages[1].content }).finalResponse();

const once = { maxRetries: 0 };

// name, scenario, use, and options of the client
const cases = [
  ['plain', 'text', plain],
  ['raw-response', 'text', raw],
  ['stream', 'text', streamed],
  ['stream-helper', 'text', accumulated],
  ['stream-with-usage', 'text', (c, r) => streamed(c, { ...r, stream_options: { include_usage: true } })],
  ['stream-helper-with-usage', 'text', (c, r) => accumulated(c, { ...r, stream_options: { include_usage: true } })],
  ['stream-of-one-byte-chunks', 'tiny-chunks', streamed],
  ['parallel-tool-calls', 'tools', (c, r) => plain(c, { ...r, tools, parallel_tool_calls: true })],
  ['parallel-tool-calls-streamed', 'tools', (c, r) => streamed(c, { ...r, tools, parallel_tool_calls: true })],
  ['parallel-tool-calls-helper', 'tools', (c, r) => accumulated(c, { ...r, tools, parallel_tool_calls: true })],
  ['json-schema', 'schema', parsed],
  ['json-schema-streamed', 'schema', (c, r) => accumulated(c, { ...r, response_format: recipe })],
  ['abandon-mid-stream', 'endless', abandoned],
  ['abort-mid-stream', 'endless', aborted],
  ['busy-then-answered', 'busy-then-text', plain],
  ['busy-then-streamed', 'busy-ms-then-text', streamed],
  ['busy', 'busy', plain, once],
  ['busy-stream', 'busy', streamed, once],
  ['vendor-fields', 'vendor', (c, r) => plain(c, { ...r, x_vendor: { n: 1.5, list: [1, 'two', null] } })],
  ['megabyte-body', 'text', (c, r) => plain(c, bigPrompt(r))],
  ['refused', 'refused', plain, once],
  ['refused-stream', 'refused', streamed, once],
  ['unauthorized', 'unauthorized', plain, once],
  ['forbidden', 'forbidden', plain, once],
  ['unknown-model', 'unknown-model', plain, once],
  ['unprocessable', 'unprocessable', plain, once],
  ['provider-broken', 'broken', plain, once],
  ['error-event', 'error-event', streamed, once],
  ['embedding', 'embedding', (c) => c.embeddings.create({ model: 'embedder', input: 'some text', encoding_format: 'float' })],
  ['file-upload', 'upload', upload],
  ['speech', 'speech', speech],
  ['response', 'response', response],
  ['response-streamed', 'response', responseEvents],
  ['response-helper', 'response', responseHelper],
];

const failing = new Set([
  'busy', 'refused', 'unauthorized', 'forbidden', 'unknown-model', 'unprocessable', 'broken', 'error-event',
]);

function describe(failure) {
  if (!(failure instanceof OpenAI.OpenAIError)) throw failure;
  const { status, message, code, param, type, error } = failure;
  const header = (name) => failure.headers?.get(name) ?? null;
  return {
    exception: failure.constructor.name,
    status,
    message,
    code,
    param,
    type,
    error,
    headers: {
      'retry-after': header('retry-after'),
      'x-ratelimit-remaining-requests': header('x-ratelimit-remaining-requests'),
      'x-request-id': status === 429 ? header('x-request-id') : null,
    },
  };
}

// Without the model that answered. "usage": null goes too: a provider adds it to each chunk when the gateway asks for usage on its
// own account, and the SDK's users read null and absent alike.
function exceptModel(value) {
  if (Array.isArray(value)) return value.map(exceptModel);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== 'model' && !(key === 'usage' && inner === null))
      .map(([key, inner]) => [key, exceptModel(inner)]),
  );
}

async function run([name, scenario, use, options = {}], lane, url, runId, headers) {
  const client = new OpenAI({
    baseURL: url,
    apiKey: 'sk-of-the-client',
    timeout: 20_000,
    defaultHeaders: { 'x-test-scenario': scenario, 'x-test-run': runId, ...headers },
    ...options,
  });
  const request = {
    model: lane.model,
    messages: [
      { role: 'system', content: 'You are terse.' },
      { role: 'user', content: lane.prompt },
    ],
  };
  try {
    // Through JSON: what the SDK's objects hold, without their classes.
    return { result: JSON.parse(JSON.stringify(await use(client, request, world))) };
  } catch (failure) {
    return { failure: JSON.parse(JSON.stringify(describe(failure))) };
  }
}

const [direct, gateway, lanesFile] = process.argv.slice(2);
if (!lanesFile) {
  console.error('usage: node run.mjs DIRECT_URL GATEWAY_URL LANES_FILE');
  process.exit(2);
}

const world = {
  // Streams the provider still serves, once there are none or two seconds have passed.
  async openStreamsSettle() {
    let open = -1;
    for (let poll = 0; poll < 400 && open !== 0; poll++) {
      open = (await (await fetch(`${direct}/test/open-streams`)).json()).open;
      if (open !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return open;
  },
};

let differences = 0;
for (const lane of JSON.parse(readFileSync(lanesFile, 'utf8'))) {
  for (const row of cases) {
    const name = row[0];
    const wanted = await run(row, lane, direct, `node/${name}/${lane.name}/direct`, {});
    const got = await run(row, lane, gateway, `node/${name}/${lane.name}/gateway`, lane.headers);
    // Two equal surprises prove nothing.
    const failed = 'failure' in wanted || 'failure' in Object(wanted.result);
    const same = failed === failing.has(row[1]) && isDeepStrictEqual(exceptModel(got), exceptModel(wanted));
    if (!same) differences++;
    console.log(JSON.stringify({ case: name, lane: lane.name, same, ...(same ? {} : { direct: wanted, gateway: got }) }));
  }
}
process.exit(differences === 0 ? 0 : 1);
