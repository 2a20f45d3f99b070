import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What every connector owes its callers. Keys are the columns of the table that scripts/contract-table.mjs prints. */
export const CHECKS = {
  definition: 'has the properties, interfaces, object classes and attributes of its specification',
  credentials: 'fails its test under a configuration that cannot work, such as wrong credentials, and passes it under one that can',
  unknownUid: 'answers an unknown uid as unknown, in every operation that takes one',
  uniqueness: 'creates nothing twice',
  lifecycle: 'creates, reads, finds, updates and deletes',
  values: 'adds and removes single values',
  pages: 'gives everything once, in one go or page by page, at one agent or another',
  filteredPages: 'gives what a filter means page by page as well',
  cookies: 'goes on at a cookie after a restart and at another agent, and refuses one of another query',
  filters: 'finds what a filter of any type means, whoever evaluates it',
  attributesToGet: 'gives the attributes asked for, with uid and name, and no others',
  abort: 'lets go of the target when the consumer leaves early or aborts',
  outage: 'fails in a way that may be tried again when the target stops in the middle, and recovers by itself',
  secrets: 'shows no secret in a log line or an error',
} as const;

export type ContractCheck = keyof typeof CHECKS;

/** The target says neither what a check needs nor why it does not apply. */
export const NOT_SAID = 'not said';

/** Results of one suite; read by scripts/contract-table.mjs. */
export interface ContractResults {
  readonly suite: string;
  readonly connector: string;
  /** What was behind the connector. */
  readonly target: { readonly name: string; readonly real: boolean } | undefined;
  /** `passed`, `failed`, `not said`, or why the check does not apply. */
  readonly checks: Partial<Record<ContractCheck, string>>;
}

const DIRECTORY = process.env['CAUSEWAY_CONTRACT_RESULTS'] ?? join(import.meta.dirname, '../../var/contract');

export async function keepResults(results: ContractResults): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  await writeFile(join(DIRECTORY, `${results.suite.replace(/[^a-z0-9]+/gi, '-')}.json`), JSON.stringify(results, null, 2));
}
