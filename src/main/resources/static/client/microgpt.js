// The JavaScript client of the service: microgptjs's class and worker, for browsers and Node. See javascript.md.
//
//   import { MicroGPT } from 'http://localhost:8080/client/microgpt.js';
//
//   const model = new MicroGPT({ numSteps: 500 });
//   await model.loadData('alice\nbob\ncharlie');
//   await model.initParams();
//   await model.trainStep();

export { ApiError } from './api-error.js';
export { MicroGPT } from './model.js';
export { Run, RunFailedError } from './run.js';
export { TextStream } from './texts.js';
export { MicroGPTWorker } from './worker.js';
