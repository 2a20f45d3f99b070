import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import type { ExchangeObserver, FakeRequest } from '../targets/rest/exchange.js';
import type { VendorContract } from './vendor-contract.js';

/** Requests a contract says nothing of, with the reason; `on` is the start of `METHOD /path` as the fake sees it. */
export interface Exemption { readonly on: string; readonly reason: string }

/** What came of a service's requests. `checked` counts those the contract let pass, and `refused` those it did not. */
export interface ContractCounts {
  readonly service: string;
  readonly suite: string;
  readonly contract: string;
  readonly checked: number;
  readonly refused: number;
  /** Not looked at, by reason. */
  readonly unchecked: Readonly<Record<string, number>>;
  readonly answersChecked: number;
  readonly answersRefused: number;
}

const ROOT = join(import.meta.dirname, '../..');
const RESULTS = process.env['CAUSEWAY_VENDOR_CONTRACTS'] ?? join(ROOT, 'var/vendor-contracts/counts');

/** Of this test file, by service, suite and contract: a suite may have a watch for each of its tests. */
const kept = new Map<string, Set<ContractWatch>>();

/** The sum of what came of several fakes; all of one service, suite and contract. */
export function addedUp([first, ...others]: readonly ContractCounts[]): ContractCounts {
  return others.reduce<ContractCounts>((sum, each) => ({
    ...sum,
    checked: sum.checked + each.checked, refused: sum.refused + each.refused, answersChecked: sum.answersChecked + each.answersChecked, answersRefused: sum.answersRefused + each.answersRefused,
    unchecked: Object.entries(each.unchecked).reduce<Readonly<Record<string, number>>>((all, [reason, number]) => ({ ...all, [reason]: (all[reason] ?? 0) + number }), sum.unchecked),
  }), first!);
}

export interface WatchSettings {
  readonly service: string;
  /** Which tests these are, where a service has several. @default 'contract suite' */
  readonly suite?: string;
  /** What the service's contract is called, for where it is not there. */
  readonly contractName: string;
  readonly contract: VendorContract | undefined;
  readonly exemptions?: readonly Exemption[];
}

/** Checks every exchange of a fake by the vendor's contract, and counts. Given to the fake as an observer; `keep` writes the counts down. */
export class ContractWatch implements ExchangeObserver {
  readonly #settings: WatchSettings;
  readonly #unchecked = new Map<string, number>();
  #counts = { checked: 0, refused: 0, answersChecked: 0, answersRefused: 0 };
  /** Operations of the contract that were asked for. */
  readonly operations = new Set<string>();

  constructor(settings: WatchSettings) {
    this.#settings = settings;
  }

  onRequest(request: FakeRequest): readonly string[] {
    const reason = this.#reasonNotTo(request);
    if (reason !== undefined) this.#unchecked.set(reason, (this.#unchecked.get(reason) ?? 0) + 1);
    if (reason !== undefined) return [];
    const { operation, complaints } = this.#settings.contract!.checkRequest(request);
    if (operation !== undefined) this.operations.add(operation);
    this.#counts[complaints.length > 0 ? 'refused' : 'checked']++;
    return complaints;
  }

  onAnswer(request: FakeRequest, answer: Parameters<ExchangeObserver['onAnswer']>[1]): readonly string[] {
    if (this.#reasonNotTo(request) !== undefined) return [];
    const { complaints } = this.#settings.contract!.checkAnswer(request, answer);
    this.#counts[complaints.length > 0 ? 'answersRefused' : 'answersChecked']++;
    return complaints;
  }

  /** False where the contract is not there. */
  get isChecking(): boolean {
    return this.#settings.contract !== undefined;
  }

  get counts(): ContractCounts {
    const { service, suite = 'contract suite', contractName } = this.#settings;
    return { service, suite, contract: contractName, ...this.#counts, unchecked: Object.fromEntries(this.#unchecked) };
  }

  /** For scripts/ci/vendor-contracts.mjs, a file for each service, suite, contract and test file; what several watches counted there is added up. */
  keep(): void {
    const { service, suite, contract } = this.counts;
    const tests = relative(ROOT, expect.getState().testPath ?? '');
    const key = [service, suite, contract, tests].join(' ');
    const watches = kept.get(key) ?? new Set();
    kept.set(key, watches.add(this));
    mkdirSync(RESULTS, { recursive: true });
    const counts = { tests, ...addedUp([...watches].map((watch) => watch.counts)) };
    writeFileSync(join(RESULTS, `${key.replaceAll(/[^\w.-]+/g, '-')}.json`), `${JSON.stringify(counts, undefined, 2)}\n`);
  }

  #reasonNotTo({ method, path }: FakeRequest): string | undefined {
    const { contract, contractName, exemptions = [] } = this.#settings;
    if (contract === undefined) return `${contractName} is not here`;
    return exemptions.find(({ on }) => `${method} ${path}`.startsWith(on))?.reason;
  }
}
