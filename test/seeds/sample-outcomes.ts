import { mkdir, writeFile } from 'node:fs/promises';
import type { CurlSample } from './curl-samples.js';
import { formOf } from './sample-answer.js';

export const CLASSES = ['target', 'stand-in', 'not accepted'] as const;
/**
 * target: carried out by the connector against its target or the fake of it. stand-in: accepted and answered in shape in front of a
 * stand-in for the connector, of the classes the samples show.
 */
export type OutcomeClass = (typeof CLASSES)[number];

export interface SampleOutcome {
  readonly sample: CurlSample;
  readonly group: string;
  readonly outcome: OutcomeClass;
  /** Why not. */
  readonly reason?: string | undefined;
  readonly unknown?: readonly string[];
}

const file = new URL('../../var/curl-samples.txt', import.meta.url);

/** The table, the names of what is not accepted, and the line that counts. */
export function outcomeReport(outcomes: readonly SampleOutcome[], others: readonly { readonly line: number; readonly url: string }[]): string {
  const of = (group: readonly SampleOutcome[], each: OutcomeClass): readonly SampleOutcome[] => group.filter(({ outcome }) => outcome === each);
  const accepted = outcomes.filter(({ outcome }) => outcome === 'target' || outcome === 'stand-in');
  const misprinted = accepted.filter(({ sample }) => sample.misprint !== undefined);
  const groups = [...new Set(outcomes.map(({ group }) => group))].sort();
  const row = (name: string, list: readonly SampleOutcome[]): string => `| ${[name, list.length, ...CLASSES.map((each) => of(list, each).length)].join(' | ')} |`;
  const named = (list: readonly SampleOutcome[]): string[] => list.map(({ sample, group, reason }) => `- line ${sample.line}, ${group}: ${sample.method} ${sample.path}${sample.query === '' ? '' : `?${sample.query}`}: ${reason ?? ''}`);
  return [
    'By section:', `| ${['section', 'commands', ...CLASSES].join(' | ')} |`, `|${' --- |'.repeat(2 + CLASSES.length)}`, ...groups.map((group) => row(group, outcomes.filter((outcome) => outcome.group === group))), row('all', outcomes),
    '', 'By form:', ...census(outcomes),
    '', `Misprints put right first, ${misprinted.length}:`, ...misprinted.map(({ sample, group }) => `- line ${sample.line}, ${group}: ${sample.misprint!}`),
    '', 'Attributes shown that neither the answer nor the object type has:', ...outcomes.filter(({ unknown = [] }) => unknown.length > 0).map(({ sample, group, unknown = [] }) => `- line ${sample.line}, ${group}: ${unknown.join(', ')}`),
    '', 'Not accepted:', ...named(of(outcomes, 'not accepted')),
    '', `To others than IDM: ${others.map(({ line, url }) => `line ${line}, ${url}`).join('; ')}`,
    '', `curl samples: ${accepted.length} of ${outcomes.length} accepted and answered in shape (${of(outcomes, 'target').length} by the connector, ${of(outcomes, 'stand-in').length} in front of a stand-in; ${accepted.length - misprinted.length} as they stand, ${misprinted.length} after a misprint was put right)`,
    `${accepted.length} passed, ${of(outcomes, 'not accepted').length} failed`, '',
  ].join('\n');
}

function census(outcomes: readonly SampleOutcome[]): string[] {
  const counts = new Map<string, number>();
  for (const { sample } of outcomes) {
    const place = sample.path.replace(/\/$/, '').replace(/(\/system\/)[^/]+/, '$1{s}').replace(/(\{s\}\/)[^/]+/, '$1{t}').replace(/(\{t\}\/).+/, '$1{id}');
    const form = `${sample.method} ${place} (${formOf(sample).name})`;
    counts.set(form, (counts.get(form) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([form, count]) => `${String(count).padStart(5)}  ${form}`);
}

/** For scripts/curl-samples.mjs. */
export async function keepReport(text: string): Promise<void> {
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, text);
}
