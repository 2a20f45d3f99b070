/** In the executable, what our modules get for node:worker_threads: threads run modules from inside. */
import * as real from 'causeway-real:node:worker_threads';
import { asset, insidePath } from './assets.mjs';

export * from 'causeway-real:node:worker_threads';

export class Worker extends real.Worker {
  constructor(module, options) {
    const inside = insidePath(module);
    super(inside === undefined ? module : new URL(`data:text/javascript;base64,${asset(inside).toString('base64')}`), options);
  }
}
