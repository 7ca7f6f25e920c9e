// What several tests use: a model of six names on the real service, and a server with canned responses.

import { once } from 'node:events';
import { createServer } from 'node:http';

import { MicroGPT } from 'microgpt-client';

export const NAMES = 'alice\nbob\ncharlie\ndavid\nemma\nfrank';

/** Creates a session of six names, which is deleted after the test. */
export async function newModel(t, options = {}, connection = {}) {
  const model = new MicroGPT(options, connection);
  await model.loadData(NAMES);
  await model.initParams();
  t.after(() => model.delete().catch(() => {}));
  return model;
}

/** Collects what an asynchronous iterable yields. */
export async function all(iterable) {
  const values = [];
  for await (const value of iterable) {
    values.push(value);
  }
  return values;
}

/**
 * Starts a server that answers the n-th request with the n-th of `responses`, functions of request and response, and keeps
 * the requests, each with its `text`.
 */
export async function serve(t, ...responses) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const respond = responses[requests.length];
    requests.push(request);
    request.text = '';
    for await (const chunk of request) {
      request.text += chunk;
    }
    respond(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, requests };
}

/** Responds with JSON. */
export const json = (body, status = 200, headers = {}) => (request, response) =>
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));

/** Sends a text and breaks the connection. */
export const broken = (text) => (request, response) => {
  response.writeHead(200);
  response.write(text, () => response.destroy());
};

/** Sends a text and ends the response. */
export const ended = (text) => (request, response) => response.writeHead(200).end(text);
