import { isJsonObject, objectAt, parseJson } from '../../assembly/json';
import type { Handler } from './handler';
import type { RehearsedLab } from './rehearsed-lab';

/** Answers EKS's DescribeCluster for the lab's cluster: moto's answer, with the rehearsal's own API server as the endpoint. */
export function describeClusterOf({ clusterEndpoint }: Pick<RehearsedLab, 'clusterEndpoint'>): Handler {
  return (request) => ({
    forward: request,
    change: (body) => {
      const answer = objectAt(parseJson(body));
      const { cluster } = answer;
      return isJsonObject(cluster) ? JSON.stringify({ ...answer, cluster: { ...cluster, endpoint: clusterEndpoint } }) : body;
    },
  });
}
