// What the README of microgptjs does, with another import and with `await`.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';

import { MicroGPT } from 'microgpt-client';

test('the quick start trains and generates', async (t) => {
  const lines = [];
  const console = { log: (line) => lines.push(line) };

  const model = new MicroGPT({
    nEmbd: 16,
    nHead: 4,
    nLayer: 1,
    blockSize: 16,
    learningRate: 0.01,
    numSteps: 500,
  });
  t.after(() => model.delete());
  await model.loadData(`alice
bob
charlie
david
emma
frank`);
  const info = await model.initParams();
  console.log(`Model has ${info.numParams} parameters`);
  for (let i = 0; i < 500; i++) {
    const result = await model.trainStep();
    if (i % 50 === 0) {
      console.log(`Step ${result.step}: loss=${result.loss.toFixed(4)}`);
    }
  }
  const sample = await model.generate(0.5);
  console.log(`Generated: ${sample.text}`);

  assert.equal(lines[0], 'Model has 3840 parameters');
  assert.equal(lines[1], 'Step 1: loss=2.6932');
  assert.match(lines[10], /^Step 451: loss=0\.\d{4}$/);
  assert.equal(lines[11], 'Generated: charlie');
});

test('the example for Node reads a file', async (t) => {
  writeFileSync('names.txt', 'alice\nbob\ncharlie\ndavid\nemma\nfrank\n');
  const lines = [];
  const console = { log: (line) => lines.push(line) };

  const text = readFileSync('names.txt', 'utf8');
  const model = new MicroGPT({ nEmbd: 32, nHead: 4, nLayer: 2 });
  t.after(() => model.delete());
  await model.loadData(text);
  await model.initParams();
  for (let i = 0; i < 1000; i++) {
    const { step, loss } = await model.trainStep();
    if (step % 100 === 0) console.log(`Step ${step}: loss=${loss.toFixed(4)}`);
  }
  for (let i = 0; i < 10; i++) {
    console.log((await model.generate(0.8)).text);
  }

  assert.equal(lines.length, 20);
  assert.match(lines[9], /^Step 1000: loss=0\.\d{4}$/);
});
