import { Command } from 'commander';
import { PassThrough, Readable } from 'node:stream';
import { connectorsCommand } from '../../agent/cli/connectors-command.js';
import { runCli } from '../../agent/cli/run-cli.js';
import type { DeskIo } from '../../agent/desk/desk-session.js';

export interface DeskRun {
  readonly exit: number;
  /** Standard output. */
  readonly out: string;
  /** Lines of it, as JSON. */
  readonly rows: Record<string, unknown>[];
  /** Standard error: notes, timings, errors. */
  readonly told: string;
}

export type DeskWorld = Partial<Pick<DeskIo, 'environment' | 'load' | 'signal' | 'input' | 'out'>>;

/** Runs `causeway connectors …` in this process, its output as a pipe would get it. */
export async function desk(words: readonly string[], { environment = {}, ...world }: DeskWorld = {}): Promise<DeskRun> {
  const pipe = new PassThrough();
  let out = '';
  let told = '';
  pipe.on('data', (text: Buffer) => { out += text.toString('utf8'); });
  const program = new Command('causeway');
  const io: DeskIo = { out: pipe, input: Readable.from([]), tell: (text) => { told += text; }, environment: { ...environment }, signal: new AbortController().signal, ...world };
  connectorsCommand(program, (text) => { out += text; }, () => io);
  const exit = await runCli(program, ['connectors', ...words], (text) => { told += text; });
  return { exit, out, told, get rows() { return out.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}')).map((line) => JSON.parse(line) as Record<string, unknown>); } };
}
