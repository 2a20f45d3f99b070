import { createReadStream, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CUT_FILE, EVIDENCE_KINDS, SECRETS_FILE, type EvidenceKind, type NotedSecret } from '../support/evidence.js';
import type { AllowedHit } from './allowed-hits.js';
import { PatternSet } from './pattern-search.js';
import { spellingsOf } from './spellings.js';

export interface FoundSecret {
  readonly kind: EvidenceKind;
  readonly file: string;
  readonly secret: string;
  readonly offset: number;
  /** Why it may stand there; undefined: it may not. */
  readonly why: string | undefined;
}

export interface SearchedKind {
  readonly kind: EvidenceKind;
  readonly files: number;
  readonly bytes: number;
  /** Hits that are allowed, and others. */
  readonly explained: number;
  readonly hits: number;
}

export interface SearchReport {
  readonly secrets: number;
  readonly patterns: number;
  readonly kinds: readonly SearchedKind[];
  readonly found: readonly FoundSecret[];
  /** Sources of which not everything was kept. */
  readonly cut: readonly string[];
}

/** More of one secret in one file say nothing new. */
const MOST_FOUND = 1;

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') : [];
}

/** The secrets of a run, each once: `names` says what each value is. */
function secretsOf(directory: string): { readonly name: string; readonly secret: NotedSecret }[] {
  const all = linesOf(join(directory, SECRETS_FILE)).map((line) => JSON.parse(line) as NotedSecret);
  return [...new Map(all.map((secret) => [`${secret.kind} ${secret.value}`, { name: secret.name, secret }])).values()];
}

/** Searches everything a run left for every secret it used, in every spelling. A hit is explained by the first allowance that fits. */
export async function searchEvidence(directory: string, allowed: readonly AllowedHit[]): Promise<SearchReport> {
  const secrets = secretsOf(directory);
  const patterns = new PatternSet();
  secrets.forEach(({ secret }, owner) => {
    for (const spelling of spellingsOf(secret)) patterns.add(spelling, owner);
  });
  const found: FoundSecret[] = [];
  const kinds: SearchedKind[] = [];
  for (const kind of EVIDENCE_KINDS) {
    const folder = join(directory, kind);
    const files = existsSync(folder) ? readdirSync(folder).sort() : [];
    let bytes = 0;
    const before = found.length;
    for (const file of files) {
      const times = new Map<number, number>();
      bytes += await patterns.search(createReadStream(join(folder, file), { highWaterMark: 1024 ** 2 }), (owner, offset) => {
        times.set(owner, (times.get(owner) ?? 0) + 1);
        if ((times.get(owner) ?? 0) > MOST_FOUND) return;
        const secret = secrets[owner]?.name ?? '';
        const why = allowed.find((each) => each.kind === kind && each.file.test(file) && each.secret.test(secret))?.why;
        found.push({ kind, file, secret, offset, why });
      });
    }
    const here = found.slice(before);
    kinds.push({ kind, files: files.length, bytes, explained: here.filter(({ why }) => why !== undefined).length, hits: here.filter(({ why }) => why === undefined).length });
  }
  const cut = [...new Set(linesOf(join(directory, CUT_FILE)).map((line) => JSON.parse(line) as { kind: string; source: string }).map(({ kind, source }) => `${kind} of ${source}`))];
  return { secrets: secrets.length, patterns: patterns.size, kinds, found, cut };
}

/** What is wrong: secrets where they may not be, and a search that did not search. `wanted`: kinds there must be something of; none after a part of the tests. */
export function faultsOf({ secrets, kinds, found }: SearchReport, wanted: readonly EvidenceKind[] = EVIDENCE_KINDS): string[] {
  const faults = found.filter(({ why }) => why === undefined).map(({ kind, file, secret, offset }) => `${kind}/${file} holds ${secret} at byte ${offset}`);
  if (wanted.length > 0 && secrets === 0) faults.push('no secret was searched for');
  // A search that works finds those that are meant to be shown.
  if (wanted.length > 0 && !found.some(({ why }) => why !== undefined)) faults.push('not even what may be shown was found');
  for (const kind of wanted) if ((kinds.find((each) => each.kind === kind)?.bytes ?? 0) === 0) faults.push(`nothing of the kind ${kind} was searched`);
  return faults;
}

export function tableOf({ secrets, kinds }: SearchReport): string[] {
  const rows = kinds.map(({ kind, files, bytes, explained, hits }) => [kind, files, bytes, secrets, explained, hits].map(String));
  const head = ['evidence', 'files', 'bytes', 'secrets searched', 'hits explained', 'hits'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '));
}
