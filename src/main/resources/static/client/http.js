// Sends requests to the service. Failed calls throw an ApiError.

import { ApiError, errorOf, unreachable } from './api-error.js';
import { Reply } from './reply.js';
import { TimeLimit, requireTime } from './time-limit.js';

const TIMEOUT = 60_000; // ms

/** The environment variables of Node; empty in browsers. */
const environment = globalThis.process?.env ?? {};

/** The address of the service that this file was loaded from; else that of the environment variable MICROGPT_URL. */
function defaultUrl() {
  const site = new URL('..', import.meta.url);
  return site.protocol.startsWith('http') ? site.href : environment.MICROGPT_URL ?? 'http://localhost:8080';
}

/** The REST API at one address, with one API key. */
export class HttpClient {
  #timeout;
  #key;
  #askForKey;
  #asking = null; // the promise of a new key that was asked for

  /**
   * @param url the address of the service, perhaps with a path: `https://example.org/microgpt`
   * @param key the API key; null for none
   * @param askForKey an async function that is called after a 401 with the key that was sent, and returns another one,
   *   or null to let the call fail. Concurrent calls share one invocation
   * @param timeout ms that the response, and each piece of it, may take; a call may have its own
   */
  constructor({ url = defaultUrl(), key = environment.MICROGPT_API_KEY ?? null, askForKey = async () => null, timeout = TIMEOUT } = {}) {
    const site = new URL(url);
    if (!['http:', 'https:'].includes(site.protocol)) {
      throw new TypeError(`url must begin with http:// or https://, but is ${url}`);
    }
    this.url = site.href.replace(/\/*$/, '/api/v1');
    this.#key = key;
    this.#askForKey = askForKey;
    this.#timeout = requireTime('timeout', timeout);
  }

  /** The key that calls send; null if there is none. */
  get key() {
    return this.#key;
  }

  /** Makes a call and returns the JSON of its response; null if it has none. Options are those of `open`. */
  async call(method, path, options) {
    const reply = await this.open(method, path, options);
    if (reply.response.status === 204) {
      reply.close();
      return null;
    }
    return reply.json();
  }

  /**
   * Makes a call and returns the Reply, to be read or closed.
   *
   * @param path below `/api/v1`
   * @param options.body is sent as it is if it is a Blob, otherwise as JSON; @param options.query null and undefined are left out
   * @param options.headers further ones; @param options.signal cancels the call
   */
  async open(method, path, options = {}) {
    const key = this.#key;
    const reply = await this.#send(method, path, key, options);
    const { ok, status } = reply.response;
    if (ok) {
      return reply;
    }
    if (status === 401 && await this.#hasOtherKey(key)) {
      reply.close();
      return this.open(method, path, options);
    }
    throw await errorOf(reply);
  }

  async #send(method, path, key, { body, query = {}, headers = {}, signal, timeout = this.#timeout }) {
    const url = new URL(this.url + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) {
        url.searchParams.set(name, value);
      }
    }
    const isBlob = body instanceof Blob;
    const limit = new TimeLimit(timeout, signal);
    const request = fetch(url, {
      method,
      signal: limit.signal,
      body: body === undefined || isBlob ? body : JSON.stringify(body, finite),
      headers: {
        ...(body === undefined || isBlob ? {} : { 'Content-Type': 'application/json' }),
        ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
        ...headers,
      },
    });
    try {
      return new Reply(await limit.wait(request, (error) => unreachable('The server does not respond', error)), limit);
    } catch (error) {
      limit.end();
      throw error;
    }
  }

  /** Whether there is another key than the one that was rejected; asks for it if need be. */
  async #hasOtherKey(rejected) {
    if (this.#key === rejected) {
      this.#asking ??= Promise.resolve(this.#askForKey(rejected)).finally(() => { this.#asking = null; });
      const key = await this.#asking;
      if (key !== null && key !== undefined && this.#key === rejected) {
        this.#key = key;
      }
    }
    return this.#key !== rejected;
  }
}

/** Rejects numbers that JSON does not have, which would arrive as null. */
function finite(name, value) {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`${name} must be a finite number, but is ${value}`);
  }
  return value;
}

/** The path of a session. The service rejects names that are not allowed; these would lead elsewhere. */
export function sessionPath(name, rest = '') {
  if (typeof name !== 'string' || ['', '.', '..'].includes(name)) {
    throw new ApiError({
      code: 'invalid_name', field: 'name', value: name,
      detail: `a session name has 1 to 63 characters a-z, 0-9 and -, but is ${JSON.stringify(name)}`,
    });
  }
  return `/sessions/${encodeURIComponent(name)}${rest}`;
}
