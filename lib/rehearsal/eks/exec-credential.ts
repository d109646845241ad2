import { clusterToken } from '../../aws/cluster-token';
import type { JsonObject } from '../../json';
import type { Environment } from '../../run-command';

/**
 * The version in which a kubeconfig asks for credentials: the one of `aws eks update-kubeconfig`. kubectl takes them in the
 * version that its kubeconfig names, and in no other.
 */
export const EXEC_CREDENTIAL_API = 'client.authentication.k8s.io/v1beta1';

/** Minutes for which kubectl keeps a token, as with `aws eks get-token`: EKS takes it for one more. */
const KEPT_MINUTES = 14;

/**
 * What kubectl asks of a program that a kubeconfig names: a token for a cluster, for whoever the keys in the environment belong
 * to. It makes the same as `aws eks get-token`, without the AWS CLI.
 *
 * @param env with `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where the keys have one, `AWS_SESSION_TOKEN`
 * @throws Error when a variable is missing
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export async function execCredential(clusterName: string, env: Environment, at: Date): Promise<JsonObject> {
  const region = required(env, 'AWS_REGION');
  const credentials = {
    accessKeyId: required(env, 'AWS_ACCESS_KEY_ID'), secretAccessKey: required(env, 'AWS_SECRET_ACCESS_KEY'), sessionToken: env['AWS_SESSION_TOKEN'],
  };
  const token = await clusterToken({ region: () => Promise.resolve(region), credentials: () => Promise.resolve(credentials) }, clusterName, at);
  const expirationTimestamp = new Date(at.getTime() + KEPT_MINUTES * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  return { apiVersion: EXEC_CREDENTIAL_API, kind: 'ExecCredential', spec: {}, status: { expirationTimestamp, token } };
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`There is no ${name} in the environment.`);
  return value;
}
