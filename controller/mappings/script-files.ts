import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

const LARGEST = 1024 ** 2;
/** Of the project folder; what IDM calls it. */
const FOLDER = 'script';

/** Script files of a project: those below its folder `script`, and nothing else of this machine. */
export class ScriptFiles {
  readonly #project: string;
  /** When each was changed; undefined for one that was not there. */
  readonly #read = new Map<string, number | undefined>();

  constructor(projectFolder: string) {
    this.#project = resolve(projectFolder);
  }

  /** `x.js` and `script/x.js` are the same file. Throws a TypeError that says what is wrong. */
  read(file: string): string {
    const path = this.#find(file);
    const { size, mtimeMs } = statSync(path);
    if (size > LARGEST) throw new TypeError(`${file} has ${size} bytes; ${LARGEST} are the most`);
    this.#read.set(path, mtimeMs);
    return readFileSync(path, 'utf8');
  }

  /** Whether a file that was asked for is another one by now. */
  hasChanged(): boolean {
    return [...this.#read].some(([path, before]) => statSync(path, { throwIfNoEntry: false })?.mtimeMs !== before);
  }

  /** Nothing was read. */
  forget(): void {
    this.#read.clear();
  }

  #find(file: string): string {
    const folder = join(this.#project, FOLDER);
    const candidates = [resolve(folder, file), resolve(this.#project, file)].filter((path) => path.startsWith(folder + sep));
    if (candidates.length === 0) throw new TypeError(`${file} is outside the folder ${folder}; put it there`);
    const found = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
    if (found === undefined) {
      for (const path of candidates) this.#read.set(path, undefined);
      throw new TypeError(`${candidates.join(' or ')} does not exist`);
    }
    // A link may lead out of the folder.
    const real = realpathSync(found);
    if (!real.startsWith(realpathSync(folder) + sep)) throw new TypeError(`${file} is a link to a file outside the folder ${folder}`);
    return real;
  }
}
