// Creates a session that trains.

import { api } from '../../data/api.js';

/**
 * Creates a session and starts a run. Either both succeed, or there is no session.
 *
 * @param options the body of `init`: options and documents
 */
export async function createTraining(name, options, steps) {
  await api.init(name, options);
  try {
    await api.startRun(name, { steps });
  } catch (error) {
    await api.remove(name);
    throw error;
  }
}
