/** The Node that a package carries, and its licence. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Beside the program, as its makers' archive has it, or where distributions put it. */
const LICENCES = (program) => [join(dirname(program), '../LICENSE'), join(dirname(program), '../share/doc/nodejs/LICENSE'), '/usr/share/doc/nodejs/LICENSE'];

/** Throws where the licence cannot be found: without it Node may not be passed on. */
export function nodeBinary(path = process.execPath, licenceFile = undefined) {
  const program = realpathSync(path);
  const { stdout } = spawnSync(program, ['-p', 'process.version + " " + process.arch'], { encoding: 'utf8' });
  const [version, arch] = (stdout ?? '').trim().split(' ');
  if (version === undefined || arch === undefined) throw new Error(`${program} is no Node.`);
  const [major, minor] = version.slice(1).split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Error(`${program} is Node ${version}; 20.19 or later is needed (--node PATH).`);
  const licence = [...(licenceFile === undefined ? LICENCES(program) : [licenceFile])].find((file) => existsSync(file) && readFileSync(file, 'utf8').includes('Node.js is licensed'));
  if (licence === undefined) throw new Error(`The licence of Node was not found beside ${program}: take Node from its makers' archive (--node PATH), or name the file (--node-licence FILE).`);
  return { program, version, arch, licence: readFileSync(licence, 'utf8') };
}
