import { isSecretName } from '../secret-names.js';

/** Elements and attributes under names of secrets lose their text; nothing is understood of XML beyond that. */
export function scrubbedXml(text: string, hide: (value: string) => string): string {
  let result = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const close = open < 0 ? -1 : text.indexOf('>', open);
    if (close < 0) break;
    const tag = text.slice(open, close + 1);
    result += text.slice(at, open) + scrubbedTag(tag, hide);
    at = close + 1;
    const name = localName(tag);
    if (name === undefined || tag.endsWith('/>') || !isSecretName(name)) continue;
    const next = text.indexOf('</', at);
    if (next < 0) break;
    const value = text.slice(at, next);
    if (value.trim() === '' || value.includes('<')) continue;
    result += hide(unescaped(value.trim()));
    at = next;
  }
  return result + text.slice(at);
}

/** Undefined for what is no beginning of an element. */
function localName(tag: string): string | undefined {
  const first = tag.charAt(1);
  if (first === '/' || first === '?' || first === '!') return undefined;
  const [qualified = ''] = tag.slice(1, -1).split(' ', 1);
  return qualified.replaceAll('/', '').split(':').at(-1);
}

function scrubbedTag(tag: string, hide: (value: string) => string): string {
  let result = tag;
  for (let at = result.indexOf('='); at > 0; at = result.indexOf('=', at + 1)) {
    const quote = result.charAt(at + 1);
    const end = quote === '"' || quote === "'" ? result.indexOf(quote, at + 2) : -1;
    if (end < 0) continue;
    const name = result.slice(result.lastIndexOf(' ', at) + 1, at).split(':').at(-1) ?? '';
    if (isSecretName(name) && end > at + 2) result = `${result.slice(0, at + 2)}${hide(unescaped(result.slice(at + 2, end)))}${result.slice(end)}`;
  }
  return result;
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&');
}
