import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Up to where lines were delivered: a place in the audit files themselves, so that there is no second queue. */
export interface ShippingPosition {
  /** Number of the file; 0: not known yet. */
  readonly file: number;
  readonly offset: number;
  /** Of the last line before it. */
  readonly sequence: number;
}

export const SHIPPING_START: ShippingPosition = { file: 0, offset: 0, sequence: 0 };

export function positionPath(directory: string, name: string): string {
  return join(directory, `shipped-${name}.json`);
}

/** A position that is missing or damaged is the start: everything is shipped again, and nothing is lost. */
export async function readPosition(directory: string, name: string): Promise<ShippingPosition> {
  try {
    const { file, offset, sequence } = JSON.parse(await readFile(positionPath(directory, name), 'utf8')) as Partial<Record<keyof ShippingPosition, unknown>>;
    const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    return isWhole(file) && isWhole(offset) && isWhole(sequence) ? { file, offset, sequence } : SHIPPING_START;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return SHIPPING_START;
    throw error;
  }
}

/** Replaced as a whole. Not brought to disk: after a power cut some lines are shipped twice. */
export async function writePosition(directory: string, name: string, position: ShippingPosition): Promise<void> {
  const path = positionPath(directory, name);
  const draft = `${path}.tmp`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(position)}\n`);
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
