// Forks a session from before a step, so that training can be tried again with other options.

import { api } from './api.js';
import { availableName } from './session-names.js';

/** Creates a fork as of the newest keyframe before a step, with a name that is free; returns its view. */
export async function forkBefore(name, step) {
  const [{ steps }, sessions] = await Promise.all([api.keyframes(name), api.sessions()]);
  const free = availableName(name, new Set(sessions.map((session) => session.name)));
  return api.fork(name, free, { step: steps.findLast((keyframe) => keyframe < step) ?? steps[0] });
}
