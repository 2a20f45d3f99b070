import { threadModule } from './thread-module.js';

let built: Promise<URL> | undefined;

/** The module of sandbox threads. */
export function sandboxWorker(): Promise<URL> {
  return built ??= threadModule({ sources: 'deploy/runtime/sandbox', module: 'worker/sandbox-worker.ts' });
}
