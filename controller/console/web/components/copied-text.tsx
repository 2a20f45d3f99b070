import type { JSX } from 'preact';
import { toast } from '../shell/toasts.tsx';

/** A text in a fixed font, with a button that copies it. */
export function CopiedText({ label, text }: { readonly label: string; readonly text: string }): JSX.Element {
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(() => toast('ok', `${label} copied.`), () => toast('bad', 'The browser does not allow copying here; select the text instead.'));
  };
  return <div class="copied"><pre tabIndex={0} aria-label={label}>{text}</pre><button class="button" type="button" onClick={copy}>Copy</button></div>;
}
