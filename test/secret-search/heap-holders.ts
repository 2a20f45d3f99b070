/** Who may hold a secret in memory for longer than it takes to use it. */
export interface HeapHolder {
  readonly process: 'agent' | 'controller';
  /** Of its name in test/integration/agent/secrets-nowhere.test.ts. */
  readonly secret: RegExp;
  /** Of the path from a root, see HeapHit in heap-snapshot.ts. */
  readonly path: RegExp;
  readonly why: string;
}

export const HEAP_HOLDERS: readonly HeapHolder[] = [
  {
    process: 'agent', secret: /^gateway$/, path: /TLSSocket\.<symbol connect-options> \/ Object\.headers \/ Object\.Authorization( \/ text\.\w+)*$/,
    why: 'Node keeps the options of a TLS connection, headers of the upgrade included, as long as it is open',
  },
  {
    process: 'agent', secret: /^(?:gateway|relay|oauth|proxy)$/, path: /(?:ClientRequest|_httpMessage|HttpsProxyAgent|proxyTunnel)/,
    why: 'a request that is under way at the moment of the snapshot; the HTTP client holds its headers until it is answered',
  },
  {
    process: 'agent', secret: /^storeBind$/, path: /FacadeCache\.#entries .*\/ Runner\.api \/ Object\.properties .*\/ IcfArray\.items \//,
    why: 'the operator allowed it in a text property (baseContexts), which the connector holds as plain text',
  },
  {
    process: 'controller', secret: /^(?:clearBind|password of the directory manager)$/, path: /SystemRegistry\.#systems .*\/ ConfiguredConnector\.parts \/ Object\.configurationProperties \/ Object\.credentials$/,
    why: 'it stands in the provisioner file, not as a reference: the controller sends it to every agent that opens the connector',
  },
];
