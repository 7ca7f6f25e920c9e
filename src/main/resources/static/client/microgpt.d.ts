// The types of microgpt.js. Values have the fields that the REST API documents; those that are named here are the
// ones that programs use most.

/** Options of microgptjs, and all others that the service has: see "Create a session" in its documentation. */
export interface MicroGPTOptions {
  seed?: number;
  nEmbd?: number;
  nHead?: number;
  nLayer?: number;
  blockSize?: number;
  learningRate?: number;
  numSteps?: number;
  [option: string]: unknown;
}

/** How the service is reached. */
export interface Connection {
  /** The address of the service; by default the one that the module was loaded from. */
  url?: string;
  /** API key. */
  key?: string | null;
  /** Called after a 401 with the key that was sent; returns another one, or null to let the call fail. */
  askForKey?: (rejected: string | null) => Promise<string | null>;
  /** Milliseconds that a response, and each piece of it, may take; 60,000 by default. */
  timeout?: number;
}

export interface SessionOptions extends Connection {
  /** The name of the session; by default a new one that no other session has. */
  session?: string;
  /** Whether an existing session of that name is replaced; otherwise it is an error. */
  overwrite?: boolean;
}

/** Options of every call. */
export interface CallOptions {
  signal?: AbortSignal;
  /** Milliseconds that the response, and each piece of it, may take. */
  timeout?: number;
}

/** A step, or that of the lowest validation loss. */
export type Step = number | 'best';

export interface InitInfo {
  numParams: number;
  vocabSize: number;
  numDocs: number;
}

/** The forward pass at one position. */
export interface VizData {
  embedding: number[];
  /** By layer, head and earlier position. */
  attentionWeights: number[][][];
  /** By layer. */
  mlpActivations: number[][];
}

export interface TrainStepResult {
  step: number;
  loss: number;
  doc: string;
  docs?: string[];
  tokens: number[];
  learningRate: number;
  paramStats: { mean: number; std: number };
  vizData: VizData[];
  validationLoss?: number;
}

export interface TrainStepsResult extends Omit<TrainStepResult, 'vizData'> {
  vizData?: VizData[] | VizData[][];
  /** The losses of all steps of the call; absent if there are more than 10,000. */
  losses?: number[];
}

export interface GenerateOptions extends CallOptions {
  seed?: number;
  prompt?: string;
  topK?: number;
  topP?: number;
  viz?: boolean;
  step?: Step;
  [option: string]: unknown;
}

export interface GenerateResult {
  text: string;
  tokens: number[];
  vizData: Array<VizData & { probs: number[] }>;
}

export interface GenerateTextsOptions extends GenerateOptions {
  temperature?: number;
  unique?: boolean;
  novel?: boolean;
  nearest?: boolean;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  exclude?: string[];
  tries?: number;
}

/** A text with its score. */
export interface TextLine {
  text: string;
  known: boolean;
  logLikelihood?: number;
  bitsPerCharacter?: number;
  truncated?: boolean;
  /** A character that the model does not know; then there is no score. */
  unknown?: string;
  nearest?: { text: string; distance: number };
}

export interface Score {
  text: string;
  logLikelihood: number;
  tokens: number[];
  surprisals: number[];
  perplexity: number;
  bitsPerCharacter: number;
  truncated: boolean;
}

export interface Inspection {
  text: string;
  tokens: number[];
  vizData: Array<VizData & { probs: number[] }>;
  truncated: boolean;
}

export interface EmbeddingData {
  tokenId: number;
  char: string;
  embedding: number[];
}

export interface MicroGPTConfig {
  nEmbd: number;
  nHead: number;
  nLayer: number;
  blockSize: number;
  headDim: number;
  vocabSize: number;
  numDocs: number;
}

export interface RunOptions extends CallOptions {
  stepsPerSecond?: number;
  stopWhen?: { lossBelow?: number; validationLossBelow?: number; noImprovementFor?: number };
  learningRate?: number;
  numSteps?: number;
  batchSize?: number;
  [option: string]: unknown;
}

export type RunState =
  'queued' | 'running' | 'pausing' | 'paused' | 'cancelling' | 'succeeded' | 'cancelled' | 'failed';

export interface RunView {
  id: number;
  state: RunState;
  steps: number;
  stepsDone: number;
  stepsPerSecond: number;
  etaSeconds?: number;
  loss?: number;
  createdAt: string;
  endedAt?: string;
  reason?: string;
}

export interface WatchOptions extends CallOptions {
  /** First step wanted, 1 for all; by default the next one. */
  fromStep?: number;
  viz?: 'last' | 'none';
  maxHz?: number;
  losses?: 'raw' | 'buckets';
  /** Connections in a row that may fail; 5 by default. */
  retries?: number;
}

/** Steps of the live stream, or, with the type `gap`, steps whose losses are no longer kept individually. */
export interface Frame {
  type: 'frame' | 'gap';
  session: string;
  fromStep: number;
  toStep: number;
  losses?: number[];
  buckets?: Array<{ from: number; to: number; min: number; mean: number; max: number; first: number; last: number }>;
  validation?: Array<{ step: number; loss: number }>;
  lossAverage?: number;
  trace?: TrainStepResult;
  state?: string;
  stepsPerSecond?: number;
  [field: string]: unknown;
}

export interface RequestOptions extends CallOptions {
  /** Is sent as JSON. */
  body?: unknown;
  query?: Record<string, string | number | boolean | null | undefined>;
  headers?: Record<string, string>;
}

/** A problem that the service reported, or the failure to reach it. */
export declare class ApiError extends Error {
  constructor(
    problem: { status?: number; code?: string; detail: string; field?: string; value?: unknown; min?: number; max?: number },
    options?: { retryAfter?: number; cause?: unknown },
  );
  /** The HTTP status; 0 if there was no response, or only part of one. */
  status: number;
  /** The code of the service, or `unreachable`, `timed_out`, `invalid_response`, `unknown`. */
  code: string;
  detail: string;
  field?: string;
  value?: unknown;
  min?: number;
  max?: number;
  /** Seconds after which the service wants to be called again. */
  retryAfter?: number;
  get isTemporary(): boolean;
}

/** microgptjs's class, trained by the service. */
export declare class MicroGPT {
  constructor(options?: MicroGPTOptions, connection?: SessionOptions);
  /** Opens an existing session. */
  static open(session: string, connection?: Connection): Promise<MicroGPT>;
  /** Creates a session from a bundle. */
  static restore(session: string, bundle: Blob, connection?: Connection & { overwrite?: boolean }): Promise<MicroGPT>;
  /** The name of the session. */
  readonly session: string;
  loadData(documents: string | { dataset: string }): Promise<void>;
  initParams(options?: CallOptions): Promise<InitInfo>;
  trainStep(options?: CallOptions): Promise<TrainStepResult>;
  generate(temperature?: number, options?: GenerateOptions): Promise<GenerateResult>;
  getLossHistory(options?: CallOptions): Promise<number[]>;
  getEmbeddings(options?: CallOptions & { step?: Step }): Promise<EmbeddingData[]>;
  getConfig(options?: CallOptions): Promise<MicroGPTConfig>;
  trainSteps(count: number, options?: CallOptions & { viz?: 'last' | 'all' | 'none' }): Promise<TrainStepsResult>;
  startRun(steps: number, options?: RunOptions): Promise<Run>;
  runs(options?: CallOptions): Promise<Run[]>;
  watch(options?: WatchOptions): AsyncGenerator<Frame, void, void>;
  generateTexts(count: number, options?: GenerateTextsOptions): TextStream;
  score(texts: string[], options?: CallOptions & { step?: Step }): Promise<Score[]>;
  scoreTexts(
    texts: Iterable<string> | AsyncIterable<string>, options?: CallOptions & { step?: Step },
  ): AsyncGenerator<TextLine, void, void>;
  inspect(text: string, options?: CallOptions & { step?: Step }): Promise<Inspection>;
  bundle(options?: CallOptions): Promise<Blob>;
  delete(options?: CallOptions): Promise<void>;
  request(method: string, path: string, options?: RequestOptions): Promise<any>;
}

/** A background training job. */
export declare class Run {
  private constructor();
  view: RunView;
  get id(): number;
  get state(): RunState;
  get hasEnded(): boolean;
  refresh(options?: { signal?: AbortSignal }): Promise<this>;
  pause(): Promise<this>;
  resume(): Promise<this>;
  cancel(): Promise<this>;
  wait(options?: {
    progress?: (run: Run) => void;
    /** Milliseconds between two fetches; 250 by default. */
    interval?: number;
    /** Milliseconds to wait at most; an hour by default. */
    timeout?: number;
    signal?: AbortSignal;
  }): Promise<this>;
}

/** A run ended as failed. */
export declare class RunFailedError extends Error {
  constructor(run: Run);
  run: Run;
}

/** Texts that are received while the service draws them. */
export declare class TextStream implements AsyncIterable<TextLine> {
  private constructor();
  /** There behind the last text; null before. */
  summary: { count: number; knownShare?: number; tries?: number; rejected?: Record<string, number> } | null;
  [Symbol.asyncIterator](): AsyncGenerator<TextLine, void, void>;
}

export interface WorkerMessage {
  type: 'init' | 'train' | 'stop' | 'generate' | 'getEmbeddings' | 'getLossHistory' | 'getConfig';
  id?: string | number;
  [field: string]: unknown;
}

export interface WorkerErrorEvent extends Event {
  message: string;
  error: Error;
}

/** Takes the place of the Web Worker of microgptjs's README. */
export declare class MicroGPTWorker extends EventTarget {
  constructor(url?: string, options?: Omit<SessionOptions, 'url'> & { WebSocket?: new (url: string) => WebSocket });
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: WorkerErrorEvent) => void) | null;
  get session(): string;
  postMessage(message: WorkerMessage): void;
  terminate(): void;
}
