import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

interface Toast { readonly id: number; readonly tone: 'ok' | 'bad'; readonly text: string }

const SHOWN_MS = 6_000;
let last = 0;
let shown: readonly Toast[] = [];
let listener: ((toasts: readonly Toast[]) => void) | undefined;

function show(next: readonly Toast[]): void {
  shown = next;
  listener?.(next);
}

const dismiss = (id: number): void => show(shown.filter((toast) => toast.id !== id));

/** Says for a moment what has happened. Errors stay until they are dismissed. */
export function toast(tone: Toast['tone'], text: string): void {
  const id = ++last;
  show([...shown.slice(-3), { id, tone, text }]);
  if (tone === 'ok') setTimeout(() => dismiss(id), SHOWN_MS);
}

export function Toasts(): JSX.Element {
  const [toasts, setToasts] = useState(shown);
  useEffect(() => {
    listener = setToasts;
    return () => { listener = undefined; };
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, tone, text }) => (
        <p key={id} class="toast" data-tone={tone}><span>{text}</span><button class="plain" type="button" aria-label="Dismiss" onClick={() => dismiss(id)}>×</button></p>
      ))}
    </div>
  );
}
