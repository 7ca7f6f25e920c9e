// Training in the background.

import assert from 'node:assert/strict';
import test from 'node:test';

import { MicroGPT, RunFailedError } from 'microgpt-client';
import { broken, json, newModel, serve } from './support.mjs';

test('a run reports its progress and ends', async (t) => {
  const model = await newModel(t);
  const progress = [];

  const run = await model.startRun(300, { stepsPerSecond: 1000 });
  const end = await run.wait({ progress: ({ view }) => progress.push(view.stepsDone), interval: 20 });

  assert.equal(end, run);
  assert.deepEqual([run.id, run.state, run.hasEnded, run.view.stepsDone], [1, 'succeeded', true, 300]);
  assert.ok(progress.length > 1 && progress.at(-1) === 300);
  assert.equal((await model.getLossHistory()).length, 300);
  assert.deepEqual((await model.runs()).map(({ id }) => id), [1]);
});

test('a run can be paused, resumed and cancelled', async (t) => {
  const model = await newModel(t);
  const run = await model.startRun(1_000_000, { stepsPerSecond: 100, learningRate: 0.001 });

  await run.pause();
  await assert.rejects(run.wait({ timeout: 60, interval: 20 }), { code: 'timed_out' });
  assert.equal((await run.refresh()).state, 'paused');
  await run.resume();
  assert.ok(['queued', 'running'].includes(run.state));
  await assert.rejects(model.startRun(1), { code: 'busy' });
  await run.cancel();
  assert.equal((await run.wait()).state, 'cancelled');
});

test('waiting can be given up', async (t) => {
  const model = await newModel(t);
  const run = await model.startRun(1_000_000, { stepsPerSecond: 100 });
  const controller = new AbortController();

  const progress = () => controller.abort();
  await assert.rejects(run.wait({ signal: controller.signal, progress }), { name: 'AbortError' });
  await run.cancel();
});

test('waiting overlooks a short loss of the connection, and throws the failure of the run', async (t) => {
  const view = (state) => json({ id: 4, state, reason: 'the loss is NaN' });
  const server = await serve(t,
    json({ runs: [{ id: 4, state: 'running' }] }), broken(''), view('running'),
    json({ detail: 'busy', code: 'busy' }, 503, { 'Retry-After': '0' }), view('failed'));
  const [run] = await new MicroGPT({}, { url: server.url, session: 'canned' }).runs();

  await assert.rejects(run.wait({ interval: 1 }), (error) => {
    assert.ok(error instanceof RunFailedError);
    assert.equal(error.run, run);
    assert.match(error.message, /run 4 failed: the loss is NaN/);
    return true;
  });
});
