import { fileURLToPath } from 'node:url';

/** Folders on this machine, and whether the connector's own scripts are among the places to look at. */
export interface ScriptRoots {
  readonly folders: readonly string[];
  readonly bundled: boolean;
}

/** Provisioner files of Java connectors name scripts within a bundle: `!/ssh`, `jar:file:connectors/ssh-connector.jar!/script/ssh/`. */
function isWithinBundle(root: string): boolean {
  return root.startsWith('!/') || root.startsWith('jar:');
}

/** Without scriptRoots those of classpath; without either, the connector's own scripts. */
export function scriptRoots({ scriptRoots: given, classpath }: { readonly scriptRoots: readonly string[]; readonly classpath: readonly string[] }): ScriptRoots {
  const roots = (given.length > 0 ? given : classpath).map((root) => root.trim()).filter((root) => root !== '');
  const folders = roots.filter((root) => !isWithinBundle(root)).map((root) => (root.startsWith('file:') ? fileURLToPath(root) : root));
  return { folders, bundled: roots.length === 0 || folders.length < roots.length };
}
