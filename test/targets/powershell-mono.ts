import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { programLine } from '../../connectors/catalog/powershell/host/bootstrap.js';

const SOURCES = ['automation.cs', 'interpreter.cs', 'scripts.cs'].map((name) => fileURLToPath(new URL(`powershell-host/${name}`, import.meta.url)));

/** The C# of the program the agent hands to PowerShell, as `Add-Type` gets it. */
export function hostSource(): string {
  const source = /-TypeDefinition @'\n(.*)\n'@\n/s.exec(Buffer.from(programLine(), 'base64').toString('utf8'))?.[1];
  if (source === undefined) throw new Error('The program has no C# between @\' and \'@.');
  return source;
}

/**
 * Compiles the connector's C# as it goes to PowerShell, with Mono (Debian's mono-mcs) at the level of Windows PowerShell 4, C# 5, and
 * warnings as errors. The program that comes of it runs in the place of `pwsh` and has scripts in C# (powershell-host/scripts.cs).
 */
export async function compileHost(directory: string): Promise<string> {
  const source = join(directory, 'host.cs');
  await writeFile(source, hostSource());
  const program = join(directory, 'pwsh.exe');
  await promisify(execFile)('mcs', ['-langversion:5', '-warn:4', '-warnaserror', `-out:${program}`, source, ...SOURCES]);
  const executable = join(directory, 'pwsh');
  await writeFile(executable, `#!/bin/sh\nexec mono '${program}'\n`);
  await chmod(executable, 0o755);
  return executable;
}
