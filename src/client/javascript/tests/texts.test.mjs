// Texts that arrive while the service draws or scores them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { MicroGPT } from 'microgpt-client';
import { all, broken, ended, newModel, serve } from './support.mjs';

const canned = (server) => new MicroGPT({}, { url: server.url, session: 'canned' });

test('generates texts with their scores and a summary', async (t) => {
  const model = await newModel(t);
  await model.trainSteps(100);

  const stream = model.generateTexts(50, { novel: true, unique: true, temperature: 2, seed: 1 });
  assert.equal(stream.summary, null);
  const lines = await all(stream);

  assert.equal(new Set(lines.map(({ text }) => text)).size, 50);
  assert.ok(lines.every(({ known, bitsPerCharacter }) => !known && bitsPerCharacter > 0));
  assert.equal(stream.summary.count, 50);
  assert.ok(stream.summary.tries >= 50);
});

test('leaving the loop ends the call', async (t) => {
  let closed;
  const server = await serve(t, (request, response) => {
    closed = once(response, 'close');
    response.writeHead(200);
    response.write('{"text":"emma"}\n{"text":"bob"}\n');
  });

  for await (const { text } of canned(server).generateTexts(1000)) {
    assert.equal(text, 'emma');
    break;
  }
  await closed;
});

test('scores any number of texts, in their order', async (t) => {
  const model = await newModel(t);
  async function* texts() {
    for (let i = 0; i < 2100; i++) {
      yield i % 2 === 0 ? 'emma' : 'zoe';
    }
  }

  const lines = await all(model.scoreTexts(texts()));

  assert.equal(lines.length, 2100);
  assert.ok(lines[2098].bitsPerCharacter > 0 && lines[2098].known);
  assert.equal(lines[2099].unknown, 'z');
  const [whole] = await model.score(['emma']);
  assert.equal(whole.surprisals.length, 5);
  assert.equal(whole.bitsPerCharacter, lines[0].bitsPerCharacter);
  await assert.rejects(all(model.scoreTexts('emma')), { name: 'TypeError' });
});

test('lines may be cut anywhere, also within a character', async (t) => {
  const bytes = Buffer.from('{"text":"zoé"}\n{"text":"née"}\n{"end":{"count":2}}\n');
  const server = await serve(t, async (request, response) => {
    for (const byte of bytes) {
      response.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    response.end();
  });
  const stream = canned(server).generateTexts(2);

  assert.deepEqual((await all(stream)).map(({ text }) => text), ['zoé', 'née']);
  assert.deepEqual(stream.summary, { count: 2 });
});

test('an error after the first lines is thrown, and so is a stream that is cut off', async (t) => {
  const server = await serve(t,
    ended('{"text":"emma"}\n{"error":{"status":409,"code":"not_loaded","detail":"deleted"}}\n'),
    ended('{"text":"emma"}\n'),
    broken('{"text":"emma"}\n{"te'));
  const model = canned(server);

  for (const code of ['not_loaded', 'unreachable', 'unreachable']) {
    const texts = [];
    await assert.rejects(async () => {
      for await (const { text } of model.generateTexts(2)) {
        texts.push(text);
      }
    }, { code });
    assert.deepEqual(texts, ['emma']);
  }
});
