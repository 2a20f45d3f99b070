import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateFormatError, claimStateFormat } from '../../../../../deploy/runtime/service/state-format.js';

let directory: string;
const claim = (version: string, format?: number): Promise<void> => claimStateFormat(directory, { setting: 'agent.stateDirectory', version, ...(format === undefined ? {} : { format }) });

beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-format-')); });
afterEach(async () => { await rm(directory, { recursive: true }); });

describe('the format of a state directory', () => {
  it('of a later version is refused with both versions named, and nothing is touched', async () => {
    await claim('2.0.0', 9);
    await expect(claim('1.4.0', 8)).rejects.toThrow(StateFormatError);
    await expect(claim('1.4.0', 8)).rejects.toThrow(/^agent\.stateDirectory: .* format 9, written by Causeway 2\.0\.0; this is Causeway 1\.4\.0, which knows formats up to 8\. Nothing was changed\. Install 2\.0\.0 or later again/);
    expect(JSON.parse(await readFile(join(directory, 'format.json'), 'utf8'))).toEqual({ format: 9, writtenBy: '2.0.0' });
  });

  it('of a later version that kept the format is accepted: going back is possible', async () => {
    await claim('2.0.0', 8);
    await claim('1.4.0', 8);
    expect(JSON.parse(await readFile(join(directory, 'format.json'), 'utf8'))).toEqual({ format: 8, writtenBy: '1.4.0' });
    expect(await readdir(directory)).toEqual(['format.json']);
  });

  it('is taken over from versions before there was a mark', async () => {
    await writeFile(join(directory, 'host-id'), 'abc');
    await claim('1.4.0');
    expect(await readdir(directory)).toEqual(['format.json', 'host-id']);
  });

  it.each(['', '{}', '{"format":"1","writtenBy":"x"}', 'null'])('that cannot be read (%j) stops the start instead of being guessed', async (text) => {
    await writeFile(join(directory, 'format.json'), text);
    await expect(claim('1.4.0')).rejects.toThrow('does not say which format the state has');
    expect(await readFile(join(directory, 'format.json'), 'utf8')).toBe(text);
  });
});
