import { ConnectorError, type ApiConfiguration } from '../model/index.js';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from './limits.js';
import { decodeApiConfiguration, encodeApiConfiguration } from './object-stream/object-stream.js';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The name of a facade: its whole configuration, secrets included (protocol section 8.1). Compute it once per facade and
 * keep it; never log it.
 */
export function facadeKeyOf(configuration: ApiConfiguration): string {
  return Buffer.from(encodeApiConfiguration(configuration)).toString('base64');
}

/** The configuration a facade key stands for; what cannot be decoded fails with the errors of a Java agent. */
export function apiConfigurationOf(facadeKey: string, limits: CodecLimits = DEFAULT_CODEC_LIMITS): ApiConfiguration {
  if (facadeKey === '') throw new ConnectorError('connector', 'java.io.EOFException');
  if (facadeKey.length % 4 !== 0 || !BASE64.test(facadeKey)) {
    throw new ConnectorError('connector', 'Data is not Base64 encoded.', { remoteClass: 'java.lang.RuntimeException' });
  }
  return decodeApiConfiguration(Buffer.from(facadeKey, 'base64'), limits);
}
