// Reads a response piece by piece: JSON, lines of JSON, Server-Sent Events.

import { ApiError, invalidResponse, unreachable } from './api-error.js';

/** Most characters of a document of JSON, a line or an event. */
const MAX_LENGTH = 256 * 2 ** 20;

/** A response whose every piece has to arrive within a time limit. It is read once, or closed. */
export class Reply {
  #limit;

  /** @param response of `fetch`; @param limit whose signal was given to it */
  constructor(response, limit) {
    this.response = response;
    this.#limit = limit;
  }

  /** Ends the connection, if the response has not arrived completely. */
  close() {
    this.#limit.end();
  }

  /** The body as JSON. */
  async json() {
    const pieces = [];
    let length = 0;
    for await (const piece of this.#pieces()) {
      length = requireLength(length + piece.length);
      pieces.push(piece);
    }
    return parse(pieces.join(''));
  }

  /** The body as a Blob of the response's media type. */
  async blob() {
    const pieces = [];
    for await (const piece of this.#bytes()) {
      pieces.push(piece);
    }
    return new Blob(pieces, { type: this.response.headers.get('Content-Type') ?? '' });
  }

  /** Yields the complete lines of the body, without their ends, in lists as they arrive. */
  async* lines() {
    let rest = []; // pieces of the line that has not ended
    let length = 0;
    for await (const piece of this.#pieces()) {
      const lines = piece.split('\n');
      if (lines.length > 1) {
        lines[0] = [...rest, lines[0]].join('');
        rest = [];
        length = 0;
      }
      const last = lines.pop();
      rest.push(last);
      length = requireLength(length + last.length);
      if (lines.length > 0) {
        yield lines;
      }
    }
  }

  async* #pieces() {
    const decoder = new TextDecoder();
    for await (const piece of this.#bytes()) {
      yield decoder.decode(piece, { stream: true });
    }
  }

  async* #bytes() {
    if (this.response.body === null) {
      this.close();
      return;
    }
    const reader = this.response.body.getReader();
    // only this wait is limited: the caller may take its time between two pieces
    const read = () => this.#limit.wait(reader.read(), (error) => unreachable('The connection was lost', error));
    try {
      for (let { done, value } = await read(); !done; { done, value } = await read()) {
        yield value;
      }
    } finally {
      reader.cancel().catch(() => {}); // if the caller stopped early
      this.close();
    }
  }
}

function requireLength(length) {
  if (length > MAX_LENGTH) {
    throw invalidResponse(`The server sent more than ${MAX_LENGTH} characters at once`);
  }
  return length;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidResponse('The server sent something that is not JSON', error);
  }
}

/**
 * Yields {lines, end} as the objects of newline-delimited JSON arrive: `end` is null until the last line, {end}, has come.
 * Throws an ApiError for a line with an error, and if the connection is lost before the end.
 */
export async function* jsonLines(reply) {
  let end = null;
  for await (const texts of reply.lines()) {
    const objects = texts.filter((text) => text !== '').map(parse);
    const last = objects.at(-1) ?? {};
    end = last.end ?? null;
    yield { lines: objects.filter((object) => object.end === undefined && object.error === undefined), end };
    if (last.error !== undefined) {
      throw new ApiError(last.error);
    }
  }
  if (end === null) {
    throw unreachable('The connection was lost');
  }
}

/**
 * Yields the Server-Sent Events of a response, {event, id, data}, as each is complete: `id` is undefined without one,
 * `data` is parsed JSON. Ends with the connection.
 */
export async function* serverSentEvents(reply) {
  let fields = new Map();
  for await (const lines of reply.lines()) {
    for (const line of lines) {
      if (line !== '') {
        addField(fields, line);
        continue;
      }
      if (fields.has('data')) {
        yield { event: fields.get('event') ?? 'message', id: fields.get('id'), data: parse(fields.get('data')) };
      }
      fields = new Map();
    }
  }
}

/** Adds a line of an event: `name: value`. The lines of `data` are joined. */
function addField(fields, line) {
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (name === 'data' && fields.has('data')) {
    requireLength(fields.get('data').length + value.length);
    fields.set(name, `${fields.get('data')}\n${value}`);
  } else if (['event', 'id', 'data'].includes(name)) {
    fields.set(name, value);
  }
}
