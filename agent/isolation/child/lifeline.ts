import { Socket } from 'node:net';
import { workerData } from 'node:worker_threads';

/** More than the main thread takes to close its sessions. Milliseconds. */
const GRACE = 4_000;

/** A thread of its own: when the agent is gone and the main thread has not ended the process in time, it is killed. */
const { descriptor } = workerData as { readonly descriptor: number };
const lifeline = new Socket({ fd: descriptor, readable: true, writable: false });
lifeline.on('error', () => undefined);
lifeline.on('close', () => { setTimeout(() => { process.kill(process.pid, 'SIGKILL'); }, GRACE); });
lifeline.resume();
