import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from './environment.js';
import type { Size } from './scenario.js';

/** What one run of a scenario left. */
export interface Result {
  readonly scenario: string;
  readonly size: Size;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  /** Processors in use before the scenario began. */
  readonly load: number;
  readonly environment: Environment;
  readonly figures: unknown;
}

const fileOf = (directory: string, scenario: string): string => join(directory, `${scenario}.json`);

/** Each scenario keeps its last result, so that one can be measured again alone. */
export async function keepResult(directory: string, result: Result): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(fileOf(directory, result.scenario), `${JSON.stringify(result, null, 1)}\n`);
}

export async function keptResult(directory: string, scenario: string): Promise<Result | undefined> {
  const file = fileOf(directory, scenario);
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) as Result : undefined;
}
