import type { JSX } from 'preact';

/** Drawn here, in the page's own colours. */
export function Brand(): JSX.Element {
  return (
    <p class="brand">
      <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" /><path d="M4 21c5-9 19-9 24 0M4 21h24M10 21v-4.600M16 21v-6.400M22 21v-4.600" /></svg>
      <span>Causeway</span>
    </p>
  );
}
