/** Files of the build inside the executable. To the program they are below {@link ROOT}, where nothing else can be. */
import { getAsset } from 'node:sea';
import { fileURLToPath } from 'node:url';

export const ROOT = 'file:///causeway-executable/';
const ROOT_PATH = fileURLToPath(ROOT);

/** Path inside the build, when the URL or path is of a file in here. */
export function insidePath(file) {
  const text = file instanceof URL ? file.href : String(file);
  if (text.startsWith(ROOT)) return text.slice(ROOT.length);
  return text.startsWith(ROOT_PATH) ? text.slice(ROOT_PATH.length) : undefined;
}

export function asset(path) {
  try {
    return Buffer.from(getAsset(path));
  } catch (error) {
    throw Object.assign(new Error(`The executable holds no file ${path}.`, { cause: error }), { code: 'ENOENT' });
  }
}
