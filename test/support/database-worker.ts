import { threadModule } from './thread-module.js';

let built: Promise<URL> | undefined;

/** The module of the embedded database's thread. */
export function databaseWorker(): Promise<URL> {
  return built ??= threadModule({ sources: 'controller/store/database', module: 'embedded/embedded-worker.ts' });
}
