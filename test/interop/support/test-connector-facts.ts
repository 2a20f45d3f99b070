import type { JavaFacade } from './java-facade.js';
import type { JavaValue } from './java-values.js';

/** What the test connector notes of its store. */
export async function facts(facade: JavaFacade): Promise<Map<string, unknown>> {
  const value = await facade.scriptOnConnector({ language: 'echo', text: 'facts' });
  return new Map(entriesOf(value).map(([key, fact]) => [textOf(key), typeof fact === 'object' && fact !== null && 'value' in fact ? fact.value : fact]));
}

/** How the store's last search ended. */
export async function lastSearch(facade: JavaFacade): Promise<{ readonly delivered: number; readonly stopped: boolean }> {
  const value = entriesOf(await facade.scriptOnConnector({ language: 'echo', text: 'facts' })).find(([key]) => key === 'lastSearch')?.[1];
  const noted = new Map(entriesOf(value ?? null).map(([key, fact]) => [textOf(key), fact]));
  const of = (name: string): unknown => (noted.get(name) as { value?: unknown } | undefined)?.value;
  return { delivered: Number(of('delivered') ?? 0), stopped: of('stopped') === true };
}

function entriesOf(value: JavaValue): readonly (readonly [JavaValue, JavaValue])[] {
  return typeof value === 'object' && value !== null && value.type === 'Map' ? value.entries : [];
}

const textOf = (value: JavaValue): string => (typeof value === 'string' ? value : JSON.stringify(value));
