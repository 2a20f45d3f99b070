import type { ControllerConfig } from '../config/controller-config.js';
import { headerValue } from '../configured-telemetry.js';
import type { RequestHandler } from '../crest/request.js';
import type { Log } from '../log.js';
import { CertificateExpiry, certificateFiles } from '../metrics/certificate-expiry.js';
import type { BackgroundDatabase } from '../store/database/background-database.js';
import type { ConnectorHosts } from '../systems/connector-hosts.js';
import { AlertWatch } from './watch-alerts.js';
import type { WebhookObserver } from './webhook-observer.js';
import type { TellWebhooks, TellWebhooksWithin } from './webhook-event.js';
import { WebhookQueue } from './webhook-queue.js';
import { webhookRequests } from './webhook-requests.js';
import { WebhookSender } from './webhook-sender.js';

export interface WebhooksPart {
  readonly tell: TellWebhooks;
  readonly tellWithin: TellWebhooksWithin;
  readonly handler: RequestHandler;
  /** How many messages wait, by webhook. */
  waiting(): Promise<ReadonlyMap<string, number>>;
  start(): void;
  close(): Promise<void>;
}

/** Who is told of what happened, by the section `webhooks`. Without one nothing is stored and nobody asked. */
export function openWebhooks(config: ControllerConfig, { database, hosts, observer }: { readonly database: BackgroundDatabase; readonly hosts: ConnectorHosts; readonly observer?: WebhookObserver | undefined }, log: Log): WebhooksPart {
  const { webhooks } = config;
  const queue = new WebhookQueue(database, { webhooks, log, observer });
  const sender = new WebhookSender({ queue, webhooks, log, observer, secretOf: ({ name, secret }) => headerValue(`webhooks.${name}.secret`, secret) });
  const expiry = new CertificateExpiry(certificateFiles(config));
  const alerts = new AlertWatch({ hosts, certificates: () => expiry.read(), tell: queue.tell });
  return {
    tell: queue.tell, tellWithin: queue.tellWithin,
    handler: webhookRequests(database, queue, webhooks),
    waiting: () => queue.waiting(),
    start() {
      if (webhooks.length === 0) return;
      sender.start();
      alerts.start();
    },
    async close() {
      alerts.close();
      await sender.close();
    },
  };
}
