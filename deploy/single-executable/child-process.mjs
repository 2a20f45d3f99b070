/**
 * In the executable, what our modules get for node:child_process: a program of the build is this executable in another role.
 * Node's own flags go by NODE_OPTIONS: an executable takes none on its command line.
 */
import * as real from 'causeway-real:node:child_process';
import { insidePath } from './assets.mjs';
import { roleOf } from './roles.mjs';

export * from 'causeway-real:node:child_process';

export function spawn(command, args = [], options = {}) {
  const at = command === process.execPath ? args.findIndex((arg) => insidePath(arg) !== undefined) : -1;
  if (at === -1) return real.spawn(command, args, options);
  const flags = args.slice(0, at).join(' ');
  return real.spawn(command, [...roleOf(insidePath(args[at])), ...args.slice(at + 1)], { ...options, env: { ...(options.env ?? process.env), NODE_OPTIONS: flags } });
}
