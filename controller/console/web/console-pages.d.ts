/** Every `pages/*.page.tsx`, gathered by scripts/build-console.mjs. */
declare module 'console:pages' {
  export const pages: readonly import('./page.ts').ConsolePage[];
}
