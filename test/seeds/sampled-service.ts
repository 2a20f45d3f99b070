import { GuardedString } from '../../protocol/model/index.js';
import type { JsonObject } from '../../controller/crest/json.js';
import { watched, type FakeOfService, type TestedService } from '../support/tested-service.js';
import type { CurlCommand } from './curl-commands.js';
import type { CurlSample } from './curl-samples.js';

/** A service the seed has requests for, as a fake that carries them out. */
export interface SampledService {
  /** Of the configuration, secrets as texts. */
  readonly configurationProperties: JsonObject;
  /** Texts of the samples that stand for something else here: ids of what is there from the beginning, such as groups a new user joins, and misprints. */
  readonly replaced: ReadonlyMap<string, string>;
  /** What else is misprinted, by line. */
  readonly corrected?: Readonly<Record<number, (command: CurlCommand) => Partial<CurlCommand>>>;
  /** Ids of objects that are there from the beginning, by class; samples address them where they make none. */
  readonly existing?: Readonly<Record<string, string>>;
  /** Lines that address the object their class's first sample made; others address the one made last. */
  readonly ofTheFirst?: readonly number[];
  /** What happens at the service before a line's request, such as an administrator's activation. */
  readonly before?: Readonly<Record<number, () => void>>;
  /** Classes of object types that the samples call otherwise. */
  readonly types?: Readonly<Record<string, string>>;
  /** Of the provisioner file, where the connector cannot tell them. */
  readonly objectTypes?: JsonObject;
  /** Another agent than the build's has its connector. */
  readonly agent?: 'in-process';
  /** Before each request, such as making an object that has the id the sample names; those ids are used as they are. */
  readonly prepare?: (sample: CurlSample) => void;
  /** Of the provisioner file. */
  readonly systemActions?: readonly JsonObject[];
  stop(): Promise<void>;
}

/** A service as its other tests know it, watched by the vendor's contract. */
export async function sampled<F extends FakeOfService>(service: TestedService<F>, told: (fake: F) => Partial<Omit<SampledService, 'stop'>> = () => ({})): Promise<SampledService> {
  const { fake, stop } = await watched(service, 'samples');
  const values = Object.entries(service.configuration(fake)).map(([name, value]) => [name, value instanceof GuardedString ? value.reveal() : value]);
  return { configurationProperties: Object.fromEntries(values) as JsonObject, replaced: new Map(), ...told(fake), stop };
}
