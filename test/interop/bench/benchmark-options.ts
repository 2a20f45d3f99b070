import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { JAVA_OPTIONS } from './csv-servers.js';

/** What every measurement against the Java side can be told. */
export interface BenchmarkOptions {
  readonly rows?: number;
  readonly rounds?: number;
  readonly report?: (line: string) => void;
  /** Where the figures go as JSON. */
  readonly output?: string;
  /** Flags of Node for our agent, e.g. `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
}

/** The figures and what they were measured on, where the options ask for it. */
export async function writeFigures(output: string | undefined, figures: object): Promise<void> {
  if (output === undefined) return;
  await mkdir(dirname(output), { recursive: true });
  await writeFile(output, `${JSON.stringify({ node: process.version, javaOptions: JAVA_OPTIONS, processors: cpus().length, ...figures }, null, 2)}\n`);
}
