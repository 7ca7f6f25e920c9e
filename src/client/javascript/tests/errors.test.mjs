// Errors, time limits, keys and cancelled calls.

import assert from 'node:assert/strict';
import test from 'node:test';

import { ApiError, MicroGPT } from 'microgpt-client';
import { NAMES, broken, json, newModel, serve } from './support.mjs';

const connect = (server, options = {}) => new MicroGPT({}, { url: server.url, session: 'canned', ...options });
const never = () => {};

test('a refusal names the field, its value and the allowed range', async () => {
  const model = new MicroGPT({ nEmbd: 15 });
  await model.loadData(NAMES);

  await assert.rejects(model.initParams(), (error) => {
    assert.ok(error instanceof ApiError && error instanceof Error);
    const { status, code, field, value, min, max, detail, message, isTemporary } = error;
    assert.deepEqual({ status, code, field, value, min, max, isTemporary },
      { status: 400, code: 'out_of_range', field: 'nHead', value: 4, min: 1, max: 15, isTemporary: false });
    assert.equal(message, detail);
    return true;
  });
});

test('a limit says when to try again, in seconds', async (t) => {
  const problem = { status: 429, code: 'rate_limited', detail: 'too many requests' };
  const server = await serve(t,
    json(problem, 429, { 'Retry-After': '7' }),
    json(problem, 429, { 'Retry-After': new Date(Date.now() + 3_600_000).toUTCString() }),
    json(problem, 429, { 'Retry-After': 'later' }));
  const model = connect(server);

  await assert.rejects(model.getConfig(), { code: 'rate_limited', retryAfter: 7, isTemporary: true });
  await assert.rejects(model.getConfig(), ({ retryAfter }) => retryAfter > 3000 && retryAfter <= 3600);
  await assert.rejects(model.getConfig(), { retryAfter: undefined });
});

test('the error page of a proxy is an error with its status', async (t) => {
  const server = await serve(t, (request, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'));

  await assert.rejects(connect(server).getConfig(), { status: 502, code: 'unknown', isTemporary: true });
});

test('no service, a broken response and a wrong one have codes', async (t) => {
  const server = await serve(t, broken('{"nEmbd": '), (request, response) => response.end('hello'));

  await assert.rejects(connect({ url: 'http://127.0.0.1:1' }).getConfig(), { status: 0, code: 'unreachable' });
  await assert.rejects(connect(server).getConfig(), { status: 0, code: 'unreachable' });
  await assert.rejects(connect(server).getConfig(), { status: 0, code: 'invalid_response' });
});

test('a service that does not respond is given up', async (t) => {
  const server = await serve(t, never, never, (request, response) => response.writeHead(200).write('{'));

  await assert.rejects(connect(server, { timeout: 30 }).getConfig(), { code: 'timed_out' });
  await assert.rejects(connect(server).getConfig({ timeout: 30 }), { code: 'timed_out' });
  await assert.rejects(connect(server).getConfig({ timeout: 30 }), { code: 'timed_out' }, 'of half a response');
});

test('a time limit that no timer can keep is rejected', async () => {
  for (const timeout of [0, -1, NaN, Infinity, 2 ** 31, '5']) {
    assert.throws(() => new MicroGPT({}, { timeout }), RangeError);
    await assert.rejects(new MicroGPT({}).getConfig({ timeout }), RangeError);
  }
});

test('a call can be cancelled, also before it begins', async (t) => {
  const controller = new AbortController();
  const server = await serve(t, () => controller.abort());
  const model = connect(server);

  await assert.rejects(model.getConfig({ signal: controller.signal }), { name: 'AbortError' });
  await assert.rejects(model.getConfig({ signal: controller.signal }), { name: 'AbortError' });
  assert.equal(server.requests.length, 1);
});

test('the address has to be one of HTTP, and may have a path', async (t) => {
  assert.throws(() => new MicroGPT({}, { url: 'file:///tmp' }), { name: 'TypeError', message: /file:\/\/\/tmp/ });
  const server = await serve(t, json({ nEmbd: 16 }));
  await connect({ url: `${server.url}/microgpt/` }).getConfig();

  assert.equal(server.requests[0].url, '/microgpt/api/v1/sessions/canned/config');
});

test('concurrent calls ask for a key once', async (t) => {
  const guarded = (request, response) => (request.headers.authorization === 'Bearer good'
    ? json({ nEmbd: 16 }) : json({ status: 401, code: 'unauthorized', detail: 'no key' }, 401))(request, response);
  const server = await serve(t, ...Array(6).fill(guarded));
  const rejected = [];
  const askForKey = async (key) => {
    rejected.push(key);
    return 'good';
  };
  const model = connect(server, { key: 'bad', askForKey });

  await Promise.all([model.getConfig(), model.getConfig()]);
  await model.getConfig();

  assert.deepEqual(rejected, ['bad']);
  assert.deepEqual(server.requests.map(({ headers }) => headers.authorization).sort(),
    [...Array(2).fill('Bearer bad'), ...Array(3).fill('Bearer good')]);
});

test('without another key the call fails', async (t) => {
  const server = await serve(t, ...Array(3).fill(json({ code: 'unauthorized', detail: 'no key' }, 401)));

  await assert.rejects(connect(server).getConfig(), { status: 401, code: 'unauthorized' });
  await assert.rejects(connect(server, { key: 'bad', askForKey: async () => 'bad' }).getConfig(), { status: 401 });
  await assert.rejects(connect(server, { askForKey: async () => null }).getConfig(), { status: 401 });
});

test('a change is not repeated after a lost response', async (t) => {
  const server = await serve(t, broken(''));

  await assert.rejects(connect(server).trainStep(), { code: 'unreachable' });
  assert.equal(server.requests.length, 1);
});

test('two calls of one model do not disturb each other', async (t) => {
  const model = await newModel(t);
  const [config, embeddings] = await Promise.all([model.getConfig(), model.getEmbeddings()]);

  assert.deepEqual([config.vocabSize, embeddings.length], [16, 16]);
});
