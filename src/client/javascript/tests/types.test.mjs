// microgpt.d.ts declares what microgpt.js exports, and nothing else.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import * as client from 'microgpt-client';
import { newModel } from './support.mjs';

const types = readFileSync(new URL('node_modules/microgpt-client/microgpt.d.ts', import.meta.url), 'utf8');

/** The members that the types declare for each class: a Map of arrays of {name, isStatic, isMethod}. */
const declared = new Map([...types.matchAll(/^export declare class (\w+)[^{]*\{\n(.*?)^\}/gms)].map(([, name, body]) => [
  name, [...body.matchAll(/^ {2}(static )?(?:readonly |get )?(\w+|\[Symbol\.asyncIterator\])\??(\(|:)/gm)]
    .map(([, isStatic, member, sign]) => ({ name: member, isStatic: isStatic !== undefined, isMethod: sign === '(' }))
    .filter(({ name: member }) => member !== 'constructor'),
]));

const keyName = (key) => (typeof key === 'symbol' ? `[${key.description}]` : key);

/** Methods and accessors of a class. */
function membersOf(type) {
  const own = (object, ignored) => Reflect.ownKeys(object).map(keyName).filter((key) => !ignored.includes(key));
  return [...own(type, ['length', 'name', 'prototype']), ...own(type.prototype, ['constructor'])].sort();
}

test('every export is declared, and the reverse', () => {
  assert.deepEqual([...declared.keys()].sort(), Object.keys(client).sort());
});

test('every method and accessor is declared, and the reverse', () => {
  for (const [name, members] of declared) {
    const fields = membersOf(client[name]);
    const methods = members.filter(({ name: member, isMethod }) => isMethod || fields.includes(member));
    assert.deepEqual(methods.map(({ name: member }) => member).sort(), fields, name);
    for (const { name: member, isStatic } of methods) {
      assert.equal(isStatic, Object.hasOwn(client[name], member), `${name}.${member}`);
    }
  }
});

test('every field of an object is declared, and the reverse', async (t) => {
  const model = await newModel(t);
  const run = await (await model.startRun(1)).wait();
  const objects = {
    ApiError: new client.ApiError({ detail: 'none' }),
    MicroGPT: model,
    Run: run,
    RunFailedError: new client.RunFailedError(run),
    TextStream: model.generateTexts(1),
    MicroGPTWorker: new client.MicroGPTWorker('http://localhost:1', { session: 'canned' }),
  };
  const inherited = ['name', 'stack', 'message', 'cause', 'isTrusted'];

  assert.deepEqual(Object.keys(objects).sort(), [...declared.keys()].sort());
  for (const [name, object] of Object.entries(objects)) {
    const fields = Object.keys(object).filter((field) => !inherited.includes(field)).sort();
    const methods = membersOf(client[name]);
    assert.deepEqual(declared.get(name).map(({ name: member }) => member).filter((member) => !methods.includes(member)).sort(),
      fields, name);
  }
});

test('the names of a run and of a frame are those that the service sends', async (t) => {
  const model = await newModel(t);
  const run = await (await model.startRun(5)).wait();
  const { value: frame } = await model.watch({ fromStep: 1 }).next();
  const fieldsOf = (type) => [...types.match(new RegExp(`^export interface ${type} \\{\\n(.*?)^\\}`, 'ms'))[1]
    .matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name);

  for (const field of Object.keys(run.view)) {
    assert.ok(fieldsOf('RunView').includes(field), field);
  }
  for (const field of fieldsOf('Frame').filter((name) => !['buckets', 'validation', 'trace'].includes(name))) {
    assert.ok(field in frame, field);
  }
});
