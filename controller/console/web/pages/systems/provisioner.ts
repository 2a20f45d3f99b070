import { pathOf, rest, type JsonObject } from '../../api/rest.ts';

export interface SchemaProperty extends JsonObject {
  readonly type: string;
  readonly nativeName: string;
  readonly required: boolean;
}

/** A provisioner file as the configuration API shows it: secrets masked. */
export interface Provisioner extends JsonObject {
  readonly connectorRef: JsonObject;
  readonly configurationProperties: JsonObject;
  readonly objectTypes: { readonly [type: string]: { readonly nativeType?: string; readonly properties: { readonly [name: string]: SchemaProperty } } };
}

export async function provisionerOf(system: string, signal: AbortSignal): Promise<Provisioner> {
  const { file } = await rest<{ file: string }>({ method: 'GET', path: pathOf('fleet', 'systems', system), signal });
  return rest<Provisioner>({ method: 'GET', path: pathOf('config', 'provisioner.openicf', file), signal });
}
