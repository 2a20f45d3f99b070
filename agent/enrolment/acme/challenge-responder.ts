import type { AcmeChallengeConfig } from '../../config/acme-settings.js';

/** What the authority is to find. */
export interface ChallengeAnswer {
  /** The name to be shown to be ours. */
  readonly name: string;
  readonly token: string;
  /** Content of the file, or value of the TXT record. */
  readonly value: string;
}

/** Answers challenges of one kind. */
export interface ChallengeResponder {
  readonly type: AcmeChallengeConfig['type'];
  /** Resolves once the authority can find the answers. Rejects with nothing left behind. */
  present(answers: readonly ChallengeAnswer[], stop: AbortSignal): Promise<Presented>;
}

/** Answers that can be found. */
export interface Presented {
  /** Takes them away again; never rejects. */
  remove(): Promise<void>;
}

export interface ResponderReport {
  /** Something was left behind that should not have been. */
  onLeftBehind(problem: string): void;
}

/** Of the kind the configuration names. */
export async function responderFor(config: AcmeChallengeConfig, report: ResponderReport): Promise<ChallengeResponder> {
  if (config.command === undefined) return (await import('./http-responder.js')).httpResponder(config);
  return (await import('./dns-responder.js')).dnsResponder({ ...config, command: config.command }, report);
}
