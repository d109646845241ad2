import { textAt, type JsonObject } from '../assembly/json';
import { LabError } from '../lab-error';
import type { ApiRequest } from './api-request';

/** The API server answered, and the answer was no. */
export class KubernetesRequestRefused extends LabError {
  /** HTTP status, such as 409. */
  readonly status: number;
  /** The API server's own word for it, such as `AlreadyExists` or `Expired`. @default - it gave none */
  readonly reason?: string;

  constructor(options: { readonly message: string; readonly remedy: string; readonly received: string; readonly status: number; readonly reason?: string }) {
    super({ code: 'KubernetesRequestRefused', message: options.message, received: options.received, remedy: options.remedy });
    this.status = options.status;
    this.reason = options.reason;
  }
}

/** Makes the error of a refusal from the `Status` object that the API server sends with it. */
export function requestRefused(request: Pick<ApiRequest, 'method' | 'path'>, status: number | undefined, body: JsonObject): KubernetesRequestRefused {
  const code = status ?? Number(textAt(body, 'code') ?? 500);
  const reason = textAt(body, 'reason');
  const message = textAt(body, 'message') ?? reason ?? `status ${code}`;
  return new KubernetesRequestRefused({
    message: `The Kubernetes API refused a request: ${message.replace(/\.$/, '')}.`,
    received: `${request.method} ${request.path}`,
    remedy: remedyOf(code),
    status: code,
    reason,
  });
}

function remedyOf(status: number): string {
  switch (status) {
    case 401:
      return 'Renew the credentials of the kubeconfig: aws eks update-kubeconfig, with the profile that may use the cluster.';
    case 403:
      return 'Use a kubeconfig whose user may do this: an ARN of admins in lab.yaml.';
    case 404:
      return 'Install what is missing: a kind that is not found comes with Karpenter\'s CRDs.';
    case 400:
    case 422:
      return 'Correct the field that the message names.';
    default:
      return 'Look at the object that the message names with kubectl get -o yaml, then run the same command again.';
  }
}
