// The worker, with a WebSocket that the test drives. OwnPageTest has it in a browser, with the real service.

import assert from 'node:assert/strict';
import test from 'node:test';

import { MicroGPTWorker } from 'microgpt-client';
import { json, serve } from './support.mjs';

/** Sockets of one test, in the order in which they were opened; each has the messages that were `sent`. */
function fakeSockets() {
  const sockets = [];
  class FakeSocket {
    sent = [];
    readyState = 0;

    constructor(url) {
      this.url = url;
      sockets.push(this);
      setImmediate(() => {
        this.readyState = 1;
        this.onopen?.();
      });
    }

    send(text) {
      this.sent.push(JSON.parse(text));
    }

    close() {
      this.isClosed = true;
      this.wasOpen = this.readyState === 1;
      setImmediate(() => this.onclose?.({ code: 1000 }));
    }

    receive(message) {
      this.onmessage({ data: JSON.stringify(message) });
    }
  }
  return { sockets, FakeSocket };
}

/** A worker and what it has reported. */
function newWorker(url, options = {}) {
  const { sockets, FakeSocket } = fakeSockets();
  const worker = new MicroGPTWorker(url, { WebSocket: FakeSocket, session: 'canned', ...options });
  const events = [];
  worker.onmessage = ({ data }) => events.push(data);
  worker.onerror = ({ message, error }) => events.push({ error: message, code: error.code });
  return { worker, sockets, events };
}

/** Waits for a condition. */
async function until(condition) {
  while (!condition()) {
    await new Promise(setImmediate);
  }
}

/** Waits until a worker has sent a number of messages over its n-th socket. */
const sent = (sockets, count, n = 0) => until(() => sockets[n]?.sent.length === count);
const URL = 'http://127.0.0.1:1/microgpt';

test('sends messages in their order, and hides what a worker does not say', async () => {
  const { worker, sockets, events } = newWorker(URL);
  worker.postMessage({ type: 'init', options: { seed: 7 }, text: 'ab' });
  worker.postMessage({ type: 'train' });
  worker.postMessage({ type: 'train', steps: 2, id: 'two' });
  await sent(sockets, 3);

  const [{ url, sent: messages }] = sockets;
  assert.equal(url, 'ws://127.0.0.1:1/microgpt/api/v1/ws');
  assert.deepEqual(messages.map(({ type, session }) => [type, session]),
    [['init', 'canned'], ['train', 'canned'], ['train', 'canned']]);
  assert.deepEqual(messages[0], {
    type: 'init', options: { seed: 7 }, text: 'ab', id: messages[0].id, session: 'canned', overwrite: false,
  });
  for (const [i, type] of ['ready', 'step', 'trained'].entries()) {
    sockets[0].receive({ type, id: messages[Math.min(i, 1)].id, session: 'canned' });
  }
  sockets[0].receive({ type: 'trained', id: messages[2].id, session: 'canned', step: 3 });

  assert.deepEqual(events, [{ type: 'ready' }, { type: 'step' }, { type: 'trained', step: 3, id: 'two' }]);
  worker.postMessage({ type: 'init', text: 'ab' });
  await sent(sockets, 4);
  assert.equal(messages[3].overwrite, true, 'it is the own session now');
});

test('an error names the cause', async () => {
  const { worker, sockets, events } = newWorker(URL);
  let error;
  worker.addEventListener('error', (event) => { error = event.error; });
  worker.postMessage({ type: 'train' });
  await sent(sockets, 1);
  const [{ id }] = sockets[0].sent;
  sockets[0].receive({ type: 'error', id, problem: { status: 404, code: 'not_found', detail: 'no session', field: 'name' } });

  assert.deepEqual(events, [{ error: 'no session', code: 'not_found' }]);
  assert.deepEqual([error.status, error.field], [404, 'name']);
});

test('a lost connection is one error, and the next message connects again', async () => {
  const { worker, sockets, events } = newWorker(URL);
  worker.postMessage({ type: 'train' });
  worker.postMessage({ type: 'train' });
  await sent(sockets, 2);
  sockets[0].onclose({ code: 1001 });
  assert.deepEqual(events, [{ error: 'The connection was lost (1001)', code: 'unreachable' }]);

  worker.postMessage({ type: 'getConfig' });
  await sent(sockets, 1, 1);
  assert.equal(sockets.length, 2);
  assert.deepEqual(sockets[1].sent.map(({ type }) => type), ['getConfig'], 'trains are not repeated');
});

test('without a service every message fails, also one that an error handler sends', async () => {
  const { worker, sockets, events } = newWorker(URL, { key: 'k' }); // needs a ticket first
  worker.addEventListener('error', () => events.length < 3 && worker.postMessage({ type: 'train' }));
  worker.postMessage({ type: 'train' });
  await until(() => events.length === 3);

  assert.deepEqual(events.map(({ code }) => code), Array(3).fill('unreachable'));
  assert.equal(sockets.length, 0);
});

test('a large init goes by REST, in its turn', async (t) => {
  const server = await serve(t, json({ numParams: 1, vocabSize: 2, numDocs: 3, state: 'ready' }, 201));
  const { worker, sockets, events } = newWorker(server.url);
  worker.postMessage({ type: 'getConfig' });
  worker.postMessage({ type: 'init', options: { seed: 1 }, text: 'ab\n'.repeat(200_000), overwrite: true });
  worker.postMessage({ type: 'train' });
  await sent(sockets, 1);
  assert.equal(server.requests.length, 0);
  sockets[0].receive({ type: 'config', id: sockets[0].sent[0].id });
  await sent(sockets, 2);

  assert.equal(server.requests[0].url, '/api/v1/sessions/canned/init?overwrite=true');
  assert.deepEqual(events.at(-1), { type: 'ready', numParams: 1, vocabSize: 2, numDocs: 3 });
  assert.equal(sockets[0].sent[1].type, 'train');
});

test('a worker that ends while it connects closes its connection once that is open', async () => {
  const { worker, sockets, events } = newWorker(URL);
  worker.postMessage({ type: 'train' });
  await until(() => sockets.length === 1);
  worker.terminate();
  await until(() => sockets[0].isClosed);

  assert.equal(sockets[0].wasOpen, true, 'a browser reports a close before as an error');
  assert.deepEqual(sockets[0].sent, []);
  assert.deepEqual(events, []);
});

test('a refused large init is an error like any other', async (t) => {
  const server = await serve(t, json({ detail: 'there is one', code: 'exists' }, 409));
  const { worker, events } = newWorker(server.url);
  worker.postMessage({ type: 'init', text: 'ab\n'.repeat(200_000) });
  await until(() => events.length > 0);

  assert.deepEqual(events, [{ error: 'there is one', code: 'exists' }]);
});

test('a key pays for a ticket', async (t) => {
  const server = await serve(t, json({ ticket: 't&1' }));
  const { worker, sockets } = newWorker(server.url, { key: 'secret' });
  worker.postMessage({ type: 'train' });
  await until(() => sockets.length > 0);

  assert.equal(server.requests[0].headers.authorization, 'Bearer secret');
  assert.match(sockets[0].url, /\/api\/v1\/ws\?ticket=t%261$/);
});

test('after terminate nothing happens any more', async (t) => {
  const server = await serve(t, (request, response) => response.writeHead(204).end());
  const { worker, sockets, events } = newWorker(server.url, { session: undefined });
  worker.postMessage({ type: 'init', text: 'ab' });
  await sent(sockets, 1);
  const { id, session } = sockets[0].sent[0];
  worker.terminate();
  worker.postMessage({ type: 'train' });
  sockets[0].receive({ type: 'ready', id });
  await until(() => server.requests.length > 0);

  assert.deepEqual(events, []);
  assert.ok(sockets[0].isClosed);
  assert.deepEqual(server.requests.map(({ method, url }) => `${method} ${url}`), [`DELETE /api/v1/sessions/${session}`]);
});

test('messages that cannot be sent are rejected', () => {
  const { worker } = newWorker(URL);
  for (const message of [{ type: 'subscribe' }, { type: 'toString' }, {}, null]) {
    assert.throws(() => worker.postMessage(message), TypeError);
  }
  for (let i = 0; i < 256; i++) {
    worker.postMessage({ type: 'train' });
  }
  assert.throws(() => worker.postMessage({ type: 'train' }), RangeError);
  worker.terminate();
});
