import { CREATE } from './create-linux.js';
import { DELETE } from './delete-linux.js';
import { SCHEMA } from './schema-linux.js';
import { SCRIPT_ON_RESOURCE } from './script-on-resource-linux.js';
import { SEARCH } from './search-linux.js';
import { TEST } from './test-linux.js';
import { UPDATE } from './update-linux.js';

/**
 * Users and groups of a Linux host (shadow-utils), by the names of the Java connector's samples. A provisioner file takes them with
 * `"scriptRoots": ["!/scripts/linux"]` and `"createScriptFileName": "CreateLinux.js"` (or `.groovy`, as it may stand there already).
 */
export const LINUX_SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['CreateLinux.js', CREATE], ['DeleteLinux.js', DELETE], ['SchemaLinux.js', SCHEMA], ['ScriptOnResourceLinux.js', SCRIPT_ON_RESOURCE],
  ['SearchLinux.js', SEARCH], ['TestLinux.js', TEST], ['UpdateLinux.js', UPDATE],
]);
