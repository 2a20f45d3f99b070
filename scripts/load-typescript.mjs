/** Loads the TypeScript of the tests into a script; vite, which vitest brings, does the work. */
import { createServer } from 'vite';

/** Calls `use` with a function that loads a module by its path from the root of the repository. */
export async function withTypeScript(use) {
  const server = await createServer({
    configFile: false, appType: 'custom', logLevel: 'error', optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  });
  try {
    return await use((path) => server.ssrLoadModule(path));
  } finally {
    await server.close();
  }
}
