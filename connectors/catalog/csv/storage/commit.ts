import { newlineFor } from '../format/dialect.js';
import type { FileIdentity } from './file-identity.js';
import { appendTo, replaceBy, type Piece } from './write-file.js';
import type { NewRecord, Plan } from './plan.js';
import type { Table } from '../format/table.js';
import type { Appended, Edit } from '../lookup/uid-index.js';

/** What was written. */
export interface Commit {
  readonly edits: readonly Edit[];
  readonly appended: readonly Appended[];
  /** Identity of the file afterwards; undefined when another program wrote to it in the same moment. */
  readonly after: FileIdentity | undefined;
}

export interface CommitHooks {
  /** Throws when the right to write was lost. */
  assertAllowed(): Promise<void>;
  /** Runs an append so that readers of this process are told of it: `from` became `to`. */
  appending(append: () => Promise<{ readonly before: FileIdentity; readonly after: FileIdentity }>): Promise<FileIdentity>;
}

/** Whether the file's last record is ended, so that the next one can follow. */
async function isTerminated({ file, dialect, start, headerTerminator }: Table): Promise<boolean> {
  if (file.size === start.offset) return headerTerminator.length > 0;
  const longest = Math.max(...dialect.terminators.map((token) => token.length));
  const tail = await file.read(Math.max(start.offset, file.size - longest), longest);
  return dialect.terminators.some((token) => tail.subarray(-token.length).equals(token));
}

function place(additions: readonly NewRecord[], from: number): { readonly appended: Appended[]; readonly bytes: Buffer } {
  let offset = from;
  const appended = additions.map(({ uid, bytes }) => {
    const at = offset;
    offset += bytes.length;
    return { uid, offset: at };
  });
  return { appended, bytes: Buffer.concat(additions.map(({ bytes }) => bytes)) };
}

/** Writes what is planned: by appending where rows are only added, else by rewriting the file. Undefined: nothing to write. */
export async function writePlan(path: string, plan: Plan, hooks: CommitHooks): Promise<Commit | undefined> {
  const { table } = plan;
  const edits = await plan.edits();
  const additions = plan.additions();
  if (edits.length === 0 && additions.length === 0) return undefined;
  const { size } = table.file;
  const last = edits.at(-1);
  // Where the last record goes away, the one before it ended with its terminator.
  const terminated = (last?.end === size && last.replacement.length === 0) || await isTerminated(table);
  const gap = additions.length === 0 || terminated ? Buffer.alloc(0) : newlineFor(table.dialect, table.headerTerminator);
  const grown = edits.reduce((sum, { start, end, replacement }) => sum + replacement.length - (end - start), size);
  const { appended, bytes } = place(additions, grown + gap.length);
  await hooks.assertAllowed();
  if (edits.length === 0) {
    const after = await hooks.appending(() => appendTo(path, table.file.identity, Buffer.concat([gap, bytes])));
    // Somebody else may have appended in the same moment; then our offsets are off.
    return { edits, appended, after: after.size === size + gap.length + bytes.length ? after : undefined };
  }
  const after = await replaceBy(path, table.file, [...piecesOf(edits, size), gap, bytes], () => hooks.assertAllowed());
  return { edits, appended, after };
}

/** The old file with its changed stretches exchanged. */
function piecesOf(edits: readonly Edit[], size: number): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { start, end, replacement } of edits) {
    pieces.push({ from, to: start }, replacement);
    from = end;
  }
  pieces.push({ from, to: size });
  return pieces;
}
