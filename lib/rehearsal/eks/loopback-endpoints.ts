import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { objectAt, parseJson } from '../../json';
import { AwsFault } from '../aws-answers/aws-request';
import { LOOPBACK } from '../process/loopback';
import type { EksState } from './eks-state';
import type { PodIdentities } from './pod-identities';
import type { TokenReviews } from './token-review';

/** Paths of the two endpoints, with the name of the cluster in the middle. */
const PATH = /^\/clusters\/([\w-]+)\/(token-review|pod-identity\/v1\/credentials)$/;

/**
 * What listens inside EKS: the webhook that a cluster's API server asks about tokens, and the agent that pods ask for
 * credentials. Both are on a loopback port of the account's process.
 */
export class LoopbackEndpoints {
  private server: Server | undefined;
  private listening: Promise<string> | undefined;

  constructor(private readonly state: EksState, private readonly reviews: TokenReviews, private readonly identities: PodIdentities) {}

  /** URL for a cluster's API server. The first question opens the port. */
  async tokenReviewUrl(clusterName: string): Promise<string> {
    this.listening ??= this.listen();
    const url = await this.listening;
    this.identities.agentUrl = (name) => `${url}/clusters/${name}/pod-identity/v1/credentials`;
    return `${url}/clusters/${clusterName}/token-review`;
  }

  /** Closes the port. */
  async close(): Promise<void> {
    await this.listening;
    const { server } = this;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  private async listen(): Promise<string> {
    const server = createServer((incoming, outgoing) => {
      void this.answer(incoming, outgoing);
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, LOOPBACK, resolve);
    });
    const address = server.address();
    return `http://${LOOPBACK}:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** Never rejects: a failure becomes the answer. */
  private async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const reply = (status: number, body: unknown): void => {
      outgoing.writeHead(status, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify(body));
    };
    try {
      const [, clusterName = '', endpoint] = PATH.exec((incoming.url ?? '').split('?')[0] ?? '') ?? [];
      const cluster = this.state.clusters.get(clusterName);
      if (cluster === undefined) reply(404, { message: `EKS has no cluster ${clusterName}.` });
      else if (endpoint === 'token-review') reply(200, await this.reviews.review(cluster, objectAt(parseJson(await text(incoming)))));
      else reply(200, await this.identities.agentAnswer(cluster, incoming.headers.authorization ?? ''));
    } catch (error) {
      const fault = error instanceof AwsFault ? error : new AwsFault('InternalServerException', String(error), 500);
      reply(fault.status, { message: `${fault.code}: ${fault.message}` });
    }
  }
}
