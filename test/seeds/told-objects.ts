import type { Json } from '../support/rest-client.js';
import { bodyOf } from './stand-in/sample-classes.js';
import type { CurlSample } from './curl-samples.js';
import { placeOf } from './sample-place.js';
import type { SampledService } from './sampled-service.js';

/** Sends a request of a sample; answers with the status, and what the body holds. */
export type SendSample = (sample: CurlSample) => Promise<SampleAnswer>;
export interface SampleAnswer { readonly status: number; readonly body: Json | readonly Json[]; readonly contentType: string }

/** The objects the samples of a service speak of. */
export class ToldObjects {
  readonly #service: SampledService;
  readonly #samples: readonly CurlSample[];
  readonly #send: SendSample;
  /** Their ids here, by type. */
  readonly #made = new Map<string, string[]>();

  constructor(service: SampledService, samples: readonly CurlSample[], send: SendSample) {
    this.#service = service;
    this.#samples = samples;
    this.#send = send;
  }

  /** The sample as it is to be sent: to an object that is there, with ids of what is there in its body. */
  async placed(sample: CurlSample): Promise<CurlSample> {
    const { replaced } = this.#service;
    const put = (text: string): string => [...replaced].reduce((changed, [there, here]) => changed.replaceAll(there, here), text);
    const body = sample.body === undefined ? undefined : put(sample.body);
    const { type, id } = placeOf(sample);
    const whole = { ...sample, query: put(sample.query), body: body === undefined || isJson(body) ? body : mended(body) };
    if (type === undefined || id === undefined || this.#service.prepare !== undefined) return whole;
    const here = await this.#idOf(type, sample.line, id);
    const slash = sample.path.endsWith('/') ? '/' : '';
    return { ...whole, path: `${sample.path.replace(/^((?:\/openidm)?\/system\/[^/]+\/[^/]+)\/.*/, '$1')}/${here.split('/').map(encodeURIComponent).join('/')}${slash}` };
  }

  /** What came of it: an object more, or one less. */
  note(sample: CurlSample, { body }: SampleAnswer): void {
    const { type, id } = placeOf(sample);
    if (type === undefined || this.#service.prepare !== undefined) return;
    if (sample.method === 'DELETE') this.#made.get(type)?.pop();
    if (sample.method === 'POST' && id === undefined && sample.body !== undefined && '_id' in body) this.#made.set(type, [...this.#made.get(type) ?? [], String(body['_id'])]);
  }

  /**
   * The object a sample addresses: one made before, or by the type's own first sample of a create where there is none now. Of a type
   * that none is made of, what the samples speak of is there under their own ids.
   */
  async #idOf(type: string, line: number, addressed: string): Promise<string> {
    const there = this.#made.get(type)?.at(this.#service.ofTheFirst?.includes(line) === true ? 0 : -1) ?? this.#service.existing?.[type];
    if (there !== undefined) return there;
    const create = this.#samples.find((sample) => sample.method === 'POST' && placeOf(sample).type === type && placeOf(sample).id === undefined && sample.body !== undefined);
    if (create === undefined) return addressed;
    const answer = await this.#send(await this.placed(create));
    this.note(create, answer);
    return this.#made.get(type)?.at(-1) ?? addressed;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function mended(body: string): string {
  const value = bodyOf({ body });
  return value === undefined ? body : JSON.stringify(value);
}
