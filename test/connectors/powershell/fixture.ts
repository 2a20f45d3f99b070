import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import definition from '../../../connectors/catalog/powershell/index.js';
import type { IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import { withScripts } from '../../support/scripted.js';

/** The connector on an agent that runs scripts from these folders; undefined: from anywhere. */
export const powershellWith = (folders?: readonly string[]) => withScripts(definition, { folders, run: () => Promise.reject(new Error('no JavaScript')) });

const STAND_IN = fileURLToPath(new URL('../../targets/powershell-stand-in.mjs', import.meta.url));

/** Script files in a directory of their own, and the program that stands in for PowerShell (targets/powershell-stand-in.mjs). */
export class PowerShellFixture {
  readonly directory: string;
  readonly executable: string;

  private constructor(directory: string, executable: string) {
    this.directory = directory;
    this.executable = executable;
  }

  /** `forOthers`: any account of this machine may run it, wherever Node and this checkout are. */
  static async start({ forOthers = false } = {}): Promise<PowerShellFixture> {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-powershell-'));
    const executable = join(directory, 'pwsh');
    const [node, program] = forOthers ? [join(directory, 'node'), join(directory, 'stand-in.mjs')] : [process.execPath, STAND_IN];
    if (forOthers) {
      await Promise.all([copyFile(process.execPath, node), copyFile(STAND_IN, program)]);
      await chmod(directory, 0o755);
    }
    await writeFile(executable, `#!/bin/sh\nexec '${node}' '${program}' "$@"\n`);
    await chmod(executable, 0o755);
    return new PowerShellFixture(directory, executable);
  }

  async script(name: string, text: string): Promise<string> {
    const path = join(this.directory, name);
    await writeFile(path, text);
    return path;
  }

  /** Scripts by slot without `ScriptFileName`, e.g. `Search`. */
  async configuration(scripts: Readonly<Record<string, string>>): Promise<Record<string, IcfValue>> {
    const values: Record<string, IcfValue> = { executable: this.executable };
    for (const [slot, text] of Object.entries(scripts)) values[`${slot}ScriptFileName`] = await this.script(`${slot}.ps1`, text);
    return values;
  }

  async connect(scripts: Readonly<Record<string, string>>, settings: Record<string, IcfValue> = {}, folders?: readonly string[]): Promise<ConnectorCaller> {
    return new ConnectorCaller(powershellWith(folders), { ...await this.configuration(scripts), ...settings });
  }

  stop(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
