// Errors of calls to the service.

/** A problem (RFC 9457) that the service reported, or the failure to reach it. `message` is its `detail`. */
export class ApiError extends Error {
  /**
   * @param problem {status, code, detail, field, value, min, max}; all but `detail` may be absent
   * @param retryAfter seconds after which the service wants to be called again; undefined if it did not say
   */
  constructor(problem, { retryAfter, cause } = {}) {
    super(problem.detail, { cause });
    this.name = 'ApiError';
    /** The HTTP status; 0 if there was no response, or only part of one. */
    this.status = problem.status ?? 0;
    /** The error code: `out_of_range`, `not_found`, …; `unreachable`, `timed_out`, `unknown` if not of the service. */
    this.code = problem.code ?? 'unknown';
    this.detail = problem.detail;
    /** The field that caused the error, its value, and the allowed range; each may be undefined. */
    this.field = problem.field;
    this.value = problem.value;
    this.min = problem.min;
    this.max = problem.max;
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may succeed later. */
  get isTemporary() {
    return [0, 429, 502, 503, 504].includes(this.status);
  }
}

/** @param detail what the user reads */
export function unreachable(detail, cause) {
  return new ApiError({ status: 0, code: 'unreachable', detail }, { cause });
}

export function timedOut(detail) {
  return new ApiError({ status: 0, code: 'timed_out', detail });
}

export function invalidResponse(detail, cause) {
  return new ApiError({ status: 0, code: 'invalid_response', detail }, { cause });
}

/** Reads the error of a response with an error status. */
export async function errorOf(reply) {
  const { status, headers } = reply.response;
  const retryAfter = secondsOf(headers.get('Retry-After'));
  let problem;
  try {
    problem = await reply.json();
  } catch (error) {
    if (error.code !== 'invalid_response') {
      throw error;
    }
  }
  if (typeof problem?.detail === 'string') {
    return new ApiError({ ...problem, status }, { retryAfter });
  }
  // perhaps the error page of a proxy
  return new ApiError({ status, detail: `The server responded with status ${status}` }, { retryAfter });
}

/** The seconds of a Retry-After, which is a number or a date; undefined if it is neither. */
function secondsOf(header) {
  const seconds = header === null ? NaN : Number(header);
  const value = Number.isNaN(seconds) ? (Date.parse(header) - Date.now()) / 1000 : seconds;
  return Number.isNaN(value) ? undefined : Math.max(0, value);
}
