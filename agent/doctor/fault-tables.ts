import { ALL_FAULTS } from './all-faults.js';
import type { Fault } from './finding.js';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Every fault the doctor can name, as tables in Markdown: what docs/doctor.md shows. */
export function faultTables(): string {
  return ALL_FAULTS.map(({ step, table }) => {
    const rows = Object.entries<Fault>(table).map(([id, { outcome, why, advice }]) => `| \`${id}\` | ${outcome} | ${cell(why)} | ${cell(advice)} |`);
    return [`### ${step}`, '', '| fault | outcome | what it means | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n');
  }).join('\n\n');
}
