import type { KubernetesApi } from '../../kubernetes/kubernetes-api';
import type { Account, PlayedService } from '../account';
import type { Handler } from '../aws-answers/aws-answer';
import type { AwsRequest } from '../aws-answers/aws-request';
import type { ControlPlane } from './control-plane';

/** What EKS is played with. */
export interface EksOptions {
  readonly controlPlane: ControlPlane;
}

/** What EKS's webhook adds to a pod at its admission, so that the pod gets credentials of its ServiceAccount's role. */
export interface PodIdentity {
  readonly associationId: string;
  readonly roleArn: string;
  /** For whom the pod's ServiceAccount token must be made: `pods.eks.amazonaws.com`. */
  readonly audience: string;
  /**
   * Environment variables of each container. One is missing: `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, the path of a file with
   * a ServiceAccount token for the audience, which whoever runs the pod writes.
   */
  readonly environment: Readonly<Record<string, string>>;
}

/** Plays Amazon EKS: clusters with a real control plane, access entries, add-ons, node groups, pod identity. */
export class Eks implements PlayedService {
  constructor(_account: Account, private readonly options: EksOptions) {}

  handlerOf(_request: AwsRequest): Handler | undefined {
    return undefined;
  }

  /** The cluster's API with all rights, for what a cloud controller or the account itself does; undefined without a cluster. */
  kubernetes(): KubernetesApi | undefined {
    return undefined;
  }

  /** What a pod gets that is admitted now; undefined without an association, and then it never gets credentials. */
  podIdentityFor(_namespace: string, _serviceAccount: string): PodIdentity | undefined {
    return undefined;
  }

  /** Ends the control plane. */
  async close(): Promise<void> {
    await this.options.controlPlane.stop();
  }
}
