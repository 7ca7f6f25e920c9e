// The live stream, from the real service and from one that loses connections.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { MicroGPT } from 'microgpt-client';
import { all, broken, ended, json, newModel, serve } from './support.mjs';

const event = (last) => `id: ${last}\nevent: frame\ndata: {"type": "frame",\ndata: "toStep": ${last}}\n\n`;
const DELETED = 'event: deleted\ndata: {}\n\n';
const canned = (server) => new MicroGPT({}, { url: server.url, session: 'canned' });
const toSteps = (frames) => frames.map(({ toStep }) => toStep);

test('has every loss from the first step on', async (t) => {
  const model = await newModel(t);
  const run = await model.startRun(200, { stepsPerSecond: 400 });

  const losses = [];
  let trace;
  for await (const frame of model.watch({ fromStep: 1 })) {
    losses.push(...frame.losses);
    trace = frame.trace ?? trace;
    if (frame.toStep === 200) {
      break;
    }
  }
  await run.wait();

  assert.deepEqual(losses, await model.getLossHistory());
  assert.ok(trace.vizData.length > 0);
});

test('ends when the session is deleted', async (t) => {
  const model = await newModel(t);
  await model.trainSteps(5);
  const frames = model.watch({ fromStep: 4, viz: 'none' });

  const { value } = await frames.next();
  assert.deepEqual([value.fromStep, value.toStep, value.losses.length, value.trace], [4, 5, 2, undefined]);
  await model.delete();
  assert.deepEqual(await all(frames), []);
});

test('begins with the next step, and continues behind the last complete frame, without losing or doubling a step', async (t) => {
  const server = await serve(t,
    json({ step: 7 }),
    broken(`: watching\n\n${event(8)}${event(9)}id: 10\ndata: {`),
    json({ detail: 'moving', code: 'moving' }, 503, { 'Retry-After': '0' }),
    broken(''),
    ended(event(12) + DELETED));

  const frames = await all(canned(server).watch());

  assert.deepEqual(toSteps(frames), [8, 9, 12]);
  const [, first, second, third, fourth] = server.requests;
  assert.match(first.url, /events\?fromStep=8$/);
  assert.deepEqual([first, second, third, fourth].map(({ headers }) => headers['last-event-id']),
    [undefined, '9', '9', '9']);
});

test('gives up after a number of failures in a row', async (t) => {
  const lost = json({ detail: 'slower', code: 'rate_limited' }, 429, { 'Retry-After': '0' });
  const server = await serve(t, lost, ended(event(1)), lost, lost);
  const frames = canned(server).watch({ fromStep: 1, retries: 2 });

  assert.equal((await frames.next()).value.toStep, 1);
  await assert.rejects(frames.next(), { status: 429, retryAfter: 0 });
  assert.equal(server.requests.length, 4);
});

test('a permanent error is thrown at once', async (t) => {
  const server = await serve(t, json({ detail: 'none', code: 'not_found' }, 404));

  await assert.rejects(canned(server).watch({ fromStep: 1 }).next(), { code: 'not_found' });
});

test('a connection without any sign of the service is given up', async (t) => {
  const silent = (request, response) => response.writeHead(200).write(event(1));
  const server = await serve(t, silent);
  const frames = canned(server).watch({ fromStep: 1, retries: 0, timeout: 1000 });

  await frames.next();
  await assert.rejects(frames.next(), { code: 'timed_out' });
});

test('the reader may take its time', async (t) => {
  const server = await serve(t, ended(event(1) + DELETED));
  const frames = canned(server).watch({ fromStep: 1, retries: 0, timeout: 1000 });

  await frames.next();
  await new Promise((resolve) => { setTimeout(resolve, 1100); });
  assert.equal((await frames.next()).done, true);
});

test('leaving the loop and a signal both close the connection', async (t) => {
  const closed = [];
  const open = (request, response) => {
    closed.push(once(response, 'close'));
    response.writeHead(200).write(event(1));
  };
  const server = await serve(t, open, open);

  for await (const frame of canned(server).watch({ fromStep: 1 })) {
    assert.equal(frame.toStep, 1);
    break;
  }
  const controller = new AbortController();
  await assert.rejects(async () => {
    for await (const frame of canned(server).watch({ fromStep: 1, signal: controller.signal })) {
      controller.abort();
    }
  }, { name: 'AbortError' });
  await Promise.all(closed);
  assert.equal(server.requests.length, 2);
});

test('a signal also ends the pause before the next connection', async (t) => {
  const controller = new AbortController();
  const server = await serve(t, (request, response) => {
    json({ detail: 'later', code: 'busy' }, 503, { 'Retry-After': '30' })(request, response);
    response.on('finish', () => setTimeout(() => controller.abort(), 20));
  });

  await assert.rejects(canned(server).watch({ fromStep: 1, signal: controller.signal }).next(), { name: 'AbortError' });
});

test('the number of retries is checked', async () => {
  for (const retries of [-1, 0.5, '3']) {
    await assert.rejects(new MicroGPT().watch({ fromStep: 1, retries }).next(), RangeError);
  }
});
