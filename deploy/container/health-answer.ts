const TIMEOUT_MS = 4_000;

export interface HealthAnswer {
  readonly isReady: boolean;
  readonly text: string;
}

/**
 * Asks `/readyz` of the agent in the same container. Its port is that of the configuration's section `health`: `CAUSEWAY_HEALTH__PORT`
 * sets both, 8760 without it. Never rejects.
 */
export async function healthAnswer(environment: NodeJS.ProcessEnv): Promise<HealthAnswer> {
  const url = `http://127.0.0.1:${environment['CAUSEWAY_HEALTH__PORT'] ?? '8760'}/readyz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    return { isReady: response.ok, text: `${url} answers ${response.status}: the agent is not connected, or is stopping.` };
  } catch (error) {
    const { cause, message } = error as Error;
    return { isReady: false, text: `${url} does not answer (${cause instanceof Error ? cause.message : message}). Is health.port set in the configuration?` };
  }
}
