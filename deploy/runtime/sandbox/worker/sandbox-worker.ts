/** The sandbox thread: nothing but an interpreter, and messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { BatchRun } from './batch-run.js';
import { GuestRun } from './guest-run.js';
import { freshInterpreter } from './interpreter.js';
import type { FromWorker, ToWorker, WorkerData } from './messages.js';
import { ProcessorTime } from './processor-time.js';

const { wasm, memory, shared } = workerData as WorkerData;
if (parentPort === null) throw new Error('The sandbox runs in a thread only.');
const port = parentPort;

const post = (message: FromWorker): void => { port.postMessage(message); };
const interpreter = () => freshInterpreter(wasm, memory);

/** Made ready while nobody waits for it. */
let next = interpreter();
let run: GuestRun | undefined;

async function take(message: ToWorker): Promise<void> {
  if (message.type === 'answer') {
    run?.answer(message);
    return;
  }
  if (message.type === 'batch') {
    new BatchRun(await next, message, shared, port, () => {
      next = interpreter();
      next.catch(() => undefined);
    }).start();
    return;
  }
  const own = new GuestRun(await next, message, new ProcessorTime(shared), (sent) => {
    if (sent.type === 'end') {
      run = undefined;
      next = interpreter();
      next.catch(() => undefined); // the next run meets it
    }
    post(sent);
  });
  run = own;
  own.start();
}

port.on('message', (message: ToWorker) => {
  take(message).catch((error: unknown) => {
    post({ type: 'end', end: { kind: 'broken', message: error instanceof Error ? error.message : String(error) }, logLinesLeftOut: 0, unheardFailures: 0 });
  });
});
await next;
post({ type: 'ready' });
