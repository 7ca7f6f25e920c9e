// The class of microgptjs: the shapes of its values, and what it does to sessions.

import assert from 'node:assert/strict';
import test from 'node:test';

import { ApiError, MicroGPT } from 'microgpt-client';
import { NAMES, json, newModel, serve } from './support.mjs';

test('values have the shapes of microgptjs', async (t) => {
  const model = new MicroGPT({ nLayer: 2 });
  await model.loadData(NAMES);
  assert.deepEqual(await model.initParams(), { numParams: 6912, vocabSize: 16, numDocs: 6 });
  t.after(() => model.delete());

  const result = await model.trainStep();
  assert.deepEqual(Object.keys(result), ['step', 'loss', 'doc', 'tokens', 'learningRate', 'paramStats', 'vizData']);
  assert.equal(result.step, 1);
  assert.deepEqual(Object.keys(result.paramStats), ['mean', 'std']);
  assert.equal(result.vizData.length, result.tokens.length - 1);
  assert.deepEqual(Object.keys(result.vizData[0]), ['embedding', 'attentionWeights', 'mlpActivations']);
  assert.equal(result.vizData[1].attentionWeights[1][3].length, 2);

  const sample = await model.generate();
  assert.deepEqual(Object.keys(sample), ['text', 'tokens', 'vizData']);
  assert.equal(sample.vizData.length, Math.min(16, sample.text.length + 1));
  assert.equal(sample.vizData[0].probs.length, 16);

  assert.deepEqual(await model.getLossHistory(), [result.loss]);
  const embeddings = await model.getEmbeddings();
  assert.deepEqual(embeddings.map(({ tokenId }) => tokenId), [...Array(16).keys()]);
  assert.deepEqual([embeddings[0].char, embeddings[15].char, embeddings[0].embedding.length], ['a', '<BOS>', 16]);
  assert.deepEqual(await model.getConfig(), {
    nEmbd: 16, nHead: 4, nLayer: 2, blockSize: 16, headDim: 4, vocabSize: 16, numDocs: 6,
  });
});

test('the options of generate are those of the service', async (t) => {
  const model = await newModel(t);
  const options = { seed: 3, prompt: 'em', viz: false };

  assert.deepEqual(await model.generate(1, options), await model.generate(1, options));
  assert.match((await model.generate(1, options)).text, /^em/);
});

test('a model restored from a bundle continues as the original does', async (t) => {
  const model = await newModel(t);
  await model.trainSteps(20);

  const copy = await MicroGPT.restore(`${model.session}-copy`, await model.bundle());
  t.after(() => copy.delete());

  assert.deepEqual((await copy.trainSteps(10)).losses, (await model.trainSteps(10)).losses);
  await assert.rejects(MicroGPT.restore(model.session, await copy.bundle()), { code: 'exists' });
});

test('many steps are one call', async (t) => {
  const model = await newModel(t);

  const { step, losses, vizData } = await model.trainSteps(30);

  assert.deepEqual([step, losses.length, vizData], [30, 30, undefined]);
  assert.deepEqual(await model.getLossHistory(), losses);
});

test('a history longer than a response is fetched in parts, as far back as it is kept', async (t) => {
  const losses = (from, to) => json({ from, to, losses: Array.from({ length: to - from + 1 }, (_, i) => from + i) });
  const server = await serve(t,
    json({ step: 250, lossesPerCall: 100 }), json({ step: 250, lossesPerCall: 100 }), // the session, the limits
    losses(151, 250),
    json({ detail: 'from must be 90 to 251, but is 51', code: 'out_of_range', field: 'from', min: 90 }, 400),
    losses(90, 150));
  const model = new MicroGPT({}, { url: server.url, session: 'long' });

  const history = await model.getLossHistory();

  assert.deepEqual([history.length, history[0], history.at(-1)], [161, 90, 250]);
  assert.deepEqual(server.requests.slice(2).map(({ url }) => url.split('?')[1]),
    ['from=151&to=250', 'from=51&to=150', 'from=90&to=150']);
});

test('each model has a session of its own', async (t) => {
  const [one, other] = [await newModel(t), await newModel(t)];
  await one.trainSteps(5);

  assert.notEqual(one.session, other.session);
  assert.deepEqual([(await one.getLossHistory()).length, (await other.getLossHistory()).length], [5, 0]);
});

test('initParams begins the own session again, with the documents loaded last', async (t) => {
  const model = await newModel(t);
  await model.trainSteps(5);
  await model.loadData('ab\nba');

  assert.equal((await model.initParams()).numDocs, 2);
  assert.deepEqual(await model.getLossHistory(), []);
});

test('an existing session is not replaced unless it is asked for', async (t) => {
  const owner = await newModel(t, {}, { session: 'js-owned' });
  await owner.trainSteps(5);
  const intruder = new MicroGPT({}, { session: 'js-owned' });
  await intruder.loadData('ab');

  await assert.rejects(intruder.initParams(), { name: 'ApiError', status: 409, code: 'exists' });
  assert.equal((await owner.getLossHistory()).length, 5);

  const heir = new MicroGPT({}, { session: 'js-owned', overwrite: true });
  await heir.loadData('ab');
  assert.equal((await heir.initParams()).numDocs, 1);
});

test('an existing session can be opened', async (t) => {
  const model = await newModel(t, { nEmbd: 8 }, { session: 'js-opened' });
  await model.trainSteps(5);

  const opened = await MicroGPT.open('js-opened');

  assert.equal((await opened.getConfig()).nEmbd, 8);
  assert.equal((await opened.trainStep()).step, 6);
  await assert.rejects(MicroGPT.open('js-nobody'), { code: 'not_found' });
});

test('documents can be a data set, and have to be loaded first', async (t) => {
  const model = new MicroGPT();
  await assert.rejects(model.initParams(), /Call loadData\(\) first/);
  await assert.rejects(model.loadData(7), { name: 'TypeError', message: /number/ });
  await model.loadData({ dataset: 'names' });
  t.after(() => model.delete());

  assert.equal((await model.initParams()).numDocs, 32257);
});

test('a name that would lead elsewhere is rejected', () => {
  for (const session of ['', '.', '..', null, 7]) {
    assert.throws(() => new MicroGPT({}, { session }), (error) => error instanceof ApiError && error.field === 'name');
  }
});

test('every other call can be made as well', async (t) => {
  const model = await newModel(t);

  assert.equal((await model.request('GET', '/heads', { query: { step: 0 } })).heads.length, 4);
  assert.equal((await model.request('PATCH', '', { body: { learningRate: 0.5 } })).options.learningRate, 0.5);
  assert.equal((await model.inspect('emma')).vizData.length, 5);
});

test('deletes its session', async (t) => {
  const model = await newModel(t);
  await model.delete();

  await assert.rejects(model.getConfig(), { status: 404, code: 'not_found' });
});
